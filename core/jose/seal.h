/*
 * Sealing: what is kept for somebody, so that only who holds their secret can
 * open it again. AES-256-GCM (NIST SP 800-38D) under a key that HKDF-SHA-256
 * (RFC 5869) derives from the secret. A copy of what is sealed opens nothing.
 */
#ifndef JG_JOSE_SEAL_H
#define JG_JOSE_SEAL_H

#include "base/arena.h"
#include "base/err.h"

#define JG_SEAL_NONCE_BYTES 12
#define JG_SEAL_TAG_BYTES 16
#define JG_SEAL_OVERHEAD (JG_SEAL_NONCE_BYTES + JG_SEAL_TAG_BYTES)
#define JG_SEAL_MAX (1024 * 1024) /* bytes of one text */

/* A derived key. Wipe it with jg_mem_wipe() after use. */
struct jg_seal_key {
    unsigned char bytes[32];
};

/*
 * Derive the key of <secret>, which must be hard to guess by itself (a
 * signature, or random bytes: this is no password hashing). <purpose> keeps
 * keys of one secret for different things apart.
 *   JG_E_CONF_VALUE  the secret is empty
 *   JG_E_CRYPTO
 */
enum jg_err jg_seal_derive(struct jg_str secret, struct jg_str salt,
                           const char *purpose, struct jg_seal_key *out);

/*
 * Seal <text> into <a>: nonce, ciphertext, tag. <nonce> must never be used
 * twice with one key: random bytes. <bound> is not kept, but opening needs the
 * same one again: what the text belongs to.
 *   JG_E_CONF_RANGE (longer than JG_SEAL_MAX), JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_seal(const struct jg_seal_key *key,
                    const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
                    struct jg_str bound, struct jg_str text, struct jg_arena *a,
                    struct jg_str *out);

/*
 * The text again, in <a>.
 *   JG_E_SIGNATURE  another key, another <bound>, or changed bytes
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_unseal(const struct jg_seal_key *key, struct jg_str bound,
                      struct jg_str sealed, struct jg_arena *a,
                      struct jg_str *out);

#endif
