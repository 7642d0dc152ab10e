/* Virtual endpoints (reference 8): a script of the API answers. */
#include "access/step.h"
#include "base/buf.h"
#include "model/session_json.h"

#define SESSION_MAX (64 * 1024) /* bytes of what a script is told of it */

static void
add_policies(struct jg_buf *b, const struct jg_session *session)
{
    jg_buf_add(b, JG_STR(",\"apply_policies\":["));
    for (size_t i = 0; i < session->policy_count; i++) {
        jg_buf_add(b, i > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add_quoted(b, session->policies[i]->id);
    }
    jg_buf_addc(b, ']');
}

static void
add_limits(struct jg_buf *b, const struct jg_limit *limit)
{
    jg_buf_addf(b, ",\"rate\":%.15g,\"per\":%.15g", limit->rate, limit->per_s);
    jg_buf_addf(b, ",\"quota_max\":%lld,\"quota_renewal_rate\":%lld",
                (long long)limit->quota_max, (long long)limit->quota_renewal_s);
    jg_buf_addf(b, ",\"throttle_interval\":%.15g,\"throttle_retry_limit\":%lld",
                limit->throttle_interval_s, (long long)limit->throttle_retries);
}

/* Whose session it is, for what the script makes of it. The one of two keys
 * that does not count is not the last one that was found. */
static enum jg_err
tell_key(struct jg_decision *d)
{
    const struct jg_key_seen seen = {d->stored.id, d->stored.revision};
    char text[JG_KEY_SEEN_CHARS];

    if (d->session.stored == NULL || d->session.stored != d->stored.session)
        return JG_OK;
    jg_key_seen_write(&seen, text);
    d->handler.key = jg_arena_str(d->arena, jg_str(text));
    return d->handler.key.p != NULL ? JG_OK : JG_E_NOMEM;
}

/* Those members of a session (reference 7.5) that scripts look at; limits are
 * those that count on this API. */
static enum jg_err
tell_session(struct jg_decision *d)
{
    const struct jg_session *session = &d->session;
    const struct jg_json *own =
        session->stored != NULL ? session->stored->meta_data : NULL;
    struct jg_json meta_data;
    struct jg_buf b;

    if (jg_session_meta_data(session, own, d->arena, &meta_data) != JG_OK)
        return JG_E_NOMEM;
    jg_buf_init(&b, SESSION_MAX);
    jg_buf_add(&b, JG_STR("{\"org_id\":"));
    jg_buf_add_quoted(&b, d->api->def.org_id);
    jg_buf_add(&b, JG_STR(",\"alias\":"));
    jg_buf_add_quoted(&b, session->stored != NULL ? session->stored->alias
                                                  : session->identity);
    jg_buf_addf(&b, ",\"expires\":%lld", (long long)session->expires_s);
    jg_buf_addf(&b, ",\"is_inactive\":%s",
                session->is_inactive ? "true" : "false");
    add_limits(&b, &session->limit);
    add_policies(&b, session);
    jg_buf_add(&b, JG_STR(",\"meta_data\":"));
    jg_json_write(&b, &meta_data, 0);
    jg_buf_addc(&b, '}');
    d->handler.session = jg_arena_str(d->arena, jg_buf_str(&b));
    if (b.failed)
        d->handler.session = (struct jg_str){NULL, 0};
    jg_buf_free(&b);
    return d->handler.session.p != NULL ? JG_OK : JG_E_HEADER_SIZE;
}

/* A script may be what guards its upstream: it is not passed by with a path
 * that is too long to be compared. */
static const struct jg_endpoint *
find(struct jg_decision *d)
{
    if (d->passthrough || !d->with.snapshot->conf->enable_jsvm ||
        d->version == NULL || d->version->endpoints == NULL ||
        d->version->endpoints->kinds[JG_ENDPOINT_VIRTUAL].count == 0)
        return NULL;
    return jg_endpoint_find(d->version, JG_ENDPOINT_VIRTUAL, d->request->method,
                            &d->forms, &d->matching, true);
}

enum jg_err
jg_step_script(struct jg_decision *d)
{
    const struct jg_virtual_endpoint *found =
        (const struct jg_virtual_endpoint *)find(d);
    const struct jg_virtual_endpoint *first;
    enum jg_err err;

    if (found == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    first = d->version->endpoints->kinds[JG_ENDPOINT_VIRTUAL].items;
    d->handler = (struct jg_handler){.kind = JG_HANDLER_SCRIPT,
                                     .endpoint = (size_t)(found - first),
                                     .proxy_on_error = found->proxy_on_error};
    jg_trace_seen(d, "function %.*s answers", JG_STR_ARG(found->function));
    if (!found->use_session)
        return JG_OK;
    err = tell_session(d);
    return err == JG_OK ? tell_key(d) : err;
}
