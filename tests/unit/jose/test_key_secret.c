/* key_secret.c: what may be an HMAC secret, and what never. */
#include "jose_check.h"

static void
refused(struct jg_str secret, const char *what)
{
    struct jg_key_fault fault = {""};
    struct jg_key *key = NULL;

    assert_err(jg_key_from_secret(secret, &key, &fault), JG_E_KEY);
    assert_null(key);
    if (strstr(fault.what, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.what, what);
}

static void
any_bytes_that_are_no_key_are_a_secret(void **state)
{
    static const char zeros[JG_KEY_SECRET_MAX];
    static const struct jg_str rows[] = {
        {"x", 1},
        {"tyk123", 6},
        {"\0", 1},
        {"\x30", 1},
        {"0 is 0x30, the first byte of DER", 32},
        {"\x30\x82\x01\x22 but no DER", 15},
        {"-----", 5},
        {"----- BEGIN", 11},
        {"{", 1},
        {"{}", 2},
        {"{\"a\":1}", 7},
        {"[{\"kty\":\"oct\"}]", 15},
        {"ssh", 3},
        {"\n", 1},
        {"  \t\r\n", 5},
        {"\xff\xfe\x00", 3},
        {zeros, JG_KEY_SECRET_MAX},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key_fault fault = {"stale"};
        struct jg_key *key = NULL;

        assert_err(jg_key_from_secret(rows[i], &key, &fault), JG_OK);
        assert_int_equal(jg_key_info(key)->bits, rows[i].len * 8);
        assert_int_equal(jg_key_info(key)->thumbprint.len, 0);
        assert_string_equal(fault.what, "");
        jg_key_free(key);
    }
}

static void
a_secret_has_1_to_4096_bytes(void **state)
{
    static const char zeros[JG_KEY_SECRET_MAX + 1];

    (void)state;
    refused((struct jg_str){zeros, 0}, "empty");
    refused((struct jg_str){NULL, 0}, "empty");
    refused((struct jg_str){zeros, sizeof(zeros)}, "4097 bytes");
}

/* RS256 becomes HS256 by telling the gateway that the public key, which
 * everybody has, is the secret. In five spellings (CVE-2016-10555 and many
 * others), of public and private keys. */
static void
a_public_key_is_never_a_secret(void **state)
{
    char text[JG_KEY_SECRET_MAX];

    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_arena a;
        struct jg_str body;

        refused(jg_str(test_keys[i].public_pem), "a PEM");
        refused(jg_str(test_keys[i].private_pem), "a PEM");
        refused(jg_str(test_keys[i].public_jwk), "a JWK");
        snprintf(text, sizeof(text), " \r\n\t %s", test_keys[i].public_pem);
        refused(jg_str(text), "a PEM");
        snprintf(text, sizeof(text), "# key\n%s", test_keys[i].public_pem);
        refused(jg_str(text), "a PEM");
        snprintf(text, sizeof(text), "\n {\"keys\":[%s]} ",
                 test_keys[i].public_jwk);
        refused(jg_str(text), "a JWK");

        /* the DER between the lines */
        body = jg_str(strchr(test_keys[i].public_pem, '\n') + 1);
        body.len = (size_t)(strstr(body.p, "-----END") - body.p);
        jg_arena_init(&a, 4096, 64 * 1024);
        assert_err(jg_b64_decode_arena(body, &a, &body), JG_OK);
        refused(body, "a key in DER");
        jg_arena_free(&a);
    }
    refused(jg_str(rsa2048_pkcs1_pem), "a PEM");
    refused(jg_str(rsa2048_cert_pem), "a PEM");
    refused(jg_str(rsa2048_ssh), "an SSH key");
    snprintf(text, sizeof(text), "  %s", rsa2048_ssh);
    refused(jg_str(text), "an SSH key");
    refused(JG_STR("ecdsa-sha2-nistp256 AAAA"), "an SSH key");
    refused(JG_STR("---- BEGIN SSH2 PUBLIC KEY ----"), "an SSH key");
}

static void
json_that_two_readers_may_read_differently_is_refused(void **state)
{
    (void)state;
    refused(JG_STR("{\"a\":1,\"a\":1}"), "a JWK");
    refused(JG_STR("{\"kty\":\"oct\",\"k\":\"AAAA\"}"), "a JWK");
    refused(JG_STR("{\"kty\":1}"), "a JWK");
    refused(JG_STR("{\"keys\":[]}"), "a JWK");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_that_are_no_key_are_a_secret),
        cmocka_unit_test(a_secret_has_1_to_4096_bytes),
        cmocka_unit_test(a_public_key_is_never_a_secret),
        cmocka_unit_test(json_that_two_readers_may_read_differently_is_refused),
    };

    return cmocka_run_group_tests_name("jose/key_secret", tests, NULL, NULL);
}
