/*
 * Everything in which "jwt_profile": "strict" differs (RFC 8725, RFC 9068;
 * statuses of RFC 6750), so that it can be read as a list. Only keys with a
 * risk are refused elsewhere: when the definition is read.
 */
#include "access/step.h"

bool
jg_strict(const struct jg_api *api)
{
    return jg_str_eq(api->def.jwt_profile, JG_STR("strict"));
}

/* 0 would be "does not expire", as in Tyk. */
static bool
is_time(const struct jg_json *value)
{
    return (value->type == JG_JSON_INT && value->integer > 0) ||
           (value->type == JG_JSON_REAL && value->real > 0);
}

static bool
is_name(const struct jg_json *value)
{
    return value->type == JG_JSON_STRING && value->string.len > 0;
}

/* RFC 7519 4.1.3: one name, or an array of names. */
static bool
is_names(const struct jg_json *value)
{
    if (value->type != JG_JSON_ARRAY)
        return is_name(value);
    for (uint32_t i = 0; i < value->count; i++)
        if (!is_name(&value->items[i]))
            return false;
    return value->count > 0;
}

static const struct {
    struct jg_str claim;
    bool (*fits)(const struct jg_json *value);
    const char *expected;
    enum jg_err reason;
} required[] = {
    {{"exp", 3}, is_time, "a time", JG_E_CLAIM_EXP},
    {{"iss", 3}, is_name, "a string that is not empty", JG_E_IDENTITY_NONE},
    {{"aud", 3},
     is_names,
     "a string, or strings, not empty",
     JG_E_IDENTITY_NONE},
};

static enum jg_err
check_required(struct jg_decision *d)
{
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        const struct jg_json *value =
            jg_json_get(d->unverified, required[i].claim);

        if (value != NULL && required[i].fits(value))
            continue;
        jg_trace_seen(d, "%.*s is %s", JG_STR_ARG(required[i].claim),
                      value == NULL ? "absent" : "not usable");
        jg_trace_expected(d, "%s", required[i].expected);
        return required[i].reason;
    }
    return JG_OK;
}

/* An ID token, a logout token or a DPoP proof is no access token (RFC 8725
 * 3.11). Case does not count, and "application/" may be left out (RFC 7515). */
static enum jg_err
check_typ(struct jg_decision *d)
{
    struct jg_str typ = d->header.typ;

    if (typ.p == NULL)
        return JG_OK;
    if (jg_str_starts_nocase(typ, JG_STR("application/")))
        typ = jg_str_from(typ, JG_STR("application/").len);
    if (jg_str_eq_nocase(typ, JG_STR("JWT")) ||
        jg_str_eq_nocase(typ, JG_STR("at+jwt")))
        return JG_OK;
    jg_trace_seen(d, "typ %.*s", JG_STR_ARG(d->header.typ));
    jg_trace_expected(d, "typ JWT, at+jwt, or none");
    return JG_E_TOKEN_HEADER;
}

/* Before the signature: what fails here must not cost one. */
enum jg_err
jg_step_profile(struct jg_decision *d)
{
    enum jg_err err;

    if (!jg_strict(d->api)) {
        jg_trace_skip(d);
        return JG_OK;
    }
    err = check_typ(d);
    if (err == JG_OK)
        err = check_required(d);
    if (err == JG_OK)
        err = jg_claims_check_time(d->unverified, d->with.now_s,
                                   &d->api->def.skew);
    return err;
}

/* RFC 6750 3.1, for the reasons that Tyk answers with another status. */
static const struct {
    enum jg_err first, last;
    int status;
} statuses[] = {
    {JG_E_TOKEN_MISSING, JG_E_TOKEN_MISSING, 401},
    {JG_E_TOKEN_SIZE, JG_E_TOKEN_JWE, 401},
    {JG_E_ALG, JG_E_KEYSET_ISSUER, 401},
    {JG_E_CLAIM_EXP, JG_E_CLAIM_MATCH, 401},
    {JG_E_IDENTITY_NONE, JG_E_IDENTITY_SUB_EMPTY, 401},
    {JG_E_ONE_TO_ONE, JG_E_ONE_TO_ONE_POLICIES, 401},
};

int
jg_strict_status(enum jg_err reason, int status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (reason >= statuses[i].first && reason <= statuses[i].last)
            return statuses[i].status;
    return status;
}
