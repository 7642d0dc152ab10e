/*
 * Addresses of upstream names, kept by a process between requests, because a
 * transaction of the store for every request costs more than the rest of the
 * decision. An entry counts only as long as the shared epoch of addresses
 * (store/counters.h) is the one it was read at.
 */
#ifndef JG_ACCESS_ADDRESSES_H
#define JG_ACCESS_ADDRESSES_H

#include "base/hash.h"
#include "store/counters.h"
#include "store/records.h"

#define JG_ADDRESS_CACHE_SLOTS 256 /* two names in one slot take turns */

struct jg_address_cache; /* private: addresses.c; about 190 KiB */

enum jg_err jg_address_cache_new(struct jg_address_cache **out); /* NOMEM */
void jg_address_cache_free(struct jg_address_cache *cache); /* NULL is fine */

/*
 * The addresses of <host> (lower case), from <cache>, else from <store>. Each
 * of the three may be NULL; without <counters> the cache is not used. <out>
 * is valid until the next call, or lives in <scratch>.
 *   JG_E_NOT_FOUND  nobody has looked the name up yet
 *   JG_E_STORE
 */
enum jg_err jg_addresses_find(struct jg_address_cache *cache,
                              struct jg_store *store,
                              const struct jg_counters *counters,
                              struct jg_str host, struct jg_addresses *scratch,
                              const struct jg_addresses **out);

/*
 * <host> as a literal IPv4 or IPv6 address, without brackets, port 0. False
 * when it is a name.
 */
bool jg_address_literal(struct jg_str host, struct jg_address *out);

/* <address> with <port> filled in. */
void jg_address_set_port(struct jg_address *address, uint16_t port);

#endif
