/* The set of idle connections: buckets by key, and one queue by age. */
#include "idle.h"

struct bucket {
    ngx_queue_t items; /* the one used last comes first */
    ngx_uint_t count;
};

struct ngx_http_jotgate_idle {
    struct bucket buckets[JG_IDLE_BUCKETS];
    ngx_queue_t all;
    ngx_uint_t count;
};

struct ngx_http_jotgate_idle_item {
    ngx_queue_t in_bucket, in_all;
    struct ngx_http_jotgate_idle *idle;
    struct bucket *bucket;
    ngx_connection_t *connection;
    struct ngx_http_jotgate_idle_key key; /* its name is behind it */
    ngx_str_t name;
};

struct ngx_http_jotgate_idle *
ngx_http_jotgate_idle_new(ngx_pool_t *pool)
{
    struct ngx_http_jotgate_idle *idle = ngx_pcalloc(pool, sizeof(*idle));

    if (idle == NULL)
        return NULL;
    ngx_queue_init(&idle->all);
    for (size_t i = 0; i < JG_IDLE_BUCKETS; i++) {
        ngx_queue_init(&idle->buckets[i].items); /* two statements */
    }
    return idle;
}

/* Keys come from API definitions, never from clients. A bucket may hold more
 * than one key: then they share its limit. */
static struct bucket *
bucket_of(struct ngx_http_jotgate_idle *idle,
          const struct ngx_http_jotgate_idle_key *key)
{
    struct jg_str address = {(const char *)key->address.bytes,
                             key->address.len};
    uint64_t hash = jg_hash_plain(address);

    if (key->name.len > 0)
        hash ^= jg_hash_plain(key->name) * 31;
    return &idle->buckets[hash & (JG_IDLE_BUCKETS - 1)];
}

static bool
same(const struct ngx_http_jotgate_idle_key *a,
     const struct ngx_http_jotgate_idle_key *b)
{
    return a->tls == b->tls && a->verify == b->verify &&
           a->address.len == b->address.len &&
           memcmp(a->address.bytes, b->address.bytes, a->address.len) == 0 &&
           jg_str_eq(a->name, b->name);
}

static void
remove_item(struct ngx_http_jotgate_idle_item *item)
{
    ngx_queue_remove(&item->in_bucket);
    ngx_queue_remove(&item->in_all);
    item->bucket->count--;
    item->idle->count--;
}

static void
close_connection(ngx_connection_t *c)
{
    if (c->ssl != NULL) {
        c->ssl->no_wait_shutdown = 1;
        c->ssl->no_send_shutdown = 1;
        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->ssl->handler = close_connection;
            return;
        }
    }
    ngx_destroy_pool(c->pool);
    ngx_close_connection(c);
}

/* <item> lives in the connection's pool, and is gone afterwards. */
static void
close_item(struct ngx_http_jotgate_idle_item *item)
{
    ngx_connection_t *c = item->connection;

    remove_item(item);
    close_connection(c);
}

/* Bytes that nobody asked for are as bad as the end of the connection. */
static bool
is_quiet(const ngx_connection_t *c)
{
    char byte;

    return recv(c->fd, &byte, 1, MSG_PEEK) == -1 &&
           ngx_socket_errno == NGX_EAGAIN;
}

static void
on_write(ngx_event_t *ev)
{
    (void)ev;
}

/* The upstream said or closed something, the time is over, or nginx ends. */
static void
on_read(ngx_event_t *ev)
{
    ngx_connection_t *c = ev->data;

    if (!c->close && !ev->timedout && is_quiet(c)) {
        ev->ready = 0;
        if (ngx_handle_read_event(ev, 0) == NGX_OK)
            return;
    }
    close_item(c->data);
}

static void
use_log(ngx_connection_t *c, ngx_log_t *log)
{
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    c->pool->log = log;
}

struct ngx_http_jotgate_idle_item *
ngx_http_jotgate_idle_take(struct ngx_http_jotgate_idle *idle,
                           const struct ngx_http_jotgate_idle_key *key,
                           bool check)
{
    struct bucket *bucket = bucket_of(idle, key);
    ngx_queue_t *q = ngx_queue_head(&bucket->items);

    while (q != ngx_queue_sentinel(&bucket->items)) {
        struct ngx_http_jotgate_idle_item *item =
            ngx_queue_data(q, struct ngx_http_jotgate_idle_item, in_bucket);
        ngx_connection_t *c = item->connection;

        q = ngx_queue_next(q);
        if (!same(&item->key, key))
            continue;
        if (check && !is_quiet(c)) {
            close_item(item);
            continue;
        }
        remove_item(item);
        c->idle = 0;
        c->sent = 0;
        c->data = NULL;
        if (c->read->timer_set)
            ngx_del_timer(c->read);
        return item;
    }
    return NULL;
}

ngx_connection_t *
ngx_http_jotgate_idle_connection(struct ngx_http_jotgate_idle_item *item)
{
    return item->connection;
}

const ngx_str_t *
ngx_http_jotgate_idle_name(struct ngx_http_jotgate_idle_item *item)
{
    return &item->name;
}

static struct ngx_http_jotgate_idle_item *
new_item(struct ngx_http_jotgate_idle *idle, ngx_connection_t *c,
         const struct ngx_http_jotgate_idle_key *key, const ngx_str_t *name)
{
    struct ngx_http_jotgate_idle_item *item =
        ngx_palloc(c->pool, sizeof(*item));
    u_char *text = ngx_pnalloc(c->pool, key->name.len + name->len + 1);

    if (item == NULL || text == NULL)
        return NULL;
    item->idle = idle;
    item->bucket = bucket_of(idle, key);
    item->connection = c;
    item->key = *key;
    item->key.name.p = (const char *)text;
    item->name = (ngx_str_t){name->len, text + key->name.len};
    if (key->name.len > 0)
        ngx_memcpy(text, key->name.p, key->name.len);
    ngx_memcpy(item->name.data, name->data, name->len);
    return item;
}

/* Make room by closing what was not used for the longest time. */
static void
evict(struct ngx_http_jotgate_idle *idle, struct bucket *bucket, ngx_uint_t max)
{
    if (bucket->count >= max)
        close_item(ngx_queue_data(ngx_queue_last(&bucket->items),
                                  struct ngx_http_jotgate_idle_item,
                                  in_bucket));
    if (idle->count >= JG_IDLE_TOTAL_MAX)
        close_item(ngx_queue_data(ngx_queue_last(&idle->all),
                                  struct ngx_http_jotgate_idle_item, in_all));
}

bool
ngx_http_jotgate_idle_put(struct ngx_http_jotgate_idle *idle,
                          ngx_connection_t *c,
                          struct ngx_http_jotgate_idle_item *item,
                          const struct ngx_http_jotgate_idle_key *key,
                          const ngx_str_t *name,
                          const struct ngx_http_jotgate_srv_conf *limits)
{
    if (item == NULL)
        item = new_item(idle, c, key, name);
    if (item == NULL)
        return false;
    evict(idle, item->bucket, limits->idle_max);
    ngx_queue_insert_head(&item->bucket->items, &item->in_bucket);
    ngx_queue_insert_head(&idle->all, &item->in_all);
    item->bucket->count++;
    idle->count++;

    c->read->delayed = 0;
    ngx_add_timer(c->read, limits->idle_timeout_ms);
    if (c->write->timer_set)
        ngx_del_timer(c->write);
    c->read->handler = on_read;
    c->write->handler = on_write;
    c->data = item;
    c->idle = 1;
    use_log(c, ngx_cycle->log);
    if (c->read->ready)
        on_read(c->read);
    return true;
}
