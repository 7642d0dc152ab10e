/* Key sets, as a provider or a configuration gives them. */
#include <stdlib.h>

#include "jose/jwks.h"
#include "jose/sign.h"

/* What every set must keep, whatever is in it. */
static void
check_set(const struct jg_jwks *set, bool fetched)
{
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(set, i);
        const struct jg_alg *alg;
        struct jg_str zeros = {"", 0};

        if ((entry->key == NULL) == (entry->skipped[0] == '\0'))
            abort();
        if (entry->key == NULL)
            continue;
        if (jg_key_algs(entry->key) == 0)
            abort();
        if (fetched && jg_key_info(entry->key)->family == JG_HMAC)
            abort();
        jg_key_risk(entry->key, jg_key_algs(entry->key));
        for (size_t a = 0; (alg = jg_alg_at(a)) != NULL; a++)
            if (jg_key_verify(entry->key, alg, zeros, zeros) == JG_OK)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str text = {(const char *)data, size};
    const struct jg_json *jwk = NULL;
    struct jg_signer *signer = NULL;
    struct jg_key_fault fault;
    struct jg_arena a;

    for (int fetched = 0; fetched < 2; fetched++) {
        struct jg_jwks *set = NULL;

        jg_jwks_parse(text, fetched == 1, &set, &fault);
        if (set != NULL)
            check_set(set, fetched == 1);
        jg_jwks_free(set);
    }
    jg_arena_init(&a, 16 * 1024, 4 * 1024 * 1024);
    if (jg_json_parse(text, &jg_json_limits_token, &a, &jwk, NULL) == JG_OK &&
        jg_signer_from_jwk(jwk, &signer, &fault) == JG_OK)
        jg_signer_free(signer);
    jg_arena_free(&a);
    return 0;
}
