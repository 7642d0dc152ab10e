/* What an endpoint says about the way its requests are sent on: hard_timeouts,
 * method_transforms (reference 0.2, 0.4). */
#include "access/step.h"

const struct jg_endpoint *
jg_endpoint_of(struct jg_decision *d, enum jg_endpoint_kind kind,
               bool unknown_is_yes)
{
    return d->version == NULL
               ? NULL
               : jg_endpoint_find(d->version, kind, d->request->method,
                                  &d->forms, &d->matching, unknown_is_yes);
}

static const struct jg_endpoint *
find(struct jg_decision *d, enum jg_endpoint_kind kind)
{
    return d->passthrough ? NULL : jg_endpoint_of(d, kind, false);
}

int64_t
jg_upstream_timeout_ms(struct jg_decision *d)
{
    const struct jg_timeout_endpoint *found =
        (const struct jg_timeout_endpoint *)find(d, JG_ENDPOINT_TIMEOUT);

    return found != NULL ? found->timeout_ms : d->api->def.timeout_ms;
}

enum jg_err
jg_step_method(struct jg_decision *d)
{
    const struct jg_method_endpoint *found =
        (const struct jg_method_endpoint *)find(d, JG_ENDPOINT_METHOD);

    if (found == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    if (found->to_method.len == 0) {
        jg_trace_seen(d, "to_method of %.*s is none that is sent",
                      JG_STR_ARG(found->endpoint.path));
        return JG_E_METHOD;
    }
    d->forward.method = found->to_method;
    jg_trace_seen(d, "sent as %.*s", JG_STR_ARG(found->to_method));
    return JG_OK;
}
