/* A service process: one request at a time, for ever. */
#ifndef JG_BROKER_SERVICE_H
#define JG_BROKER_SERVICE_H

#include "broker.h"

/* How long nginx may take to send a request, which it has read already. */
#define JG_SERVICE_READ_MS 5000

/*
 * Serve the listener until it is shut down and empty, or until there is a new
 * configuration; what was begun is finished. Returns the exit status of the
 * process.
 */
int jg_service_run(struct jg_broker *broker);

#endif
