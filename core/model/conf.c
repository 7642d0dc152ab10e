/* tyk.conf: bound by its table, over defaults, and checked as a whole. */
#include "model/conf_internal.h"
#include "model/error_template.h"

#define SCRATCH_CHUNK_BYTES (16 * 1024)
#define SCRATCH_MAX_BYTES (96 * 1024 * 1024)

#define TIMEOUT_DEFAULT_S 120
#define PROXY_TIMEOUT_DEFAULT_S 30
#define CACHE_TIMEOUT_DEFAULT_S 240

/* The secret in Tyk's documentation and images: everybody has it. */
#define PUBLIC_SECRET "352d20ee67be67f6340b4c0605b044b7"

/* A string literal where a constant is needed. */
#define TEXT(literal)                  \
    {                                  \
        (literal), sizeof(literal) - 1 \
    }

static const struct jg_conf defaults = {
    .listen_port = 8080,
    .control_api_hostname = TEXT("127.0.0.1"),
    .app_path = TEXT("apps/"),
    .middleware_path = TEXT("middleware/"),
    .template_path = TEXT("templates/"),
    .storage = {.path = TEXT("data/"), .max_bytes = 1 << 30},
    .health_check_endpoint_name = TEXT("hello"),
    .readiness_check_endpoint_name = TEXT("ready"),
    .max_idle_connections_per_host = 64,
    .graceful_shutdown_timeout_s = 30,
    .log_level = TEXT("info"),
    .jsvm_timeout_s = 5,
    .script_processes = 4,
    .script_memory_mib = 32,
    .broker_processes = 4,
    .broker_deadline_s = 30,
    .dns_refresh_s = 30,
    .jwks = {.cache_timeout_s = CACHE_TIMEOUT_DEFAULT_S,
             .min_refresh_interval_s = 30,
             .wait_ms = 2000,
             .max_stale_s = 86400},
    .jwt_cache_max_bytes = 64 << 20,
};

/* Strings that are of no use when empty, and what Tyk takes then. */
static const size_t never_empty[] = {
    offsetof(struct jg_conf, control_api_hostname),
    offsetof(struct jg_conf, app_path),
    offsetof(struct jg_conf, middleware_path),
    offsetof(struct jg_conf, template_path),
    offsetof(struct jg_conf, storage.path),
    offsetof(struct jg_conf, health_check_endpoint_name),
    offsetof(struct jg_conf, readiness_check_endpoint_name),
    offsetof(struct jg_conf, log_level),
};

/* Zero means the default, too, where Tyk has it so. */
static void
fill_in(struct jg_conf *conf)
{
    for (size_t i = 0; i < JG_FIELD_COUNT(never_empty); i++) {
        char *at = (char *)conf + never_empty[i];
        const char *from = (const char *)&defaults + never_empty[i];

        if (((struct jg_str *)at)->len == 0)
            *(struct jg_str *)at = *(const struct jg_str *)from;
    }
    if (conf->http.read_timeout_s == 0)
        conf->http.read_timeout_s = TIMEOUT_DEFAULT_S;
    if (conf->http.write_timeout_s == 0)
        conf->http.write_timeout_s = TIMEOUT_DEFAULT_S;
    if (conf->proxy_default_timeout_s == 0)
        conf->proxy_default_timeout_s = PROXY_TIMEOUT_DEFAULT_S;
    if (conf->jwks.cache_timeout_s <= 0)
        conf->jwks.cache_timeout_s = CACHE_TIMEOUT_DEFAULT_S;
}

/* What is checked together: the document, and its result. */
struct check {
    const struct jg_bind_source *source;
    const struct jg_json *root;
    const struct jg_conf *conf;
};

/* Texts with few meanings. An unknown one works, but not as somebody thinks. */
static void
check_words(const struct check *c)
{
    static const struct {
        size_t offset;
        const char *path;
        const char *known[5];
        const char *message, *fix;
    } rows[] = {
        {offsetof(struct jg_conf, storage.type),
         "storage.type",
         {"", "lmdb"},
         "not available in this version: records are kept on this machine, in "
         "storage.path",
         "remove it, or write \"lmdb\""},
        {offsetof(struct jg_conf, policies.policy_source),
         "policies.policy_source",
         {"", "file"},
         "not available: policies come from policy_record_name or policy_path",
         "write \"file\""},
        {offsetof(struct jg_conf, rate_limit_response_headers),
         "rate_limit_response_headers",
         {"", "quotas", "rate_limits"},
         "expected \"quotas\" or \"rate_limits\"; \"quotas\" is used",
         NULL},
        {offsetof(struct jg_conf, log_level),
         "log_level",
         {"debug", "info", "warn", "error"},
         "expected \"debug\", \"info\", \"warn\" or \"error\"; \"info\" is "
         "used",
         NULL},
    };

    for (size_t i = 0; i < JG_FIELD_COUNT(rows); i++) {
        const char *at = (const char *)c->conf + rows[i].offset;
        struct jg_str value = *(const struct jg_str *)at;
        bool known = false;

        for (size_t k = 0; rows[i].known[k] != NULL; k++)
            known = known || jg_str_eq(value, jg_str(rows[i].known[k]));
        if (!known)
            jg_bind_report(c->source, JG_WARNING, JG_E_CONF_VALUE, rows[i].path,
                           jg_json_path(c->root, jg_str(rows[i].path)),
                           rows[i].fix, "%s", rows[i].message);
    }
}

static enum jg_err
check_tls(const struct check *c)
{
    const struct jg_conf_http *http = &c->conf->http;
    const struct jg_conf_certificate *certificates = http->certificates.items;
    static const char path[] = "http_server_options.certificates";

    if (!http->use_ssl)
        return JG_OK;
    if (http->certificates.count == 0)
        return jg_bind_report(c->source, JG_FAULT, JG_E_CONF_MISSING, path,
                              NULL,
                              "[{\"cert_file\": \"...\", \"key_file\": "
                              "\"...\"}]",
                              "use_ssl needs at least one certificate");
    for (size_t i = 0; i < http->certificates.count; i++)
        if (certificates[i].cert_file.len == 0 ||
            certificates[i].key_file.len == 0)
            return jg_bind_report(c->source, JG_FAULT, JG_E_CONF_MISSING, path,
                                  NULL, NULL,
                                  "certificate %zu needs cert_file and "
                                  "key_file",
                                  i + 1);
    return JG_OK;
}

static enum jg_err
check_ports(const struct check *c)
{
    if (c->conf->control_api_port != c->conf->listen_port)
        return JG_OK;
    return jg_bind_report(c->source, JG_FAULT, JG_E_CONF_VALUE,
                          "control_api_port",
                          jg_json_get(c->root, JG_STR("control_api_port")),
                          "remove it to have the control API on listen_port",
                          "this is the listen_port, too");
}

static void
check_secret(const struct check *c)
{
    if (jg_str_eq(c->conf->secret, JG_STR(PUBLIC_SECRET)))
        jg_bind_report(c->source, JG_WARNING, JG_E_CONF_RISK, "secret", NULL,
                       "choose your own, or remove it to have one made",
                       "this is the secret of Tyk's documentation: everybody "
                       "can use the control API");
}

static void
check_jwks(const struct check *c)
{
    if (c->conf->jwt_ssl_insecure_skip_verify)
        jg_bind_report(c->source, JG_WARNING, JG_E_CONF_RISK,
                       "jwt_ssl_insecure_skip_verify", NULL,
                       "remove it, and name your own authority in "
                       "jwks.ca_file",
                       "certificates of key sets are not verified: whoever "
                       "is on the way there can make tokens");
    if (c->conf->jwks.allow_http)
        jg_bind_report(c->source, JG_WARNING, JG_E_CONF_RISK, "jwks.allow_http",
                       NULL, "use https",
                       "key sets by http can be changed on their way: whoever "
                       "does it can make tokens");
}

/* A short secret would be guessed, an id that two have opens nothing. */
static enum jg_err
check_split_keys(const struct check *c)
{
    const struct jg_conf_split_key *keys = c->conf->split_token_keys.items;
    size_t count = c->conf->split_token_keys.count;
    const char *what = NULL;

    if (count > JG_SPLIT_KEYS_MAX)
        what = "there may be 16 keys";
    for (size_t i = 0; i < count && what == NULL; i++) {
        if (keys[i].id.len == 0)
            what = "each key needs an id of its own";
        else if (keys[i].secret.len < JG_SPLIT_KEY_SECRET_MIN)
            what = "each key needs a secret of at least 32 bytes";
        for (size_t k = 0; k < i; k++)
            if (jg_str_eq(keys[i].id, keys[k].id))
                what = "each key needs an id of its own";
    }
    if (what == NULL)
        return JG_OK;
    return jg_bind_report(c->source, JG_FAULT, JG_E_CONF_VALUE,
                          "split_token_keys", NULL,
                          "[{\"id\": \"1\", \"secret\": \"(openssl rand -hex "
                          "32)\"}]",
                          "%s", what);
}

static enum jg_err
check_all(const struct check *c)
{
    enum jg_err messages, tls, ports, keys;

    check_words(c);
    check_secret(c);
    check_jwks(c);
    messages = jg_conf_check_messages(c->conf, c->source);
    tls = check_tls(c);
    ports = check_ports(c);
    keys = check_split_keys(c);
    if (keys != JG_OK)
        return keys;
    if (messages != JG_OK)
        return messages;
    return tls != JG_OK ? tls : ports;
}

static enum jg_err
read_conf(const struct jg_bind_source *source, const char *const *environment,
          struct jg_arena *scratch, struct jg_arena *a, struct jg_conf *conf)
{
    struct check check = {source, NULL, conf};
    enum jg_err err =
        jg_bind_parse(source, &jg_json_limits_conf, scratch, &check.root);
    enum jg_err file, env;

    if (err != JG_OK)
        return err;
    file = jg_bind(&jg_conf_table, check.root, conf, a, source);
    env = jg_conf_read_environment(environment, source->diags, a, conf);
    if (file == JG_E_NOMEM || env == JG_E_NOMEM)
        return JG_E_NOMEM;
    if (file != JG_OK || env != JG_OK)
        return JG_E_CONF_TYPE;
    fill_in(conf);
    file = jg_conf_read_templates(conf, source, a);
    return file == JG_OK ? check_all(&check) : file;
}

enum jg_err
jg_conf_read(const struct jg_bind_source *source,
             const char *const *environment, struct jg_arena *a,
             struct jg_conf *out)
{
    struct jg_conf conf = defaults;
    struct jg_arena scratch;
    enum jg_err err;

    jg_arena_init(&scratch, SCRATCH_CHUNK_BYTES, SCRATCH_MAX_BYTES);
    err = read_conf(source, environment, &scratch, a, &conf);
    jg_arena_free(&scratch);
    if (err == JG_OK)
        *out = conf;
    return err;
}
