/*
 * Passwords of basic authentication, as they are kept (reference 7.6). bcrypt
 * is the platform's (libcrypt). It takes tens of milliseconds on purpose, so
 * that nginx workers never call jg_password_matches() or _hash().
 */
#ifndef JG_JOSE_PASSWORD_H
#define JG_JOSE_PASSWORD_H

#include "base/err.h"
#include "base/str.h"

#define JG_PASSWORD_MAX 256 /* bytes of one that is presented */
#define JG_PASSWORD_BCRYPT_MAX                                                 \
    72                            /* of them bcrypt sees no more: a new one is \
                                   * no longer */
#define JG_PASSWORD_HASH_BYTES 60 /* of a bcrypt hash, "$2b$10$..." */
#define JG_PASSWORD_SALT_BYTES 16
#define JG_PASSWORD_COST_MAX 14 /* about a second: no hash costs more */
#define JG_PASSWORD_TAG_BYTES 32

/* The hash of no password: what is looked at for users who do not exist, so
 * that they take as long as others. It has the cost of new hashes. */
extern const char jg_password_nobody[];

/* Is <text> a bcrypt hash, of $2a$, $2b$ or $2y$, with a cost from 4 to
 * JG_PASSWORD_COST_MAX? */
bool jg_password_is_bcrypt(struct jg_str text);

/*
 * Can <password> be anybody's? It has 1 to JG_PASSWORD_MAX bytes, and none of
 * them is a NUL.
 */
bool jg_password_is_possible(struct jg_str password);

/*
 * Does <password> belong to the bcrypt <hash>? <out> is untouched on failure.
 * Bytes beyond JG_PASSWORD_BCRYPT_MAX do not count, as in every bcrypt.
 *   JG_E_CRYPTO  <hash> is none, or libcrypt does not take it
 *   JG_E_NOMEM
 */
enum jg_err jg_password_matches(struct jg_str hash, struct jg_str password,
                                bool *out);

/*
 * The bcrypt hash of <password>, with a NUL, as Tyk keeps it: cost 10. <salt>
 * has to be random.
 *   JG_E_CONF_VALUE  no possible password, or longer than bcrypt can see
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err
jg_password_hash(struct jg_str password,
                 const unsigned char salt[static JG_PASSWORD_SALT_BYTES],
                 char out[static JG_PASSWORD_HASH_BYTES + 1]);

/*
 * What stands for <hash> and <password> together in a cache: HMAC-SHA-256
 * under the secret <key>. JG_E_CRYPTO
 */
enum jg_err
jg_password_tag(const unsigned char key[static JG_PASSWORD_TAG_BYTES],
                struct jg_str hash, struct jg_str password,
                unsigned char out[static JG_PASSWORD_TAG_BYTES]);

#endif
