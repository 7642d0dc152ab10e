/* Is the token valid at this moment? (reference 2.7) */
#include "access/step.h"

#include <stdio.h>

static const struct {
    struct jg_str claim;
    enum jg_err reason;
} times[] = {
    {{"exp", 3}, JG_E_CLAIM_EXP},
    {{"iat", 3}, JG_E_CLAIM_IAT},
    {{"nbf", 3}, JG_E_CLAIM_NBF},
};

static int64_t
skew_of(const struct jg_decision *d, enum jg_err reason)
{
    const struct jg_claims_skew *skew = &d->api->def.skew;

    if (reason == JG_E_CLAIM_EXP)
        return skew->exp_s;
    return reason == JG_E_CLAIM_IAT ? skew->iat_s : skew->nbf_s;
}

/* "exp 2026-11-25 12:01:03", and the clock it was compared with. */
static void
trace_times(struct jg_decision *d, enum jg_err err)
{
    char now[JG_TRACE_TIME_MAX], at[JG_TRACE_TIME_MAX], text[200] = "";
    size_t len = 0;
    int64_t t = 0;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (!jg_claims_time(d->claims, times[i].claim, &t) ||
            (err != JG_OK && times[i].reason != err))
            continue;
        if (t == 0)
            len += (size_t)snprintf(
                text + len, sizeof(text) - len, "%s%.*s 0 (does not count)",
                len > 0 ? ", " : "", JG_STR_ARG(times[i].claim));
        else
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s %s",
                                    len > 0 ? ", " : "",
                                    JG_STR_ARG(times[i].claim),
                                    jg_trace_time(t, at));
    }
    jg_trace_seen(d, "%s", len > 0 ? text : "no exp, iat or nbf");
    jg_trace_time(d->with.now_s, now);
    if (err == JG_OK)
        jg_trace_expected(d, "now %s UTC", now);
    else
        jg_trace_expected(d, "now %s UTC, skew %lld s", now,
                          (long long)skew_of(d, err));
}

enum jg_err
jg_step_claims(struct jg_decision *d)
{
    enum jg_err err =
        jg_claims_check_time(d->claims, d->with.now_s, &d->api->def.skew);

    if (d->trace != NULL)
        trace_times(d, err);
    return err;
}
