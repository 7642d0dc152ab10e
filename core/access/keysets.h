/*
 * Key sets by URL, parsed, kept by a process between requests. A set is parsed
 * when its body changed, and then once; that something changed is seen by an
 * atomic load of the shared epoch of key sets (store/counters.h).
 */
#ifndef JG_ACCESS_KEYSETS_H
#define JG_ACCESS_KEYSETS_H

#include "jose/jwks.h"
#include "store/counters.h"
#include "store/keysets.h"

struct jg_keysets; /* private: keysets.c; one a process */

enum jg_err jg_keysets_new(struct jg_keysets **out); /* JG_E_NOMEM */
void jg_keysets_free(struct jg_keysets *sets);       /* NULL is fine */

/* One set as it is now. */
struct jg_keyset_state {
    struct jg_jwks *keys; /* a reference for the caller, who gives it back with
                           * jg_jwks_free(); NULL: there is no set */
    uint64_t version;     /* of the body; 0: there is no set */
    int64_t fetched_s, tried_s; /* as in the record */
};

/*
 * How closely to look: KNOWN believes what was read when the epoch was the
 * same, NOW reads the record's head again (the keys only when their version is
 * another one): the times in it change without the epoch.
 */
enum jg_keysets_look { JG_KEYSETS_KNOWN, JG_KEYSETS_NOW };

/*
 * The set <id>, from <sets>, else from <store>. Each of the three may be NULL:
 * without <store> there is no set, without the others the record is read each
 * time. A body that cannot be parsed counts as no set.
 *   JG_E_STORE, JG_E_NOMEM   <out> says that there is no set
 */
enum jg_err jg_keysets_find(struct jg_keysets *sets, struct jg_store *store,
                            const struct jg_counters *counters,
                            struct jg_str id, enum jg_keysets_look look,
                            struct jg_keyset_state *out);

/* Sets in memory, for tests. */
size_t jg_keysets_count(const struct jg_keysets *sets);

#endif
