/*
 * What the processes of the broker know of each other: one block of shared
 * memory with a slot a process. The parent reads from it who is past a
 * deadline; the service processes, how many of them wait on the outside world.
 */
#ifndef JG_BROKER_POOL_H
#define JG_BROKER_POOL_H

#include "asks.h"
#include "throttle.h"

#include "base/diag.h"
#include "base/err.h"

#define JG_POOL_SERVICES_MIN 2 /* one of them is never waiting outside */
#define JG_POOL_SERVICES_MAX 64
#define JG_POOL_SCRIPTS_MAX 32 /* processes that have scripts run */
#define JG_POOL_SLOTS_MAX (JG_POOL_SERVICES_MAX + 4 + JG_POOL_SCRIPTS_MAX)
#define JG_SLOT_WHAT_MAX 80

/* What one process is doing. Written by it, read by the parent. */
struct jg_slot {
    _Atomic int64_t until_ms;    /* its deadline; 0: it has nothing to do */
    char what[JG_SLOT_WHAT_MAX]; /* for the log; read after its death only */
};

struct jg_pool {
    unsigned services;                /* slots 0 .. services-1 */
    unsigned keeper, fetcher, loader; /* the slots behind them */
    unsigned exchanger;
    unsigned scripts, script_count; /* and behind it: they run scripts */
    unsigned slot_count;
    unsigned outside_max;     /* services that may wait outside at once */
    _Atomic uint64_t outside; /* a bit for each that does */
    unsigned hashing_max;     /* services that may compute passwords at once */
    _Atomic uint64_t hashing; /* a bit for each that does */
    _Atomic bool stopping;    /* no new requests; what is there is finished */

    /* Goes up with a new configuration; processes of older ones end. */
    _Atomic uint64_t generation;

    /* Loads are counted, so that one may serve all who asked before it. */
    _Atomic uint64_t loads_asked, loads_done;
    _Atomic int load_err; /* enum jg_err of the last one */

    /* Hashes of the findings that the last load reported (under its lock). */
    uint64_t reported[JG_DIAG_MAX];
    size_t reported_count;

    struct jg_asks asks;          /* of services, for key sets */
    struct jg_throttle throttle;  /* of wrong control secrets */
    struct jg_throttle passwords; /* of wrong users and passwords */
    struct jg_slot slots[JG_POOL_SLOTS_MAX];
};

/*
 * The block for <services> processes (brought into the range above) and
 * <scripts> (JG_POOL_SCRIPTS_MAX at most) more that run scripts, shared with
 * every process forked later. NULL: no memory.
 */
struct jg_pool *jg_pool_create(unsigned services, unsigned scripts);
void jg_pool_free(struct jg_pool *pool);

/* From now on <slot>'s process works on <what>, until <until_ms> at most. */
void jg_slot_begin(struct jg_slot *slot, const char *what, int64_t until_ms);
void jg_slot_end(struct jg_slot *slot);

/* What it has begun may take until <until_ms>, if that is later. */
void jg_slot_extend(struct jg_slot *slot, int64_t until_ms);

/* Is it at work past its deadline? */
bool jg_slot_overdue(const struct jg_slot *slot, int64_t now_ms);

/*
 * Service <index> wants to wait on something outside this machine. False: as
 * many do as may; come back later. Asking twice is a mistake of the caller.
 */
bool jg_pool_go_outside(struct jg_pool *pool, unsigned index);
void jg_pool_come_back(struct jg_pool *pool, unsigned index);

/*
 * The same for work that takes a processor for long: passwords. Half of the
 * services do that at once at most.
 */
bool jg_pool_begin_hashing(struct jg_pool *pool, unsigned index);
void jg_pool_end_hashing(struct jg_pool *pool, unsigned index);

/* The process of slot <index> is dead: nothing of it stays behind. */
void jg_pool_clear(struct jg_pool *pool, unsigned index);

#endif
