/*
 * Passwords that were right a short while ago, so that not every request costs
 * a bcrypt. An entry is a name under a key of this process alone, for a stored
 * hash, a user and a password together (jg_password_tag()): it holds none of
 * them, and a password that was changed has another name at once. Wrong ones
 * are not kept, so nobody without a password fills it. One a process.
 */
#ifndef JG_ACCESS_PASSWORDS_H
#define JG_ACCESS_PASSWORDS_H

#include "jose/password.h"

#define JG_PASSWORDS_MAX 4096 /* entries; 160 KiB, taken with the first */

struct jg_passwords; /* private: passwords.c */

/* An empty one, with a new random key.  JG_E_NOMEM, JG_E_CRYPTO */
enum jg_err jg_passwords_new(struct jg_passwords **out);
void jg_passwords_free(struct jg_passwords *passwords); /* NULL is fine */

/* The name of <password> for <hash>.  JG_E_CRYPTO */
enum jg_err jg_passwords_tag(const struct jg_passwords *passwords,
                             struct jg_str hash, struct jg_str password,
                             unsigned char out[static JG_PASSWORD_TAG_BYTES]);

/* Was it kept, and not for less than until <now_s>? */
bool jg_passwords_know(const struct jg_passwords *passwords,
                       const unsigned char tag[static JG_PASSWORD_TAG_BYTES],
                       int64_t now_s);

/*
 * It was right: keep it until <until_s>. The one that would end first makes
 * way. Without memory nothing is kept.
 */
void jg_passwords_keep(struct jg_passwords *passwords,
                       const unsigned char tag[static JG_PASSWORD_TAG_BYTES],
                       int64_t now_s, int64_t until_s);

#endif
