/*
 * The upstream names that the loaded APIs use: the only ones that are ever
 * looked up. The keeper publishes them as one record, in step with the epoch.
 */
#ifndef JG_BROKER_NAMES_H
#define JG_BROKER_NAMES_H

#include "model/snapshot.h"
#include "store/store.h"

#define JG_NAMES_MAX 65536 /* names of one configuration */
#define JG_NAME_MAX 253    /* bytes of one (RFC 1035 2.3.4) */

struct jg_names {
    const struct jg_str *items; /* sorted, each once */
    size_t count;
};

/*
 * The host names of all targets of all active APIs; IP addresses need no
 * lookup and are left out, as is what cannot be a name. They live in <a>.
 *   JG_E_NOMEM  also for more than JG_NAMES_MAX targets
 */
enum jg_err jg_names_collect(const struct jg_snapshot *snapshot,
                             struct jg_arena *a, struct jg_names *out);

/* Is <host> one of them? */
bool jg_names_have(const struct jg_names *names, struct jg_str host);

/* Publish them as those of <epoch>. JG_E_STORE, JG_E_STORE_FULL, JG_E_NOMEM */
enum jg_err jg_names_put(struct jg_txn *txn, uint64_t epoch,
                         const struct jg_names *names);

enum jg_names_answer {
    JG_NAMES_KNOWN,
    JG_NAMES_UNKNOWN, /* no API uses it */
    JG_NAMES_STALE,   /* not there, but the record is older than <epoch> */
};

/* What the published record says about <host>. */
enum jg_names_answer jg_names_look(struct jg_txn *txn, uint64_t epoch,
                                   struct jg_str host);

#endif
