/*
 * Where the gateway may go by itself: which addresses a fetch may connect to,
 * and which URLs it may begin with. Definitions name the URLs, and whoever
 * writes definitions must not reach the machine's own services through them
 * (SSRF). The address is judged when it is connected to, so that neither a
 * spelling nor a name's next answer (DNS rebinding) gets around it.
 */
#ifndef JG_BROKER_REACH_H
#define JG_BROKER_REACH_H

#include "model/networks.h"

#include <sys/socket.h>

/* What the configuration allows beyond the rule. */
struct jg_reach {
    bool http; /* plain http:// to other machines */
    struct jg_networks allowed;
};

/*
 * Why <address> must not be connected to, in words (static), or NULL. Refused
 * are link-local addresses, multicast, the unspecified ones, and those at
 * which clouds offer their metadata, also inside of an IPv6 address that
 * stands for one of IPv4; loopback and private networks are not.
 */
const char *jg_reach_forbidden(const struct jg_reach *reach,
                               const struct sockaddr *address);

bool jg_reach_is_loopback(const struct sockaddr *address);

/* localhost, with or without something before it (RFC 6761 6.3). */
bool jg_reach_is_loopback_name(struct jg_str host);

/* The address that <host> is when it is written as one, without brackets. */
bool jg_reach_literal(const char *host, struct sockaddr_storage *out);

#endif
