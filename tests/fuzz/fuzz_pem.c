/* Key material of an API definition: PEM, DER, JWK or the bytes of a secret. */
#include <stdlib.h>

#include "jose/jwks.h"
#include "jose/sign.h"

/* Is there a usable key in <bytes> for an API with this method? */
static bool
is_source(struct jg_str bytes, const char *method)
{
    struct jg_key_fault fault;
    struct jg_jwks *set = NULL;
    bool known;
    enum jg_err err = jg_jwks_from_source(
        bytes, jg_alg_method(jg_str(method), &known), &set, &fault);

    if ((err == JG_OK) != (set != NULL))
        abort();
    jg_jwks_free(set);
    return err == JG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"rsa", "ecdsa", "eddsa", "mldsa"};
    struct jg_str bytes = {(const char *)data, size};
    struct jg_key *public = NULL, *secret = NULL;
    struct jg_signer *signer = NULL;
    struct jg_key_fault fault;
    bool asymmetric;

    asymmetric = jg_key_from_public(bytes, &public, &fault) == JG_OK;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        asymmetric |= is_source(bytes, methods[i]);
    is_source(bytes, "hmac");
    /* No text is both a public key and an HMAC secret. */
    if (jg_key_from_secret(bytes, &secret, &fault) == JG_OK && asymmetric)
        abort();
    jg_key_free(public);
    jg_key_free(secret);
    if (jg_signer_from_pem(bytes, &signer, &fault) == JG_OK)
        jg_signer_free(signer);
    return 0;
}
