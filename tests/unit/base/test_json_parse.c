/* What is JSON, what is not, and what it becomes. */
#include "json_check.h"

/* The error that parsing <text> gives; <out> is untouched by one. */
static enum jg_err
parse(struct jg_str text, const struct jg_json_limits *limits,
      struct jg_json_fault *fault)
{
    const struct jg_json *const untouched = (const void *)limits;
    const struct jg_json *value = untouched;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    err = jg_json_parse(text, limits, &a, &value, fault);
    assert_int_equal(value == untouched, err != JG_OK);
    jg_arena_free(&a);
    return err;
}

static void
every_kind_of_value_comes_back_as_it_was_written(void **state)
{
    static const struct {
        const char *text, *want;
        enum jg_json_type type;
    } rows[] = {
        {"null", "null", JG_JSON_NULL},
        {"true", "true", JG_JSON_BOOL},
        {" false ", "false", JG_JSON_BOOL},
        {"0", "0", JG_JSON_INT},
        {"-0", "0", JG_JSON_INT},
        {"-1", "-1", JG_JSON_INT},
        {"9223372036854775807", "9223372036854775807", JG_JSON_INT},
        {"-9223372036854775808", "-9223372036854775808", JG_JSON_INT},
        {"1.0", "1.0", JG_JSON_REAL},
        {"-0.0", "-0.0", JG_JSON_REAL},
        {"0.1", "0.1", JG_JSON_REAL},
        {"1e2", "100.0", JG_JSON_REAL},
        {"1E+2", "100.0", JG_JSON_REAL},
        {"1e20", "1e+20", JG_JSON_REAL},
        {"123456789012345680000.0", "1.2345678901234568e+20", JG_JSON_REAL},
        {"1.7976931348623157e308", "1.7976931348623157e+308", JG_JSON_REAL},
        {"5e-324", "4.94065645841247e-324", JG_JSON_REAL},
        {"1e-999", "0.0", JG_JSON_REAL},
        {"0.30000000000000004", "0.30000000000000004", JG_JSON_REAL},
        {"\"\"", "\"\"", JG_JSON_STRING},
        {"\"a\\u0041\\n\\/\\\"\\\\\\b\\f\\r\\t\"",
         "\"aA\\n/\\\"\\\\\\b\\f\\r\\t\"", JG_JSON_STRING},
        {"\"\\u00e9\\u20AC\\uD83D\\uDE00\"",
         "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", JG_JSON_STRING},
        {"\"\xc3\xa9 \x7f\"", "\"\xc3\xa9 \x7f\"", JG_JSON_STRING},
        {"[]", "[]", JG_JSON_ARRAY},
        {"[ [ ] , [ 1 , [ \"x\" ] ] ]", "[[],[1,[\"x\"]]]", JG_JSON_ARRAY},
        {"{}", "{}", JG_JSON_OBJECT},
        {"{\"\":1}", "{\"\":1}", JG_JSON_OBJECT},
        {"\t{ \"b\" : [ 1 , 2 ] ,\r\n\"a\" : { \"b\" : null } }\n",
         "{\"b\":[1,2],\"a\":{\"b\":null}}", JG_JSON_OBJECT},
        {"{\"a\":{\"a\":1},\"A\":2,\"a\\u0062\":3}",
         "{\"a\":{\"a\":1},\"A\":2,\"ab\":3}", JG_JSON_OBJECT},
    };
    struct jg_arena a;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_json *value;

        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        value = good_json(&a, jg_str(rows[i].text));
        assert_int_equal(value->type, rows[i].type);
        assert_json(value, rows[i].want);
        jg_arena_free(&a);
    }
}

static void
strings_have_a_nul_behind_them(void **state)
{
    const struct jg_json *value;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    value = good_json(&a, JG_STR("{\"na\\u006de\":\"val\\u0075e\"}"));
    assert_string_equal(value->members[0].name.p, "name");
    assert_string_equal(value->members[0].value.string.p, "value");
    assert_int_equal(value->members[0].value.string.len, 5);
    jg_arena_free(&a);
}

static void
what_is_not_json_is_refused_with_its_place(void **state)
{
    static const struct {
        struct jg_str text;
        enum jg_err want;
        unsigned line, column; /* 0: not compared */
    } rows[] = {
        {{NULL, 0}, JG_E_JSON, 1, 1},
        {{"", 0}, JG_E_JSON, 1, 1},
        {{"  \n ", 4}, JG_E_JSON, 2, 2},
        {{"{", 1}, JG_E_JSON, 1, 2},
        {{"[1,]", 4}, JG_E_JSON, 1, 4},
        {{"{\"a\":1,}", 8}, JG_E_JSON, 1, 8},
        {{"{\"a\" 1}", 7}, JG_E_JSON, 1, 6},
        {{"{a:1}", 5}, JG_E_JSON, 1, 2},
        {{"{\"a\":1]", 7}, JG_E_JSON, 1, 7},
        {{"[1}", 3}, JG_E_JSON, 1, 3},
        {{"[1 2]", 5}, JG_E_JSON, 1, 4},
        {{"]", 1}, JG_E_JSON, 1, 1},
        {{",", 1}, JG_E_JSON, 1, 1},
        {{"{}{}", 4}, JG_E_JSON, 1, 3},
        {{"{} x", 4}, JG_E_JSON, 1, 4},
        {{"{}\0", 3}, JG_E_JSON, 1, 3},
        {{"\xef\xbb\xbf{}", 5}, JG_E_JSON, 1, 1},
        {{"nul", 3}, JG_E_JSON, 0, 0},
        {{"True", 4}, JG_E_JSON, 0, 0},
        {{"nullx", 5}, JG_E_JSON, 0, 0},
        {{"NaN", 3}, JG_E_JSON, 0, 0},
        {{"Infinity", 8}, JG_E_JSON, 0, 0},
        {{"+1", 2}, JG_E_JSON, 0, 0},
        {{"01", 2}, JG_E_JSON, 0, 0},
        {{"-", 1}, JG_E_JSON, 0, 0},
        {{"-a", 2}, JG_E_JSON, 0, 0},
        {{".5", 2}, JG_E_JSON, 0, 0},
        {{"1.", 2}, JG_E_JSON, 0, 0},
        {{"1.e1", 4}, JG_E_JSON, 0, 0},
        {{"1e", 2}, JG_E_JSON, 0, 0},
        {{"1e+", 3}, JG_E_JSON, 0, 0},
        {{"0x1", 3}, JG_E_JSON, 0, 0},
        {{"9223372036854775808", 19}, JG_E_JSON, 0, 0},
        {{"-9223372036854775809", 20}, JG_E_JSON, 0, 0},
        {{"1e309", 5}, JG_E_JSON, 0, 0},
        {{"-1e309", 6}, JG_E_JSON, 0, 0},
        {{"1e999999999999999999999", 23}, JG_E_JSON, 0, 0},
        {{"\"", 1}, JG_E_JSON, 0, 0},
        {{"\"\\\"", 3}, JG_E_JSON, 0, 0},
        {{"\"\\", 2}, JG_E_JSON, 0, 0},
        {{"\"\\x\"", 4}, JG_E_JSON, 0, 0},
        {{"\"\\u12\"", 6}, JG_E_JSON, 0, 0},
        {{"\"\\u12g4\"", 8}, JG_E_JSON, 0, 0},
        {{"\"\\u0000\"", 8}, JG_E_JSON, 0, 0},
        {{"{\"\\u0000\":1}", 12}, JG_E_JSON, 0, 0},
        {{"\"\\ud800\"", 8}, JG_E_JSON, 0, 0},
        {{"\"\\ud800x\"", 9}, JG_E_JSON, 0, 0},
        {{"\"\\ud800\\n\"", 10}, JG_E_JSON, 0, 0},
        {{"\"\\ud800\\ud800\"", 14}, JG_E_JSON, 0, 0},
        {{"\"\\udc00\"", 8}, JG_E_JSON, 0, 0},
        {{"\"\\udc00\\ud800\"", 14}, JG_E_JSON, 0, 0},
        {{"\"a\nb\"", 5}, JG_E_JSON, 0, 0},
        {{"\"a\tb\"", 5}, JG_E_JSON, 0, 0},
        {{"\"a\0b\"", 5}, JG_E_JSON, 0, 0},
        {{"\"\xff\"", 3}, JG_E_JSON, 0, 0},
        {{"\"\xc0\x80\"", 4}, JG_E_JSON, 0, 0},
        {{"\"\xc3\"", 3}, JG_E_JSON, 0, 0},
        {{"\"\xc3", 2}, JG_E_JSON, 0, 0},
        {{"\"\xed\xa0\x80\"", 5}, JG_E_JSON, 0, 0},
        {{"\"\xf4\x90\x80\x80\"", 6}, JG_E_JSON, 0, 0},
        {{"\"\xe0\x80\x80\"", 5}, JG_E_JSON, 0, 0},
        {{"\"\xf0\x80\x80\x80\"", 6}, JG_E_JSON, 0, 0},
        {{"{\"a\":1,\n \"a\":2}", 15}, JG_E_JSON_DUPLICATE, 2, 2},
        {{"{\"a\":1,\"\\u0061\":2}", 18}, JG_E_JSON_DUPLICATE, 0, 0},
        {{"{\"\":1,\"\":2}", 11}, JG_E_JSON_DUPLICATE, 0, 0},
        {{"[{\"x\":{\"b\":1,\"b\":1}}]", 21}, JG_E_JSON_DUPLICATE, 1, 14},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_json_fault fault = {0};

        assert_err(parse(rows[i].text, &jg_json_limits_token, NULL),
                   rows[i].want);
        assert_err(parse(rows[i].text, &jg_json_limits_token, &fault),
                   rows[i].want);
        assert_true(fault.what[0] != '\0');
        assert_in_range(fault.column, 1, rows[i].text.len + 1);
        if (rows[i].line != 0)
            assert_int_equal(fault.line, rows[i].line);
        if (rows[i].column != 0 && fault.column != rows[i].column)
            fail_msg("%.*s: column %u, not %u", JG_STR_ARG(rows[i].text),
                     fault.column, rows[i].column);
    }
}

static void
a_fault_can_be_logged_as_it_is(void **state)
{
    struct jg_json_fault fault;

    (void)state;
    assert_err(parse(JG_STR("{\"\\u001b[2J\\n\xc2\x9b\":1,"
                            "\"\\u001b[2J\\n\xc2\x9b\":1}"),
                     &jg_json_limits_token, &fault),
               JG_E_JSON_DUPLICATE);
    assert_string_equal(fault.what,
                        "the member \"?[2J???\" occurs twice in this object");
}

static void
each_limit_is_exact(void **state)
{
    static const struct jg_json_limits limits = {40, 3, 5, 6};
    static const struct {
        const char *text;
        enum jg_err want;
    } rows[] = {
        {"[[[]]]", JG_OK},
        {"[[[[]]]]", JG_E_JSON_LIMIT},
        {"{\"a\":{\"b\":[]}}", JG_OK},
        {"{\"a\":{\"b\":[{}]}}", JG_E_JSON_LIMIT},
        {"[[],[],[],[]]", JG_OK},
        {"[1,2,3,4]", JG_OK},
        {"[1,2,3,4,5]", JG_E_JSON_LIMIT},
        {"[[],[],[],[],[]]", JG_E_JSON_LIMIT},
        {"{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", JG_OK},
        {"{\"a\":1,\"b\":2,\"c\":3,\"d\":[4]}", JG_E_JSON_LIMIT},
        {"\"123456\"", JG_OK},
        {"\"\\u0031\"", JG_OK},
        {"\"1234567\"", JG_E_JSON_LIMIT},
        {"{\"1234567\":1}", JG_E_JSON_LIMIT},
        {"\"[[[[[\"", JG_OK},
        {"\",,,,,,\"", JG_OK},
        {"\"\\\"[[[[\"", JG_OK},
        {"                                       1", JG_OK},
        {"                                        1", JG_E_JSON_LIMIT},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (parse(jg_str(rows[i].text), &limits, NULL) != rows[i].want)
            fail_msg("%s: not %s", rows[i].text,
                     jg_err_info(rows[i].want)->name);
}

/* <open> <count> times, <inside>, <close> <count> times. */
static struct jg_str
nest(struct jg_arena *a, const char *open, size_t count, const char *inside,
     const char *close)
{
    struct jg_buf b;
    struct jg_str text;

    jg_buf_init(&b, ARENA_MAX_BYTES);
    for (size_t i = 0; i < count; i++)
        jg_buf_add(&b, jg_str(open));
    jg_buf_add(&b, jg_str(inside));
    for (size_t i = 0; i < count; i++)
        jg_buf_add(&b, jg_str(close));
    text = jg_arena_str(a, jg_buf_str(&b));
    assert_non_null(text.p);
    jg_buf_free(&b);
    return text;
}

static void
hostile_texts_are_refused_and_not_followed(void **state)
{
    static const struct {
        const char *open;
        size_t count;
        const char *inside, *close;
        enum jg_err want;
    } rows[] = {
        {"[", 32, "", "]", JG_OK},
        {"[", 33, "", "]", JG_E_JSON_LIMIT},
        {"[", 2047, "", "]", JG_E_JSON_LIMIT},
        {"[", 65000, "", "", JG_E_JSON_LIMIT},
        {"{\"a\":", 10000, "1", "", JG_E_JSON_LIMIT},
        {"]", 65000, "", "", JG_E_JSON},
        {"\"", 65000, "", "", JG_E_JSON},
        {"\\", 65000, "", "", JG_E_JSON},
        {"", 1, "[", "1,", JG_E_JSON},
        {"1,", 2000, "1", "", JG_E_JSON},
        {"[0],", 1, "", "", JG_E_JSON},
        {"[[],", 31, "", "", JG_E_JSON},
        {"[[],", 33, "", "", JG_E_JSON_LIMIT},
        {"9", 60000, "", "", JG_E_JSON},
        {"9", 60000, "e-59990", "", JG_OK},
        {"0.", 1, "", "1", JG_OK},
        {"0.", 1, "0", "", JG_OK},
        {"", 60000, "0.", "0", JG_OK},
        {"", 60000, "0.", "9", JG_OK},
        {"", 60000, "1e", "9", JG_E_JSON},
        {"", 60000, "1e-", "9", JG_OK},
        {"", 60000, "1e", "0", JG_OK},
        {"", 60000, "-", "1", JG_E_JSON},
    };
    struct jg_arena a;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        enum jg_err err;

        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        err = parse(nest(&a, rows[i].open, rows[i].count, rows[i].inside,
                         rows[i].close),
                    &jg_json_limits_token, NULL);
        if (err != rows[i].want)
            fail_msg("row %zu: %s, not %s", i, jg_err_info(err)->name,
                     jg_err_info(rows[i].want)->name);
        jg_arena_free(&a);
    }
}

static void
duplicates_are_found_in_large_objects(void **state)
{
    enum { MEMBERS = 20000 };
    struct jg_buf b;

    (void)state;
    for (int twice = 0; twice < 2; twice++) {
        jg_buf_init(&b, ARENA_MAX_BYTES);
        for (int i = 0; i < MEMBERS; i++)
            jg_buf_addf(&b, "%c\"n%d\":%d", i == 0 ? '{' : ',',
                        (i * 7919) % MEMBERS, i);
        jg_buf_addf(&b, ",\"%s\":0}", twice ? "n77" : "m77");
        assert_err(parse(jg_buf_str(&b), &jg_json_limits_conf, NULL),
                   twice ? JG_E_JSON_DUPLICATE : JG_OK);
        jg_buf_free(&b);
    }
}

static void
a_full_arena_is_no_memory(void **state)
{
    static const char text[] = "{\"a\":[1,2,3,\"some text\"],\"b\":{\"c\":1}}";
    size_t good = 0;

    (void)state;
    for (size_t max = 0; max < 2048; max += 16) {
        const struct jg_json *value = NULL;
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 64, max);
        err = jg_json_parse(jg_str(text), &jg_json_limits_token, &a, &value,
                            NULL);
        if (err == JG_OK)
            good++;
        else
            assert_err(err, JG_E_NOMEM);
        jg_arena_free(&a);
    }
    assert_in_range(good, 1, 127);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_comes_back_as_it_was_written),
        cmocka_unit_test(strings_have_a_nul_behind_them),
        cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
        cmocka_unit_test(a_fault_can_be_logged_as_it_is),
        cmocka_unit_test(each_limit_is_exact),
        cmocka_unit_test(hostile_texts_are_refused_and_not_followed),
        cmocka_unit_test(duplicates_are_found_in_large_objects),
        cmocka_unit_test(a_full_arena_is_no_memory),
    };

    return cmocka_run_group_tests_name("base/json_parse", tests, NULL, NULL);
}
