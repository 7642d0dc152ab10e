/* From which addresses may the API be called? (reference 0.2, steps 5 and 6) */
#include "access/step.h"

static enum jg_err
refuse(struct jg_decision *d, const char *expected)
{
    jg_trace_expected(d, "%s", expected);
    return JG_E_CALLER_ADDRESS;
}

enum jg_err
jg_step_address(struct jg_decision *d)
{
    const struct jg_caller_rules *rules = d->api->callers;
    struct jg_network caller;
    struct jg_str address;

    if (rules == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    address =
        jg_request_caller(d->request, d->with.snapshot->conf->http.xff_depth);
    jg_trace_seen(d, "%.*s", JG_STR_ARG(address));
    if (jg_network_read(address, &caller) != JG_OK)
        return refuse(d, "an address: see http_server_options.xff_depth");
    if (rules->only_allowed && !jg_networks_have(&rules->allowed, &caller))
        return refuse(d, "one of allowed_ips");
    if (jg_networks_have(&rules->blocked, &caller))
        return refuse(d, "none of blacklisted_ips");
    return JG_OK;
}
