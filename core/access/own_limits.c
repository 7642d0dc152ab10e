/* <listen path>/tyk/rate-limits/: a caller may ask what his limits are, which
 * counts as no request (reference 0.3). */
#include "access/limits.h"
#include "access/step.h"
#include "base/buf.h"

#define ANSWER_MAX 1024

static bool
is_asked(const struct jg_decision *d)
{
    struct jg_str rest = jg_str_from(d->path.decoded, d->route->path.len);

    if (jg_str_starts(rest, JG_STR("/")))
        rest = jg_str_from(rest, 1);
    return jg_str_eq(rest, JG_STR("tyk/rate-limits/")) ||
           jg_str_eq(rest, JG_STR("tyk/rate-limits"));
}

/* As a quota is after a request, but for the request. */
static enum jg_err
look(struct jg_decision *d, struct jg_limit_state *out)
{
    const struct jg_limit *limit = &d->session.limit;
    struct jg_meter meter;
    enum jg_err err;

    *out = (struct jg_limit_state){.remaining = limit->quota_max};
    if (d->with.counters == NULL || !jg_quota_limits(limit) ||
        d->api->def.disable_quota)
        return JG_OK;
    err = jg_meter_of_caller(d, &meter);
    if (err == JG_OK)
        jg_meter_quota_look(d->with.counters, &meter, limit, d->with.now_ms,
                            out);
    return err;
}

static void
add_number(struct jg_buf *b, const char *name, double n)
{
    struct jg_json value = jg_json_of_number(n);

    jg_buf_addf(b, "\"%s\":", name);
    jg_json_write(b, &value, 0);
}

static void
write_limits(struct jg_buf *b, const struct jg_limit *limit,
             const struct jg_limit_state *s)
{
    jg_buf_addf(b,
                "{\"quota\":{\"quota_max\":%lld,\"quota_remaining\":%lld,"
                "\"quota_renews\":%lld},\"rate_limit\":{",
                (long long)limit->quota_max, (long long)s->remaining,
                (long long)(s->reset_ms / 1000));
    add_number(b, "requests", limit->rate);
    jg_buf_addc(b, ',');
    add_number(b, "per_unit", limit->per_s);
    jg_buf_add(b, JG_STR("}}\n"));
}

static enum jg_err
answer(struct jg_decision *d, const struct jg_limit_state *s)
{
    struct jg_answer answer = {.status = 200,
                               .content_type = JG_STR("application/json")};
    struct jg_buf b;

    jg_buf_init(&b, ANSWER_MAX);
    write_limits(&b, &d->session.limit, s);
    answer.body = jg_arena_str(d->arena, jg_buf_str(&b));
    if (b.failed)
        answer.body.p = NULL;
    jg_buf_free(&b);
    if (answer.body.p == NULL)
        return JG_E_NOMEM;
    d->answer = answer;
    return JG_OK;
}

enum jg_err
jg_step_own_limits(struct jg_decision *d)
{
    struct jg_limit_state s;
    enum jg_err err;

    if (!is_asked(d)) {
        jg_trace_skip(d);
        return JG_OK;
    }
    err = look(d, &s);
    return err == JG_OK ? answer(d, &s) : err;
}
