/*
 * The organisation's own session (reference 0.2, 9.2): switched off, or its
 * rate or quota used up. Asked for with enforce_org_quotas only.
 */
#include "access/limits.h"
#include "access/step.h"

/* No caller and no rate_limit_pattern has a name like this. */
#define NAME JG_STR("\1organisation")

/* JG_E_NOT_FOUND: nothing is said about this organisation. */
static enum jg_err
find(struct jg_decision *d, struct jg_stored_session *out)
{
    struct jg_bind_source source = {.text = {NULL, 0}};
    const struct jg_json *json;
    struct jg_txn *txn;
    struct jg_str text;
    enum jg_err err = jg_txn_read(d->with.store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_store_get(txn, JG_KIND_ORG, d->api->def.org_id, &text);
    source.text = text;
    if (err == JG_OK)
        err = jg_json_parse(text, &jg_stored_session_limits, d->arena, &json,
                            NULL);
    if (err == JG_OK)
        err = jg_stored_session_read(&source, json, d->arena, out);
    jg_txn_abort(txn);
    return err;
}

static enum jg_err
check_limits(struct jg_decision *d, const struct jg_limit *limit)
{
    struct jg_limit_state left = {.allowed = true};
    struct jg_meter meter;

    if (d->with.counters == NULL)
        return JG_OK;
    jg_meter_of_name(d->with.counters, d->api->def.org_id, NAME, JG_STR(""),
                     &meter);
    if (jg_rate_limits(limit->rate, limit->per_s))
        jg_meter_rate(d->with.counters, &meter, limit->rate, limit->per_s,
                      d->with.now_ms, &left);
    if (!left.allowed)
        return JG_E_ORG_RATE;
    if (jg_quota_limits(limit))
        jg_meter_quota(d->with.counters, &meter, limit, d->with.now_ms, &left);
    return left.allowed ? JG_OK : JG_E_ORG_QUOTA;
}

enum jg_err
jg_step_organisation(struct jg_decision *d)
{
    struct jg_stored_session session;
    enum jg_err err;

    if (!d->with.snapshot->conf->enforce_org_quotas ||
        d->api->def.org_id.len == 0 || d->with.store == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    err = find(d, &session);
    if (err == JG_E_NOT_FOUND) {
        jg_trace_seen(d, "organisation %.*s has no session of its own",
                      JG_STR_ARG(d->api->def.org_id));
        return JG_OK;
    }
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_E_STORE;
    jg_trace_seen(d, "organisation %.*s", JG_STR_ARG(d->api->def.org_id));
    return session.is_inactive ? JG_E_ORG_INACTIVE
                               : check_limits(d, &session.limit);
}
