/* Scopes of a token, and the policies that they give (reference 2.10, 5). */
#include "access/scopes.h"

/* The claim that holds the scopes: the first of the list that is there. */
static const struct jg_json *
find_claim(const struct jg_decision *d, struct jg_str *name)
{
    const struct jg_strs *names = &d->api->scopes->claims;

    for (size_t i = 0; i < names->count; i++) {
        const struct jg_json *value = jg_json_path(d->claims, names->items[i]);

        *name = names->items[i];
        if (value != NULL)
            return value;
    }
    return NULL;
}

/* The policy of one scope, once however often it is given. */
static enum jg_err
take_scope(struct jg_scopes *s, const struct jg_decision *d,
           struct jg_str scope)
{
    const struct jg_str *id = jg_map_get(&d->api->scopes->policies,
                                         scope.p != NULL ? scope : JG_STR(""));

    if (++s->count > JG_SCOPES_MAX)
        return JG_E_SCOPE_MANY;
    if (id == NULL)
        return JG_OK;
    for (size_t i = 0; i < s->policy_count; i++)
        if (jg_str_eq(*s->policies[i], *id))
            return JG_OK;
    if (s->policy_count == JG_SESSION_POLICIES_MAX)
        return JG_E_SCOPE_MANY;
    s->policies[s->policy_count++] = id;
    return JG_OK;
}

/* Split at single spaces, so that an empty text is one empty scope. */
static enum jg_err
take_text(struct jg_scopes *s, const struct jg_decision *d, struct jg_str text)
{
    struct jg_str scope;
    enum jg_err err = JG_OK;

    while (err == JG_OK && jg_str_next(&text, ' ', &scope))
        err = take_scope(s, d, scope);
    return err;
}

/* Members as they are, those of lists inside, too: not deeper than the parser
 * of tokens lets claims be. */
static enum jg_err
take_list(struct jg_scopes *s, const struct jg_decision *d,
          const struct jg_json *list)
{
    enum jg_err err = JG_OK;

    for (uint32_t i = 0; i < list->count && err == JG_OK; i++) {
        const struct jg_json *item = &list->items[i];

        if (item->type == JG_JSON_STRING)
            err = take_scope(s, d, item->string);
        else if (item->type == JG_JSON_ARRAY)
            err = take_list(s, d, item);
    }
    return err;
}

enum jg_err
jg_scopes_read(const struct jg_decision *d, struct jg_scopes *out)
{
    const struct jg_json *value = find_claim(d, &out->claim);

    out->count = out->policy_count = 0;
    if (value == NULL)
        return JG_OK;
    if (value->type == JG_JSON_STRING)
        return take_text(out, d, value->string);
    if (value->type == JG_JSON_ARRAY)
        return take_list(out, d, value);
    return JG_OK;
}
