/*
 * validate_json, validateRequest: bodies and parameters would have to be
 * validated, and nothing here can. A rule that was made to keep something away
 * from the upstream keeps everything away, until its owner takes it off.
 */
#include "access/step.h"

/* A path that is too long to be compared may be one of them. */
static const struct jg_endpoint *
find(struct jg_decision *d)
{
    if (d->version == NULL || d->version->endpoints == NULL ||
        d->version->endpoints->kinds[JG_ENDPOINT_VALIDATE].count == 0 ||
        d->passthrough)
        return NULL;
    return jg_endpoint_find(d->version, JG_ENDPOINT_VALIDATE,
                            d->request->method, &d->forms, &d->matching, true);
}

enum jg_err
jg_step_validation(struct jg_decision *d)
{
    const struct jg_endpoint *found = find(d);

    if (found == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    jg_trace_seen(d, "requests to %.*s are to be validated",
                  JG_STR_ARG(found->path));
    jg_trace_expected(d, "no validate_json, no validateRequest");
    return JG_E_VALIDATION;
}
