/* X-RateLimit-*: what is left, for the client (reference 4). */
#include <stdio.h>

#include "access/limits.h"
#include "access/step.h"

static const struct jg_str names[JG_LIMIT_HEADERS_MAX] = {
    {"X-RateLimit-Limit", 17},
    {"X-RateLimit-Remaining", 21},
    {"X-RateLimit-Reset", 17},
};

#define NUMBER_BYTES 21 /* of an int64_t */

static bool
shows_rates(const struct jg_decision *d)
{
    return jg_str_eq(d->with.snapshot->conf->rate_limit_response_headers,
                     JG_STR("rate_limits"));
}

static enum jg_err
number(struct jg_arena *a, int64_t n, struct jg_str *out)
{
    char *p;

    *out = JG_STR("0");
    if (n == 0)
        return JG_OK;
    p = jg_arena_alloc(a, NUMBER_BYTES);
    if (p == NULL)
        return JG_E_NOMEM;
    *out = (struct jg_str){
        p, (size_t)snprintf(p, NUMBER_BYTES, "%lld", (long long)n)};
    return JG_OK;
}

static enum jg_err
write_headers(const struct jg_decision *d, const struct jg_limit_seen *seen,
              struct jg_forward_header set[static JG_LIMIT_HEADERS_MAX])
{
    const int64_t numbers[JG_LIMIT_HEADERS_MAX] = {seen->limit, seen->remaining,
                                                   seen->reset_s};

    for (size_t i = 0; i < JG_LIMIT_HEADERS_MAX; i++) {
        enum jg_err err = number(d->arena, numbers[i], &set[i].value);

        if (err != JG_OK)
            return err;
        set[i].name = names[i];
    }
    return JG_OK;
}

enum jg_err
jg_rate_respond(struct jg_decision *d)
{
    struct jg_forward_header set[JG_LIMIT_HEADERS_MAX];
    enum jg_err err;

    if (!shows_rates(d))
        return JG_OK;
    d->respond.removed = names; /* those of the upstream */
    d->respond.removed_count = JG_LIMIT_HEADERS_MAX;
    if (!d->rate.known)
        return JG_OK;
    err = write_headers(d, &d->rate, set);
    for (size_t i = 0; i < JG_LIMIT_HEADERS_MAX && err == JG_OK; i++)
        err = jg_respond_set(d, set[i].name, set[i].value);
    return err;
}

/* Without a quota as the policy says: -1, most often. Nothing counts there. */
static struct jg_limit_seen
quota_of(const struct jg_decision *d)
{
    int64_t max = d->session.limit.quota_max;

    if (d->quota.known || !jg_has_caller(d))
        return d->quota;
    return (struct jg_limit_seen){.limit = max, .remaining = max};
}

enum jg_err
jg_quota_respond(const struct jg_decision *d,
                 struct jg_forward_header set[static JG_LIMIT_HEADERS_MAX],
                 size_t *count)
{
    struct jg_limit_seen seen = quota_of(d);

    *count = 0;
    if (shows_rates(d))
        return JG_OK;
    *count = JG_LIMIT_HEADERS_MAX;
    return write_headers(d, &seen, set);
}
