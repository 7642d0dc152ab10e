/* thumbprint.c: names of keys, against RFC 7638 and RFC 8037. */
#include "jose_check.h"

static void
published_thumbprints_come_out(void **state)
{
    static const struct {
        const char *jwk;
        const char *want;
    } rows[] = {
        /* RFC 7638 3.1 */
        {"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbW"
         "hM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
         "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Qv"
         "zqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNL"
         "yrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-cs"
         "FCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\","
         "\"kid\":\"2011-04-29\"}",
         "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
        /* RFC 8037 A.3 */
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
         "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
         "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = good_key_of_jwk(rows[i].jwk);

        assert_str(jg_key_info(key)->thumbprint, rows[i].want);
        jg_key_free(key);
    }
}

static void
another_implementation_computes_the_same_for_every_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_key *key = good_key_of_jwk(test_keys[i].public_jwk);

        assert_str(jg_key_info(key)->thumbprint, test_keys[i].thumbprint);
        jg_key_free(key);
    }
}

static void
spelling_and_other_members_do_not_change_it(void **state)
{
    char text[2000];
    struct jg_key *key;
    const struct test_key *row = test_key("P-256");

    (void)state;
    snprintf(text, sizeof(text), "{\"kid\":\"x\",\"use\":\"sig\", %s",
             row->public_jwk + 1);
    key = good_key_of_jwk(text);
    assert_str(jg_key_info(key)->thumbprint, row->thumbprint);
    jg_key_free(key);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_thumbprints_come_out),
        cmocka_unit_test(
            another_implementation_computes_the_same_for_every_type),
        cmocka_unit_test(spelling_and_other_members_do_not_change_it),
    };

    return cmocka_run_group_tests_name("jose/thumbprint", tests, NULL, NULL);
}
