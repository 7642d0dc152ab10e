/* digest.c: hashes against published values, and the generator. */
#include "jose_check.h"

static void
hashes_are_those_of_the_standards(void **state)
{
    /* FIPS 180-2 B.1, RFC 1321 A.5 */
    static const struct {
        const char *text, *sha256, *md5;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
         "d41d8cd98f00b204e9800998ecf8427e"},
        {"abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
         "900150983cd24fb0d6963f7d28e17f72"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str s = jg_str(rows[i].text);
        unsigned char raw[32];
        char sha[65], md5[33];

        assert_err(jg_sha256(s, raw), JG_OK);
        assert_err(jg_sha256_hex(s, sha), JG_OK);
        assert_err(jg_md5_hex(s, md5), JG_OK);
        assert_string_equal(sha, rows[i].sha256);
        assert_string_equal(md5, rows[i].md5);
        for (size_t j = 0; j < sizeof(raw); j++) {
            char two[3];

            snprintf(two, sizeof(two), "%02x", raw[j]);
            assert_memory_equal(two, sha + 2 * j, 2);
        }
    }
}

static void
random_bytes_differ_and_stay_inside(void **state)
{
    unsigned char a[34] = {0}, b[34] = {0};

    (void)state;
    assert_err(jg_random(a + 1, 32), JG_OK);
    assert_err(jg_random(b + 1, 32), JG_OK);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(a[0] | a[33] | b[0] | b[33], 0);
    assert_err(jg_random(a, 0), JG_OK);
    assert_err(jg_random(a, SIZE_MAX), JG_E_CRYPTO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_the_standards),
        cmocka_unit_test(random_bytes_differ_and_stay_inside),
    };

    return cmocka_run_group_tests_name("jose/digest", tests, NULL, NULL);
}
