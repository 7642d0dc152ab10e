/* Borrowed bytes: comparing, cutting, reading numbers. */
#include "check.h"

static void
equality_looks_at_length_and_bytes(void **state)
{
    static const struct {
        const char *a, *b;
        bool same, same_nocase;
    } rows[] = {
        {"", "", true, true},
        {NULL, "", true, true},
        {"a", "a", true, true},
        {"a", "A", false, true},
        {"Bearer", "bEARER", false, true},
        {"a", "ab", false, false},
        {"@", "`", false, false}, /* differ by the case bit, no letters */
        {"[", "{", false, false},
        {"\xc3\x84", "\xc3\xa4", false, false}, /* ASCII only */
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str a = jg_str(rows[i].a), b = jg_str(rows[i].b);

        assert_int_equal(jg_str_eq(a, b), rows[i].same);
        assert_int_equal(jg_str_eq_secret(a, b), rows[i].same);
        assert_int_equal(jg_str_eq_nocase(a, b), rows[i].same_nocase);
        assert_int_equal(jg_str_cmp(a, b) == 0, rows[i].same);
    }
}

static void
order_is_by_byte_then_by_length(void **state)
{
    static const char *const rising[] = {"", "a", "aa", "ab", "b", "\xff"};

    (void)state;
    for (size_t i = 0; i < LEN(rising); i++)
        for (size_t j = 0; j < LEN(rising); j++) {
            int order = jg_str_cmp(jg_str(rising[i]), jg_str(rising[j]));

            assert_int_equal(order < 0, i < j);
            assert_int_equal(order > 0, i > j);
        }
}

static void
a_secret_differs_by_any_one_byte(void **state)
{
    char a[] = "0123456789abcdef", b[] = "0123456789abcdef";

    (void)state;
    for (size_t i = 0; i < sizeof(a) - 1; i++) {
        b[i] ^= 1;
        assert_false(jg_str_eq_secret(jg_str(a), jg_str(b)));
        b[i] ^= 1;
    }
    assert_true(jg_str_eq_secret(jg_str(a), jg_str(b)));
}

static void
parts_are_found_where_they_are(void **state)
{
    static const struct {
        const char *s, *part;
        bool starts, starts_nocase, ends, contains;
    } rows[] = {
        {"Bearer x", "Bearer ", true, true, false, true},
        {"bearer x", "Bearer ", false, true, false, false},
        {"a.json", ".json", false, false, true, true},
        {"a", "ab", false, false, false, false},
        {"a", "", true, true, true, true},
        {"", "", true, true, true, true},
        {"", "a", false, false, false, false},
        {"aa", "a", true, true, true, true},
        {"aabc", "ab", false, false, false, true},
    };
    struct jg_str none = {NULL, 0};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str s = jg_str(rows[i].s), part = jg_str(rows[i].part);

        assert_int_equal(jg_str_starts(s, part), rows[i].starts);
        assert_int_equal(jg_str_starts_nocase(s, part), rows[i].starts_nocase);
        assert_int_equal(jg_str_ends(s, part), rows[i].ends);
        assert_int_equal(jg_str_contains(s, part), rows[i].contains);
    }
    assert_true(jg_str_contains(none, none));
    assert_false(jg_str_contains(none, JG_STR("a")));
}

static void
cutting_never_leaves_the_string(void **state)
{
    struct jg_str s = JG_STR("abc"), none = {NULL, 0};

    (void)state;
    assert_str(jg_str_from(s, 1), "bc");
    assert_str(jg_str_from(s, 3), "");
    assert_str(jg_str_from(s, 4), "");
    assert_str(jg_str_head(s, 2), "ab");
    assert_str(jg_str_head(s, 9), "abc");
    assert_int_equal(jg_str_find(s, 'c'), 2);
    assert_int_equal(jg_str_find(s, 'x'), 3);
    assert_int_equal(jg_str_find(none, 'x'), 0);
    assert_int_equal(jg_str_find((struct jg_str){"a\0b", 3}, '\0'), 1);
}

static void
next_gives_every_part_once(void **state)
{
    static const struct {
        const char *text;
        const char *parts[4];
    } rows[] = {
        {"a,b", {"a", "b"}}, {"a", {"a"}},
        {"a,", {"a", ""}},   {"", {""}},
        {",", {"", ""}},     {",a", {"", "a"}},
        {NULL, {NULL}},      {"a,,b", {"a", "", "b"}},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str rest = jg_str(rows[i].text), part;
        size_t n = 0;

        while (jg_str_next(&rest, ',', &part)) {
            assert_non_null(rows[i].parts[n]);
            assert_str(part, rows[i].parts[n++]);
        }
        assert_null(rows[i].parts[n]);
        assert_null(rest.p);
    }
}

static void
trim_takes_white_space_at_both_ends(void **state)
{
    static const char *const rows[][2] = {
        {" a b\t\r\n", "a b"}, {"", ""}, {" \n", ""}, {"a", "a"},
        {"\va", "\va"}, /* not one of the four */
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_str(jg_str_trim(jg_str(rows[i][0])), rows[i][1]);
}

static void
numbers_are_digits_that_fit(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t n;
    } rows[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"99999999999999999999", false, 0},
        {"184467440737095516150", false, 0},
        {"", false, 0},
        {"+1", false, 0},
        {"-1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        uint64_t n = 42;

        assert_int_equal(jg_str_to_u64(jg_str(rows[i].text), &n), rows[i].ok);
        assert_int_equal(n, rows[i].ok ? rows[i].n : 42);
    }
}

static void
distance_counts_edits(void **state)
{
    static const char sixty_five[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                     "aaaaaaaaaaaaaaaaaaaaaaaaa";
    static const struct {
        const char *a, *b;
        size_t edits;
    } rows[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"kitten", "sitting", 3},
        {"listen_prot", "listen_port", 2},
        {"serve", "server", 1},
        {"same", "same", 0},
        {sixty_five, sixty_five, 64},
        {sixty_five + 1, "", 64},
        {"a", sixty_five, 64},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str a = jg_str(rows[i].a), b = jg_str(rows[i].b);

        assert_int_equal(jg_str_distance(a, b), rows[i].edits);
        assert_int_equal(jg_str_distance(b, a), rows[i].edits);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_looks_at_length_and_bytes),
        cmocka_unit_test(order_is_by_byte_then_by_length),
        cmocka_unit_test(a_secret_differs_by_any_one_byte),
        cmocka_unit_test(parts_are_found_where_they_are),
        cmocka_unit_test(cutting_never_leaves_the_string),
        cmocka_unit_test(next_gives_every_part_once),
        cmocka_unit_test(trim_takes_white_space_at_both_ends),
        cmocka_unit_test(numbers_are_digits_that_fit),
        cmocka_unit_test(distance_counts_edits),
    };

    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
