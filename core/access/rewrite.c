/* The headers for the upstream (reference 0.4, 6.1). */
#include "access/step.h"

#include "base/buf.h"

#define USER_AGENT "Tyk/" JG_VERSION /* as Tyk: upstreams may look at it */

/* Names in all Connection headers together. */
#define CONNECTION_OPTIONS_MAX 64

/* What is being made: marks for the request's headers, and new ones. */
struct rewrite {
    struct jg_decision *d;
    bool drop[JG_HEADERS_MAX];
    struct jg_forward_header *set;
    size_t set_count, set_max;
};

/* Headers for one connection only, RFC 9110 7.6.1; Go's list, and HTTP2-
 * Settings (h2c). Expect is answered by the HTTP engine before it sends on. */
static const struct jg_str hop_by_hop[] = {
    {"Connection", 10},
    {"Proxy-Connection", 16},
    {"Keep-Alive", 10},
    {"Proxy-Authenticate", 18},
    {"Proxy-Authorization", 19},
    {"TE", 2},
    {"Trailer", 7},
    {"Transfer-Encoding", 17},
    {"Upgrade", 7},
    {"HTTP2-Settings", 14},
    {"Expect", 6},
};

/* Bit N: one of them has N bytes. Most names end their search here. */
#define HOP_LENGTHS                                                  \
    (1u << 10 | 1u << 16 | 1u << 18 | 1u << 19 | 1u << 2 | 1u << 7 | \
     1u << 17 | 1u << 14 | 1u << 6)

/* Never removed or set by anybody but the HTTP engine. */
static const struct jg_str framing[] = {
    {"Host", 4},
    {"Content-Length", 14},
    {"Transfer-Encoding", 17},
};

static bool
is_listed(const struct jg_str *list, size_t count, struct jg_str name)
{
    for (size_t i = 0; i < count; i++)
        if (jg_header_same(list[i], name))
            return true;
    return false;
}

static bool
is_hop_by_hop(struct jg_str name)
{
    return name.len < 32 && (HOP_LENGTHS >> name.len & 1) != 0 &&
           is_listed(hop_by_hop, sizeof(hop_by_hop) / sizeof(hop_by_hop[0]),
                     name);
}

static bool
is_framing(struct jg_str name)
{
    return is_listed(framing, sizeof(framing) / sizeof(framing[0]), name);
}

/* The framing header itself, not a spelling that only CGI takes for it. */
static bool
is_engines(struct jg_str name)
{
    return jg_str_eq_nocase(name, framing[0]) ||
           jg_str_eq_nocase(name, framing[1]);
}

static void
drop_named(struct rewrite *w, struct jg_str name)
{
    const struct jg_request *request = w->d->request;

    for (size_t i = 0; i < request->header_count; i++)
        if (jg_header_same(request->headers[i].name, name) &&
            !is_engines(request->headers[i].name))
            w->drop[i] = true;
}

static bool
is_set(const struct rewrite *w, struct jg_str name)
{
    for (size_t i = 0; i < w->set_count; i++)
        if (jg_str_eq_nocase(w->set[i].name, name))
            return true;
    return false;
}

/* A later value replaces an earlier one. */
static void
set(struct rewrite *w, struct jg_str name, struct jg_str value)
{
    size_t i = 0;

    while (i < w->set_count && !jg_str_eq_nocase(w->set[i].name, name))
        i++;
    if (i == w->set_max)
        return; /* make_room() has counted */
    if (i == w->set_count)
        w->set_count++;
    w->set[i] = (struct jg_forward_header){name, value};
}

/*
 * Names that a value may use (reference 6.2). None of them is known so far,
 * and an unknown name becomes nothing, as in Tyk.
 */
static const struct variable {
    struct jg_str label;
    bool needs_context; /* without enable_context_vars it stays as it is */
} variables[] = {
    {{"$tyk_meta.", 10}, false},     {{"$tyk_context.", 13}, true},
    {{"$secret_conf.", 13}, false},  {{"$secret_env.", 12}, false},
    {{"$secret_vault.", 14}, false}, {{"$secret_consul.", 15}, false},
    {{"$secret_file.", 13}, false},
};

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* Length of the variable at the start of <s>; 0: there is none. */
static size_t
variable_at(const struct jg_api *api, struct jg_str s)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        size_t len = variables[i].label.len;

        if (!jg_str_starts(s, variables[i].label) ||
            (variables[i].needs_context && !api->def.enable_context_vars))
            continue;
        while (len < s.len && is_name_byte(s.p[len]))
            len++;
        return len > variables[i].label.len ? len : 0;
    }
    return 0;
}

static enum jg_err
expand(const struct jg_decision *d, struct jg_str value, struct jg_str *out)
{
    size_t len = 0;
    char *p;

    if (jg_str_find(value, '$') == value.len) {
        *out = value;
        return JG_OK;
    }
    p = jg_arena_alloc(d->arena, value.len);
    if (p == NULL)
        return JG_E_NOMEM;
    while (value.len > 0) {
        size_t name = variable_at(d->api, value);

        if (name == 0)
            p[len++] = value.p[0];
        value = jg_str_from(value, name == 0 ? 1 : name);
    }
    *out = (struct jg_str){p, len};
    return JG_OK;
}

/* Also those that the definition repeats are counted once too often. */
static enum jg_err
make_room(struct rewrite *w)
{
    const struct jg_api_version *version = w->d->api->headers;

    w->set_max = 4; /* Cookie, TE, X-Forwarded-For, User-Agent */
    if (version != NULL && !version->global_headers_disabled)
        w->set_max += version->global_headers.count;
    if (w->set_max > JG_FORWARD_HEADERS_MAX)
        return JG_E_INTERNAL;
    w->set = jg_arena_array(w->d->arena, w->set_max, sizeof(w->set[0]));
    return w->set == NULL ? JG_E_NOMEM : JG_OK;
}

/* Before the API's own headers, which may bring a new Authorization. */
static enum jg_err
strip_auth(struct rewrite *w)
{
    struct jg_str cookies = {NULL, 0};
    enum jg_err err;

    if (!w->d->api->def.strip_auth_data || w->d->api->mode == JG_AUTH_KEYLESS)
        return JG_OK;
    err = jg_strip_auth_data(w->d, w->drop, &cookies);
    if (err == JG_OK && cookies.len > 0)
        set(w, JG_STR("Cookie"), cookies);
    return err;
}

static enum jg_err
global_headers(struct rewrite *w)
{
    const struct jg_api_version *version = w->d->api->headers;

    if (version == NULL || version->global_headers_disabled)
        return JG_OK;
    for (size_t i = 0; i < version->global_headers_remove.count; i++)
        drop_named(w, version->global_headers_remove.items[i]);
    for (size_t i = 0; i < version->global_headers.count; i++) {
        const struct jg_pair *pair = &version->global_headers.items[i];
        struct jg_str value;
        enum jg_err err;

        if (is_framing(pair->name) || is_hop_by_hop(pair->name))
            continue;
        err = expand(w->d, pair->value, &value);
        if (err != JG_OK)
            return err;
        set(w, pair->name, value);
    }
    return JG_OK;
}

/*
 * The headers that a Connection header names belong to this hop too. <options>
 * counts the names: each of them costs a look at every header.
 */
static enum jg_err
drop_connection(struct rewrite *w, struct jg_str value, unsigned *options)
{
    struct jg_str part;

    while (jg_str_next(&value, ',', &part)) {
        if (++*options > CONNECTION_OPTIONS_MAX)
            return JG_E_HEADERS;
        part = jg_str_trim(part);
        if (part.len > 0 && !jg_str_eq_nocase(part, JG_STR("close")) &&
            !jg_str_eq_nocase(part, JG_STR("keep-alive")))
            drop_named(w, part);
    }
    return JG_OK;
}

static bool
has_token(struct jg_str list, struct jg_str token)
{
    struct jg_str part;

    while (jg_str_next(&list, ',', &part))
        if (jg_str_eq_nocase(jg_str_trim(part), token))
            return true;
    return false;
}

static enum jg_err
drop_hop_by_hop(struct rewrite *w)
{
    const struct jg_request *request = w->d->request;
    bool trailers = false;
    unsigned options = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct jg_header *h = &request->headers[i];

        if (!is_hop_by_hop(h->name))
            continue;
        w->drop[i] = true;
        if (jg_str_eq_nocase(h->name, JG_STR("Connection"))) {
            enum jg_err err = drop_connection(w, h->value, &options);

            if (err != JG_OK)
                return err;
        }
        if (jg_str_eq_nocase(h->name, JG_STR("TE")))
            trailers |= has_token(h->value, JG_STR("trailers"));
    }
    if (trailers) /* says something about the client, not about the hop */
        set(w, JG_STR("TE"), JG_STR("trailers"));
    return JG_OK;
}

static bool
passes(const struct rewrite *w, size_t i, struct jg_str name)
{
    return !w->drop[i] &&
           jg_str_eq_nocase(w->d->request->headers[i].name, name);
}

/* What the API's own headers, or else the request's, say already. */
static size_t
earlier_hops(const struct rewrite *w, struct jg_str name, struct jg_str *out)
{
    const struct jg_request *request = w->d->request;
    size_t count = 0;

    for (size_t i = 0; i < w->set_count; i++)
        if (jg_str_eq_nocase(w->set[i].name, name))
            out[count++] = w->set[i].value;
    for (size_t i = 0; i < request->header_count && !is_set(w, name); i++)
        if (passes(w, i, name))
            out[count++] = request->headers[i].value;
    return count;
}

/* "a, b, peer" */
static enum jg_err
forwarded_for(struct rewrite *w)
{
    struct jg_str name = JG_STR("X-Forwarded-For"), hops[JG_HEADERS_MAX + 1];
    size_t count = earlier_hops(w, name, hops), len = 0;
    char *p;

    if (w->d->request->peer.len > 0)
        hops[count++] = w->d->request->peer;
    if (count == 1)
        set(w, name, hops[0]);
    if (count < 2)
        return JG_OK;
    for (size_t i = 0; i < count; i++)
        len += hops[i].len + 2;
    p = jg_arena_alloc(w->d->arena, len);
    if (p == NULL)
        return JG_E_NOMEM;
    len = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            memcpy(p + len, ", ", 2);
            len += 2;
        }
        if (hops[i].len > 0)
            memcpy(p + len, hops[i].p, hops[i].len);
        len += hops[i].len;
    }
    set(w, name, (struct jg_str){p, len});
    return JG_OK;
}

static void
user_agent(struct rewrite *w)
{
    struct jg_str name = JG_STR("User-Agent");

    if (is_set(w, name))
        return;
    for (size_t i = 0; i < w->d->request->header_count; i++)
        if (passes(w, i, name))
            return;
    set(w, name, JG_STR(USER_AGENT));
}

/* What we set is ours: the client's go, in every spelling. So does what only
 * looks like framing: an upstream behind CGI would take it for that. */
static enum jg_err
finish(struct rewrite *w)
{
    const struct jg_request *request = w->d->request;
    struct jg_forward *forward = &w->d->forward;
    struct jg_str *removed;
    size_t count = 0;

    for (size_t i = 0; i < w->set_count; i++)
        drop_named(w, w->set[i].name);
    for (size_t i = 0; i < request->header_count; i++) {
        struct jg_str name = request->headers[i].name;

        w->drop[i] |= is_framing(name) && !is_engines(name);
        count += w->drop[i];
    }
    forward->set = w->set;
    forward->set_count = w->set_count;
    if (count == 0)
        return JG_OK;
    removed = jg_arena_array(w->d->arena, count, sizeof(removed[0]));
    if (removed == NULL)
        return JG_E_NOMEM;
    count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        if (w->drop[i])
            removed[count++] = request->headers[i].name;
    forward->removed = removed;
    forward->removed_count = count;
    return JG_OK;
}

enum jg_err
jg_step_headers(struct jg_decision *d)
{
    static enum jg_err (*const parts[])(struct rewrite *) = {
        make_room, strip_auth, global_headers, drop_hop_by_hop, forwarded_for};
    struct rewrite w = {.d = d};
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        err = parts[i](&w);
        if (err != JG_OK)
            return err;
    }
    user_agent(&w);
    err = finish(&w);
    d->forward.websocket =
        d->request->websocket && d->with.snapshot->conf->http.enable_websockets;
    jg_trace_seen(d, "%zu headers removed, %zu set", d->forward.removed_count,
                  d->forward.set_count);
    return err;
}
