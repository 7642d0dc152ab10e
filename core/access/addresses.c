/* Names of upstreams to addresses: literal, remembered, or of the store. */
#include "access/addresses.h"

#include "base/arena.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define HOST_MAX 255 /* bytes of a host name, RFC 1035 2.3.4 */

struct slot {
    uint64_t epoch; /* plus 1; 0: free */
    uint8_t host_len;
    char host[HOST_MAX];
    struct jg_addresses addresses;
};

struct jg_address_cache {
    struct slot slots[JG_ADDRESS_CACHE_SLOTS];
};

enum jg_err
jg_address_cache_new(struct jg_address_cache **out)
{
    struct jg_address_cache *cache = jg_mem_grow(NULL, sizeof(*cache));

    if (cache == NULL)
        return JG_E_NOMEM;
    memset(cache, 0, sizeof(*cache));
    *out = cache;
    return JG_OK;
}

void
jg_address_cache_free(struct jg_address_cache *cache)
{
    jg_mem_free(cache);
}

static enum jg_err
ask_store(struct jg_store *store, struct jg_str host, struct jg_addresses *out)
{
    struct jg_txn *txn;
    enum jg_err err;

    if (store == NULL)
        return JG_E_NOT_FOUND;
    err = jg_txn_read(store, &txn);
    if (err != JG_OK)
        return err;
    err = jg_record_get_addresses(txn, host, out);
    jg_txn_abort(txn);
    return err;
}

enum jg_err
jg_addresses_find(struct jg_address_cache *cache, struct jg_store *store,
                  const struct jg_counters *counters, struct jg_str host,
                  struct jg_addresses *scratch, const struct jg_addresses **out)
{
    struct slot *slot;
    uint64_t epoch; /* read before the store, so that it is never too new */
    enum jg_err err;

    if (cache == NULL || counters == NULL || host.len > HOST_MAX) {
        err = ask_store(store, host, scratch);
        if (err == JG_OK)
            *out = scratch;
        return err;
    }
    epoch = jg_counters_addresses(counters) + 1;
    slot = &cache->slots[jg_hash_plain(host) % JG_ADDRESS_CACHE_SLOTS];
    if (slot->epoch != epoch ||
        !jg_str_eq(host, (struct jg_str){slot->host, slot->host_len})) {
        slot->epoch = 0;
        err = ask_store(store, host, &slot->addresses);
        if (err != JG_OK)
            return err;
        memcpy(slot->host, host.p, host.len);
        slot->host_len = (uint8_t)host.len;
        slot->epoch = epoch;
    }
    *out = &slot->addresses;
    return JG_OK;
}

/* Most names show by their first character that they are none. */
static bool
looks_literal(struct jg_str host)
{
    return host.len > 1 && host.len < INET6_ADDRSTRLEN &&
           ((host.p[0] >= '0' && host.p[0] <= '9') ||
            jg_str_find(host, ':') < host.len);
}

bool
jg_address_literal(struct jg_str host, struct jg_address *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    char text[INET6_ADDRSTRLEN];

    _Static_assert(sizeof(v6) <= sizeof(out->bytes), "both forms fit");
    if (!looks_literal(host))
        return false;
    memcpy(text, host.p, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(out->bytes, &v4, sizeof(v4));
        out->len = sizeof(v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
        return false;
    memcpy(out->bytes, &v6, sizeof(v6));
    out->len = sizeof(v6);
    return true;
}

void
jg_address_set_port(struct jg_address *address, uint16_t port)
{
    in_port_t wire = htons(port);

    _Static_assert(offsetof(struct sockaddr_in, sin_port) ==
                       offsetof(struct sockaddr_in6, sin6_port),
                   "the port is at the same place in both forms");
    memcpy(address->bytes + offsetof(struct sockaddr_in, sin_port), &wire,
           sizeof(wire));
}
