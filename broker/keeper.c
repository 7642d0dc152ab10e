/* The keeper: what has to happen without being asked for. */
#include "keeper.h"

#include "clock.h"
#include "loads.h"
#include "upkeep.h"

#include "store/keys.h"
#include "store/revocations.h"
#include "store/splits.h"

#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

struct keeper {
    struct jg_broker *broker;
    struct jg_upkeep upkeep;
};

/* What upstream names are in use now? */
static enum jg_err
follow_names(struct keeper *k, bool *more)
{
    (void)more;
    return jg_upkeep_follow(&k->upkeep, k->broker);
}

/* One name a time: what is more urgent may come in between. */
static enum jg_err
refresh_addresses(struct keeper *k, bool *more)
{
    *more = jg_upkeep_refresh_one(&k->upkeep, k->broker);
    return JG_OK;
}

/* A load that somebody asked for and did not live to do. */
static enum jg_err
load_forgotten(struct keeper *k, bool *more)
{
    (void)more;
    jg_loads_run(k->broker);
    return JG_OK;
}

static enum jg_err
drop_unused_addresses(struct keeper *k, bool *more)
{
    (void)more;
    return jg_upkeep_drop_unused(&k->upkeep, k->broker);
}

static enum jg_err
sweep_readers(struct keeper *k, bool *more)
{
    (void)more;
    jg_store_sweep_readers(k->broker->store);
    return JG_OK;
}

/* Records that end at some time: whether any did, and removing at most <max>
 * of them. */
struct ending {
    bool (*ended)(struct jg_txn *txn, int64_t now_s);
    enum jg_err (*sweep)(struct jg_txn *txn, int64_t now_s, size_t *removed);
    size_t max;
};

/* A little at a time, so that nobody who writes waits long for it; and only a
 * look when there is nothing. <removed> is 0 then. */
static enum jg_err
sweep(struct keeper *k, const struct ending *ending, size_t *removed,
      bool *more)
{
    int64_t now_s = jg_clock_s();
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(k->broker->store, &txn);
    bool ended;

    *removed = 0;
    if (err != JG_OK)
        return err;
    ended = ending->ended(txn, now_s);
    jg_txn_abort(txn);
    if (!ended)
        return JG_OK;
    err = jg_txn_write(k->broker->store, &txn);
    if (err != JG_OK)
        return err;
    err = ending->sweep(txn, now_s, removed);
    *more = *removed == ending->max;
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static enum jg_err
sweep_keys(struct keeper *k, bool *more)
{
    static const struct ending keys = {jg_stored_keys_ended,
                                       jg_stored_keys_sweep, JG_KEYS_SWEEP_MAX};
    size_t removed;

    return sweep(k, &keys, &removed, more);
}

static enum jg_err
sweep_splits(struct keeper *k, bool *more)
{
    static const struct ending splits = {jg_splits_ended, jg_splits_sweep,
                                         JG_SPLITS_SWEEP_MAX};
    size_t removed;

    return sweep(k, &splits, &removed, more);
}

/* Workers look at the times themselves; this only makes room again. */
static enum jg_err
sweep_revocations(struct keeper *k, bool *more)
{
    static const struct ending revocations = {
        jg_revocations_ended, jg_revocations_sweep, JG_REVOCATIONS_SWEEP_MAX};
    size_t removed;
    enum jg_err err = sweep(k, &revocations, &removed, more);

    if (err == JG_OK && removed > 0)
        jg_counters_bump_revocations(k->broker->counters);
    return err;
}

/*
 * The jobs, the most urgent first. To add one, add a row: its period, whether
 * jg_broker_wake_keeper() runs it out of turn, and a function that does a
 * little and says whether there is <more> to do at once.
 */
static const struct job {
    const char *name; /* for the log */
    int64_t period_ms;
    bool when_woken;
    enum jg_err (*run)(struct keeper *k, bool *more);
} jobs[] = {
    {"following the names", 1000, true, follow_names},
    {"looking names up", 250, true, refresh_addresses},
    {"loading definitions", 1000, false, load_forgotten},
    {"dropping addresses", 60000, false, drop_unused_addresses},
    {"sweeping revocations", 30000, false, sweep_revocations},
    {"sweeping readers", 10000, false, sweep_readers},
    {"sweeping keys", 1000, false, sweep_keys},
    {"sweeping split tokens", 1000, false, sweep_splits},
};

#define JOBS (sizeof(jobs) / sizeof(jobs[0]))

/* Run what is due, and note when it is due again. */
static void
run_jobs(struct keeper *k, int64_t due_ms[static JOBS])
{
    for (size_t i = 0; i < JOBS; i++) {
        bool more = false;
        enum jg_err err;

        if (due_ms[i] > jg_clock_ms())
            continue;
        err = jobs[i].run(k, &more);
        if (err != JG_OK)
            jg_log(&k->broker->log, JG_LOG_WARN, "%s failed: %s: %s",
                   jobs[i].name, jg_err_info(err)->code,
                   jg_err_info(err)->help);
        due_ms[i] = jg_clock_ms() + (more ? 0 : jobs[i].period_ms);
    }
}

static int
time_to_next(const int64_t due_ms[static JOBS])
{
    int64_t wait_ms = INT_MAX;
    int64_t now_ms = jg_clock_ms();

    for (size_t i = 0; i < JOBS; i++)
        if (due_ms[i] - now_ms < wait_ms)
            wait_ms = due_ms[i] - now_ms;
    return wait_ms < 0 ? 0 : (int)wait_ms;
}

/* Sleep until a job is due or the keeper is woken. */
static void
await(struct keeper *k, int64_t due_ms[static JOBS])
{
    struct pollfd wake = {.fd = k->broker->wake, .events = POLLIN};
    uint64_t count;

    if (poll(&wake, 1, time_to_next(due_ms)) <= 0 ||
        read(k->broker->wake, &count, sizeof(count)) < 0)
        return;
    for (size_t i = 0; i < JOBS; i++)
        if (jobs[i].when_woken)
            due_ms[i] = 0;
}

int
jg_keeper_run(struct jg_broker *broker)
{
    struct keeper k = {.broker = broker};
    int64_t due_ms[JOBS] = {0};

    if (jg_broker_open_store(broker) != JG_OK)
        return 1;
    while (!atomic_load(&broker->pool->stopping) &&
           jg_broker_is_current(broker)) {
        run_jobs(&k, due_ms);
        await(&k, due_ms);
    }
    jg_upkeep_free(&k.upkeep);
    jg_store_close(broker->store);
    return 0;
}
