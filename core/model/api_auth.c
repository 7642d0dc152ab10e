/*
 * Who may call an API. What Tyk asks of a caller and we cannot check keeps
 * the API closed: it stays routed, and refuses every request.
 */
#include "model/model_internal.h"

#define DEF(field) offsetof(struct jg_api_def, field)

/* Modes that we do not offer, and the field that switches each on. */
static const struct {
    size_t offset; /* of the bool */
    const char *field;
    bool also_keyless; /* Tyk asks for it even where use_keyless is set */
} closing[] = {
    {DEF(use_mutual_tls_auth), "use_mutual_tls_auth", true},
    {DEF(use_oauth2), "use_oauth2", false},
    {DEF(external_oauth), "external_oauth.enabled", false},
    {DEF(enable_signature_checking), "enable_signature_checking", false},
    {DEF(use_openid), "use_openid", false},
    {DEF(custom_plugin_auth_enabled), "custom_plugin_auth_enabled", false},
    {DEF(enable_coprocess_auth), "enable_coprocess_auth", false},
    {DEF(use_go_plugin_auth), "use_go_plugin_auth", false},
};

/* The field of the first mode that is on and closes the API, or NULL. */
static const char *
closed_by(const struct jg_api_def *def)
{
    for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
        const char *at = (const char *)def + closing[i].offset;

        if (*(const bool *)at && (!def->use_keyless || closing[i].also_keyless))
            return closing[i].field;
    }
    return NULL;
}

/* What a stored key alone is not enough for, or NULL. */
static const char *
more_than_a_key(const struct jg_api *api)
{
    const struct jg_auth_config *source = api->key_source;
    bool own = source != jg_api_single_auth(&api->def);

    if (api->def.use_keyless ||
        ((api->def.enable_jwt || api->def.use_basic_auth) &&
         !api->def.use_standard_auth))
        return NULL;
    if (source->use_certificate)
        return own ? "auth_configs.authToken.use_certificate"
                   : "auth.use_certificate";
    if (source->validate_signature)
        return own ? "auth_configs.authToken.validate_signature"
                   : "auth.validate_signature";
    return NULL;
}

static void
close_api(struct jg_api_reading *r, const char *field)
{
    struct jg_api *api = r->api;

    api->mode = JG_AUTH_CLOSED;
    api->key_err = JG_E_AUTH_UNSUPPORTED;
    api->key_fault = JG_STR("an authentication mode is switched on that is "
                            "not available in this version");
    jg_bind_report(
        r->source, JG_FAULT, JG_E_AUTH_UNSUPPORTED, field,
        jg_json_path(r->root, jg_str(field)),
        api->def.is_oas ? "only JWT, API key and basic schemes are"
                        : "only enable_jwt, use_standard_auth, use_basic_auth "
                          "and use_keyless are",
        "this authentication is not available in this version, and "
        "%severy request is refused",
        api->def.enable_jwt ? "Tyk asks for it beside the JWT: " : "");
}

/* A mode that is on, but of no effect, because the API is open. */
static void
warn_of_keyless(struct jg_api_reading *r)
{
    const struct jg_api_def *def = &r->api->def;
    const char *field = def->enable_jwt          ? "enable_jwt"
                        : def->use_basic_auth    ? "use_basic_auth"
                        : def->use_standard_auth ? "use_standard_auth"
                                                 : NULL;

    for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
        if (*(const bool *)((const char *)def + closing[i].offset))
            field = closing[i].field;
    if (field != NULL)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK, "use_keyless",
                       jg_json_get(r->root, JG_STR("use_keyless")),
                       "remove use_keyless to ask for authentication",
                       "the API is open to everybody: %s has no effect beside "
                       "use_keyless",
                       field);
}

const struct jg_auth_config *
jg_api_single_auth(const struct jg_api_def *def)
{
    static const struct jg_auth_config empty;

    return def->auth != NULL ? def->auth : &empty;
}

/* auth_configs[<kind>], or else the deprecated auth (reference 2.1). */
static const struct jg_auth_config *
source_of(const struct jg_api_def *def, struct jg_str kind)
{
    const struct jg_auth_config *configs = def->auth_configs.items;

    for (size_t i = 0; i < def->auth_configs.count; i++)
        if (jg_str_eq(configs[i].kind, kind))
            return &configs[i];
    return jg_api_single_auth(def);
}

const struct jg_auth_config *
jg_api_basic_source(const struct jg_api_def *def)
{
    return source_of(def, JG_STR("basic"));
}

static void
check_source(struct jg_api_reading *r, const struct jg_auth_config *source,
             const char *path)
{
    if (source == jg_api_single_auth(&r->api->def))
        path = "auth";
    if (source->disable_header && !source->use_param && !source->use_cookie)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, path, NULL,
                       r->api->def.is_oas
                           ? "add \"header\": {\"enabled\": true, \"name\": "
                             "\"Authorization\"}"
                           : "set use_param or use_cookie, or remove "
                             "disable_header",
                       "no place is left to look for the token: every request "
                       "is refused");
}

/* What no other mode is switched on for is asked for a stored key, as in Tyk;
 * somebody may have meant something else. */
static void
warn_of_default(struct jg_api_reading *r)
{
    const char *field = r->api->def.is_oas ? "enable_jwt" : "use_standard_auth";

    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, field,
                   jg_json_get(r->root, jg_str(field)),
                   r->api->def.is_oas
                       ? "list a scheme that is enabled in the document's "
                         "security"
                       : "set use_standard_auth to say so, or enable_jwt, or "
                         "use_keyless for an API that is open to everybody",
                   "no authentication is switched on, which means auth "
                   "tokens, as in Tyk");
}

/* The names of base_identity_provided_by that we know. */
static const struct {
    const char *name;
    enum jg_auth_method method;
} bases[] = {
    {"jwt_claim", JG_METHOD_JWT},
    {"auth_token", JG_METHOD_TOKEN},
    {"basic_auth_user", JG_METHOD_BASIC},
};

static void
read_base(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    struct jg_str name = api->def.base_identity_provided_by;

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
        if (jg_str_eq(name, jg_str(bases[i].name)) &&
            (api->methods & bases[i].method) != 0)
            api->base_method = bases[i].method;
    if (name.len > 0 && api->base_method == 0)
        jg_bind_report(
            r->source, JG_WARNING, JG_E_CONF_VALUE, "base_identity_provided_by",
            jg_json_get(r->root, JG_STR("base_identity_provided_by")),
            "use jwt_claim, auth_token or basic_auth_user, or leave it empty",
            "no effect: the API has no such authentication");
}

static jg_auth_methods
methods_of(const struct jg_api_def *def)
{
    return (def->enable_jwt ? JG_METHOD_JWT : 0) |
           (def->use_standard_auth ? JG_METHOD_TOKEN : 0) |
           (def->use_basic_auth ? JG_METHOD_BASIC : 0);
}

/* Whose body would be read, before anybody knows who he is. */
static void
warn_of_body(struct jg_api_reading *r)
{
    const struct jg_api_basic *basic = r->api->def.basic;

    if (basic != NULL && basic->extract_from_body)
        jg_bind_report(
            r->source, JG_WARNING, JG_E_CONF_VALUE,
            "basic_auth.extract_from_body",
            jg_json_path(r->root, JG_STR("basic_auth.extract_from_body")),
            "have clients send the header",
            "user and password are not looked for in bodies: who sends no "
            "header is refused");
}

/* One header cannot hold both. */
static void
warn_of_one_header(struct jg_api_reading *r)
{
    const struct jg_api *api = r->api;
    const struct jg_auth_config *basic = jg_api_basic_source(&api->def), *other;
    struct jg_str name = JG_STR("Authorization"), others = name;

    if (api->requirement_count > 1 || (api->methods & JG_METHOD_BASIC) == 0 ||
        api->methods == JG_METHOD_BASIC)
        return;
    other = (api->methods & JG_METHOD_JWT) != 0 ? api->token_source
                                                : api->key_source;
    if (basic->auth_header_name.len > 0)
        name = basic->auth_header_name;
    if (other->auth_header_name.len > 0)
        others = other->auth_header_name;
    if (jg_str_eq_nocase(name, others) && !basic->disable_header &&
        !other->disable_header && !other->use_param && !other->use_cookie)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, "use_basic_auth",
                       jg_json_get(r->root, JG_STR("use_basic_auth")),
                       "give auth_configs.basic, or the other method, an "
                       "auth_header_name of its own",
                       "user and password are asked for beside another method "
                       "in the one header %.*s: nobody can send both",
                       JG_STR_ARG(name));
}

/* Tyk takes any skew; one of hours was meant for milliseconds, or hides a clock
 * that is wrong. */
static void
warn_of_skew(struct jg_api_reading *r)
{
    const struct jg_claims_skew *skew = &r->api->def.skew;
    const struct {
        const char *field;
        int64_t skew_s;
    } rows[] = {
        {"jwt_issued_at_validation_skew", skew->iat_s},
        {"jwt_expires_at_validation_skew", skew->exp_s},
        {"jwt_not_before_validation_skew", skew->nbf_s},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].skew_s > JG_SKEW_USUAL_S)
            jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK, rows[i].field,
                           jg_json_get(r->root, jg_str(rows[i].field)),
                           "it is in seconds: 30 is enough for clocks that are "
                           "set by NTP",
                           "tokens are good for more than an hour outside of "
                           "their time");
}

/* Callers are asked for all that is switched on, or for one of the sets that
 * the document lists. */
static void
ask_callers(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    const struct jg_api_def *def = &api->def;

    api->mode = JG_AUTH_CALLERS;
    api->methods = methods_of(def);
    if (api->methods == 0) {
        warn_of_default(r);
        api->methods = JG_METHOD_TOKEN;
    }
    api->requirements[0] = api->methods;
    api->requirement_count = 1;
    if (def->alternative_count > 0) {
        memcpy(api->requirements, def->alternatives, sizeof(api->requirements));
        api->requirement_count = def->alternative_count;
    }
    read_base(r);
    if ((api->methods & JG_METHOD_JWT) != 0) {
        check_source(r, api->token_source, "auth_configs.jwt");
        warn_of_skew(r);
    }
    if ((api->methods & JG_METHOD_TOKEN) != 0)
        check_source(r, api->key_source, "auth_configs.authToken");
    if ((api->methods & JG_METHOD_BASIC) != 0) {
        check_source(r, jg_api_basic_source(&api->def), "auth_configs.basic");
        warn_of_body(r);
        warn_of_one_header(r);
    }
}

enum jg_err
jg_api_read_auth(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    const char *field = closed_by(&api->def);

    api->token_source = source_of(&api->def, JG_STR("jwt"));
    api->key_source = source_of(&api->def, JG_STR("authToken"));
    if (field == NULL)
        field = more_than_a_key(api);
    if (field != NULL) {
        close_api(r, field);
    } else if (api->def.use_keyless) {
        api->mode = JG_AUTH_KEYLESS;
        warn_of_keyless(r);
    } else {
        ask_callers(r);
    }
    return JG_OK;
}
