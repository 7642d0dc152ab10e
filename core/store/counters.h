/*
 * Numbers that all processes share: one mapped file of fixed size, changed by
 * C11 atomics only. It survives reload, restart and kill -9, since the kernel
 * owns its pages; after a power cut it may be a few seconds old.
 */
#ifndef JG_STORE_COUNTERS_H
#define JG_STORE_COUNTERS_H

#include "base/err.h"

struct jg_counters; /* private: counters.c */

/*
 * Counters with a name, for /metrics; each row of metrics.c names one. Their
 * numbers are in the file, which outlives the program: only append.
 */
enum jg_metric {
    JG_METRIC_REQUESTS_2XX,
    JG_METRIC_REQUESTS_3XX,
    JG_METRIC_REQUESTS_4XX,
    JG_METRIC_REQUESTS_5XX,
    JG_METRIC_CACHE_HITS,
    JG_METRIC_CACHE_MISSES,
    JG_METRIC_CACHE_EVICTIONS,
    JG_METRIC_WANTS,         /* requests that asked the broker */
    JG_METRIC_SNAPSHOTS,     /* snapshots built by workers */
    JG_METRIC_RELOADS,       /* reloads of definitions */
    JG_METRIC_RELOAD_FAULTS, /* findings of the last reload: a gauge */
    JG_METRIC_APIS,          /* APIs in force: a gauge */
    JG_METRIC_POLICIES,      /* policies in force: a gauge */
    JG_METRIC_BROKER_REQUESTS,
    JG_METRIC_BROKER_KILLED, /* broker processes past their deadline */
    JG_METRIC_KEYSET_FETCHES,
    JG_METRIC_KEYSET_FETCH_FAILURES,
    JG_METRIC_KEYSET_KID_MISSES, /* tokens whose key is in no set */
    JG_METRIC_KEYSETS,           /* key sets by URL: a gauge */
    JG_METRIC_KEYSETS_FAILING,   /* whose last attempt failed: a gauge */
    JG_METRIC_KEYSETS_INSECURE,  /* whose TLS is not verified: a gauge */
    JG_METRIC_KEYSETS_OLDEST,    /* unix time of the oldest one: a gauge */
    JG_METRIC_LIMITS_FULL,       /* limits not counted: no place for them */
    JG_METRIC_CONTROL_REFUSED,   /* wrong or missing secrets */
    JG_METRIC_STARTED,           /* unix time of the start: a gauge */
    JG_METRIC_RELOADED,          /* unix time of the last load: a gauge */
    JG_METRIC_COUNT
};

/*
 * Map <path>. When it is missing, or damaged, or has the layout of another
 * version of this program, a new one with zeros takes its name in one step
 * (whoever has mapped the old one keeps that). A new file has mode 0660 and
 * the group of its folder, which must exist. On failure errno says why.
 *   JG_E_STORE, JG_E_NOMEM
 *   JG_E_STORE_FULL  the disk has no room for it
 *   JG_E_CRYPTO      no random bytes for limit.h
 */
enum jg_err jg_counters_open(const char *path, struct jg_counters **out);
void jg_counters_close(struct jg_counters *c); /* NULL is fine */

/* What changed since one looked last: one atomic load each. Commit a change
 * first and raise the number then. */
uint64_t jg_counters_epoch(const struct jg_counters *c);     /* snapshot */
uint64_t jg_counters_addresses(const struct jg_counters *c); /* addresses */
uint64_t jg_counters_keysets(const struct jg_counters *c);   /* key sets */
uint64_t jg_counters_revocations(const struct jg_counters *c);
void jg_counters_bump_epoch(struct jg_counters *c);
void jg_counters_bump_addresses(struct jg_counters *c);
void jg_counters_bump_keysets(struct jg_counters *c);
void jg_counters_bump_revocations(struct jg_counters *c);

void jg_counters_add(struct jg_counters *c, enum jg_metric metric, uint64_t n);
void jg_counters_set(struct jg_counters *c, enum jg_metric metric, uint64_t n);
uint64_t jg_counters_get(const struct jg_counters *c, enum jg_metric metric);

/* Decisions by reason; JG_OK counts the allowed ones. */
void jg_counters_reason(struct jg_counters *c, enum jg_err reason);
uint64_t jg_counters_reason_get(const struct jg_counters *c,
                                enum jg_err reason);

/*
 * Request durations. Bucket <i> counts those of at most 64 << i microseconds
 * that no earlier bucket counts; the last one counts all that are longer.
 */
#define JG_LATENCY_BUCKETS 20
void jg_counters_latency(struct jg_counters *c, uint64_t microseconds);
void jg_counters_latency_get(const struct jg_counters *c,
                             uint64_t buckets[static JG_LATENCY_BUCKETS],
                             uint64_t *sum_us);

/* The next number of a round robin over all workers, for the API <id>: 0, 1,
 * 2 and so on, and 0 again after the largest. */
uint32_t jg_counters_turn(struct jg_counters *c, struct jg_str id);

/*
 * When a fetched key verified a signature for the last time (unix seconds; 0:
 * not that anybody knows). <key> is jg_counters_key() of its set and its
 * thumbprint. The table is of fixed size; in a full one the oldest marks go.
 */
uint64_t jg_counters_key(struct jg_str keyset_id, struct jg_str thumbprint);
void jg_counters_key_used(struct jg_counters *c, uint64_t key, int64_t now_s);
int64_t jg_counters_key_last_used(const struct jg_counters *c, uint64_t key);

/*
 * How Prometheus sees a metric. Rows of one name follow each other, differ in
 * their labels, and share one # HELP and # TYPE.
 */
struct jg_metric_info {
    const char *name, *help;
    const char *labels; /* class="2xx"; NULL: none */
    bool gauge;
};
const struct jg_metric_info *jg_metric_info(enum jg_metric metric);

#endif
