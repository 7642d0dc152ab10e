/*
 * Endpoints that the gateway answers itself, that need no authentication, that
 * are forbidden, or the only ones that are allowed (reference 1.1, 5).
 */
#include "access/step.h"

static enum jg_err
forbid(struct jg_decision *d, const char *why)
{
    jg_trace_seen(d, "%.*s %.*s: %s", JG_STR_ARG(d->request->method),
                  JG_STR_ARG(d->path.decoded), why);
    return JG_E_ENDPOINT;
}

/* What the entry that was found says. */
static enum jg_err
obey(struct jg_decision *d, enum jg_endpoint_kind kind,
     const struct jg_endpoint *endpoint)
{
    const struct jg_listed_endpoint *listed =
        (const struct jg_listed_endpoint *)endpoint;
    const struct jg_method_action *action;

    if (kind == JG_ENDPOINT_MOCK)
        return jg_reply_as_defined(
            d, &((const struct jg_mock_endpoint *)endpoint)->reply);
    action = jg_endpoint_action(listed, d->request->method);
    if (action != NULL && jg_str_eq(action->action, JG_STR("reply")))
        return jg_reply_as_defined(d, &action->reply);
    if (action != NULL && !jg_str_eq(action->action, JG_STR("no_action")))
        return forbid(d, "an action that is not known");
    if (kind == JG_ENDPOINT_BLACK_LIST)
        return forbid(d, "in black_list");
    d->ignored = kind == JG_ENDPOINT_IGNORED;
    jg_trace_seen(d, "%.*s is in %s", JG_STR_ARG(endpoint->path),
                  jg_endpoint_kind_name(kind));
    return JG_OK;
}

enum jg_err
jg_check_path_lists(struct jg_decision *d)
{
    /* In Tyk's order: the first that matches decides. */
    static const enum jg_endpoint_kind kinds[] = {
        JG_ENDPOINT_MOCK, JG_ENDPOINT_IGNORED, JG_ENDPOINT_BLACK_LIST,
        JG_ENDPOINT_WHITE_LIST};

    if (d->version == NULL)
        return JG_OK;
    /* Whatever the other lists say of it. */
    if (jg_endpoint_of(d, JG_ENDPOINT_INTERNAL, true) != NULL)
        return forbid(d, "internal");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct jg_endpoint *endpoint =
            jg_endpoint_of(d, kinds[i], kinds[i] == JG_ENDPOINT_BLACK_LIST);

        if (endpoint != NULL)
            return obey(d, kinds[i], endpoint);
    }
    return d->version->has_white_list ? forbid(d, "not in white_list") : JG_OK;
}
