/*
 * An upstream to play with: it says what arrived, as httpbin does. Part of the
 * module, so that the demo and the tests need nothing but the gateway.
 */
#ifndef NGX_HTTP_JOTGATE_DEMO_H
#define NGX_HTTP_JOTGATE_DEMO_H

#include "ngx_http_jotgate.h"

#define JG_DEMO_ECHO_MAX (1024 * 1024) /* longer bodies are only counted */
#define JG_DEMO_OUTPUT_MAX (16 * 1024 * 1024)
#define JG_DEMO_BYTES_MAX INT64_C(0x80000000) /* of /bytes/N: 2 GiB */
#define JG_DEMO_DELAY_MAX_S 60
#define JG_DEMO_ARGS_MAX 100 /* query parameters that are shown */

/* One request of the demo upstream; lives in its pool. */
struct ngx_http_jotgate_demo {
    ngx_http_request_t *r;
    struct jg_str rest; /* the path behind the route: "200" of /status/200 */
    struct jg_buf body; /* what arrived, up to JG_DEMO_ECHO_MAX */
    uint64_t received;  /* bytes of the body */
    struct jg_buf out;
    ngx_event_t timer;  /* of /delay/N */
    off_t left;         /* bytes that /bytes/N has to send */
    ngx_chain_t *block; /* of /bytes/N */
    bool blocked;       /* the client does not keep up */
    void (*answer)(struct ngx_http_jotgate_demo *demo);
};

/* demo.c: end the request with demo->out as the body. */
void ngx_http_jotgate_demo_send(struct ngx_http_jotgate_demo *demo,
                                ngx_uint_t status);

/* demo_body.c: read the whole body, then call demo->answer. What a content
 * handler returns. */
ngx_int_t ngx_http_jotgate_demo_read(struct ngx_http_jotgate_demo *demo);

/* demo_echo.c: write what arrived into demo->out. */
void ngx_http_jotgate_demo_headers(struct ngx_http_jotgate_demo *demo);
void ngx_http_jotgate_demo_ip(struct ngx_http_jotgate_demo *demo);
void ngx_http_jotgate_demo_get(struct ngx_http_jotgate_demo *demo);
void ngx_http_jotgate_demo_anything(struct ngx_http_jotgate_demo *demo);

/* demo_bytes.c: stream demo->left bytes. */
void ngx_http_jotgate_demo_bytes(struct ngx_http_jotgate_demo *demo);

#endif
