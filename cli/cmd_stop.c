/*
 * jotgate stop: end the gateway of this machine that a configuration names. The
 * lock of its storage folder says which process that is, and only a process
 * that holds this lock gets a signal.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "gateway.h"
#include "progress.h"
#include "serve.h"

#define SLACK_S 10 /* behind the time that the gateway gives its requests */
#define TIMEOUT_MAX_S 86400

struct stop {
    struct cli *cli;
    const char *config;
    char lock[PATH_MAX + 8];
    uint64_t timeout_s;
    int fd;      /* of the lock; -1 */
    int pid;     /* of the gateway */
    int process; /* a pidfd; -1 */
};

static int
read_options(struct stop *s)
{
    const char *timeout = cli_value(s->cli, "timeout");
    struct cli_config config;
    char store[PATH_MAX];
    int code;

    s->config = cli_config_running(s->cli);
    if (s->config == NULL)
        return cli_config_none("-c FILE");
    code = cli_config_load(s->config, &config);
    if (code == CLI_OK && !cli_store_folder(&config, store))
        code = cli_fail(CLI_CONFIG, NULL, "storage.path is too long");
    if (code == CLI_OK)
        snprintf(s->lock, sizeof(s->lock), "%s/lock", store);
    s->timeout_s = (uint64_t)config.conf.graceful_shutdown_timeout_s + SLACK_S;
    cli_config_free(&config);
    if (timeout != NULL && (!jg_str_to_u64(jg_str(timeout), &s->timeout_s) ||
                            s->timeout_s > TIMEOUT_MAX_S))
        return cli_fail(CLI_USAGE, NULL, "--timeout: \"%s\" is not 0 to %d",
                        timeout, TIMEOUT_MAX_S);
    return code;
}

static int
none_runs(const struct stop *s)
{
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_NOT_FOUND,
        .what = "no gateway runs with this configuration",
        .where = s->config,
        .from = s->lock,
        .fix = "another configuration: -c FILE; is one there at all? jotgate "
               "status",
    });
}

/* The pid that holds the lock, as it wrote it. CLI_OK, or said. */
static int
read_pid(struct stop *s)
{
    char text[16] = "";
    uint64_t pid;
    ssize_t n;

    s->fd = open(s->lock, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 && errno == ENOENT)
        return none_runs(s);
    if (s->fd < 0)
        return cli_fail(CLI_FAILED, "run it as the gateway's user, or as root",
                        "cannot read %s: %m", s->lock);
    if (flock(s->fd, LOCK_SH | LOCK_NB) == 0)
        return none_runs(s);
    n = pread(s->fd, text, sizeof(text) - 1, 0);
    if (n > 0 &&
        jg_str_to_u64(jg_str_trim((struct jg_str){text, (size_t)n}), &pid) &&
        pid > 1 && pid <= INT32_MAX) {
        s->pid = (int)pid;
        return CLI_OK;
    }
    return cli_fail(CLI_FAILED, "once more in a moment: it is just starting",
                    "%s does not say which process holds it", s->lock);
}

/* Has the process opened our lock? One of another machine, or of a container,
 * may have a pid that somebody else has here. */
static bool
holds_lock(const struct stop *s)
{
    struct stat lock, there;
    struct dirent *entry;
    char path[64];
    bool holds = false;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fd", s->pid);
    dir = opendir(path);
    if (dir == NULL || fstat(s->fd, &lock) != 0) {
        if (dir != NULL)
            closedir(dir);
        return false;
    }
    while (!holds && (entry = readdir(dir)) != NULL)
        holds = fstatat(dirfd(dir), entry->d_name, &there, 0) == 0 &&
                there.st_dev == lock.st_dev && there.st_ino == lock.st_ino;
    closedir(dir);
    return holds;
}

static int
find(struct stop *s)
{
    int code = read_pid(s);

    if (code != CLI_OK)
        return code;
    /* The pidfd first: then what is looked at cannot become another process. */
    s->process = pidfd_open(s->pid, 0);
    if (s->process >= 0 && holds_lock(s))
        return CLI_OK;
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_FAILED,
        .what = "the gateway's process cannot be reached from here",
        .where = s->lock,
        .fix = "as the gateway's user or as root; one in a container or on "
               "another machine is stopped there",
    });
}

/* A second signal, of another number since equal ones become one, ends the
 * waiting for requests. */
static int
send_signals(const struct stop *s)
{
    if (pidfd_send_signal(s->process, SIGTERM, NULL, 0) == 0 &&
        (!cli_has(s->cli, "now") ||
         pidfd_send_signal(s->process, SIGINT, NULL, 0) == 0 || errno == ESRCH))
        return CLI_OK;
    if (errno == ESRCH)
        return CLI_OK;
    return cli_fail(CLI_FAILED, "run it as the gateway's user, or as root",
                    "cannot stop process %d: %m", s->pid);
}

static int
say_end(const struct stop *s, double seconds)
{
    struct jg_buf out;

    cli_note("the gateway of %s ended, after %.1f s (pid %d)", s->config,
             seconds, s->pid);
    if (!cli_has(s->cli, "json"))
        return CLI_OK;
    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_addf(&out, "{\"v\":1,\"stopped\":{\"pid\":%d,\"seconds\":%.3f}}\n",
                s->pid, seconds);
    return cli_print(&out);
}

static int
end(struct stop *s)
{
    double began_s = cli_progress_s();
    int code = send_signals(s);

    if (code != CLI_OK)
        return code;
    if (cli_progress_wait(s->process, "the requests that it has",
                          (int)(s->timeout_s * 1000)))
        return say_end(s, cli_progress_s() - began_s);
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_UNREACHABLE,
        .what = "the gateway takes no more requests, and still has some",
        .where = s->config,
        .fix = "wait longer: --timeout SECONDS; or end them: jotgate stop "
               "--now",
    });
}

static int
run(struct cli *cli)
{
    struct stop s = {.cli = cli, .fd = -1, .process = -1};
    int code;

    if (cli_target_address(cli) != NULL)
        return cli_fail(CLI_USAGE, "-c FILE, on its machine",
                        "JOTGATE_ADDRESS or a context names a gateway; one is "
                        "stopped where it runs, by its configuration");
    code = read_options(&s);
    if (code == CLI_OK)
        code = find(&s);
    if (code == CLI_OK)
        code = end(&s);
    if (s.fd >= 0)
        close(s.fd);
    if (s.process >= 0)
        close(s.process);
    return code;
}

static const struct cli_option options[] = {
    CLI_OPTION_CONFIG,
    {"timeout", 0, "SECONDS", "to wait for its end"},
    {"now", 0, NULL, "do not let it finish the requests that it has"},
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_stop = {
    .name = "stop",
    .arguments = "",
    .summary = "end the gateway, once it answered what it has",
    .details =
        "Ends the gateway of this machine that status finds: that of -c, else "
        "of the\nconfiguration here, in /etc/jotgate, or of the newest demo. "
        "It takes no new\nrequests, answers those that it has within "
        "graceful_shutdown_timeout_duration,\nand is gone when this returns; "
        "exit code 5 when it was not in time, 6 when none\nruns. A "
        "service of systemd: systemctl stop jotgate.\n\n"
        "  jotgate stop\n"
        "  jotgate stop -c /etc/jotgate/jotgate.json --timeout 60\n",
    .options = options,
    .run = run,
};
