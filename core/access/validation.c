/*
 * validate_json, validateRequest: bodies and parameters would have to be
 * validated, and nothing here can. A rule that was made to keep something away
 * from the upstream keeps everything away, until its owner takes it off.
 */
#include "access/step.h"

enum jg_err
jg_step_validation(struct jg_decision *d)
{
    const struct jg_endpoint *found =
        d->passthrough ? NULL : jg_endpoint_of(d, JG_ENDPOINT_VALIDATE, true);

    if (found == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    jg_trace_seen(d, "requests to %.*s are to be validated",
                  JG_STR_ARG(found->path));
    jg_trace_expected(d, "no validate_json, no validateRequest");
    return JG_E_VALIDATION;
}
