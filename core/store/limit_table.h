/*
 * The table behind limit.c, as it lies in the file of counters. No other
 * folder includes it.
 *
 * A place is free, or belongs to a name, or is claimed for one. Its state word
 * says which, and decides every race by compare-and-swap:
 *   0           free
 *   bit 63 set  claimed: tag of the name, process, time
 *   otherwise   what is counted under the place's name. The last bit of a name
 *               says of which kind it is: 0, a rate: the time (ns) when it has
 *               recovered. 1, a quota: 31 bits of count, then 32 of the
 *               window's end (s), JG_LIMIT_NEVER for none.
 * A state is changed only by who has read it, then the name, and finds it as
 * it was. Times in it only grow, so that no old state comes back; a name
 * changes only while the state is a claim. (What is forgotten on demand goes
 * back to now: a state that the place never had.)
 */
#ifndef JG_STORE_LIMIT_TABLE_H
#define JG_STORE_LIMIT_TABLE_H

#include <stdatomic.h>

#include "base/hash.h"
#include "store/counters.h"

#define JG_LIMIT_BITS 20 /* 1 Mi places of 32 bytes */
#define JG_LIMIT_PROBES 32
#define JG_LIMIT_NEVER UINT32_MAX
#define JG_LIMIT_REST_S 10 /* before a place at rest is given away */

struct jg_limit_place {
    _Alignas(32) _Atomic uint64_t state;
    _Atomic uint64_t a, b; /* the name */
};

struct jg_limit_table {
    _Atomic uint64_t k0, k1; /* of the names' hash; 0: not drawn yet */
    struct jg_limit_place places[1 << JG_LIMIT_BITS];
};

/* Draw the secret of a new table. JG_E_CRYPTO */
enum jg_err jg_limit_table_init(struct jg_limit_table *t);

/* The next state for <state> (0: nothing was counted); 0 leaves it. */
typedef uint64_t jg_limit_step(void *arg, uint64_t state);

/*
 * Let <step> change the state of <name>, as if nobody else did so at the same
 * time; it is called again when somebody was faster. <process> is a number of
 * the caller's. False: there is no place for it, and nothing was changed.
 */
bool jg_limit_change(struct jg_limit_table *t, const struct jg_hash_128 *name,
                     uint32_t process, int64_t now_ms, jg_limit_step *step,
                     void *arg);

/* The table of <c>, and this process's number. counters.c */
struct jg_limit_table *jg_counters_limits(struct jg_counters *c,
                                          uint32_t *process);

#endif
