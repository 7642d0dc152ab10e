/*
 * A whole token that its holder cannot read: "jgs1." and base64url of key id,
 * salt, nonce, ciphertext and tag (jose/seal.h). Nothing is kept for it;
 * whoever has the ring of keys opens it.
 */
#ifndef JG_MODEL_SEALED_TOKEN_H
#define JG_MODEL_SEALED_TOKEN_H

#include "jose/seal.h"
#include "model/conf.h"

#define JG_SEALED_PREFIX "jgs1."
#define JG_SEALED_SALT_BYTES                      \
    16 /* each token has a key of its own: nonces \
        * alone would do for 2^32 of them only */
#define JG_SEALED_RANDOM_BYTES (JG_SEALED_SALT_BYTES + JG_SEAL_NONCE_BYTES)

/* What a text is: one is never taken for the other. */
enum jg_split_kind {
    JG_SPLIT_ACCESS,
    JG_SPLIT_REFRESH,
};

/* The keys of tyk.conf, or, where there are none, the installation's own. */
struct jg_sealed_ring {
    const struct jg_conf *conf;
    struct jg_str own; /* secret of the installation */
};

/* What texts of <kind> for <org_id> are bound to, in <a>. p == NULL: no memory.
 */
struct jg_str jg_split_bound(enum jg_split_kind kind, struct jg_str org_id,
                             struct jg_arena *a);

/* What is sealed of an access token, in <a>: the API whose token endpoint gave
 * it, and the token. p == NULL: no memory. And read again: the token. */
struct jg_str jg_sealed_access_text(struct jg_str api_id, struct jg_str token,
                                    struct jg_arena *a);
struct jg_str jg_sealed_access(struct jg_str text, struct jg_str *api_id);

/* Is this text one of ours, by its looks? */
bool jg_sealed_looks_so(struct jg_str token);

/*
 * <text> sealed under the first key, into <a>. <random>: random bytes.
 *   JG_E_CRYPTO, JG_E_NOMEM, JG_E_CONF_RANGE (too long)
 */
enum jg_err
jg_sealed_make(const struct jg_sealed_ring *ring, struct jg_str bound,
               const unsigned char random[static JG_SEALED_RANDOM_BYTES],
               struct jg_str text, struct jg_arena *a, struct jg_str *out);

/*
 * The text of <token>, into <a>.
 *   JG_E_SPLIT_SEALED  its key is gone, it is for another organisation or
 *                      another use, or it was changed
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_sealed_open(const struct jg_sealed_ring *ring,
                           struct jg_str bound, struct jg_str token,
                           struct jg_arena *a, struct jg_str *out);

#endif
