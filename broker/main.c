/* jotgate-broker: the part of the gateway that waits and writes. */
#include "clock.h"
#include "fetcher.h"
#include "lock.h"
#include "relay.h"
#include "script_look.h"
#include "stream.h"
#include "supervise.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The group that nginx workers run as, when it is not ours. */
static bool
find_group(struct jg_broker *broker)
{
    struct jg_str user = broker->conf->user;
    const struct passwd *entry;
    char name[LOGIN_NAME_MAX];

    broker->group = (gid_t)-1;
    if (geteuid() != 0 || user.len == 0)
        return true;
    if (user.len < sizeof(name)) {
        memcpy(name, user.p, user.len);
        name[user.len] = '\0';
        entry = getpwnam(name);
        if (entry != NULL) {
            broker->group = entry->pw_gid;
            return true;
        }
    }
    jg_log(&broker->log, JG_LOG_ERROR, "user: there is no user %.*s",
           JG_STR_ARG(user));
    return false;
}

/*
 * Make the folder and the record store with their rights. It is closed again:
 * every process opens it for itself.
 */
static bool
prepare_store(struct jg_broker *broker)
{
    if (jg_broker_open_store(broker) != JG_OK)
        return false;
    jg_store_close(broker->store);
    broker->store = NULL;
    return true;
}

/* A shared file of the store's folder; it gets its rights from there. */
static bool
opened(struct jg_broker *broker, const char *path, enum jg_err err)
{
    if (err != JG_OK)
        jg_log(&broker->log, JG_LOG_ERROR, "%s: %s", path, strerror(errno));
    return err == JG_OK;
}

static bool
open_shared_files(struct jg_broker *broker)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/counters", broker->store_folder);

    if (n < 0 || (size_t)n >= sizeof(path) ||
        !opened(broker, path, jg_counters_open(path, &broker->counters)))
        return false;
    jg_counters_set(broker->counters, JG_METRIC_STARTED,
                    (uint64_t)jg_clock_s());
    snprintf(path, sizeof(path), "%s/journal", broker->store_folder);
    return opened(broker, path, jg_journal_open(path, &broker->journal));
}

static bool
prepare_processes(struct jg_broker *broker)
{
    broker->pool = jg_pool_create((unsigned)broker->conf->broker_processes,
                                  broker->conf->enable_jsvm
                                      ? (unsigned)broker->conf->script_processes
                                      : 0);
    broker->locks = jg_lock_file();
    broker->wake = jg_broker_make_event();
    broker->wake_fetcher = jg_broker_make_event();
    broker->retire = jg_broker_make_event();
    if (broker->pool != NULL && broker->locks >= 0 && broker->wake >= 0 &&
        broker->wake_fetcher >= 0 && broker->retire >= 0)
        return true;
    jg_log(&broker->log, JG_LOG_ERROR, "no shared memory: %s", strerror(errno));
    return false;
}

/* Listen on <name> in the folder of the broker's own socket. */
static bool
listen_beside(const struct jg_broker *broker, const struct jg_options *options,
              const char *name, int *out,
              char fault[static JG_STREAM_FAULT_MAX])
{
    const char *slash = strrchr(options->socket_path, '/');
    int len = slash == NULL ? 0 : (int)(slash - options->socket_path) + 1;
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s%s", len, options->socket_path, name);
    return jg_stream_listen(path, broker->group, out, fault) == JG_OK;
}

static bool
listen_for_scripts(struct jg_broker *broker, const struct jg_options *options,
                   char fault[static JG_STREAM_FAULT_MAX])
{
    broker->script_program = jg_script_program();
    return broker->script_program != NULL &&
           listen_beside(broker, options, "script.sock",
                         &broker->script_listener, fault);
}

/* Everything between the configuration and the first process. */
static bool
prepare(struct jg_broker *broker, const struct jg_options *options,
        struct jg_settings *settings)
{
    char fault[JG_STREAM_FAULT_MAX] = "";

    if (!find_group(broker) || !prepare_store(broker) ||
        jg_settings_secret(settings, options, &broker->log) != JG_OK ||
        !open_shared_files(broker) || !prepare_processes(broker))
        return false;
    if (jg_stream_listen(options->socket_path, broker->group, &broker->listener,
                         fault) == JG_OK &&
        listen_beside(broker, options, "exchange.sock",
                      &broker->exchange_listener, fault) &&
        (!broker->conf->enable_jsvm ||
         listen_for_scripts(broker, options, fault)))
        return true;
    jg_log(&broker->log, JG_LOG_ERROR, "%s", fault);
    return false;
}

static int
run(const struct jg_options *options)
{
    struct jg_broker broker = {
        .store_folder = options->store_folder,
        .log = {JG_LOG_INFO, "broker"},
        .script_listener = -1,
    };
    struct jg_settings *settings;
    int status = JG_EXIT_FAILURE;
    enum jg_err err = jg_settings_read(options, &broker.log, &settings);

    if (err != JG_OK)
        return err == JG_E_NOMEM ? JG_EXIT_FAILURE : JG_EXIT_CONF;
    jg_settings_use(settings, &broker);
    if (prepare(&broker, options, settings))
        status = jg_supervise(&broker, options, &settings);
    jg_settings_free(settings);
    return status;
}

int
main(int argc, char **argv)
{
    struct jg_options options;

    /* The launcher's end is ours, however it ends. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    jg_supervise_block_signals();
    if (!jg_options_read(argc, argv, &options))
        return JG_EXIT_USAGE;
    if (options.check_scripts)
        return jg_script_look_files(&options);
    if (options.relay)
        return jg_relay(&options);
    if (options.fetch_url != NULL)
        return jg_fetcher_show(&options);
    return run(&options);
}
