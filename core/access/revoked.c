/* Revocations in memory: a hash table with chains. */
#include "access/revoked.h"

#include "base/arena.h"

#define BUCKETS_MIN 64

struct entry {
    struct entry *next;
    uint64_t hash;
    int64_t before_s, expires_s;
    enum jg_revoke_by by;
    uint32_t value_len, api_len;
    char bytes[]; /* value, api_id */
};

struct jg_revoked {
    uint64_t epoch; /* plus 1; 0: look at the records first */
    bool loaded;
    uint64_t last; /* the change up to which they were read */
    struct jg_hash_key key;
    struct entry **buckets;
    size_t bucket_count, count; /* a power of two, or 0; entries */
    size_t counts[JG_REVOKE_COUNT];
};

enum jg_err
jg_revoked_new(struct jg_revoked **out)
{
    struct jg_revoked *table = jg_mem_grow(NULL, sizeof(*table));

    if (table == NULL)
        return JG_E_NOMEM;
    memset(table, 0, sizeof(*table));
    *out = table;
    return JG_OK;
}

static void
clear(struct jg_revoked *table)
{
    for (size_t i = 0; i < table->bucket_count; i++) {
        while (table->buckets[i] != NULL) {
            struct entry *e = table->buckets[i];

            table->buckets[i] = e->next;
            jg_mem_free(e);
        }
    }
    jg_mem_free(table->buckets);
    *table = (struct jg_revoked){.loaded = false};
}

void
jg_revoked_free(struct jg_revoked *table)
{
    if (table == NULL)
        return;
    clear(table);
    jg_mem_free(table);
}

/* Tokens choose what is looked up, and their issuers what is revoked: so the
 * hash has a key. */
static uint64_t
hash_of(const struct jg_revoked *table, enum jg_revoke_by by,
        struct jg_str value, struct jg_str api_id)
{
    struct jg_hash_key key = {table->key.k0 + by,
                              table->key.k1 ^ jg_hash_plain(api_id)};

    return jg_hash_keyed(&key, value);
}

static bool
is_entry(const struct entry *e, enum jg_revoke_by by, struct jg_str value,
         struct jg_str api_id)
{
    return e->by == by &&
           jg_str_eq((struct jg_str){e->bytes, e->value_len}, value) &&
           jg_str_eq((struct jg_str){e->bytes + e->value_len, e->api_len},
                     api_id);
}

/* Where the entry is, or would be; NULL: there are no buckets yet. */
static struct entry **
place_of(const struct jg_revoked *table, uint64_t hash, enum jg_revoke_by by,
         struct jg_str value, struct jg_str api_id)
{
    struct entry **at;

    if (table->bucket_count == 0)
        return NULL;
    at = &table->buckets[hash & (table->bucket_count - 1)];
    while (*at != NULL &&
           ((*at)->hash != hash || !is_entry(*at, by, value, api_id)))
        at = &(*at)->next;
    return at;
}

static const struct entry *
find(const struct jg_revoked *table, enum jg_revoke_by by, struct jg_str value,
     struct jg_str api_id, int64_t now_s)
{
    struct entry **at;

    if (table->counts[by] == 0)
        return NULL;
    at = place_of(table, hash_of(table, by, value, api_id), by, value, api_id);
    if (at == NULL || *at == NULL ||
        ((*at)->expires_s != 0 && (*at)->expires_s <= now_s))
        return NULL;
    return *at;
}

/* Room for one more entry. */
static enum jg_err
make_room(struct jg_revoked *table)
{
    size_t count = table->bucket_count * 2;
    struct entry **buckets;

    if (table->count < table->bucket_count)
        return JG_OK;
    if (count == 0)
        count = BUCKETS_MIN;
    buckets = jg_mem_grow(NULL, count * sizeof(*buckets));
    if (buckets == NULL)
        return JG_E_NOMEM;
    memset(buckets, 0, count * sizeof(*buckets));
    for (size_t i = 0; i < table->bucket_count; i++) {
        while (table->buckets[i] != NULL) {
            struct entry *e = table->buckets[i];

            table->buckets[i] = e->next;
            e->next = buckets[e->hash & (count - 1)];
            buckets[e->hash & (count - 1)] = e;
        }
    }
    jg_mem_free(table->buckets);
    table->buckets = buckets;
    table->bucket_count = count;
    return JG_OK;
}

static void
drop(struct jg_revoked *table, const struct jg_revocation *r)
{
    struct entry **at =
        place_of(table, hash_of(table, r->by, r->value, r->api_id), r->by,
                 r->value, r->api_id);
    struct entry *e = at != NULL ? *at : NULL;

    if (e == NULL)
        return;
    *at = e->next;
    table->count--;
    table->counts[e->by]--;
    jg_mem_free(e);
}

static enum jg_err
put(struct jg_revoked *table, const struct jg_revocation *r)
{
    struct entry *e, **at;

    drop(table, r);
    if (make_room(table) != JG_OK)
        return JG_E_NOMEM;
    e = jg_mem_grow(NULL, sizeof(*e) + r->value.len + r->api_id.len);
    if (e == NULL)
        return JG_E_NOMEM;
    *e = (struct entry){.hash = hash_of(table, r->by, r->value, r->api_id),
                        .before_s = r->before_s,
                        .expires_s = r->expires_s,
                        .by = r->by,
                        .value_len = (uint32_t)r->value.len,
                        .api_len = (uint32_t)r->api_id.len};
    if (r->value.len > 0)
        memcpy(e->bytes, r->value.p, r->value.len);
    if (r->api_id.len > 0)
        memcpy(e->bytes + r->value.len, r->api_id.p, r->api_id.len);
    at = &table->buckets[e->hash & (table->bucket_count - 1)];
    e->next = *at;
    *at = e;
    table->count++;
    table->counts[e->by]++;
    return JG_OK;
}

/* One that cannot be read may be anybody's: nothing is known then. */
static enum jg_err
put_record(void *arg, struct jg_str id, const struct jg_revocation *r)
{
    (void)id;
    return r != NULL ? put(arg, r) : JG_E_STORE;
}

static enum jg_err
read_all(struct jg_revoked *table, struct jg_txn *txn, uint64_t last)
{
    enum jg_err err;

    clear(table);
    err = jg_store_hash_key(txn, &table->key);
    if (err == JG_OK)
        err = jg_revocations_each(txn, put_record, table);
    table->last = last;
    table->loaded = err == JG_OK;
    return err;
}

static enum jg_err
read_change(struct jg_revoked *table, struct jg_txn *txn, uint64_t number)
{
    struct jg_revocation r;
    bool removed;
    enum jg_err err = jg_revocation_change(txn, number, &r, &removed);

    if (err != JG_OK)
        return err;
    if (!removed)
        return put(table, &r);
    drop(table, &r);
    return JG_OK;
}

static bool
knows_changes_since(const struct jg_revoked *table, uint64_t last)
{
    return table->loaded && last >= table->last &&
           last - table->last <= JG_REVOCATION_CHANGES_MAX;
}

static enum jg_err
catch_up(struct jg_revoked *table, struct jg_txn *txn)
{
    uint64_t last;
    enum jg_err err = jg_revocations_last(txn, &last);

    if (err != JG_OK)
        return err;
    if (!knows_changes_since(table, last))
        return read_all(table, txn, last);
    while (table->last < last && err == JG_OK) {
        err = read_change(table, txn, table->last + 1);
        if (err == JG_OK)
            table->last++;
    }
    return err == JG_OK ? JG_OK : read_all(table, txn, last);
}

enum jg_err
jg_revoked_refresh(struct jg_revoked *table, struct jg_store *store,
                   const struct jg_counters *counters)
{
    /* Read before the records: never too new. */
    uint64_t epoch =
        counters != NULL ? jg_counters_revocations(counters) + 1 : 0;
    struct jg_txn *txn;
    enum jg_err err;

    if (store == NULL || (epoch != 0 && epoch == table->epoch))
        return JG_OK;
    err = jg_txn_read(store, &txn);
    if (err == JG_OK) {
        err = catch_up(table, txn);
        jg_txn_abort(txn);
    }
    if (err != JG_OK)
        clear(table);
    table->epoch = err == JG_OK ? epoch : 0;
    return err;
}

size_t
jg_revoked_count(const struct jg_revoked *table, enum jg_revoke_by by)
{
    return table->counts[by];
}

bool
jg_revoked_has(const struct jg_revoked *table, enum jg_revoke_by by,
               struct jg_str value, struct jg_str api_id, int64_t now_s)
{
    return find(table, by, value, api_id, now_s) != NULL ||
           find(table, by, value, (struct jg_str){NULL, 0}, now_s) != NULL;
}

int64_t
jg_revoked_before_s(const struct jg_revoked *table, struct jg_str api_id,
                    int64_t now_s)
{
    static const struct jg_str none;
    const struct entry *all = find(table, JG_REVOKE_ISSUED, none, none, now_s);
    const struct entry *one =
        find(table, JG_REVOKE_ISSUED, none, api_id, now_s);
    int64_t before_s = all != NULL ? all->before_s : INT64_MIN;

    return one != NULL && one->before_s > before_s ? one->before_s : before_s;
}
