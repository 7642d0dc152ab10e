/*
 * Lists of addresses and networks, as definitions write them: "10.0.0.0/8",
 * "192.0.2.7", "2001:db8::/32" (enable_ip_whitelisting, reference 0.2).
 */
#ifndef JG_MODEL_NETWORKS_H
#define JG_MODEL_NETWORKS_H

#include "base/bind.h"

#define JG_NETWORKS_MAX 4096   /* entries of one list */
#define JG_NETWORK_TEXT_MAX 64 /* bytes of one: IPv6, '/' and a number fit */
#define JG_NETWORK_ADDRESS_BYTES 16

/* An IPv4 address is the IPv6 address ::ffff:a.b.c.d, as in Go. */
struct jg_network {
    unsigned char address[JG_NETWORK_ADDRESS_BYTES];
    unsigned bits; /* that count, from the left: 0 to 128 */
};

struct jg_networks {
    const struct jg_network *items;
    size_t count;
};

/* From which addresses an API may be called. */
struct jg_caller_rules {
    bool only_allowed; /* nobody else, also when <allowed> is empty */
    struct jg_networks allowed, blocked;
};

/*
 * "address" or "address/bits" into <out>, which stays untouched on failure.
 *   JG_E_CONF_VALUE  it is neither
 */
enum jg_err jg_network_read(struct jg_str text, struct jg_network *out);

/* Is <address>, of which all bits count, in one of <networks>? */
bool jg_networks_have(const struct jg_networks *networks,
                      const struct jg_network *address);

#endif
