/*
 * Building a snapshot: what did not change is taken over from the previous
 * one, by id and version, and counted once more.
 */
#include "model/snapshot.h"

#include "model/model_internal.h"

#define SNAPSHOT_CHUNK_BYTES (64 * 1024)
#define SNAPSHOT_MAX_BYTES (1024 * 1024 * 1024)
#define POLICY_KEY_MAX (2 * JG_ID_MAX + 1)

/* What one document of policies may take while it is read. */
#define SCRATCH_CHUNK_BYTES (16 * 1024)
#define SCRATCH_MAX_BYTES (96 * 1024 * 1024)

struct jg_snapshot_builder {
    struct jg_snapshot *snapshot; /* grows; arrays have their final size */
    const struct jg_snapshot *previous;
    bool share_apis;            /* the configuration is the same */
    bool share_policies;        /* their patterns match in the same way */
    struct jg_map old_policies; /* of previous, by id */
    size_t max_apis, max_policies;
    struct jg_route *routes; /* 2 for each API: aliases come last */
    size_t route_count;
    struct jg_map taken;     /* host and listen path to struct jg_api */
    struct jg_key_pool keys; /* of APIs that are read */
    struct jg_arena scratch; /* holds this struct, too */
};

static enum jg_err
read_conf(struct jg_snapshot *s, struct jg_str text)
{
    struct jg_conf *conf = jg_arena_alloc(&s->arena, sizeof(*conf));
    struct jg_bind_source source = {.text = text};

    s->conf_text = jg_arena_str(&s->arena, text);
    if (conf == NULL || s->conf_text.p == NULL)
        return JG_E_NOMEM;
    if (text.len == 0)
        source.text = JG_STR("{}");
    s->conf = conf;
    return jg_conf_read(&source, NULL, &s->arena, conf);
}

/* An empty snapshot with room for what comes. */
static enum jg_err
new_snapshot(const struct jg_snapshot_builder *b, uint64_t generation,
             struct jg_str conf_text, struct jg_snapshot **out)
{
    struct jg_arena a;
    struct jg_snapshot *s;
    enum jg_err err;

    jg_arena_init(&a, SNAPSHOT_CHUNK_BYTES, SNAPSHOT_MAX_BYTES);
    s = jg_arena_alloc(&a, sizeof(*s));
    if (s == NULL)
        return JG_E_NOMEM;
    s->generation = generation;
    s->references = 1;
    s->arena = a;
    s->apis = jg_arena_array(&s->arena, b->max_apis, sizeof(struct jg_api *));
    s->policies =
        jg_arena_array(&s->arena, b->max_policies, sizeof(struct jg_policy *));
    err = s->apis == NULL || s->policies == NULL ? JG_E_NOMEM : JG_OK;
    if (err == JG_OK)
        err = jg_map_init(&s->api_by_id, &s->arena, b->max_apis);
    if (err == JG_OK)
        err = jg_map_init(&s->policy_by_key, &s->arena, b->max_policies);
    if (err == JG_OK)
        err = read_conf(s, conf_text);
    if (err == JG_OK)
        *out = s;
    else
        jg_snapshot_free(s);
    return err;
}

static bool
same_matching(const struct jg_conf *a, const struct jg_conf *b)
{
    return a->http.enable_path_prefix_matching ==
               b->http.enable_path_prefix_matching &&
           a->http.enable_path_suffix_matching ==
               b->http.enable_path_suffix_matching;
}

static enum jg_err
prepare(struct jg_snapshot_builder *b, uint64_t generation,
        struct jg_str conf_text)
{
    size_t old = b->previous != NULL ? b->previous->policy_count : 0;
    enum jg_err err = new_snapshot(b, generation, conf_text, &b->snapshot);

    if (err == JG_OK)
        err = jg_map_init(&b->taken, &b->scratch, b->max_apis);
    if (err == JG_OK)
        err = jg_map_init(&b->old_policies, &b->scratch, old);
    if (err != JG_OK)
        return err;
    b->share_policies = b->previous != NULL &&
                        same_matching(b->previous->conf, b->snapshot->conf);
    b->routes = jg_arena_array(&b->snapshot->arena, b->max_apis,
                               2 * sizeof(*b->routes));
    for (size_t i = 0; i < old; i++)
        jg_map_put(&b->old_policies, b->previous->policies[i]->id,
                   b->previous->policies[i]);
    return b->routes == NULL ? JG_E_NOMEM : JG_OK;
}

enum jg_err
jg_snapshot_begin(const struct jg_snapshot *previous, uint64_t generation,
                  struct jg_str conf_text, size_t max_apis, size_t max_policies,
                  struct jg_snapshot_builder **out)
{
    struct jg_arena scratch;
    struct jg_snapshot_builder *b;
    enum jg_err err;

    jg_arena_init(&scratch, SNAPSHOT_CHUNK_BYTES, SNAPSHOT_MAX_BYTES);
    b = jg_arena_alloc(&scratch, sizeof(*b));
    if (b == NULL)
        return JG_E_NOMEM;
    b->previous = previous;
    b->share_apis =
        previous != NULL && jg_str_eq(previous->conf_text, conf_text);
    b->max_apis = max_apis;
    b->max_policies = max_policies;
    b->scratch = scratch;
    jg_key_pool_init(&b->keys, &b->scratch, max_apis);
    err = prepare(b, generation, conf_text);
    if (err == JG_OK)
        *out = b;
    else
        jg_snapshot_abandon(b);
    return err;
}

/* The host and path of <api> as one key: hosts hold no '/'. */
static struct jg_str
route_key(struct jg_snapshot_builder *b, const struct jg_api *api,
          struct jg_str path)
{
    size_t len = api->host.len + path.len;
    char *key;

    if (api->host.len == 0)
        return path;
    key = jg_arena_alloc(&b->scratch, len);
    if (key == NULL)
        return (struct jg_str){NULL, 0};
    memcpy(key, api->host.p, api->host.len);
    memcpy(key + api->host.len, path.p, path.len);
    return (struct jg_str){key, len};
}

/* Another path for <api>, which finds its own taken: as in Tyk. */
static enum jg_err
evade(struct jg_snapshot_builder *b, const struct jg_api *api,
      struct jg_str *path, struct jg_str *key)
{
    struct jg_arena *a = &b->snapshot->arena;

    *path = jg_arena_join(
        a, (const struct jg_str[]){*path, JG_STR("-"), api->def.api_id}, 3);
    for (;;) {
        if (path->p == NULL)
            return JG_E_NOMEM;
        *key = route_key(b, api, *path);
        if (key->p == NULL)
            return JG_E_NOMEM;
        if (jg_map_get(&b->taken, *key) == NULL)
            return JG_OK;
        *path =
            jg_arena_join(a, (const struct jg_str[]){*path, JG_STR("_")}, 2);
    }
}

static enum jg_err
add_route(struct jg_snapshot_builder *b, struct jg_api *api,
          const struct jg_bind_source *source)
{
    struct jg_str path = api->listen_path;
    struct jg_str key = route_key(b, api, path);
    const struct jg_api *owner;
    enum jg_err err;

    if (key.p == NULL)
        return JG_E_NOMEM;
    owner = jg_map_get(&b->taken, key);
    if (owner != NULL) {
        err = evade(b, api, &path, &key);
        if (err != JG_OK)
            return err;
        jg_bind_report(source, JG_WARNING, JG_E_CONF_DUPLICATE,
                       "proxy.listen_path", NULL, "choose another listen path",
                       "API \"%.*s\" has this listen path: this one is served "
                       "at %.*s",
                       JG_STR_ARG(owner->def.api_id), JG_STR_ARG(path));
    }
    jg_map_put(&b->taken, key, api);
    b->routes[b->route_count++] =
        (struct jg_route){api->host, path, api, false};
    return JG_OK;
}

/* The API of <document>, with one reference for the snapshot. */
static enum jg_err
take_api(struct jg_snapshot_builder *b, const struct jg_document *document,
         const struct jg_bind_source *source, struct jg_api **out)
{
    struct jg_api *old = NULL;
    struct jg_api *api;
    enum jg_err err;

    if (b->share_apis)
        old = jg_map_get(&b->previous->api_by_id, document->id);
    if (old != NULL && old->version == document->version) {
        *out = jg_api_ref(old);
        return JG_OK;
    }
    err = jg_api_read_sharing(source, document->version, b->snapshot->conf,
                              &b->keys, &api);
    if (err != JG_OK)
        return err;
    if (document->id.len > 0 && !jg_str_eq(document->id, api->def.api_id)) {
        err = jg_bind_report(source, JG_FAULT, JG_E_CONF_VALUE, "api_id", NULL,
                             NULL, "this is the record of \"%.*s\"",
                             JG_STR_ARG(document->id));
        jg_api_free(api);
        return err;
    }
    *out = api;
    return JG_OK;
}

enum jg_err
jg_snapshot_add_api(struct jg_snapshot_builder *b,
                    const struct jg_document *document, struct jg_diags *diags)
{
    struct jg_snapshot *s = b->snapshot;
    struct jg_bind_source source = {
        .file = document->file, .text = document->text, .diags = diags};
    struct jg_api *api = NULL;
    enum jg_err err;

    if (s->api_count == b->max_apis)
        return JG_E_NOMEM;
    err = take_api(b, document, &source, &api);
    if (err != JG_OK)
        return err;
    if (jg_map_get(&s->api_by_id, api->def.api_id) != NULL)
        err = jg_bind_report(&source, JG_FAULT, JG_E_CONF_DUPLICATE, "api_id",
                             NULL, NULL,
                             "another definition has this api_id, and is used");
    else if (api->def.active && !api->def.internal)
        err = add_route(b, api, &source);
    if (err != JG_OK) {
        jg_api_free(api);
        return err;
    }
    jg_map_put(&s->api_by_id, api->def.api_id, api);
    s->apis[s->api_count++] = api;
    return JG_OK;
}

static enum jg_err
read_policy(struct jg_snapshot_builder *b, const struct jg_document *document,
            const struct jg_bind_source *source, struct jg_policy **out)
{
    struct jg_arena scratch;
    const struct jg_json *json;
    struct jg_policy *policy = NULL;
    enum jg_err err;

    jg_arena_init(&scratch, SCRATCH_CHUNK_BYTES, SCRATCH_MAX_BYTES);
    err = jg_bind_parse(source, &jg_json_limits_conf, &scratch, &json);
    if (err == JG_OK)
        err = jg_policy_read(source, json, document->id, document->version,
                             &policy);
    jg_arena_free(&scratch);
    if (err == JG_OK)
        err = jg_access_compile(source, &policy->access_rights,
                                b->snapshot->conf, &policy->arena);
    if (err == JG_OK)
        *out = policy;
    else
        jg_policy_free(policy);
    return err;
}

enum jg_err
jg_snapshot_add_policy(struct jg_snapshot_builder *b,
                       const struct jg_document *document,
                       struct jg_diags *diags)
{
    struct jg_snapshot *s = b->snapshot;
    struct jg_bind_source source = {
        .file = document->file, .text = document->text, .diags = diags};
    struct jg_policy *old = jg_map_get(&b->old_policies, document->id);
    struct jg_policy *policy = NULL;
    enum jg_err err = JG_OK;

    if (s->policy_count == b->max_policies)
        return JG_E_NOMEM;
    if (b->share_policies && old != NULL && old->version == document->version)
        policy = jg_policy_ref(old);
    else
        err = read_policy(b, document, &source, &policy);
    if (err != JG_OK)
        return err;
    if (!jg_map_put(&s->policy_by_key, policy->key, policy)) {
        jg_policy_free(policy);
        return jg_bind_report(&source, JG_FAULT, JG_E_CONF_DUPLICATE, "id",
                              NULL, NULL,
                              "another policy of the same organisation has "
                              "this id, and is used");
    }
    s->policies[s->policy_count++] = policy;
    return JG_OK;
}

/* The routes "/<api_id>/", behind all others, so that listen paths win. */
static void
add_aliases(struct jg_snapshot_builder *b)
{
    size_t count = b->route_count;

    for (size_t i = 0; i < count; i++) {
        const struct jg_api *api = b->routes[i].api;

        b->routes[b->route_count++] =
            (struct jg_route){api->host, api->alias_path, api, true};
    }
}

enum jg_err
jg_snapshot_finish(struct jg_snapshot_builder *b, struct jg_snapshot **out)
{
    struct jg_snapshot *s = b->snapshot;
    enum jg_err err;

    add_aliases(b);
    err = jg_routes_build(b->routes, b->route_count,
                          s->conf->http.enable_strict_routes, &s->arena,
                          &s->routes);
    if (err == JG_OK)
        *out = jg_snapshot_ref(s);
    jg_snapshot_abandon(b);
    return err;
}

void
jg_snapshot_abandon(struct jg_snapshot_builder *b)
{
    struct jg_arena scratch;

    if (b == NULL)
        return;
    jg_key_pool_free(&b->keys);
    jg_snapshot_free(b->snapshot);
    scratch = b->scratch; /* the builder lies in it */
    jg_arena_free(&scratch);
}

struct jg_snapshot *
jg_snapshot_ref(struct jg_snapshot *snapshot)
{
    snapshot->references++;
    return snapshot;
}

void
jg_snapshot_free(struct jg_snapshot *s)
{
    struct jg_arena a;

    if (s == NULL || --s->references > 0)
        return;
    for (size_t i = 0; i < s->api_count; i++)
        jg_api_free(s->apis[i]);
    for (size_t i = 0; i < s->policy_count; i++)
        jg_policy_free(s->policies[i]);
    a = s->arena; /* the snapshot lies in it */
    jg_arena_free(&a);
}

const struct jg_api *
jg_snapshot_api(const struct jg_snapshot *s, struct jg_str id)
{
    return jg_map_get(&s->api_by_id, id);
}

const struct jg_policy *
jg_snapshot_policy(const struct jg_snapshot *s, struct jg_str org_id,
                   struct jg_str id)
{
    char key[POLICY_KEY_MAX];
    size_t len = org_id.len + 1 + id.len;

    if (org_id.len > JG_ID_MAX || id.len > JG_ID_MAX)
        return NULL;
    if (org_id.len > 0)
        memcpy(key, org_id.p, org_id.len);
    key[org_id.len] = '\n';
    if (id.len > 0)
        memcpy(key + org_id.len + 1, id.p, id.len);
    return jg_map_get(&s->policy_by_key, (struct jg_str){key, len});
}
