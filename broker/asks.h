/*
 * How a service process asks the fetcher for a key set: a small table in the
 * memory that both share. However many ask for one set, it is fetched once;
 * all of them see when that is done.
 */
#ifndef JG_BROKER_ASKS_H
#define JG_BROKER_ASKS_H

#include "store/keysets.h"

#define JG_ASKS_MAX 64
#define JG_ASK_ID_BYTES 64 /* a key set's id has this length */

enum jg_ask_kind {
    JG_ASK_MISSING, /* there is no set yet */
    JG_ASK_AGAIN,   /* there is one, which lacks a key */
};

enum jg_ask_state {
    JG_ASK_FREE,
    JG_ASK_FILLING, /* a service writes into it */
    JG_ASK_ASKED,
    JG_ASK_RUNNING, /* the fetcher works on it */
};

struct jg_ask {
    _Atomic uint32_t state; /* enum jg_ask_state */
    uint32_t kind;          /* enum jg_ask_kind */
    uint32_t filler;        /* the service that FILLING belongs to */
    char id[JG_ASK_ID_BYTES];
    uint32_t kid_len;
    char kid[JG_KEYSET_KID_MAX]; /* that somebody asks for; empty: not known */
};

/* Zeroed, nobody asks for anything. */
struct jg_asks {
    struct jg_ask items[JG_ASKS_MAX];
};

/* Service <index> asks for <id>, of JG_ASK_ID_BYTES, since a token names <kid>,
 * at most JG_KEYSET_KID_MAX bytes; of several at once one kid is kept. False:
 * the table is full; come back later. */
bool jg_asks_put(struct jg_asks *asks, unsigned index, enum jg_ask_kind kind,
                 struct jg_str id, struct jg_str kid);

/* Does anybody still wait for <id>? */
bool jg_asks_pending(const struct jg_asks *asks, struct jg_str id);

/* For the fetcher: the next one that is ASKED, from <from> on; NULL: none. */
const struct jg_ask *jg_asks_next(const struct jg_asks *asks, size_t *from);

/* For the fetcher: whoever asks for <id> at this moment will be answered by
 * what is fetched now; is answered. */
void jg_asks_begin(struct jg_asks *asks, struct jg_str id);
void jg_asks_done(struct jg_asks *asks, struct jg_str id);

/* Service <index> has died; the fetcher has. Nothing of them stays behind. */
void jg_asks_clear_service(struct jg_asks *asks, unsigned index);
void jg_asks_clear_fetcher(struct jg_asks *asks);

#endif
