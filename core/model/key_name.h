/*
 * Stored keys by name (reference 7.2 to 7.4): the key that is made for an id,
 * the keys that a presented one may stand for, and the short hash that names a
 * key to its owner. A short hash only names; no lookup ever admits by one.
 */
#ifndef JG_MODEL_KEY_NAME_H
#define JG_MODEL_KEY_NAME_H

#include "base/arena.h"
#include "base/err.h"
#include "model/conf.h"

#define JG_KEY_BYTES_MAX                                                     \
    8192                      /* of a key, as it is presented or made. The   \
                               * longest signature in use, of ML-DSA-87, has \
                               * 6170 digits, and a split token is one */
#define JG_KEY_LENGTH_LEAST 3 /* bytes, where min_token_length is 0 */
#define JG_KEY_HASH_MAX 64    /* digits of the longest hash */
#define JG_KEY_FALLBACKS_MAX \
    4 /* of hash_key_function_fallback that are tried */

/* Keys to look up, in this order, for one that was presented. */
#define JG_KEY_CANDIDATES_MAX (3 + JG_KEY_FALLBACKS_MAX)

struct jg_key_candidates {
    struct jg_str keys[JG_KEY_CANDIDATES_MAX];
    size_t count; /* 0: too short or too long to be anybody's */
};

/*
 * 32 random hex digits and a NUL: the id of a key that is made without one.
 *   JG_E_CRYPTO
 */
enum jg_err jg_key_new_id(char out[static 33]);

/*
 * The key of organisation <org> with this <id>, which may begin with <org>
 * already (taken off once): with a <function> (hash_key_function) base64 of
 * {"org":"ORG","id":"ID","h":"FUNCTION"}, with murmur64 for one that is not
 * known, without one ORG and ID. As in Tyk nothing is escaped. <id> must not be
 * empty: see jg_key_new_id().
 *   JG_E_CONF_RANGE  the key would have more than JG_KEY_BYTES_MAX bytes
 *   JG_E_NOMEM
 */
enum jg_err jg_key_make(struct jg_str org, struct jg_str id,
                        struct jg_str function, struct jg_arena *a,
                        struct jg_str *out);

/*
 * The organisation that <key> names itself: "org" of a JSON key, or its first
 * 24 characters when they are hex digits and not all; else empty. In <a> or in
 * <key>. JG_E_NOMEM
 */
enum jg_err jg_key_org(struct jg_str key, struct jg_arena *a,
                       struct jg_str *out);

/*
 * The keys that <key>, presented to an API or control call of <org>, may stand
 * for: itself alone when it names that organisation, else first the key that
 * has it for an id, then itself, then those of the fallbacks. Shorter than
 * min_token_length, or longer than JG_KEY_BYTES_MAX: none. In <a> or in <key>.
 *   JG_E_NOMEM
 */
enum jg_err jg_key_candidates(const struct jg_conf *conf, struct jg_str org,
                              struct jg_str key, struct jg_arena *a,
                              struct jg_key_candidates *out);

/*
 * The same for the name of a <user> (reference 7.6): at last organisation and
 * name, as it was before hash_key_function. JG_E_NOMEM
 */
enum jg_err jg_user_candidates(const struct jg_conf *conf, struct jg_str org,
                               struct jg_str user, struct jg_arena *a,
                               struct jg_key_candidates *out);

/* Other texts that lead to a stored key. */
struct jg_key_aliases {
    struct jg_str items[2];
    size_t count;
};

/*
 * What may be presented in place of the stored <key>, of an API of <org>: its
 * id, and organisation and id. In <a> or in <key>.  JG_E_NOMEM
 */
enum jg_err jg_key_aliases(struct jg_str org, struct jg_str key,
                           struct jg_arena *a, struct jg_key_aliases *out);

/*
 * The hash of <text> in lower case hex digits by the function of this name,
 * murmur32, murmur64, murmur128 or sha256: 8, 16, 32 or 64 digits and a NUL.
 * JG_E_NOT_FOUND: there is none of this name. JG_E_CRYPTO
 */
enum jg_err jg_key_hash_by(struct jg_str function, struct jg_str text,
                           char out[static JG_KEY_HASH_MAX + 1]);

/*
 * The short hash of <key>, in lower case hex digits, by the function that a
 * JSON key names ("h") or by Tyk's own murmur32: 8, 16, 32 or 64 digits and a
 * NUL. Two keys may well have the same. <a> is for work. JG_E_NOMEM,
 * JG_E_CRYPTO
 */
enum jg_err jg_key_hash(struct jg_str key, struct jg_arena *a,
                        char out[static JG_KEY_HASH_MAX + 1]);

/*
 * The name under which the owner of <key> sees it: its hash with hash_keys,
 * otherwise <key> itself. In <a> or in <key>. JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_key_name(const struct jg_conf *conf, struct jg_str key,
                        struct jg_arena *a, struct jg_str *out);

#endif
