/* Which policies apply to this caller? (reference 2.10, 3.2) */
#include "access/step.h"

/* In the organisation of the API, never in another one. */
static const struct jg_policy *
policy_of(const struct jg_decision *d, struct jg_str id)
{
    return jg_snapshot_policy(d->with.snapshot, d->api->def.org_id, id);
}

/* What the token itself asks for, and the claim that says so: the first that
 * is a text. Empty: nothing. */
static struct jg_str
claimed_policy(const struct jg_decision *d, struct jg_str *field)
{
    struct jg_strs fields = jg_api_policy_claims(&d->api->def);

    for (size_t i = 0; i < fields.count; i++) {
        struct jg_str id =
            jg_json_string(jg_json_path(d->claims, fields.items[i]));

        *field = fields.items[i];
        if (id.len > 0)
            return id;
    }
    return (struct jg_str){NULL, 0};
}

static enum jg_err
take_claimed(struct jg_decision *d, struct jg_str field, struct jg_str id)
{
    const struct jg_policy *policy = policy_of(d, id);

    jg_trace_seen(d, "%.*s: %.*s", JG_STR_ARG(field), JG_STR_ARG(id));
    if (policy == NULL) {
        jg_trace_expected(d, "a policy of organisation \"%.*s\"",
                          JG_STR_ARG(d->api->def.org_id));
        return JG_E_POLICY_UNKNOWN;
    }
    return jg_session_add(&d->session, policy);
}

static bool
all_equal(const struct jg_strs *ids)
{
    for (size_t i = 1; i < ids->count; i++)
        if (!jg_str_eq(ids->items[i], ids->items[0]))
            return false;
    return true;
}

/* An unknown one of several is passed over; an only one is an error. */
static enum jg_err
take_defaults(struct jg_decision *d)
{
    const struct jg_strs *ids = &d->api->def.jwt_default_policies;

    jg_trace_seen(d, "no policy in the token; %zu default policies",
                  ids->count);
    for (size_t i = 0; i < ids->count; i++) {
        const struct jg_policy *policy = policy_of(d, ids->items[i]);
        enum jg_err err =
            policy == NULL ? JG_OK : jg_session_add(&d->session, policy);

        if (err != JG_OK)
            return err;
    }
    if (d->session.policy_count > 0)
        return JG_OK;
    jg_trace_expected(d, "policy %.*s of organisation \"%.*s\"",
                      JG_STR_ARG(ids->items[0]),
                      JG_STR_ARG(d->api->def.org_id));
    if (!all_equal(ids))
        return JG_E_POLICY_EMPTY;
    d->detail = ids->items[0];
    return JG_E_POLICY_MISSING;
}

static enum jg_err
choose(struct jg_decision *d)
{
    struct jg_str field = {NULL, 0};
    struct jg_str id = claimed_policy(d, &field);

    if (id.len > 0)
        return take_claimed(d, field, id);
    if (d->api->def.jwt_default_policies.count > 0)
        return take_defaults(d);
    jg_trace_seen(d, "no policy in the token, and no default policies");
    jg_trace_expected(d, "the id of a policy in %.*s", JG_STR_ARG(field));
    return JG_E_POLICY_NONE;
}

enum jg_err
jg_step_policies(struct jg_decision *d)
{
    int64_t exp_s = 0;
    enum jg_err err = choose(d);

    if (err != JG_OK)
        return err;
    if (!jg_claims_time(d->claims, JG_STR("exp"), &exp_s) || exp_s < 0)
        exp_s = 0;
    d->session.expires_s =
        jg_session_end(d->session.policies[0], d->with.now_s, exp_s);
    return jg_session_apply(&d->session, d->api, d->arena);
}
