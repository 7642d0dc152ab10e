/* jotgate serve: the gateway in the foreground. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "commands.h"
#include "serve.h"

void
cli_serve_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGCHLD};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaddset(&set, signals[i]);
        signal(signals[i], SIG_DFL); /* a shell's "&" ignores some of them */
    }
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int
make_nginx_conf(struct serve *serve)
{
    struct cli_nginx_conf made;
    int code = cli_nginx_conf_make(serve, &serve->config.conf, &made);

    if (code != CLI_OK)
        return code;
    code = cli_nginx_conf_install(serve, &made);
    cli_nginx_conf_free(&made);
    return code;
}

int
cli_serve(struct serve *serve, const char *run_folder)
{
    int code;

    cli_serve_signals();
    serve->lock = serve->run_lock = -1;
    /* The broker prints findings that are no reason to stop. */
    code = cli_config_load(serve->config_path, &serve->config);
    if (code == CLI_OK)
        code = cli_places_find(serve);
    if (code == CLI_OK)
        code = cli_folders_open(serve, run_folder);
    if (code == CLI_OK) {
        cli_ui_install(serve);
        cli_nginx_version(serve);
        code = cli_ports_check(serve, &serve->config.conf);
    }
    if (code == CLI_OK)
        code = make_nginx_conf(serve);
    if (code == CLI_OK)
        code = cli_supervise(serve);
    cli_folders_close(serve);
    cli_config_free(&serve->config);
    return code;
}

/* systemd's Type=notify, without its library: one datagram. */
static void
notify(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len;
    int fd;

    if (path == NULL || (path[0] != '/' && path[0] != '@'))
        return;
    len = strlen(path);
    if (len >= sizeof(address.sun_path))
        return;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, text, strlen(text), MSG_NOSIGNAL,
           (const struct sockaddr *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(fd);
}

static void
ready(const struct serve *serve, void *arg)
{
    const struct jg_conf *conf = &serve->config.conf;

    (void)arg;
    if (conf->secret.len == 0)
        cli_note("the secret of the control API is %s %s/secret",
                 serve->new_secret ? "new, in" : "in", serve->store);
    if (conf->control_api_port != 0)
        cli_note("ready on port %lld, control API on %.*s:%lld (pid %d)",
                 (long long)conf->listen_port,
                 JG_STR_ARG(conf->control_api_hostname),
                 (long long)conf->control_api_port, getpid());
    else
        cli_note("ready on port %lld, control API too (pid %d)",
                 (long long)conf->listen_port, getpid());
    notify("READY=1");
}

static int
run(struct cli *cli)
{
    struct serve *serve = jg_arena_alloc(&cli->arena, sizeof(*serve));

    if (serve == NULL)
        return cli_broken(JG_E_NOMEM);
    serve->config_path = cli_config_path(cli);
    if (serve->config_path == NULL)
        return CLI_USAGE;
    serve->strict = cli_has(cli, "strict-config");
    serve->ready = ready;
    return cli_serve(serve, cli_value(cli, "run-dir"));
}

static const struct cli_option options[] = {
    CLI_OPTION_CONFIG,
    CLI_OPTION_STRICT,
    {"run-dir", 0, "DIR", "runtime folder, emptied at the end; a new one"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_serve = {
    .name = "serve",
    .alias = "run",
    .arguments = "",
    .summary = "run the gateway in the foreground",
    .details =
        "SIGHUP reads the configuration, APIs and policies again; SIGTERM and\n"
        "Ctrl-C finish the requests under way, then end; twice ends at "
        "once.\n\n"
        "  jotgate serve -c /etc/jotgate/jotgate.json\n",
    .options = options,
    .run = run,
};
