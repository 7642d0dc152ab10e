/* The headers for the upstream (reference 0.4, 6.1). */
#include "access/rewrite.h"
#include "access/fields.h"
#include "access/step.h"

#include "base/header.h"

/* Names in all Connection headers together. */
#define CONNECTION_OPTIONS_MAX 64

/* The framing header itself, not a spelling that only CGI takes for it. */
static bool
is_engines(struct jg_str name)
{
    return jg_str_eq_nocase(name, JG_STR("Host")) ||
           jg_str_eq_nocase(name, JG_STR("Content-Length"));
}

void
jg_rewrite_drop(struct jg_rewrite *w, struct jg_str name)
{
    const struct jg_request *request = w->d->request;

    for (size_t i = 0; i < request->header_count; i++)
        if (jg_header_same(request->headers[i].name, name) &&
            !is_engines(request->headers[i].name))
            w->drop[i] = true;
}

static bool
is_set(const struct jg_rewrite *w, struct jg_str name)
{
    for (size_t i = 0; i < w->set_count; i++)
        if (jg_str_eq_nocase(w->set[i].name, name))
            return true;
    return false;
}

void
jg_rewrite_set(struct jg_rewrite *w, struct jg_str name, struct jg_str value)
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

/* Also those that the definition repeats are counted once too often. */
static enum jg_err
make_room(struct jg_rewrite *w)
{
    jg_transform_find(w);
    w->set_max = JG_REWRITE_OWN_MAX + w->request->count;
    w->set = jg_arena_array(w->d->arena, w->set_max, sizeof(w->set[0]));
    return w->set == NULL ? JG_E_NOMEM : JG_OK;
}

/* Before the API's own headers, which may bring a new Authorization. */
static enum jg_err
strip_auth(struct jg_rewrite *w)
{
    struct jg_str cookies = {NULL, 0};
    enum jg_err err;

    if (!w->d->joined &&
        (!w->d->api->def.strip_auth_data || w->d->api->mode == JG_AUTH_KEYLESS))
        return JG_OK;
    err = jg_strip_auth_data(w->d, w->drop, &cookies);
    if (err == JG_OK && cookies.len > 0)
        jg_rewrite_set(w, JG_STR("Cookie"), cookies);
    return err;
}

/* The upstream gets the whole token, wherever its handle was. */
static enum jg_err
join_auth(struct jg_rewrite *w)
{
    struct jg_str value;

    if (!w->d->joined || w->d->api->def.strip_auth_data)
        return JG_OK;
    value = jg_arena_join(
        w->d->arena, (const struct jg_str[]){JG_STR("Bearer "), w->d->token},
        2);
    if (value.p == NULL)
        return JG_E_NOMEM;
    jg_rewrite_set(w, JG_STR("Authorization"), value);
    return JG_OK;
}

static enum jg_err
strip_version(struct jg_rewrite *w)
{
    if (w->d->version_header.len > 0)
        jg_rewrite_drop(w, w->d->version_header);
    return JG_OK;
}

/*
 * The headers that a Connection header names belong to this hop too. <options>
 * counts the names: each of them costs a look at every header.
 */
static enum jg_err
drop_connection(struct jg_rewrite *w, struct jg_str value, unsigned *options)
{
    struct jg_str part;

    while (jg_str_next(&value, ',', &part)) {
        if (++*options > CONNECTION_OPTIONS_MAX)
            return JG_E_HEADERS;
        part = jg_str_trim(part);
        if (part.len > 0 && !jg_str_eq_nocase(part, JG_STR("close")) &&
            !jg_str_eq_nocase(part, JG_STR("keep-alive")))
            jg_rewrite_drop(w, part);
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
drop_hop_by_hop(struct jg_rewrite *w)
{
    const struct jg_request *request = w->d->request;
    bool trailers = false;
    unsigned options = 0;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct jg_header *h = &request->headers[i];

        if (!jg_header_is_hop_by_hop(h->name))
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
        jg_rewrite_set(w, JG_STR("TE"), JG_STR("trailers"));
    return JG_OK;
}

static bool
passes(const struct jg_rewrite *w, size_t i, struct jg_str name)
{
    return !w->drop[i] &&
           jg_str_eq_nocase(w->d->request->headers[i].name, name);
}

/* What the API's own headers, or else the request's, say already. */
static size_t
earlier_hops(const struct jg_rewrite *w, struct jg_str name, struct jg_str *out)
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
forwarded_for(struct jg_rewrite *w)
{
    struct jg_str name = JG_STR("X-Forwarded-For"), hops[JG_HEADERS_MAX + 1];
    size_t count = earlier_hops(w, name, hops), len = 0;
    char *p;

    if (w->d->request->peer.len > 0)
        hops[count++] = w->d->request->peer;
    if (count == 1)
        jg_rewrite_set(w, name, hops[0]);
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
    jg_rewrite_set(w, name, (struct jg_str){p, len});
    return JG_OK;
}

static void
user_agent(struct jg_rewrite *w)
{
    struct jg_str name = JG_STR("User-Agent");

    if (is_set(w, name))
        return;
    for (size_t i = 0; i < w->d->request->header_count; i++)
        if (passes(w, i, name))
            return;
    jg_rewrite_set(w, name, JG_STR(JG_USER_AGENT));
}

/* What we set is ours: the client's go, in every spelling. So does what only
 * looks like framing: an upstream behind CGI would take it for that. */
static enum jg_err
finish(struct jg_rewrite *w)
{
    const struct jg_request *request = w->d->request;
    struct jg_forward *forward = &w->d->forward;
    struct jg_str *removed;
    size_t count = 0;

    for (size_t i = 0; i < w->set_count; i++)
        jg_rewrite_drop(w, w->set[i].name);
    for (size_t i = 0; i < request->header_count; i++) {
        struct jg_str name = request->headers[i].name;

        w->drop[i] |= jg_header_is_framing(name) && !is_engines(name);
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
    static enum jg_err (*const parts[])(struct jg_rewrite *) = {
        make_room,     strip_auth,           join_auth,
        strip_version, jg_transform_request, drop_hop_by_hop,
        forwarded_for, jg_transform_response};
    struct jg_rewrite w = {.d = d};
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
