/*
 * Requests of scripts to other services, several at once, sent as Go's client
 * sends them: redirects are followed (reference 8.4).
 */
#ifndef JG_BROKER_SCRIPT_SEND_H
#define JG_BROKER_SCRIPT_SEND_H

#include "script_api.h"

#include "base/arena.h"

#define JG_SCRIPT_HOPS_MAX 10 /* redirects of one request, as in Go */

struct jg_script_send {
    struct jg_str method, url, body;
    struct jg_call_header *headers; /* changed when it goes to another place */
    size_t header_count;            /* at most JG_CALL_HEADERS_MAX */
    struct jg_call *running;        /* of this file */
    unsigned hops;
};

/*
 * Send all of <items> and wait until each has ended, or the deadline of <call>
 * has come. What failed is logged. jg_script_send_result() is good until
 * jg_script_send_free(), which is to follow in any case.
 */
void jg_script_send(struct jg_script_api_call *call,
                    struct jg_script_send *items, size_t count,
                    struct jg_arena *a);
/* False: there is no answer. */
bool jg_script_send_result(const struct jg_script_send *item,
                           struct jg_call_result *out);
void jg_script_send_free(struct jg_script_send *items, size_t count);

/*
 * <text> as Go's client would ask for it: in the path, what cannot stand there
 * is escaped; a query ends where a fragment begins. p == NULL: no memory.
 */
struct jg_str jg_script_send_url(struct jg_str text, struct jg_arena *a);

#endif
