/* One connection of nginx to the exchanger, and the request on it. */
#ifndef JG_BROKER_EXCHANGE_CONN_H
#define JG_BROKER_EXCHANGE_CONN_H

#include "exchange.h"

enum jg_exchange_conn_state {
    JG_CONN_FREE, /* to be freed */
    JG_CONN_READING,
    JG_CONN_CALLING, /* the provider */
    JG_CONN_READY,   /* for the commit */
    JG_CONN_PAUSED,
    JG_CONN_WRITING,
};

struct curl_waitfd;

struct jg_exchange_conn {
    enum jg_exchange_conn_state state;
    int fd;
    int64_t until_ms; /* the state's end; of calls, libcurl knows it */
    struct jg_buf input;
    struct jg_arena arena;
    struct jg_api *api; /* held, or NULL */
    struct jg_exchange x;
    struct jg_buf out;
    size_t sent;
    struct curl_waitfd *watched; /* in this turn, or NULL */
};

/* NULL: no memory, and <fd> is closed. */
struct jg_exchange_conn *jg_exchange_conn_new(int fd, int64_t now_ms);
void jg_exchange_conn_free(struct jg_exchange_conn *c);

/* Read what is there. True: <scgi> is the complete request. */
bool jg_exchange_conn_receive(struct jg_exchange_conn *c, struct jg_scgi *scgi);

/* Begin to send the answer of c->x; then send what can be sent. */
void jg_exchange_conn_answer(struct jg_exchange_conn *c, int64_t now_ms);
void jg_exchange_conn_transmit(struct jg_exchange_conn *c);

#endif
