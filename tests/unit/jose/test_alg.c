/* alg.c: the table of algorithms and its sets. */
#include "jose_check.h"

static void
names_are_exact(void **state)
{
    static const char *const known[] = {
        "none",    "HS256", "HS384",     "HS512",     "RS256",
        "RS384",   "RS512", "PS256",     "PS384",     "PS512",
        "ES256",   "ES384", "ES512",     "ES256K",    "EdDSA",
        "Ed25519", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87",
    };
    static const char *const unknown[] = {
        "",      "n",      "no",     "non",   "none ",   "None",   "NONE",
        "nOnE",  "hs256",  "HS256 ", "HS25",  "HS2567",  "RSA1_5", "ES521",
        "ES224", "A128KW", "dir",    "Hs256", "ED25519", "eddsa",  "\0none",
    };
    const struct jg_alg *alg;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < LEN(known); i++) {
        alg = jg_alg_find(jg_str(known[i]));
        assert_non_null(alg);
        assert_string_equal(alg->name, known[i]);
    }
    for (size_t i = 0; i < LEN(unknown); i++)
        assert_null(jg_alg_find(jg_str(unknown[i])));
    assert_null(jg_alg_find((struct jg_str){"none\0", 5}));
    while (jg_alg_at(count) != NULL)
        count++;
    assert_int_equal(count, LEN(known));
}

static void
every_row_has_its_own_bit(void **state)
{
    const struct jg_alg *alg;
    jg_algs seen = 0;

    (void)state;
    for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
        assert_int_equal(seen & jg_alg_bit(alg), 0);
        assert_int_equal(jg_alg_bit(alg), (jg_algs)1 << i);
        seen |= jg_alg_bit(alg);
    }
}

static void
methods_are_tyks_words_and_everything_else_is_hmac(void **state)
{
    static const struct {
        const char *method;
        bool known;
        const char *algs;
    } rows[] = {
        {"hmac", true, "HS256 HS384 HS512"},
        {"rsa", true, "RS256 RS384 RS512 PS256 PS384 PS512"},
        {"ecdsa", true, "ES256 ES384 ES512 ES256K"},
        {"eddsa", true, "EdDSA Ed25519 Ed448"},
        {"mldsa", true, "ML-DSA-44 ML-DSA-65 ML-DSA-87"},
        {"", false, "HS256 HS384 HS512"},
        {"RSA", false, "HS256 HS384 HS512"},
        {"none", false, "HS256 HS384 HS512"},
        {"hmac ", false, "HS256 HS384 HS512"},
    };

    (void)state;
    for (size_t r = 0; r < LEN(rows); r++) {
        bool known = !rows[r].known;
        jg_algs set = jg_alg_method(jg_str(rows[r].method), &known);
        const struct jg_alg *alg;

        assert_int_equal(known, rows[r].known);
        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++)
            assert_int_equal((set & jg_alg_bit(alg)) != 0,
                             has_word(rows[r].algs, alg->name));
    }
}

static void
lengths_are_those_of_the_rfcs(void **state)
{
    static const struct {
        const char *name;
        size_t bytes;
    } rows[] = {
        {"HS256", 32},       {"HS384", 48},       {"HS512", 64},
        {"ES256", 64},       {"ES384", 96},       {"ES512", 132},
        {"ES256K", 64},      {"Ed25519", 64},     {"Ed448", 114},
        {"EdDSA", 0},        {"RS256", 0},        {"PS512", 0},
        {"ML-DSA-44", 2420}, {"ML-DSA-65", 3309}, {"ML-DSA-87", 4627},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_alg_find(jg_str(rows[i].name))->signature_bytes,
                         rows[i].bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_exact),
        cmocka_unit_test(every_row_has_its_own_bit),
        cmocka_unit_test(methods_are_tyks_words_and_everything_else_is_hmac),
        cmocka_unit_test(lengths_are_those_of_the_rfcs),
    };

    return cmocka_run_group_tests_name("jose/alg", tests, NULL, NULL);
}
