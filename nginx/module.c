/* The module's tables: directives, phases and hooks. */
#include "ngx_http_jotgate.h"

/* Directives; README.md says what each is for. */
static ngx_command_t commands[] = {
    {ngx_string("jotgate_store"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     ngx_http_jotgate_set_store, NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
    {ngx_string("jotgate"), NGX_HTTP_LOC_CONF | NGX_CONF_FLAG,
     ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(struct ngx_http_jotgate_loc_conf, enabled), NULL},
    {ngx_string("jotgate_balancer"), NGX_HTTP_UPS_CONF | NGX_CONF_1MORE,
     ngx_http_jotgate_set_balancer, NGX_HTTP_SRV_CONF_OFFSET, 0, NULL},
    {ngx_string("jotgate_error"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
     ngx_http_jotgate_set_handler, 0, 0, (void *)ngx_http_jotgate_error},
    {ngx_string("jotgate_control_error"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
     ngx_http_jotgate_set_handler, 0, 0,
     (void *)ngx_http_jotgate_control_error},
    {ngx_string("jotgate_not_found"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
     ngx_http_jotgate_set_handler, 0, 0, (void *)ngx_http_jotgate_not_found},
    {ngx_string("jotgate_script_failed"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
     ngx_http_jotgate_set_handler, 0, 0,
     (void *)ngx_http_jotgate_script_failed},
    ngx_null_command,
};

/* Where a request meets us. */
static const struct {
    ngx_http_phases phase;
    ngx_http_handler_pt handler;
} phases[] = {
    {NGX_HTTP_POST_READ_PHASE, ngx_http_jotgate_post_read},
    {NGX_HTTP_ACCESS_PHASE, ngx_http_jotgate_access},
    {NGX_HTTP_LOG_PHASE, ngx_http_jotgate_log},
};

static ngx_int_t
add_handlers(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t *core =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
        ngx_http_handler_pt *h =
            ngx_array_push(&core->phases[phases[i].phase].handlers);

        if (h == NULL)
            return NGX_ERROR;
        *h = phases[i].handler;
    }
    ngx_http_jotgate_init_filter();
    return NGX_OK;
}

static ngx_http_module_t module_ctx = {
    .preconfiguration = ngx_http_jotgate_add_variables,
    .postconfiguration = add_handlers,
    .create_main_conf = ngx_http_jotgate_create_main_conf,
    .create_srv_conf = ngx_http_jotgate_create_srv_conf,
    .create_loc_conf = ngx_http_jotgate_create_loc_conf,
    .merge_loc_conf = ngx_http_jotgate_merge_loc_conf,
};

ngx_module_t ngx_http_jotgate_module = {
    NGX_MODULE_V1,
    .ctx = &module_ctx,
    .commands = commands,
    .type = NGX_HTTP_MODULE,
    .init_process = ngx_http_jotgate_init_process,
    .exit_process = ngx_http_jotgate_exit_process,
};
