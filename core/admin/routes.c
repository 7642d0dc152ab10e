/*
 * The one table of routes: to add one, add a row, its handler and its test. The
 * reference and /openapi.json are made of it.
 */
#include "admin/admin_internal.h"

#define CONF_NAME(field) offsetof(struct jg_conf, field)

const struct jg_admin_route jg_admin_routes[] = {
    {{"GET", "/hello", "is the gateway alive, and its storage?",
      .gives = JG_SHAPE_HELLO},
     JG_ADMIN_OPEN,
     jg_health_hello,
     CONF_NAME(health_check_endpoint_name)},
    {{"GET", "/ready", "may requests be sent to it?", .gives = JG_SHAPE_HELLO},
     JG_ADMIN_OPEN,
     jg_health_ready,
     CONF_NAME(readiness_check_endpoint_name)},
    {{"GET", "/live", "does the process answer at all?",
      .gives = JG_SHAPE_HELLO},
     JG_ADMIN_OPEN,
     jg_health_live},
    {{"GET", "/metrics", "counters for Prometheus", .gives = JG_SHAPE_METRICS},
     JG_ADMIN_METRICS,
     jg_metrics_get},
    {{"GET", "/openapi.json", "this API's description, OpenAPI 3.1",
      .gives = JG_SHAPE_OPENAPI},
     JG_ADMIN_METRICS,
     jg_openapi_get},

    /* These before {id}: "oas" is no id. */
    {{"GET", "/tyk/apis/oas",
      "every OAS definition in force; ?mode=public without Tyk's part",
      .gives = JG_SHAPE_OASES, .query = "mode"},
     JG_ADMIN_SECRET,
     jg_oas_list},
    {{"POST", "/tyk/apis/oas",
      "write an OAS definition; in force after a reload", .takes = JG_SHAPE_OAS,
      .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_oas_add},
    {{"PUT", "/tyk/apis/oas", "refused: the id is missing"},
     JG_ADMIN_SECRET,
     jg_apis_update_what},
    {{"DELETE", "/tyk/apis/oas", "refused: the id is missing"},
     JG_ADMIN_SECRET,
     jg_apis_delete_what},
    {{"GET", "/tyk/apis/oas/export", "as GET /tyk/apis/oas",
      .gives = JG_SHAPE_OASES, .query = "mode"},
     JG_ADMIN_SECRET,
     jg_oas_list},
    {{"POST", "/tyk/apis/oas/import", "refused: not in this version"},
     JG_ADMIN_SECRET,
     jg_oas_import},
    {{"GET", "/tyk/apis/oas/{id}", "one OAS definition in force; ?mode=public",
      .gives = JG_SHAPE_OAS, .query = "mode", .tagged = true},
     JG_ADMIN_SECRET,
     jg_oas_get},
    {{"PUT", "/tyk/apis/oas/{id}", "replace an OAS definition's file",
      .takes = JG_SHAPE_OAS, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_oas_update},
    {{"PATCH", "/tyk/apis/oas/{id}", "replace the OpenAPI part, keep Tyk's",
      .takes = JG_SHAPE_OAS, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_oas_patch},
    {{"DELETE", "/tyk/apis/oas/{id}", "remove an OAS definition's file",
      .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_apis_delete},
    {{"GET", "/tyk/apis/oas/{id}/export", "as GET /tyk/apis/oas/{id}",
      .gives = JG_SHAPE_OAS, .query = "mode", .tagged = true},
     JG_ADMIN_SECRET,
     jg_oas_get},
    {{"GET", "/tyk/apis", "every definition in force", .gives = JG_SHAPE_APIS},
     JG_ADMIN_SECRET,
     jg_apis_list},
    {{"POST", "/tyk/apis", "write a definition; in force after a reload",
      .takes = JG_SHAPE_API, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_apis_add},
    {{"PUT", "/tyk/apis", "refused: the id is missing"},
     JG_ADMIN_SECRET,
     jg_apis_update_what},
    {{"DELETE", "/tyk/apis", "refused: the id is missing"},
     JG_ADMIN_SECRET,
     jg_apis_delete_what},
    {{"GET", "/tyk/apis/{id}", "one definition in force", .gives = JG_SHAPE_API,
      .tagged = true},
     JG_ADMIN_SECRET,
     jg_apis_get},
    {{"POST", "/tyk/apis/{id}", "as POST /tyk/apis", .takes = JG_SHAPE_API,
      .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_apis_add},
    {{"PUT", "/tyk/apis/{id}", "replace a definition's file",
      .takes = JG_SHAPE_API, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_apis_update},
    {{"DELETE", "/tyk/apis/{id}", "remove a definition's file",
      .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_apis_delete},

    {{"GET", "/tyk/policies", "every policy in force",
      .gives = JG_SHAPE_POLICIES},
     JG_ADMIN_SECRET,
     jg_policies_list},
    {{"POST", "/tyk/policies", "write a policy; in force after a reload",
      .takes = JG_SHAPE_POLICY, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_policies_add},
    {{"PUT", "/tyk/policies", "refused: the id is missing"},
     JG_ADMIN_SECRET,
     jg_apis_update_what},
    {{"DELETE", "/tyk/policies", "refused: the id is missing"},
     JG_ADMIN_SECRET,
     jg_apis_delete_what},
    /* Before {id}: a policy of this name is made by POST /tyk/policies. */
    {{"POST", "/tyk/policies/effective",
      "what several policies, or scopes, make of rights and limits",
      .takes = JG_SHAPE_EFFECTIVE_QUESTION, .gives = JG_SHAPE_EFFECTIVE},
     JG_ADMIN_SECRET,
     jg_effective_post,
     .unlike_method = true},
    {{"GET", "/tyk/policies/{id}", "one policy in force",
      .gives = JG_SHAPE_POLICY, .tagged = true},
     JG_ADMIN_SECRET,
     jg_policies_get},
    {{"POST", "/tyk/policies/{id}", "as POST /tyk/policies",
      .takes = JG_SHAPE_POLICY, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_policies_add},
    {{"PUT", "/tyk/policies/{id}", "write a policy's file",
      .takes = JG_SHAPE_POLICY, .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_policies_update},
    {{"DELETE", "/tyk/policies/{id}", "remove a policy's file",
      .gives = JG_SHAPE_CHANGED, .tagged = true},
     JG_ADMIN_SECRET,
     jg_policies_delete},

    {{"GET", "/tyk/reload", "load the files again; ?block=true waits for it",
      .query = "block"},
     JG_ADMIN_SECRET,
     jg_reload_start,
     .unlike_method = true},
    {{"GET", "/tyk/reload/group", "the same: this is the whole group",
      .query = "block"},
     JG_ADMIN_SECRET,
     jg_reload_start,
     .unlike_method = true},
    {{"GET", "/tyk/jwks", "key sets by URL: keys, their states, fetches",
      .gives = JG_SHAPE_KEYSETS},
     JG_ADMIN_SECRET,
     jg_keysets_list},
    {{"GET", "/tyk/jwks/{id}", "one key set, with its keys as JWK and PEM",
      .gives = JG_SHAPE_KEYSET},
     JG_ADMIN_SECRET,
     jg_keysets_get},
    {{"DELETE", "/tyk/cache/jwks", "forget verified tokens and key sets"},
     JG_ADMIN_SECRET,
     jg_keysets_forget},
    {{"DELETE", "/tyk/cache/jwks/{id}", "the same, for one API"},
     JG_ADMIN_SECRET,
     jg_keysets_forget},
    {{"DELETE", "/tyk/cache/{id}", "forget cached responses of an API"},
     JG_ADMIN_SECRET,
     jg_reload_cache},
    /* These before {id}: "create" is a name, too, but not of a key to make. */
    {{"POST", "/tyk/keys/create", "make a key, with an id of its own",
      .takes = JG_SHAPE_SESSION, .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_keys_create},
    {{"POST", "/tyk/keys/preview",
      "the session as it would be, policies applied; nothing is stored",
      .takes = JG_SHAPE_SESSION, .gives = JG_SHAPE_SESSION},
     JG_ADMIN_SECRET,
     jg_keys_preview},
    {{"POST", "/tyk/keys/policy/{id}",
      "give the key with this hash other policies",
      .takes = JG_SHAPE_KEY_POLICY, .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_keys_policy},
    {{"GET", "/tyk/keys",
      "every key; ?filter=ORGANISATION&api_id=ID; ?details=true",
      .gives = JG_SHAPE_KEYS, .query = "filter api_id details"},
     JG_ADMIN_SECRET,
     jg_keys_list},
    {{"POST", "/tyk/keys", "make a key, with an id of its own",
      .takes = JG_SHAPE_SESSION, .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_keys_add},
    {{"GET", "/tyk/keys/{id}", "one key's session, policies applied",
      .gives = JG_SHAPE_SESSION, .query = "hashed username org_id api_id"},
     JG_ADMIN_SECRET,
     jg_keys_get},
    {{"POST", "/tyk/keys/{id}", "make a key with this id",
      .takes = JG_SHAPE_SESSION, .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_keys_add},
    {{"PUT", "/tyk/keys/{id}",
      "change a key; ?suppress_reset=1 keeps what it has used",
      .takes = JG_SHAPE_SESSION, .gives = JG_SHAPE_CHANGED,
      .query = "hashed username suppress_reset"},
     JG_ADMIN_SECRET,
     jg_keys_update},
    {{"DELETE", "/tyk/keys/{id}", "delete a key", .gives = JG_SHAPE_CHANGED,
      .query = "hashed username org_id api_id"},
     JG_ADMIN_SECRET,
     jg_keys_delete},
    {{"GET", "/tyk/org/keys", "organisations that have a session of their own",
      .gives = JG_SHAPE_KEYS},
     JG_ADMIN_SECRET,
     jg_orgs_list},
    {{"GET", "/tyk/org/keys/{id}", "an organisation's session",
      .gives = JG_SHAPE_SESSION},
     JG_ADMIN_SECRET,
     jg_orgs_get},
    {{"POST", "/tyk/org/keys/{id}",
      "limits and activity of an organisation, with enforce_org_quotas",
      .takes = JG_SHAPE_SESSION, .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_orgs_put},
    {{"PUT", "/tyk/org/keys/{id}", "the same", .takes = JG_SHAPE_SESSION,
      .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_orgs_put},
    {{"DELETE", "/tyk/org/keys/{id}", "forget what holds for an organisation",
      .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_orgs_delete},
    {{"GET", "/tyk/revocations", "tokens, callers and keys that are refused",
      .gives = JG_SHAPE_REVOCATIONS},
     JG_ADMIN_SECRET,
     jg_revocations_list},
    {{"POST", "/tyk/revocations", "refuse one more, at once",
      .takes = JG_SHAPE_REVOCATION, .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_revocations_add},
    {{"GET", "/tyk/revocations/{id}", "one revocation",
      .gives = JG_SHAPE_REVOCATION},
     JG_ADMIN_SECRET,
     jg_revocations_get},
    {{"DELETE", "/tyk/revocations/{id}", "take a revocation back, at once",
      .gives = JG_SHAPE_CHANGED},
     JG_ADMIN_SECRET,
     jg_revocations_delete},
    {{"GET", "/tyk/access", "what the secret of this request may do",
      .gives = JG_SHAPE_ACCESS},
     JG_ADMIN_SECRET,
     jg_access_get},
    {{"GET", "/tyk/system",
      "the settings in force, and what is wrong with the files as they are now",
      .gives = JG_SHAPE_SYSTEM},
     JG_ADMIN_SECRET,
     jg_system_get},
    {{"GET", "/tyk/schema", "refused: see /openapi.json"},
     JG_ADMIN_SECRET,
     jg_health_schema},
    {{"POST", "/tyk/debug", "refused: see /tyk/explain"},
     JG_ADMIN_SECRET,
     jg_health_debug},
    {{"GET", "/tyk/health", "refused: there are no health checks of APIs",
      .query = "api_id"},
     JG_ADMIN_SECRET,
     jg_health_checks},
    {{"POST", "/tyk/explain", "every step of a decision, and its response",
      .takes = JG_SHAPE_QUESTION, .gives = JG_SHAPE_EXPLANATION},
     JG_ADMIN_SECRET,
     jg_explain_post,
     .unlike_method = true},
    {{"POST", "/tyk/identity/discover",
      "read an identity provider's metadata and keys; nothing is kept",
      .takes = JG_SHAPE_ISSUER, .gives = JG_SHAPE_DISCOVERY},
     JG_ADMIN_SECRET,
     jg_discover_post},
    {{"POST", "/tyk/identity/claims",
      "what claim paths yield in a token, which is not verified",
      .takes = JG_SHAPE_CLAIMS_QUESTION, .gives = JG_SHAPE_CLAIMS},
     JG_ADMIN_SECRET,
     jg_claims_post,
     .unlike_method = true},
    {{"GET", "/tyk/journal",
      "recent decisions, newest first; ?limit=N, ?since=MS, ?after=REQUEST_ID, "
      "?request_id=REQUEST_ID",
      .gives = JG_SHAPE_JOURNAL, .query = "limit since after request_id"},
     JG_ADMIN_SECRET,
     jg_journal_get},
};

const size_t jg_admin_route_count =
    sizeof(jg_admin_routes) / sizeof(jg_admin_routes[0]);

const struct jg_admin_route_info *
jg_admin_route_at(size_t i)
{
    return i < jg_admin_route_count ? &jg_admin_routes[i].info : NULL;
}

/* "/oas*" matches itself and everything below it. */
static bool
matches_below(struct jg_str pattern, struct jg_str path)
{
    pattern = jg_str_head(pattern, pattern.len - 1);
    return jg_str_starts(path, pattern) &&
           (path.len == pattern.len || path.p[pattern.len] == '/');
}

/* "/a/{id}/b": what stands for {id} is one part, and not empty. */
static bool
matches_id(struct jg_str pattern, struct jg_admin_call *call,
           struct jg_str path)
{
    const struct jg_str id = JG_STR("{id}");
    size_t start = jg_str_find(pattern, '{');
    struct jg_str head = jg_str_head(pattern, start);
    struct jg_str tail = jg_str_from(pattern, start + id.len);

    if (start == pattern.len)
        return jg_str_eq(pattern, path);
    if (!jg_str_starts(path, head) || !jg_str_ends(path, tail) ||
        path.len <= head.len + tail.len)
        return false;
    call->id = jg_str_from(jg_str_head(path, path.len - tail.len), head.len);
    return jg_str_find(call->id, '/') == call->id.len;
}

bool
jg_admin_route_matches(const struct jg_admin_route *route,
                       struct jg_admin_call *call, struct jg_str path)
{
    struct jg_str pattern = jg_str(route->info.path);

    call->id = (struct jg_str){NULL, 0};
    if (route->name_at != 0) {
        const char *conf = (const char *)call->admin->conf;
        const struct jg_str *name = (const void *)(conf + route->name_at);

        return path.len > 1 && jg_str_eq(jg_str_from(path, 1), *name);
    }
    if (jg_str_ends(pattern, JG_STR("*")))
        return matches_below(pattern, path);
    return matches_id(pattern, call, path);
}
