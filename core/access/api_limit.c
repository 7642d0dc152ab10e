/* Is the rate of the API itself, or of the endpoint, not used up? All callers
 * together, known or not (reference 4: RateLimitForAPI). */
#include "access/limits.h"
#include "access/step.h"

/* The first that matches, if it says a rate at all, or NULL. */
static const struct jg_rate_endpoint *
endpoint_of(struct jg_decision *d)
{
    const struct jg_rate_endpoint *found =
        (const struct jg_rate_endpoint *)jg_endpoint_of(
            d, JG_ENDPOINT_RATE_LIMIT, true);

    return found != NULL && jg_rate_limits(found->rate, found->per_s) ? found
                                                                      : NULL;
}

static void
rate_of_api(struct jg_decision *d, struct jg_rate *out)
{
    const struct jg_api_rate *global = d->api->def.global_rate;
    const struct jg_rate_endpoint *found = endpoint_of(d);
    struct jg_meter all;

    jg_meter_of_api(d->with.counters, d->api->def.api_id, &all);
    *out = (struct jg_rate){0, 0, all};
    if (found != NULL) {
        out->rate = found->rate;
        out->per_s = found->per_s;
        jg_meter_of_endpoint(d->with.counters, &all, found->endpoint.method,
                             found->endpoint.path, &out->meter);
    } else if (global != NULL && !global->disabled) {
        out->rate = global->rate;
        out->per_s = global->per_s;
    }
}

enum jg_err
jg_step_api_limit(struct jg_decision *d)
{
    struct jg_limit_seen seen;
    struct jg_rate rate;
    enum jg_err err = JG_OK, other;

    if (d->with.counters == NULL || d->api->def.disable_rate_limit) {
        jg_trace_skip(d);
        return JG_OK;
    }
    rate_of_api(d, &rate);
    if (!jg_rate_limits(rate.rate, rate.per_s)) {
        jg_trace_skip(d);
    } else {
        if (!jg_rate_count(d, &rate, &seen))
            err = JG_E_API_RATE;
        if (!d->rate.known) /* the caller's own comes first */
            d->rate = seen;
    }
    other = jg_rate_respond(d);
    return err != JG_OK ? err : other;
}
