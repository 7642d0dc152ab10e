/* Are rate limit and quota of the caller not used up? (reference 4) */
#include "access/limits.h"
#include "access/rewrite.h"
#include "access/step.h"

/* The text of rate_limit_pattern, in place of the caller's own name; empty:
 * there is none. */
static enum jg_err
shared_name(struct jg_decision *d, struct jg_str *out)
{
    struct jg_str text = jg_json_string(
        jg_session_meta(&d->session, JG_STR("rate_limit_pattern")));
    struct jg_template_doubt doubt;
    struct jg_template pattern;
    size_t bytes = 0;
    enum jg_err err;

    *out = (struct jg_str){NULL, 0};
    if (text.len == 0)
        return JG_OK;
    err = jg_template_read(text, d->with.snapshot->conf,
                           d->api->def.enable_context_vars, d->arena, &pattern,
                           &doubt);
    if (err == JG_E_CONF_VALUE)
        return JG_OK; /* too many variables: it names nobody */
    return err == JG_OK ? jg_template_text(d, &pattern, &bytes, out) : err;
}

/* Where two keys were presented, the session's need not be the last one. */
static enum jg_err
meter_of_stored(const struct jg_decision *d, struct jg_str scope,
                struct jg_meter *out)
{
    struct jg_key_id id = d->stored.id;
    enum jg_err err = JG_OK;

    if (d->session.stored != d->stored.session)
        err = jg_key_id(d->session.id, &id);
    if (err == JG_OK)
        jg_meter_of_key(d->with.counters, &id, scope, out);
    return err;
}

enum jg_err
jg_meter_of_scope(struct jg_decision *d, struct jg_str scope,
                  struct jg_meter *out)
{
    const struct jg_session *session = &d->session;
    struct jg_str org_id = d->api->def.org_id, name;
    enum jg_err err = shared_name(d, &name);

    if (err != JG_OK)
        return err;
    if (name.len > 0)
        jg_meter_of_name(d->with.counters, org_id, name, scope, out);
    else if (session->stored != NULL)
        return meter_of_stored(d, scope, out);
    else
        jg_meter_of_identity(d->with.counters, org_id, session->identity, scope,
                             out);
    return JG_OK;
}

enum jg_err
jg_meter_of_caller(struct jg_decision *d, struct jg_meter *out)
{
    const struct jg_access *access = d->session.access;

    return jg_meter_of_scope(
        d, access != NULL ? access->allowance_scope : JG_STR(""), out);
}

/* The first of his endpoints that is for this request, or may be, or NULL. */
static const struct jg_endpoint_limit *
own_endpoint(struct jg_decision *d)
{
    const struct jg_access *access = d->session.access;
    const struct jg_endpoint_limit *limits;

    if (access == NULL)
        return NULL;
    limits = access->endpoints.items;
    for (size_t i = 0; i < access->endpoints.count; i++)
        if (jg_str_eq_nocase(limits[i].method, d->request->method) &&
            jg_right_match(d, &limits[i].pattern, limits[i].path, &d->forms) !=
                JG_MATCH_NO)
            return &limits[i];
    return NULL;
}

static void
rate_of_caller(struct jg_decision *d, const struct jg_meter *meter,
               struct jg_rate *out)
{
    const struct jg_limit *limit = &d->session.limit;
    const struct jg_endpoint_limit *own = own_endpoint(d);

    *out = (struct jg_rate){limit->rate, limit->per_s, *meter};
    if (own == NULL)
        return;
    out->rate = own->rate;
    out->per_s = own->per_s;
    jg_meter_of_endpoint(d->with.counters, meter, own->method, own->path,
                         &out->meter);
}

/* For people who read a header: "0.5 in 1 s" is one at a time. */
static int64_t
whole(double rate)
{
    int64_t n = rate < JG_RATE_MAX ? (int64_t)rate : (int64_t)JG_RATE_MAX;

    return n < 1 ? 1 : n;
}

static void
note(struct jg_limit_seen *seen, int64_t limit, const struct jg_limit_state *s)
{
    *seen = (struct jg_limit_seen){.known = true,
                                   .limit = limit,
                                   .remaining = s->remaining,
                                   .reset_s = (s->reset_ms + 999) / 1000};
}

bool
jg_rate_count(struct jg_decision *d, const struct jg_rate *rate,
              struct jg_limit_seen *seen)
{
    struct jg_limit_state s;

    jg_meter_rate(d->with.counters, &rate->meter, rate->rate, rate->per_s,
                  d->with.now_ms, &s);
    note(seen, whole(rate->rate), &s);
    if (s.allowed)
        return true;
    d->retry_after_s = (s.wait_ms + 999) / 1000;
    jg_trace_seen(d, "the next one passes in %lld ms", (long long)s.wait_ms);
    jg_trace_expected(d, "at most %g in %g s", rate->rate, rate->per_s);
    return false;
}

/* Let the request wait, instead of refusing it at once? */
static bool
hold(struct jg_decision *d)
{
    const struct jg_limit *limit = &d->session.limit;
    double interval_ms = limit->throttle_interval_s * 1000;
    int64_t pause_ms =
        interval_ms < JG_HOLD_MAX_MS ? (int64_t)interval_ms : JG_HOLD_MAX_MS;

    if (d->holds >= limit->throttle_retries || d->holds >= JG_HOLDS_MAX ||
        !(interval_ms >= 1) || d->held_ms + pause_ms > JG_HELD_MAX_MS)
        return false;
    d->holds++;
    d->held_ms += pause_ms;
    d->want = (struct jg_want){.kind = JG_WANT_PAUSE, .pause_ms = pause_ms};
    return true;
}

/* Passes with d->want set when the request is held. */
static enum jg_err
check_rate(struct jg_decision *d, const struct jg_meter *meter)
{
    struct jg_rate rate;

    if (d->api->def.disable_rate_limit)
        return JG_OK;
    rate_of_caller(d, meter, &rate);
    if (!jg_rate_limits(rate.rate, rate.per_s) ||
        jg_rate_count(d, &rate, &d->rate) || hold(d))
        return JG_OK;
    return JG_E_RATE;
}

static enum jg_err
check_quota(struct jg_decision *d, const struct jg_meter *meter)
{
    const struct jg_limit *limit = &d->session.limit;
    struct jg_limit_state s;

    if (d->api->def.disable_quota || !jg_quota_limits(limit))
        return JG_OK;
    jg_meter_quota(d->with.counters, meter, limit, d->with.now_ms, &s);
    note(&d->quota, limit->quota_max, &s);
    if (s.allowed)
        return JG_OK;
    jg_trace_seen(d, "all %lld requests are used", (long long)limit->quota_max);
    return JG_E_QUOTA;
}

static bool
is_limited(const struct jg_session *session)
{
    return jg_rate_limits(session->limit.rate, session->limit.per_s) ||
           jg_quota_limits(&session->limit) ||
           (session->access != NULL && session->access->endpoints.count > 0);
}

static enum jg_err
check(struct jg_decision *d)
{
    struct jg_meter meter;
    enum jg_err err = jg_meter_of_caller(d, &meter);

    d->retry_after_s = 0;
    if (err == JG_OK)
        err = check_rate(d, &meter);
    if (err == JG_OK && d->want.kind == JG_WANT_NOTHING)
        err = check_quota(d, &meter);
    return err;
}

/* Without counters (explain) only what would be counted is said. */
enum jg_err
jg_step_limits(struct jg_decision *d)
{
    const struct jg_limit *limit = &d->session.limit;
    enum jg_err err, other;

    if (!is_limited(&d->session)) {
        jg_trace_skip(d);
        return JG_OK;
    }
    jg_trace_seen(d, "rate %g in %g s, quota %lld", limit->rate, limit->per_s,
                  (long long)limit->quota_max);
    if (d->with.counters == NULL)
        return JG_OK;
    err = check(d);
    if (err == JG_OK && d->want.kind == JG_WANT_NOTHING)
        return JG_OK;
    other = jg_rate_respond(d); /* there may be no next step */
    return err != JG_OK ? err : other;
}
