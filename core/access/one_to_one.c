/*
 * One-to-one: the token's kid, or its identity, names a stored key, whose
 * jwt_data.secret verifies the token, and whose session is the caller's
 * (reference 2.4 C, 2.9, 12).
 */
#include "access/step.h"
#include "jose/jwks.h"

/* A caller without a name, with an empty one, with one that nobody stored:
 * all are answered alike. */
static enum jg_err
name_of(struct jg_decision *d, struct jg_str *out)
{
    if (!d->api->def.jwt_skip_kid && d->header.kid.p != NULL) {
        *out = d->header.kid;
        return JG_OK;
    }
    return jg_identity(d, out) == JG_OK ? JG_OK : JG_E_NOT_FOUND;
}

enum jg_err
jg_one_to_one_key(struct jg_decision *d)
{
    struct jg_str name;
    enum jg_err err = name_of(d, &name);

    if (err == JG_OK)
        err = jg_stored_find(d, name);
    if (err == JG_E_NOT_FOUND || err == JG_E_AUTH_TOKEN_SESSION) {
        jg_trace_seen(d, "no key is stored for the token's %s",
                      d->api->def.jwt_skip_kid || d->header.kid.p == NULL
                          ? "identity"
                          : "kid");
        jg_trace_expected(d, "a key of the caller's own, with jwt_data.secret");
        return JG_E_ONE_TO_ONE;
    }
    if (err != JG_OK)
        return err;
    jg_trace_seen(d, "a stored key");
    jg_token_recall(d, d->stored.version);
    return JG_OK;
}

/* The rules for keys of definitions hold: also a strict API's. */
static enum jg_err
prepare(struct jg_decision *d, struct jg_jwks **out)
{
    struct jg_key_fault fault = {""};
    const char *risk = NULL;
    struct jg_jwks *keys;
    enum jg_err err = jg_jwks_from_source(d->stored.session->jwt_secret,
                                          d->api->algs, &keys, &fault);

    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK) {
        jg_trace_seen(d, "jwt_data.secret: %s", fault.what);
        return JG_E_ONE_TO_ONE_SECRET;
    }
    for (size_t i = 0; jg_strict(d->api) && i < jg_jwks_count(keys); i++)
        if (risk == NULL && jg_jwks_at(keys, i)->key != NULL)
            risk = jg_key_risk(jg_jwks_at(keys, i)->key,
                               jg_alg_bit(d->header.alg));
    if (risk == NULL) {
        *out = keys;
        return JG_OK;
    }
    jg_trace_seen(d, "jwt_profile strict refuses jwt_data.secret: %s", risk);
    jg_jwks_free(keys);
    return JG_E_ONE_TO_ONE_SECRET;
}

static enum jg_err
verify(struct jg_decision *d, const struct jg_jwks *keys)
{
    const struct jg_key *found[JG_JWKS_MAX_TRIED];
    const struct jg_str no_kid = {NULL, 0}; /* it was the name of the key */
    size_t count = jg_jwks_select(keys, d->header.alg, no_kid, found);
    struct jg_str signature;
    enum jg_err err =
        jg_jws_signature(&d->jws, d->header.alg, d->arena, &signature);

    if (err != JG_OK)
        return err;
    err = JG_E_KEY_FIT;
    for (size_t i = 0; i < count && err != JG_OK; i++)
        err = jg_key_verify(found[i], d->header.alg, d->jws.signed_part,
                            signature);
    return err;
}

enum jg_err
jg_one_to_one_signature(struct jg_decision *d)
{
    struct jg_jwks *keys;
    enum jg_err err = prepare(d, &keys);

    if (err != JG_OK)
        return err;
    err = verify(d, keys);
    jg_jwks_free(keys);
    if (err != JG_OK) {
        jg_trace_seen(d, "%s does not verify", d->header.alg->name);
        jg_trace_expected(d, "the signature of the caller's own key");
        return err;
    }
    jg_trace_seen(d, "%s verifies", d->header.alg->name);
    d->claims = d->unverified;
    jg_token_keep(d, d->stored.version);
    return JG_OK;
}

enum jg_err
jg_one_to_one_policies(struct jg_decision *d)
{
    enum jg_err err = jg_stored_session(d, &d->session);

    if (err == JG_OK)
        jg_trace_seen(d, "the session of the stored key, with %zu policies",
                      d->session.policy_count);
    return err == JG_OK || err == JG_E_NOMEM ? err : JG_E_ONE_TO_ONE_POLICIES;
}
