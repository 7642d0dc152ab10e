/* An API definition: bound by its table, then compiled step by step. */
#include "base/escape.h"
#include "model/model_internal.h"

/* An API takes 1 to 2 KiB: small pieces leave little of the last one unused. */
#define API_CHUNK_BYTES 512 /* beside the struct; most definitions need one */
#define API_MAX_BYTES (64 * 1024 * 1024)

/* Documents that are no classic definition, by a member that gives them away.
 */
static const struct {
    const char *member;
    const char *what, *fix;
} other_forms[] = {
    {"openapi", "this is an OpenAPI document without x-tyk-api-gateway",
     "add x-tyk-api-gateway with info, server and upstream"},
    {"swagger", "this is an OpenAPI 2 document, and no API definition",
     "write a classic definition"},
    {"api_definition", "this is an export of the Dashboard",
     "the file must hold only the object inside api_definition"},
};

static enum jg_err
check_form(struct jg_api_reading *r)
{
    for (size_t i = 0; i < sizeof(other_forms) / sizeof(other_forms[0]); i++)
        if (jg_json_get(r->root, jg_str(other_forms[i].member)) != NULL)
            return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_UNSUPPORTED,
                                  other_forms[i].member, NULL,
                                  other_forms[i].fix, "%s",
                                  other_forms[i].what);
    return JG_OK;
}

/* The id, which is also a file's name and a path: "/<api_id>/". */
static enum jg_err
read_id(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    struct jg_str id = api->def.api_id;
    size_t i = 0;
    char *path;

    if (id.len == 0)
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_MISSING, "api_id",
                              NULL, "give it a name of its own",
                              "the api_id is missing");
    while (i < id.len && jg_is_unreserved(id.p[i]))
        i++;
    if (i < id.len || id.p[0] == '.')
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, "api_id",
                              jg_json_get(r->root, JG_STR("api_id")), NULL,
                              "expected letters, digits, '.', '_', '-' and "
                              "'~', not beginning with '.'");
    path = jg_arena_alloc(&api->arena, id.len + 3);
    if (path == NULL)
        return JG_E_NOMEM;
    path[0] = '/';
    memcpy(path + 1, id.p, id.len);
    path[id.len + 1] = '/';
    api->alias_path = (struct jg_str){path, id.len + 2};
    return JG_OK;
}

/* Half of a policy's key in a snapshot: nothing in it may look like its end. */
static enum jg_err
check_org(struct jg_api_reading *r)
{
    struct jg_str org = r->api->def.org_id;

    for (size_t i = 0; i < org.len; i++)
        if ((unsigned char)org.p[i] < 0x20)
            return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE,
                                  "org_id", NULL, NULL,
                                  "an org_id holds no control characters");
    return JG_OK;
}

static enum jg_err
check_protocol(struct jg_api_reading *r)
{
    static const char *const served[] = {"", "http", "https", "h2c"};
    struct jg_str protocol = r->api->def.protocol;

    for (size_t i = 0; i < sizeof(served) / sizeof(served[0]); i++)
        if (jg_str_eq(protocol, jg_str(served[i])))
            return JG_OK;
    return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, "protocol",
                          jg_json_get(r->root, JG_STR("protocol")), NULL,
                          "expected \"http\" or \"https\"; other services are "
                          "not offered");
}

static enum jg_err
compile(struct jg_api_reading *r)
{
    static enum jg_err (*const steps[])(struct jg_api_reading *) = {
        read_id,
        check_org,
        check_protocol,
        jg_api_read_versions,
        jg_api_read_endpoints,
        jg_api_check_virtual,
        jg_api_read_headers,
        jg_api_read_listen,
        jg_api_read_domain,
        jg_api_read_networks,
        jg_api_read_cors,
        jg_api_read_targets,
        jg_api_read_auth,
        jg_api_read_scopes,
        jg_api_read_claims,
        jg_api_read_key,
        jg_api_read_split_token,
    };
    enum jg_err first = JG_OK;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        enum jg_err err = steps[i](r);

        if (err == JG_E_NOMEM)
            return err;
        if (first == JG_OK)
            first = err;
    }
    return first;
}

/* In any case of letters, as jg_bind() takes it. */
static bool
has_version_data(const struct jg_json *root)
{
    for (uint32_t i = 0; root->type == JG_JSON_OBJECT && i < root->count; i++)
        if (jg_str_eq_nocase(root->members[i].name, JG_STR("version_data")))
            return true;
    return false;
}

static enum jg_err
read_classic(struct jg_api_reading *r)
{
    struct jg_api_def *def = &r->api->def;

    def->not_versioned = !has_version_data(r->root);
    return jg_bind(&jg_api_table, r->root, def, &r->api->arena, r->source);
}

static bool
is_oas(const struct jg_json *root)
{
    return jg_json_get(root, JG_STR("openapi")) != NULL &&
           jg_json_get(root, JG_STR("x-tyk-api-gateway")) != NULL;
}

static enum jg_err
read_document(struct jg_api_reading *r)
{
    enum jg_err err =
        jg_bind_parse(r->source, &jg_json_limits_conf, r->scratch, &r->root);

    if (err != JG_OK)
        return err;
    if (is_oas(r->root)) {
        err = jg_oas_read(r);
    } else {
        err = check_form(r);
        if (err == JG_OK)
            err = read_classic(r);
    }
    /* What a faulty field would have said is not known, so no more checks. */
    return err == JG_OK ? compile(r) : err;
}

/* An API with one reference, in an arena of its own. */
static struct jg_api *
new_api(uint64_t version)
{
    struct jg_arena a;
    struct jg_api *api;

    jg_arena_init(&a, API_CHUNK_BYTES, API_MAX_BYTES);
    api = jg_arena_alloc(&a, sizeof(*api));
    if (api == NULL)
        return NULL;
    api->version = version;
    api->references = 1;
    api->arena = a;
    return api;
}

enum jg_err
jg_api_read_sharing(const struct jg_bind_source *source, uint64_t version,
                    const struct jg_conf *conf, struct jg_key_pool *keys,
                    struct jg_api **out)
{
    struct jg_api *api = new_api(version);
    struct jg_arena scratch;
    struct jg_api_reading r = {.source = source,
                               .conf = conf,
                               .scratch = &scratch,
                               .keys = keys,
                               .api = api};
    enum jg_err err;

    if (api == NULL)
        return JG_E_NOMEM;
    jg_arena_init(&scratch, JG_SCRATCH_CHUNK_BYTES, JG_SCRATCH_MAX_BYTES);
    err = read_document(&r);
    jg_arena_free(&scratch);
    if (err == JG_OK)
        *out = api;
    else
        jg_api_free(api);
    return err;
}

enum jg_err
jg_api_read(const struct jg_bind_source *source, uint64_t version,
            const struct jg_conf *conf, struct jg_api **out)
{
    return jg_api_read_sharing(source, version, conf, NULL, out);
}

/* The list, or else the one field. */
static struct jg_strs
list_or_one(const struct jg_strs *list, const struct jg_str *one)
{
    if (list->count > 0)
        return *list;
    return (struct jg_strs){one, one->len > 0};
}

struct jg_strs
jg_api_subject_claims(const struct jg_api_def *def)
{
    return list_or_one(&def->jwt_subject_claims, &def->jwt_identity_base_field);
}

struct jg_strs
jg_api_policy_claims(const struct jg_api_def *def)
{
    return list_or_one(&def->jwt_base_policy_claims,
                       &def->jwt_policy_field_name);
}

struct jg_api *
jg_api_ref(struct jg_api *api)
{
    api->references++;
    return api;
}

void
jg_api_free(struct jg_api *api)
{
    struct jg_arena a;

    if (api == NULL || --api->references > 0)
        return;
    jg_jwks_free(api->keys);
    a = api->arena; /* the API lies in it */
    jg_arena_free(&a);
}
