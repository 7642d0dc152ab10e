/* Which scopes of a token give which policy (reference 1.1, 2.10 step 5). */
#include "model/model_internal.h"

/* Is there anything at all in "scopes", for OpenID or for us? */
static bool
scopes_are_set(const struct jg_api_def *def)
{
    const struct jg_json *oidc = def->scopes_oidc;
    const struct jg_json *map = jg_json_get(oidc, JG_STR("scope_to_policy"));
    const struct jg_json *name = jg_json_get(oidc, JG_STR("scope_claim_name"));

    return def->is_oas || def->scopes_jwt.policies.count > 0 ||
           def->scopes_jwt.claim_name.len > 0 || jg_json_string(name).len > 0 ||
           (map != NULL && map->type == JG_JSON_OBJECT && map->count > 0);
}

/* A scope that is listed twice has the last policy. */
static enum jg_err
index_scopes(struct jg_scope_map *map, const struct jg_pairs *policies,
             struct jg_arena *a)
{
    enum jg_err err = jg_map_init(&map->policies, a, policies->count);

    if (err != JG_OK)
        return err;
    for (size_t i = policies->count; i-- > 0;) {
        const struct jg_pair *pair = &policies->items[i];
        struct jg_str scope = pair->name.p != NULL ? pair->name : JG_STR("");

        jg_map_put(&map->policies, scope, (void *)(uintptr_t)&pair->value);
    }
    return JG_OK;
}

/* A single name of a classic definition counts alone; behind those of a list,
 * "scope" does. */
static enum jg_err
list_claims(struct jg_scope_map *map, struct jg_str single,
            const struct jg_strs *list, struct jg_arena *a)
{
    struct jg_str *names = jg_arena_array(a, list->count + 1, sizeof(*names));

    if (names == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < list->count; i++)
        names[i] = list->items[i];
    names[list->count] =
        list->count == 0 && single.len > 0 ? single : JG_STR("scope");
    map->claims = (struct jg_strs){names, list->count + 1};
    return JG_OK;
}

enum jg_err
jg_api_read_scopes(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    const struct jg_api_def *def = &api->def;
    const struct jg_scope_rule *rule =
        scopes_are_set(def) ? &def->scopes_jwt : &def->scopes_deprecated;
    /* The deprecated single name of an OAS document is a list of one. */
    const struct jg_strs one = {&rule->claim_name, 1};
    bool is_one = def->is_oas && def->jwt_scope_claims.count == 0 &&
                  rule->claim_name.len > 0;
    struct jg_scope_map *map;
    enum jg_err err;

    if ((api->methods & JG_METHOD_JWT) == 0 || rule->policies.count == 0)
        return JG_OK;
    map = jg_arena_alloc(&api->arena, sizeof(*map));
    if (map == NULL)
        return JG_E_NOMEM;
    api->scopes = map;
    err = index_scopes(map, &rule->policies, &api->arena);
    if (err != JG_OK)
        return err;
    return list_claims(map, rule->claim_name,
                       is_one ? &one : &def->jwt_scope_claims, &api->arena);
}
