/* The time claims of RFC 7519 4.1, with Tyk's answers (reference 2.7). */
#include "jose/claims.h"

/* What a NumericDate means in seconds; INT64_MIN: it can never be valid. */
static int64_t
seconds(const struct jg_json *value)
{
    if (value->type == JG_JSON_INT && value->integer >= 0 &&
        value->integer <= JG_TIME_MAX_S)
        return value->integer;
    /* Compared as a double first: casting 1e300 is undefined behaviour. */
    if (value->type == JG_JSON_REAL && value->real >= 0 &&
        value->real <= (double)JG_TIME_MAX_S) {
        /* 0.5 is a time in 1970, and must not become the 0 of "not set". */
        if (value->real > 0 && value->real < 1)
            return 1;
        return (int64_t)value->real;
    }
    return INT64_MIN;
}

bool
jg_claims_time(const struct jg_json *claims, struct jg_str name, int64_t *out)
{
    const struct jg_json *value = jg_json_get(claims, name);

    if (value == NULL)
        return false;
    *out = seconds(value);
    return true;
}

/* A skew as it may be; so that nothing below can overflow. */
static int64_t
bounded(int64_t skew_s)
{
    if (skew_s < 0)
        return 0;
    return skew_s > JG_SKEW_MAX_S ? JG_SKEW_MAX_S : skew_s;
}

/* Is <t> in the future at <now_s>? An invalid time counts as such. */
static bool
too_early(int64_t t, int64_t now_s, int64_t skew_s)
{
    return t == INT64_MIN || t > now_s + bounded(skew_s);
}

enum jg_err
jg_claims_check_time(const struct jg_json *claims, int64_t now_s,
                     const struct jg_claims_skew *skew)
{
    enum jg_err err = JG_OK;
    int64_t t = 0;

    if (jg_claims_time(claims, JG_STR("exp"), &t) && t != 0 &&
        (t == INT64_MIN || t <= now_s - bounded(skew->exp_s)))
        err = JG_E_CLAIM_EXP;
    if (jg_claims_time(claims, JG_STR("iat"), &t) && t != 0 &&
        too_early(t, now_s, skew->iat_s))
        err = JG_E_CLAIM_IAT;
    if (jg_claims_time(claims, JG_STR("nbf"), &t) && t != 0 &&
        too_early(t, now_s, skew->nbf_s))
        err = JG_E_CLAIM_NBF;
    return err;
}

const char *const jg_claims_client_names[JG_CLAIMS_CLIENT_NAMES] = {
    "azp", "client_id", "cid", "clientId"};

struct jg_str
jg_claims_client(const struct jg_json *claims)
{
    struct jg_str client = {NULL, 0};

    for (size_t i = 0; i < JG_CLAIMS_CLIENT_NAMES && client.len == 0; i++)
        client = jg_json_string(
            jg_json_get(claims, jg_str(jg_claims_client_names[i])));
    return client;
}
