/* An OAS definition into the fields of a classic one. */
#include <stdarg.h>
#include <stdio.h>

#include "model/oas.h"

#define ALIASES_MAX 64
#define ALIAS_BYTES 512
#define JG_OAS_SPLIT JG_OAS_EXTENSION ".splitToken"

/* What later steps report, by its place in an OAS document. The places of a
 * scheme's fields are added when it is known. */
static const struct {
    const char *from, *to;
} places[] = {
    {"api_id", JG_OAS_EXTENSION ".info.id"},
    {"org_id", JG_OAS_EXTENSION ".info.orgId"},
    {"expiration", JG_OAS_EXTENSION ".info.expiration"},
    {"definition.url_versioning_pattern",
     JG_OAS_EXTENSION ".info.versioning.urlVersioningPattern"},
    {"definition", JG_OAS_EXTENSION ".info.versioning"},
    {"protocol", JG_OAS_EXTENSION ".server.protocol"},
    {"domain", JG_OAS_EXTENSION ".server.customDomain.name"},
    {"allowed_ips", JG_OAS_EXTENSION ".server.ipAccessControl.allow"},
    {"blacklisted_ips", JG_OAS_EXTENSION ".server.ipAccessControl.block"},
    {"proxy.listen_path", JG_OAS_EXTENSION ".server.listenPath.value"},
    {"proxy.target_url", JG_OAS_EXTENSION ".upstream.url"},
    {"proxy.target_list", JG_OAS_EXTENSION ".upstream.loadBalancing.targets"},
    {"version_data.versions.Default.global_headers",
     JG_OAS_GLOBAL ".transformRequestHeaders"},
    {"version_data.versions.Default.global_response_headers",
     JG_OAS_GLOBAL ".transformResponseHeaders"},
    {"CORS.allowed_origins", JG_OAS_GLOBAL ".cors.allowedOrigins"},
    {"CORS.allowed_methods", JG_OAS_GLOBAL ".cors.allowedMethods"},
    {"CORS.allowed_headers", JG_OAS_GLOBAL ".cors.allowedHeaders"},
    {"CORS.exposed_headers", JG_OAS_GLOBAL ".cors.exposedHeaders"},
    {"CORS.allow_credentials", JG_OAS_GLOBAL ".cors.allowCredentials"},
    {"CORS.options_passthrough", JG_OAS_GLOBAL ".cors.optionsPassthrough"},
    {"use_keyless", JG_OAS_AUTH ".enabled"},
    {"enable_signature_checking", JG_OAS_AUTH ".hmac.enabled"},
    {"use_openid", JG_OAS_AUTH ".oidc.enabled"},
    {"custom_plugin_auth_enabled", JG_OAS_AUTH ".custom.enabled"},
    {"split_token.token_url", JG_OAS_SPLIT ".tokenUrl"},
    {"split_token.revocation_url", JG_OAS_SPLIT ".revocationUrl"},
    {"split_token.revoke_path", JG_OAS_SPLIT ".revokePath"},
    {"split_token.introspect_path", JG_OAS_SPLIT ".introspectPath"},
    {"split_token.introspect_clients", JG_OAS_SPLIT ".introspectClients"},
    {"split_token.client_id", JG_OAS_SPLIT ".clientId"},
    {"split_token", JG_OAS_SPLIT},
};

enum jg_err
jg_oas_alias(struct jg_api_reading *r, const char *from, const char *format,
             ...)
{
    char text[ALIAS_BYTES];
    struct jg_str to;
    va_list args;

    if (r->renamed.alias_count == ALIASES_MAX)
        return JG_OK; /* reported by its classic name, then */
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    to = jg_arena_str(r->scratch, jg_str(text));
    if (to.p == NULL)
        return JG_E_NOMEM;
    r->aliases[r->renamed.alias_count++] =
        (struct jg_bind_alias){jg_str(from), to};
    return JG_OK;
}

static enum jg_err
name_places(struct jg_api_reading *r)
{
    const size_t count = sizeof(places) / sizeof(places[0]);

    r->aliases = jg_arena_array(r->scratch, ALIASES_MAX, sizeof(*r->aliases));
    if (r->aliases == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        r->aliases[i] = (struct jg_bind_alias){jg_str(places[i].from),
                                               jg_str(places[i].to)};
    r->renamed = *r->source;
    r->renamed.aliases = r->aliases;
    r->renamed.alias_count = count;
    r->source = &r->renamed;
    return JG_OK;
}

static bool
is_empty(const struct jg_oas_headers *headers)
{
    return headers->add.count + headers->remove.count == 0;
}

/* Each header of the list at <path> has a name. */
static enum jg_err
check_names(struct jg_api_reading *r, const struct jg_oas_headers *headers,
            const char *path)
{
    const struct jg_pair *pairs = headers->add.items;

    for (size_t i = 0; i < headers->add.count; i++) {
        char at[160];

        if (pairs[i].name.len > 0)
            continue;
        snprintf(at, sizeof(at), "%s.add.%zu.name", path, i);
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_MISSING, at, NULL,
                              NULL, "the header's name is missing");
    }
    return JG_OK;
}

static enum jg_err
check_headers(struct jg_api_reading *r, const struct jg_oas *oas)
{
    enum jg_err err = check_names(r, &oas->request_headers,
                                  JG_OAS_GLOBAL ".transformRequestHeaders");

    if (err == JG_OK)
        err = check_names(r, &oas->response_headers,
                          JG_OAS_GLOBAL ".transformResponseHeaders");
    return err;
}

/* The one version of an OAS definition: its headers and endpoints. */
static enum jg_err
read_version(struct jg_api_reading *r, struct jg_oas *oas,
             struct jg_endpoints *endpoints)
{
    const struct jg_oas_headers *request = &oas->request_headers;
    const struct jg_oas_headers *response = &oas->response_headers;
    struct jg_api_version *version;
    enum jg_err err;

    if (is_empty(request) && is_empty(response) && endpoints == NULL &&
        !oas->size.enabled)
        return JG_OK;
    err = check_headers(r, oas);
    if (err != JG_OK)
        return err;
    version = jg_arena_alloc(&r->api->arena, sizeof(*version));
    if (version == NULL)
        return JG_E_NOMEM;
    *version = (struct jg_api_version){
        .name = JG_STR("Default"),
        .global_headers = {request->add.items, request->add.count},
        .global_headers_remove = request->remove,
        .global_headers_disabled = !request->enabled,
        .global_response_headers = {response->add.items, response->add.count},
        .global_response_headers_remove = response->remove,
        .global_response_headers_disabled = !response->enabled,
        .use_extended_paths = true,
        .ignore_endpoint_case = oas->ignore_case,
        .global_size_limit = oas->size.bytes,
        .global_size_limit_disabled = !oas->size.enabled,
        .endpoints = endpoints,
    };
    oas->def.versions = (struct jg_list){version, 1};
    return JG_OK;
}

/* A version without an API is none, as in Tyk. */
static void
read_versioning(struct jg_oas *oas)
{
    struct jg_oas_versioning *v = oas->versioning;

    if (v == NULL)
        return;
    v->definition.versions = (struct jg_pairs){v->apis.items, v->apis.count};
    oas->def.definition = &v->definition;
}

static int64_t
common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Is each of them a URL? In classic definitions their places are others. */
static enum jg_err
check_targets(struct jg_api_reading *r, const struct jg_oas *oas)
{
    const struct jg_oas_target *targets = oas->targets.items;
    enum jg_err first = JG_OK;

    for (size_t i = 0; i < oas->targets.count; i++) {
        struct jg_target target;
        const char *why = NULL;
        char path[96];
        enum jg_err err =
            jg_target_read(targets[i].url, r->scratch, &target, &why);

        if (err == JG_E_NOMEM)
            return err;
        if (err == JG_OK)
            continue;
        snprintf(path, sizeof(path),
                 JG_OAS_EXTENSION ".upstream.loadBalancing.targets.%zu.url", i);
        jg_bind_report(r->source, JG_FAULT, err, path, NULL, NULL, "%s", why);
        first = err;
    }
    return first;
}

static enum jg_err
refuse_weights(struct jg_api_reading *r, const char *what, const char *fix)
{
    return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE,
                          "proxy.target_list", NULL, fix, "%s", what);
}

/* Each URL as often as its weight says, which are made small before. */
static enum jg_err
read_targets(struct jg_api_reading *r, struct jg_oas *oas)
{
    const struct jg_oas_target *targets = oas->targets.items;
    size_t count = oas->targets.count, n = 0;
    int64_t divisor = 0, sum = 0;
    struct jg_str *urls;
    enum jg_err err;

    if (!oas->def.proxy.enable_load_balancing || count == 0)
        return JG_OK;
    err = check_targets(r, oas);
    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        divisor = common_divisor(divisor, targets[i].weight);
    if (divisor == 0)
        return refuse_weights(r,
                              "every weight is 0, as it is when it is "
                              "missing: no target is left",
                              "give each target a weight, for example 1");
    for (size_t i = 0; i < count && sum <= JG_TARGETS_MAX; i++)
        sum += targets[i].weight / divisor;
    if (sum > JG_TARGETS_MAX)
        return refuse_weights(r,
                              "the weights differ too much: all of them "
                              "together may be 256 at most",
                              "use smaller weights, for example 1 to 10");
    urls = jg_arena_array(&r->api->arena, (size_t)sum, sizeof(*urls));
    if (urls == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        for (int64_t k = 0; k < targets[i].weight / divisor; k++)
            urls[n++] = targets[i].url;
    oas->def.proxy.target_list = (struct jg_strs){urls, n};
    return JG_OK;
}

int64_t
jg_oas_timeout_ms(const struct jg_oas_timeout *said)
{
    int64_t ms = said->ms > 0 ? said->ms : said->seconds * 1000;

    if (!said->enabled)
        return 0;
    return ms < JG_TIMEOUT_MAX_S * 1000 ? ms : JG_TIMEOUT_MAX_S * 1000;
}

static enum jg_err
read_rate(struct jg_api_reading *r, struct jg_oas *oas)
{
    struct jg_api_rate *rate;

    if (!oas->rate.enabled)
        return JG_OK;
    rate = jg_arena_alloc(&r->api->arena, sizeof(*rate));
    if (rate == NULL)
        return JG_E_NOMEM;
    rate->rate = oas->rate.rate;
    rate->per_s = (double)oas->rate.per_ms / 1000;
    oas->def.global_rate = rate;
    return JG_OK;
}

enum jg_err
jg_oas_read(struct jg_api_reading *r)
{
    struct jg_oas oas = {.def = {.is_oas = true, .not_versioned = true}};
    struct jg_endpoints *endpoints = NULL;
    enum jg_err err = name_places(r);
    enum jg_err other;

    if (err != JG_OK)
        return err;
    err = jg_bind(&jg_oas_table, r->root, &oas, &r->api->arena, r->source);
    other = jg_oas_read_operations(r, &endpoints);
    if (err == JG_OK || other == JG_E_NOMEM)
        err = other;
    if (err == JG_OK)
        err = read_version(r, &oas, endpoints);
    if (err == JG_OK)
        err = read_targets(r, &oas);
    if (err == JG_OK)
        err = read_rate(r, &oas);
    if (err == JG_OK)
        err = jg_oas_read_auth(r, &oas);
    read_versioning(&oas);
    oas.def.timeout_ms = jg_oas_timeout_ms(&oas.timeout);
    oas.def.domain_disabled = !oas.custom_domain;
    oas.def.config_data_disabled =
        oas.def.config_data != NULL && !oas.config_data_enabled;
    oas.def.enable_ip_whitelisting = oas.address_control;
    oas.def.enable_ip_blacklisting = oas.address_control;
    if (oas.lifetime_enabled) {
        oas.def.session_lifetime_s = oas.lifetime_ms / 1000;
        oas.def.session_lifetime_respects_key_expiration =
            oas.lifetime_respects;
    }
    if (err == JG_OK)
        r->api->def = oas.def;
    return err;
}
