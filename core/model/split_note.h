/*
 * Whom a kept split token belongs to, for the control API alone: sealed under
 * the control API's secret, since a copy of the store is to name nobody.
 */
#ifndef JG_MODEL_SPLIT_NOTE_H
#define JG_MODEL_SPLIT_NOTE_H

#include "jose/seal.h"

#define JG_SPLIT_NOTE_TEXT_MAX                     \
    256 /* bytes of each text: longer ones are cut \
         */
#define JG_SPLIT_NOTE_MAX (2 * JG_SPLIT_NOTE_TEXT_MAX + 64) /* ... sealed */

struct jg_split_note {
    struct jg_str subject; /* claim sub */
    struct jg_str client;  /* azp, client_id, cid or clientId */
};

/*
 * Seal <note> under <secret> for the API <api_id>, into <a>. <nonce>: random.
 *   JG_E_CONF_VALUE  the secret is empty
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err
jg_split_note_seal(struct jg_str secret, struct jg_str api_id,
                   const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
                   const struct jg_split_note *note, struct jg_arena *a,
                   struct jg_str *out);

/*
 * Open what that made; texts are in <a>.
 *   JG_E_SIGNATURE  another secret, another API, or changed bytes
 *   JG_E_CONF_VALUE, JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_split_note_open(struct jg_str secret, struct jg_str api_id,
                               struct jg_str sealed, struct jg_arena *a,
                               struct jg_split_note *out);

#endif
