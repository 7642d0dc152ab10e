/* Upstream names kept fresh: when each is looked up again, and by what rule. */
#ifndef JG_BROKER_UPKEEP_H
#define JG_BROKER_UPKEEP_H

#include "broker.h"
#include "names.h"

/* One name that is kept fresh. */
struct jg_upkeep_name {
    int64_t due_ms;
    unsigned failures; /* lookups that failed since the last good one */
};

/* The names of the snapshot that <epoch> describes. Zeroed, it knows nothing.
 */
struct jg_upkeep {
    bool known;
    uint64_t epoch;
    struct jg_snapshot *snapshot; /* kept: the next one shares with it */
    struct jg_names names;
    struct jg_upkeep_name *state; /* one for each of <names> */
    struct jg_arena arena;        /* of names and state */
};

/*
 * Milliseconds to the next lookup of a name: <refresh_s> when the last one
 * worked, else 1, 2, 4, ... seconds up to that; <random> moves it by a fifth
 * at most, so that names do not stay in step.
 */
int64_t jg_upkeep_delay_ms(int64_t refresh_s, unsigned failures,
                           uint32_t random);

/*
 * When the epoch has moved: read what the APIs target now, publish it (see
 * names.h), and have new names looked up at once.
 *   JG_E_STORE, JG_E_STORE_FULL, JG_E_NOMEM: the old names stay
 */
enum jg_err jg_upkeep_follow(struct jg_upkeep *upkeep,
                             struct jg_broker *broker);

/*
 * Publish the names once, from a process that keeps none: when the keeper is
 * held up by a slow lookup. Does nothing while another process is at it.
 */
void jg_upkeep_publish(struct jg_broker *broker);

/*
 * Look up the name that is due for longest. False: none is. Blocks for as
 * long as the lookup does.
 */
bool jg_upkeep_refresh_one(struct jg_upkeep *upkeep, struct jg_broker *broker);

/* Delete the addresses of names that no API uses any more. */
enum jg_err jg_upkeep_drop_unused(struct jg_upkeep *upkeep,
                                  struct jg_broker *broker);

void jg_upkeep_free(struct jg_upkeep *upkeep);

#endif
