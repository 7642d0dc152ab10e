/*
 * A script of Tyk's split token page keeps a JWT in the meta data of a key
 * whose id is the JWT's signature. Where keys are hashed the id is the client's
 * alone, but for that JWT: kept as it is, it would tell the id, and both, to
 * whoever has a copy of the store. So it is sealed under the key (jose/seal.h).
 *
 * A sealed token is a text of its own in the session, "jotgate-sealed." and
 * base64url. Who has the key opens it; for everybody else it is a text like any
 * other, which may be shown, written back and exchanged with the rest.
 */
#ifndef JG_STORE_KEY_SEAL_H
#define JG_STORE_KEY_SEAL_H

#include "jose/seal.h"
#include "store/keys.h"

#define JG_KEY_SEALED_MAX                               \
    8 /* tokens of one session; others stay as they are \
       */

/*
 * <session>, which is JSON, with each text "header.payload.ID" sealed under
 * <key> of organisation <org>, where ID is the key or its id
 * (jg_key_aliases()). Ids that could be guessed (shorter than
 * JG_SPLIT_HANDLE_MIN) seal nothing. <nonce>: random bytes. In <a>, or
 * <session> itself. JG_E_CONF_RANGE  longer than a session may be; JG_E_CRYPTO,
 * JG_E_NOMEM, JG_E_STORE
 */
enum jg_err jg_key_seal(struct jg_txn *txn, struct jg_str key,
                        struct jg_str org,
                        const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
                        struct jg_str session, struct jg_arena *a,
                        struct jg_str *out);

/* Is there anything in it that may be sealed? */
bool jg_key_is_sealed(struct jg_str session);

/*
 * <session> with what is sealed under <key> as it was. What another key sealed,
 * or nobody, stays. In <a>, or <session> itself.
 *   JG_E_CRYPTO, JG_E_NOMEM, JG_E_STORE
 */
enum jg_err jg_key_open(struct jg_txn *txn, struct jg_str key,
                        struct jg_str session, struct jg_arena *a,
                        struct jg_str *out);

#endif
