/* Meta data of a key that a script returned: compared, and put. */
#include "model/key_meta.h"

#include "admin/keys_internal.h"

/* The session of the key as it was seen, in the arena. */
static enum jg_err
read_seen(struct jg_admin_call *call, const struct jg_key_seen *seen,
          struct jg_key_draft *out)
{
    struct jg_str text = {NULL, 0};
    struct jg_stored_key key;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_stored_key_get(txn, &seen->id, call->admin->now_s, &key);
    if (err == JG_OK && key.revision != seen->revision)
        err = JG_E_NOT_FOUND;
    if (err == JG_OK)
        text = jg_arena_str(call->arena, key.session);
    jg_txn_abort(txn);
    if (err == JG_OK && text.p == NULL)
        err = JG_E_NOMEM;
    return err == JG_OK ? jg_key_draft_read(call, text, NULL, out) : err;
}

/* Read again: a key whose session is none is nobody's any more. */
static enum jg_err
set_meta(struct jg_admin_call *call, const struct jg_json *meta,
         struct jg_key_draft *draft)
{
    struct jg_buf b;
    enum jg_err err;

    jg_buf_init(&b, JG_KEY_META_MAX);
    jg_json_write(&b, meta, 0);
    err = b.failed ? JG_E_CONF_RANGE
                   : jg_key_draft_set(call, draft, "meta_data", jg_buf_str(&b));
    jg_buf_free(&b);
    if (err == JG_OK)
        err = jg_key_draft_read(call, draft->text, NULL, draft);
    return err;
}

static enum jg_err
put(struct jg_admin_call *call, const struct jg_key_seen *seen,
    struct jg_str session)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_stored_key_change(txn, seen, call->admin->now_s, session);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

enum jg_err
jg_admin_key_meta(struct jg_admin *admin, const struct jg_key_seen *seen,
                  const struct jg_json *told, const struct jg_json *meta,
                  struct jg_arena *a)
{
    struct jg_admin_call call = {.admin = admin, .arena = a};
    const struct jg_json none = {JG_JSON_OBJECT, 0, .members = NULL};
    const struct jg_json *own;
    struct jg_key_draft draft;
    struct jg_json next;
    enum jg_err err = read_seen(&call, seen, &draft);

    if (err != JG_OK)
        return err;
    own = draft.stored.meta_data != NULL ? draft.stored.meta_data : &none;
    err = jg_key_meta_merge(own, told, meta, a, &next);
    if (err == JG_OK && jg_json_equal(own, &next))
        return JG_OK;
    if (err == JG_OK)
        err = set_meta(&call, &next, &draft);
    return err == JG_OK ? put(&call, seen, draft.text) : err;
}
