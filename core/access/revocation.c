/*
 * Was the token revoked, or who sends it, or what made it? After the cache of
 * verified tokens, so that a token is refused from the moment on.
 */
#include "access/revoked.h"
#include "access/step.h"
#include "jose/sign.h"
#include "model/key_name.h"

#include <inttypes.h>
#include <stdio.h>

#define NUMBER_MAX 24 /* digits of an int64_t, a sign, a NUL */

static bool
is_revoked(struct jg_decision *d, enum jg_revoke_by by, struct jg_str value)
{
    if (value.len == 0 || !jg_revoked_has(d->with.revoked, by, value,
                                          d->api->def.api_id, d->with.now_s))
        return false;
    if (by == JG_REVOKE_TOKEN || by == JG_REVOKE_SIGNED)
        jg_trace_seen(d, "this very token is revoked");
    else
        jg_trace_seen(d, "%.*s %.*s is revoked", JG_STR_ARG(jg_revoke_name(by)),
                      JG_STR_ARG(value));
    return true;
}

/* Some issuers write numbers; a revocation has their digits. */
static bool
is_claim_revoked(struct jg_decision *d, enum jg_revoke_by by, const char *name)
{
    const struct jg_json *claim = jg_json_get(d->claims, jg_str(name));
    char digits[NUMBER_MAX];
    int64_t number;

    if (!jg_json_to_int(claim, &number))
        return is_revoked(d, by, jg_json_string(claim));
    snprintf(digits, sizeof(digits), "%" PRId64, number);
    return is_revoked(d, by, jg_str(digits));
}

static enum jg_err
check_hash(struct jg_decision *d, enum jg_revoke_by by, struct jg_str text)
{
    char hash[65];
    enum jg_err err = jg_sha256_hex(text, hash);

    if (err != JG_OK)
        return err;
    return is_revoked(d, by, jg_str(hash)) ? JG_E_TOKEN_REVOKED : JG_OK;
}

static enum jg_err
check_token(struct jg_decision *d)
{
    return check_hash(d, JG_REVOKE_TOKEN, d->token);
}

/* Up to the last dot; empty when there is none. */
static struct jg_str
signed_part(struct jg_str token)
{
    size_t len = token.len;

    while (len > 0 && token.p[len - 1] != '.')
        len--;
    return jg_str_head(token, len > 0 ? len - 1 : 0);
}

static enum jg_err
check_signed(struct jg_decision *d)
{
    return check_hash(d, JG_REVOKE_SIGNED, signed_part(d->token));
}

static enum jg_err
check_jti(struct jg_decision *d)
{
    return is_claim_revoked(d, JG_REVOKE_JTI, "jti") ? JG_E_TOKEN_REVOKED
                                                     : JG_OK;
}

static enum jg_err
check_sub(struct jg_decision *d)
{
    if (is_claim_revoked(d, JG_REVOKE_SUB, "sub") ||
        is_revoked(d, JG_REVOKE_SUB, d->session.identity))
        return JG_E_TOKEN_REVOKED;
    return JG_OK;
}

/* Any of them is enough. */
static enum jg_err
check_client(struct jg_decision *d)
{
    for (size_t i = 0; i < JG_CLAIMS_CLIENT_NAMES; i++)
        if (is_claim_revoked(d, JG_REVOKE_CLIENT, jg_claims_client_names[i]))
            return JG_E_TOKEN_REVOKED;
    return JG_OK;
}

/* A token without kid has the one of the key that verified it: leaving it out
 * is no way around a revocation. */
static enum jg_err
check_kid(struct jg_decision *d)
{
    struct jg_str kid = d->header.kid.len > 0 ? d->header.kid : d->key_kid;

    return is_revoked(d, JG_REVOKE_KID, kid) ? JG_E_TOKEN_REVOKED : JG_OK;
}

/* A token that does not say when it was issued may be an old one. */
static enum jg_err
check_issued(struct jg_decision *d)
{
    int64_t before_s =
        jg_revoked_before_s(d->with.revoked, d->api->def.api_id, d->with.now_s);
    int64_t iat_s = INT64_MIN;
    char time[JG_TRACE_TIME_MAX];

    jg_claims_time(d->claims, JG_STR("iat"), &iat_s);
    if (before_s == INT64_MIN || iat_s >= before_s)
        return JG_OK;
    jg_trace_seen(d, "tokens issued before %s UTC are revoked%s",
                  jg_trace_time(before_s, time),
                  iat_s == INT64_MIN ? ", and this one has no iat" : "");
    return JG_E_TOKEN_REVOKED;
}

/* One check for each thing by which a token is revoked. */
static enum jg_err (*const checks[JG_REVOKE_COUNT])(struct jg_decision *d) = {
    [JG_REVOKE_TOKEN] = check_token,   [JG_REVOKE_SIGNED] = check_signed,
    [JG_REVOKE_JTI] = check_jti,       [JG_REVOKE_SUB] = check_sub,
    [JG_REVOKE_CLIENT] = check_client, [JG_REVOKE_KID] = check_kid,
    [JG_REVOKE_ISSUED] = check_issued,
};

static enum jg_err
refresh(struct jg_decision *d)
{
    if (jg_revoked_refresh(d->with.revoked, d->with.store, d->with.counters) ==
        JG_OK)
        return JG_OK;
    jg_trace_seen(d, "the list of revocations cannot be read");
    return JG_E_REVOCATIONS;
}

enum jg_err
jg_step_revocation(struct jg_decision *d)
{
    enum jg_err err;

    if (d->with.revoked == NULL || d->claims == NULL)
        return JG_OK;
    err = refresh(d);
    for (size_t i = 0; i < JG_REVOKE_COUNT && err == JG_OK; i++)
        if (jg_revoked_count(d->with.revoked, (enum jg_revoke_by)i) > 0)
            err = checks[i](d);
    if (err != JG_OK)
        jg_trace_expected(d, "a token that nobody revoked");
    return err;
}

enum jg_err
jg_decide_revocation(struct jg_decision *d)
{
    return jg_step_revocation(d);
}

/* A stored key may look like a JWT, and be revoked as one. */
static enum jg_err
check_key(struct jg_decision *d, struct jg_str key)
{
    struct jg_str head = signed_part(key);
    enum jg_err err = check_hash(d, JG_REVOKE_TOKEN, key);

    if (err == JG_OK && head.len > 0 &&
        jg_revoked_count(d->with.revoked, JG_REVOKE_SIGNED) > 0)
        err = check_hash(d, JG_REVOKE_SIGNED, head);
    return err;
}

enum jg_err
jg_revocation_of_key(struct jg_decision *d, struct jg_str key)
{
    struct jg_key_aliases aliases;
    enum jg_err err;

    if (d->with.revoked == NULL)
        return JG_OK;
    err = refresh(d);
    if (err != JG_OK ||
        jg_revoked_count(d->with.revoked, JG_REVOKE_TOKEN) +
                jg_revoked_count(d->with.revoked, JG_REVOKE_SIGNED) ==
            0)
        return err;
    err = check_key(d, key);
    if (err == JG_OK)
        err = jg_key_aliases(d->api->def.org_id, key, d->arena, &aliases);
    for (size_t i = 0; err == JG_OK && i < aliases.count; i++)
        err = check_key(d, aliases.items[i]);
    return err;
}

bool
jg_revocation_asks_kid(struct jg_decision *d)
{
    return d->with.revoked != NULL && refresh(d) == JG_OK &&
           jg_revoked_count(d->with.revoked, JG_REVOKE_KID) > 0;
}
