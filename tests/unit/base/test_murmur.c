/* murmur.c against published values, and Tyk's odd one against the reference.
 */
#include "base/murmur.h"
#include "check.h"

static void
murmur_gives_the_published_values(void **state)
{
    static const struct {
        const char *text;
        uint64_t a, b;
    } rows[] = {
        {"", 0, 0},
        {"hello", 0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19},
        {"hello, world", 0x342fac623a5ebc8e, 0x4cdcbc079642414d},
        {"0123456789abcdef", 0x4be06d94cf4ad1a7, 0x87c35b5c63a708da},
        {"19 Jan 2038 at 3:14:07 AM", 0xb89e5988b737affc, 0x664fc2950231b2cb},
        {"The quick brown fox jumps over the lazy dog.", 0xcd99481f9ee902c9,
         0x695da1a38987b6e7},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_murmur_128 hash = jg_murmur_128(jg_str(rows[i].text));

        assert_int_equal(hash.a, rows[i].a);
        assert_int_equal(hash.b, rows[i].b);
    }
}

static void
what_follows_the_last_block_of_four_does_not_count_in_tyks(void **state)
{
    static const char *const same[] = {"abcd", "abcd1", "abcd12", "abcd123"};

    (void)state;
    for (size_t i = 0; i < LEN(same); i++)
        assert_int_equal(jg_murmur_tyk_32(jg_str(same[i])),
                         jg_murmur_tyk_32(JG_STR("abcd")));
    assert_int_not_equal(jg_murmur_tyk_32(JG_STR("abcd1234")),
                         jg_murmur_tyk_32(JG_STR("abcd")));
    assert_int_equal(jg_murmur_tyk_32(JG_STR("abc")), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(murmur_gives_the_published_values),
        cmocka_unit_test(
            what_follows_the_last_block_of_four_does_not_count_in_tyks),
    };

    return cmocka_run_group_tests_name("base/murmur", tests, NULL, NULL);
}
