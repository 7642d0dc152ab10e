/*
 * Which version of the API is asked for, does it still exist, and what does it
 * say about this path? (reference 0.2 step 1, 1.1, 5)
 */
#include "access/fields.h"
#include "access/step.h"

/* One version may lead to the next; Tyk has no end. */
#define HOPS_MAX 4

static const struct jg_version_definition *
definition_of(const struct jg_decision *d)
{
    static const struct jg_version_definition none = {.enabled = false};

    return d->api->def.definition != NULL ? d->api->def.definition : &none;
}

/* The path behind <len> decoded bytes, as a path of its own. */
static enum jg_err
path_from(struct jg_decision *d, size_t len, struct jg_path *out)
{
    struct jg_str decoded = jg_str_from(d->path.decoded, len);
    struct jg_str wire = jg_path_wire_from(&d->path, len);
    char *p;

    *out = d->path;
    if (jg_path_begins_with_dots(decoded))
        return JG_E_PATH;
    if (decoded.len > 0 && decoded.p[0] == '/') {
        out->decoded = decoded;
        out->wire = wire;
        return JG_OK;
    }
    p = jg_arena_alloc(d->arena, decoded.len + wire.len + 2);
    if (p == NULL)
        return JG_E_NOMEM;
    p[0] = p[decoded.len + 1] = '/';
    if (decoded.len > 0)
        memcpy(p + 1, decoded.p, decoded.len);
    if (wire.len > 0)
        memcpy(p + decoded.len + 2, wire.p, wire.len);
    out->decoded = (struct jg_str){p, decoded.len + 1};
    out->wire = (struct jg_str){p + decoded.len + 1, wire.len + 1};
    return JG_OK;
}

static struct jg_str
listen_path(const struct jg_decision *d)
{
    return d->route->alias ? d->api->listen_path : d->route->path;
}

/* Bytes of the path that the listen path takes; 0: it does not begin so. */
static size_t
listen_len(const struct jg_decision *d)
{
    struct jg_str listen = listen_path(d);

    return jg_str_starts(d->path.decoded, listen) ? listen.len : 0;
}

/* The path's bytes [from, from + len) leave it. */
static enum jg_err
cut(struct jg_decision *d, size_t from, size_t len)
{
    struct jg_str decoded = d->path.decoded, wire = d->path.wire;
    struct jg_str tail = jg_str_from(decoded, from + len);
    struct jg_str wire_tail = jg_path_wire_from(&d->path, from + len);
    size_t wire_from = wire.len - jg_path_wire_from(&d->path, from).len;
    char *p = jg_arena_alloc(d->arena, decoded.len + wire.len + 2);

    if (p == NULL)
        return JG_E_NOMEM;
    memcpy(p, decoded.p, from);
    if (tail.len > 0)
        memcpy(p + from, tail.p, tail.len);
    d->path.decoded = (struct jg_str){p, from + tail.len};
    p += from + tail.len;
    memcpy(p, wire.p, wire_from);
    if (wire_tail.len > 0)
        memcpy(p + wire_from, wire_tail.p, wire_tail.len);
    d->path.wire = (struct jg_str){p, wire_from + wire_tail.len};
    return JG_OK;
}

/* May this segment be taken off? */
static bool
is_version_segment(struct jg_decision *d, struct jg_str segment)
{
    const struct jg_pattern *style = definition_of(d)->url_style;

    return style == NULL ||
           jg_pattern_match(style, segment, &d->matching) == JG_MATCH_YES;
}

static bool
strips(const struct jg_decision *d)
{
    const struct jg_version_definition *v = definition_of(d);

    return v->strip_versioning_data ||
           (v->strip_path && v->place == JG_VERSION_PATH);
}

static enum jg_err
from_header(struct jg_decision *d, struct jg_str *out)
{
    const struct jg_version_definition *v = definition_of(d);
    const struct jg_header *header = jg_request_header(d->request, v->key);

    if (header != NULL)
        *out = header->value;
    if (strips(d))
        d->version_header = v->key;
    return JG_OK;
}

static enum jg_err
from_param(struct jg_decision *d, struct jg_str *out)
{
    struct jg_str key = definition_of(d)->key;
    struct jg_str rest = d->query;
    struct jg_pair_text param;

    while (rest.p != NULL && jg_query_next(&rest, &param)) {
        enum jg_err err;

        if (!jg_query_name_is(param.name, key))
            continue;
        err = jg_query_decode(param.value, d->arena, out);
        if (err == JG_E_REQUEST) /* as Go: this one is not there */
            continue;
        if (err != JG_OK)
            return err;
        break;
    }
    return strips(d) ? jg_strip_param(d, key) : JG_OK;
}

static enum jg_err
from_path(struct jg_decision *d, struct jg_str *out)
{
    struct jg_str path = d->path.decoded;
    size_t from = listen_len(d), len;

    while (from < path.len && path.p[from] == '/')
        from++;
    len = jg_str_find(jg_str_from(path, from), '/');
    *out = (struct jg_str){path.p + from, len};
    if (len == 0 || !strips(d) || !is_version_segment(d, *out))
        return JG_OK;
    return cut(d, from, from + len < path.len ? len + 1 : len);
}

/* The version that the request names; empty when it names none. */
static enum jg_err
requested(struct jg_decision *d, struct jg_str *out)
{
    const struct jg_version_definition *v = definition_of(d);

    *out = (struct jg_str){NULL, 0};
    if (d->api->def.not_versioned && !v->enabled)
        return JG_OK;
    switch (v->place) {
    case JG_VERSION_HEADER:
        return from_header(d, out);
    case JG_VERSION_PARAM:
        return from_param(d, out);
    case JG_VERSION_PATH:
        return from_path(d, out);
    case JG_VERSION_NOWHERE:
        break;
    }
    return JG_OK;
}

static bool
is_base(const struct jg_version_definition *v, struct jg_str name)
{
    return jg_str_eq(name, JG_STR("self")) ||
           (v->name.len > 0 && jg_str_eq(name, v->name));
}

/* The API of the version <name>; NULL: there is none. */
static const struct jg_api *
api_of(const struct jg_decision *d, struct jg_str name)
{
    const struct jg_pairs *versions = &definition_of(d)->versions;

    for (size_t i = 0; i < versions->count; i++) {
        const struct jg_api *api;

        if (!jg_str_eq(versions->items[i].name, name))
            continue;
        api = jg_snapshot_api(d->with.snapshot, versions->items[i].value);
        return api != NULL && api->def.active ? api : NULL;
    }
    return NULL;
}

/* From here on the request is one of <api>, with the path that Tyk would pass
 * on to it. */
static enum jg_err
enter(struct jg_decision *d, const struct jg_api *api)
{
    struct jg_route *route = jg_arena_alloc(d->arena, sizeof(*route));
    size_t len = listen_len(d);
    enum jg_err err = JG_OK;

    if (route == NULL)
        return JG_E_NOMEM;
    if (d->api->def.proxy.strip_listen_path && len > 0)
        err = path_from(d, len, &d->path);
    if (err != JG_OK)
        return err;
    /* As an alias: its listen path is taken off where it is there. */
    *route = (struct jg_route){d->route->host, d->route->path, api, true};
    d->route = route;
    d->api = api;
    return JG_OK;
}

/* New style: which API is the version <name>? The base one stays. */
static enum jg_err
choose_api(struct jg_decision *d, struct jg_str name, bool *moved)
{
    const struct jg_version_definition *v = definition_of(d);
    const struct jg_api *api;

    *moved = false;
    if (name.len == 0)
        name = v->default_name;
    if (!v->enabled || is_base(v, name))
        return JG_OK;
    if (name.len == 0)
        return JG_E_VERSION_MISSING;
    api = api_of(d, name);
    if (api == NULL && v->fallback_to_default) {
        if (is_base(v, v->default_name))
            return JG_OK;
        api = api_of(d, v->default_name);
        if (api == NULL)
            return JG_E_VERSION_DEFAULT;
    }
    if (api == NULL)
        return JG_E_VERSION_API;
    *moved = true;
    return enter(d, api);
}

static const struct jg_api_version *
version_called(const struct jg_api *api, struct jg_str name)
{
    const struct jg_api_version *versions = api->def.versions.items;

    for (size_t i = 0; i < api->def.versions.count; i++)
        if (jg_str_eq(versions[i].name, name))
            return &versions[i];
    return NULL;
}

/* Old style: which of the definition's own versions? */
static enum jg_err
choose_version(struct jg_decision *d, struct jg_str name)
{
    const struct jg_api *api = d->api;

    d->version = api->headers;
    if (api->def.not_versioned)
        return JG_OK;
    if (name.len == 0)
        name = api->def.default_version;
    if (name.len == 0)
        return JG_E_VERSION_MISSING;
    d->version = version_called(api, name);
    if (d->version == NULL && definition_of(d)->fallback_to_default)
        d->version = api->headers;
    return d->version == NULL ? JG_E_VERSION : JG_OK;
}

static enum jg_err
choose(struct jg_decision *d)
{
    for (int hops = 0; hops < HOPS_MAX; hops++) {
        struct jg_str name;
        bool moved;
        enum jg_err err = requested(d, &name);

        if (err != JG_OK)
            return err;
        if (name.len > 0)
            jg_trace_seen(d, "version \"%.*s\"", JG_STR_ARG(name));
        else
            jg_trace_seen(d, d->api->def.not_versioned
                                 ? "the only one"
                                 : "no version in the request");
        err = choose_api(d, name, &moved);
        if (err != JG_OK)
            return err;
        if (!moved)
            return choose_version(d, name);
    }
    return JG_E_VERSION_API;
}

/* When this version ends, or has ended. */
static int64_t
expiry(const struct jg_decision *d)
{
    if (d->api->def.not_versioned || d->version == NULL)
        return d->api->expires_s;
    return d->version->expires_s;
}

static enum jg_err
check_expiry(struct jg_decision *d)
{
    char then[JG_TRACE_TIME_MAX];

    if (expiry(d) > d->with.now_s)
        return JG_OK;
    if (d->trace != NULL)
        jg_trace_seen(d, "it expired at %s", jg_trace_time(expiry(d), then));
    return d->api->def.not_versioned ? JG_E_API_EXPIRED : JG_E_VERSION_EXPIRED;
}

/* "Mon, 02 Jan 2006 15:04:05 UTC", as Go's RFC1123. */
static enum jg_err
say_expiry(struct jg_decision *d)
{
    char text[JG_HTTP_TIME_MAX];
    int64_t expires_s = d->api->expires_s;
    struct jg_str value;

    if (expires_s == JG_NEVER || expires_s == 0)
        expires_s = d->version == NULL ? JG_NEVER : d->version->expires_s;
    if (expires_s == JG_NEVER || expires_s == 0)
        return JG_OK;
    value = jg_arena_str(d->arena, jg_str(jg_http_time(expires_s, text)));
    if (value.p == NULL)
        return JG_E_NOMEM;
    return jg_respond_set(d, JG_STR("X-Tyk-Api-Expires"), value);
}

enum jg_err
jg_step_version(struct jg_decision *d)
{
    enum jg_err err;

    if (d->with.matching != NULL)
        d->matching = *d->with.matching;
    else
        d->matching.arena = d->arena;
    err = choose(d);
    if (err == JG_OK)
        err = check_expiry(d);
    if (err == JG_OK)
        err =
            jg_path_forms(d->path.decoded, listen_path(d), d->arena, &d->forms);
    if (err == JG_OK)
        err = jg_check_path_lists(d);
    if (err == JG_OK && d->answer.status == 0)
        err = say_expiry(d);
    return err;
}
