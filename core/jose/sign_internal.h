/* The inside of a signer, for the two files that make signatures. */
#ifndef JG_JOSE_SIGN_INTERNAL_H
#define JG_JOSE_SIGN_INTERNAL_H

#include "jose/sign.h"

/* Lies in the arena of its key, and so is released with it. */
struct jg_signer {
    struct jg_key *key; /* with the private half in key->pkey */
};

/* A signer of a secret or key pair, which it takes over. JG_E_NOMEM. */
enum jg_err jg_signer_of_key(struct jg_key *key, struct jg_signer **out);

#endif
