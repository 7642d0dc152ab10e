/* The inside of a key set, for the two files that make one. */
#ifndef JG_JOSE_JWKS_INTERNAL_H
#define JG_JOSE_JWKS_INTERNAL_H

#include "jose/jwks.h"

struct jg_jwks {
    struct jg_arena arena; /* holds this struct and its entries */
    unsigned refs;
    size_t count;
    struct jg_jwks_entry *entries;
    struct jg_key **keys; /* the owner of entries[i].key */
};

/* Give up entry <i>: free its key, and say why. */
void jg_jwks_skip(struct jg_jwks *set, size_t i, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* JG_OK when a key is left, otherwise JG_E_KEY and why there is none. */
enum jg_err jg_jwks_usable(const struct jg_jwks *set,
                           struct jg_key_fault *fault);

#endif
