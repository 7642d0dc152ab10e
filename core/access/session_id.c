/* The name of a session, and its meta data (reference 2.10, 6.2, 7.2). */
#include "access/step.h"
#include "jose/sign.h"
#include "model/key_name.h"

#define MD5_DIGITS 32

/* Only who asks for it pays for it: most requests never do. */
static enum jg_err
computed_id(const struct jg_decision *d, struct jg_str *out)
{
    char hash[MD5_DIGITS + 1];
    enum jg_err err = jg_md5_hex(d->session.identity, hash);

    if (err != JG_OK)
        return err;
    return jg_key_make(d->api->def.org_id, jg_str(hash),
                       d->with.snapshot->conf->keys.hash_key_function, d->arena,
                       out);
}

enum jg_err
jg_session_id(const struct jg_decision *d, struct jg_str *out)
{
    if (d->session.stored == NULL && d->session.identity.len > 0)
        return computed_id(d, out);
    *out = d->session.id;
    return JG_OK;
}

enum jg_err
jg_decision_meta(const struct jg_decision *d, struct jg_str name,
                 const struct jg_json **out)
{
    const struct jg_json *value = jg_session_meta(&d->session, name);
    struct jg_json *json;
    struct jg_str id;
    enum jg_err err;

    *out = value;
    if (value != NULL || d->session.stored != NULL ||
        d->session.identity.len == 0 ||
        !jg_str_eq(name, JG_STR("TykJWTSessionID")))
        return JG_OK;
    err = jg_session_id(d, &id);
    if (err != JG_OK)
        return err;
    json = jg_arena_alloc(d->arena, sizeof(*json));
    id = jg_arena_str(d->arena, id); /* strings of JSON have a NUL behind */
    if (json == NULL || id.p == NULL)
        return JG_E_NOMEM;
    *json = (struct jg_json){JG_JSON_STRING, .string = id};
    *out = json;
    return JG_OK;
}
