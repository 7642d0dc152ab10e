/* Where the gateway may go by itself. */
#include "reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* In front of an IPv4 address. */
static const unsigned char mapped[12] = {0, 0, 0, 0, 0,   0,
                                         0, 0, 0, 0, 255, 255};

/* Never to be connected to, whoever names them. */
static const struct {
    const char *range, *why;
} forbidden[] = {
    {"0.0.0.0/8", "it stands for this machine"},
    {"169.254.0.0/16", "link-local, where clouds offer their metadata"},
    {"100.100.100.200", "a cloud's metadata"},
    {"168.63.129.16", "a cloud's metadata"},
    {"192.0.0.192", "a cloud's metadata"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved"},
    {"::/128", "it stands for this machine"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "site-local, which is not used any more"},
    {"ff00::/8", "multicast"},
    {"fd00:ec2::254", "a cloud's metadata"},
    {"fd20:ce::254", "a cloud's metadata"},
};

/* IPv6 addresses that carry one of IPv4, and at which byte. */
static const struct {
    const char *range;
    unsigned at;
} carriers[] = {
    {"::/96", 12},           /* IPv4-compatible, RFC 4291 2.5.5.1 */
    {"::ffff:0:0:0/96", 12}, /* IPv4-translated, RFC 2765 */
    {"64:ff9b::/96", 12},    /* NAT64, RFC 6052 */
    {"64:ff9b:1::/48", 12},  /* the same of a network's own, RFC 8215 */
    {"2002::/16", 2},        /* 6to4, RFC 3056 */
};

static bool
holds(const struct jg_networks *networks, const unsigned char bytes[static 16])
{
    struct jg_network address = {.bits = 128};

    memcpy(address.address, bytes, sizeof(address.address));
    return jg_networks_have(networks, &address);
}

static bool
holds_text(const char *text, const unsigned char bytes[static 16])
{
    struct jg_network network;
    const struct jg_networks one = {&network, 1};

    return jg_network_read(jg_str(text), &network) == JG_OK &&
           holds(&one, bytes);
}

static bool
is_v6_loopback(const unsigned char bytes[static 16])
{
    static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

    return memcmp(bytes, &loopback, sizeof(loopback)) == 0;
}

/* The IPv4 address in <bytes> takes their place, when they carry one. */
static void
unwrap(unsigned char bytes[static 16])
{
    unsigned char inner[4];

    if (is_v6_loopback(bytes) || holds_text("::/128", bytes))
        return;
    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
        if (!holds_text(carriers[i].range, bytes))
            continue;
        memcpy(inner, bytes + carriers[i].at, sizeof(inner));
        memcpy(bytes, mapped, sizeof(mapped));
        memcpy(bytes + sizeof(mapped), inner, sizeof(inner));
        return;
    }
}

/* False for an address of another family than those two. */
static bool
bytes_of(const struct sockaddr *address, unsigned char out[static 16])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof(v4));
        memcpy(out, mapped, sizeof(mapped));
        memcpy(out + sizeof(mapped), &v4.sin_addr, sizeof(v4.sin_addr));
        return true;
    }
    if (address->sa_family != AF_INET6)
        return false;
    memcpy(&v6, address, sizeof(v6));
    memcpy(out, &v6.sin6_addr, sizeof(v6.sin6_addr));
    unwrap(out);
    return true;
}

const char *
jg_reach_forbidden(const struct jg_reach *reach, const struct sockaddr *address)
{
    unsigned char bytes[16];

    if (!bytes_of(address, bytes))
        return "it is no IP address";
    if (holds(&reach->allowed, bytes))
        return NULL;
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        if (holds_text(forbidden[i].range, bytes))
            return forbidden[i].why;
    return NULL;
}

bool
jg_reach_is_loopback(const struct sockaddr *address)
{
    unsigned char bytes[16];

    return bytes_of(address, bytes) &&
           (holds_text("127.0.0.0/8", bytes) || is_v6_loopback(bytes));
}

bool
jg_reach_is_loopback_name(struct jg_str host)
{
    const struct jg_str name = JG_STR("localhost");

    return jg_str_eq_nocase(host, name) ||
           (host.len > name.len && host.p[host.len - name.len - 1] == '.' &&
            jg_str_eq_nocase(jg_str_from(host, host.len - name.len), name));
}

bool
jg_reach_literal(const char *host, struct sockaddr_storage *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        memcpy(out, &v4, sizeof(v4));
    else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
        memcpy(out, &v6, sizeof(v6));
    else
        return false;
    return true;
}
