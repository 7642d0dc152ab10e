/*
 * Rates and quotas, counted by all processes together: a table of fixed size
 * in the file of counters, changed by atomics only. What is counted under one
 * name is exact whatever the number of processes, and stays over reload,
 * restart and kill -9: of what a killed process had in hand, each request was
 * counted once or not at all, and nobody else's count is touched. So exactly N
 * pass of a quota of N; those that a killed process had counted, and did not
 * answer, are among them.
 *
 * A counter that is at rest gives its place up by itself: a rate 10 seconds
 * after it has recovered, a quota 10 seconds after its window, and a quota
 * that never renews never. When there is no place for a new counter (more than
 * about half a million callers at a time), what it would count is let pass:
 * refusing would lock every new caller out. JG_METRIC_LIMITS_FULL tells.
 */
#ifndef JG_STORE_LIMIT_H
#define JG_STORE_LIMIT_H

#include "base/hash.h"
#include "store/counters.h"

/* The largest quota that can be told from a larger one. */
#define JG_QUOTA_MAX INT32_MAX

/* The most requests, and the longest time in seconds, of a rate. */
#define JG_RATE_MAX 1e9
#define JG_PER_MAX_S 3.15576e9 /* a hundred years */

/* What was counted, and what is left. */
struct jg_limit_state {
    bool allowed;      /* this request; when looking: one more */
    int64_t remaining; /* after this request; 0 when it is refused */
    int64_t reset_ms;  /* unix time when all is there again; 0: never */
    int64_t wait_ms;   /* refused by a rate: until one more would pass */
};

/*
 * The counter called <text>. Its bytes are hashed with a secret of the file,
 * to 128 bits, so that nobody can choose texts that meet.
 */
struct jg_hash_128 jg_limit_name(const struct jg_counters *c,
                                 struct jg_str text);

/*
 * One request at <now_ms> (unix time), of which <rate> may come at once, and
 * then <rate> in each <per_s> seconds, evenly (GCRA). Both are above 0; what
 * is beyond JG_RATE_MAX and JG_PER_MAX_S counts as these.
 */
void jg_limit_rate(struct jg_counters *c, struct jg_hash_128 name, double rate,
                   double per_s, int64_t now_ms, struct jg_limit_state *out);

/*
 * One request at <now_ms>, of which <max> (above 0) are allowed in a window
 * that begins with the first and lasts <renewal_s>; 0 or less: for ever.
 * Refused ones are not counted. A window is never longer than <renewal_s> from
 * now, also when it was when it began.
 */
void jg_limit_quota(struct jg_counters *c, struct jg_hash_128 name, int64_t max,
                    int64_t renewal_s, int64_t now_ms,
                    struct jg_limit_state *out);

/*
 * The same without counting a request: what is there at <now_ms>. A quota that
 * nobody has used yet has no window, and reset_ms is 0.
 */
void jg_limit_rate_look(struct jg_counters *c, struct jg_hash_128 name,
                        double rate, double per_s, int64_t now_ms,
                        struct jg_limit_state *out);
void jg_limit_quota_look(struct jg_counters *c, struct jg_hash_128 name,
                         int64_t max, int64_t renewal_s, int64_t now_ms,
                         struct jg_limit_state *out);

/* Forget what was counted: the next request is the first one. */
void jg_limit_rate_forget(struct jg_counters *c, struct jg_hash_128 name,
                          int64_t now_ms);
void jg_limit_quota_forget(struct jg_counters *c, struct jg_hash_128 name,
                           int64_t now_ms);

#endif
