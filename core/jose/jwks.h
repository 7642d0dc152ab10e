/* A set of keys (RFC 7517 5), one bad key never spoiling the others. */
#ifndef JG_JOSE_JWKS_H
#define JG_JOSE_JWKS_H

#include "jose/key.h"

#define JG_JWKS_MAX_KEYS 100
#define JG_JWKS_MAX_BYTES (1024 * 1024)
#define JG_JWKS_MAX_TRIED 4 /* keys tried for one token without kid */

struct jg_jwks; /* private: jwks.c; reference counted, by one thread */

/*
 * The set in <text>: a JWK set, or a single JWK. With <fetched>, symmetric
 * keys are skipped (a URL is no place for secrets); also when there are public
 * keys beside them. Different keys for one kid and alg are all skipped.
 *   JG_E_JSON...  not a JSON object with "keys", nor a JWK; too many keys
 *   JG_E_KEY      no usable key in it (the set is still returned for <out>
 *                 to show why, except when <out> is NULL)
 */
enum jg_err jg_jwks_parse(struct jg_str text, bool fetched,
                          struct jg_jwks **out, struct jg_key_fault *fault);

/* A set of one key, which it takes over unless it fails. JG_E_NOMEM. */
enum jg_err jg_jwks_of_key(struct jg_key *key, struct jg_jwks **out);

struct jg_jwks *jg_jwks_ref(struct jg_jwks *set); /* one more owner */
void jg_jwks_free(struct jg_jwks *set);           /* one less; NULL is fine */

/* Entry <i> of the text: the key, or NULL and why it was skipped. */
struct jg_jwks_entry {
    const struct jg_key *key;
    struct jg_str kid;
    const char *skipped; /* empty when usable */
};

size_t jg_jwks_count(const struct jg_jwks *set);
const struct jg_jwks_entry *jg_jwks_at(const struct jg_jwks *set, size_t i);

/*
 * The keys to try for a token with <alg> and <kid> (empty: none), in the
 * order of the set: those with that kid, or, without kid, those that fit; at
 * most JG_JWKS_MAX_TRIED into <out>. Returns how many. Of keys with the kid,
 * those that fit if there are any, otherwise those that do not, for the sake
 * of JG_E_KEY_FIT. A set of exactly one key without a kid of its own (a static
 * PEM or secret) serves every kid.
 */
size_t jg_jwks_select(const struct jg_jwks *set, const struct jg_alg *alg,
                      struct jg_str kid,
                      const struct jg_key *out[static JG_JWKS_MAX_TRIED]);

/*
 * The key material of Tyk's jwt_source after base64, by its look: a JWK or
 * JWK set when it starts with '{', for hmac methods the secret's bytes,
 * otherwise PEM or DER. Keys that fit none of <algs> are refused with what was
 * expected and what was found.
 *   JG_E_KEY, JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_jwks_from_source(struct jg_str material, jg_algs algs,
                                struct jg_jwks **out,
                                struct jg_key_fault *fault);

#endif
