/* sign.c: compact tokens, byte for byte. */
#include "jose_check.h"

static void
every_algorithm_signs_what_it_verifies(void **state)
{
    const struct jg_alg *alg;
    size_t signed_count = 0;

    (void)state;
    for (size_t k = 0; k < LEN(test_keys); k++) {
        struct jg_signer *signer = good_signer_of_pem(test_keys[k].private_pem);
        struct jg_jwks *set = NULL;

        assert_err(
            jg_jwks_of_key(good_key_of_pem(test_keys[k].public_pem), &set),
            JG_OK);
        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
            struct jg_buf token;
            char header[60];

            snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", alg->name);
            if (!has_word(test_keys[k].algs, alg->name)) {
                jg_buf_init(&token, 4096);
                assert_err(
                    jg_sign(signer, alg, jg_str(header), JG_STR("{}"), &token),
                    JG_E_KEY_FIT);
                assert_int_equal(token.len, 0);
                jg_buf_free(&token);
                continue;
            }
            token = token_of(signer, alg->name, header, "{\"sub\":\"x\"}");
            assert_err(check_token(jg_buf_str(&token), set), JG_OK);
            jg_buf_free(&token);
            signed_count++;
        }
        jg_jwks_free(set);
        jg_signer_free(signer);
    }
    assert_true(signed_count >= 19);
}

/* RFC 7515 A.1 (HMAC), A.2 (RSA) and RFC 8037 A.4 come out byte for byte. */
static void
deterministic_tokens_are_those_of_the_rfcs(void **state)
{
    static const struct {
        const char *jwk, *alg, *header, *claims, *token;
    } rows[] = {
        {"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_"
         "T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}",
         "HS256", "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
         "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
         "\"http://example.com/is_root\":true}",
         "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHA"
         "iOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
         "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
         "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
         "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
         "EdDSA", "{\"alg\":\"EdDSA\"}", "Example of Ed25519 signing",
         "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGC"
         "jP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_"
         "MuM0KAg"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_signer *signer = NULL;
        struct jg_buf token;
        struct jg_arena a;

        jg_arena_init(&a, 1024, 64 * 1024);
        assert_err(jg_signer_from_jwk(json_of(rows[i].jwk, &a), &signer, NULL),
                   JG_OK);
        token = token_of(signer, rows[i].alg, rows[i].header, rows[i].claims);
        assert_str(jg_buf_str(&token), rows[i].token);
        jg_buf_free(&token);
        jg_signer_free(signer);
        jg_arena_free(&a);
    }
}

static void
a_token_is_appended_and_a_failure_leaves_the_buffer_alone(void **state)
{
    struct jg_signer *signer = NULL;
    const struct jg_alg *alg = jg_alg_find(JG_STR("HS256"));
    struct jg_buf out;

    (void)state;
    assert_err(jg_signer_from_secret(JG_STR("k"), &signer, NULL), JG_OK);
    jg_buf_init(&out, 64);
    jg_buf_add(&out, JG_STR("Bearer "));
    assert_err(jg_sign(signer, jg_alg_find(JG_STR("RS256")), JG_STR("{}"),
                       JG_STR("{}"), &out),
               JG_E_KEY_FIT);
    assert_str(jg_buf_str(&out), "Bearer ");
    assert_err(jg_sign(signer, alg, JG_STR("{}"), JG_STR("{}"), &out), JG_OK);
    assert_int_equal(out.len, 7 + 3 + 1 + 3 + 1 + 43);
    assert_memory_equal(out.p, "Bearer e30.e30.", 15);
    /* no room for a second one */
    assert_err(jg_sign(signer, alg, JG_STR("{}"), JG_STR("{}"), &out),
               JG_E_NOMEM);
    assert_int_equal(out.len, 7 + 3 + 1 + 3 + 1 + 43);
    jg_buf_free(&out);
    jg_signer_free(signer);
}

static void
claims_of_any_length_are_encoded_without_a_seam(void **state)
{
    static char claims[10000];
    static const size_t lengths[] = {0,    1,    2,    3,    3071, 3072,
                                     3073, 3074, 6143, 6144, 6145, 9999};
    struct jg_signer *signer = NULL;
    struct jg_key *key = good_key_of_secret("k");

    (void)state;
    for (size_t i = 0; i < sizeof(claims); i++)
        claims[i] = (char)(i * 131 + i / 256);
    assert_err(jg_signer_from_secret(JG_STR("k"), &signer, NULL), JG_OK);
    for (size_t i = 0; i < LEN(lengths); i++) {
        struct jg_str want = {claims, lengths[i]};
        struct jg_str part, got;
        struct jg_buf out;
        struct jg_arena a;
        size_t dot;

        jg_arena_init(&a, 4096, 64 * 1024);
        jg_buf_init(&out, 64 * 1024);
        assert_err(jg_sign(signer, jg_alg_find(JG_STR("HS256")), JG_STR("{}"),
                           want, &out),
                   JG_OK);
        part = jg_str_from(jg_buf_str(&out), 4);
        dot = (size_t)((char *)memchr(part.p, '.', part.len) - part.p);
        assert_err(jg_b64url_decode_arena(jg_str_head(part, dot), &a, &got),
                   JG_OK);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.p, want.p, want.len);
        jg_buf_free(&out);
        jg_arena_free(&a);
    }
    jg_signer_free(signer);
    jg_key_free(key);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_signs_what_it_verifies),
        cmocka_unit_test(deterministic_tokens_are_those_of_the_rfcs),
        cmocka_unit_test(
            a_token_is_appended_and_a_failure_leaves_the_buffer_alone),
        cmocka_unit_test(claims_of_any_length_are_encoded_without_a_seam),
    };

    return cmocka_run_group_tests_name("jose/sign", tests, NULL, NULL);
}
