/* Revocations as the bytes of a record, and the row of their changes. */
#include "store/revocations.h"

#include <endian.h>

#include "jose/sign.h"
#include "store/store_internal.h"

static const struct jg_str names[JG_REVOKE_COUNT] = {
    [JG_REVOKE_TOKEN] = {"token_sha256", 12},
    [JG_REVOKE_SIGNED] = {"signed_sha256", 13},
    [JG_REVOKE_JTI] = {"jti", 3},
    [JG_REVOKE_SUB] = {"sub", 3},
    [JG_REVOKE_CLIENT] = {"client", 6},
    [JG_REVOKE_KID] = {"kid", 3},
    [JG_REVOKE_ISSUED] = {"issued_before", 13},
};

/* This, then value, api_id and note. In the order of bytes of the machine. */
struct head {
    uint32_t layout;
    uint8_t by, removed, zeros[2];
    uint32_t value_len, api_len, note_len, more_zeros;
    int64_t before_s, created_s, expires_s;
    uint64_t checksum; /* of all before it, and of what follows */
};

#define REVOCATION_LAYOUT 0x4a475231 /* "JGR1" */
#define RECORD_MAX                                                           \
    (sizeof(struct head) + JG_REVOCATION_VALUE_MAX + JG_REVOCATION_API_MAX + \
     JG_REVOCATION_NOTE_MAX)

/* The number of the last change, beside the changes. */
#define LAST_KEY JG_STR("last")

struct jg_str
jg_revoke_name(enum jg_revoke_by by)
{
    return names[by];
}

bool
jg_revocation_holds(const struct jg_revocation *r, int64_t now_s)
{
    return r->expires_s == 0 || r->expires_s > now_s;
}

static bool
fits(const struct jg_revocation *r)
{
    return (unsigned)r->by < JG_REVOKE_COUNT &&
           (r->value.len > 0) == (r->by != JG_REVOKE_ISSUED) &&
           r->value.len <= JG_REVOCATION_VALUE_MAX &&
           r->api_id.len <= JG_REVOCATION_API_MAX &&
           r->note.len <= JG_REVOCATION_NOTE_MAX;
}

/* Lengths are part of what is hashed, so that no two are mixed up. */
enum jg_err
jg_revocation_id(const struct jg_revocation *r,
                 char id[static JG_REVOCATION_ID_BYTES + 1])
{
    char hash[65];
    struct jg_buf b;
    enum jg_err err;

    jg_buf_init(&b, RECORD_MAX);
    jg_buf_addf(&b, "%d %zu %zu ", (int)r->by, r->api_id.len, r->value.len);
    jg_buf_add(&b, r->api_id);
    jg_buf_add(&b, r->value);
    err = b.failed ? JG_E_NOMEM : jg_sha256_hex(jg_buf_str(&b), hash);
    jg_buf_free(&b);
    if (err != JG_OK)
        return err;
    memcpy(id, hash, JG_REVOCATION_ID_BYTES);
    id[JG_REVOCATION_ID_BYTES] = '\0';
    return JG_OK;
}

/* The record of <r> into <out>; its length. */
static size_t
encode(const struct jg_revocation *r, bool removed, char out[static RECORD_MAX])
{
    const struct jg_str parts[] = {r->value, r->api_id, r->note};
    struct head head = {.layout = REVOCATION_LAYOUT,
                        .by = (uint8_t)r->by,
                        .removed = removed,
                        .value_len = (uint32_t)r->value.len,
                        .api_len = (uint32_t)r->api_id.len,
                        .note_len = (uint32_t)r->note.len,
                        .before_s = r->before_s,
                        .created_s = r->created_s,
                        .expires_s = r->expires_s};
    size_t len = sizeof(head);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].len > 0)
            memcpy(out + len, parts[i].p, parts[i].len);
        len += parts[i].len;
    }
    head.checksum = jg_record_checksum(
        &head, offsetof(struct head, checksum),
        (struct jg_str){out + sizeof(head), len - sizeof(head)});
    memcpy(out, &head, sizeof(head));
    return len;
}

static enum jg_err
decode(struct jg_str value, struct jg_revocation *out, bool *removed)
{
    struct jg_str rest = jg_str_from(value, sizeof(struct head));
    struct head head;

    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    if (head.layout != REVOCATION_LAYOUT || head.by >= JG_REVOKE_COUNT ||
        (uint64_t)head.value_len + head.api_len + head.note_len != rest.len ||
        head.checksum !=
            jg_record_checksum(&head, offsetof(struct head, checksum), rest))
        return JG_E_STORE;
    *out = (struct jg_revocation){
        .by = (enum jg_revoke_by)head.by,
        .value = jg_str_head(rest, head.value_len),
        .api_id = jg_str_head(jg_str_from(rest, head.value_len), head.api_len),
        .note = jg_str_from(rest, (size_t)head.value_len + head.api_len),
        .before_s = head.before_s,
        .created_s = head.created_s,
        .expires_s = head.expires_s,
    };
    *removed = head.removed != 0;
    return JG_OK;
}

enum jg_err
jg_revocations_last(struct jg_txn *txn, uint64_t *out)
{
    struct jg_str value;
    enum jg_err err =
        jg_store_get(txn, JG_KIND_REVOCATION_CHANGE, LAST_KEY, &value);

    *out = 0;
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err == JG_OK && value.len != sizeof(*out))
        err = JG_E_STORE;
    if (err == JG_OK)
        memcpy(out, value.p, sizeof(*out));
    return err;
}

static struct jg_str
number_key(const uint64_t *number)
{
    return (struct jg_str){(const char *)number, sizeof(*number)};
}

/* One more change, and one less of those that are too old. */
static enum jg_err
note_change(struct jg_txn *txn, struct jg_str record)
{
    uint64_t number, key, old;
    enum jg_err err = jg_revocations_last(txn, &number);

    if (err != JG_OK)
        return err;
    number++;
    key = htobe64(number);
    err =
        jg_store_put(txn, JG_KIND_REVOCATION_CHANGE, number_key(&key), record);
    if (err == JG_OK && number > JG_REVOCATION_CHANGES_MAX) {
        old = htobe64(number - JG_REVOCATION_CHANGES_MAX);
        err = jg_store_delete(txn, JG_KIND_REVOCATION_CHANGE, number_key(&old));
    }
    if (err == JG_OK)
        err = jg_store_put(txn, JG_KIND_REVOCATION_CHANGE, LAST_KEY,
                           number_key(&number));
    return err;
}

enum jg_err
jg_revocation_change(struct jg_txn *txn, uint64_t number,
                     struct jg_revocation *out, bool *removed)
{
    uint64_t key = htobe64(number);
    struct jg_str value;
    enum jg_err err =
        jg_store_get(txn, JG_KIND_REVOCATION_CHANGE, number_key(&key), &value);

    return err == JG_OK ? decode(value, out, removed) : err;
}

/* Half of a change must never be committed. */
static enum jg_err
spoil(struct jg_txn *txn, enum jg_err err)
{
    if (err != JG_OK)
        txn->err = err;
    return err;
}

enum jg_err
jg_revocation_put(struct jg_txn *txn, const struct jg_revocation *r,
                  char id[static JG_REVOCATION_ID_BYTES + 1], bool *changed)
{
    char record[RECORD_MAX];
    struct jg_str bytes = {record, 0}, key = {id, JG_REVOCATION_ID_BYTES}, old;
    enum jg_err err;

    if (!fits(r))
        return JG_E_CONF_RANGE;
    err = jg_revocation_id(r, id);
    if (err != JG_OK)
        return err;
    err = jg_store_get(txn, JG_KIND_REVOCATION, key, &old);
    if (err != JG_OK && err != JG_E_NOT_FOUND)
        return err;
    *changed = err == JG_OK;
    if (!*changed &&
        jg_store_count(txn, JG_KIND_REVOCATION) >= JG_REVOCATIONS_MAX)
        return JG_E_REVOCATIONS_FULL;
    bytes.len = encode(r, false, record);
    err = jg_store_put(txn, JG_KIND_REVOCATION, key, bytes);
    return spoil(txn, err == JG_OK ? note_change(txn, bytes) : err);
}

enum jg_err
jg_revocation_get(struct jg_txn *txn, struct jg_str id,
                  struct jg_revocation *out)
{
    struct jg_str value;
    bool removed;
    enum jg_err err;

    if (id.len != JG_REVOCATION_ID_BYTES)
        return JG_E_NOT_FOUND;
    err = jg_store_get(txn, JG_KIND_REVOCATION, id, &value);
    return err == JG_OK ? decode(value, out, &removed) : err;
}

/* What a damaged one was is not known: its change is damaged, too, so that
 * everybody reads everything again. */
static enum jg_err
note_removal(struct jg_txn *txn, const struct jg_revocation *r)
{
    char record[RECORD_MAX];
    struct jg_str bytes = {record, 0};

    if (r != NULL)
        bytes.len = encode(r, true, record);
    return note_change(txn, bytes);
}

enum jg_err
jg_revocation_delete(struct jg_txn *txn, struct jg_str id)
{
    char record[RECORD_MAX];
    struct jg_revocation r;
    struct jg_str value;
    bool removed, good;
    enum jg_err err;

    if (id.len != JG_REVOCATION_ID_BYTES)
        return JG_OK;
    err = jg_store_get(txn, JG_KIND_REVOCATION, id, &value);
    if (err != JG_OK)
        return err == JG_E_NOT_FOUND ? JG_OK : err;
    /* A copy, since the first change moves what was read. */
    good = value.len <= sizeof(record);
    if (good && value.len > 0) {
        memcpy(record, value.p, value.len);
        value.p = record;
    }
    good = good && decode(value, &r, &removed) == JG_OK;
    err = jg_store_delete(txn, JG_KIND_REVOCATION, id);
    if (err == JG_OK)
        err = note_removal(txn, good ? &r : NULL);
    return spoil(txn, err);
}

struct walk {
    jg_revocation_visit *visit;
    void *arg;
};

static enum jg_err
visit_record(void *arg, struct jg_str id, struct jg_str value)
{
    const struct walk *walk = arg;
    struct jg_revocation r;
    bool removed;

    return walk->visit(walk->arg, id,
                       decode(value, &r, &removed) == JG_OK ? &r : NULL);
}

enum jg_err
jg_revocations_each(struct jg_txn *txn, jg_revocation_visit *visit, void *arg)
{
    struct walk walk = {visit, arg};

    return jg_store_each(txn, JG_KIND_REVOCATION, visit_record, &walk);
}

struct sweep {
    int64_t now_s;
    size_t count, max;
    char ids[JG_REVOCATIONS_SWEEP_MAX][JG_REVOCATION_ID_BYTES];
};

/* Stops with JG_E_NOT_FOUND when there are enough. */
static enum jg_err
collect(void *arg, struct jg_str id, const struct jg_revocation *r)
{
    struct sweep *sweep = arg;

    if (r == NULL || jg_revocation_holds(r, sweep->now_s) ||
        id.len != JG_REVOCATION_ID_BYTES)
        return JG_OK;
    memcpy(sweep->ids[sweep->count++], id.p, JG_REVOCATION_ID_BYTES);
    return sweep->count == sweep->max ? JG_E_NOT_FOUND : JG_OK;
}

bool
jg_revocations_ended(struct jg_txn *txn, int64_t now_s)
{
    struct sweep sweep = {.now_s = now_s, .max = 1};

    (void)jg_revocations_each(txn, collect, &sweep);
    return sweep.count > 0;
}

enum jg_err
jg_revocations_sweep(struct jg_txn *txn, int64_t now_s, size_t *removed)
{
    struct sweep sweep = {.now_s = now_s, .max = JG_REVOCATIONS_SWEEP_MAX};
    enum jg_err err = jg_revocations_each(txn, collect, &sweep);

    if (err == JG_E_NOT_FOUND)
        err = JG_OK;
    for (size_t i = 0; i < sweep.count && err == JG_OK; i++)
        err = jg_revocation_delete(
            txn, (struct jg_str){sweep.ids[i], JG_REVOCATION_ID_BYTES});
    if (err == JG_OK)
        *removed = sweep.count;
    return err;
}
