/* Upstream names kept fresh. */
#include "upkeep.h"

#include "clock.h"
#include "loads.h"
#include "lock.h"
#include "resolve.h"

#include "store/records.h"

#include <stdio.h>
#include <sys/random.h>

#define NAMES_CHUNK (64 * 1024)
#define NAMES_ARENA_MAX (256 * 1024 * 1024) /* JG_NAMES_MAX and their state */
#define BACKOFF_DOUBLINGS_MAX 16

int64_t
jg_upkeep_delay_ms(int64_t refresh_s, unsigned failures, uint32_t random)
{
    int64_t delay_s = refresh_s;
    int64_t fifth_ms;

    if (failures > 0 && failures <= BACKOFF_DOUBLINGS_MAX &&
        INT64_C(1) << (failures - 1) < refresh_s)
        delay_s = INT64_C(1) << (failures - 1);
    fifth_ms = delay_s * 200;
    return delay_s * 1000 - fifth_ms +
           (fifth_ms > 0 ? (int64_t)(random % (uint64_t)(2 * fifth_ms)) : 0);
}

static uint32_t
random_number(void)
{
    uint32_t n = 0;

    if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != (ssize_t)sizeof(n))
        n = (uint32_t)jg_clock_ms(); /* it only spreads lookups */
    return n;
}

/* The state of the names that were there before; new ones are due at once. */
static void
carry_over(const struct jg_upkeep *old, struct jg_upkeep *new)
{
    size_t j = 0;

    for (size_t i = 0; i < new->names.count; i++) {
        while (j < old->names.count &&
               jg_str_cmp(old->names.items[j], new->names.items[i]) < 0)
            j++;
        if (j < old->names.count &&
            jg_str_eq(old->names.items[j], new->names.items[i]))
            new->state[i] = old->state[j];
    }
}

static enum jg_err
publish(struct jg_broker *broker, const struct jg_upkeep *upkeep)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(broker->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_names_put(txn, upkeep->epoch, &upkeep->names);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

/* Everything of <new> but its epoch; the caller frees it on failure. */
static enum jg_err
read_names(struct jg_broker *broker, const struct jg_upkeep *old,
           struct jg_upkeep *new)
{
    enum jg_err err = jg_records_snapshot(broker->store, new->epoch,
                                          old->snapshot, NULL, &new->snapshot);

    if (err == JG_OK)
        err = jg_names_collect(new->snapshot, &new->arena, &new->names);
    if (err != JG_OK)
        return err;
    new->state =
        jg_arena_array(&new->arena, new->names.count, sizeof(*new->state));
    if (new->state == NULL)
        return JG_E_NOMEM;
    carry_over(old, new);
    return publish(broker, new);
}

enum jg_err
jg_upkeep_follow(struct jg_upkeep *upkeep, struct jg_broker *broker)
{
    struct jg_upkeep new = {.known = true};
    enum jg_err err;

    new.epoch = jg_counters_epoch(broker->counters);
    if (upkeep->known && upkeep->epoch == new.epoch)
        return JG_OK;
    jg_arena_init(&new.arena, NAMES_CHUNK, NAMES_ARENA_MAX);
    err = read_names(broker, upkeep, &new);
    if (err != JG_OK) {
        jg_upkeep_free(&new);
        return err;
    }
    jg_upkeep_free(upkeep);
    *upkeep = new;
    return JG_OK;
}

void
jg_upkeep_publish(struct jg_broker *broker)
{
    struct jg_upkeep once = {0};
    enum jg_err err;

    if (!jg_lock_try(broker->locks, JG_LOCK_FOLLOW))
        return;
    jg_slot_begin(broker->slot, "publishing the names",
                  jg_clock_ms() + JG_LOADS_DEADLINE_MS);
    err = jg_upkeep_follow(&once, broker);
    jg_slot_end(broker->slot);
    jg_lock_release(broker->locks, JG_LOCK_FOLLOW);
    if (err != JG_OK)
        jg_log(&broker->log, JG_LOG_WARN, "the names were not published: %s",
               jg_err_info(err)->code);
    jg_upkeep_free(&once);
}

/* The name that is due for longest, or names.count. */
static size_t
find_due(const struct jg_upkeep *upkeep, int64_t now_ms)
{
    size_t found = upkeep->names.count;
    int64_t earliest_ms = now_ms;

    for (size_t i = 0; i < upkeep->names.count; i++)
        if (upkeep->state[i].due_ms <= earliest_ms) {
            earliest_ms = upkeep->state[i].due_ms;
            found = i;
        }
    return found;
}

bool
jg_upkeep_refresh_one(struct jg_upkeep *upkeep, struct jg_broker *broker)
{
    size_t i = find_due(upkeep, jg_clock_ms());
    char what[JG_SLOT_WHAT_MAX];
    struct jg_upkeep_name *state;
    size_t found = 0;
    enum jg_err err;

    if (i == upkeep->names.count)
        return false;
    state = &upkeep->state[i];
    snprintf(what, sizeof(what), "lookup of %.*s",
             JG_STR_ARG(upkeep->names.items[i]));
    jg_slot_begin(broker->slot, what,
                  jg_clock_ms() + broker->conf->broker_deadline_s * 1000);
    err = jg_resolve_record(broker, &jg_resolver_system, JG_RESOLVE_REFRESH,
                            upkeep->names.items[i], &found);
    jg_slot_end(broker->slot);
    if (err == JG_OK && found > 0)
        state->failures = 0;
    else
        state->failures++;
    state->due_ms =
        jg_clock_ms() + jg_upkeep_delay_ms(broker->conf->dns_refresh_s,
                                           state->failures, random_number());
    return true;
}

/* The records of names that are not in <names>. */
struct unused {
    const struct jg_names *names;
    struct jg_arena *a;
    struct jg_str hosts[64]; /* more of them: the next time */
    size_t count;
};

static enum jg_err
note_unused(void *arg, struct jg_str host, struct jg_str record)
{
    struct unused *unused = arg;

    (void)record;
    if (jg_names_have(unused->names, host) ||
        unused->count == sizeof(unused->hosts) / sizeof(unused->hosts[0]))
        return JG_OK;
    unused->hosts[unused->count] = jg_arena_str(unused->a, host);
    if (unused->hosts[unused->count].p == NULL)
        return JG_E_NOMEM;
    unused->count++;
    return JG_OK;
}

static enum jg_err
delete_all(struct jg_broker *broker, const struct unused *unused)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(broker->store, &txn);

    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < unused->count && err == JG_OK; i++)
        err = jg_store_delete(txn, JG_KIND_ADDRESS, unused->hosts[i]);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

enum jg_err
jg_upkeep_drop_unused(struct jg_upkeep *upkeep, struct jg_broker *broker)
{
    struct jg_arena a;
    struct unused unused = {.names = &upkeep->names, .a = &a};
    struct jg_txn *txn;
    enum jg_err err;

    /* A name of a configuration that was not read yet is not unused. */
    if (!upkeep->known || upkeep->epoch != jg_counters_epoch(broker->counters))
        return JG_OK;
    err = jg_txn_read(broker->store, &txn);
    if (err != JG_OK)
        return err;
    jg_arena_init(&a, NAMES_CHUNK, NAMES_ARENA_MAX);
    err = jg_store_each(txn, JG_KIND_ADDRESS, note_unused, &unused);
    jg_txn_abort(txn);
    if (err == JG_OK && unused.count > 0)
        err = delete_all(broker, &unused);
    jg_arena_free(&a);
    return err;
}

void
jg_upkeep_free(struct jg_upkeep *upkeep)
{
    jg_snapshot_free(upkeep->snapshot);
    jg_arena_free(&upkeep->arena);
    memset(upkeep, 0, sizeof(*upkeep));
}
