/* The file of shared numbers. */
#include "store/counters.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/hash.h"
#include "store/limit_table.h"
#include "store/mapped.h"

/* Version of everything below and of limit_table.h, to be raised with any
 * change to it. */
#define LAYOUT 4

#define METRICS_MAX 64 /* places; enum jg_metric takes the first ones */
#define SHARDS 8
#define TURN_BITS 16 /* 64 Ki places: APIs with a round robin of their own */
#define TURNS (1U << TURN_BITS)
#define TURN_PROBES 16
#define KEY_BITS 13 /* 8 Ki places: keys of fetched sets in use */
#define KEYS (1U << KEY_BITS)
#define KEY_PROBES 16

_Static_assert(JG_METRIC_COUNT <= METRICS_MAX, "raise METRICS_MAX and LAYOUT");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "atomics in shared memory must not hide a lock");

typedef _Atomic uint64_t counter;

/* What is counted for each request. A process adds to one shard, so that two
 * workers seldom write the same cache line; readers add the shards up. */
struct shard {
    _Alignas(64) counter metrics[METRICS_MAX];
    counter latency[JG_LATENCY_BUCKETS], latency_sum;
    counter reasons[JG_REASON_CODES]; /* by public code */
};

/* The round robin of the API whose id has this hash; 0: free. */
struct turn {
    counter id_hash;
    _Atomic uint32_t next;
};

/* A fetched key with this hash, and when it was used last; 0: free. */
struct key {
    counter hash;
    _Atomic int64_t used_s;
};

struct file {
    struct jg_mapped_head head;
    _Atomic uint32_t processes; /* that opened it: gives out the shards */
    _Alignas(64) counter epoch;
    counter addresses, keysets, revocations;
    counter gauges[METRICS_MAX];
    struct shard shards[SHARDS];
    struct turn turns[TURNS];
    struct key keys[KEYS];
    struct jg_limit_table limits;
};

struct jg_counters {
    struct file *file;
    struct shard *shard;
    uint32_t number; /* of this opening */
};

static const struct jg_mapped_head head = {
    .magic = "jgcount", .layout = LAYOUT, .bytes = sizeof(struct file)};

enum jg_err
jg_counters_open(const char *path, struct jg_counters **out)
{
    struct jg_counters *c = jg_mem_grow(NULL, sizeof(*c));
    void *mapped;
    enum jg_err err;

    if (c == NULL)
        return JG_E_NOMEM;
    err = jg_mapped_open(path, &head, &mapped);
    if (err != JG_OK) {
        jg_mem_free(c);
        return err;
    }
    c->file = mapped;
    err = jg_limit_table_init(&c->file->limits);
    if (err != JG_OK) {
        jg_counters_close(c);
        return err;
    }
    c->number =
        atomic_fetch_add_explicit(&c->file->processes, 1, memory_order_relaxed);
    c->shard = &c->file->shards[c->number % SHARDS];
    *out = c;
    return JG_OK;
}

void
jg_counters_close(struct jg_counters *c)
{
    if (c == NULL)
        return;
    jg_mapped_close(c->file, &head);
    jg_mem_free(c);
}

struct jg_limit_table *
jg_counters_limits(struct jg_counters *c, uint32_t *process)
{
    *process = c->number;
    return &c->file->limits;
}

static void
add(counter *to, uint64_t n)
{
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static uint64_t
get(const counter *from)
{
    return atomic_load_explicit(from, memory_order_relaxed);
}

/* What was written before the epoch was raised is there for whoever sees it
 * raised. On the processors of today this costs as much as relaxed. */
uint64_t
jg_counters_epoch(const struct jg_counters *c)
{
    return atomic_load_explicit(&c->file->epoch, memory_order_acquire);
}

uint64_t
jg_counters_addresses(const struct jg_counters *c)
{
    return atomic_load_explicit(&c->file->addresses, memory_order_acquire);
}

uint64_t
jg_counters_keysets(const struct jg_counters *c)
{
    return atomic_load_explicit(&c->file->keysets, memory_order_acquire);
}

uint64_t
jg_counters_revocations(const struct jg_counters *c)
{
    return atomic_load_explicit(&c->file->revocations, memory_order_acquire);
}

void
jg_counters_bump_revocations(struct jg_counters *c)
{
    atomic_fetch_add_explicit(&c->file->revocations, 1, memory_order_release);
}

void
jg_counters_bump_keysets(struct jg_counters *c)
{
    atomic_fetch_add_explicit(&c->file->keysets, 1, memory_order_release);
}

void
jg_counters_bump_epoch(struct jg_counters *c)
{
    atomic_fetch_add_explicit(&c->file->epoch, 1, memory_order_release);
}

void
jg_counters_bump_addresses(struct jg_counters *c)
{
    atomic_fetch_add_explicit(&c->file->addresses, 1, memory_order_release);
}

void
jg_counters_add(struct jg_counters *c, enum jg_metric metric, uint64_t n)
{
    add(&c->shard->metrics[metric], n);
}

void
jg_counters_set(struct jg_counters *c, enum jg_metric metric, uint64_t n)
{
    atomic_store_explicit(&c->file->gauges[metric], n, memory_order_relaxed);
}

uint64_t
jg_counters_get(const struct jg_counters *c, enum jg_metric metric)
{
    uint64_t sum = get(&c->file->gauges[metric]);

    for (int i = 0; i < SHARDS; i++)
        sum += get(&c->file->shards[i].metrics[metric]);
    return sum;
}

void
jg_counters_reason(struct jg_counters *c, enum jg_err reason)
{
    add(&c->shard->reasons[jg_reason_code(reason)], 1);
}

uint64_t
jg_counters_reason_get(const struct jg_counters *c, enum jg_err reason)
{
    unsigned code = jg_reason_code(reason);
    uint64_t sum = 0;

    for (int i = 0; i < SHARDS; i++)
        sum += get(&c->file->shards[i].reasons[code]);
    return sum;
}

#define LATENCY_FIRST_BITS 6 /* 64 us */

/* The first i with us <= 64 << i, or the last bucket. */
static unsigned
bucket_of(uint64_t us)
{
    unsigned bits;

    if (us <= (uint64_t)1 << LATENCY_FIRST_BITS)
        return 0;
    bits = 64 - (unsigned)__builtin_clzll(us - 1) - LATENCY_FIRST_BITS;
    return bits < JG_LATENCY_BUCKETS ? bits : JG_LATENCY_BUCKETS - 1;
}

void
jg_counters_latency(struct jg_counters *c, uint64_t microseconds)
{
    add(&c->shard->latency[bucket_of(microseconds)], 1);
    add(&c->shard->latency_sum, microseconds);
}

void
jg_counters_latency_get(const struct jg_counters *c,
                        uint64_t buckets[static JG_LATENCY_BUCKETS],
                        uint64_t *sum_us)
{
    *sum_us = 0;
    for (int b = 0; b < JG_LATENCY_BUCKETS; b++) {
        buckets[b] = 0;
        for (int i = 0; i < SHARDS; i++)
            buckets[b] += get(&c->file->shards[i].latency[b]);
    }
    for (int i = 0; i < SHARDS; i++)
        *sum_us += get(&c->file->shards[i].latency_sum);
}

/*
 * The turn of the API with this hash. Two APIs must not share one: taking
 * every second number, each would see one half of its targets only. They do
 * when the table has filled up, which takes more ids than anyone has.
 */
static struct turn *
turn_of(struct file *file, uint64_t hash)
{
    /* FNV's last bits are alike for ids that are; a product's first are not. */
    uint64_t home = hash * 0x9e3779b97f4a7c15 >> (64 - TURN_BITS);

    for (uint64_t i = 0; i < TURN_PROBES; i++) {
        struct turn *turn = &file->turns[(home + i) % TURNS];
        uint64_t seen = get(&turn->id_hash);

        if (seen == 0 && atomic_compare_exchange_strong_explicit(
                             &turn->id_hash, &seen, hash, memory_order_relaxed,
                             memory_order_relaxed))
            return turn;
        if (seen == hash) /* also when another process was faster just now */
            return turn;
    }
    return &file->turns[home];
}

uint32_t
jg_counters_turn(struct jg_counters *c, struct jg_str id)
{
    uint64_t hash = jg_hash_plain(id);
    struct turn *turn = turn_of(c->file, hash != 0 ? hash : 1);

    return atomic_fetch_add_explicit(&turn->next, 1, memory_order_relaxed);
}

uint64_t
jg_counters_key(struct jg_str keyset_id, struct jg_str thumbprint)
{
    const struct jg_hash_key seed = {jg_hash_plain(keyset_id), 0};
    uint64_t hash = jg_hash_keyed(&seed, thumbprint);

    return hash != 0 ? hash : 1;
}

static int64_t
used_s(const struct key *key)
{
    return atomic_load_explicit(&key->used_s, memory_order_relaxed);
}

/* The place of <hash>, else a free one, else the one unused for longest. */
static struct key *
key_of(struct file *file, uint64_t hash)
{
    uint64_t home = hash >> (64 - KEY_BITS);
    struct key *best = &file->keys[home];

    for (uint64_t i = 0; i < KEY_PROBES; i++) {
        struct key *key = &file->keys[(home + i) % KEYS];
        uint64_t seen = get(&key->hash);

        if (seen == hash || seen == 0)
            return key;
        if (used_s(key) < used_s(best))
            best = key;
    }
    return best;
}

/* Two processes may take one place for two keys: one mark is lost then, until
 * its key is used the next time. */
void
jg_counters_key_used(struct jg_counters *c, uint64_t key, int64_t now_s)
{
    struct key *place = key_of(c->file, key);

    if (get(&place->hash) == key && used_s(place) == now_s)
        return; /* so that a busy key is no busy cache line */
    atomic_store_explicit(&place->used_s, now_s, memory_order_relaxed);
    atomic_store_explicit(&place->hash, key, memory_order_relaxed);
}

int64_t
jg_counters_key_last_used(const struct jg_counters *c, uint64_t key)
{
    const struct key *place = key_of(c->file, key);

    return get(&place->hash) == key ? used_s(place) : 0;
}
