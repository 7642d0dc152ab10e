/* Key sets and tokens of real providers, RFCs and published attacks. */
#include "vectors.h"

#define S "jwks-samples/"
#define L "rfc-vectors-latchset/"
#define K "jwks-samples/kjdev-nginx-auth-jwt/"
#define ARENA_MAX_BYTES (64 * 1024 * 1024)

/* What each entry of a set is, shortly; entries separated by ", ". */
static void
summarise(const struct jg_jwks *set, struct jg_buf *out)
{
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(set, i);
        const struct jg_alg *alg =
            entry->key != NULL ? jg_key_info(entry->key)->alg : NULL;

        jg_buf_addf(out, "%s%s%s%s", i > 0 ? ", " : "",
                    entry->key != NULL ? jg_key_describe(entry->key) : "-",
                    alg != NULL ? " " : "", alg != NULL ? alg->name : "");
    }
}

/* Each file, and what its keys are. */
static const struct {
    const char *file;
    const char *keys; /* "-": skipped; NULL: no key set */
} samples[] = {
    {S "auth0/auth0_x5cMultiple.json", "RSA 2048 RS256, RSA 2048 RS256"},
    {S "auth0/auth0_x5cSingle.json", "RSA 2048 RS256"},
    {S "google/oauthcertsjwk.json", "RSA 2048 RS256, RSA 2048 RS256"},
    {S "google/oauthcertspem.json", NULL},
    {S "keycloak/keycloak_sig_and_enc.json", "RSA 2048 RS256, -"},
    /* standard base64 in n, "signing" in key_ops: not JWK, nor for Tyk */
    {S "azuread-identitymodel/JsonWebKeySet.json", "-, -"},
    {S "azuread-identitymodel/JsonWebKeySetBadBase64Data.json", "-, -"},
    {S "azuread-identitymodel/JsonWebKeySetBadRsaDataMissingComponent"
       ".json",
     "-, -, -"},
    {S "azuread-identitymodel/JsonWebKeySetBadX509Data.json", "-, -"},
    {S "azuread-identitymodel/JsonWebKeySetUnrecognizedKty.json", "-, -"},
    {S "azuread-identitymodel/JsonWebKeySetSingleX509Data.json", "RSA 2048"},
    {S "azuread-identitymodel/JsonWebKeySetEnd2EndEC.json", NULL}, /* BOM */
    {S "azuread-identitymodel/OpenIdConnectMetadata.json", NULL},
    {S "azuread-identitymodel/PingLabsJWKS.json",
     "RSA 2048, RSA 2048, RSA 2048"},
    {S "misc/ec_p256_uuid_kid.json", "EC P-256 ES256"},
    {S "misc/no_alg_rsa4096_colon_kid.json", "RSA 4096"},
    {S "misc/x5c_only_no_n_e.json", "RSA 2048, RSA 4096"},
    {S "misc/istio_jwks.json", "RSA 2048"},
    {S "misc/ory_jwks-ecdsa.json", "EC P-256 ES256, EC P-256 ES256"},
    {S "misc/ory_jwks-hs.json", "secret of 32 bytes HS256"},
    {S "misc/ory_jwks-rsa-multiple.json", "RSA 4096 RS256, RSA 4096 RS256"},
    {S "misc/ory_jwks-rsa-single.json", "RSA 2048 RS256"},
    {K "jwks.json", "-, -, -, RSA 2048 RS256, RSA 2048 RS384, RSA 2048 "
                    "RS512, EC P-256 ES256, EC P-384 ES384, EC P-521 "
                    "ES512, -"},
    {K "invalid.jwks", "-, -, -"},
    {S "libjwt-keys/bad_keys.json", "-, -, -, -, -, -, -, -, -, -, -, -, -, -"},
    {S "libjwt-keys/ec_key_secp256k1_pub.json", "EC secp256k1 ES256K"},
    {S "libjwt-keys/ec_key_secp384r1_pub.json", "EC P-384 ES384"},
    /* x has lost its leading zero: RFC 7518 6.2.1.2 forbids that */
    {S "libjwt-keys/ec_key_secp521r1_pub.json", "-"},
    {S "libjwt-keys/ec_key_x5c_bad_x5t.json", "-"}, /* another key in x5c */
    {S "libjwt-keys/ec_key_prime256v1_enc.json", "-"},
    {S "libjwt-keys/eddsa_key_ed25519_pub.json", "Ed25519"},
    {S "libjwt-keys/eddsa_key_ed448_pub.json", "Ed448 EdDSA"},
    {S "libjwt-keys/okp_x25519_enc.json", "-"},
    {S "libjwt-keys/oct_key_128_too_small.json", "secret of 16 bytes"},
    {S "libjwt-keys/oct_key_512_bad.json", "secret of 32 bytes HS512"},
    {S "libjwt-keys/oct_key_256_wrap_only.json", "-"},
    {S "libjwt-keys/rsa_key_1024.json", "RSA 1024"},
    {S "libjwt-keys/rsa_key_8192_pub.json", "RSA 8192 RS512"},
    {S "libjwt-keys/rsa_key_2048_pub_alg_hs256.json", "-"},
    {S "libjwt-keys/rsa_pss_key_2048_384_pub.json", "RSA 2048 PS384"},
    {S "azuread-identitymodel/JsonWebKeySetEnd2End.json", "-, -"},
    {S "azuread-identitymodel/OpenIdConnectMetadata2.json", NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataBadBase64Data.json", NULL},
    {S "azuread-identitymodel/"
       "OpenIdConnectMetadataBadRsaDataMissingComponent.json",
     NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataBadX509Data.json", NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataEnd2End.json", NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataEnd2EndAcrValuesLast.json",
     NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataEnd2EndEC.json", NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataJsonWebKeySetBadUri.json",
     NULL},
    {S "azuread-identitymodel/OpenIdConnectMetadataUnrecognizedKty.json", NULL},
    {S "azuread-identitymodel/PingLabs-openid-configuration.json", NULL},
    {K "test4.json", NULL},
    {K "test5.json", NULL},
    {K "test6.json", NULL},
    {K "test6.jwks", "RSA 2048 RS512"},
    {K "test7.json", NULL},
    {K "test8.json", NULL},
    {K "test9.json", NULL},
    {K "test9.jwks", "EC P-521 ES512"},
    {S "libjwt-keys/ec_key_prime256v1.json", "EC P-256 ES256"},
    {S "libjwt-keys/ec_key_prime256v1_pub.json", "EC P-256 ES256"},
    {S "libjwt-keys/ec_key_prime256v1_rfc7518_c_enc.json", "-"},
    {S "libjwt-keys/ec_key_secp256k1.json", "EC secp256k1 ES256K"},
    {S "libjwt-keys/ec_key_secp256k1_enc.json", "-"},
    {S "libjwt-keys/ec_key_secp384r1.json", "EC P-384 ES384"},
    {S "libjwt-keys/ec_key_secp384r1_enc.json", "-"},
    {S "libjwt-keys/ec_key_secp521r1.json", "-"},
    {S "libjwt-keys/ec_key_secp521r1_enc.json", "-"},
    {S "libjwt-keys/ec_key_with_x5c.json", "-"},
    {S "libjwt-keys/eddsa_key_ed25519.json", "Ed25519"},
    {S "libjwt-keys/eddsa_key_ed25519_enc.json", "-"},
    {S "libjwt-keys/eddsa_key_ed25519_fake_es256.json", "Ed25519"},
    {S "libjwt-keys/eddsa_key_ed25519_pub_fake_es256.json", "Ed25519"},
    {S "libjwt-keys/eddsa_key_ed448.json", "-"},
    {S "libjwt-keys/jwks_jws_pair.json", "EC P-256 ES256, RSA 2048 RS256"},
    {S "libjwt-keys/jwks_keyring.json",
     "-, EC P-256 ES256, -, EC secp256k1 ES256K, -, EC P-384 ES384, -, -, "
     "-, Ed25519 EdDSA, -, Ed448 EdDSA, -, -, -, RSA 2048 RS256, RSA 4096 "
     "RS384, RSA 8192 RS512, -, RSA 2048 PS256, -, RSA 2048 PS384, -, RSA "
     "2048 PS512, -, -, -"},
    {S "libjwt-keys/jwks_test-1.json", "EC P-256 ES256"},
    {S "libjwt-keys/jwks_test-2.json", "-"},
    {S "libjwt-keys/oct_dir_128.json", "-"},
    {S "libjwt-keys/oct_dir_192.json", "-"},
    {S "libjwt-keys/oct_dir_256.json", "-"},
    {S "libjwt-keys/oct_dir_384.json", "-"},
    {S "libjwt-keys/oct_dir_512.json", "-"},
    {S "libjwt-keys/oct_key_256.json", "secret of 32 bytes HS256"},
    {S "libjwt-keys/oct_key_256_enc.json", "-"},
    {S "libjwt-keys/oct_key_256_invalid_base64.json", "-"},
    {S "libjwt-keys/oct_key_256_issue1.json", "-"},
    {S "libjwt-keys/oct_key_256_issue2.json", "-"},
    {S "libjwt-keys/oct_key_256_sig.json", "secret of 32 bytes"},
    {S "libjwt-keys/oct_key_384.json", "secret of 48 bytes HS384"},
    {S "libjwt-keys/oct_key_512.json", "secret of 64 bytes HS512"},
    {S "libjwt-keys/oct_key_512_small.json", "secret of 32 bytes HS256"},
    {S "libjwt-keys/oct_key_512_wcb.json", "-"},
    {S "libjwt-keys/okp_x448_enc.json", "-"},
    {S "libjwt-keys/rsa_key_2048.json", "RSA 2048 RS256"},
    {S "libjwt-keys/rsa_key_2048_enc.json", "-"},
    {S "libjwt-keys/rsa_key_2048_no_alg.json", "RSA 2048"},
    {S "libjwt-keys/rsa_key_2048_pub.json", "RSA 2048 RS256"},
    {S "libjwt-keys/rsa_key_2048_pub_no_alg.json", "RSA 2048"},
    {S "libjwt-keys/rsa_key_4096.json", "RSA 4096 RS384"},
    {S "libjwt-keys/rsa_key_4096_enc.json", "-"},
    {S "libjwt-keys/rsa_key_4096_pub.json", "RSA 4096 RS384"},
    {S "libjwt-keys/rsa_key_8192.json", "RSA 8192 RS512"},
    {S "libjwt-keys/rsa_key_i37_pub.json", "RSA 2048"},
    {S "libjwt-keys/rsa_pss_key_2048.json", "RSA 2048 PS256"},
    {S "libjwt-keys/rsa_pss_key_2048_384.json", "RSA 2048 PS384"},
    {S "libjwt-keys/rsa_pss_key_2048_512.json", "RSA 2048 PS512"},
    {S "libjwt-keys/rsa_pss_key_2048_512_pub.json", "RSA 2048 PS512"},
    {S "libjwt-keys/rsa_pss_key_2048_noalg.json", "RSA 2048 PS384"},
    {S "libjwt-keys/rsa_pss_key_2048_notpss.json", "RSA 4096"},
    {S "libjwt-keys/rsa_pss_key_2048_notpss_pub.json", "RSA 4096"},
    {S "libjwt-keys/rsa_pss_key_2048_pub.json", "RSA 2048 PS256"},
    {L "rfc7517_A.1.jwkset", "-, RSA 2048 RS256"},
    {L "rfc7517_A.3.jwkset", "-, secret of 64 bytes"},
    {L "rfc7517_B.jwk", "RSA 2048"},
    {L "rfc7520_4.8.jwkset", "RSA 2048, EC P-521, -"},
};

static void
every_sample_gives_the_keys_that_it_should(void **state)
{
    size_t wrong = 0;

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t i = 0; i < LEN(samples); i++) {
        struct jg_jwks *set = NULL;
        struct jg_buf got;
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        jg_buf_init(&got, 4096);
        err =
            jg_jwks_parse(vector_text(samples[i].file, &a), false, &set, NULL);
        if (set != NULL)
            summarise(set, &got);
        if (samples[i].keys == NULL
                ? err != JG_E_JSON
                : set == NULL ||
                      !jg_str_eq(jg_buf_str(&got), jg_str(samples[i].keys))) {
            print_error("%s: %s, %.*s\n", samples[i].file,
                        jg_err_info(err)->name, JG_STR_ARG(jg_buf_str(&got)));
            wrong++;
        }
        jg_jwks_free(set);
        jg_buf_free(&got);
        jg_arena_free(&a);
    }
    print_message("# key set samples: %zu\n", LEN(samples));
    assert_int_equal(wrong, 0);
}

/* A token of the private JWK in <file>, verified with the key of <entry>. */
static void
sign_and_verify(const char *file, const struct jg_jwks *set,
                const char *describe)
{
    struct jg_signer *signer = NULL;
    const struct jg_json *keys;
    struct jg_buf token;
    struct jg_arena a;
    char header[60];

    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    keys = member(vector_json(file, &a), "keys");
    assert_err(jg_signer_from_jwk(&keys->items[0], &signer, NULL), JG_OK);
    snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", describe);
    token = token_of(signer, describe, header, "{}");
    assert_err(check_token(jg_buf_str(&token), set), JG_OK);
    token.p[token.len - 100] ^= 1;
    assert_int_not_equal(check_token(jg_buf_str(&token), set), JG_OK);
    jg_buf_free(&token);
    jg_signer_free(signer);
    jg_arena_free(&a);
}

/* ML-DSA comes with OpenSSL 3.5; before that its keys say so. */
static void
samples_of_ml_dsa_verify_or_ask_for_openssl_3_5(void **state)
{
    static const struct {
        const char *public, *private, *describe;
    } rows[] = {
        {S "libjwt-keys/mldsa_key_44_pub.json",
         S "libjwt-keys/mldsa_key_44.json", "ML-DSA-44"},
        {S "libjwt-keys/mldsa_key_65_pub.json",
         S "libjwt-keys/mldsa_key_65.json", "ML-DSA-65"},
        {S "libjwt-keys/mldsa_key_87_pub.json",
         S "libjwt-keys/mldsa_key_87.json", "ML-DSA-87"},
    };
    size_t usable = 0;

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_jwks_entry *entry;
        struct jg_jwks *set = NULL;
        struct jg_arena a;

        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        jg_jwks_parse(vector_text(rows[i].public, &a), true, &set, NULL);
        assert_non_null(set);
        entry = jg_jwks_at(set, 0);
        if (entry->key != NULL) {
            assert_string_equal(jg_key_describe(entry->key), rows[i].describe);
            sign_and_verify(rows[i].private, set, rows[i].describe);
        } else {
            assert_non_null(strstr(entry->skipped, "needs OpenSSL 3.5"));
        }
        usable += entry->key != NULL;
        jg_jwks_free(set);
        jg_arena_free(&a);
    }
    print_message("# ML-DSA: %zu of %zu keys usable with this OpenSSL\n",
                  usable, LEN(rows));
    assert_true(usable == 0 || usable == LEN(rows));
}

/* Tokens in files with their key sets in files. */
static void
tokens_of_providers_and_rfcs_verify_with_their_keys(void **state)
{
    static const struct {
        const char *token, *keys;
        enum jg_err want;
    } rows[] = {
        {K "test0.jwt", K "test1.jwks", JG_E_SIGNATURE_SIZE}, /* alg none */
        {K "test1.jwt", K "test1.jwks", JG_OK},
        {K "test1.exp.jwt", K "test1.jwks", JG_OK}, /* time is not looked at */
        {K "test1.sig.jwt", K "test1.jwks", JG_E_SIGNATURE_SIZE},
        {K "test1.jwt", K "test1.invalid.jwks", JG_E_SIGNATURE},
        {K "test1.jwt", K "test2.jwks", JG_E_KEY_UNKNOWN},
        {K "test1.jwt", K "jwks.json", JG_E_KEY_UNKNOWN}, /* mixed set */
        {K "test2.jwt", K "test2.jwks", JG_OK},
        {K "test3.jwt", K "test3.jwks", JG_OK},
        {K "test4.jwt", K "test4.jwks", JG_OK},
        {K "test4.jwt", K "jwks.json", JG_OK},
        {K "test4.jwt", K "jwks.no_kid.json", JG_E_KEY_UNKNOWN},
        {K "test5.jwt", K "test5.jwks", JG_OK},
        {K "test6.jwt", K "jwks.json", JG_OK},
        {K "test7.jwt", K "test7.jwks", JG_OK},
        {K "test8.jwt", K "test8.jwks", JG_OK},
        {K "test9.jwt", K "jwks.json", JG_OK},
        {K "test9.jwt", K "test8.jwks", JG_E_KEY_UNKNOWN},
        {K "test10.jwt", K "test10.jwk", JG_OK},
        {S "misc/istio_demo.jwt", S "misc/istio_jwks.json", JG_E_KEY_UNKNOWN},
        {S "misc/istio_groups-scope.jwt", S "misc/istio_jwks.json",
         JG_E_KEY_UNKNOWN},
        {L "rfc7515_A.1.jwsc", L "rfc7515_A.1.jwk", JG_OK},
        {L "rfc7515_A.2.jwsc", L "rfc7515_A.2.jwk", JG_OK},
        {L "rfc7515_A.3.jwsc", L "rfc7515_A.3.jwk", JG_OK},
        {L "rfc7515_A.4.jwsc", L "rfc7515_A.4.jwk", JG_OK},
        {L "rfc7515_A.4.jwsc", L "rfc7515_A.3.jwk", JG_E_KEY_FIT},
        {L "rfc7515_A.5.jwsc", L "rfc7515_A.1.jwk", JG_E_SIGNATURE_SIZE},
        {L "rfc7515_A.6.jwsg", L "rfc7515_A.6.jwkset", JG_E_TOKEN_SHAPE},
        {L "rfc7515_A.7.jwsf", L "rfc7515_A.7.jwk", JG_E_TOKEN_SHAPE},
        {L "rfc7520_4.1.jwsc", L "rfc7520_4.1.jwk", JG_OK},
        {L "rfc7520_4.2.jwsc", L "rfc7520_4.2.jwk", JG_OK},
        {L "rfc7520_4.3.jwsc", L "rfc7520_4.3.jwk", JG_OK},
        {L "rfc7520_4.4.jwsc", L "rfc7520_4.4.jwk", JG_OK},
        {L "rfc7520_4.5.jwsc", L "rfc7520_4.5.jwk", JG_E_TOKEN_SHAPE},
        {L "rfc7520_4.6.jwsf", L "rfc7520_4.6.jwk", JG_E_TOKEN_SHAPE},
        {L "rfc7520_4.8.jwsg", L "rfc7520_4.8.jwkset", JG_E_TOKEN_JWE},
        {L "rfc7520_5.1.jwec", L "rfc7520_4.1.jwk", JG_E_TOKEN_JWE},
        {L "rfc7520_5.6.jwec", L "rfc7520_4.4.jwk", JG_E_TOKEN_JWE},
        {"cve-tokens/cve-2023-50967-pbes2-p2c/cve-2023-50967.jwe",
         L "rfc7520_4.4.jwk", JG_E_TOKEN_SHAPE},
    };
    size_t wrong = 0;

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jwks *set = NULL;
        struct jg_str token;
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        token = jg_str_trim(vector_text(rows[i].token, &a));
        jg_jwks_parse(vector_text(rows[i].keys, &a), false, &set, NULL);
        assert_non_null(set);
        err = check_token(token, set);
        if (err != rows[i].want) {
            print_error("%s with %s: %s\n", rows[i].token, rows[i].keys,
                        jg_err_info(err)->name);
            wrong++;
        }
        jg_jwks_free(set);
        jg_arena_free(&a);
    }
    print_message("# sample tokens: %zu\n", LEN(rows));
    assert_int_equal(wrong, 0);
}

static void
cookbook_tokens_verify_in_compact_form_only(void **state)
{
    static const struct {
        const char *file;
        enum jg_err want;
    } rows[] = {
        {"jws/4_1.rsa_v15_signature.json", JG_OK},
        {"jws/4_2.rsa-pss_signature.json", JG_OK},
        {"jws/4_3.ecdsa_signature.json", JG_OK},
        {"jws/4_4.hmac-sha2_integrity_protection.json", JG_OK},
        {"jws/4_5.signature_with_detached_content.json", JG_E_TOKEN_SHAPE},
        {"curve25519/jws.json", JG_OK},
        {"rfc7797/hmac-sha2_b64_false.json", JG_E_TOKEN_CRIT},
    };

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_json *file, *output;
        struct jg_jwks *set;
        struct jg_buf text;
        struct jg_arena a;
        char name[100];

        snprintf(name, sizeof(name), "jose-cookbook/%s", rows[i].file);
        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        file = vector_json(name, &a);
        output = member(file, "output");
        set = set_of(member(member(file, "input"), "key"), false);
        assert_err(check_token(text_of(output, "compact"), set), rows[i].want);

        jg_buf_init(&text, JG_TOKEN_MAX);
        jg_json_write(&text, member(output, "json"), 0);
        assert_int_not_equal(check_token(jg_buf_str(&text), set), JG_OK);
        jg_buf_free(&text);
        jg_jwks_free(set);
        jg_arena_free(&a);
    }
}

static void
tokens_of_published_attacks_are_refused(void **state)
{
    static const struct {
        const char *id;
        enum jg_err want;
    } rows[] = {
        {"haproxy-jwe-empty-cek", JG_E_TOKEN_JWE},
        {"lua-resty-jwt-jwe-lookalike", JG_E_JSON},
        {"lua-resty-jwt-jwe-lookalike-alg", JG_E_TOKEN_JWE},
        {"rust-jsonwebtoken-nbf-string", JG_E_SIGNATURE},
        {"libjwt-hs256-vs-rsa", JG_E_SIGNATURE},
        {"tyk-docs-hs256", JG_OK}, /* no attack: its secret is tyk123 */
    };
    const struct jg_json *tokens;
    struct jg_jwks *set = NULL;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    tokens = member(vector_json("cve-tokens/tokens.json", &a), "tokens");
    assert_int_equal(tokens->count, LEN(rows));
    assert_err(jg_jwks_of_key(good_key_of_secret("tyk123"), &set), JG_OK);
    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct jg_json *row = &tokens->items[i];

        assert_str(text_of(row, "id"), rows[i].id);
        assert_err(check_token(text_of(row, "token"), set), rows[i].want);
    }
    jg_jwks_free(set);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_gives_the_keys_that_it_should),
        cmocka_unit_test(samples_of_ml_dsa_verify_or_ask_for_openssl_3_5),
        cmocka_unit_test(tokens_of_providers_and_rfcs_verify_with_their_keys),
        cmocka_unit_test(cookbook_tokens_verify_in_compact_form_only),
        cmocka_unit_test(tokens_of_published_attacks_are_refused),
    };

    return cmocka_run_group_tests_name("jose/samples", tests, NULL, NULL);
}
