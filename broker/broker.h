/* What one process of the broker works with. */
#ifndef JG_BROKER_BROKER_H
#define JG_BROKER_BROKER_H

#include "log.h"
#include "pool.h"

#include "model/conf.h"
#include "store/counters.h"
#include "store/journal.h"
#include "store/store.h"

/*
 * Made by the parent and inherited by every process; what stands behind
 * <store> is one's own, because LMDB is opened after fork.
 */
struct jg_broker {
    const struct jg_conf *conf;
    struct jg_str conf_text;              /* the document it was read from */
    const struct jg_diags *conf_findings; /* what was found in it */
    const char *store_folder;
    gid_t group; /* of the nginx workers; (gid_t)-1: our own */
    struct jg_log log;
    struct jg_pool *pool;
    struct jg_counters *counters;
    struct jg_journal *journal;
    int listener;          /* the SCGI socket; does not block */
    int exchange_listener; /* the same for token endpoints */
    int script_listener;   /* the same for requests that scripts answer; -1 */
    const char *script_program; /* path of jotgate-script */
    int locks;                  /* see lock.h */
    int wake;                   /* eventfd: the keeper has something to do */
    int wake_fetcher;           /* the same for the fetcher */
    int retire;          /* eventfd: this generation of processes is to end */
    uint64_t generation; /* of the configuration; see pool->generation */

    struct jg_store *store; /* NULL in the parent */
    unsigned index;         /* of this process's slot */
    struct jg_slot *slot;
    int64_t rest_until_ms; /* it computes no password before */
};

/* Open <broker>->store, writable. The cause of a failure is logged. */
enum jg_err jg_broker_open_store(struct jg_broker *broker);

/* A descriptor that is readable once it was written to; -1 when it fails. */
int jg_broker_make_event(void);

/* Does this process work with the configuration in force? */
bool jg_broker_is_current(const struct jg_broker *broker);

/* Have the keeper, the fetcher look around now. */
void jg_broker_wake_keeper(const struct jg_broker *broker);
void jg_broker_wake_fetcher(const struct jg_broker *broker);

#endif
