/*
 * Which policies apply to this caller? (reference 2.10, 3.2) The session of a
 * token is always a new one: what Tyk answers to the second request of a
 * caller whose policies do not apply, it never gets to here.
 */
#include "access/scopes.h"

/* In the organisation of the API, never in another one. */
static const struct jg_policy *
policy_of(const struct jg_decision *d, struct jg_str id)
{
    return jg_snapshot_policy(d->with.snapshot, d->api->def.org_id, id);
}

/*
 * What the token itself asks for, and the claim that says so: the first that
 * is a text. The client's policy counts only where no such claim is looked for.
 * Empty: nothing.
 */
static enum jg_err
claimed_policy(struct jg_decision *d, struct jg_str *field, struct jg_str *out)
{
    struct jg_strs fields = jg_api_policy_claims(&d->api->def);

    for (size_t i = 0; i < fields.count; i++) {
        struct jg_str id =
            jg_json_string(jg_json_path(d->claims, fields.items[i]));

        *field = fields.items[i];
        *out = id;
        if (id.len > 0)
            return JG_OK;
    }
    if (fields.count > 0)
        return JG_OK;
    *field = d->api->def.jwt_client_base_field;
    return jg_client_policy(d, out);
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

/* Would they apply by themselves? Tyk makes its session of them first. */
static enum jg_err
check(struct jg_decision *d)
{
    enum jg_err err = jg_session_check(&d->session, d->api->def.org_id);

    if (err == JG_E_POLICY_PARTITIONS)
        d->detail = jg_session_partitioned(&d->session)->id;
    return err;
}

/* The policy that the token or the API names; <base> keeps its lifetime even
 * when scopes give others. NULL: nobody names one. */
static enum jg_err
choose(struct jg_decision *d, bool *is_default, const struct jg_policy **base)
{
    struct jg_str field = {NULL, 0}, id = {NULL, 0};
    enum jg_err err = claimed_policy(d, &field, &id);

    *is_default = id.len == 0;
    *base = NULL;
    if (err != JG_OK)
        return err;
    if (id.len > 0)
        err = take_claimed(d, field, id);
    else if (d->api->def.jwt_default_policies.count > 0)
        err = take_defaults(d);
    else
        return JG_OK;
    if (err == JG_OK)
        err = check(d);
    if (err == JG_OK)
        *base = d->session.policies[0];
    return err;
}

/* Unknown ids are passed over like other unknown ones of several. */
static enum jg_err
add_mapped(struct jg_decision *d, const struct jg_scopes *scopes)
{
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < scopes->policy_count && err == JG_OK; i++) {
        const struct jg_policy *policy = policy_of(d, *scopes->policies[i]);

        if (policy != NULL)
            err = jg_session_add(&d->session, policy);
    }
    return err == JG_OK ? jg_session_check(&d->session, d->api->def.org_id)
                        : err;
}

/* Scopes take the place of default policies, and come beside a named one. */
static enum jg_err
take_scopes(struct jg_decision *d, bool is_default)
{
    struct jg_scopes scopes;
    enum jg_err err = jg_scopes_read(d, &scopes);

    if (err != JG_OK || scopes.count == 0)
        return err;
    if (is_default)
        d->session.policy_count = 0;
    jg_trace_seen(d, "%.*s: %zu scopes for %zu policies",
                  JG_STR_ARG(scopes.claim), scopes.count, scopes.policy_count);
    if (d->session.policy_count + scopes.policy_count == 0)
        return JG_E_SCOPE_NONE;
    err = add_mapped(d, &scopes);
    if (err == JG_OK)
        return JG_OK;
    jg_trace_expected(d,
                      "policies of organisation \"%.*s\" that can be "
                      "applied together (%s)",
                      JG_STR_ARG(d->api->def.org_id), jg_err_info(err)->code);
    return JG_E_SCOPE_APPLY;
}

static enum jg_err
find_none(struct jg_decision *d)
{
    struct jg_strs fields = jg_api_policy_claims(&d->api->def);

    jg_trace_seen(d, "no policy in the token, and no default policies");
    if (fields.count > 0)
        jg_trace_expected(d, "the id of a policy in %.*s",
                          JG_STR_ARG(fields.items[fields.count - 1]));
    return JG_E_POLICY_NONE;
}

static int64_t
token_end(const struct jg_decision *d)
{
    int64_t exp_s = 0;

    if (!jg_claims_time(d->claims, JG_STR("exp"), &exp_s) || exp_s < 0)
        return 0;
    return exp_s;
}

static enum jg_err
apply_policies(struct jg_decision *d)
{
    const struct jg_policy *base;
    bool is_default;
    enum jg_err err;

    if (d->api->one_to_one)
        return jg_one_to_one_policies(d);
    err = choose(d, &is_default, &base);
    if (err == JG_OK && d->api->scopes != NULL)
        err = take_scopes(d, is_default);
    if (err != JG_OK)
        return err;
    if (d->session.policy_count == 0)
        return find_none(d);
    d->session.expires_s = jg_session_end(base, d->with.now_s, token_end(d));
    return jg_session_apply(&d->session, d->api, d->arena);
}

enum jg_err
jg_step_policies(struct jg_decision *d)
{
    enum jg_err err = apply_policies(d);

    return err == JG_OK ? jg_session_keep(d, JG_METHOD_JWT) : err;
}
