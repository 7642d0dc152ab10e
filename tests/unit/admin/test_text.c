/* Setting one member of a document and leaving its other bytes alone. */
#include "check.h"

#include "admin/text.h"

static void
a_member_is_set_and_nothing_else_changes(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{}", "{\"id\":\"x\"}"},
        {"{ }", "{\"id\": \"x\" }"},
        {"{\"a\":1}", "{\"id\":\"x\",\"a\":1}"},
        {"{\n  \"a\": 1\n}\n", "{\n  \"id\": \"x\",\n  \"a\": 1\n}\n"},
        {"\t{\"a\" : [1,{\"id\":\"no\"}] }",
         "\t{\"id\":\"x\",\"a\" : [1,{\"id\":\"no\"}] }"},
        {"{\"id\":\"old\"}", "{\"id\":\"x\"}"},
        {"{\"id\" : \"\" , \"b\": 2}", "{\"id\" : \"x\" , \"b\": 2}"},
        {"{\"b\":{\"id\":1},\"id\":null}", "{\"b\":{\"id\":1},\"id\":\"x\"}"},
        {"{\"b\":\"\\\"id\\\":1}\",\"id\":[{}]}",
         "{\"b\":\"\\\"id\\\":1}\",\"id\":\"x\"}"},
        {"{\"\\u0069d\":12.5e3}", "{\"\\u0069d\":\"x\"}"},
        {"{\"z\\\\\":\"\\\\\",\"id\":true}",
         "{\"z\\\\\":\"\\\\\",\"id\":\"x\"}"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str text = jg_str(rows[i].text), got;
        const struct jg_json *json;

        assert_err(jg_json_parse(text, &jg_json_limits_conf, &a, &json, NULL),
                   JG_OK);
        assert_err(jg_text_set(text, json, JG_STR("id"), JG_STR("x"), &a, &got),
                   JG_OK);
        assert_str(got, rows[i].want);
        assert_err(jg_json_parse(got, &jg_json_limits_conf, &a, &json, NULL),
                   JG_OK);
    }
    jg_arena_free(&a);
}

static void
a_value_is_escaped(void **state)
{
    struct jg_str text = JG_STR("{\"a\":1}"), got;
    const struct jg_json *json;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_json_parse(text, &jg_json_limits_conf, &a, &json, NULL),
               JG_OK);
    assert_err(
        jg_text_set(text, json, JG_STR("i\"d"), JG_STR("\\\n"), &a, &got),
        JG_OK);
    assert_str(got, "{\"i\\\"d\":\"\\\\\\n\",\"a\":1}");
    jg_arena_free(&a);
}

static void
values_come_as_they_are_written(void **state)
{
    static const char *const want[] = {
        "1", "\"b}\"", "{ \"x\" : [ ] }", "[\"]\",2]", "-1.5E+3", "false",
    };
    struct jg_text_walk walk;
    struct jg_str value;
    size_t n = 0;

    (void)state;
    jg_text_walk(&walk, JG_STR(" { \"a\":1,\"b\" : \"b}\" ,\"c\":{ \"x\" : "
                               "[ ] }, \"d\":[\"]\",2],\"e\":-1.5E+3\n,"
                               "\"f\":false} "));
    while (jg_text_next(&walk, &value)) {
        assert_true(n < LEN(want));
        assert_str(value, want[n++]);
    }
    assert_int_equal(n, LEN(want));
    assert_false(jg_text_next(&walk, &value));
}

static void
items_come_as_they_are_written(void **state)
{
    static const char *const want[] = {"1", "{\"a\":[1]}", "\"]\"", "null"};
    struct jg_text_walk walk;
    struct jg_str value;
    size_t n = 0;

    (void)state;
    jg_text_walk(&walk, JG_STR(" [ 1,{\"a\":[1]} ,\"]\"\n,null] "));
    while (jg_text_next_item(&walk, &value)) {
        assert_true(n < LEN(want));
        assert_str(value, want[n++]);
    }
    assert_int_equal(n, LEN(want));
    jg_text_walk(&walk, JG_STR("[ ]"));
    assert_false(jg_text_next_item(&walk, &value));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_is_set_and_nothing_else_changes),
        cmocka_unit_test(a_value_is_escaped),
        cmocka_unit_test(values_come_as_they_are_written),
        cmocka_unit_test(items_come_as_they_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
