/* Is the session alive, and may it use this API? (reference 5) */
#include "access/step.h"

static enum jg_err
check_state(struct jg_decision *d)
{
    const struct jg_session *session = &d->session;
    char expires[JG_TRACE_TIME_MAX], now[JG_TRACE_TIME_MAX];

    if (session->is_inactive) {
        jg_trace_seen(d, "a policy of the caller has is_inactive");
        return JG_E_KEY_INACTIVE;
    }
    /* 0, and anything below 1, is never. */
    if (session->expires_s < 1 || session->expires_s > d->with.now_s)
        return JG_OK;
    if (d->trace != NULL) {
        jg_trace_seen(d, "the session expired at %s",
                      jg_trace_time(session->expires_s, expires));
        jg_trace_expected(d, "now %s UTC", jg_trace_time(d->with.now_s, now));
    }
    return JG_E_KEY_EXPIRED;
}

static bool
names_version(const struct jg_access *access, struct jg_str version)
{
    for (size_t i = 0; access != NULL && i < access->versions.count; i++)
        if (jg_str_eq(access->versions.items[i], version))
            return true;
    return false;
}

/* Of a versioned API the rights must name the version that is served: the one
 * asked for, or the default that stands in for it. */
static bool
version_is_granted(const struct jg_decision *d)
{
    struct jg_str api_id = d->api->def.api_id;

    if (d->api->def.not_versioned || d->version == NULL ||
        names_version(d->session.access, d->version->name))
        return true;
    for (size_t i = 0; i < d->session.policy_count; i++)
        if (names_version(jg_policy_access(d->session.policies[i], api_id),
                          d->version->name))
            return true;
    return false;
}

enum jg_err
jg_step_rights(struct jg_decision *d)
{
    enum jg_err err = check_state(d);

    if (err != JG_OK)
        return err;
    if (d->session.is_master) {
        jg_trace_seen(d, "a key without access_rights: all is allowed");
        return JG_OK;
    }
    if (d->session.access == NULL) {
        jg_trace_seen(d, "%zu policies, none with this API",
                      d->session.policy_count);
        jg_trace_expected(d, "%.*s in access_rights",
                          JG_STR_ARG(d->api->def.api_id));
        return JG_E_ACCESS;
    }
    if (!version_is_granted(d)) {
        jg_trace_seen(d, "rights without version %.*s",
                      JG_STR_ARG(d->version->name));
        return JG_E_ACCESS;
    }
    jg_trace_seen(d, "granted by access_rights");
    return JG_OK;
}
