/*
 * Who may call an API with an OAS definition. OpenAPI says in `security` which
 * schemes are asked for, and in components.securitySchemes what they are;
 * Tyk's part says how they are checked (reference 1.2).
 */
#include "model/oas.h"

#define DEF(field) offsetof(struct jg_api_def, field)

/* Kinds of schemes, in OpenAPI's words; "" fits everything. All but a JWT
 * close the API by switching a mode on that we do not offer. */
static const struct kind {
    const char *type, *scheme, *format;
    const char *mode; /* of classic definitions */
    size_t mode_at;   /* its bool */
} kinds[] = {
    {"http", "bearer", "JWT", NULL, 0},
    {"http", "basic", "", "use_basic_auth", DEF(use_basic_auth)},
    {"apiKey", "", "", "use_standard_auth", DEF(use_standard_auth)},
    {"oauth2", "", "", "use_oauth2", DEF(use_oauth2)},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* What a requirement of the document asks for: a scheme of each kind. */
struct asked {
    const struct jg_oas_scheme *schemes[KINDS];
    const struct jg_oas_scheme *jwt; /* the first of JWT schemes */
    unsigned jwts;
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
        out->jwts += kinds[kind].mode == NULL;
        if (out->jwts == 1 && kinds[kind].mode == NULL)
            out->jwt = scheme;
    }
}

static bool
is_jwt_only(const struct asked *asked)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].mode != NULL && asked->schemes[i] != NULL)
            return false;
    return asked->jwt != NULL;
}

/*
 * In legacy mode the first requirement counts and no other. In compliant mode
 * one of several is enough: the first that we can check is the one we take,
 * so that nobody gets in by the others.
 */
static void
choose(struct jg_api_reading *r, const struct jg_oas *oas, struct asked *out)
{
    const struct jg_json *security = jg_json_get(r->root, JG_STR("security"));
    bool compliant = jg_str_eq(oas->processing_mode, JG_STR("compliant"));
    uint32_t taken = 0;

    *out = (struct asked){0};
    if (security == NULL || security->type != JG_JSON_ARRAY ||
        security->count == 0)
        return;
    read_requirement(r, oas, &security->items[0], out);
    for (uint32_t i = 1; compliant && i < security->count && !is_jwt_only(out);
         i++) {
        read_requirement(r, oas, &security->items[i], out);
        taken = i;
    }
    if (security->count > 1)
        jg_bind_report(r->source, JG_WARNING,
                       compliant ? JG_E_CONF_UNSUPPORTED : JG_E_CONF_VALUE,
                       "security", NULL,
                       compliant ? NULL : "keep only the first",
                       compliant ? "alternatives are not available: only "
                                   "number %u of them lets callers in"
                                 : "only number %u of these counts, as in "
                                   "Tyk's legacy mode",
                       taken + 1);
}

/* Where the fields of the scheme stand that later steps report. */
static enum jg_err
name_jwt(struct jg_api_reading *r, const struct jg_oas_scheme *scheme)
{
    static const struct {
        const char *from, *to;
    } fields[] = {
        {"auth", ""},
        {"jwt_source", ".source"},
        {"jwt_jwks_uris", ".jwksURIs"},
        {"jwt_issuer", ".issuer"},
        {"jwt_signing_method", ".signingMethod"},
        {"jwt_algorithms", ".algorithms"},
        {"jwt_profile", ".profile"},
        {"jwt_client_base_field", ".clientBaseField"},
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

static void
take_jwt(struct jg_api_def *def, const struct jg_oas_scheme *s)
{
    def->enable_jwt = true;
    def->auth = (struct jg_auth_config){
        .kind = JG_STR("jwt"),
        .auth_header_name = s->header.name,
        .param_name = s->query.name,
        .cookie_name = s->cookie.name,
        .use_param = s->query.enabled,
        .use_cookie = s->cookie.enabled,
        .disable_header = !s->header.enabled,
    };
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

/* Switch on what closes the API. */
static enum jg_err
take_modes(struct jg_api_reading *r, struct jg_api_def *def,
           const struct asked *asked)
{
    for (size_t i = 0; i < KINDS; i++) {
        enum jg_err err;

        if (kinds[i].mode == NULL || asked->schemes[i] == NULL)
            continue;
        *(bool *)((char *)def + kinds[i].mode_at) = true;
        err = jg_oas_alias(r, kinds[i].mode,
                           JG_OAS_AUTH ".securitySchemes.%.*s.enabled",
                           JG_STR_ARG(asked->schemes[i]->name));
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

static enum jg_err
take(struct jg_api_reading *r, struct jg_oas *oas, const struct asked *asked)
{
    enum jg_err err = take_modes(r, &oas->def, asked);

    if (err != JG_OK || asked->jwt == NULL)
        return err;
    if (asked->jwts > 1)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, "security", NULL,
                       "ask for one of them",
                       "several JWT schemes at once: only \"%.*s\" is checked",
                       JG_STR_ARG(jg_str_head(asked->jwt->name, 64)));
    take_jwt(&oas->def, asked->jwt);
    return name_jwt(r, asked->jwt);
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
    /* What closes for want of a scheme is reported there. */
    return err == JG_OK ? jg_oas_alias(r, "enable_jwt", JG_OAS_AUTH) : err;
}
