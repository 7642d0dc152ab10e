/* Members, claim paths, numbers, equality, copies, writing. */
#include "json_check.h"

#define DOTTED                                                           \
    "{\"a.b\":1,\"a\":{\"b\":2,\"c\":{\"d\":[3]},\"e.f\":4},\"n\":null," \
    "\"https://x.y/z\":5,\"\":{\"\":6}}"

static void
members_are_found_by_their_exact_name(void **state)
{
    const struct jg_json *value;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    value = good_json(&a, JG_STR("{\"a\":1,\"b\":\"x\",\"A\":[1]}"));
    assert_json(jg_json_get(value, JG_STR("a")), "1");
    assert_json(jg_json_get(value, JG_STR("A")), "[1]");
    assert_null(jg_json_get(value, JG_STR("")));
    assert_null(jg_json_get(value, JG_STR("ab")));
    assert_null(jg_json_get(jg_json_get(value, JG_STR("A")), JG_STR("0")));
    assert_null(jg_json_get(NULL, JG_STR("a")));
    assert_str(jg_json_string(jg_json_get(value, JG_STR("b"))), "x");
    assert_null(jg_json_string(jg_json_get(value, JG_STR("a"))).p);
    assert_null(jg_json_string(NULL).p);
    jg_arena_free(&a);
}

static void
a_claim_path_is_a_literal_name_first(void **state)
{
    static const struct {
        const char *path, *want; /* NULL: nothing there */
    } rows[] = {
        {"a.b", "1"},           {"a.c.d", "[3]"},  {"a.c", "{\"d\":[3]}"},
        {"n", "null"},          {"a.c.d.0", NULL}, {"a.e.f", NULL},
        {"https://x.y/z", "5"}, {"a.", NULL},      {".", "6"},
        {"", "{\"\":6}"},       {"a..b", NULL},    {"b", NULL},
        {"n.x", NULL},          {"a.b.c", NULL},
    };
    const struct jg_json *value;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    value = good_json(&a, JG_STR(DOTTED));
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_json *found = jg_json_path(value, jg_str(rows[i].path));

        if ((found == NULL) != (rows[i].want == NULL))
            fail_msg("%s", rows[i].path);
        if (found != NULL)
            assert_json(found, rows[i].want);
    }
    assert_null(jg_json_path(NULL, JG_STR("a")));
    assert_null(jg_json_path(jg_json_get(value, JG_STR("n")), JG_STR("a.b")));
    jg_arena_free(&a);
}

static void
whole_numbers_are_integers_however_written(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t want;
    } rows[] = {
        {"1", true, 1},
        {"1.0", true, 1},
        {"-1e3", true, -1000},
        {"1.5", false, 0},
        {"1e300", false, 0},
        {"-1e300", false, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775807.0", false, 0}, /* 2^63 as a double */
        {"9223372036854774784.0", true, INT64_C(9223372036854774784)},
        {"-9223372036854775808.0", true, INT64_MIN},
        {"-9223372036854777856.0", false, 0},
        {"-0.0", true, 0},
        {"5e-324", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
        {"null", false, 0},
        {"[1]", false, 0},
    };
    int64_t n = 77;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    for (size_t i = 0; i < LEN(rows); i++) {
        n = 77;
        if (jg_json_to_int(good_json(&a, jg_str(rows[i].text)), &n) !=
            rows[i].good)
            fail_msg("%s", rows[i].text);
        assert_int_equal(n, rows[i].good ? rows[i].want : 77);
    }
    assert_false(jg_json_to_int(NULL, &n));
    jg_arena_free(&a);
}

static void
whole_numbers_have_no_fraction_as_far_as_they_are_exact(void **state)
{
    static const struct {
        double n;
        bool whole;
    } rows[] = {
        {0, true},
        {5, true},
        {-7, true},
        {0.5, false},
        {-1.25, false},
        {9007199254740991.0, true},
        {1e18, false},
        {-1e300, false},
        {-9007199254740991.0, true},
        {9007199254740992.0, false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_json json = jg_json_of_number(rows[i].n);

        assert_int_equal(json.type, rows[i].whole ? JG_JSON_INT : JG_JSON_REAL);
        if (rows[i].whole)
            assert_int_equal(json.integer, (int64_t)rows[i].n);
        else
            assert_true(json.real == rows[i].n);
    }
}

static void
equality_looks_at_values_and_not_at_order(void **state)
{
    static const struct {
        const char *a, *b;
        bool want;
    } rows[] = {
        {"1", "1.0", true},
        {"1", "2", false},
        {"0.5", "0.5", true},
        {"0.5", "0", false},
        {"0", "-0.0", true},
        {"9007199254740993", "9007199254740992.0", false},
        {"9223372036854775807", "9223372036854775808.0", false},
        {"1", "true", false},
        {"0", "null", false},
        {"null", "null", true},
        {"true", "true", true},
        {"true", "false", false},
        {"\"\"", "null", false},
        {"\"a\"", "\"\\u0061\"", true},
        {"\"a\"", "\"b\"", false},
        {"[]", "{}", false},
        {"[]", "[]", true},
        {"[1,2]", "[2,1]", false},
        {"[1,2]", "[1,2,3]", false},
        {"{\"a\":1,\"b\":[{}]}", "{\"b\":[{}],\"a\":1.0}", true},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1}", "{\"a\":null}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_json *left = good_json(&a, jg_str(rows[i].a));
        const struct jg_json *right = good_json(&a, jg_str(rows[i].b));

        if (jg_json_equal(left, right) != rows[i].want ||
            jg_json_equal(right, left) != rows[i].want)
            fail_msg("%s and %s", rows[i].a, rows[i].b);
        assert_true(jg_json_equal(left, left));
    }
    jg_arena_free(&a);
}

static void
a_copy_outlives_what_it_was_copied_from(void **state)
{
    struct jg_arena first, second;
    const struct jg_json *value;
    struct jg_json copy, other;

    (void)state;
    jg_arena_init(&first, 4096, ARENA_MAX_BYTES);
    jg_arena_init(&second, 4096, ARENA_MAX_BYTES);
    value = good_json(&first, JG_STR(DOTTED));
    assert_true(jg_json_copy(value, &second, &copy));
    assert_true(jg_json_equal(value, &copy));
    jg_arena_free(&first);
    assert_json(&copy, DOTTED);
    for (size_t max = 0; max < 512; max += 32) {
        jg_arena_init(&first, 32, max);
        assert_false(jg_json_copy(&copy, &first, &other));
        jg_arena_free(&first);
    }
    jg_arena_free(&second);
}

static void
values_are_written_on_one_line_or_indented(void **state)
{
    struct jg_arena a;
    struct jg_buf b;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    jg_buf_init(&b, 4096);
    jg_json_write(&b,
                  good_json(&a, JG_STR("{\"a\":[1,{\"b\":[]},{}],"
                                       "\"c\":\"\\u0001<\\\"\"}")),
                  2);
    assert_str(jg_buf_str(&b), "{\n"
                               "  \"a\": [\n"
                               "    1,\n"
                               "    {\n"
                               "      \"b\": []\n"
                               "    },\n"
                               "    {}\n"
                               "  ],\n"
                               "  \"c\": \"\\u0001<\\\"\"\n"
                               "}");
    jg_buf_free(&b);
    jg_buf_init(&b, 5);
    jg_json_write(&b, good_json(&a, JG_STR("[1,2,3]")), 0);
    assert_true(b.failed);
    jg_buf_free(&b);
    jg_arena_free(&a);
}

static void
types_have_names_for_messages(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"1", "number"},     {"1.5", "number"}, {"\"\"", "string"},
        {"true", "boolean"}, {"null", "null"},  {"[]", "array"},
        {"{}", "object"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(
            jg_json_type_name(good_json(&a, jg_str(rows[i].text))),
            rows[i].want);
    assert_string_equal(jg_json_type_name(NULL), "nothing");
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_by_their_exact_name),
        cmocka_unit_test(a_claim_path_is_a_literal_name_first),
        cmocka_unit_test(whole_numbers_are_integers_however_written),
        cmocka_unit_test(
            whole_numbers_have_no_fraction_as_far_as_they_are_exact),
        cmocka_unit_test(equality_looks_at_values_and_not_at_order),
        cmocka_unit_test(a_copy_outlives_what_it_was_copied_from),
        cmocka_unit_test(values_are_written_on_one_line_or_indented),
        cmocka_unit_test(types_have_names_for_messages),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
