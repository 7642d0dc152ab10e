/* Kept parts of split tokens as the bytes of a record, and their ends. */
#include "store/splits.h"

#include <endian.h>

#include "jose/sign.h"
#include "store/store_internal.h"

#define SPLIT_LAYOUT 0x4a475332 /* "JGS2" */
#define PURPOSE "jotgate split token"
#define ID_BYTES 32

/* This, then org_id, api_id and the sealed text. In the machine's order
 * of bytes. */
struct head {
    uint32_t layout;
    uint32_t org_len, api_len;
    uint32_t reserved; /* 0 */
    int64_t ends_s;
    uint64_t checksum; /* of all before it, and of what follows */
};

/* The key of a record. */
struct id {
    unsigned char kind;
    unsigned char hash[ID_BYTES];
};

/* The key of JG_KIND_SPLIT_END: in the order of time. */
struct end {
    unsigned char ends_s[8]; /* big endian */
    struct id id;
};
_Static_assert(sizeof(struct end) == 8 + 1 + 32, "no padding");

struct record {
    struct jg_str org_id, api_id, sealed;
    int64_t ends_s;
};

static struct jg_str
id_str(const struct id *id)
{
    return (struct jg_str){(const char *)id, sizeof(*id)};
}

static struct jg_str
end_str(const struct end *end)
{
    return (struct jg_str){(const char *)end, sizeof(*end)};
}

static struct end
end_of(const struct id *id, int64_t ends_s)
{
    uint64_t big = htobe64(ends_s < 0 ? 0 : (uint64_t)ends_s);
    struct end end = {.id = *id};

    memcpy(end.ends_s, &big, sizeof(big));
    return end;
}

static enum jg_err
id_of(const struct jg_split *split, struct id *out)
{
    if (split->handle.len < JG_SPLIT_HANDLE_MIN ||
        split->handle.len > JG_SPLIT_HANDLE_MAX)
        return JG_E_NOT_FOUND;
    out->kind = (unsigned char)split->kind;
    return jg_sha256(split->handle, out->hash);
}

static struct jg_str
cut(struct jg_str *rest, size_t len)
{
    struct jg_str part = jg_str_head(*rest, len);

    *rest = jg_str_from(*rest, len);
    return part;
}

static enum jg_err
decode(struct jg_str value, struct record *out)
{
    struct jg_str rest = jg_str_from(value, sizeof(struct head));
    struct head head;

    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    if (head.layout != SPLIT_LAYOUT ||
        (uint64_t)head.org_len + head.api_len > rest.len ||
        head.checksum !=
            jg_record_checksum(&head, offsetof(struct head, checksum), rest))
        return JG_E_STORE;
    out->org_id = cut(&rest, head.org_len);
    out->api_id = cut(&rest, head.api_len);
    out->sealed = rest;
    out->ends_s = head.ends_s;
    return JG_OK;
}

static enum jg_err
get(struct jg_txn *txn, const struct id *id, struct record *out)
{
    struct jg_str value;
    enum jg_err err = jg_store_get(txn, JG_KIND_SPLIT, id_str(id), &value);

    return err == JG_OK ? decode(value, out) : err;
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
            const struct record *record, struct jg_arena *a, struct jg_str *out)
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
    struct record record;
    struct id id;
    enum jg_err err = id_of(split, &id);

    if (err == JG_OK)
        err = get(txn, &id, &record);
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

static char *
append(char *to, struct jg_str s)
{
    if (s.len > 0)
        memcpy(to, s.p, s.len);
    return to + s.len;
}

static enum jg_err
write_record(struct jg_txn *txn, const struct id *id,
             const struct jg_split *split, struct jg_str sealed)
{
    size_t len = split->org_id.len + split->api_id.len + sealed.len;
    struct head head = {.layout = SPLIT_LAYOUT,
                        .org_len = (uint32_t)split->org_id.len,
                        .api_len = (uint32_t)split->api_id.len,
                        .ends_s = split->ends_s};
    struct end end = end_of(id, split->ends_s);
    char *rest;
    void *place;
    enum jg_err err = jg_store_put(txn, JG_KIND_SPLIT_END, end_str(&end),
                                   (struct jg_str){NULL, 0});

    if (err == JG_OK)
        err = jg_store_reserve(txn, JG_KIND_SPLIT, id_str(id),
                               sizeof(head) + len, &place);
    if (err != JG_OK)
        return err;
    rest = (char *)place + sizeof(head);
    append(append(append(rest, split->org_id), split->api_id), sealed);
    head.checksum = jg_record_checksum(&head, offsetof(struct head, checksum),
                                       (struct jg_str){rest, len});
    memcpy(place, &head, sizeof(head));
    return JG_OK;
}

static enum jg_err
remove_record(struct jg_txn *txn, const struct id *id, int64_t ends_s)
{
    struct end end = end_of(id, ends_s);
    enum jg_err err = jg_store_delete(txn, JG_KIND_SPLIT_END, end_str(&end));

    return err == JG_OK ? jg_store_delete(txn, JG_KIND_SPLIT, id_str(id)) : err;
}

/* What is there already: JG_E_NOT_FOUND when <split> may be written, with its
 * <ends_s>, or JG_OK when it need not be. */
static enum jg_err
make_way(struct jg_txn *txn, const struct id *id, const struct jg_split *split,
         int64_t now_s, struct jg_arena *a)
{
    struct record old;
    struct jg_str text;
    enum jg_err err = get(txn, id, &old);

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
    err = remove_record(txn, id, old.ends_s);
    return err == JG_OK ? JG_E_NOT_FOUND : err;
}

enum jg_err
jg_split_put(struct jg_txn *txn, const struct jg_split *split, int64_t now_s,
             const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
             struct jg_arena *a)
{
    struct jg_str sealed;
    struct id id;
    enum jg_err err = id_of(split, &id);

    if (err == JG_E_NOT_FOUND || split->org_id.len > JG_SPLIT_ORG_MAX ||
        split->api_id.len > JG_SPLIT_ORG_MAX ||
        split->text.len > JG_SPLIT_TEXT_MAX || split->ends_s < 0)
        return JG_E_CONF_RANGE;
    if (err == JG_OK)
        err = seal(txn, split, nonce, a, &sealed);
    if (err != JG_OK)
        return err;
    err = make_way(txn, &id, split, now_s, a);
    if (err != JG_E_NOT_FOUND)
        return err;
    return write_record(txn, &id, split, sealed);
}

enum jg_err
jg_split_delete(struct jg_txn *txn, const struct jg_split *split, bool *found)
{
    struct record record;
    struct id id;
    enum jg_err err = id_of(split, &id);

    *found = false;
    if (err == JG_OK)
        err = get(txn, &id, &record);
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err == JG_E_STORE && txn->err == JG_OK) /* damaged: it opens nothing */
        return jg_store_delete(txn, JG_KIND_SPLIT, id_str(&id));
    if (err != JG_OK)
        return err;
    if (!jg_str_eq(record.org_id, split->org_id))
        return JG_OK;
    *found = true;
    return remove_record(txn, &id, record.ends_s);
}

struct sweep {
    int64_t now_s;
    struct end ends[JG_SPLITS_SWEEP_MAX];
    size_t count;
};

/* Stops with JG_E_NOT_FOUND where the past ends. */
static enum jg_err
collect_end(void *arg, struct jg_str key, struct jg_str value)
{
    struct sweep *sweep = arg;
    uint64_t ends_s;

    (void)value;
    if (key.len != sizeof(struct end) || sweep->count == JG_SPLITS_SWEEP_MAX)
        return JG_E_NOT_FOUND;
    memcpy(&ends_s, key.p, sizeof(ends_s));
    if (be64toh(ends_s) > (uint64_t)sweep->now_s)
        return JG_E_NOT_FOUND;
    memcpy(&sweep->ends[sweep->count++], key.p, sizeof(struct end));
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
end_one(struct jg_txn *txn, const struct end *end, int64_t now_s)
{
    struct record record;
    enum jg_err err = get(txn, &end->id, &record);

    if (err != JG_OK && err != JG_E_NOT_FOUND)
        err = txn->err;
    else if (err == JG_OK && record.ends_s > now_s)
        return jg_store_delete(txn, JG_KIND_SPLIT_END, end_str(end));
    if (err == JG_E_NOT_FOUND || err == JG_OK)
        err = jg_store_delete(txn, JG_KIND_SPLIT, id_str(&end->id));
    if (err == JG_OK)
        err = jg_store_delete(txn, JG_KIND_SPLIT_END, end_str(end));
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
