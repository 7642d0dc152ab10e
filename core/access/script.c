/* Virtual endpoints (reference 8): a script of the API answers. */
#include "access/step.h"

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

/* A script may be what guards its upstream: it is not passed by with a path
 * that is too long to be compared. */
static const struct jg_endpoint *
find(struct jg_decision *d)
{
    return d->passthrough || !d->with.snapshot->conf->enable_jsvm
               ? NULL
               : jg_endpoint_of(d, JG_ENDPOINT_VIRTUAL, true);
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
    err = jg_script_session(d, &d->handler.session);
    return err == JG_OK ? tell_key(d) : err;
}
