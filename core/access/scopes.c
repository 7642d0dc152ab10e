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

/* Split at single spaces, so that an empty text is one empty scope. */
static enum jg_err
each_of_text(struct jg_str text, jg_scope_visit *visit, void *arg)
{
    struct jg_str scope;
    enum jg_err err = JG_OK;

    while (err == JG_OK && jg_str_next(&text, ' ', &scope))
        err = visit(arg, scope);
    return err;
}

/* Members as they are, those of lists inside, too: not deeper than the parser
 * of tokens lets claims be. */
static enum jg_err
each_of_list(const struct jg_json *list, jg_scope_visit *visit, void *arg)
{
    enum jg_err err = JG_OK;

    for (uint32_t i = 0; i < list->count && err == JG_OK; i++) {
        const struct jg_json *item = &list->items[i];

        if (item->type == JG_JSON_STRING)
            err = visit(arg, item->string);
        else if (item->type == JG_JSON_ARRAY)
            err = each_of_list(item, visit, arg);
    }
    return err;
}

enum jg_err
jg_scopes_each(const struct jg_json *value, jg_scope_visit *visit, void *arg)
{
    if (value != NULL && value->type == JG_JSON_STRING)
        return each_of_text(value->string, visit, arg);
    if (value != NULL && value->type == JG_JSON_ARRAY)
        return each_of_list(value, visit, arg);
    return JG_OK;
}

struct taking {
    const struct jg_scope_map *map;
    struct jg_scopes *scopes;
};

/* The policy of one scope, once however often it is given. */
static enum jg_err
take_scope(void *arg, struct jg_str scope)
{
    const struct taking *taking = arg;
    struct jg_scopes *s = taking->scopes;
    const struct jg_str *id = jg_map_get(&taking->map->policies,
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

enum jg_err
jg_scopes_read(const struct jg_decision *d, struct jg_scopes *out)
{
    const struct jg_json *value = find_claim(d, &out->claim);
    struct taking taking = {d->api->scopes, out};

    out->count = out->policy_count = 0;
    return jg_scopes_each(value, take_scope, &taking);
}
