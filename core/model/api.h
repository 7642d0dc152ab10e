/*
 * One API: its definition as the user wrote it, bound by tables, and beside it
 * what the gateway needs at run time, compiled once. Immutable afterwards.
 */
#ifndef JG_MODEL_API_H
#define JG_MODEL_API_H

#include "base/bind.h"
#include "base/map.h"
#include "jose/claims.h"
#include "jose/jwks.h"
#include "model/claim_rules.h"
#include "model/conf.h"
#include "model/cors.h"
#include "model/networks.h"
#include "model/split_token.h"
#include "model/transform.h"
#include "model/versions.h"

/* Ways of showing who one is: bits of a set. */
enum jg_auth_method {
    JG_METHOD_JWT = 1 << 0,
    JG_METHOD_TOKEN = 1 << 1, /* a stored key: Tyk's auth token */
    JG_METHOD_BASIC = 1 << 2, /* user and password; asked for first */
};
typedef uint8_t jg_auth_methods;

#define JG_BASIC_CACHE_TTL_S 60
#define JG_BASIC_CACHE_TTL_MAX_S 86400
#define JG_REQUIREMENTS_MAX 8 /* alternatives of one API */

/* Where a token is looked for: AuthConfig of reference 1.1 and 2.1. */
struct jg_auth_config {
    struct jg_str kind; /* "jwt", "authToken", ...: name in auth_configs */
    struct jg_str auth_header_name; /* "": Authorization */
    struct jg_str param_name, cookie_name;
    bool use_param, use_cookie, disable_header;
    bool use_certificate, validate_signature; /* of auth tokens: not offered */
};

struct jg_api_proxy {
    struct jg_str listen_path, target_url;
    struct jg_strs target_list;
    bool strip_listen_path, disable_strip_slash, preserve_host_header;
    bool enable_load_balancing;
    bool ssl_insecure_skip_verify; /* of proxy.transport */
};

/* global_rate_limit: all callers together. */
struct jg_api_rate {
    bool disabled;
    double rate, per_s; /* either 0 or less: no limit */
};

/* basic_auth: what else is to be known of users and passwords. */
struct jg_api_basic {
    bool disable_caching;   /* of right passwords */
    bool extract_from_body; /* not offered */
    int64_t cache_ttl_s;    /* 0: JG_BASIC_CACHE_TTL_S */
};

/* One entry of response_processors, after the headers of the version. */
struct jg_response_processor {
    struct jg_str name; /* "header_injector" */
    struct jg_pairs add_headers;
    struct jg_strs remove_headers;
};

/* One entry of jwt_jwks_uris, in OAS definitions jwksURIs. */
struct jg_jwks_uri {
    struct jg_str url;
    int64_t cache_timeout_ms; /* 0: the gateway's own */
    struct jg_str issuer;     /* ours: as jwt_issuer, of this URL's keys */
};

/* Scopes of a token that give policies. */
struct jg_scope_rule {
    struct jg_str claim_name; /* which claim has them; "": scope */
    struct jg_pairs policies; /* scope to policy id; none: no scope counts */
};

/* The same, compiled. */
struct jg_scope_map {
    struct jg_map policies; /* scope to struct jg_str, its policy's id */
    struct jg_strs claims;  /* the first that is there counts; at least one */
};

/* The definition, field by field, by the names of the classic one (reference
 * 1.1); an OAS definition (1.2) becomes the same. */
struct jg_api_def {
    struct jg_str api_id, org_id, name, domain;
    struct jg_str protocol; /* "", "http", "https": all served alike */
    bool active, internal, domain_disabled;
    bool disable_rate_limit, disable_quota;
    bool enable_ip_whitelisting, enable_ip_blacklisting;
    bool config_data_disabled; /* scripts are told nothing of config_data */
    bool use_keyless, enable_jwt, use_standard_auth, use_basic_auth;
    struct jg_str base_identity_provided_by; /* whose session counts; "": the
                                              * last method's */
    int64_t session_lifetime_s; /* stored keys of this API are kept for; 0:
                                 * for ever */
    bool session_lifetime_respects_key_expiration;
    jg_auth_methods alternatives[JG_REQUIREMENTS_MAX]; /* of OAS documents that
                                                        * have several */
    uint8_t alternative_count; /* 0: all that is switched on must be passed */
    bool use_oauth2, external_oauth; /* external_oauth.enabled */
    bool use_openid, enable_signature_checking;
    bool use_mutual_tls_auth, custom_plugin_auth_enabled;
    bool enable_coprocess_auth, use_go_plugin_auth; /* deprecated, still used */
    bool strip_auth_data, jwt_skip_kid, enable_context_vars;
    bool not_versioned;          /* of version_data; true without one */
    bool is_oas;                 /* was an OAS definition */
    struct jg_list auth_configs; /* struct jg_auth_config */
    struct jg_auth_config *auth; /* deprecated single one, or NULL */
    struct jg_str jwt_signing_method, jwt_source;
    struct jg_strs jwt_algorithms;
    struct jg_str jwt_identity_base_field, jwt_client_base_field;
    struct jg_str jwt_policy_field_name;
    struct jg_strs jwt_subject_claims;     /* of OAS: instead of the single */
    struct jg_strs jwt_base_policy_claims; /* fields, unless they are empty */
    struct jg_strs jwt_default_policies;
    struct jg_scope_rule scopes_jwt;        /* of "scopes" */
    const struct jg_json *scopes_oidc;      /* beside it, or NULL */
    struct jg_scope_rule scopes_deprecated; /* jwt_scope_to_policy_mapping */
    struct jg_strs jwt_scope_claims; /* of OAS: instead of a claim_name */
    struct jg_list jwt_jwks_uris;    /* struct jg_jwks_uri */
    struct jg_str jwt_issuer; /* ours: the keys serve this issuer only; without
                               * another source they are found by discovery */
    struct jg_claim_rules rules;
    struct jg_claims_skew skew;
    struct jg_str jwt_profile; /* "" or "compatible", "strict" */
    struct jg_strs allowed_ips, blacklisted_ips;
    struct jg_api_rate *global_rate;    /* or NULL */
    struct jg_api_basic *basic;         /* basic_auth, or NULL */
    struct jg_api_cors *cors;           /* CORS, or NULL */
    struct jg_list response_processors; /* struct jg_response_processor */
    struct jg_api_proxy proxy;
    struct jg_split_token *split_token; /* or NULL */
    const struct jg_json *config_data;  /* what scripts are told, or NULL */
    struct jg_str default_version;
    struct jg_list versions;                  /* struct jg_api_version */
    struct jg_version_definition *definition; /* or NULL */
    struct jg_str expiration; /* of an API without such versions */
    int64_t timeout_ms;       /* of its upstreams; 0: the gateway's own */
};

/* A place to send requests to: one target URL, taken apart. */
struct jg_target {
    struct jg_str url;  /* as written: the bytes it was read from */
    struct jg_str host; /* lower case, without brackets */
    uint16_t port;
    bool tls;
    bool path_slash;           /* the URL's path ended in '/' */
    struct jg_str host_header; /* host[:port], as the Host header is sent */
    struct jg_str path; /* "" or begins with '/'; percent-encoded, no end '/' */
    struct jg_str query; /* without '?' */
};

/* A key set by URL that an API uses. */
struct jg_key_url {
    struct jg_str id;  /* 64 hex digits, of all that makes a fetch another one:
                        * the key of its record. Equal ids share one fetch */
    struct jg_str url; /* of the set or, with <discover>, of the document */
    bool discover;     /* the document is a provider's metadata (OpenID Connect
                        * Discovery 4), and names the set */
    bool insecure;     /* its TLS certificate is not verified */
    struct jg_str issuer; /* whose tokens its keys verify; "": anybody's */
    int64_t ttl_s;        /* the definition's cache_timeout; 0: none */
};

#define JG_KEY_URLS_MAX 16 /* of one API */
#define JG_KEY_URL_ID_BYTES 64
#define JG_TARGETS_MAX 256      /* entries of a target_list */
#define JG_ID_MAX 255           /* bytes of api_id, org_id and policy ids */
#define JG_LISTEN_PATH_MAX 1024 /* bytes */
#define JG_URL_MAX 4096         /* bytes of a target URL */

/* Who may come in. */
enum jg_auth_mode {
    JG_AUTH_KEYLESS,
    JG_AUTH_CALLERS, /* who passes one of jg_api.requirements */
    JG_AUTH_CLOSED,  /* a mode that we do not offer: every request is refused */
};

/* One API, ready to serve. Lives in an arena of its own, counted references. */
struct jg_api {
    struct jg_api_def def;
    uint64_t version; /* of its record: equal id and version, equal API */
    struct jg_str listen_path; /* begins with '/'; of the definition, cleaned */
    struct jg_str alias_path;  /* "/<api_id>/" */
    struct jg_str host;        /* lower case, no port; "" serves every host */
    enum jg_auth_mode mode;
    jg_auth_methods methods; /* of all requirements; 0 unless
                              * JG_AUTH_CALLERS */
    jg_auth_methods requirements[JG_REQUIREMENTS_MAX]; /* all methods of one of
                                                        * them must be passed;
                                                        * tried in this order */
    uint8_t requirement_count;
    jg_auth_methods base_method; /* the one whose session counts where several
                                  * are passed; 0: the last one's */
    bool one_to_one; /* a JWT is verified with the secret of a stored key, which
                      * its kid or identity names (reference 2.9) */
    const struct jg_auth_config *token_source; /* of a JWT */
    const struct jg_auth_config *key_source;   /* of a stored key */
    const struct jg_target *targets;           /* at least one */
    size_t target_count;
    const struct jg_api_version *headers;  /* the default version, or NULL */
    int64_t expires_s;                     /* def.expiration: versions.h */
    const struct jg_caller_rules *callers; /* NULL: from every address */
    const struct jg_cors *cors;            /* NULL: switched off */
    const struct jg_scope_map *scopes;     /* NULL: no scope counts */
    struct jg_jwks *keys; /* of the definition itself; NULL when it has none:
                           * see key_urls and key_err */
    const struct jg_key_url *key_urls; /* in the order to search */
    size_t key_url_count; /* at most JG_KEY_URLS_MAX; 0 when there are <keys> */
    jg_algs algs;         /* allowed for its tokens */
    enum jg_err key_err;  /* JG_OK, or why no token can be verified:
                           * JG_E_KEY, JG_E_AUTH_UNSUPPORTED (closed) */
    struct jg_str key_fault; /* the same for people */
    struct jg_arena arena;   /* holds all of the above, itself included */
    unsigned references;
};

extern const struct jg_field_table jg_api_table; /* of classic definitions */
extern const struct jg_field_table jg_oas_table; /* of OAS definitions */

/* The deprecated single one, which is empty without "auth". */
const struct jg_auth_config *jg_api_single_auth(const struct jg_api_def *def);

/* Where user and password are looked for. */
const struct jg_auth_config *jg_api_basic_source(const struct jg_api_def *def);

/* The claims that may say who the caller is, or name a policy, best first. */
struct jg_strs jg_api_subject_claims(const struct jg_api_def *def);
struct jg_strs jg_api_policy_claims(const struct jg_api_def *def);

/*
 * The API that <source> describes. Problems go to source->diags (which may be
 * NULL inside nginx, where the broker has checked before).
 *   JG_E_CONF_JSON   not JSON: nothing to route
 *   JG_E_CONF_TYPE, JG_E_CONF_VALUE, JG_E_CONF_MISSING   cannot be routed
 *   JG_E_CONF_UNSUPPORTED   a form of definition that is not known yet
 *   JG_E_NOMEM
 * What only keeps tokens from being verified (an unusable key, an algorithm
 * that nobody knows, a mode that we do not offer) is reported as a fault, but
 * the API is made, with key_err set: it keeps its route, so that no API on a
 * shorter listen path gets its requests, and refuses them.
 */
enum jg_err jg_api_read(const struct jg_bind_source *source, uint64_t version,
                        const struct jg_conf *conf, struct jg_api **out);

struct jg_api *jg_api_ref(struct jg_api *api); /* one reference more */
void jg_api_free(struct jg_api *api); /* one reference less; NULL is fine */

/*
 * Take a target URL apart. A missing scheme means http. Bytes of the path that
 * a URL cannot hold are percent-encoded. <out> points into <url> and into <a>.
 *   JG_E_CONF_VALUE  (<why> says what is wrong: static text), JG_E_NOMEM
 */
enum jg_err jg_target_read(struct jg_str url, struct jg_arena *a,
                           struct jg_target *out, const char **why);

#endif
