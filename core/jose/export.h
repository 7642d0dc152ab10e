/* Keys on their way out: made, and written as JWK (RFC 7517) or PEM. */
#ifndef JG_JOSE_EXPORT_H
#define JG_JOSE_EXPORT_H

#include "base/buf.h"
#include "jose/jwks.h"
#include "jose/sign.h"

#define JG_RSA_BITS_NEW_MIN 2048 /* RFC 7518 3.3 */
#define JG_RSA_BITS_NEW_MAX 8192 /* making a larger one takes minutes */

/*
 * A new key pair for <alg> from OpenSSL's generator; an RSA key gets
 * <rsa_bits>, of JG_RSA_BITS_NEW_MIN..MAX.
 *   JG_E_KEY     a secret or unsigned algorithm, or the size out of range
 *   JG_E_CRYPTO  also: this OpenSSL does not have the algorithm
 *   JG_E_NOMEM
 */
enum jg_err jg_signer_generate(const struct jg_alg *alg, unsigned rsa_bits,
                               struct jg_signer **out,
                               struct jg_key_fault *fault);

/* The key that verifies what <signer> signs; it lives as long as <signer>. */
const struct jg_key *jg_signer_key(const struct jg_signer *signer);

/* What a JWK says besides the key itself. */
struct jg_jwk_names {
    struct jg_str kid;        /* empty: none */
    const struct jg_alg *alg; /* NULL: none */
};

/*
 * Append one JWK, one line, with "use": "sig". What was in <out> stays as it
 * was on failure. The private forms hold the private members.
 *   JG_E_KEY     <key> or <signer> is a secret, which keeps no bytes
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_jwk_write(const struct jg_key *key,
                         const struct jg_jwk_names *names, struct jg_buf *out);
enum jg_err jg_jwk_write_private(const struct jg_signer *signer,
                                 const struct jg_jwk_names *names,
                                 struct jg_buf *out);

/*
 * A JWK of kty oct from the bytes of a secret.
 *   JG_E_KEY  longer than JG_KEY_SECRET_MAX
 *   JG_E_NOMEM
 */
enum jg_err jg_jwk_write_secret(struct jg_str secret,
                                const struct jg_jwk_names *names,
                                struct jg_buf *out);

/* Append PEM: SubjectPublicKeyInfo, or PKCS#8. Errors as above. */
enum jg_err jg_pem_write(const struct jg_key *key, struct jg_buf *out);
enum jg_err jg_pem_write_private(const struct jg_signer *signer,
                                 struct jg_buf *out);

#endif
