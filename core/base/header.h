/* Names and values of HTTP headers (RFC 9110 5.1, 5.5). */
#ifndef JG_BASE_HEADER_H
#define JG_BASE_HEADER_H

#include "base/str.h"

/*
 * May an upstream take <a> and <b> for the same header? ASCII letters in any
 * case, and '-', '_' and '.' are equal, because CGI, WSGI and PHP fold them.
 * For removing what a client must not set (design: invariant 8); reading a
 * header is stricter.
 */
bool jg_header_same(struct jg_str a, struct jg_str b);

/* Is <name> a token (RFC 9110 5.6.2)? An empty one is none. */
bool jg_header_is_name(struct jg_str name);

/* Is <value> without control characters but TAB? A line end would begin
 * another header, or another request. */
bool jg_header_is_value(struct jg_str value);

/* The lengths of the names that the next two look for: bit N is N bytes. Most
 * names end their search here. */
#define JG_HEADER_FRAMING_LENGTHS (1u << 4 | 1u << 14 | 1u << 17)
#define JG_HEADER_HOP_LENGTHS                                        \
    (1u << 10 | 1u << 16 | 1u << 18 | 1u << 19 | 1u << 2 | 1u << 7 | \
     1u << 17 | 1u << 14 | 1u << 6)

bool jg_header_find_framing(struct jg_str name);
bool jg_header_find_hop_by_hop(struct jg_str name);

/* Does <name>, in any spelling, say how long a message is, or who serves it?
 * Host, Content-Length, Transfer-Encoding: the HTTP engine's alone. */
static inline bool
jg_header_is_framing(struct jg_str name)
{
    return name.len < 32 && (JG_HEADER_FRAMING_LENGTHS >> name.len & 1) != 0 &&
           jg_header_find_framing(name);
}

/* Is <name>, in any spelling, for one connection only (RFC 9110 7.6.1)? Go's
 * list, HTTP2-Settings, and Expect, which the HTTP engine has answered. */
static inline bool
jg_header_is_hop_by_hop(struct jg_str name)
{
    return name.len < 32 && (JG_HEADER_HOP_LENGTHS >> name.len & 1) != 0 &&
           jg_header_find_hop_by_hop(name);
}

/* Write <name> as Go spells it into <out>, name.len bytes: "x-user" becomes
 * "X-User"; what is no token stays as it is. <out> may be name.p. */
void jg_header_canonical(struct jg_str name, char *out);

#endif
