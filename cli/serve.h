/* What the parts of `jotgate serve` share; `jotgate demo` starts it too. */
#ifndef JG_CLI_SERVE_H
#define JG_CLI_SERVE_H

#include <limits.h>
#include <sys/types.h>

#include "cli.h"
#include "config.h"

#define CLI_USER "www-data" /* nginx workers, when started as root */

/* One run of the gateway. */
struct serve {
    const char *config_path;
    bool strict;
    unsigned demo_port; /* of the upstream to play with; 0: none */
    /* Called once when requests are answered; may be NULL. */
    void (*ready)(const struct serve *serve, void *arg);
    void *ready_arg;

    struct cli_config config; /* the one in use */
    bool root;
    gid_t group; /* of the workers; (gid_t)-1: ours */
    char user[64];
    char store[PATH_MAX]; /* storage folder, absolute */
    char run[PATH_MAX];   /* runtime folder, absolute */
    bool own_run;         /* we made it, and remove it */
    int lock, run_lock;   /* hold the two folders; -1 */
    bool new_secret;      /* there was no secret before this start */
    char nginx[PATH_MAX], module[PATH_MAX], broker[PATH_MAX];
    char template[PATH_MAX], control_template[PATH_MAX];
    char ui[PATH_MAX]; /* folder of the dashboard; empty: there is none */
};

/*
 * Run until a signal or a fault ends it. serve->config_path and the fields
 * above the blank line are the caller's. An enum cli_exit; everything was said.
 */
int cli_serve(struct serve *serve, const char *run_folder);

/*
 * From now on SIGHUP, SIGINT, SIGTERM and SIGQUIT wait for cli_serve(), so that
 * whoever makes things for it before can also remove them.
 */
void cli_serve_signals(void);

/* places.c: find nginx, the module, the broker and the templates. */
int cli_places_find(struct serve *serve);

/* The same for the broker alone. An enum cli_exit; what is wrong was said. */
int cli_places_broker(char out[static PATH_MAX]);

/* folders.c: storage.path, or a folder of this account's own. False: the name
 * is too long. */
bool cli_store_folder(const struct cli_config *config,
                      char out[static PATH_MAX]);

/* folders.c: user, storage folder with its lock, runtime folder. */
int cli_folders_open(struct serve *serve, const char *run_folder);
void cli_folders_close(struct serve *serve);

/*
 * ui.c: copy the dashboard into the runtime folder, and have serve->ui say so.
 * When that fails it is left out, which was said: the gateway runs without it.
 */
void cli_ui_install(struct serve *serve);

/* nginx_conf.c: the two files as texts, from <config>. JG_OK or said. */
struct cli_nginx_conf {
    struct jg_buf main, control;
};
int cli_nginx_conf_make(const struct serve *serve, const struct jg_conf *conf,
                        struct cli_nginx_conf *out);
void cli_nginx_conf_free(struct cli_nginx_conf *conf);

/* nginx_check.c: have nginx look at <made>, then put it in place. */
int cli_nginx_conf_install(const struct serve *serve,
                           const struct cli_nginx_conf *made);

/* A warning when nginx lacks security fixes. */
void cli_nginx_version(const struct serve *serve);
/* Its version; false when it does not say. <wanted> is the first one with all
 * fixes when it is older, else NULL. */
bool cli_nginx_version_find(const struct serve *serve, char out[static 128],
                            const char **wanted);

/* ports.c: are the addresses of <conf> free? Says who has them if not. */
int cli_ports_check(const struct serve *serve, const struct jg_conf *conf);
/* The same for one of them: 0, or an errno with, of EADDRINUSE, " by nginx (pid
 * 812)" when that can be known; EINVAL: no such address. */
int cli_ports_try(struct jg_str address, unsigned port, char owner[static 100]);
/* Does this machine have IPv6? Then "every address" means both. */
bool cli_ports_ipv6(void);
/* A free TCP port of 127.0.0.1, or 0. */
unsigned cli_ports_free(void);
/* Is 127.0.0.1:<port> free? */
bool cli_ports_is_free(unsigned port);

/* supervise.c: start both, pass signals on, end both. */
int cli_supervise(struct serve *serve);

/* reload.c: the SIGHUP of people. */
void cli_reload(struct serve *serve, pid_t broker, pid_t nginx);

#endif
