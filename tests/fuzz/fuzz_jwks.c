/*
 * Sets composed of good and bad keys: each two bytes are one key and its kid.
 * (fuzz_jwk reads sets as text.) Which keys serve which token never depends on
 * luck: no kid has two meanings, no secret stands beside public keys.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "jose/jwks.h"

#define KEYS_MAX 24
#define TEXT_MAX (64 * 1024)

static const char *const keys[] = {
    "\"kty\":\"EC\",\"crv\":\"P-256\","
    "\"x\":\"-3_0GXsHSxjl0IBWwBVn-vHyzaqXtsfT_D67IuJG8pk\","
    "\"y\":\"e5gT92RQDnf8_UUuQF3BHCfXVAHDc4cO1iDvRzLGX9w\"",
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"",
    "\"kty\":\"EC\",\"crv\":\"secp256k1\","
    "\"x\":\"1AWnKIFjquG5vdQRKy-_WMZBf_DuFg71skKuG3wtSUM\","
    "\"y\":\"uceoDDPKfKb6_8lTyroz__ytzu5rX18fm46tqsFBrOc\"",
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\","
    "\"x\":\"nEhfGtZNHyKQ4rfJXX3d1jz0QL7ih0SCgx_ibs1HgO8\"",
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"",
    "\"kty\":\"oct\",\"k\":\"dHlrMTIz\"",
    "\"kty\":\"oct\",\"k\":\"dHlrMTIz\",\"alg\":\"HS384\"",
    "\"kty\":\"oct\",\"k\":\"\"",
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"enc\","
    "\"x\":\"nEhfGtZNHyKQ4rfJXX3d1jz0QL7ih0SCgx_ibs1HgO8\"",
    "\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\"",
    "\"kty\":1",
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"RS256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"",
};

static const char *const kids[] = {"", "a", "b", "c"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static size_t
compose(const uint8_t *data, size_t size, struct jg_buf *out)
{
    size_t n = size / 2 < KEYS_MAX ? size / 2 : KEYS_MAX;

    jg_buf_add(out, JG_STR("{\"keys\":["));
    for (size_t i = 0; i < n; i++) {
        const char *kid = kids[data[2 * i + 1] % COUNT(kids)];

        jg_buf_addf(out, "%s{%s", i > 0 ? "," : "",
                    keys[data[2 * i] % COUNT(keys)]);
        if (kid[0] != '\0')
            jg_buf_addf(out, ",\"kid\":\"%s\"", kid);
        jg_buf_addc(out, '}');
    }
    jg_buf_add(out, JG_STR("]}"));
    return n;
}

static bool
serves(const struct jg_key *key, const struct jg_alg *alg)
{
    return (jg_key_algs(key) & jg_alg_bit(alg)) != 0;
}

/* One token's choice: keys of its kid; all fit, or none does. */
static void
check_choice(const struct jg_jwks *set, const struct jg_alg *alg,
             struct jg_str kid)
{
    const struct jg_key *out[JG_JWKS_MAX_TRIED];
    size_t n = jg_jwks_select(set, alg, kid, out);
    bool only = jg_jwks_count(set) == 1;

    if (n > JG_JWKS_MAX_TRIED)
        abort();
    for (size_t i = 0; i < n; i++) {
        struct jg_str own = jg_key_info(out[i])->kid;

        if (serves(out[i], alg) != serves(out[0], alg))
            abort();
        if (kid.len > 0 && !jg_str_eq(own, kid) && !(only && own.len == 0))
            abort();
        if (kid.len == 0 && !serves(out[i], alg) && !(only && own.len == 0))
            abort();
    }
    /* Under one kid two keys for one algorithm are two meanings. */
    if (kid.len > 0 && n > 1 && serves(out[0], alg))
        abort();
}

static void
check_set(const struct jg_jwks *set, bool fetched)
{
    size_t secrets = 0, others = 0;
    const struct jg_alg *alg;

    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(set, i);

        if ((entry->key == NULL) == (entry->skipped[0] == '\0'))
            abort();
        if (entry->key != NULL && jg_key_info(entry->key)->family == JG_HMAC)
            secrets++;
        else if (entry->key != NULL)
            others++;
    }
    if (secrets > 0 && (others > 0 || fetched))
        abort();
    for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++)
        for (size_t k = 0; k < COUNT(kids); k++)
            check_choice(set, alg, jg_str(kids[k]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_buf text;
    size_t n;

    jg_buf_init(&text, TEXT_MAX);
    n = compose(data, size, &text);
    for (int fetched = 0; fetched < 2; fetched++) {
        struct jg_jwks *set = NULL;

        jg_jwks_parse(jg_buf_str(&text), fetched == 1, &set, NULL);
        if (set == NULL || jg_jwks_count(set) != n)
            abort();
        check_set(set, fetched == 1);
        jg_jwks_free(set);
    }
    jg_buf_free(&text);
    return 0;
}
