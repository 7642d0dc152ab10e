/* Reading the module's directives. */
#include "ngx_http_jotgate.h"

#define IDLE_DEFAULT 64       /* idle connections of one host, per worker */
#define IDLE_MAX 4096         /* the largest value that is taken */
#define IDLE_TIMEOUT_MS 60000 /* until an idle connection is closed */

void *
ngx_http_jotgate_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(struct ngx_http_jotgate_main_conf));
}

void *
ngx_http_jotgate_create_srv_conf(ngx_conf_t *cf)
{
    struct ngx_http_jotgate_srv_conf *conf =
        ngx_pcalloc(cf->pool, sizeof(*conf));

    if (conf != NULL) {
        conf->idle_max = IDLE_DEFAULT;
        conf->idle_timeout_ms = IDLE_TIMEOUT_MS;
    }
    return conf;
}

void *
ngx_http_jotgate_create_loc_conf(ngx_conf_t *cf)
{
    struct ngx_http_jotgate_loc_conf *conf =
        ngx_pcalloc(cf->pool, sizeof(*conf));

    if (conf != NULL)
        conf->enabled = NGX_CONF_UNSET;
    return conf;
}

char *
ngx_http_jotgate_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    struct ngx_http_jotgate_loc_conf *from = parent, *to = child;

    (void)cf;
    ngx_conf_merge_value(to->enabled, from->enabled, 0);
    return NGX_CONF_OK;
}

char *
ngx_http_jotgate_set_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct ngx_http_jotgate_main_conf *main_conf = conf;
    ngx_str_t *args = cf->args->elts;

    if (main_conf->store.data != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" occurs twice",
                           &cmd->name);
        return NGX_CONF_ERROR;
    }
    main_conf->store = args[1]; /* relative to the working folder, not -p */
    return NGX_CONF_OK;
}

char *
ngx_http_jotgate_set_handler(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t *core =
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    (void)conf;
    core->handler = (ngx_http_handler_pt)cmd->post;
    return NGX_CONF_OK;
}

/* "idle=64" */
static bool
set_idle(struct ngx_http_jotgate_srv_conf *conf, ngx_str_t value)
{
    ngx_int_t n = ngx_atoi(value.data, value.len);

    if (n == NGX_ERROR || n > IDLE_MAX)
        return false;
    conf->idle_max = (ngx_uint_t)n;
    return true;
}

/* "timeout=60s" */
static bool
set_timeout(struct ngx_http_jotgate_srv_conf *conf, ngx_str_t value)
{
    ngx_int_t ms = ngx_parse_time(&value, 0);

    if (ms == NGX_ERROR || ms == 0)
        return false;
    conf->idle_timeout_ms = (ngx_msec_t)ms;
    return true;
}

static const struct {
    ngx_str_t prefix;
    bool (*set)(struct ngx_http_jotgate_srv_conf *conf, ngx_str_t value);
} balancer_params[] = {
    {ngx_string("idle="), set_idle},
    {ngx_string("timeout="), set_timeout},
};

static bool
set_param(struct ngx_http_jotgate_srv_conf *conf, ngx_str_t arg)
{
    size_t count = sizeof(balancer_params) / sizeof(balancer_params[0]);

    for (size_t i = 0; i < count; i++) {
        const ngx_str_t *prefix = &balancer_params[i].prefix;

        if (arg.len >= prefix->len &&
            ngx_memcmp(arg.data, prefix->data, prefix->len) == 0)
            return balancer_params[i].set(
                conf,
                (ngx_str_t){arg.len - prefix->len, arg.data + prefix->len});
    }
    return false;
}

char *
ngx_http_jotgate_set_balancer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_upstream_srv_conf_t *us =
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module);
    ngx_str_t *args = cf->args->elts;

    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        if (!set_param(conf, args[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" of \"%V\"", &args[i],
                               &cmd->name);
            return NGX_CONF_ERROR;
        }
    }
    us->peer.init_upstream = ngx_http_jotgate_init_upstream;
    us->flags = NGX_HTTP_UPSTREAM_CREATE;
    return NGX_CONF_OK;
}
