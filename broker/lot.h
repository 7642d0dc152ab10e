/*
 * Connections whose answer has to wait for something that other processes do,
 * or for time to pass. They stand here while this process serves others.
 */
#ifndef JG_BROKER_LOT_H
#define JG_BROKER_LOT_H

#include "broker.h"

#define JG_LOT_MAX 256         /* connections that one process keeps waiting */
#define JG_LOT_DELAYED_MAX 128 /* of them, those that guess, or might */
#define JG_LOT_LOOK_MS 10      /* how often they are looked at */
#define JG_LOT_NAME_MAX 255    /* bytes of a name */

struct jg_parked;

/*
 * Can <parked> be answered now? Then answer it and return true. With <last>
 * its time is over, and it must be answered.
 */
typedef bool jg_lot_try(struct jg_broker *broker, struct jg_parked *parked,
                        bool last);

/* One waiting connection, with what its <attempt> needs to know. */
struct jg_parked {
    int fd;
    int64_t until_ms; /* when it is over */
    jg_lot_try *attempt;
    bool delayed; /* waits for its time, or for a password to be computed */

    char name[JG_LOT_NAME_MAX + 1]; /* what is wanted */
    enum jg_ask_kind ask;           /* a key set: why, */
    bool asked;                     /* and that the fetcher was asked for it */
    uint64_t ticket;                /* a reload that is waited for */
    int status;                     /* an answer that is ready: its parts */
    const char *content_type;
    bool generator;
    struct jg_buf body; /* owned; of a password: what is wanted */
};

struct jg_lot {
    size_t count, delayed;
    struct jg_parked parked[JG_LOT_MAX];
};

/*
 * Keep <parked>, its connection and its body, which belong to the lot then.
 * False: there is no place.
 */
bool jg_lot_park(struct jg_lot *lot, const struct jg_parked *parked);

/* Try all of them once. */
void jg_lot_look(struct jg_lot *lot, struct jg_broker *broker, int64_t now_ms);

/* An attempt that sends the ready answer when the time is over. */
bool jg_lot_send_late(struct jg_broker *broker, struct jg_parked *parked,
                      bool last);

/* Send the ready answer of <parked>. */
void jg_lot_send(const struct jg_parked *parked);

#endif
