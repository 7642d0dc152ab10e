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

/* A user's name is no secret: with a password beside it, it is not a key. */
static bool
is_user(const struct jg_decision *d)
{
    return d->stored.session->basic_password.len > 0;
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
    if (err == JG_OK && is_user(d)) {
        jg_trace_seen(d, "the name of a user, who has a password");
        jg_trace_expected(d, "a key without basic_auth_data");
        return JG_E_AUTH_TOKEN;
    }
    if (err == JG_OK)
        err = jg_stored_session(d, &session);
    if (err != JG_OK)
        return err;
    jg_trace_seen(d, "a stored key of %zu bytes, with %zu policies", key.len,
                  session.policy_count);
    d->session = session;
    return jg_session_keep(d, JG_METHOD_TOKEN);
}
