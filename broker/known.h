/* Definitions of APIs that one process works with: read once an epoch each. */
#ifndef JG_BROKER_KNOWN_H
#define JG_BROKER_KNOWN_H

#include "broker.h"

#include "model/snapshot.h"

#define JG_KNOWN_APIS_MAX 32

/* Zeroed is a good start. */
struct jg_known_apis {
    struct {
        uint64_t epoch;
        struct jg_str id; /* in the snapshot */
        struct jg_snapshot *snapshot;
    } items[JG_KNOWN_APIS_MAX];
    size_t next; /* the place to use again */
};

/* The definition in force; NULL: there is none. Valid until the next call,
 * unless it is held by jg_api_ref(). */
struct jg_api *jg_known_api(struct jg_known_apis *apis,
                            const struct jg_broker *broker, struct jg_str id);

void jg_known_apis_free(struct jg_known_apis *apis);

#endif
