/* Kept split tokens as whoever runs the gateway sees them, and forgets them. */
#include "store/split_record.h"

#include "base/hex.h"
#include "jose/sign.h"

#define ID_BYTES ((JG_SPLIT_ID_CHARS - 1) / 2) /* of the hash */
#define FORGET_MAX 64 /* access tokens of a login in one round */

static const char letters[] = {
    [JG_SPLIT_ACCESS] = 'a', [JG_SPLIT_REFRESH] = 'r'};

void
jg_split_id(const struct jg_split_shown *split,
            char out[static JG_SPLIT_ID_CHARS + 1])
{
    out[0] = letters[split->kind];
    jg_hex_encode(split->hash, ID_BYTES, out + 1);
}

/* The beginning of the key of the one with <id>, the rest zeros. */
static bool
read_id(struct jg_str id, struct jg_split_key *out)
{
    const char *letter;

    *out = (struct jg_split_key){0};
    if (id.len != JG_SPLIT_ID_CHARS)
        return false;
    letter = memchr(letters, id.p[0], sizeof(letters));
    if (letter == NULL)
        return false;
    out->kind = (unsigned char)(letter - letters);
    return jg_hex_decode(jg_str_from(id, 1), out->hash);
}

bool
jg_split_is_id(struct jg_str id)
{
    struct jg_split_key key;

    return read_id(id, &key);
}

static void
show(struct jg_str key, const struct jg_split_record *record,
     struct jg_split_shown *out)
{
    *out = (struct jg_split_shown){
        .kind = (enum jg_split_kind)(unsigned char)key.p[0],
        .org_id = record->org_id,
        .api_id = record->api_id,
        .note = record->note,
        .issued_s = record->issued_s,
        .ends_s = record->ends_s};
    memcpy(out->hash, key.p + 1, sizeof(out->hash));
    memcpy(out->login,
           out->kind == JG_SPLIT_REFRESH ? out->hash : record->login,
           sizeof(out->login));
}

struct listing {
    int64_t now_s;
    jg_split_visit *visit;
    void *arg;
};

static enum jg_err
list(void *arg, struct jg_str key, struct jg_str value)
{
    const struct listing *l = arg;
    struct jg_split_record record;
    struct jg_split_shown shown;

    if (key.len != sizeof(struct jg_split_key) ||
        jg_split_decode(value, &record) != JG_OK || record.ends_s <= l->now_s)
        return JG_OK;
    show(key, &record, &shown);
    return l->visit(l->arg, &shown);
}

enum jg_err
jg_splits_each(struct jg_txn *txn, struct jg_str after, int64_t now_s,
               jg_split_visit *visit, void *arg)
{
    struct listing l = {now_s, visit, arg};
    struct jg_split_key key;
    struct jg_str from = {NULL, 0};

    if (read_id(after, &key)) { /* it is the first with these bytes, or none */
        memset(key.hash + ID_BYTES, 0xff, sizeof(key.hash) - ID_BYTES);
        from = jg_split_key_str(&key);
    }
    return jg_store_each_from(txn, JG_KIND_SPLIT, from, list, &l);
}

struct search {
    struct jg_split_key from;
    struct jg_split_shown *out;
    bool found;
};

/* Stops at the first one. */
static enum jg_err
compare(void *arg, struct jg_str key, struct jg_str value)
{
    struct search *s = arg;
    struct jg_split_record record;

    if (key.len == sizeof(s->from) &&
        memcmp(key.p, &s->from, 1 + ID_BYTES) == 0 &&
        jg_split_decode(value, &record) == JG_OK) {
        show(key, &record, s->out);
        s->found = true;
    }
    return JG_E_NOT_FOUND;
}

enum jg_err
jg_split_show(struct jg_txn *txn, struct jg_str id, int64_t now_s,
              struct jg_split_shown *out)
{
    struct search s = {.out = out};
    enum jg_err err;

    if (!read_id(id, &s.from))
        return JG_E_NOT_FOUND;
    err = jg_store_each_from(txn, JG_KIND_SPLIT, jg_split_key_str(&s.from),
                             compare, &s);
    if (s.found)
        return out->ends_s > now_s ? JG_OK : JG_E_NOT_FOUND;
    return err == JG_OK ? JG_E_NOT_FOUND : err;
}

/* <key> is read before anything is written: what is borrowed ends there. */
static enum jg_err
remove_one(struct jg_txn *txn, const struct jg_split_key *key, size_t *removed)
{
    struct jg_split_record record;
    enum jg_err err = jg_split_read(txn, key, &record);

    if (err == JG_OK) {
        *removed += 1;
        return jg_split_remove(txn, key, &record);
    }
    if (err == JG_E_STORE && txn->err == JG_OK) /* damaged: it opens nothing */
        return jg_store_delete(txn, JG_KIND_SPLIT, jg_split_key_str(key));
    return err == JG_E_NOT_FOUND ? JG_OK : err;
}

struct members {
    struct jg_split_member found[FORGET_MAX];
    size_t count;
    const unsigned char *login;
};

/* Stops where the login ends, or when it has no room. */
static enum jg_err
collect(void *arg, struct jg_str key, struct jg_str value)
{
    struct members *m = arg;

    (void)value;
    if (m->count == FORGET_MAX || key.len != sizeof(m->found[0]) ||
        memcmp(key.p, m->login, JG_SPLIT_HASH_BYTES) != 0)
        return JG_E_NOT_FOUND;
    memcpy(&m->found[m->count++], key.p, key.len);
    return JG_OK;
}

static enum jg_err
remove_members(struct jg_txn *txn, struct members *m, size_t *removed)
{
    const struct jg_str from = {(const char *)m->login, JG_SPLIT_HASH_BYTES};
    enum jg_err err;

    m->count = 0;
    err = jg_store_each_from(txn, JG_KIND_SPLIT_LOGIN, from, collect, m);
    if (err == JG_E_NOT_FOUND)
        err = JG_OK;
    for (size_t i = 0; i < m->count && err == JG_OK; i++) {
        struct jg_split_key key = {.kind = JG_SPLIT_ACCESS};

        memcpy(key.hash, m->found[i].hash, sizeof(key.hash));
        err = remove_one(txn, &key, removed);
        if (err == JG_OK) /* also when its record was gone */
            err = jg_store_delete(txn, JG_KIND_SPLIT_LOGIN,
                                  (struct jg_str){(const char *)&m->found[i],
                                                  sizeof(m->found[i])});
    }
    return err;
}

/* <login> is not borrowed from the transaction. */
static enum jg_err
forget_login(struct jg_txn *txn, const unsigned char *login, size_t *removed)
{
    struct jg_split_key key = {.kind = JG_SPLIT_REFRESH};
    struct members m = {.login = login};
    enum jg_err err;

    memcpy(key.hash, login, sizeof(key.hash));
    err = remove_one(txn, &key, removed);
    while (err == JG_OK) {
        err = remove_members(txn, &m, removed);
        if (m.count < FORGET_MAX)
            break;
    }
    return err;
}

enum jg_err
jg_split_forget(struct jg_txn *txn, const struct jg_split_shown *split,
                size_t *removed)
{
    struct jg_split_key key = {.kind = (unsigned char)split->kind};

    if (jg_split_has_login(split->login))
        return forget_login(txn, split->login, removed);
    memcpy(key.hash, split->hash, sizeof(key.hash));
    return remove_one(txn, &key, removed);
}

enum jg_err
jg_split_forget_login(struct jg_txn *txn, struct jg_str org_id,
                      struct jg_str handle, size_t *removed)
{
    struct jg_split_key key = {.kind = JG_SPLIT_REFRESH};
    struct jg_split_record record;
    enum jg_err err = jg_sha256(handle, key.hash);

    if (err == JG_OK)
        err = jg_split_read(txn, &key, &record);
    if (err == JG_E_NOT_FOUND ||
        (err == JG_OK && !jg_str_eq(record.org_id, org_id)))
        return JG_OK;
    return err == JG_OK ? forget_login(txn, key.hash, removed) : err;
}
