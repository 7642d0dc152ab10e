/* The demo upstream's routes and its short answers. */
#include "demo.h"

static ngx_int_t
send_output(struct ngx_http_jotgate_demo *demo, ngx_uint_t status)
{
    ngx_http_request_t *r = demo->r;
    struct jg_str text = jg_buf_str(&demo->out);
    ngx_buf_t *b = ngx_calloc_buf(r->pool);
    ngx_chain_t out = {.buf = b, .next = NULL};
    ngx_int_t rc;

    if (b == NULL || demo->out.failed)
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    r->headers_out.status = status;
    r->headers_out.content_length_n = (off_t)text.len;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    b->pos = (u_char *)(uintptr_t)text.p;
    b->last = b->pos + text.len;
    b->memory = text.len > 0;
    b->last_buf = 1;
    b->last_in_chain = 1;
    return ngx_http_output_filter(r, &out);
}

void
ngx_http_jotgate_demo_send(struct ngx_http_jotgate_demo *demo,
                           ngx_uint_t status)
{
    ngx_http_finalize_request(demo->r, send_output(demo, status));
}

static void
answer_not_found(struct ngx_http_jotgate_demo *demo)
{
    jg_buf_add(&demo->out, JG_STR("{\n  \"error\": \"not found\"\n}\n"));
    ngx_http_jotgate_demo_send(demo, NGX_HTTP_NOT_FOUND);
}

/* The number that the path ends in, if it is within bounds. */
static bool
number_in(struct jg_str s, uint64_t min, uint64_t max, uint64_t *out)
{
    return jg_str_to_u64(s, out) && *out >= min && *out <= max;
}

static void
answer_status(struct ngx_http_jotgate_demo *demo)
{
    uint64_t status;

    if (number_in(demo->rest, 200, 599, &status))
        ngx_http_jotgate_demo_send(demo, (ngx_uint_t)status);
    else
        answer_not_found(demo);
}

static void
on_timer(ngx_event_t *ev)
{
    struct ngx_http_jotgate_demo *demo = ev->data;
    ngx_connection_t *c = demo->r->connection;

    ngx_http_jotgate_demo_get(demo);
    ngx_http_run_posted_requests(c);
}

static void
answer_delay(struct ngx_http_jotgate_demo *demo)
{
    uint64_t seconds;

    if (!number_in(demo->rest, 0, JG_DEMO_DELAY_MAX_S, &seconds)) {
        answer_not_found(demo);
        return;
    }
    demo->r->read_event_handler = ngx_http_test_reading;
    demo->timer.handler = on_timer;
    demo->timer.data = demo;
    demo->timer.log = demo->r->connection->log;
    ngx_add_timer(&demo->timer, (ngx_msec_t)seconds * 1000);
}

static void
answer_bytes(struct ngx_http_jotgate_demo *demo)
{
    uint64_t n;

    if (!number_in(demo->rest, 0, JG_DEMO_BYTES_MAX, &n)) {
        answer_not_found(demo);
        return;
    }
    demo->left = (off_t)n;
    ngx_http_jotgate_demo_bytes(demo);
}

/* One row a route; with <prefix> more may follow. */
static const struct {
    struct jg_str path;
    bool prefix;
    void (*answer)(struct ngx_http_jotgate_demo *demo);
} routes[] = {
    {{"/get", 4}, false, ngx_http_jotgate_demo_get},
    {{"/headers", 8}, false, ngx_http_jotgate_demo_headers},
    {{"/ip", 3}, false, ngx_http_jotgate_demo_ip},
    {{"/status/", 8}, true, answer_status},
    {{"/delay/", 7}, true, answer_delay},
    {{"/bytes/", 7}, true, answer_bytes},
    {{"/", 1}, false, ngx_http_jotgate_demo_get},
    {{"/anything", 9}, true, ngx_http_jotgate_demo_anything},
    {{"/post", 5}, false, ngx_http_jotgate_demo_anything},
    {{"/put", 4}, false, ngx_http_jotgate_demo_anything},
    {{"/patch", 6}, false, ngx_http_jotgate_demo_anything},
    {{"/delete", 7}, false, ngx_http_jotgate_demo_anything},
};

static void
find_route(struct ngx_http_jotgate_demo *demo, struct jg_str path)
{
    demo->answer = answer_not_found;
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (routes[i].prefix ? !jg_str_starts(path, routes[i].path)
                             : !jg_str_eq(path, routes[i].path))
            continue;
        demo->answer = routes[i].answer;
        demo->rest = jg_str_from(path, routes[i].path.len);
        return;
    }
}

static void
cleanup(void *data)
{
    struct ngx_http_jotgate_demo *demo = data;

    if (demo->timer.timer_set)
        ngx_del_timer(&demo->timer);
    jg_buf_free(&demo->body);
    jg_buf_free(&demo->out);
}

static ngx_int_t
handle(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_demo *demo = ngx_pcalloc(r->pool, sizeof(*demo));
    ngx_pool_cleanup_t *c = ngx_pool_cleanup_add(r->pool, 0);

    if (demo == NULL || c == NULL)
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    demo->r = r;
    jg_buf_init(&demo->body, JG_DEMO_ECHO_MAX);
    jg_buf_init(&demo->out, JG_DEMO_OUTPUT_MAX);
    c->handler = cleanup;
    c->data = demo;
    find_route(demo, ngx_http_jotgate_str(&r->uri));
    return ngx_http_jotgate_demo_read(demo);
}

static char *
set_handler(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t *core =
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    (void)cmd;
    (void)conf;
    core->handler = handle;
    return NGX_CONF_OK;
}

static ngx_command_t commands[] = {
    {ngx_string("jotgate_demo_upstream"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
     set_handler, 0, 0, NULL},
    ngx_null_command,
};

static ngx_http_module_t module_ctx = {.preconfiguration = NULL};

ngx_module_t ngx_http_jotgate_demo_module = {
    NGX_MODULE_V1,
    .ctx = &module_ctx,
    .commands = commands,
    .type = NGX_HTTP_MODULE,
};
