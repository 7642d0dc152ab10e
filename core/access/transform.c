/* What the API's definition does to headers (reference 6.1). */
#include "access/rewrite.h"
#include "access/step.h"

_Static_assert(JG_TRANSFORM_MAX + JG_REWRITE_OWN_MAX <= JG_FORWARD_HEADERS_MAX,
               "what a definition may set fits beside what the gateway sets");

enum jg_err
jg_transform_request(struct jg_rewrite *w)
{
    const struct jg_api_version *version = w->d->version;

    if (version == NULL)
        return JG_OK;
    for (size_t i = 0; i < version->request_headers.removed.count; i++)
        jg_rewrite_drop(w, version->request_headers.removed.items[i]);
    for (size_t i = 0; i < version->request_headers.count; i++) {
        const struct jg_header_rule *rule = &version->request_headers.rules[i];
        struct jg_str value;
        enum jg_err err =
            jg_template_text(w->d, &rule->value, &w->bytes, &value);

        if (err != JG_OK) {
            jg_trace_seen(w->d, "%.*s", JG_STR_ARG(rule->name));
            return err;
        }
        jg_rewrite_set(w, rule->name, value);
    }
    return JG_OK;
}

enum jg_err
jg_transform_response(struct jg_rewrite *w)
{
    const struct jg_api_version *version = w->d->version;
    struct jg_respond_headers *out = &w->d->forward.respond;
    const struct jg_transform *t;
    struct jg_forward_header *set;

    if (version == NULL)
        return JG_OK;
    t = &version->response_headers;
    out->removed = t->removed.items;
    out->removed_count = t->removed.count;
    if (t->count == 0)
        return JG_OK;
    set = jg_arena_array(w->d->arena, t->count, sizeof(*set));
    if (set == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < t->count; i++) {
        enum jg_err err = jg_template_text(w->d, &t->rules[i].value, &w->bytes,
                                           &set[i].value);

        if (err != JG_OK)
            return err;
        set[i].name = t->rules[i].name;
    }
    out->set = set;
    out->set_count = t->count;
    return JG_OK;
}
