/* A request as the gateway received it: borrowed bytes, nothing interpreted. */
#ifndef JG_ACCESS_REQUEST_H
#define JG_ACCESS_REQUEST_H

#include "base/str.h"

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
};

/* The first header called <name> in any case, or NULL. */
const struct jg_header *jg_request_header(const struct jg_request *request,
                                          struct jg_str name);

/*
 * May an upstream take <a> and <b> for the same header? ASCII letters in any
 * case, and '-', '_' and '.' are equal, because CGI, WSGI and PHP fold them.
 * For removing what a client must not set (design: invariant 8); reading a
 * header is stricter.
 */
bool jg_header_same(struct jg_str a, struct jg_str b);

#endif
