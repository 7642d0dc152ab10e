/* Where the request goes, and under which path (reference 0.4). */
#include "access/step.h"

/*
 * The path behind the listen path, if that is to be taken off. Behind the
 * alias "/<api_id>/" it is, as in Tyk, only when the path begins with it, too.
 */
static enum jg_err
strip_listen_path(struct jg_decision *d, struct jg_str *out)
{
    struct jg_str listen =
        d->route->alias ? d->api->listen_path : d->route->path;

    *out = d->path.wire;
    if (!d->api->def.proxy.strip_listen_path ||
        (d->route->alias && !jg_str_starts(d->path.decoded, listen)))
        return JG_OK;
    *out = jg_path_wire_from(&d->path, listen.len);
    /* A listen path is a prefix: without "/api", "/api../x" is "../x". */
    return jg_path_begins_with_dots(*out) ? JG_E_PATH : JG_OK;
}

/* path "/" sub "?" query "&" query */
#define PIECES_MAX 7

/* The pieces of an URI; most of them are empty most of the time. */
struct pieces {
    struct jg_str items[PIECES_MAX];
    size_t count;
};

static void
add(struct pieces *all, struct jg_str piece)
{
    if (piece.len > 0)
        all->items[all->count++] = piece;
}

/* Target path and <sub> with exactly one '/' between them, as Tyk joins. */
static void
join_path(struct pieces *all, const struct jg_target *target, struct jg_str sub,
          bool keep_slash)
{
    bool is_root = sub.len == 0 || (sub.len == 1 && sub.p[0] == '/');
    size_t slashes = 0;

    add(all, target->path);
    if (is_root) {
        if (target->path.len == 0 || (keep_slash && target->path_slash))
            add(all, JG_STR("/"));
        return;
    }
    while (slashes < sub.len && sub.p[slashes] == '/')
        slashes++;
    if (slashes == 0)
        add(all, JG_STR("/"));
    else
        sub = jg_str_from(sub, slashes - 1);
    add(all, sub);
}

static void
join_query(struct pieces *all, struct jg_str first, struct jg_str second)
{
    if (first.len == 0 && second.len == 0)
        return;
    add(all, JG_STR("?"));
    add(all, first);
    if (first.len > 0 && second.len > 0)
        add(all, JG_STR("&"));
    add(all, second);
}

static enum jg_err
make_uri(struct jg_decision *d, const struct jg_target *target)
{
    struct pieces all = {.count = 0};
    struct jg_str sub;
    enum jg_err err = strip_listen_path(d, &sub);
    size_t len = 0;
    char *p;

    if (err != JG_OK)
        return err;
    join_path(&all, target, sub, d->api->def.proxy.disable_strip_slash);
    join_query(&all, target->query, d->query);
    d->forward.uri = all.items[0];
    if (all.count == 1)
        return JG_OK;
    for (size_t i = 0; i < all.count; i++)
        len += all.items[i].len;
    p = jg_arena_alloc(d->arena, len);
    if (p == NULL)
        return JG_E_NOMEM;
    len = 0;
    for (size_t i = 0; i < all.count; i++) {
        memcpy(p + len, all.items[i].p, all.items[i].len);
        len += all.items[i].len;
    }
    d->forward.uri = (struct jg_str){p, len};
    return JG_OK;
}

/* Round robin over all workers; Tyk has no other way. */
static size_t
choose(const struct jg_decision *d)
{
    const struct jg_api *api = d->api;

    if (!api->def.proxy.enable_load_balancing || api->target_count < 2 ||
        d->with.counters == NULL)
        return 0;
    return jg_counters_turn(d->with.counters, api->def.api_id) %
           api->target_count;
}

/*
 * May a request that was made for <a> be sent to <b>, when <a> is down? Its
 * path and scheme are written already.
 */
static bool
can_stand_in(const struct jg_target *a, const struct jg_target *b)
{
    return a->tls == b->tls && a->path_slash == b->path_slash &&
           jg_str_eq(a->path, b->path) && jg_str_eq(a->query, b->query);
}

/* What one target adds to the list of peers. */
struct found {
    struct jg_addresses scratch;
    const struct jg_addresses *addresses;
};

static enum jg_err
look_up(const struct jg_decision *d, const struct jg_target *target,
        struct found *found)
{
    if (jg_address_literal(target->host, &found->scratch.items[0])) {
        found->scratch.count = 1;
        found->addresses = &found->scratch;
        return JG_OK;
    }
    return jg_addresses_find(d->with.addresses, d->with.store, d->with.counters,
                             target->host, &found->scratch, &found->addresses);
}

/* Append to <peers>, which has room for JG_PEERS_MAX. */
static void
add_peers(const struct jg_target *target, const struct jg_addresses *addresses,
          struct jg_peer *peers, size_t *count)
{
    for (size_t i = 0; i < addresses->count && *count < JG_PEERS_MAX; i++) {
        struct jg_peer *peer = &peers[(*count)++];

        peer->address = addresses->items[i];
        peer->target = target;
        jg_address_set_port(&peer->address, target->port);
    }
}

/*
 * The addresses of the first choice, then those of the targets behind it.
 * Only when there is none so far does an unknown name have to be looked up.
 */
static enum jg_err
find_peers(struct jg_decision *d, size_t first, struct jg_peer *peers,
           size_t *count)
{
    const struct jg_api *api = d->api;
    struct found found;

    for (size_t i = 0; i < api->target_count && *count < JG_PEERS_MAX; i++) {
        const struct jg_target *target =
            &api->targets[(first + i) % api->target_count];
        enum jg_err err;

        if (!can_stand_in(d->forward.target, target))
            continue;
        err = look_up(d, target, &found);
        if (err == JG_E_NOT_FOUND && *count == 0) {
            d->want = (struct jg_want){JG_WANT_ADDRESS, target->host};
            return JG_OK;
        }
        if (err == JG_OK)
            add_peers(target, found.addresses, peers, count);
        else if (err != JG_E_NOT_FOUND)
            return err;
    }
    return *count > 0 ? JG_OK : JG_E_UPSTREAM_LOOKUP;
}

static enum jg_err
keep_peers(struct jg_decision *d, const struct jg_peer *peers, size_t count)
{
    struct jg_peer *own = jg_arena_array(d->arena, count, sizeof(own[0]));

    if (own == NULL)
        return JG_E_NOMEM;
    memcpy(own, peers, count * sizeof(own[0]));
    d->forward.peers = own;
    d->forward.peer_count = count;
    return JG_OK;
}

static void
trace_target(struct jg_decision *d, enum jg_err err)
{
    const struct jg_forward *forward = &d->forward;

    if (err == JG_OK && d->want.kind == JG_WANT_NOTHING)
        jg_trace_seen(d, "%s://%.*s%.*s, %zu addresses",
                      forward->target->tls ? "https" : "http",
                      JG_STR_ARG(forward->target->host_header),
                      JG_STR_ARG(jg_str_head(forward->uri,
                                             jg_str_find(forward->uri, '?'))),
                      forward->peer_count);
    else if (forward->target != NULL)
        jg_trace_seen(d, "no address of %.*s so far",
                      JG_STR_ARG(forward->target->host));
}

static enum jg_err
find_target(struct jg_decision *d)
{
    const struct jg_api_proxy *proxy = &d->api->def.proxy;
    struct jg_forward *forward = &d->forward;
    struct jg_peer peers[JG_PEERS_MAX];
    size_t count = 0, first;
    enum jg_err err;

    /* Again after a lookup: the turn was taken then. */
    if (forward->target == NULL)
        forward->target = &d->api->targets[choose(d)];
    first = (size_t)(forward->target - d->api->targets);
    err = find_peers(d, first, peers, &count);
    if (err != JG_OK || d->want.kind != JG_WANT_NOTHING)
        return err;
    err = make_uri(d, forward->target);
    if (err != JG_OK)
        return err;
    forward->host = forward->target->host_header;
    if (proxy->preserve_host_header && d->request->host.len > 0)
        forward->host = d->request->host;
    forward->tls_verify =
        !proxy->ssl_insecure_skip_verify &&
        !d->with.snapshot->conf->proxy_ssl_insecure_skip_verify;
    forward->timeout_ms = jg_upstream_timeout_ms(d);
    return keep_peers(d, peers, count);
}

enum jg_err
jg_step_target(struct jg_decision *d)
{
    enum jg_err err;

    if (d->handler.kind != JG_HANDLER_UPSTREAM && !d->handler.proxy_on_error) {
        jg_trace_skip(d);
        return JG_OK;
    }
    err = find_target(d);
    if (d->trace != NULL)
        trace_target(d, err);
    return err;
}
