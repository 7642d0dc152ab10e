/* hex.c: bytes as hex digits. */
#include "base/hex.h"

#include "check.h"

static void
bytes_become_small_digits(void **state)
{
    static const unsigned char bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char out[2 * sizeof(bytes) + 1];

    (void)state;
    jg_hex_encode(bytes, sizeof(bytes), out);
    assert_string_equal(out, "000fa5ff");
    jg_hex_encode(bytes, 0, out);
    assert_string_equal(out, "");
}

static void
only_pairs_of_small_digits_are_read(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"", true},    {"00", true},  {"a5ff", true},  {"a", false},
        {"A5", false}, {"g0", false}, {"0x11", false}, {" 1", false},
    };
    unsigned char out[2] = {0, 0};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_hex_decode(jg_str(rows[i].text), out),
                         rows[i].good);
    assert_true(jg_hex_decode(JG_STR("a5ff"), out));
    assert_int_equal(out[0], 0xa5);
    assert_int_equal(out[1], 0xff);
    assert_false(jg_hex_decode((struct jg_str){"\0001", 2}, out));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_small_digits),
        cmocka_unit_test(only_pairs_of_small_digits_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
