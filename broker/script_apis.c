/* Reading the scripts of an API, and keeping them. */
#include "script_apis.h"

#include "base/b64.h"
#include "store/files.h"

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (64 * 1024 * 1024)
#define ALL_SOURCES_MAX (8 * 1024 * 1024) /* bytes of the script of one API */

struct reading {
    const struct jg_conf *conf;
    struct jg_arena *arena;
    struct jg_script *script;
    struct jg_buf *faults, *told;
    size_t bytes;
};

static void
blame_in(struct jg_buf *b, struct jg_str name, const char *why)
{
    jg_buf_add(b, name);
    jg_buf_addf(b, ": %s\n", why);
}

static void
blame(struct reading *r, struct jg_str name, const char *why)
{
    blame_in(r->faults, name, why);
}

/* A path is relative to where the gateway was started, as in Tyk; what is not
 * there may be in middleware_path. */
static enum jg_err
read_file(struct reading *r, struct jg_str path, struct jg_str *out,
          struct jg_str *file)
{
    struct jg_str other = jg_arena_join(
        r->arena,
        (const struct jg_str[]){r->conf->middleware_path, JG_STR("/"), path},
        3);
    struct jg_str plain = jg_arena_str(r->arena, path);
    enum jg_err err;

    if (plain.p == NULL || other.p == NULL)
        return JG_E_NOMEM;
    *file = plain;
    err = jg_file_read(plain.p, r->arena, out);
    if (err == JG_E_NOT_FOUND && path.len > 0 && path.p[0] != '/') {
        *file = other;
        err = jg_file_read(other.p, r->arena, out);
    }
    return err;
}

static void
add_part(struct reading *r, struct jg_str name, struct jg_str source,
         struct jg_str file)
{
    if (source.len > JG_SCRIPT_SOURCE_MAX)
        blame(r, name, "it has more than 1 MiB");
    else if (r->script->count == JG_WIRE_PARTS_MAX ||
             source.len > ALL_SOURCES_MAX - r->bytes)
        blame(r, name, "the scripts of this API are too many, or too large");
    else {
        r->script->files[r->script->count] = file;
        r->script->parts[r->script->count++] =
            (struct jg_frame_part){name, source};
        r->bytes += source.len;
    }
}

static void
add_file(struct reading *r, struct jg_str path)
{
    struct jg_str source, file;
    enum jg_err err = read_file(r, path, &source, &file);

    if (err == JG_OK)
        add_part(r, path, source, file);
    else
        blame(r, path,
              err == JG_E_NOT_FOUND ? "there is no such file"
                                    : "the file cannot be read");
}

static void
add_blob(struct reading *r, const struct jg_virtual_endpoint *e)
{
    struct jg_str name = e->endpoint.path, source;

    if (r->conf->disable_virtual_path_blobs)
        blame_in(r->told, name, "[JSVM] Blobs not allowed on this node");
    else if (jg_b64_decode_arena(e->source_uri, r->arena, &source) != JG_OK)
        blame_in(r->told, name, "function_source_uri is no base64");
    else
        add_part(r, name, source, (struct jg_str){NULL, 0});
}

static bool
is_same_source(const struct jg_virtual_endpoint *a,
               const struct jg_virtual_endpoint *b)
{
    return !a->endpoint.disabled && !b->endpoint.disabled &&
           jg_str_eq(a->source_type, b->source_type) &&
           jg_str_eq(a->source_uri, b->source_uri);
}

static void
add_version(struct reading *r, const struct jg_api_version *version)
{
    const struct jg_list *list;
    const struct jg_virtual_endpoint *e;

    if (version->endpoints == NULL)
        return;
    list = &version->endpoints->kinds[JG_ENDPOINT_VIRTUAL];
    e = list->items;
    for (size_t i = 0; i < list->count; i++) {
        bool again = e[i].endpoint.disabled;

        for (size_t k = i + 1; k < list->count && !again; k++)
            again = is_same_source(&e[i], &e[k]);
        if (again)
            continue;
        if (jg_str_eq(e[i].source_type, JG_STR("blob")))
            add_blob(r, &e[i]);
        else if (jg_str_eq(e[i].source_type, JG_STR("file")))
            add_file(r, e[i].source_uri);
        else
            blame_in(
                r->told, e[i].endpoint.path,
                "function_source_type must be either file or blob (base64)");
    }
}

enum jg_err
jg_script_of_api(const struct jg_conf *conf, const struct jg_api *api,
                 struct jg_arena *a, struct jg_script *out,
                 struct jg_buf *faults, struct jg_buf *told)
{
    const struct jg_api_version *versions = api->def.versions.items;
    struct reading r = {conf, a, out, faults, told, 0};

    out->count = 0;
    if (conf->tyk_js_path.len > 0)
        add_file(&r, conf->tyk_js_path);
    for (size_t i = 0; i < api->def.versions.count; i++)
        add_version(&r, &versions[i]);
    return jg_script_identify(out);
}

static void
forget(struct jg_script_known *known)
{
    if (known->api == NULL)
        return;
    jg_api_free(known->api);
    jg_arena_free(&known->arena);
    jg_buf_free(&known->faults);
    jg_buf_free(&known->errors);
    known->api = NULL;
}

void
jg_script_apis_free(struct jg_script_apis *apis)
{
    for (size_t i = 0; i < JG_SCRIPT_APIS_MAX; i++)
        forget(&apis->items[i]);
    jg_known_apis_free(&apis->known);
}

/* <known> is free, and stays so unless all of it works. */
static bool
get(struct jg_script_known *known, const struct jg_conf *conf,
    struct jg_api *api)
{
    if (api == NULL)
        return false;
    known->api = jg_api_ref(api);
    known->meta_told = false;
    jg_arena_init(&known->arena, ARENA_CHUNK, ARENA_MAX);
    jg_buf_init(&known->faults, JG_SCRIPT_FAULTS_MAX);
    jg_buf_init(&known->errors, JG_SCRIPT_FAULTS_MAX);
    if (jg_script_of_api(conf, api, &known->arena, &known->script,
                         &known->faults, &known->faults) == JG_OK)
        return true;
    forget(known);
    return false;
}

struct jg_script_known *
jg_script_apis_find(struct jg_script_apis *apis, const struct jg_broker *broker,
                    struct jg_str id)
{
    uint64_t epoch = jg_counters_epoch(broker->counters);
    struct jg_script_known *place;

    for (size_t i = 0; i < JG_SCRIPT_APIS_MAX; i++) {
        place = &apis->items[i];
        if (place->api != NULL && place->epoch == epoch &&
            jg_str_eq(place->api->def.api_id, id))
            return place;
    }
    place = &apis->items[apis->next++ % JG_SCRIPT_APIS_MAX];
    forget(place);
    place->epoch = epoch;
    return get(place, broker->conf, jg_known_api(&apis->known, broker, id))
               ? place
               : NULL;
}
