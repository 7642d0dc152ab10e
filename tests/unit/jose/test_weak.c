/* weak.c: secrets and moduli that anybody can guess. */
#include "jose_check.h"

#include "jose/key_internal.h"

static bool
is_leaked(const char *secret)
{
    bool leaked = false;

    assert_err(jg_secret_leaked(jg_str(secret), &leaked), JG_OK);
    return leaked;
}

static void
leaked_secrets_are_known_with_white_space_too(void **state)
{
    static const char *const rows[] = {
        "tyk123",
        "astyk123",
        "352d20ee67be67f6340b4c0605b044b7",
        "your-256-bit-secret",
        "your-384-bit-secret",
        "your-512-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        ("a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-"
         "long"),
        "secret",
        "Secret",
        "SECRET",
        "secret123",
        "mysecret",
        "my-secret",
        "my_secret",
        "mysecretkey",
        "my-secret-key",
        "supersecret",
        "super-secret",
        "super_secret",
        "supersecretkey",
        "secretkey",
        "secret-key",
        "secret_key",
        "your-secret",
        "your_secret",
        "your-secret-key",
        "your_secret_key",
        "your_jwt_secret",
        "your-jwt-secret",
        "jwtsecret",
        "jwt-secret",
        "jwt_secret",
        "JWT_SECRET",
        "jwt",
        "password",
        "Password",
        "password1",
        "passw0rd",
        "123456",
        "12345678",
        "123456789",
        "1234567890",
        "qwerty",
        "changeme",
        "changeit",
        "admin",
        "root",
        "test",
        "test123",
        "testing",
        "demo",
        "example",
        "default",
        "key",
        "token",
        "shhhhh",
        "shhhhhared-secret",
        "thisisasecret",
        "topsecret",
        "foobar",
        "foo",
        "abc123",
        "hello",
        "letmein",
        "undefined",
        "this is a secret",
        "keyboard cat",
        "my secret",
        "AllYourBase",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char text[100];

        if (!is_leaked(rows[i]))
            fail_msg("\"%s\" is not on the list", rows[i]);
        snprintf(text, sizeof(text), " %s\r\n", rows[i]);
        assert_true(is_leaked(text));
    }
}

static void
other_secrets_are_not_on_the_list(void **state)
{
    static const char *const rows[] = {
        "", " ", "tyk123 kyt", "Tyk-321", "kQ9v-5Lw", "kQ9v-5Lw\n",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_false(is_leaked(rows[i]));
}

/* What was built in against the public list, where that is there. */
static void
the_public_list_is_known_as_far_as_it_was_built_in(void **state)
{
    const char *shared = getenv("JG_SHARED");
    char path[1000], line[2000];
    size_t lines = 0, known = 0;
    FILE *f = NULL;

    (void)state;
    if (shared != NULL) {
        snprintf(path, sizeof(path), "%s/vectors/weak-secrets/jwt.secrets.list",
                 shared);
        f = fopen(path, "r");
    }
    if (f == NULL) {
        jg_skip_loudly("no list of leaked secrets in JG_SHARED");
        return;
    }
    while (fgets(line, sizeof(line), f) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        lines++;
        known += is_leaked(line);
    }
    fclose(f);
    print_message("# %zu of %zu leaked secrets are built in\n", known, lines);
    assert_true(lines > 100000);
    /* Built with the list (a few have a CR inside, where this reader stops),
     * or with nothing but the small one. */
    assert_true(known + 10 > lines || (known >= 50 && known <= 200));
}

/* Wycheproof json_web_key 7: a modulus of the faulty generator. */
static void
a_roca_modulus_is_a_risk_and_others_are_not(void **state)
{
    static const char roca[] =
        "{\"kty\":\"RSA\",\"n\":\"AanFpofbj7KjD4Lf-N2hVMKR7yewSyXhhbirIMTGpfY"
        "EhZ_lnt5UoK98DnKIgArXGTu3MaW_HhFw16HGaTDUHqPrId7fe4r11CqRw09yBFuW79V"
        "8sYIwHdzCaWflUI6auImYbVfoN9_nD5n8N8SY9DwXw7mwZM9wREPXoDPgOoIWl6q_MPs"
        "p7n0zs3Z5ZaiQWOOzl1S9OhwAfSiiOwz6efnXEaxuTEtPd7BjSx7NaFka8Dx9U7YqXy2"
        "RFj1O9PjyaDGuRh7YXsX3iMUSP_wSyHQg_c_qHRtKUsNSGCT7OZg0hzm2KphtjnayKJv"
        "C64vAbROBR4Ubg6Bxg9IQVZ-QYyE\",\"e\":\"AQAB\"}";
    struct jg_key *key = good_key_of_jwk(roca);
    const char *risk = jg_key_risk(key, jg_key_algs(key));

    (void)state;
    assert_non_null(risk);
    assert_non_null(strstr(risk, "CVE-2017-15361"));
    jg_key_free(key);

    key = good_key_of_pem(test_key("rsa2048")->public_pem);
    assert_null(jg_key_risk(key, jg_key_algs(key)));
    jg_key_free(key);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaked_secrets_are_known_with_white_space_too),
        cmocka_unit_test(other_secrets_are_not_on_the_list),
        cmocka_unit_test(the_public_list_is_known_as_far_as_it_was_built_in),
        cmocka_unit_test(a_roca_modulus_is_a_risk_and_others_are_not),
    };

    return cmocka_run_group_tests_name("jose/weak", tests, NULL, NULL);
}
