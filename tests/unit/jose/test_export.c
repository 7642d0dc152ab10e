/* Keys written as JWK and PEM are read back as the same keys. */
#include "jose/export.h"

#include "jose_check.h"

#define TEXT_MAX (64 * 1024)

static const struct jg_jwk_names none = {{NULL, 0}, NULL};

static void
assert_same(const struct jg_key *a, const struct jg_key *b)
{
    assert_true(jg_key_info(a)->thumbprint.len > 0);
    assert_true(
        jg_str_eq(jg_key_info(a)->thumbprint, jg_key_info(b)->thumbprint));
}

static void
public_keys_come_back_from_jwk_and_pem(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_key *key = good_key_of_jwk(test_keys[i].public_jwk);
        struct jg_key *again = NULL;
        struct jg_buf out;

        jg_buf_init(&out, TEXT_MAX);
        assert_err(jg_jwk_write(key, &none, &out), JG_OK);
        jg_buf_addc(&out, '\0');
        again = good_key_of_jwk(out.p);
        assert_same(key, again);
        jg_key_free(again);
        assert_null(strstr(out.p, "\"d\""));

        jg_buf_reset(&out);
        assert_err(jg_pem_write(key, &out), JG_OK);
        jg_buf_addc(&out, '\0');
        again = good_key_of_pem(out.p);
        assert_same(key, again);
        jg_key_free(again);
        jg_key_free(key);
        jg_buf_free(&out);
    }
}

static void
private_keys_come_back_and_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_signer *signer = good_signer_of_pem(test_keys[i].private_pem);
        struct jg_signer *again = NULL;
        struct jg_arena a;
        struct jg_buf out;

        jg_buf_init(&out, TEXT_MAX);
        jg_arena_init(&a, 4096, 1024 * 1024);
        assert_err(jg_jwk_write_private(signer, &none, &out), JG_OK);
        jg_buf_addc(&out, '\0');
        assert_err(jg_signer_from_jwk(json_of(out.p, &a), &again, NULL), JG_OK);
        assert_same(jg_signer_key(signer), jg_signer_key(again));
        jg_signer_free(again);

        jg_buf_reset(&out);
        assert_err(jg_pem_write_private(signer, &out), JG_OK);
        jg_buf_addc(&out, '\0');
        again = good_signer_of_pem(out.p);
        assert_same(jg_signer_key(signer), jg_signer_key(again));
        jg_signer_free(again);
        jg_signer_free(signer);
        jg_arena_free(&a);
        jg_buf_free(&out);
    }
}

static void
names_are_written_and_escaped(void **state)
{
    struct jg_key *key = good_key_of_jwk(test_key("P-256")->public_jwk);
    struct jg_jwk_names names = {JG_STR("a\"b"), jg_alg_find(JG_STR("ES256"))};
    struct jg_key *again = NULL;
    struct jg_buf out;

    (void)state;
    jg_buf_init(&out, TEXT_MAX);
    assert_err(jg_jwk_write(key, &names, &out), JG_OK);
    jg_buf_addc(&out, '\0');
    assert_non_null(strstr(out.p, ",\"use\":\"sig\",\"alg\":\"ES256\","
                                  "\"kid\":\"a\\\"b\"}"));
    again = good_key_of_jwk(out.p);
    assert_str(jg_key_info(again)->kid, "a\"b");
    jg_key_free(again);
    jg_key_free(key);
    jg_buf_free(&out);
}

static void
a_secret_is_written_from_its_bytes_only(void **state)
{
    struct jg_key *key = good_key_of_secret("tyk123");
    struct jg_signer *signer = NULL;
    static char too_long[JG_KEY_SECRET_MAX + 1];
    struct jg_buf out;

    (void)state;
    assert_err(jg_signer_from_secret(JG_STR("tyk123"), &signer, NULL), JG_OK);
    jg_buf_init(&out, TEXT_MAX);
    assert_err(jg_jwk_write(key, &none, &out), JG_E_KEY);
    assert_err(jg_pem_write(key, &out), JG_E_KEY);
    assert_err(jg_jwk_write_private(signer, &none, &out), JG_E_KEY);
    assert_err(jg_pem_write_private(signer, &out), JG_E_KEY);
    assert_err(jg_jwk_write_secret((struct jg_str){too_long, sizeof(too_long)},
                                   &none, &out),
               JG_E_KEY);
    assert_str(jg_buf_str(&out), "");
    assert_err(jg_jwk_write_secret(JG_STR("tyk123"), &none, &out), JG_OK);
    assert_str(jg_buf_str(&out),
               "{\"kty\":\"oct\",\"k\":\"dHlrMTIz\",\"use\":\"sig\"}");
    jg_key_free(key);
    jg_signer_free(signer);
    jg_buf_free(&out);
}

static void
without_room_nothing_is_written(void **state)
{
    struct jg_signer *signer = good_signer_of_pem(rsa2048_traditional_pem);
    const struct jg_key *key = jg_signer_key(signer);

    (void)state;
    for (size_t max = 2; max < 300; max += 7) {
        struct jg_buf out;

        jg_buf_init(&out, max);
        jg_buf_add(&out, JG_STR("ab"));
        assert_err(jg_jwk_write(key, &none, &out), JG_E_NOMEM);
        jg_buf_reset(&out);
        jg_buf_add(&out, JG_STR("ab"));
        assert_err(jg_jwk_write_private(signer, &none, &out), JG_E_NOMEM);
        assert_str(jg_buf_str(&out), "ab");
        jg_buf_reset(&out);
        jg_buf_add(&out, JG_STR("ab"));
        assert_err(jg_pem_write(key, &out), JG_E_NOMEM);
        assert_str(jg_buf_str(&out), "ab");
        jg_buf_free(&out);
    }
    jg_signer_free(signer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_keys_come_back_from_jwk_and_pem),
        cmocka_unit_test(private_keys_come_back_and_sign),
        cmocka_unit_test(names_are_written_and_escaped),
        cmocka_unit_test(a_secret_is_written_from_its_bytes_only),
        cmocka_unit_test(without_room_nothing_is_written),
    };

    return cmocka_run_group_tests_name("jose/export", tests, NULL, NULL);
}
