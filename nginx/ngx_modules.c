/*
 * What nginx looks for in a dynamic module: the only symbols that leave it
 * (check_symbols.py).
 */
#include <ngx_config.h>
#include <ngx_core.h>

#define EXPORT __attribute__((visibility("default")))

extern ngx_module_t ngx_http_jotgate_module;
extern ngx_module_t ngx_http_jotgate_demo_module;

/* nginx wants them writable; it only reads them. */
static char module_name[] = "ngx_http_jotgate_module";
static char demo_name[] = "ngx_http_jotgate_demo_module";
static char copy_filter[] = "ngx_http_copy_filter_module";

extern EXPORT ngx_module_t *ngx_modules[];
extern EXPORT char *ngx_module_names[];
extern EXPORT char *ngx_module_order[];

ngx_module_t *ngx_modules[] = {&ngx_http_jotgate_module,
                               &ngx_http_jotgate_demo_module, NULL};
char *ngx_module_names[] = {module_name, demo_name, NULL};

/* As a filter it has the usual place of modules from outside nginx. */
char *ngx_module_order[] = {module_name, copy_filter, NULL};
