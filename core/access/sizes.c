/* global_size_limit and size_limits: how large a body may be (reference 0.2
 * step 9). Before anybody is asked who he is, and before any of it is read. */
#include "access/step.h"

/* Tyk looks at no body of these. */
static const struct jg_str unlimited[] = {
    {"GET", 3}, {"DELETE", 6}, {"TRACE", 5}, {"OPTIONS", 7}, {"HEAD", 4}};

static bool
is_limited(struct jg_str method)
{
    for (size_t i = 0; i < sizeof(unlimited) / sizeof(unlimited[0]); i++)
        if (jg_str_eq(method, unlimited[i]))
            return false;
    return true;
}

/* What the body says of itself, which the HTTP engine holds it to. */
static enum jg_err
check(struct jg_decision *d, int64_t limit)
{
    const struct jg_header *h =
        jg_request_header(d->request, JG_STR("Content-Length"));
    uint64_t size;

    jg_trace_expected(d, "at most %lld bytes", (long long)limit);
    if (h == NULL || h->value.len == 0) {
        jg_trace_seen(d, "no Content-Length");
        return JG_E_LENGTH_MISSING;
    }
    jg_trace_seen(d, "a body of %.*s bytes", JG_STR_ARG(h->value));
    if (!jg_str_to_u64(h->value, &size))
        return JG_E_REQUEST;
    return size > (uint64_t)limit ? JG_E_BODY_SIZE : JG_OK;
}

/* A path that is too long to be compared is no way around a limit. */
static enum jg_err
check_endpoint(struct jg_decision *d)
{
    const struct jg_size_endpoint *found =
        (const struct jg_size_endpoint *)jg_endpoint_of(
            d, JG_ENDPOINT_SIZE_LIMIT, true);

    return found == NULL ? JG_OK : check(d, found->size_limit);
}

enum jg_err
jg_step_size(struct jg_decision *d)
{
    const struct jg_api_version *version = d->version;
    enum jg_err err = JG_OK;

    if (version == NULL || !version->has_size_limit ||
        !is_limited(d->request->method)) {
        jg_trace_skip(d);
        return JG_OK;
    }
    if (version->global_size_limit > 0 && !version->global_size_limit_disabled)
        err = check(d, version->global_size_limit);
    return err == JG_OK ? check_endpoint(d) : err;
}
