/* Rate limit and quota (reference 4): none of them is counted so far, and the
 * model warns of policies that set one. */
#include "access/step.h"

enum jg_err
jg_step_limits(struct jg_decision *d)
{
    jg_trace_skip(d);
    return JG_OK;
}
