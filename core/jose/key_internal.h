/* What the files of core/jose share about keys; nobody else includes this. */
#ifndef JG_JOSE_KEY_INTERNAL_H
#define JG_JOSE_KEY_INTERNAL_H

#include <openssl/evp.h>

#include "base/buf.h"
#include "jose/key.h"

#define JG_RSA_BITS_MIN 1024
#define JG_RSA_BITS_MAX 16384
#define JG_RSA_EXPONENT_BITS_MAX 64 /* larger ones are slow, and never real */
#define JG_RSA_BITS_ASKED 2048      /* RFC 7518 3.3; less is a risk */

/*
 * One algorithm of a key, prepared so that a verification copies a context
 * instead of building one. Only read after jg_key_prepare().
 */
struct jg_key_slot {
    const struct jg_alg *alg;
    size_t signature_bytes; /* exact */
    EVP_MD *digest;         /* NULL where the family has none */
    EVP_PKEY_CTX *pkey;     /* RSA, ECDSA: after verify_init and padding */
    EVP_MD_CTX *start;      /* EdDSA, ML-DSA: after DigestVerifyInit */
    unsigned char *secret;  /* HMAC: no longer than a block of the digest */
    size_t secret_len;
};

struct jg_key {
    struct jg_arena arena; /* holds this struct and all of its texts */
    struct jg_key_info info;
    jg_algs algs;
    const char *describe;
    bool leaked;                /* a secret on public lists: the worst risk */
    const char *short_risks[3]; /* where 32, 48, 64 bytes are asked, or NULL */
    const char *risk;           /* the next worse, for any algorithm, or NULL */
    EVP_PKEY *pkey;             /* public half only; NULL for a secret */
    struct jg_key_slot *slots;
    size_t slot_count;
};

/* What the form around a key (a JWK, a PEM) says about it. */
struct jg_key_meta {
    const struct jg_alg *alg; /* its own "alg", or NULL */
    struct jg_str kid;        /* empty: none */
    const char *risk;         /* static text, or NULL */
};

/*
 * Say what is wrong in <fault>, which may be NULL, and return <err>. Bytes
 * that are not printable ASCII become '?'.
 */
enum jg_err jg_key_fail(struct jg_key_fault *fault, enum jg_err err,
                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * JG_E_NOMEM when OpenSSL's error queue says so anywhere, otherwise <other>.
 * Empties the queue: nginx reports whatever is left in it. Whoever uses this
 * has emptied the queue first, of what others left there.
 */
enum jg_err jg_crypto_error(enum jg_err other);

/* A key of <secret>, 1..JG_KEY_SECRET_MAX bytes, not looked at for its form. */
enum jg_err jg_key_of_secret(struct jg_str secret,
                             const struct jg_key_meta *meta,
                             struct jg_key **out, struct jg_key_fault *fault);

/* A key of <pkey>, which stays the caller's; private parts are left behind. */
enum jg_err jg_key_of_pkey(EVP_PKEY *pkey, const struct jg_key_meta *meta,
                           struct jg_key **out, struct jg_key_fault *fault);

/* Text that must never become a secret: PEM, SSH, JWK, DER. JG_E_KEY. */
enum jg_err jg_key_secret_check(struct jg_str secret,
                                struct jg_key_fault *fault);

/* Family, curve and bits of <pkey>, checked. JG_E_KEY. */
enum jg_err jg_key_check(EVP_PKEY *pkey, struct jg_key_info *out,
                         struct jg_key_fault *fault);

/* The rows of the table that a key like <info> can verify. */
jg_algs jg_key_fitting(const struct jg_key_info *info, const EVP_PKEY *pkey);

/*
 * Fill key->slots for the algorithms in key->algs; a PS* for which the key is
 * too small, or which it forbids, is taken out of both. <secret> is empty
 * unless the key is one. What was made stays in the slots on failure too.
 *   JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_key_prepare(struct jg_key *key, struct jg_str secret);

/* Release what jg_key_prepare() made. */
void jg_key_unprepare(struct jg_key *key);

/*
 * Append the required members of the public JWK in the order of their names
 * (RFC 7638 3): {"crv":...}. False when OpenSSL fails; see also b->failed.
 */
bool jg_key_canonical(const struct jg_key_info *info, const EVP_PKEY *pkey,
                      struct jg_buf *b);

/* RFC 7638 over SHA-256, base64url, in <a>. JG_E_NOMEM, JG_E_CRYPTO. */
enum jg_err jg_key_thumbprint(const struct jg_key_info *info,
                              const EVP_PKEY *pkey, struct jg_arena *a,
                              struct jg_str *out);

/* The slot of <alg>, or NULL when it does not fit the key. */
const struct jg_key_slot *jg_key_slot(const struct jg_key *key,
                                      const struct jg_alg *alg);

/*
 * The HMAC of <message>, slot->signature_bytes long. JG_E_NOMEM, JG_E_CRYPTO.
 */
enum jg_err jg_key_mac(const struct jg_key_slot *slot, struct jg_str message,
                       unsigned char out[static EVP_MAX_MD_SIZE]);

/*
 * The EVP_PKEY in PEM or DER. <private> says on success whether the text held
 * a private key.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_pem_read(struct jg_str bytes, EVP_PKEY **out, bool *private,
                        struct jg_key_fault *fault);

/* Does <s> contain the start of a PEM block? */
bool jg_pem_seen(struct jg_str s);

/*
 * The EVP_PKEY in a JWK other than oct: from its members, or for public keys
 * also from x5c; both must agree. With <private>, the private members too.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_jwk_read(const struct jg_json *jwk, bool private, EVP_PKEY **out,
                        struct jg_key_fault *fault);

/*
 * The base64url string member <name> into <out> of <max> bytes; <exact> is
 * the length it must have, or 0. JG_E_KEY.
 */
enum jg_err jg_jwk_bytes(const struct jg_json *jwk, const char *name,
                         size_t exact, unsigned char *out, size_t max,
                         size_t *len, struct jg_key_fault *fault);

/* "alg" of a JWK: NULL when absent. JG_E_KEY when unknown or no string. */
enum jg_err jg_jwk_alg(const struct jg_json *jwk, const struct jg_alg **out,
                       struct jg_key_fault *fault);

/*
 * Is <secret> on the built-in list of leaked ones, with or without white space
 * at its ends? JG_E_CRYPTO.
 */
enum jg_err jg_secret_leaked(struct jg_str secret, bool *leaked);

/* Does the modulus carry the mark of CVE-2017-15361 (ROCA)? JG_E_CRYPTO. */
enum jg_err jg_rsa_is_roca(const EVP_PKEY *pkey, bool *roca);

#endif
