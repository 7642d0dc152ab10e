/* Host names to addresses, and into the records that nginx reads. */
#ifndef JG_BROKER_RESOLVE_H
#define JG_BROKER_RESOLVE_H

#include "broker.h"

#include "store/records.h"

#include <netdb.h>

/* How names are looked up: getaddrinfo(), or a test's. */
struct jg_resolver {
    int (*lookup)(const char *node, const char *service,
                  const struct addrinfo *hints, struct addrinfo **out);
    void (*release)(struct addrinfo *list);
};

extern const struct jg_resolver jg_resolver_system;

/*
 * Look <host> up: both families, in the system's order of preference, each
 * address once, at most JG_ADDRESSES_MAX. A failure is a result too: count 0,
 * and the reason in <why> (static text). Blocks, possibly for many seconds.
 */
void jg_resolve(const struct jg_resolver *resolver, struct jg_str host,
                int64_t now_s, struct jg_addresses *out, const char **why);

/* The same addresses, in whatever order? */
bool jg_addresses_same(const struct jg_addresses *a,
                       const struct jg_addresses *b);

/*
 * Is <now> worth storing after <before> (NULL: nothing is stored)? The last
 * good addresses stay when a later lookup fails.
 */
bool jg_resolve_replaces(const struct jg_addresses *before,
                         const struct jg_addresses *now);

enum jg_resolve_mode {
    JG_RESOLVE_MISSING, /* only when there is no record: for requests */
    JG_RESOLVE_REFRESH, /* in any case: for the keeper */
};

/*
 * Look <host> up and bring its record in line; requests learn of it through
 * the addresses epoch. <found> is the number of addresses that a
 * lookup gave, 0 when it failed or was not made.
 *   JG_E_BROKER  another process is looking it up at this moment
 *   JG_E_STORE, JG_E_STORE_FULL
 */
enum jg_err jg_resolve_record(struct jg_broker *broker,
                              const struct jg_resolver *resolver,
                              enum jg_resolve_mode mode, struct jg_str host,
                              size_t *found);

/*
 * Is there a record of <host>? A failed lookup is one, too: the keeper tries
 * again, and no request waits for it.
 */
bool jg_resolve_settled(struct jg_txn *txn, struct jg_str host);

#endif
