/*
 * Idle connections to upstreams, one set a worker. nginx's own "keepalive"
 * knows them by address only; here a TLS connection is only ever used again
 * for the host it was opened for, with the same opinion about certificates.
 */
#ifndef NGX_HTTP_JOTGATE_IDLE_H
#define NGX_HTTP_JOTGATE_IDLE_H

#include "ngx_http_jotgate.h"

#define JG_IDLE_BUCKETS 512    /* a power of two */
#define JG_IDLE_TOTAL_MAX 4096 /* connections of one worker */
#define JG_IDLE_REQUESTS_MAX                         \
    10000 /* then a connection is closed: its memory \
           * grows a little with every one */
#define JG_IDLE_AGE_MAX_MS (60 * 60 * 1000)

/* Two requests may share a connection when all of this is equal. */
struct ngx_http_jotgate_idle_key {
    struct jg_address address;
    bool tls, verify;
    struct jg_str name; /* of the TLS host; empty without TLS */
};

/* A connection's place in the set. Lives in the connection's own pool. */
struct ngx_http_jotgate_idle_item;

struct ngx_http_jotgate_idle *ngx_http_jotgate_idle_new(ngx_pool_t *pool);

/*
 * Take a connection for <key> out of the set, or NULL. With <check> one that
 * was closed a moment ago is not returned: for a request that cannot be sent
 * twice.
 */
struct ngx_http_jotgate_idle_item *
ngx_http_jotgate_idle_take(struct ngx_http_jotgate_idle *idle,
                           const struct ngx_http_jotgate_idle_key *key,
                           bool check);

/* The connection, and its address in words, of what take() gave. */
ngx_connection_t *
ngx_http_jotgate_idle_connection(struct ngx_http_jotgate_idle_item *item);
const ngx_str_t *
ngx_http_jotgate_idle_name(struct ngx_http_jotgate_idle_item *item);

/*
 * Put <c> into the set; <item> is what take() gave for it, NULL for a new
 * connection, whose address reads <name>. False: no memory, <c> is untouched.
 */
bool ngx_http_jotgate_idle_put(struct ngx_http_jotgate_idle *idle,
                               ngx_connection_t *c,
                               struct ngx_http_jotgate_idle_item *item,
                               const struct ngx_http_jotgate_idle_key *key,
                               const ngx_str_t *name,
                               const struct ngx_http_jotgate_srv_conf *limits);

#endif
