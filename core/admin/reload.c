/* /tyk/reload and /tyk/cache: what the caller has to do afterwards. */
#include "admin/admin_internal.h"

void
jg_reload_start(struct jg_admin_call *call)
{
    call->response->reload = true;
    call->response->reload_now =
        jg_str_eq(jg_admin_query(call, JG_STR("block")), JG_STR("true"));
    jg_answer_ok(call, "");
}

/* No response is cached yet, so there is none to forget. */
void
jg_reload_cache(struct jg_admin_call *call)
{
    jg_answer_ok(call, "cache invalidated");
}
