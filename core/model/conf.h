/* The gateway's own configuration: tyk.conf's names and meanings. */
#ifndef JG_MODEL_CONF_H
#define JG_MODEL_CONF_H

#include "base/bind.h"

/* http_server_options of tyk.conf. */
struct jg_conf_http {
    bool enable_strict_routes;
    bool enable_path_prefix_matching, enable_path_suffix_matching;
    bool enable_websockets;
    bool use_ssl;
    struct jg_list certificates;             /* struct jg_conf_certificate */
    int64_t read_timeout_s, write_timeout_s; /* 120 */
    int64_t max_request_body_size;           /* bytes; 0: no limit */
    int64_t xff_depth; /* the client in X-Forwarded-For, from its end; 0: the
                        * first there */
};

struct jg_conf_certificate {
    struct jg_str domain_name, cert_file, key_file;
};

struct jg_conf_storage {
    struct jg_str type; /* "" and "lmdb": embedded; others are so, too, yet */
    struct jg_str path; /* folder of records, counters and journal: "data/" */
    int64_t max_bytes;  /* largest size of the record store; 1 GiB */
};

struct jg_conf_policies {
    struct jg_str policy_source;      /* only "file" */
    struct jg_str policy_record_name; /* one file {id: policy} */
    struct jg_str policy_path;        /* or a folder, one file each */
};

/* jwks: key sets by URL. All but the first are ours. */
struct jg_conf_jwks {
    int64_t cache_timeout_s;        /* a set is fetched again after this; 240 */
    int64_t min_refresh_interval_s; /* two fetches for unknown keys; 30 */
    int64_t wait_ms;     /* a request waits for a fetch at most; 2000 */
    int64_t max_stale_s; /* a set that cannot be refreshed serves on; 86400 */
    bool allow_http;     /* also for hosts other than this machine */
    struct jg_strs allow_addresses; /* CIDR: fetched from all the same */
    struct jg_str proxy;            /* of fetches; "": none, whatever the
                                     * environment says */
    struct jg_str ca_file;          /* instead of the system's authorities */
};

#define JG_KEY_LIFE_MAX_S (100LL * 365 * 86400) /* of what is kept of a key */

/* Stored keys: how they are made, named and kept. */
struct jg_conf_keys {
    bool hash_keys; /* their owner sees a short hash, not the key */
    struct jg_str hash_key_function;
    struct jg_strs hash_key_function_fallback;
    int64_t min_token_length;             /* bytes; 0: 3 */
    bool disable_key_actions_by_username; /* a key is not found by its id */
    bool enable_hashed_keys_listing, allow_master_keys;
    int64_t global_session_lifetime_s;
    bool force_global_session_lifetime;
    bool session_lifetime_respects_key_expiration;
};

/*
 * Everything, with defaults filled in. Relative paths are relative to the
 * folder that jotgate was started in, as Tyk's are.
 */
/* override_messages: one error in the owner's words. */
struct jg_conf_message {
    struct jg_str id;      /* "auth.key_not_found" */
    struct jg_str message; /* empty: Tyk's own */
    int64_t code;          /* HTTP status; 0: the error's own */
};

/* A key that split tokens of mode "sealed" are sealed under. */
struct jg_conf_split_key {
    struct jg_str id, secret;
};

#define JG_SPLIT_KEYS_MAX 16
#define JG_SPLIT_KEY_ID_MAX 64     /* bytes */
#define JG_SPLIT_KEY_SECRET_MIN 32 /* bytes */

struct jg_conf {
    struct jg_str listen_address;       /* "" is every address */
    int64_t listen_port;                /* 8080 */
    struct jg_str control_api_hostname; /* listen address; 127.0.0.1 */
    int64_t control_api_port;           /* 0: control API on listen_port */
    struct jg_strs control_api_origins; /* ours: whose pages may ask it, beside
                                         * its own; "https://admin.example" */
    struct jg_str secret; /* of the control API; "" makes one at start */
    struct jg_str read_only_secret; /* ours: opens what only reads; "": none */
    struct jg_str app_path;         /* "apps/" */
    struct jg_str middleware_path;  /* "middleware/" */
    struct jg_str template_path;    /* "templates/" */
    struct jg_conf_policies policies;
    struct jg_conf_storage storage;
    struct jg_conf_http http;
    struct jg_str health_check_endpoint_name;    /* "hello" */
    struct jg_str readiness_check_endpoint_name; /* "ready" */
    double proxy_default_timeout_s;              /* 30 */
    bool proxy_ssl_insecure_skip_verify;
    bool jwt_ssl_insecure_skip_verify; /* of key sets by URL */
    struct jg_conf_jwks jwks;
    struct jg_conf_keys keys;                  /* members of tyk.conf itself */
    struct jg_str rate_limit_response_headers; /* "" and "quotas", or
                                                * "rate_limits" */
    bool close_connections, hide_generator_header;
    struct jg_list split_token_keys;  /* ours: struct jg_conf_split_key, the
                                       * first one seals */
    struct jg_list override_messages; /* struct jg_conf_message */
    struct jg_pairs error_templates;  /* ours: what the files of template_path
                                       * say, by their names */
    struct jg_list templates;         /* struct jg_error_template: the same */
    bool ignore_canonical_mime_header_key; /* header names stay as written */
    struct jg_pairs secrets;               /* of $secret_conf variables */
    struct jg_pairs environment_secrets;   /* ours: what $secret_env variables
                                            * hold, by NAME of TYK_SECRET_NAME */
    bool enable_custom_domains;
    bool allow_unsafe_policy_ids;
    int64_t max_idle_connections_per_host; /* a worker; 64 */
    int64_t graceful_shutdown_timeout_s;   /* 30 */
    struct jg_str log_level;               /* debug info warn error */

    /* Ours; Tyk has no such fields. */
    int64_t workers;           /* nginx workers; 0: one per processor */
    bool enable_jsvm;          /* virtual endpoints; false */
    int64_t jsvm_timeout_s;    /* of one call of a script; 5 */
    int64_t script_processes;  /* calls at a time; 4 */
    int64_t script_memory_mib; /* of one script; 32 */
    bool disable_virtual_path_blobs;
    struct jg_str tyk_js_path;   /* evaluated before each API's scripts; "" */
    bool enforce_org_quotas;     /* of organisations' sessions; false */
    int64_t broker_processes;    /* service processes; 4 */
    int64_t broker_deadline_s;   /* one broker request at most; 30 */
    int64_t dns_refresh_s;       /* upstream names are looked up again; 30 */
    int64_t jwt_cache_max_bytes; /* verified tokens, a worker; 64 MiB, 0: off */
    struct jg_str user;          /* of nginx workers when started as root */
    struct jg_str trusted_ca_file; /* for https upstreams */
};

/* What override_messages say about <reason>; NULL: nothing. */
const struct jg_conf_message *
jg_conf_message(const struct jg_conf *conf,
                enum jg_err reason); /* messages.c */

/* Report overrides without effect. JG_E_CONF_VALUE: a code that is no status
 * for an answer. */
enum jg_err jg_conf_check_messages(const struct jg_conf *conf,
                                   const struct jg_bind_source *source);

/* The field table, for documentation and tests. */
extern const struct jg_field_table jg_conf_table;
extern const struct jg_field_table jg_conf_split_key_table;

/*
 * The configuration in source->text; <environment> ("TYK_GW_LISTENPORT=8090",
 * ends with NULL; may be NULL) overrides the file, as in Tyk: the name is the
 * field's path in capitals, its parts joined by '_' and without their own
 * underscores (TYK_GW_STORAGE_HOST); lists are JSON. Findings about a variable
 * have its name for a file. TYK_SECRET_NAME joins environment_secrets. Strings
 * live in <a>.
 *   JG_E_CONF_JSON, JG_E_CONF_TYPE   reported to source->diags
 *   JG_E_CONF_VALUE, JG_E_CONF_MISSING  fields that do not go together
 *   JG_E_NOMEM
 */
enum jg_err jg_conf_read(const struct jg_bind_source *source,
                         const char *const *environment, struct jg_arena *a,
                         struct jg_conf *out);

#endif
