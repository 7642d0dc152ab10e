/* Key sets by URL, parsed once a version and kept. */
#include "access/keysets.h"

#include "base/arena.h"

#define BUCKETS 1024
#define HASHED_BYTES 12 /* of an id, which is a hash itself */
#define SWEEP_FIRST 64  /* sets, until the first look for unused ones */

struct entry {
    struct entry *next;
    char id[JG_KEY_URL_ID_BYTES];
    uint64_t epoch;       /* plus 1; 0: to be read before use */
    uint64_t version;     /* of what was parsed, also when that was no set */
    struct jg_jwks *keys; /* NULL: no usable set */
    int64_t fetched_s, tried_s;
};

struct jg_keysets {
    struct entry *buckets[BUCKETS];
    size_t count, sweep_at;
};

enum jg_err
jg_keysets_new(struct jg_keysets **out)
{
    struct jg_keysets *sets = jg_mem_grow(NULL, sizeof(*sets));

    if (sets == NULL)
        return JG_E_NOMEM;
    memset(sets, 0, sizeof(*sets));
    sets->sweep_at = SWEEP_FIRST;
    *out = sets;
    return JG_OK;
}

static void
free_entry(struct entry *e)
{
    jg_jwks_free(e->keys);
    jg_mem_free(e);
}

void
jg_keysets_free(struct jg_keysets *sets)
{
    if (sets == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (sets->buckets[i] != NULL) {
            struct entry *e = sets->buckets[i];

            sets->buckets[i] = e->next;
            free_entry(e);
        }
    }
    jg_mem_free(sets);
}

size_t
jg_keysets_count(const struct jg_keysets *sets)
{
    return sets->count;
}

static struct jg_str
id_of(const struct entry *e)
{
    return (struct jg_str){e->id, sizeof(e->id)};
}

/* Changes with every change of a set, or of which sets there are. */
static uint64_t
epoch_of(const struct jg_counters *counters)
{
    return jg_counters_keysets(counters) + jg_counters_epoch(counters) + 1;
}

/* Parse the body of <record>. One that is no set leaves no keys, and is not
 * parsed again. */
static enum jg_err
parse(struct entry *e, const struct jg_keyset *record)
{
    struct jg_jwks *keys = NULL;
    enum jg_err err = jg_keyset_verify(record);

    if (err == JG_OK && record->body.len > 0)
        err = jg_jwks_parse(record->body, true, &keys, NULL);
    if (err == JG_E_NOMEM)
        return err;
    jg_jwks_free(e->keys);
    e->keys = NULL;
    /* What is damaged may be healed, by the same bytes. */
    e->version = err == JG_E_STORE ? 0 : record->version;
    if (err == JG_OK)
        e->keys = keys;
    else
        jg_jwks_free(keys);
    return JG_OK;
}

/* The record as it is now. One that is missing or damaged is no set: whoever
 * is asked for it makes it anew. */
static enum jg_err
read_record(struct entry *e, struct jg_str id, struct jg_store *store)
{
    struct jg_keyset record = {.version = 0};
    struct jg_txn *txn;
    enum jg_err err = JG_OK;

    if (store != NULL) {
        err = jg_txn_read(store, &txn);
        if (err != JG_OK)
            return err;
        if (jg_keyset_get(txn, id, &record) != JG_OK)
            record = (struct jg_keyset){.version = 0};
    }
    if (record.version != e->version)
        err = parse(e, &record);
    e->fetched_s = record.fetched_s;
    e->tried_s = record.tried_s;
    if (store != NULL)
        jg_txn_abort(txn); /* the body is borrowed until here */
    return err;
}

static struct entry **
place_of(struct jg_keysets *sets, struct jg_str id)
{
    /* Its first digits are as good as all of them. */
    uint64_t hash = jg_hash_plain(jg_str_head(id, HASHED_BYTES));
    struct entry **at = &sets->buckets[hash % BUCKETS];

    while (*at != NULL && !jg_str_eq(id_of(*at), id))
        at = &(*at)->next;
    return at;
}

/* Drop the sets whose record is gone. Configuration chooses the ids, so that
 * there are about as many sets as it names at the moment. */
static void
sweep(struct jg_keysets *sets, struct jg_store *store)
{
    struct jg_txn *txn;
    struct jg_str value;

    if (store == NULL || jg_txn_read(store, &txn) != JG_OK)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry **at = &sets->buckets[i];

        while (*at != NULL) {
            struct entry *e = *at;

            if (jg_store_get(txn, JG_KIND_KEYSET, id_of(e), &value) !=
                JG_E_NOT_FOUND) {
                at = &e->next;
                continue;
            }
            *at = e->next;
            sets->count--;
            free_entry(e);
        }
    }
    jg_txn_abort(txn);
    sets->sweep_at = 2 * sets->count + SWEEP_FIRST;
}

/* The entry of <id>, which is made when there is none; NULL: no memory. */
static struct entry *
entry_of(struct jg_keysets *sets, struct jg_store *store, struct jg_str id)
{
    struct entry **at = place_of(sets, id);
    struct entry *e = *at;

    if (e != NULL)
        return e;
    if (sets->count >= sets->sweep_at)
        sweep(sets, store);
    e = jg_mem_grow(NULL, sizeof(*e));
    if (e == NULL)
        return NULL;
    *e = (struct entry){.epoch = 0};
    memcpy(e->id, id.p, sizeof(e->id));
    at = place_of(sets, id); /* a sweep may have moved it */
    *at = e;
    sets->count++;
    return e;
}

static struct jg_keyset_state
state_of(const struct entry *e)
{
    struct jg_keyset_state state = {.fetched_s = e->fetched_s,
                                    .tried_s = e->tried_s};

    if (e->keys != NULL) {
        state.keys = jg_jwks_ref(e->keys);
        state.version = e->version;
    }
    return state;
}

enum jg_err
jg_keysets_find(struct jg_keysets *sets, struct jg_store *store,
                const struct jg_counters *counters, struct jg_str id,
                enum jg_keysets_look look, struct jg_keyset_state *out)
{
    struct entry alone = {.epoch = 0};
    struct entry *e = &alone;
    uint64_t epoch = 0; /* read before the store: never too new */
    enum jg_err err = JG_OK;

    *out = (struct jg_keyset_state){.keys = NULL};
    if (sets != NULL && counters != NULL && id.len == sizeof(e->id)) {
        epoch = epoch_of(counters);
        e = entry_of(sets, store, id);
        if (e == NULL)
            return JG_E_NOMEM;
    }
    if (look == JG_KEYSETS_NOW || e->epoch == 0 || e->epoch != epoch) {
        e->epoch = 0;
        err = read_record(e, id, store);
        if (err == JG_OK)
            e->epoch = epoch;
    }
    if (err == JG_OK)
        *out = state_of(e);
    jg_jwks_free(alone.keys);
    return err;
}
