/* The signature algorithms of RFC 7518, 8037, 8812 and 9964 (ML-DSA). */
#ifndef JG_JOSE_ALG_H
#define JG_JOSE_ALG_H

#include "base/str.h"

enum jg_family {
    JG_UNSIGNED, /* "none": known by name, so that it can be refused by name */
    JG_HMAC,
    JG_RSA_PKCS1,
    JG_RSA_PSS,
    JG_ECDSA,
    JG_EDDSA,
    JG_MLDSA,
};

/* One algorithm. Rows live in one static table; compare them by address. */
struct jg_alg {
    const char *name; /* exact and case-sensitive, as in the header */
    enum jg_family family;
    const char *digest;     /* OpenSSL's name; NULL where the family has none */
    const char *curve;      /* JWK crv, or the ML-DSA parameter set; or NULL */
    size_t signature_bytes; /* exact; 0 for RSA: the length of the modulus */
};

/* A set of algorithms: bit N is row N of the table. */
typedef uint32_t jg_algs;

/* The row called <name>, or NULL. */
const struct jg_alg *jg_alg_find(struct jg_str name);

/* The bit of <alg>, for sets. */
jg_algs jg_alg_bit(const struct jg_alg *alg);

/* Row number <i>, or NULL behind the last: to walk the table. */
const struct jg_alg *jg_alg_at(size_t i);

/*
 * The algorithms that an API with this jwt_signing_method takes (reference
 * 2.3): hmac, rsa, ecdsa as Tyk, eddsa and mldsa in addition; anything else
 * is hmac, as Tyk does, and <known> says false.
 */
jg_algs jg_alg_method(struct jg_str method, bool *known);

#endif
