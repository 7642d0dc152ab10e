/*
 * The keys that may verify the token of a decision: of the definition, or of
 * the key sets by URL that are there, young enough and bound to no other
 * issuer. For the steps "token", "key" and "signature" only.
 */
#ifndef JG_ACCESS_KEYS_H
#define JG_ACCESS_KEYS_H

#include "access/step.h"

/* Key sets of one kind that one decision may ask for. */
#define JG_KEYSETS_ASKED_MAX 4

/* Keys to try for one token: those with its kid, one or so of each set; for
 * one without kid JG_JWKS_MAX_TRIED of all sets together. */
#define JG_KEYS_MAX JG_KEY_URLS_MAX

/* What was found. Sets are numbered as in api->key_urls; the definition's own
 * has the number 0. Masks have bit <i> for set <i>. */
struct jg_key_choice {
    const struct jg_key *keys[JG_KEYS_MAX];
    uint8_t from[JG_KEYS_MAX]; /* the set of each */
    size_t count;
    size_t known;   /* keys in all sets looked through */
    uint32_t bound; /* sets whose issuer is the token's, or anybody's */
    uint32_t missing, stale; /* of these: not there, too old to be used */
    bool misfit;      /* a key has the kid, but is for another algorithm */
    const char *risk; /* why a strict API refused a key, or NULL; static, or
                       * in a key of a set that is held */
    uint64_t version; /* of all sets of the API together, 0: of none by URL */
    struct jg_jwks *sets[JG_KEY_URLS_MAX]; /* held */
    int64_t tried_s[JG_KEY_URLS_MAX];
};

/*
 * Fill <out>, to be given back with jg_keys_release(), except on failure.
 *   JG_E_STORE, JG_E_NOMEM
 */
enum jg_err jg_keys_choose(struct jg_decision *d, enum jg_keysets_look look,
                           struct jg_key_choice *out);
void jg_keys_release(struct jg_key_choice *choice);

/* The version that jg_keys_choose() would find, for the cache of tokens. Two
 * moments with one version have the same usable keys.
 *   JG_E_STORE, JG_E_NOMEM */
enum jg_err jg_keys_version(struct jg_decision *d, uint64_t *out);

/*
 * There is no key in <choice>: want what may bring it (JG_OK, d->want is set),
 * or say why not. Nonsense, which no key could verify, wants nothing.
 */
enum jg_err jg_keys_none(struct jg_decision *d,
                         const struct jg_key_choice *choice);

/* No key of <choice> verified: want what may bring another one, if there may
 * be such a thing. True: d->want is set. */
bool jg_keys_want_other(struct jg_decision *d,
                        const struct jg_key_choice *choice);

#endif
