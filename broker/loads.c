/* Definitions and policies into records, once for all who ask. */
#include "loads.h"

#include "clock.h"
#include "lock.h"
#include "script_look.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdatomic.h>

#define FINDINGS_CHUNK (64 * 1024)
#define FINDINGS_MAX                                        \
    (64 * 1024 * 1024) /* bytes of all findings of one load \
                        */

/* What makes a finding the same as one of the load before. */
static uint64_t
fingerprint(const struct jg_diag *diag)
{
    return jg_hash_plain(diag->message) ^ jg_hash_plain(diag->path) * 3 ^
           jg_hash_plain(diag->file) * 5 ^ jg_hash_plain(diag->found) * 7 ^
           ((uint64_t)diag->line << 32 | (uint64_t)diag->err);
}

static bool
was_reported(const struct jg_pool *pool, uint64_t print)
{
    for (size_t i = 0; i < pool->reported_count; i++)
        if (pool->reported[i] == print)
            return true;
    return false;
}

/* Log each finding once: not again at every reload that finds it again. */
static void
report(struct jg_broker *broker, const struct jg_diags *diags)
{
    struct jg_pool *pool = broker->pool;
    size_t count = 0;

    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next)
        if (!was_reported(pool, fingerprint(d)))
            jg_log_diag(&broker->log, d);
    for (const struct jg_diag *d = diags->first;
         d != NULL && count < JG_DIAG_MAX; d = d->next)
        pool->reported[count++] = fingerprint(d);
    pool->reported_count = count;
}

/* How it went, for the log and for /metrics. */
static void
account(struct jg_broker *broker, const struct jg_diags *diags,
        const struct jg_load_result *result, int64_t began_ms)
{
    struct jg_counters *c = broker->counters;

    jg_counters_add(c, JG_METRIC_RELOADS, 1);
    jg_counters_set(c, JG_METRIC_RELOADED, (uint64_t)jg_clock_s());
    jg_counters_set(c, JG_METRIC_RELOAD_FAULTS, diags->faults);
    jg_counters_set(c, JG_METRIC_APIS, result->apis);
    jg_counters_set(c, JG_METRIC_POLICIES, result->policies);
    jg_log(&broker->log, JG_LOG_INFO,
           "loaded %u APIs and %u policies (%u records changed, %u kept from "
           "before) with %u errors and %u warnings in %" PRId64 " ms",
           result->apis, result->policies, result->changed, result->kept,
           diags->faults, diags->warnings, jg_clock_ms() - began_ms);
}

/* One load in one transaction, which is gone or on disk afterwards. */
static enum jg_err
load_records(struct jg_broker *broker, enum jg_load_mode mode, bool strict,
             struct jg_diags *diags, struct jg_load_result *result)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(broker->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_load(broker->conf, broker->conf_text, mode, jg_clock_s(), txn,
                  diags, result);
    if (err == JG_OK && strict && diags->faults + diags->warnings > 0)
        err = JG_E_CONF_VALUE;
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    return jg_txn_commit(txn);
}

/* The records are on disk: whoever works with the ones before looks again. */
static void
publish(struct jg_broker *broker)
{
    jg_counters_bump_epoch(broker->counters);
    jg_broker_wake_keeper(broker);
    jg_broker_wake_fetcher(broker);
}

/* The caller holds the lock, or is alone. */
static enum jg_err
load(struct jg_broker *broker, enum jg_load_mode mode, bool strict)
{
    uint64_t serves = atomic_load(&broker->pool->loads_asked);
    int64_t began_ms = jg_clock_ms();
    struct jg_load_result result = {0};
    struct jg_diags diags;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, FINDINGS_CHUNK, FINDINGS_MAX);
    jg_diags_init(&diags, &a);
    err = load_records(broker, mode, strict, &diags, &result);
    if (err == JG_OK) {
        publish(broker); /* before the scripts, which may take long */
        jg_script_look_all(broker, &diags);
    }
    if (err == JG_OK && strict && diags.warnings > 0)
        err = JG_E_CONF_VALUE;
    report(broker, &diags);
    if (err == JG_OK) {
        account(broker, &diags, &result, began_ms);
    } else if (strict && err == JG_E_CONF_VALUE) {
        jg_log(&broker->log, JG_LOG_ERROR,
               "%u errors and %u warnings are too many for --strict-config",
               diags.faults, diags.warnings);
    } else {
        jg_log(&broker->log, JG_LOG_ERROR,
               "the definitions were not loaded: %s: %s",
               jg_err_info(err)->code, jg_err_info(err)->help);
    }
    jg_arena_free(&a);
    atomic_store(&broker->pool->load_err, (int)err);
    atomic_store(&broker->pool->loads_done, serves);
    return err;
}

enum jg_err
jg_loads_first(struct jg_broker *broker, bool strict)
{
    return load(broker, JG_LOAD_START, strict);
}

uint64_t
jg_loads_ask(struct jg_broker *broker)
{
    return atomic_fetch_add(&broker->pool->loads_asked, 1) + 1;
}

bool
jg_loads_done(const struct jg_broker *broker, uint64_t ticket)
{
    return atomic_load(&broker->pool->loads_done) >= ticket;
}

/* A process with an old configuration must not put it back in force. */
static bool
is_wanted(const struct jg_broker *broker)
{
    const struct jg_pool *pool = broker->pool;

    return atomic_load(&pool->loads_done) < atomic_load(&pool->loads_asked) &&
           jg_broker_is_current(broker);
}

/*
 * Asked for again after the lock was given back: whoever asked in between may
 * have found it taken, and gone away.
 */
void
jg_loads_run(struct jg_broker *broker)
{
    while (is_wanted(broker) && jg_lock_try(broker->locks, JG_LOCK_RELOAD)) {
        jg_slot_begin(broker->slot, "loading definitions",
                      jg_clock_ms() + JG_LOADS_DEADLINE_MS);
        if (is_wanted(broker))
            load(broker, JG_LOAD_RELOAD, false);
        jg_slot_end(broker->slot);
        jg_lock_release(broker->locks, JG_LOCK_RELOAD);
    }
}
