/* What the API's definition does to headers (reference 6.1). */
#include "access/limits.h"
#include "access/rewrite.h"
#include "access/step.h"

_Static_assert(JG_TRANSFORM_MAX + JG_REWRITE_OWN_MAX <= JG_FORWARD_HEADERS_MAX,
               "what a definition may set fits beside what the gateway sets");

/* What the endpoint does, or else the version. */
static const struct jg_transform *
transform_of(struct jg_decision *d, enum jg_endpoint_kind kind,
             const struct jg_transform *of_version)
{
    const struct jg_endpoint *endpoint = jg_endpoint_find(
        d->version, kind, d->request->method, &d->forms, &d->matching, true);

    if (endpoint == NULL)
        return of_version;
    return &((const struct jg_headers_endpoint *)endpoint)->transform;
}

enum jg_err
jg_transform_request(struct jg_rewrite *w)
{
    const struct jg_transform *t = w->request;

    for (size_t i = 0; i < t->removed.count; i++)
        jg_rewrite_drop(w, t->removed.items[i]);
    for (size_t i = 0; i < t->count; i++) {
        struct jg_str value;
        enum jg_err err =
            jg_template_text(w->d, &t->rules[i].value, &w->bytes, &value);

        if (err != JG_OK) {
            jg_trace_seen(w->d, "%.*s", JG_STR_ARG(t->rules[i].name));
            return err;
        }
        jg_rewrite_set(w, t->rules[i].name, value);
    }
    return JG_OK;
}

static enum jg_err
set_response(struct jg_rewrite *w, const struct jg_transform *t,
             struct jg_respond_headers *out)
{
    size_t limits = 0;
    struct jg_forward_header *set = jg_arena_array(
        w->d->arena, t->count + JG_LIMIT_HEADERS_MAX, sizeof(*set));
    enum jg_err err;

    if (set == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < t->count; i++) {
        err = jg_template_text(w->d, &t->rules[i].value, &w->bytes,
                               &set[i].value);
        if (err != JG_OK) {
            jg_trace_seen(w->d, "%.*s", JG_STR_ARG(t->rules[i].name));
            return err;
        }
        set[i].name = t->rules[i].name;
    }
    err = jg_quota_respond(w->d, set + t->count, &limits);
    out->set = set;
    out->set_count = t->count + limits;
    return err;
}

enum jg_err
jg_transform_response(struct jg_rewrite *w)
{
    struct jg_respond_headers *out = &w->d->forward.respond;
    const struct jg_transform *t = w->response;

    out->removed = t->removed.items;
    out->removed_count = t->removed.count;
    return set_response(w, t, out);
}

void
jg_transform_find(struct jg_rewrite *w)
{
    static const struct jg_transform nothing = {{NULL, 0}, NULL, 0};
    const struct jg_api_version *version = w->d->version;

    w->request = w->response = &nothing;
    if (version == NULL)
        return;
    w->request = transform_of(w->d, JG_ENDPOINT_REQUEST_HEADERS,
                              &version->request_headers);
    w->response = transform_of(w->d, JG_ENDPOINT_RESPONSE_HEADERS,
                               &version->response_headers);
}
