/* Stored keys as the bytes of a record, their names, and their ends. */
#include "store/keys.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "jose/sign.h"
#include "store/store_internal.h"

/* This, then name, org_id and session. In the order of bytes of the machine. */
struct head {
    uint32_t layout;
    uint32_t name_len, org_len, session_len;
    uint64_t revision;
    int64_t ends_s;
    uint64_t checksum; /* of all before it, and of what follows */
};

#define KEY_LAYOUT 0x4a475431 /* "JGT1" */

/* The key of JG_KIND_KEY_END: in the order of time. */
struct end {
    uint64_t ends_s; /* big endian */
    struct jg_key_id id;
};
_Static_assert(sizeof(struct end) == 8 + JG_KEY_ID_BYTES, "no padding");

/* What JG_KIND_KEY_NAME knows of one name. */
struct same {
    struct jg_key_id ids[JG_KEYS_SAME_NAME_MAX];
    size_t count;
};

enum jg_err
jg_key_id(struct jg_str key, struct jg_key_id *out)
{
    return jg_sha256(key, out->bytes);
}

static struct jg_str
id_str(const struct jg_key_id *id)
{
    return (struct jg_str){(const char *)id->bytes, sizeof(id->bytes)};
}

static bool
same_id(const struct jg_key_id *a, const struct jg_key_id *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static bool
fits(const struct jg_stored_key *key)
{
    return key->name.len > 0 && key->name.len <= JG_KEY_BYTES_MAX &&
           key->org_id.len <= JG_KEY_ORG_MAX &&
           key->session.len <= JG_KEY_SESSION_MAX;
}

static enum jg_err
decode(struct jg_str value, struct jg_stored_key *out)
{
    struct jg_str rest = jg_str_from(value, sizeof(struct head));
    struct head head;

    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    if (head.layout != KEY_LAYOUT ||
        (uint64_t)head.name_len + head.org_len + head.session_len != rest.len ||
        head.checksum !=
            jg_record_checksum(&head, offsetof(struct head, checksum), rest))
        return JG_E_STORE;
    *out = (struct jg_stored_key){
        .name = jg_str_head(rest, head.name_len),
        .org_id = jg_str_head(jg_str_from(rest, head.name_len), head.org_len),
        .session = jg_str_from(rest, (size_t)head.name_len + head.org_len),
        .ends_s = head.ends_s,
        .revision = head.revision,
    };
    return JG_OK;
}

static bool
has_ended(const struct jg_stored_key *key, int64_t now_s)
{
    return key->ends_s > 0 && key->ends_s <= now_s;
}

/* The record, ended or not. */
static enum jg_err
get(struct jg_txn *txn, const struct jg_key_id *id, struct jg_stored_key *out)
{
    struct jg_str value;
    enum jg_err err = jg_store_get(txn, JG_KIND_KEY, id_str(id), &value);

    return err == JG_OK ? decode(value, out) : err;
}

enum jg_err
jg_stored_key_get(struct jg_txn *txn, const struct jg_key_id *id, int64_t now_s,
                  struct jg_stored_key *out)
{
    struct jg_stored_key key;
    enum jg_err err = get(txn, id, &key);

    if (err != JG_OK)
        return err;
    if (has_ended(&key, now_s))
        return JG_E_NOT_FOUND;
    *out = key;
    return JG_OK;
}

/* The other keys that are called <name>: <except> is left out, and what is
 * not there any more. A copy, since a change moves what was read. */
static enum jg_err
read_same(struct jg_txn *txn, struct jg_str name,
          const struct jg_key_id *except, struct same *out)
{
    struct jg_str value, unused;
    struct jg_key_id id;
    enum jg_err err = jg_store_get(txn, JG_KIND_KEY_NAME, name, &value);

    out->count = 0;
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err != JG_OK)
        return err;
    for (; value.len >= sizeof(id) && out->count < JG_KEYS_SAME_NAME_MAX;
         value = jg_str_from(value, sizeof(id))) {
        memcpy(&id, value.p, sizeof(id));
        if ((except == NULL || !same_id(&id, except)) &&
            jg_store_get(txn, JG_KIND_KEY, id_str(&id), &unused) == JG_OK)
            out->ids[out->count++] = id;
    }
    return JG_OK;
}

static enum jg_err
write_same(struct jg_txn *txn, struct jg_str name, const struct same *same)
{
    if (same->count == 0)
        return jg_store_delete(txn, JG_KIND_KEY_NAME, name);
    return jg_store_put(txn, JG_KIND_KEY_NAME, name,
                        (struct jg_str){(const char *)same->ids,
                                        same->count * sizeof(same->ids[0])});
}

/* A key that is its own name is found by that. */
static enum jg_err
is_listed(const struct jg_key_id *id, struct jg_str name, bool *out)
{
    struct jg_key_id of_name;
    enum jg_err err = jg_key_id(name, &of_name);

    *out = err == JG_OK && !same_id(&of_name, id);
    return err;
}

static enum jg_err
unlist(struct jg_txn *txn, const struct jg_key_id *id, struct jg_str name)
{
    struct same same;
    bool listed;
    enum jg_err err = is_listed(id, name, &listed);

    if (err != JG_OK || !listed)
        return err;
    err = read_same(txn, name, id, &same);
    return err == JG_OK ? write_same(txn, name, &same) : err;
}

static enum jg_err
list(struct jg_txn *txn, const struct jg_key_id *id, struct jg_str name)
{
    struct same same;
    enum jg_err err = read_same(txn, name, id, &same);

    if (err != JG_OK)
        return err;
    if (same.count == JG_KEYS_SAME_NAME_MAX)
        return JG_E_KEY_SAME_NAME;
    same.ids[same.count++] = *id;
    return write_same(txn, name, &same);
}

static struct end
end_of(const struct jg_key_id *id, int64_t ends_s)
{
    return (struct end){htobe64((uint64_t)ends_s), *id};
}

static struct jg_str
end_str(const struct end *end)
{
    return (struct jg_str){(const char *)end, sizeof(*end)};
}

/* What stands beside the record <key> of <id>, which is to go. Its strings
 * are borrowed, and gone after the first change. */
static enum jg_err
forget(struct jg_txn *txn, const struct jg_key_id *id,
       const struct jg_stored_key *key)
{
    struct end end = end_of(id, key->ends_s);
    enum jg_err err = unlist(txn, id, key->name);

    if (err == JG_OK && end.ends_s != 0)
        err = jg_store_delete(txn, JG_KIND_KEY_END, end_str(&end));
    return err;
}

static enum jg_err
write_record(struct jg_txn *txn, const struct jg_key_id *id,
             const struct jg_stored_key *key)
{
    const struct jg_str parts[] = {key->name, key->org_id, key->session};
    struct head head = {.layout = KEY_LAYOUT,
                        .name_len = (uint32_t)key->name.len,
                        .org_len = (uint32_t)key->org_id.len,
                        .session_len = (uint32_t)key->session.len,
                        .revision = mdb_txn_id(txn->mdb),
                        .ends_s = key->ends_s < 0 ? 0 : key->ends_s};
    size_t len = key->name.len + key->org_id.len + key->session.len;
    char *to, *rest;
    void *place;
    enum jg_err err = jg_store_reserve(txn, JG_KIND_KEY, id_str(id),
                                       sizeof(head) + len, &place);

    if (err != JG_OK)
        return err;
    to = rest = (char *)place + sizeof(head);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].len > 0)
            memcpy(to, parts[i].p, parts[i].len);
        to += parts[i].len;
    }
    head.checksum = jg_record_checksum(&head, offsetof(struct head, checksum),
                                       (struct jg_str){rest, len});
    memcpy(place, &head, sizeof(head));
    return JG_OK;
}

/* Put <key> in the place of what is there, <listed> by its name or not. */
static enum jg_err
replace(struct jg_txn *txn, const struct jg_key_id *id,
        const struct jg_stored_key *key, bool listed)
{
    struct end end = end_of(id, key->ends_s < 0 ? 0 : key->ends_s);
    struct jg_stored_key old;
    enum jg_err err = get(txn, id, &old);

    if (err == JG_OK)
        err = forget(txn, id, &old);
    else
        err = txn->err; /* a damaged one is replaced */
    if (err == JG_OK && listed)
        err = list(txn, id, key->name);
    if (err == JG_OK && end.ends_s != 0)
        err = jg_store_put(txn, JG_KIND_KEY_END, end_str(&end),
                           (struct jg_str){NULL, 0});
    return err == JG_OK ? write_record(txn, id, key) : err;
}

enum jg_err
jg_stored_key_put(struct jg_txn *txn, const struct jg_key_id *id,
                  const struct jg_stored_key *key)
{
    bool listed;
    enum jg_err err;

    if (!fits(key))
        return JG_E_CONF_RANGE;
    err = is_listed(id, key->name, &listed);
    if (err == JG_OK && listed && key->name.len > JG_KEY_HASH_MAX)
        return JG_E_CONF_RANGE;
    if (err == JG_OK)
        err = replace(txn, id, key, listed);
    if (err != JG_OK)
        txn->err = err; /* half of it must never be committed */
    return err;
}

enum jg_err
jg_stored_key_change(struct jg_txn *txn, const struct jg_key_seen *seen,
                     int64_t now_s, struct jg_str session)
{
    struct jg_stored_key key;
    enum jg_err err = jg_stored_key_get(txn, &seen->id, now_s, &key);

    if (err != JG_OK)
        return err;
    if (key.revision != seen->revision)
        return JG_E_NOT_FOUND;
    key.session = session;
    return jg_stored_key_put(txn, &seen->id, &key);
}

void
jg_key_seen_write(const struct jg_key_seen *seen,
                  char out[static JG_KEY_SEEN_CHARS])
{
    jg_hex_encode(seen->id.bytes, JG_KEY_ID_BYTES, out);
    snprintf(out + 2 * JG_KEY_ID_BYTES, JG_KEY_SEEN_CHARS - 2 * JG_KEY_ID_BYTES,
             " %" PRIu64, seen->revision);
}

bool
jg_key_seen_read(struct jg_str text, struct jg_key_seen *out)
{
    struct jg_key_seen seen;
    struct jg_str id;

    if (!jg_str_next(&text, ' ', &id) || id.len != 2 * JG_KEY_ID_BYTES ||
        !jg_str_to_u64(text, &seen.revision) ||
        !jg_hex_decode(id, seen.id.bytes))
        return false;
    *out = seen;
    return true;
}

/* Does the key with <id> bear <name>, and live? */
static enum jg_err
look_at(struct jg_txn *txn, const struct jg_key_id *id, struct jg_str name,
        int64_t now_s, struct jg_stored_key *out)
{
    struct jg_stored_key key;
    enum jg_err err = jg_stored_key_get(txn, id, now_s, &key);

    if (err != JG_OK)
        return err;
    if (!jg_str_eq(key.name, name))
        return JG_E_NOT_FOUND;
    *out = key;
    return JG_OK;
}

enum jg_err
jg_stored_key_find(struct jg_txn *txn, struct jg_str name, int64_t now_s,
                   struct jg_key_id *id, struct jg_stored_key *out)
{
    struct same same;
    struct jg_key_id own, found_id;
    struct jg_stored_key key, found;
    size_t count = 0;
    enum jg_err err = jg_key_id(name, &own);

    if (err == JG_OK)
        err = read_same(txn, name, &own, &same);
    if (err != JG_OK)
        return err;
    for (size_t i = 0; i <= same.count; i++) {
        const struct jg_key_id *at = i < same.count ? &same.ids[i] : &own;

        err = look_at(txn, at, name, now_s, &key);
        if (err == JG_OK) {
            found = key;
            found_id = *at;
            count++;
        } else if (err != JG_E_NOT_FOUND) {
            return err;
        }
    }
    if (count != 1)
        return count == 0 ? JG_E_NOT_FOUND : JG_E_KEY_AMBIGUOUS;
    *id = found_id;
    *out = found;
    return JG_OK;
}

enum jg_err
jg_stored_key_delete(struct jg_txn *txn, const struct jg_key_id *id)
{
    struct jg_stored_key key;
    enum jg_err err = get(txn, id, &key);

    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err == JG_OK)
        err = forget(txn, id, &key);
    else
        err = txn->err; /* of a damaged one the names lead nowhere */
    return err == JG_OK ? jg_store_delete(txn, JG_KIND_KEY, id_str(id)) : err;
}

struct walk {
    struct jg_str org_id;
    int64_t now_s;
    jg_stored_key_visit *visit;
    void *arg;
};

static enum jg_err
visit_key(void *arg, struct jg_str key, struct jg_str value)
{
    const struct walk *walk = arg;
    struct jg_stored_key record;
    struct jg_key_id id;

    if (key.len != sizeof(id) || decode(value, &record) != JG_OK ||
        has_ended(&record, walk->now_s) ||
        (walk->org_id.p != NULL && !jg_str_eq(record.org_id, walk->org_id)))
        return JG_OK;
    memcpy(&id, key.p, sizeof(id));
    return walk->visit(walk->arg, &id, &record);
}

enum jg_err
jg_stored_keys_each(struct jg_txn *txn, struct jg_str org_id, int64_t now_s,
                    jg_stored_key_visit *visit, void *arg)
{
    struct walk walk = {org_id, now_s, visit, arg};

    return jg_store_each(txn, JG_KIND_KEY, visit_key, &walk);
}

struct sweep {
    int64_t now_s;
    struct end ends[JG_KEYS_SWEEP_MAX];
    size_t count;
};

/* Stops with JG_E_NOT_FOUND where the past ends. */
static enum jg_err
collect_end(void *arg, struct jg_str key, struct jg_str value)
{
    struct sweep *sweep = arg;
    struct end end;

    (void)value;
    if (key.len != sizeof(end) || sweep->count == JG_KEYS_SWEEP_MAX)
        return JG_E_NOT_FOUND;
    memcpy(&end, key.p, sizeof(end));
    if (be64toh(end.ends_s) > (uint64_t)sweep->now_s)
        return JG_E_NOT_FOUND;
    sweep->ends[sweep->count++] = end;
    return JG_OK;
}

bool
jg_stored_keys_ended(struct jg_txn *txn, int64_t now_s)
{
    struct sweep sweep = {.now_s = now_s < 0 ? 0 : now_s,
                          .count = JG_KEYS_SWEEP_MAX - 1};

    (void)jg_store_each(txn, JG_KIND_KEY_END, collect_end, &sweep);
    return sweep.count == JG_KEYS_SWEEP_MAX;
}

static enum jg_err
end_one(struct jg_txn *txn, const struct jg_key_id *id, int64_t now_s)
{
    struct jg_stored_key key;
    enum jg_err err = get(txn, id, &key);

    if (err == JG_OK && !has_ended(&key, now_s))
        return JG_OK;
    return jg_stored_key_delete(txn, id);
}

enum jg_err
jg_stored_keys_sweep(struct jg_txn *txn, int64_t now_s, size_t *removed)
{
    struct sweep sweep = {.now_s = now_s < 0 ? 0 : now_s};
    enum jg_err err = jg_store_each(txn, JG_KIND_KEY_END, collect_end, &sweep);

    if (err == JG_E_NOT_FOUND)
        err = JG_OK;
    for (size_t i = 0; i < sweep.count && err == JG_OK; i++) {
        err = end_one(txn, &sweep.ends[i].id, sweep.now_s);
        if (err == JG_OK) /* when the record was damaged, or has another end */
            err =
                jg_store_delete(txn, JG_KIND_KEY_END, end_str(&sweep.ends[i]));
    }
    if (err == JG_OK)
        *removed = sweep.count;
    return err;
}
