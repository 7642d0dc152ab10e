/* Is the caller's key one that is stored? (reference 7.1, 7.4) */
#include "access/step.h"
#include "model/key_name.h"

/* A key that nobody has, or that could be nobody's. */
static enum jg_err
refuse(struct jg_decision *d, struct jg_str key)
{
    int64_t least = d->with.snapshot->conf->keys.min_token_length;

    jg_trace_seen(d, "%zu bytes, not a key that is stored", key.len);
    if (key.len > JG_KEY_BYTES_MAX ||
        (int64_t)key.len < (least > 0 ? least : JG_KEY_LENGTH_LEAST))
        return JG_E_AUTH_TOKEN_SIZE;
    jg_trace_expected(d, "a key that was made for organisation \"%.*s\"",
                      JG_STR_ARG(d->api->def.org_id));
    return JG_E_AUTH_TOKEN;
}

/* Both have passed: is it the JWT that says what the caller may do? */
static bool
jwt_counts(const struct jg_decision *d)
{
    return (jg_methods_asked(d) & JG_METHOD_JWT) != 0 &&
           d->api->base_method == JG_METHOD_JWT;
}

enum jg_err
jg_step_auth_token(struct jg_decision *d)
{
    struct jg_session session;
    struct jg_str key;
    enum jg_err err =
        jg_token_find(d, d->api->key_source, JG_E_AUTH_TOKEN_MISSING, &key);

    if (err == JG_OK)
        err = jg_stored_find(d, key);
    if (err == JG_E_NOT_FOUND)
        return refuse(d, key);
    if (err == JG_OK)
        err = jg_stored_session(d, &session);
    if (err != JG_OK)
        return err;
    jg_trace_seen(d, "a stored key of %zu bytes, with %zu policies", key.len,
                  session.policy_count);
    if (!jwt_counts(d))
        d->session = session;
    return JG_OK;
}
