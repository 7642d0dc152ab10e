/* A request as the gateway received it: borrowed bytes, nothing interpreted. */
#ifndef JG_ACCESS_REQUEST_H
#define JG_ACCESS_REQUEST_H

#include "base/header.h"

#define JG_HEADERS_MAX 100 /* header fields of one request */

struct jg_header {
    struct jg_str name, value;
};

struct jg_request {
    struct jg_str method;
    struct jg_str host;              /* Host or :authority, as received */
    struct jg_str target;            /* path and query exactly as received */
    const struct jg_header *headers; /* in the order received */
    size_t header_count;
    struct jg_str peer; /* client address without port */
    bool tls;
    bool websocket; /* asks for an upgrade to websocket */
    uint64_t id[2]; /* its number, which nobody can guess */
};

/* The first header called <name> in any case, or NULL. */
const struct jg_header *jg_request_header(const struct jg_request *request,
                                          struct jg_str name);

/*
 * The client's address (reference 0.4): X-Real-IP, else the entry of X-
 * Forwarded-For that is the <xff_depth>th from its end, or the first one when
 * that is 0, else the peer. Clients may write these headers as they like: for
 * information, never for a decision. What is no address is passed over.
 */
struct jg_str jg_request_client(const struct jg_request *request,
                                int64_t xff_depth);

/*
 * The same for decisions: what clients may write does not count. The peer, or
 * where the owner of the gateway says that <xff_depth> proxies of his stand
 * before it, the address that the outermost of them wrote. Empty when that is
 * not there.
 */
struct jg_str jg_request_caller(const struct jg_request *request,
                                int64_t xff_depth);

#endif
