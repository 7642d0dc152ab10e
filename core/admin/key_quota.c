/* What a stored key has used up, and letting it begin again. */
#include "access/meter.h"
#include "admin/keys_internal.h"

/* As jg_session_apply() has it. */
static void
meter_of(const struct jg_key_meter *meter, const struct jg_access *access,
         struct jg_meter *out)
{
    struct jg_str scope = JG_STR("");

    if (access != NULL && meter->own && !jg_limit_is_empty(&access->limit))
        scope = access->api_id;
    else if (access != NULL)
        scope = access->allowance_scope;
    jg_meter_of_key(meter->counters, meter->id, scope, out);
}

void
jg_key_quota_look(void *data, const struct jg_limit *limit,
                  const struct jg_access *access, struct jg_quota_left *out)
{
    const struct jg_key_meter *meter = data;
    struct jg_limit_state state;
    struct jg_meter name;

    if (!jg_quota_limits(limit))
        return;
    meter_of(meter, access, &name);
    jg_meter_quota_look(meter->counters, &name, limit, meter->now_ms, &state);
    out->remaining = state.remaining;
    out->renews_s = state.reset_ms / 1000;
    /* A window that has not begun is one that a request would begin now. */
    if (state.reset_ms == 0 && limit->quota_renewal_s > 0 &&
        __builtin_add_overflow(meter->now_ms / 1000, limit->quota_renewal_s,
                               &out->renews_s))
        out->renews_s = 0;
}

void
jg_key_reset(struct jg_admin_call *call, const struct jg_key_id *id,
             const struct jg_key_draft *draft)
{
    const struct jg_access *rights = draft->all.access_rights.items;
    struct jg_key_meter meter = {.counters = call->admin->counters,
                                 .id = id,
                                 .own = draft->session.policy_count == 0,
                                 .now_ms = call->admin->now_s * 1000};
    struct jg_meter name;

    if (meter.counters == NULL)
        return;
    meter_of(&meter, NULL, &name);
    jg_meter_forget(meter.counters, &name, &draft->all.limit, meter.now_ms);
    for (size_t i = 0; i < draft->all.access_rights.count; i++) {
        meter_of(&meter, &rights[i], &name);
        jg_meter_forget(meter.counters, &name, &rights[i].limit, meter.now_ms);
    }
}

void
jg_admin_key_reset(struct jg_admin *admin, const struct jg_key_id *id,
                   struct jg_str session, struct jg_arena *a)
{
    struct jg_admin_call call = {.admin = admin, .arena = a};
    struct jg_key_draft draft;

    if (jg_key_draft_read(&call, session, NULL, &draft) != JG_OK)
        return;
    if (jg_key_draft_apply(&call, &draft) == JG_OK)
        jg_key_reset(&call, id, &draft);
    jg_key_draft_free(&draft);
}
