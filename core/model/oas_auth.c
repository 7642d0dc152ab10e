/*
 * Who may call an API with an OAS definition. OpenAPI says in `security` which
 * schemes are asked for, and in components.securitySchemes what they are;
 * Tyk's part says how they are checked (reference 1.2).
 */
#include "model/oas.h"

#define DEF(field) offsetof(struct jg_api_def, field)

/* Kinds of schemes, in OpenAPI's words; "" fits everything. Those without a
 * method of ours close the API by switching a mode on that we do not offer. */
static const struct kind {
    const char *type, *scheme, *format;
    const char *mode; /* of classic definitions */
    size_t mode_at;   /* its bool */
    jg_auth_methods method;
} kinds[] = {
    {"http", "bearer", "JWT", "enable_jwt", DEF(enable_jwt), JG_METHOD_JWT},
    {"apiKey", "", "", "use_standard_auth", DEF(use_standard_auth),
     JG_METHOD_TOKEN},
    {"http", "basic", "", "use_basic_auth", DEF(use_basic_auth),
     JG_METHOD_BASIC},
    {"oauth2", "", "", "use_oauth2", DEF(use_oauth2), 0},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define JWT_KIND 0
#define TOKEN_KIND 1
#define BASIC_KIND 2

/* What a requirement of the document asks for: the first scheme of each
 * kind, and how many there are. */
struct asked {
    const struct jg_oas_scheme *schemes[KINDS];
    unsigned counts[KINDS];
};

static bool
has(const struct jg_json *native, const char *member, const char *want)
{
    struct jg_str text = jg_json_string(jg_json_get(native, jg_str(member)));

    return want[0] == '\0' || jg_str_eq_nocase(text, jg_str(want));
}

/* Index into kinds[], or KINDS. */
static size_t
kind_of(const struct jg_json *native)
{
    size_t i = 0;

    while (i < KINDS && !(has(native, "type", kinds[i].type) &&
                          has(native, "scheme", kinds[i].scheme) &&
                          has(native, "bearerFormat", kinds[i].format)))
        i++;
    return i;
}

static const struct jg_oas_scheme *
scheme_named(const struct jg_oas *oas, struct jg_str name)
{
    const struct jg_oas_scheme *schemes = oas->schemes.items;

    for (size_t i = 0; i < oas->schemes.count; i++)
        if (jg_str_eq(schemes[i].name, name))
            return &schemes[i];
    return NULL;
}

static const struct jg_json *
native_named(const struct jg_api_reading *r, struct jg_str name)
{
    return jg_json_get(
        jg_json_path(r->root, JG_STR("components.securitySchemes")), name);
}

/* Why the scheme <name>, which is asked for, has no effect; or NULL. */
static const char *
fault_of(const struct jg_json *native, const struct jg_oas_scheme *scheme)
{
    if (native == NULL)
        return "is not among components.securitySchemes";
    if (kind_of(native) == KINDS)
        return "is of a kind that Tyk does not know; for a JWT it is {\"type\":"
               " \"http\", \"scheme\": \"bearer\", \"bearerFormat\": \"JWT\"}";
    if (scheme == NULL)
        return "is not among server.authentication.securitySchemes";
    return scheme->enabled ? NULL : "is not enabled";
}

/* What one requirement of the document's security asks for. */
static void
read_requirement(const struct jg_api_reading *r, const struct jg_oas *oas,
                 const struct jg_json *requirement, struct asked *out)
{
    *out = (struct asked){0};
    for (uint32_t i = 0;
         requirement->type == JG_JSON_OBJECT && i < requirement->count; i++) {
        struct jg_str name = requirement->members[i].name;
        const struct jg_json *native = native_named(r, name);
        const struct jg_oas_scheme *scheme = scheme_named(oas, name);
        size_t kind = kind_of(native);
        const char *why = fault_of(native, scheme);

        if (why != NULL) {
            jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, "security",
                           NULL, NULL, "no effect: \"%.*s\" %s",
                           JG_STR_ARG(jg_str_head(name, 64)), why);
            continue;
        }
        if (out->schemes[kind] == NULL)
            out->schemes[kind] = scheme;
        out->counts[kind]++;
    }
}

/* The methods that it asks for; 0: none, or one that we do not offer. */
static jg_auth_methods
methods_of(const struct asked *asked)
{
    jg_auth_methods methods = 0;

    for (size_t i = 0; i < KINDS; i++) {
        if (asked->schemes[i] == NULL)
            continue;
        if (kinds[i].method == 0)
            return 0;
        methods |= kinds[i].method;
    }
    return methods;
}

/* Take over the schemes of <one>; false: <all> has others of these kinds. */
static bool
merge(struct asked *all, const struct asked *one)
{
    for (size_t i = 0; i < KINDS; i++)
        if (one->schemes[i] != NULL && all->schemes[i] != NULL &&
            one->schemes[i] != all->schemes[i])
            return false;
    for (size_t i = 0; i < KINDS; i++) {
        if (one->schemes[i] != NULL)
            all->schemes[i] = one->schemes[i];
        if (one->counts[i] > all->counts[i])
            all->counts[i] = one->counts[i];
    }
    return true;
}

/* In compliant mode one of several is enough. Those that we cannot check are
 * left out, so that nobody gets in by them. */
static void
choose_each(struct jg_api_reading *r, struct jg_oas *oas,
            const struct jg_json *security, struct asked *out)
{
    struct jg_api_def *def = &oas->def;

    for (uint32_t i = 0; i < security->count; i++) {
        jg_auth_methods methods;
        struct asked one;

        read_requirement(r, oas, &security->items[i], &one);
        methods = methods_of(&one);
        if (methods != 0 && def->alternative_count < JG_REQUIREMENTS_MAX &&
            merge(out, &one))
            def->alternatives[def->alternative_count++] = methods;
        else
            jg_bind_report(r->source, JG_WARNING, JG_E_CONF_UNSUPPORTED,
                           "security", NULL, NULL,
                           "alternative number %u lets nobody in: it asks for "
                           "nothing, for what is not available, or for a "
                           "second scheme of one kind",
                           i + 1);
    }
}

/* In legacy mode the first requirement counts and no other. */
static void
choose(struct jg_api_reading *r, struct jg_oas *oas, struct asked *out)
{
    const struct jg_json *security = jg_json_get(r->root, JG_STR("security"));

    *out = (struct asked){0};
    if (security == NULL || security->type != JG_JSON_ARRAY ||
        security->count == 0)
        return;
    if (security->count > 1 &&
        jg_str_eq(oas->processing_mode, JG_STR("compliant"))) {
        choose_each(r, oas, security, out);
        if (oas->def.alternative_count > 0)
            return;
    } else if (security->count > 1) {
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, "security", NULL,
                       "keep only the first",
                       "only number 1 of these counts, as in Tyk's legacy "
                       "mode");
    }
    read_requirement(r, oas, &security->items[0], out);
}

/* Where the fields of the scheme stand that later steps report. */
static enum jg_err
name_jwt(struct jg_api_reading *r, const struct jg_oas_scheme *scheme)
{
    static const struct {
        const char *from, *to;
    } fields[] = {
        {"auth_configs.jwt", ""},
        {"jwt_source", ".source"},
        {"jwt_jwks_uris", ".jwksURIs"},
        {"jwt_issuer", ".issuer"},
        {"jwt_signing_method", ".signingMethod"},
        {"jwt_algorithms", ".algorithms"},
        {"jwt_profile", ".profile"},
        {"jwt_client_base_field", ".clientBaseField"},
        {"jwt_issued_at_validation_skew", ".issuedAtValidationSkew"},
        {"jwt_expires_at_validation_skew", ".expiresAtValidationSkew"},
        {"jwt_not_before_validation_skew", ".notBeforeValidationSkew"},
        {"allowedSubjects", ".allowedSubjects"},
        {"customClaimValidation", ".customClaimValidation"},
    };
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        err = jg_oas_alias(r, fields[i].from,
                           JG_OAS_AUTH ".securitySchemes.%.*s%s",
                           JG_STR_ARG(scheme->name), fields[i].to);
        if (err != JG_OK)
            break;
    }
    return err;
}

static struct jg_auth_config
places_of(const struct jg_oas_scheme *s, struct jg_str kind)
{
    return (struct jg_auth_config){
        .kind = kind,
        .auth_header_name = s->header.name,
        .param_name = s->query.name,
        .cookie_name = s->cookie.name,
        .use_param = s->query.enabled,
        .use_cookie = s->cookie.enabled,
        .disable_header = !s->header.enabled,
    };
}

/* Where the document itself says that an API key is; Tyk's part may add
 * other places. */
static void
add_native_place(const struct jg_json *native, struct jg_auth_config *config)
{
    struct jg_str name = jg_json_string(jg_json_get(native, JG_STR("name")));

    if (has(native, "in", "header")) {
        config->disable_header = false;
        config->auth_header_name = name;
    } else if (has(native, "in", "query")) {
        config->use_param = true;
        config->param_name = name;
    } else if (has(native, "in", "cookie")) {
        config->use_cookie = true;
        config->cookie_name = name;
    }
}

/* The places of JWT, API key and user and password, as auth_configs holds them.
 * The document's own texts do not stay, so they are copied. */
static enum jg_err
take_places(struct jg_api_reading *r, struct jg_api_def *def,
            const struct asked *asked)
{
    struct jg_arena *a = &r->api->arena;
    const struct jg_oas_scheme *token = asked->schemes[TOKEN_KIND];
    struct jg_auth_config *configs = jg_arena_array(a, 3, sizeof(*configs));
    struct jg_auth_config key;
    size_t n = 0;

    if (configs == NULL)
        return JG_E_NOMEM;
    if (asked->schemes[JWT_KIND] != NULL)
        configs[n++] = places_of(asked->schemes[JWT_KIND], JG_STR("jwt"));
    if (asked->schemes[BASIC_KIND] != NULL)
        configs[n++] = places_of(asked->schemes[BASIC_KIND], JG_STR("basic"));
    if (token != NULL) {
        key = places_of(token, JG_STR("authToken"));
        key.use_certificate = token->certificate;
        key.validate_signature = token->signature;
        add_native_place(native_named(r, token->name), &key);
        key.auth_header_name = jg_arena_str(a, key.auth_header_name);
        key.param_name = jg_arena_str(a, key.param_name);
        key.cookie_name = jg_arena_str(a, key.cookie_name);
        if (key.auth_header_name.p == NULL || key.param_name.p == NULL ||
            key.cookie_name.p == NULL)
            return JG_E_NOMEM;
        configs[n++] = key;
    }
    def->auth_configs = (struct jg_list){configs, n};
    return JG_OK;
}

static void
take_jwt(struct jg_api_def *def, const struct jg_oas_scheme *s)
{
    def->jwt_source = s->source;
    def->jwt_jwks_uris = s->jwks_uris;
    def->jwt_issuer = s->issuer;
    def->jwt_signing_method = s->signing_method;
    def->jwt_algorithms = s->algorithms;
    def->jwt_profile = s->profile;
    def->jwt_identity_base_field = s->identity_base_field;
    def->jwt_subject_claims = s->subject_claims;
    def->jwt_client_base_field = s->client_base_field;
    def->jwt_policy_field_name = s->policy_field_name;
    def->jwt_base_policy_claims = s->base_policy_claims;
    def->jwt_default_policies = s->default_policies;
    def->jwt_scope_claims = s->scope_claims;
    def->scopes_jwt = s->scopes;
    def->scopes_jwt.policies =
        (struct jg_pairs){s->scope_policies.items, s->scope_policies.count};
    def->jwt_skip_kid = s->skip_kid;
    def->skew = s->skew;
    def->rules = s->rules;
}

/* Switch on what is asked for, also what closes the API. */
static enum jg_err
take_modes(struct jg_api_reading *r, struct jg_api_def *def,
           const struct asked *asked)
{
    for (size_t i = 0; i < KINDS; i++) {
        enum jg_err err;

        if (asked->schemes[i] == NULL)
            continue;
        *(bool *)((char *)def + kinds[i].mode_at) = true;
        err = i == JWT_KIND
                  ? JG_OK
                  : jg_oas_alias(r, kinds[i].mode,
                                 JG_OAS_AUTH ".securitySchemes.%.*s.enabled",
                                 JG_STR_ARG(asked->schemes[i]->name));
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

static enum jg_err
take_basic(struct jg_api_reading *r, struct jg_api_def *def,
           const struct jg_oas_scheme *s)
{
    enum jg_err err =
        jg_oas_alias(r, "auth_configs.basic",
                     JG_OAS_AUTH ".securitySchemes.%.*s", JG_STR_ARG(s->name));

    def->basic = jg_arena_alloc(&r->api->arena, sizeof(*def->basic));
    if (err == JG_OK && def->basic == NULL)
        return JG_E_NOMEM;
    if (err == JG_OK)
        *def->basic = s->basic;
    if (err == JG_OK)
        err = jg_oas_alias(r, "basic_auth.extract_from_body",
                           JG_OAS_AUTH ".securitySchemes.%.*s"
                                       ".extractCredentialsFromBody.enabled",
                           JG_STR_ARG(s->name));
    return err;
}

/* For people. */
static const char *const kind_names[KINDS] = {
    [JWT_KIND] = "JWT",
    [TOKEN_KIND] = "API key",
    [BASIC_KIND] = "basic",
};

static void
warn_of_second(struct jg_api_reading *r, const struct asked *asked)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].method != 0 && asked->counts[i] > 1)
            jg_bind_report(
                r->source, JG_WARNING, JG_E_CONF_VALUE, "security", NULL,
                "ask for one of them",
                "several %s schemes at once: only \"%.*s\" is "
                "checked",
                kind_names[i],
                JG_STR_ARG(jg_str_head(asked->schemes[i]->name, 64)));
}

/* The first that fits counts. */
static enum jg_err
name_key(struct jg_api_reading *r, const struct jg_oas_scheme *scheme)
{
    static const struct {
        const char *from, *to;
    } fields[] = {
        {"auth_configs.authToken.use_certificate", ".enableClientCertificate"},
        {"auth_configs.authToken.validate_signature",
         ".signatureValidation.enabled"},
        {"auth_configs.authToken", ""},
    };
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && err == JG_OK;
         i++)
        err = jg_oas_alias(r, fields[i].from,
                           JG_OAS_AUTH ".securitySchemes.%.*s%s",
                           JG_STR_ARG(scheme->name), fields[i].to);
    return err;
}

static enum jg_err
take(struct jg_api_reading *r, struct jg_oas *oas, const struct asked *asked)
{
    const struct jg_oas_scheme *jwt = asked->schemes[JWT_KIND];
    const struct jg_oas_scheme *token = asked->schemes[TOKEN_KIND];
    enum jg_err err = take_modes(r, &oas->def, asked);

    if (err == JG_OK)
        err = take_places(r, &oas->def, asked);
    if (err != JG_OK)
        return err;
    warn_of_second(r, asked);
    if (token != NULL)
        err = name_key(r, token);
    if (err == JG_OK && asked->schemes[BASIC_KIND] != NULL)
        err = take_basic(r, &oas->def, asked->schemes[BASIC_KIND]);
    if (err != JG_OK || jwt == NULL)
        return err;
    take_jwt(&oas->def, jwt);
    return name_jwt(r, jwt);
}

/* In Tyk an API that does not speak of authentication is open. */
static void
warn_of_open(struct jg_api_reading *r)
{
    const struct jg_json *security = jg_json_get(r->root, JG_STR("security"));

    if (jg_json_path(r->root, JG_STR(JG_OAS_AUTH)) == NULL)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK, JG_OAS_AUTH, NULL,
                       "add it, with \"enabled\": true, or with \"enabled\": "
                       "false to say so",
                       "missing: the API is open to everybody, as in Tyk");
    else if (security != NULL && security->count > 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK,
                       JG_OAS_AUTH ".enabled", NULL, "set it to true",
                       "the API is open to everybody: the document's security "
                       "has no effect");
}

static enum jg_err
name_certificates(struct jg_api_reading *r, struct jg_oas *oas)
{
    const char *place = JG_OAS_EXTENSION ".server.clientCertificates.enabled";

    if (!oas->def.use_mutual_tls_auth && oas->authentication &&
        oas->certificate_auth) {
        oas->def.use_mutual_tls_auth = true;
        place = JG_OAS_AUTH ".certificateAuth.enabled";
    }
    return jg_oas_alias(r, "use_mutual_tls_auth", "%s", place);
}

enum jg_err
jg_oas_read_auth(struct jg_api_reading *r, struct jg_oas *oas)
{
    struct asked asked;
    enum jg_err err = name_certificates(r, oas);

    oas->def.use_keyless = !oas->authentication;
    if (err != JG_OK)
        return err;
    if (!oas->authentication) {
        warn_of_open(r);
        return JG_OK;
    }
    choose(r, oas, &asked);
    err = take(r, oas, &asked);
    /* What has no scheme at all is reported there. */
    return err == JG_OK ? jg_oas_alias(r, "enable_jwt", JG_OAS_AUTH) : err;
}
