/* What the files of core/model share; nobody else includes this. */
#ifndef JG_MODEL_INTERNAL_H
#define JG_MODEL_INTERNAL_H

#include "model/api.h"
#include "model/key_pool.h"

/* Memory that is needed only while one document is read. */
#define JG_SCRATCH_CHUNK_BYTES (16 * 1024)
#define JG_SCRATCH_MAX_BYTES (96 * 1024 * 1024)

#define JG_CLAIM_RULE_PATH_MAX 400 /* of a message about one rule */

/* One API definition while it is read. */
struct jg_api_reading {
    const struct jg_bind_source *source; /* the caller's, or <renamed> */
    struct jg_bind_source renamed;       /* with an OAS document's own paths */
    struct jg_bind_alias *aliases;       /* of <renamed> */
    const struct jg_conf *conf;
    const struct jg_json *root;
    struct jg_arena *scratch;
    struct jg_key_pool *keys; /* or NULL */
    struct jg_api *api;
};

/*
 * Steps of jg_api_read(): each compiles its part of reading->api, reports
 * every problem that it sees, and returns the first that keeps the API from
 * being routed.
 */
enum jg_err jg_api_read_headers(struct jg_api_reading *r); /* headers.c */
enum jg_err jg_api_read_endpoint_headers(struct jg_api_reading *r,
                                         struct jg_api_version *version);
enum jg_err jg_api_read_versions(struct jg_api_reading *r);  /* versions.c */
enum jg_err jg_api_read_endpoints(struct jg_api_reading *r); /* endpoints.c */
enum jg_err jg_api_check_virtual(struct jg_api_reading *r);  /* virtual.c */
enum jg_err jg_api_read_listen(struct jg_api_reading *r);    /* listen.c */
enum jg_err jg_api_read_domain(struct jg_api_reading *r);    /* listen.c */
enum jg_err jg_api_read_networks(struct jg_api_reading *r);  /* networks.c */
enum jg_err jg_api_read_cors(struct jg_api_reading *r);      /* cors.c */
enum jg_err jg_api_read_targets(struct jg_api_reading *r);   /* target.c */
enum jg_err jg_api_read_auth(struct jg_api_reading *r);      /* api_auth.c */
enum jg_err jg_api_read_claims(struct jg_api_reading *r);    /* claim_rules.c */
enum jg_err jg_api_read_key(struct jg_api_reading *r);       /* api_key.c */
enum jg_err jg_api_read_scopes(struct jg_api_reading *r);    /* api_scopes.c */
enum jg_err jg_api_read_split_token(struct jg_api_reading *r);

/* As jg_api_read(), with keys that may be shared through <keys>. */
enum jg_err jg_api_read_sharing(const struct jg_bind_source *source,
                                uint64_t version, const struct jg_conf *conf,
                                struct jg_key_pool *keys, struct jg_api **out);

/*
 * Fill r->api->def from the OAS document r->root, and let later reports name
 * its members by their places in it.
 *   JG_E_CONF_TYPE, JG_E_CONF_VALUE   reported, cannot be routed
 *   JG_E_NOMEM
 */
enum jg_err jg_oas_read(struct jg_api_reading *r); /* oas.c */

/* No token can be verified, since <why>: reported, and the API closed. <found>
 * and <fix> may be NULL. JG_OK, JG_E_NOMEM */
enum jg_err jg_api_close_key(struct jg_api_reading *r, enum jg_err err,
                             const char *path, const struct jg_json *found,
                             const char *fix, const char *why); /* api_key.c */

/* The key sets by URL of jwt_source (which is <text>), of jwt_jwks_uris, or of
 * jwt_issuer alone. JG_OK (also when it closed the API), JG_E_NOMEM.
 * api_key_url.c */
enum jg_err jg_api_read_key_url(struct jg_api_reading *r, struct jg_str text);
enum jg_err jg_api_read_key_uris(struct jg_api_reading *r);
enum jg_err jg_api_read_issuer(struct jg_api_reading *r);

/*
 * A listen path as requests are compared with it: begins with '/', without
 * empty, "." and ".." segments, a '/' at its end kept. <out> may be <path>.
 *   JG_E_CONF_VALUE  (<why> says what is wrong: static text), JG_E_NOMEM
 */
enum jg_err jg_listen_path_clean(struct jg_str path, struct jg_arena *a,
                                 struct jg_str *out, const char **why);

/*
 * Host[:port] as an authority is written, IPv6 in brackets: <host> in lower
 * case and without brackets, in <authority> or in <a>; <port> 0 when there is
 * none.
 *   JG_E_CONF_VALUE, JG_E_NOMEM
 */
enum jg_err jg_host_read(struct jg_str authority, struct jg_arena *a,
                         struct jg_str *host, uint16_t *port, const char **why);

#endif
