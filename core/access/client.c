/* The policy of a client: the claim names a stored key (reference 2.10, 4a). */
#include "access/step.h"

/* A client that nobody knows has no policy, and is no error. */
static enum jg_err
find_policy(struct jg_decision *d, struct jg_str client, struct jg_str *id)
{
    enum jg_err err = jg_stored_find(d, client);
    const struct jg_strs *ids;

    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err != JG_OK)
        return err;
    ids = &d->stored.session->apply_policies;
    if (ids->count > 0)
        *id = ids->items[0];
    return JG_OK;
}

enum jg_err
jg_client_policy(struct jg_decision *d, struct jg_str *id)
{
    struct jg_str field = d->api->def.jwt_client_base_field;
    struct jg_str client = jg_json_string(jg_json_get(d->claims, field));
    __typeof__(d->stored) before = d->stored; /* the caller's own, if any */
    enum jg_err err;

    *id = (struct jg_str){NULL, 0};
    if (field.len == 0 || client.len == 0)
        return JG_OK;
    err = find_policy(d, client, id);
    d->stored = before;
    return err;
}
