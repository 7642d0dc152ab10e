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
    return d->api->def.not_versioned || d->version == NULL ||
           names_version(d->session.access, d->version->name);
}

/* A pattern of a stored key is compiled here, for this one request. */
static enum jg_match
compile_and_match(struct jg_decision *d, struct jg_str text,
                  const struct jg_path_forms *forms)
{
    struct jg_path_rules rules = jg_path_rules(d->with.snapshot->conf, false);
    struct jg_path_pattern pattern;
    struct jg_str why;
    enum jg_err err =
        jg_path_pattern_compile(text, rules, d->arena, &pattern, &why);

    if (err != JG_OK) /* what is no pattern matches nothing */
        return err == JG_E_NOMEM ? JG_MATCH_UNKNOWN : JG_MATCH_NO;
    return jg_path_pattern_match(&pattern, forms, &d->matching);
}

enum jg_match
jg_right_match(struct jg_decision *d, const struct jg_right_pattern *right,
               struct jg_str text, const struct jg_path_forms *forms)
{
    if (!right->is_compiled)
        return compile_and_match(d, text, forms);
    if (right->pattern == NULL)
        return JG_MATCH_NO;
    return jg_path_pattern_match(right->pattern, forms, &d->matching);
}

static bool
has_method(const struct jg_strs *methods, struct jg_str method)
{
    for (size_t i = 0; i < methods->count; i++)
        if (jg_str_eq(methods->items[i], method))
            return true;
    return false;
}

/* Without enable_path_prefix_matching Tyk looks at the whole path only. */
static struct jg_path_forms
forms_of_rights(const struct jg_decision *d)
{
    struct jg_path_forms forms = d->forms;

    if (!d->with.snapshot->conf->http.enable_path_prefix_matching)
        forms.count = 1;
    return forms;
}

static enum jg_err
check_urls(struct jg_decision *d)
{
    const struct jg_list *urls = &d->session.access->allowed_urls;
    const struct jg_url_right *rights = urls->items;
    const struct jg_path_forms forms = forms_of_rights(d);

    for (size_t i = 0; i < urls->count; i++)
        if (has_method(&rights[i].methods, d->request->method) &&
            jg_right_match(d, &rights[i].pattern, rights[i].url, &forms) ==
                JG_MATCH_YES) {
            jg_trace_seen(d, "granted by allowed_urls: %.*s",
                          JG_STR_ARG(rights[i].url));
            return JG_OK;
        }
    if (urls->count == 0)
        return JG_OK;
    jg_trace_seen(d, "%.*s %.*s", JG_STR_ARG(d->request->method),
                  JG_STR_ARG(d->path.decoded));
    jg_trace_expected(d, "one of %zu allowed_urls", urls->count);
    return JG_E_ACCESS_PATH;
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
    return check_urls(d);
}
