/* Kept parts of split tokens: sealed, opened, and gone when they have ended. */
#include "store/split_record.h"

#include <endian.h>

#include "jose/sign.h"

#define PURPOSE "jotgate split token"

static enum jg_err
id_of(const struct jg_split *split, struct jg_split_key *out)
{
    if (split->handle.len < JG_SPLIT_HANDLE_MIN ||
        split->handle.len > JG_SPLIT_HANDLE_MAX)
        return JG_E_NOT_FOUND;
    out->kind = (unsigned char)split->kind;
    return jg_sha256(split->handle, out->hash);
}

enum jg_err
jg_split_own(struct jg_txn *txn, char buffer[static JG_SPLIT_OWN_BYTES],
             struct jg_str *out)
{
    struct jg_hash_key key;
    enum jg_err err = jg_store_hash_key(txn, &key);

    _Static_assert(sizeof(key) == JG_SPLIT_OWN_BYTES, "all of it");
    if (err != JG_OK)
        return err;
    memcpy(buffer, &key, sizeof(key));
    jg_mem_wipe(&key, sizeof(key));
    *out = (struct jg_str){buffer, JG_SPLIT_OWN_BYTES};
    return JG_OK;
}

static enum jg_err
derive(struct jg_txn *txn, struct jg_str handle, struct jg_seal_key *out)
{
    char own[JG_SPLIT_OWN_BYTES];
    struct jg_str salt;
    enum jg_err err = jg_split_own(txn, own, &salt);

    if (err == JG_OK)
        err = jg_seal_derive(handle, salt, PURPOSE, out);
    jg_mem_wipe(own, sizeof(own));
    return err;
}

/* The text of <record>, which the handle of <split> opens. */
static enum jg_err
open_record(struct jg_txn *txn, const struct jg_split *split,
            const struct jg_split_record *record, struct jg_arena *a,
            struct jg_str *out)
{
    struct jg_str bound = jg_split_bound(split->kind, split->org_id, a);
    struct jg_seal_key key;
    enum jg_err err;

    if (bound.p == NULL)
        return JG_E_NOMEM;
    err = derive(txn, split->handle, &key);
    if (err == JG_OK)
        err = jg_unseal(&key, bound, record->sealed, a, out);
    jg_mem_wipe(&key, sizeof(key));
    /* Its hash is right, so it is the record that is not. */
    return err == JG_E_SIGNATURE ? JG_E_STORE : err;
}

enum jg_err
jg_split_get(struct jg_txn *txn, struct jg_split *split, int64_t now_s,
             struct jg_arena *a)
{
    struct jg_split_record record;
    struct jg_split_key key;
    enum jg_err err = id_of(split, &key);

    if (err == JG_OK)
        err = jg_split_read(txn, &key, &record);
    if (err != JG_OK)
        return err;
    if (record.ends_s <= now_s || !jg_str_eq(record.org_id, split->org_id))
        return JG_E_NOT_FOUND;
    split->api_id = jg_arena_str(a, record.api_id);
    split->ends_s = record.ends_s;
    if (split->api_id.p == NULL)
        return JG_E_NOMEM;
    return open_record(txn, split, &record, a, &split->text);
}

struct jg_str
jg_split_whole(const struct jg_split *split, struct jg_arena *a)
{
    return jg_arena_join(
        a, (const struct jg_str[]){split->text, JG_STR("."), split->handle}, 3);
}

static enum jg_err
seal(struct jg_txn *txn, const struct jg_split *split,
     const unsigned char *nonce, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str bound = jg_split_bound(split->kind, split->org_id, a);
    struct jg_seal_key key;
    enum jg_err err;

    if (bound.p == NULL)
        return JG_E_NOMEM;
    err = derive(txn, split->handle, &key);
    if (err == JG_OK)
        err = jg_seal(&key, nonce, bound, split->text, a, out);
    jg_mem_wipe(&key, sizeof(key));
    return err;
}

/* What is there already: JG_E_NOT_FOUND when <split> may be written, with its
 * <ends_s>, or JG_OK when it need not be. */
static enum jg_err
make_way(struct jg_txn *txn, const struct jg_split_key *key,
         const struct jg_split *split, int64_t now_s, struct jg_arena *a)
{
    struct jg_split_record old;
    struct jg_str text;
    enum jg_err err = jg_split_read(txn, key, &old);

    if (err != JG_OK) /* a damaged one is replaced */
        return txn->err != JG_OK ? txn->err : JG_E_NOT_FOUND;
    if (old.ends_s > now_s) {
        if (!jg_str_eq(old.org_id, split->org_id))
            return JG_E_SPLIT_SAME;
        err = open_record(txn, split, &old, a, &text);
        if (err != JG_OK && err != JG_E_STORE)
            return err;
        if (err == JG_OK && !jg_str_eq(text, split->text))
            return JG_E_SPLIT_SAME;
        if (err == JG_OK && old.ends_s >= split->ends_s)
            return JG_OK;
    }
    err = jg_split_remove(txn, key, &old);
    return err == JG_OK ? JG_E_NOT_FOUND : err;
}

/* What is written besides the sealed text. */
static enum jg_err
record_of(const struct jg_split *split, int64_t now_s,
          struct jg_split_record *out)
{
    *out = (struct jg_split_record){.org_id = split->org_id,
                                    .api_id = split->api_id,
                                    .note = split->note,
                                    .issued_s = now_s,
                                    .ends_s = split->ends_s};
    if (split->kind != JG_SPLIT_ACCESS || split->login.len == 0)
        return JG_OK;
    return jg_sha256(split->login, out->login);
}

enum jg_err
jg_split_put(struct jg_txn *txn, const struct jg_split *split, int64_t now_s,
             const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
             struct jg_arena *a)
{
    struct jg_split_record record;
    struct jg_split_key key;
    enum jg_err err = id_of(split, &key);

    if (err == JG_E_NOT_FOUND || split->org_id.len > JG_SPLIT_ORG_MAX ||
        split->api_id.len > JG_SPLIT_ORG_MAX ||
        split->note.len > JG_SPLIT_NOTE_MAX ||
        split->text.len > JG_SPLIT_TEXT_MAX || split->ends_s < 0)
        return JG_E_CONF_RANGE;
    if (err == JG_OK)
        err = record_of(split, now_s, &record);
    if (err == JG_OK)
        err = seal(txn, split, nonce, a, &record.sealed);
    if (err != JG_OK)
        return err;
    err = make_way(txn, &key, split, now_s, a);
    if (err != JG_E_NOT_FOUND)
        return err;
    return jg_split_write(txn, &key, &record);
}

enum jg_err
jg_split_delete(struct jg_txn *txn, const struct jg_split *split, bool *found)
{
    struct jg_split_record record;
    struct jg_split_key key;
    enum jg_err err = id_of(split, &key);

    *found = false;
    if (err == JG_OK)
        err = jg_split_read(txn, &key, &record);
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err == JG_E_STORE && txn->err == JG_OK) /* damaged: it opens nothing */
        return jg_store_delete(txn, JG_KIND_SPLIT, jg_split_key_str(&key));
    if (err != JG_OK)
        return err;
    if (!jg_str_eq(record.org_id, split->org_id))
        return JG_OK;
    *found = true;
    return jg_split_remove(txn, &key, &record);
}

struct sweep {
    int64_t now_s;
    struct jg_split_end ends[JG_SPLITS_SWEEP_MAX];
    size_t count;
};

/* Stops with JG_E_NOT_FOUND where the past ends. */
static enum jg_err
collect_end(void *arg, struct jg_str key, struct jg_str value)
{
    struct sweep *sweep = arg;
    uint64_t ends_s;

    (void)value;
    if (key.len != sizeof(struct jg_split_end) ||
        sweep->count == JG_SPLITS_SWEEP_MAX)
        return JG_E_NOT_FOUND;
    memcpy(&ends_s, key.p, sizeof(ends_s));
    if (be64toh(ends_s) > (uint64_t)sweep->now_s)
        return JG_E_NOT_FOUND;
    memcpy(&sweep->ends[sweep->count++], key.p, sizeof(struct jg_split_end));
    return JG_OK;
}

bool
jg_splits_ended(struct jg_txn *txn, int64_t now_s)
{
    struct sweep sweep = {.now_s = now_s < 0 ? 0 : now_s,
                          .count = JG_SPLITS_SWEEP_MAX - 1};

    (void)jg_store_each(txn, JG_KIND_SPLIT_END, collect_end, &sweep);
    return sweep.count == JG_SPLITS_SWEEP_MAX;
}

/* The record may be damaged, or have got another end: then it stays. */
static enum jg_err
end_one(struct jg_txn *txn, const struct jg_split_end *end, int64_t now_s)
{
    struct jg_split_record record;
    enum jg_err err = jg_split_read(txn, &end->key, &record);

    if (err != JG_OK && err != JG_E_NOT_FOUND)
        err = txn->err;
    else if (err == JG_OK && record.ends_s > now_s)
        return jg_store_delete(txn, JG_KIND_SPLIT_END, jg_split_end_str(end));
    else if (err == JG_OK)
        return jg_split_remove(txn, &end->key, &record);
    if (err == JG_E_NOT_FOUND || err == JG_OK)
        err = jg_store_delete(txn, JG_KIND_SPLIT, jg_split_key_str(&end->key));
    if (err == JG_OK)
        err = jg_store_delete(txn, JG_KIND_SPLIT_END, jg_split_end_str(end));
    return err;
}

enum jg_err
jg_splits_sweep(struct jg_txn *txn, int64_t now_s, size_t *removed)
{
    struct sweep sweep = {.now_s = now_s < 0 ? 0 : now_s};
    enum jg_err err =
        jg_store_each(txn, JG_KIND_SPLIT_END, collect_end, &sweep);

    if (err == JG_E_NOT_FOUND)
        err = JG_OK;
    for (size_t i = 0; i < sweep.count && err == JG_OK; i++)
        err = end_one(txn, &sweep.ends[i], sweep.now_s);
    if (err == JG_OK)
        *removed = sweep.count;
    return err;
}
