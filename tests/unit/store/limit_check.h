/* What the tests of limits share. */
#ifndef JG_TESTS_LIMIT_CHECK_H
#define JG_TESTS_LIMIT_CHECK_H

#include "store/limit.h"
#include "store/limit_table.h"
#include "store_check.h"

#define T0 INT64_C(1700000000000)

static inline struct jg_counters *
counters_open(void **state)
{
    struct jg_counters *c = NULL;

    assert_err(jg_counters_open(in_folder(state, "counters"), &c), JG_OK);
    return c;
}

static inline struct jg_hash_128
name_of(struct jg_counters *c, const char *text)
{
    return jg_limit_name(c, jg_str(text));
}

/* Names that all begin at one place of the table. */
static inline struct jg_hash_128
neighbour(unsigned i)
{
    return (struct jg_hash_128){0x123456789abcdef0 + i,
                                (uint64_t)(i + 1) << 42 | 0x5150};
}

static inline struct jg_limit_state
rate_at(struct jg_counters *c, struct jg_hash_128 name, double rate,
        double per_s, int64_t ms)
{
    struct jg_limit_state s = {.remaining = -1};

    jg_limit_rate(c, name, rate, per_s, T0 + ms, &s);
    return s;
}

static inline struct jg_limit_state
quota_at(struct jg_counters *c, struct jg_hash_128 name, int64_t max,
         int64_t renewal_s, int64_t ms)
{
    struct jg_limit_state s = {.remaining = -1};

    jg_limit_quota(c, name, max, renewal_s, T0 + ms, &s);
    return s;
}

#endif
