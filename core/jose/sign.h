/* Making tokens and keys: for the CLI, the demo and the tests. */
#ifndef JG_JOSE_SIGN_H
#define JG_JOSE_SIGN_H

#include "base/buf.h"
#include "base/json.h"
#include "jose/alg.h"
#include "jose/key.h"

struct jg_signer; /* a private key or secret; private: sign.c */

/*
 * From the bytes of a secret, or a PEM/DER private key, or a private JWK (its
 * "use" and "key_ops" are not looked at, its "alg" is). The rules of key.h for
 * secrets and sizes hold.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_signer_from_secret(struct jg_str secret, struct jg_signer **out,
                                  struct jg_key_fault *fault);
enum jg_err jg_signer_from_pem(struct jg_str pem, struct jg_signer **out,
                               struct jg_key_fault *fault);
enum jg_err jg_signer_from_jwk(const struct jg_json *jwk,
                               struct jg_signer **out,
                               struct jg_key_fault *fault);
void jg_signer_free(struct jg_signer *signer);

/* The usual algorithm of this key: HS256, RS256, ES256/384/512, EdDSA. */
const struct jg_alg *jg_signer_default_alg(const struct jg_signer *signer);

/*
 * Append the compact token of <header> and <claims> (JSON texts, used byte
 * for byte; the header must already name <alg>) to <out>, whose content stays
 * as it was on failure.
 *   JG_E_KEY_FIT  the key cannot sign with <alg>
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_sign(const struct jg_signer *signer, const struct jg_alg *alg,
                    struct jg_str header, struct jg_str claims,
                    struct jg_buf *out);

/* <len> random bytes from OpenSSL's generator. JG_E_CRYPTO. */
enum jg_err jg_random(void *out, size_t len);

/* SHA-256 of <s> into 32 bytes. JG_E_CRYPTO. */
enum jg_err jg_sha256(struct jg_str s, unsigned char out[static 32]);

/* SHA-256 of <s> as 64 lowercase hex digits and a NUL. JG_E_CRYPTO. */
enum jg_err jg_sha256_hex(struct jg_str s, char out[static 65]);

/* MD5 as 32 lowercase hex digits: Tyk's session ids only (reference 2.10). */
enum jg_err jg_md5_hex(struct jg_str s, char out[static 33]);

/* "OpenSSL 3.0.17 1 Jul 2025": the library in use. */
const char *jg_crypto_version(void);

#endif
