/*
 * Definitions and policies into records: at the start, at SIGHUP, and when the
 * control API asks. However many ask at once, one process loads, and one load
 * serves everybody who asked before it began.
 */
#ifndef JG_BROKER_LOADS_H
#define JG_BROKER_LOADS_H

#include "broker.h"

#include "admin/load.h"

/* A load may take longer than a request: its own deadline. */
#define JG_LOADS_DEADLINE_MS 120000

/*
 * The first load, before anything is served: the files alone count. With
 * <strict> any finding is an error, and nothing is stored (but when it is one
 * of scripts, which are evaluated afterwards).
 *   JG_E_CONF_VALUE  <strict>, and there were findings; they are logged
 *   JG_E_STORE, JG_E_STORE_FULL, JG_E_NOMEM
 */
enum jg_err jg_loads_first(struct jg_broker *broker, bool strict);

/* Note that a load is wanted; the ticket is for jg_loads_done(). */
uint64_t jg_loads_ask(struct jg_broker *broker);

/* Has a load that began after <ticket> was given ended? */
bool jg_loads_done(const struct jg_broker *broker, uint64_t ticket);

/*
 * Load until nobody wants it any more, unless another process is doing that,
 * or this one's configuration is no longer in force.
 * A failure is logged and kept in pool->load_err.
 */
void jg_loads_run(struct jg_broker *broker);

#endif
