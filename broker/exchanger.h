/*
 * The process that answers the token endpoints: hundreds of requests wait for
 * identity providers at the same time, in one event loop.
 */
#ifndef JG_BROKER_EXCHANGER_H
#define JG_BROKER_EXCHANGER_H

#include "broker.h"

#define JG_EXCHANGES_MAX 2048 /* at a time; more wait in the socket's queue */

/* As jg_service_run(), for broker->exchange_listener. */
int jg_exchanger_run(struct jg_broker *broker);

#endif
