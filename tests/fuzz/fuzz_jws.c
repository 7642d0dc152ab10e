/* Whole tokens, as a client sends them: split, read, verified. */
#include <stdlib.h>

#include "jose/claims.h"
#include "jose/jws.h"

/* One key of each cheap family, made once. */
static struct jg_jwks *
keys(void)
{
    static const char text[] =
        "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"ec\",\"crv\":\"P-256\","
        "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
        "{\"kty\":\"OKP\",\"kid\":\"ed\",\"crv\":\"Ed25519\","
        "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";
    static struct jg_jwks *set;

    if (set == NULL && jg_jwks_parse(JG_STR(text), true, &set, NULL) != JG_OK)
        abort();
    return set;
}

static struct jg_jwks *
secret(void)
{
    static struct jg_jwks *set;
    struct jg_key *key;

    if (set == NULL &&
        (jg_key_from_secret(JG_STR("tyk123"), &key, NULL) != JG_OK ||
         jg_jwks_of_key(key, &set) != JG_OK))
        abort();
    return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jg_claims_skew skew = {5, 5, 5};
    struct jg_str token = {(const char *)data, size};
    const struct jg_json *claims = NULL;
    const struct jg_key *key = NULL;
    struct jg_jws_header header;
    struct jg_jws jws;
    struct jg_arena a;

    if (jg_jws_split(token, &jws) != JG_OK)
        return 0;
    if (jws.header.len + jws.payload.len + jws.signature.len + 2 != size)
        abort();
    jg_arena_init(&a, 16 * 1024, 4 * 1024 * 1024);
    if (jg_jws_claims(&jws, &a, &claims) == JG_OK)
        jg_claims_check_time(claims, 1700000000, &skew);
    if (jg_jws_header(&jws, &a, &header) == JG_OK) {
        if (jg_jws_verify(&jws, &header, secret(), &a, &key) == JG_OK &&
            (header.alg == NULL || header.alg->family != JG_HMAC))
            abort();
        if (jg_jws_verify(&jws, &header, keys(), &a, &key) == JG_OK &&
            (header.alg == NULL || header.alg->family == JG_HMAC ||
             header.alg->family == JG_UNSIGNED))
            abort();
    }
    jg_arena_free(&a);
    return 0;
}
