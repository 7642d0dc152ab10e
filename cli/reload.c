/* SIGHUP: the new configuration as a whole, or the old one as a whole. */
#include <signal.h>
#include <stdio.h>

#include "serve.h"
#include "store/files.h"

/* Does RUN/<name> hold exactly <text>? */
static bool
is_same(const struct serve *serve, const char *name, struct jg_str text)
{
    char path[PATH_MAX + 16];
    struct jg_arena a;
    struct jg_str old;
    bool same;

    snprintf(path, sizeof(path), "%s/%s", serve->run, name);
    jg_arena_init(&a, 64 * 1024, 4 * 1024 * 1024);
    same = jg_file_read(path, &a, &old) == JG_OK && jg_str_eq(old, text);
    jg_arena_free(&a);
    return same;
}

static bool
ports_changed(const struct jg_conf *a, const struct jg_conf *b)
{
    return a->listen_port != b->listen_port ||
           a->control_api_port != b->control_api_port ||
           !jg_str_eq(a->listen_address, b->listen_address) ||
           !jg_str_eq(a->control_api_hostname, b->control_api_hostname);
}

/* A port that we hold already cannot be tried; one that moves can. */
static int
check_ports(const struct serve *serve, const struct jg_conf *new)
{
    const struct jg_conf *old = &serve->config.conf;
    struct jg_conf try = *new;

    if (!ports_changed(old, new))
        return CLI_OK;
    if (new->control_api_port == old->control_api_port)
        try.control_api_port = 0;
    if (new->listen_port == old->listen_port)
        try.listen_port = new->control_api_port;
    if (try.listen_port == 0 || try.listen_port == old->listen_port ||
        try.listen_port == old->control_api_port)
        return CLI_OK;
    return cli_ports_check(serve, &try);
}

static void
warn_fixed(const struct serve *serve, const struct cli_config *new)
{
    const struct jg_conf *old = &serve->config.conf;

    if (!jg_str_eq(old->storage.path, new->conf.storage.path) ||
        serve->config.own_storage != new->own_storage)
        cli_warn("storage.path changed: it takes effect at the next start");
    if (!jg_str_eq(old->user, new->conf.user))
        cli_warn("user changed: it takes effect at the next start");
}

/* <new> passed all checks. */
static int
apply(struct serve *serve, struct cli_config *new, bool *changed)
{
    struct cli_nginx_conf made;
    int code = cli_nginx_conf_make(serve, &new->conf, &made);

    if (code != CLI_OK)
        return code;
    *changed = !is_same(serve, "nginx.conf", jg_buf_str(&made.main)) ||
               !is_same(serve, "control.conf", jg_buf_str(&made.control));
    if (*changed)
        code = check_ports(serve, &new->conf);
    if (code == CLI_OK && *changed)
        code = cli_nginx_conf_install(serve, &made);
    cli_nginx_conf_free(&made);
    return code;
}

static int
read_new(const struct serve *serve, struct cli_config *new)
{
    enum jg_err err = cli_config_read(serve->config_path, new);

    if (err != JG_OK && new->diags.faults == 0)
        return cli_config_fail(serve->config_path, err);
    if (err == JG_OK && !(serve->strict && new->diags.warnings > 0))
        return CLI_OK;
    cli_config_print(&new->diags, stderr);
    return CLI_CONFIG;
}

void
cli_reload(struct serve *serve, pid_t broker, pid_t nginx)
{
    struct cli_config new;
    bool changed = false;
    int code = read_new(serve, &new);

    if (code == CLI_OK)
        code = apply(serve, &new, &changed);
    if (code != CLI_OK) {
        cli_warn("nothing was reloaded; the configuration in use stays");
        cli_config_free(&new);
        return;
    }
    warn_fixed(serve, &new);
    if (broker > 0) /* otherwise it reads everything at its next start */
        kill(broker, SIGHUP);
    if (changed)
        kill(nginx, SIGHUP);
    cli_note("reloading definitions%s",
             changed ? " and nginx's configuration" : "");
    cli_config_free(&serve->config);
    serve->config = new;
    serve->config.diags.arena = &serve->config.arena;
}
