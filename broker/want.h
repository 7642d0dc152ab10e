/* What a decision in nginx needs before it can go on: JOTGATE_WANT. */
#ifndef JG_BROKER_WANT_H
#define JG_BROKER_WANT_H

#include "lot.h"

/* How long a want may take before nginx is told to come back: a little less
 * than nginx waits (nginx.conf.in, scgi_read_timeout). */
#define JG_WANT_WAIT_MS 4000

/*
 * Serve <want> on <fd>: "address HOST", "keyset ID" (there is none yet) or
 * "keyset-again ID" (it lacks a key), or "password HASH PASSWORD": do they
 * belong together? That is 204 or 403, and a 403 for <peer>, an address, waits
 * longer from try to try. Of the others 204 when all that is to be had at this
 * moment is there, also when it was tried in vain; 404 for what no API uses;
 * 400 for what is no want; 503 when it takes too long. False: the connection
 * stands in <lot> now, and belongs to it.
 */
bool jg_want_serve(struct jg_broker *broker, struct jg_lot *lot, int fd,
                   struct jg_str want, struct jg_str peer);

#endif
