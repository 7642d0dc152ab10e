/*
 * One verification key, whatever form it came in: PEM, DER, JWK, or the bytes
 * of a secret. Parsed and checked once, prepared once, then only read.
 */
#ifndef JG_JOSE_KEY_H
#define JG_JOSE_KEY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "jose/alg.h"

struct jg_key; /* private: key.c */

#define JG_KEY_TEXT_MAX (64 * 1024) /* longest key material in any form */
#define JG_KEY_SECRET_MAX 4096      /* longest HMAC secret, bytes */
#define JG_KEY_WHAT_MAX 200

/*
 * What is wrong with key material, for people: printable ASCII, never key
 * bytes. Every function that takes one accepts NULL.
 */
struct jg_key_fault {
    char what[JG_KEY_WHAT_MAX]; /* "expected an RSA public key, found EC P-256"
                                 */
};

/*
 * An HMAC key from the bytes of a secret, of any length from 1 (Tyk takes
 * short ones; jg_key_risk() names the risk). Text that is a PEM, a JWK or an
 * SSH key is refused: a public key must never become a secret.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_key_from_secret(struct jg_str secret, struct jg_key **out,
                               struct jg_key_fault *fault);

/*
 * A public key from PEM (SPKI, PKCS#1, X.509 certificate; of a private key
 * the public half, with a warning in <fault>) or DER of the same forms. All
 * checks are done: odd modulus of 1024..16384 bits, odd exponent of 3..2^64,
 * point on its named curve. <fault> is empty after success without warning.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_key_from_public(struct jg_str bytes, struct jg_key **out,
                               struct jg_key_fault *fault);

/*
 * A key from one JWK (RFC 7517): RSA, EC, OKP, oct, AKP. x5c alone is enough,
 * and must agree with n/e where both are; x5t is not checked (Auth0's is
 * odd). Private members are ignored. A key with "use" other than "sig", or
 * "key_ops" without "verify", is refused; so is one whose "alg" is unknown or
 * does not fit, or whose kid is no string of at most 256 bytes.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_key_from_jwk(const struct jg_json *jwk, struct jg_key **out,
                            struct jg_key_fault *fault);

/* Release; the key's secret bytes are wiped. NULL is fine. */
void jg_key_free(struct jg_key *key);

/* What the key is. Strings live as long as the key. */
struct jg_key_info {
    enum jg_family family;    /* JG_RSA_PKCS1 for every RSA key */
    const char *curve;        /* JWK crv or ML-DSA set, or NULL */
    unsigned bits;            /* of modulus, field or secret */
    const struct jg_alg *alg; /* the key's own "alg", or NULL */
    struct jg_str kid;        /* empty when it has none */
    struct jg_str thumbprint; /* RFC 7638 SHA-256, base64url; empty for oct */
};

const struct jg_key_info *jg_key_info(const struct jg_key *key);

/* The algorithms that this key can verify: by type, curve and own "alg". */
jg_algs jg_key_algs(const struct jg_key *key);

/*
 * Why this key is risky with one of <algs> ("secret of 6 bytes, RFC 7518
 * asks for 32", "secret is on public lists of leaked secrets", "RSA key of
 * 1024 bits"), or NULL. The text is static or lives in the key.
 */
const char *jg_key_risk(const struct jg_key *key, jg_algs algs);

/* "RSA 2048", "EC P-256", "secret of 6 bytes": lives as long as the key. */
const char *jg_key_describe(const struct jg_key *key);

/*
 * Does <signature> (raw bytes) sign <message> with <alg> under <key>? Length
 * and fit are checked before any mathematics.
 *   JG_E_KEY_FIT         alg and key do not belong together
 *   JG_E_SIGNATURE_SIZE  not the one exact length
 *   JG_E_SIGNATURE       does not verify
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_key_verify(const struct jg_key *key, const struct jg_alg *alg,
                          struct jg_str message, struct jg_str signature);

#endif
