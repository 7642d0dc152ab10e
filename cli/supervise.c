/*
 * One broker and one nginx, from their start to their end. Everything happens
 * in one loop: a signal, a child's end or a deadline moves the phase on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "serve.h"

#define BROKER_READY_MS 120000 /* it loads every definition before */
#define NGINX_READY_MS 30000
#define BROKER_END_MS 10000
#define NGINX_KILL_MS 5000   /* from SIGTERM to SIGKILL */
#define DRAIN_SLACK_MS 2000  /* nginx bounds the drain itself */
#define BACKOFF_FIRST_MS 100 /* doubled with every death */
#define BACKOFF_MAX_MS 5000
#define BACKOFF_HEALTHY_MS 30000 /* after that the count starts again */
#define LOOK_MS 20 /* how often to look for nginx.pid while it starts */

enum phase {
    STARTING_BROKER,
    STARTING_NGINX,
    RUNNING,
    DRAINING, /* nginx finishes its requests */
    ENDING,   /* the broker ends */
    OVER,
};

struct supervisor {
    struct serve *serve;
    enum phase phase;
    pid_t broker, nginx;   /* 0: not running */
    int signals, ready_fd; /* -1: closed */
    int64_t deadline_ms;   /* of this phase; 0: none */
    int64_t restart_ms;    /* when to start the broker again; 0: never */
    int64_t broker_since_ms, backoff_ms;
    bool reload, terminated; /* SIGTERM was sent to nginx */
    int code;                /* how we end */
};

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
enter(struct supervisor *s, enum phase phase, int64_t limit_ms)
{
    s->phase = phase;
    s->deadline_ms = limit_ms == 0 ? 0 : now_ms() + limit_ms;
}

/* All processes of a child: nginx's workers, the broker's pool. */
static void
signal_group(pid_t leader, int sig)
{
    if (leader > 0)
        kill(-leader, sig);
}

static bool
start_broker(struct supervisor *s)
{
    struct serve *serve = s->serve;
    char socket[PATH_MAX + 16], fd_text[16];
    const char *argv[] = {serve->broker,
                          "--conf",
                          serve->config_path,
                          "--store",
                          serve->store,
                          "--socket",
                          socket,
                          "--ready-fd",
                          fd_text,
                          serve->strict ? "--strict-config" : NULL,
                          NULL};
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return false;
    snprintf(socket, sizeof(socket), "%s/broker.sock", serve->run);
    snprintf(fd_text, sizeof(fd_text), "%d", fds[1]);
    s->broker = cli_process_start(argv, NULL, SIGTERM, fds[1]);
    close(fds[1]);
    s->ready_fd = fds[0];
    s->broker_since_ms = now_ms();
    s->restart_ms = 0;
    if (s->broker > 0)
        return true;
    s->broker = 0;
    return false;
}

/* It works in the store's folder, so that its workers, who may be another user,
 * reach the store also behind folders that they cannot enter. */
static bool
start_nginx(struct supervisor *s)
{
    struct serve *serve = s->serve;
    char conf[PATH_MAX + 16];
    const char *argv[] = {serve->nginx, "-e", "stderr", "-p",
                          serve->run,   "-c", conf,     NULL};

    snprintf(conf, sizeof(conf), "%s/nginx.conf", serve->run);
    s->nginx = cli_process_start(argv, serve->store, SIGTERM, -1);
    if (s->nginx > 0)
        return true;
    s->nginx = 0;
    return false;
}

static void
end_broker(struct supervisor *s)
{
    if (s->broker == 0) {
        s->phase = OVER;
        return;
    }
    kill(s->broker, SIGTERM);
    enter(s, ENDING, BROKER_END_MS);
}

/* A signal asked for the end: once politely, twice at once. */
static void
stop(struct supervisor *s)
{
    int64_t drain_s = s->serve->config.conf.graceful_shutdown_timeout_s;

    if (s->phase == DRAINING) {
        kill(s->nginx, SIGTERM);
        s->terminated = true;
        s->deadline_ms = now_ms() + NGINX_KILL_MS;
        return;
    }
    if (s->phase == ENDING || s->phase == OVER)
        return;
    s->restart_ms = 0;
    if (s->nginx == 0) {
        end_broker(s);
        return;
    }
    kill(s->nginx, SIGQUIT);
    enter(s, DRAINING, drain_s * 1000 + DRAIN_SLACK_MS);
}

/* The child could not be started, or did not get ready. */
static void
give_up(struct supervisor *s, const char *what)
{
    s->code = cli_fail(CLI_FAILED, NULL, "%s", what);
    stop(s);
}

/* The broker said "ready", or closed its end without. */
static void
broker_spoke(struct supervisor *s)
{
    char line[16];
    ssize_t n = read(s->ready_fd, line, sizeof(line));

    if (n < 0 && errno == EINTR)
        return;
    close(s->ready_fd);
    s->ready_fd = -1;
    if (n < 5 || memcmp(line, "ready", 5) != 0 || s->phase != STARTING_BROKER)
        return; /* its end says more, and comes at once */
    if (start_nginx(s))
        enter(s, STARTING_NGINX, NGINX_READY_MS);
    else
        give_up(s, "cannot start nginx");
}

/* nginx writes its pid once its sockets listen. */
static void
look_for_nginx(struct supervisor *s)
{
    char path[PATH_MAX + 16], text[16];
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof(path), "%s/nginx.pid", s->serve->run);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof(text));
        close(fd);
    }
    if (n <= 0)
        return;
    enter(s, RUNNING, 0);
    if (s->serve->ready != NULL)
        s->serve->ready(s->serve, s->serve->ready_arg);
}

static void
broker_ended(struct supervisor *s, int status)
{
    char how[80];

    signal_group(s->broker, SIGKILL); /* whatever it left behind */
    s->broker = 0;
    if (s->ready_fd >= 0)
        close(s->ready_fd);
    s->ready_fd = -1;
    if (s->phase == ENDING) {
        s->phase = OVER;
        return;
    }
    if (s->phase == DRAINING)
        return;
    if (s->phase == STARTING_BROKER) {
        /* It has said why. */
        s->code = WIFEXITED(status) && WEXITSTATUS(status) == CLI_CONFIG
                      ? CLI_CONFIG
                      : CLI_FAILED;
        s->phase = OVER;
        return;
    }
    if (now_ms() - s->broker_since_ms > BACKOFF_HEALTHY_MS ||
        s->backoff_ms == 0)
        s->backoff_ms = BACKOFF_FIRST_MS;
    cli_process_describe(status, how);
    cli_warn("the broker ended (%s); it is started again in %lld ms", how,
             (long long)s->backoff_ms);
    s->restart_ms = now_ms() + s->backoff_ms;
    s->backoff_ms *= 2;
    if (s->backoff_ms > BACKOFF_MAX_MS)
        s->backoff_ms = BACKOFF_MAX_MS;
}

static void
nginx_ended(struct supervisor *s, int status)
{
    char how[80];

    signal_group(s->nginx, SIGKILL); /* workers of a master that was killed */
    s->nginx = 0;
    if (s->phase != DRAINING) {
        cli_process_describe(status, how);
        s->code = cli_fail(CLI_FAILED, NULL, "nginx ended by itself (%s)", how);
    }
    s->restart_ms = 0;
    end_broker(s);
}

static void
reap(struct supervisor *s)
{
    int status;

    if (s->broker > 0 && waitpid(s->broker, &status, WNOHANG) == s->broker)
        broker_ended(s, status);
    if (s->nginx > 0 && waitpid(s->nginx, &status, WNOHANG) == s->nginx)
        nginx_ended(s, status);
}

static void
take_signal(struct supervisor *s)
{
    struct signalfd_siginfo info;

    if (read(s->signals, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGCHLD)
        reap(s);
    else if (info.ssi_signo == SIGHUP)
        s->reload = true;
    else
        stop(s);
}

/* The deadline of the phase has passed. */
static void
late(struct supervisor *s)
{
    if (s->phase == STARTING_BROKER) {
        give_up(s, "the broker did not get ready in time");
    } else if (s->phase == STARTING_NGINX) {
        give_up(s, "nginx did not get ready in time");
    } else if (s->phase == DRAINING && !s->terminated) {
        stop(s);
    } else if (s->phase == DRAINING) {
        signal_group(s->nginx, SIGKILL);
        s->deadline_ms = 0;
    } else if (s->phase == ENDING) {
        signal_group(s->broker, SIGKILL);
        s->deadline_ms = 0;
    }
}

/* What is due by the clock, and what waited for its phase. */
static void
tick(struct supervisor *s)
{
    int64_t now = now_ms();

    if (s->deadline_ms != 0 && now >= s->deadline_ms)
        late(s);
    if (s->phase == STARTING_NGINX)
        look_for_nginx(s);
    if (s->restart_ms != 0 && now >= s->restart_ms && !start_broker(s)) {
        cli_warn("cannot start the broker: %m");
        s->restart_ms = now + BACKOFF_MAX_MS;
    }
    if (s->reload && s->phase == RUNNING) {
        s->reload = false;
        cli_reload(s->serve, s->broker, s->nginx);
    }
}

static int
wait_ms(const struct supervisor *s)
{
    int64_t next = s->deadline_ms, now = now_ms();

    if (s->restart_ms != 0 && (next == 0 || s->restart_ms < next))
        next = s->restart_ms;
    if (s->phase == STARTING_NGINX)
        return LOOK_MS;
    if (next == 0)
        return -1;
    return next <= now ? 0 : (int)(next - now);
}

static void
loop(struct supervisor *s)
{
    while (s->phase != OVER) {
        struct pollfd fds[2] = {{s->signals, POLLIN, 0},
                                {s->ready_fd, POLLIN, 0}};

        if (poll(fds, 2, wait_ms(s)) < 0 && errno != EINTR)
            break;
        if ((fds[1].revents & (POLLIN | POLLHUP)) != 0)
            broker_spoke(s);
        if ((fds[0].revents & POLLIN) != 0)
            take_signal(s);
        tick(s);
    }
}

int
cli_supervise(struct serve *serve)
{
    struct supervisor s = {.serve = serve, .ready_fd = -1};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGCHLD);
    s.signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (s.signals < 0)
        return cli_fail(CLI_FAILED, NULL, "signalfd: %m");
    enter(&s, STARTING_BROKER, BROKER_READY_MS);
    if (start_broker(&s))
        loop(&s);
    else
        s.code = cli_fail(CLI_FAILED, NULL, "cannot start the broker: %m");
    close(s.signals);
    return s.code;
}
