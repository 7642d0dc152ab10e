/* The parent: starts the processes, watches over them, and ends them. */
#include "supervise.h"

#include "clock.h"
#include "exchanger.h"
#include "fetcher.h"
#include "keeper.h"
#include "loads.h"
#include "service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 200         /* how often the deadlines are looked at */
#define LOADER_LOOK_MS 20   /* how often it tries to begin */
#define LIVED_LONG_MS 10000 /* an end after that is no crash loop */
#define FREE_DEATHS 3       /* early ends without a pause */
#define LOOP_DEATHS 6       /* and with so many, it is called a loop */
#define PAUSE_FIRST_MS 100
#define PAUSE_MAX_MS 10000

/* The process of one slot. */
struct child {
    pid_t pid; /* 0: none */
    int64_t started_ms, due_ms;
    unsigned deaths;
    bool overdue; /* killed for passing its deadline */
};

struct parent {
    struct jg_broker *broker;
    const struct jg_options *options;
    struct jg_settings **settings;
    struct stat socket; /* ours, to tell it from a successor's */
    struct child children[JG_POOL_SLOTS_MAX];
    bool serving; /* the first load is done */
    bool load;    /* SIGHUP arrived */
    bool stopping;
    int64_t stop_ms; /* then, whoever is left is killed */
    int status;
};

static void
signal_set(sigset_t *set)
{
    static const int numbers[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGQUIT};

    sigemptyset(set);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaddset(set, numbers[i]);
}

void
jg_supervise_block_signals(void)
{
    sigset_t set;

    signal_set(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int64_t
jg_supervise_pause_ms(int64_t lived_ms, unsigned *deaths)
{
    int64_t pause_ms = PAUSE_FIRST_MS;

    *deaths = lived_ms >= LIVED_LONG_MS ? 1 : *deaths + 1;
    if (*deaths <= FREE_DEATHS)
        return 0;
    for (unsigned i = FREE_DEATHS + 1; i < *deaths && pause_ms < PAUSE_MAX_MS;
         i++)
        pause_ms *= 2;
    return pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
}

static unsigned
slots(const struct parent *p)
{
    return p->broker->pool->slot_count;
}

/* What the process of slot <i> is called in the log. */
static void
name_of(const struct parent *p, unsigned i, char *out, size_t size)
{
    const struct jg_pool *pool = p->broker->pool;

    if (i < pool->services)
        snprintf(out, size, "service %u", i + 1);
    else if (i == pool->keeper)
        snprintf(out, size, "keeper");
    else if (i == pool->exchanger)
        snprintf(out, size, "exchanger");
    else if (i >= pool->scripts)
        snprintf(out, size, "scripts %u", i - pool->scripts + 1);
    else
        snprintf(out, size, "%s", i == pool->fetcher ? "fetcher" : "loader");
}

/* Load when nobody else does: others may do it with an old configuration. */
static void
wait_and_load(struct jg_broker *broker)
{
    uint64_t ticket = atomic_load(&broker->pool->loads_asked);

    while (!jg_loads_done(broker, ticket) && jg_broker_is_current(broker)) {
        jg_loads_run(broker);
        if (!jg_loads_done(broker, ticket))
            poll(NULL, 0, LOADER_LOOK_MS);
    }
}

/* The loader ends with its load. */
static int
load_once(struct jg_broker *broker, bool first, bool strict)
{
    enum jg_err err = JG_OK;

    if (jg_broker_open_store(broker) != JG_OK)
        return JG_EXIT_FAILURE;
    jg_slot_begin(broker->slot, "loading definitions",
                  jg_clock_ms() + JG_LOADS_DEADLINE_MS);
    if (first)
        err = jg_loads_first(broker, strict);
    else
        wait_and_load(broker);
    jg_slot_end(broker->slot);
    jg_store_close(broker->store);
    if (err == JG_E_CONF_VALUE)
        return JG_EXIT_CONF;
    return err == JG_OK ? 0 : JG_EXIT_FAILURE;
}

/*
 * The life of a new process. Only the parent decides when it ends: a terminal
 * or a service manager signals all processes at once, and what was begun has
 * to be finished all the same. Without the parent there is nobody to decide.
 */
static int
live(const struct parent *p, unsigned i, pid_t parent)
{
    static const int ignored[] = {SIGHUP, SIGTERM, SIGINT, SIGQUIT};
    struct jg_broker *broker = p->broker;
    struct jg_pool *pool = broker->pool;
    char who[32];
    sigset_t none;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return JG_EXIT_FAILURE;
    for (size_t k = 0; k < sizeof(ignored) / sizeof(ignored[0]); k++)
        signal(ignored[k], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    name_of(p, i, who, sizeof(who));
    broker->log.who = who;
    broker->index = i;
    broker->slot = &pool->slots[i];
    if (i < pool->services)
        return jg_service_run(broker);
    if (i >= pool->scripts) {
        broker->listener = broker->script_listener;
        return jg_service_run(broker);
    }
    if (i == pool->exchanger)
        return jg_exchanger_run(broker);
    if (i == pool->keeper)
        return jg_keeper_run(broker);
    if (i == pool->fetcher)
        return jg_fetcher_run(broker);
    return load_once(broker, !p->serving, p->options->strict);
}

static void
start(struct parent *p, unsigned i, int64_t now_ms)
{
    struct child *child = &p->children[i];
    pid_t self = getpid();
    pid_t pid = fork();

    if (pid == 0)
        _exit(live(p, i, self));
    if (pid < 0) {
        jg_log(&p->broker->log, JG_LOG_ERROR, "no new process: %s",
               strerror(errno));
        child->due_ms = now_ms + PAUSE_MAX_MS / 10;
        return;
    }
    child->pid = pid;
    child->started_ms = now_ms;
    child->overdue = false;
}

/* Start whatever should run and does not. */
static void
start_due(struct parent *p, int64_t now_ms)
{
    unsigned loader = p->broker->pool->loader;

    if (p->stopping)
        return;
    for (unsigned i = 0; p->serving && i < slots(p); i++)
        if (i != loader && p->children[i].pid == 0 &&
            p->children[i].due_ms <= now_ms)
            start(p, i, now_ms);
    if (p->load && p->children[loader].pid == 0) {
        p->load = false;
        start(p, loader, now_ms);
    }
}

static void
kill_child(struct parent *p, unsigned i)
{
    if (p->children[i].pid > 0)
        kill(p->children[i].pid, SIGKILL);
}

static void
kill_overdue(struct parent *p, int64_t now_ms)
{
    for (unsigned i = 0; i < slots(p); i++) {
        struct child *child = &p->children[i];

        if (child->pid == 0 || child->overdue ||
            !jg_slot_overdue(&p->broker->pool->slots[i], now_ms))
            continue;
        child->overdue = true;
        kill_child(p, i);
        jg_counters_add(p->broker->counters, JG_METRIC_BROKER_KILLED, 1);
    }
}

/* Say why process <i> is gone, and what it was doing. */
static void
report_end(const struct parent *p, unsigned i, int status)
{
    const struct jg_log *log = &p->broker->log;
    const struct jg_slot *slot = &p->broker->pool->slots[i];
    bool busy = atomic_load(&slot->until_ms) != 0;
    char who[32];

    name_of(p, i, who, sizeof(who));
    if (p->children[i].overdue)
        jg_log(log, JG_LOG_ERROR, "%s was killed past its deadline, during: %s",
               who, slot->what);
    else if (WIFSIGNALED(status))
        jg_log(log, JG_LOG_ERROR, "%s was ended by signal %d%s%s", who,
               WTERMSIG(status), busy ? ", during: " : "",
               busy ? slot->what : "");
    else
        jg_log(log, JG_LOG_ERROR, "%s ended with status %d", who,
               WEXITSTATUS(status));
}

/* Write "ready": the socket listens, and what is in the store can be served. */
static bool
announce(const struct parent *p)
{
    static const char ready[] = "ready\n";
    ssize_t n;

    if (p->options->ready_fd < 0)
        return true;
    n = write(p->options->ready_fd, ready, sizeof(ready) - 1);
    close(p->options->ready_fd);
    return n == (ssize_t)sizeof(ready) - 1;
}

static void
stop(struct parent *p, int status)
{
    struct jg_broker *broker = p->broker;
    struct stat now;

    if (p->stopping) { /* asked twice: at once */
        p->stop_ms = 0;
        return;
    }
    p->stopping = true;
    p->status = status;
    p->stop_ms =
        jg_clock_ms() + broker->conf->graceful_shutdown_timeout_s * 1000;
    atomic_store(&broker->pool->stopping, true);
    if (stat(p->options->socket_path, &now) == 0 &&
        now.st_ino == p->socket.st_ino && now.st_dev == p->socket.st_dev)
        unlink(p->options->socket_path);
    /* New connections are refused; those that wait are still accepted. */
    shutdown(broker->listener, SHUT_RDWR);
    shutdown(broker->exchange_listener, SHUT_RDWR);
    if (broker->script_listener >= 0)
        shutdown(broker->script_listener, SHUT_RDWR);
    jg_broker_wake_keeper(broker);
}

/* The end of the loader: the first one decides whether there is a broker. */
static void
loader_ended(struct parent *p, int status)
{
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;

    if (p->serving || p->stopping)
        return;
    if (WIFSIGNALED(status)) /* LMDB trusts its file: it does not check it */
        jg_log(&p->broker->log, JG_LOG_ERROR,
               "the first load crashed: perhaps %s/data.mdb is damaged. Move "
               "it away and start again; definitions and policies come from "
               "their files",
               p->options->store_folder);
    if (!good)
        stop(p, WIFEXITED(status) ? WEXITSTATUS(status) : JG_EXIT_FAILURE);
    else if (!announce(p))
        stop(p, JG_EXIT_FAILURE);
    p->serving = true;
}

static void
ended(struct parent *p, unsigned i, int status, int64_t now_ms)
{
    struct child *child = &p->children[i];
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool loader = i == p->broker->pool->loader;
    int64_t pause_ms = 0;

    if (!p->stopping && !good && (p->serving || WIFSIGNALED(status)))
        report_end(p, i, status);
    if (!loader && !good && !child->overdue) {
        pause_ms =
            jg_supervise_pause_ms(now_ms - child->started_ms, &child->deaths);
        if (child->deaths == LOOP_DEATHS && !p->stopping)
            jg_log(&p->broker->log, JG_LOG_ERROR,
                   "this process ends again and again; it is started less "
                   "often from now on, and the others go on");
    }
    child->pid = 0;
    child->due_ms = now_ms + pause_ms;
    jg_pool_clear(p->broker->pool, i);
    if (loader)
        loader_ended(p, status);
}

static void
reap(struct parent *p, int64_t now_ms)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (unsigned i = 0; i < slots(p); i++)
            if (p->children[i].pid == pid)
                ended(p, i, status, now_ms);
}

/* Those that owe somebody an answer. */
static bool
answers(const struct jg_pool *pool, unsigned i)
{
    return i < pool->services || i >= pool->exchanger;
}

/* While stopping: is anybody left? */
static bool
finished(struct parent *p, int64_t now_ms)
{
    const struct jg_pool *pool = p->broker->pool;
    unsigned left = 0, others = 0;

    for (unsigned i = 0; i < slots(p); i++) {
        bool lives = p->children[i].pid != 0;

        left += lives && answers(pool, i);
        others += lives && !answers(pool, i);
        if (now_ms >= p->stop_ms)
            kill_child(p, i);
    }
    for (unsigned i = 0; left == 0 && i < slots(p); i++)
        if (!answers(pool, i))
            kill_child(p, i);
    return left + others == 0;
}

static void
handle(struct parent *p, int number)
{
    switch (number) {
    case SIGHUP:
        if (!jg_settings_renew(p->settings, p->options, p->broker))
            break;
        jg_loads_ask(p->broker);
        p->load = true;
        break;
    case SIGTERM:
    case SIGINT:
    case SIGQUIT:
        stop(p, 0);
        break;
    default: /* SIGCHLD, and the time for a look */
        break;
    }
}

int
jg_supervise(struct jg_broker *broker, const struct jg_options *options,
             struct jg_settings **settings)
{
    static const struct timespec look = {0, LOOK_MS * 1000000L};
    struct parent p = {
        .broker = broker,
        .options = options,
        .settings = settings,
        .load = true,
    };
    sigset_t signals;

    signal_set(&signals);
    if (stat(options->socket_path, &p.socket) != 0)
        return JG_EXIT_FAILURE;
    for (;;) {
        int64_t now_ms = jg_clock_ms();

        reap(&p, now_ms);
        if (p.stopping && finished(&p, now_ms))
            return p.status;
        kill_overdue(&p, now_ms);
        start_due(&p, now_ms);
        handle(&p, sigtimedwait(&signals, NULL, &look));
    }
}
