/*
 * The keeper: one process for what has to happen without being asked for. A
 * table of jobs, each with its period; see jobs[] in keeper.c.
 */
#ifndef JG_BROKER_KEEPER_H
#define JG_BROKER_KEEPER_H

#include "broker.h"

/* Work until pool->stopping, or a new configuration. Returns the exit status of
 * the process. */
int jg_keeper_run(struct jg_broker *broker);

#endif
