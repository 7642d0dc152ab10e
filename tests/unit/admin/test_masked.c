/* Answers for who may only read: every secret hidden, every other byte kept. */
#include "admin/masked.h"

#include "check.h"

static void
secrets_are_hidden_and_nothing_else(void **state)
{
    static const struct {
        const char *json, *want;
    } rows[] = {
        {"{\"jwt_source\": \"dHlrMTIz\", \"name\": \"a\"}",
         "{\"jwt_source\": \"(hidden)\", \"name\": \"a\"}"},
        {"{\"jwt_source\":\"https://idp/certs\"}",
         "{\"jwt_source\":\"https://idp/certs\"}"},
        {"{\"JWT_SOURCE\" : \"x\"}", "{\"JWT_SOURCE\" : \"(hidden)\"}"},
        {"{\"jwt\\u005fsource\":\"x\"}", "{\"jwt\\u005fsource\":\"(hidden)\"}"},
        {"{\"secret\":\"a\\\"b\",\"n\":1}",
         "{\"secret\":\"(hidden)\",\"n\":1}"},
        {"{\"meta_data\":{\"a\":\"x\",\"b\":[\"y\",1]},\"c\":\"z\"}",
         "{\"meta_data\":{\"a\":\"(hidden)\",\"b\":[\"(hidden)\",1]},"
         "\"c\":\"z\"}"},
        {"{\"global_headers\":{\"Authorization\":\"Basic x\",\"A\":\"b\"}}",
         "{\"global_headers\":{\"Authorization\":\"(hidden)\",\"A\":\"b\"}}"},
        {"[{\"name\":\"authorization\",\"value\":\"x\"},"
         "{\"name\":\"a\",\"value\":\"y\"}]",
         "[{\"name\":\"authorization\",\"value\":\"(hidden)\"},"
         "{\"name\":\"a\",\"value\":\"y\"}]"},
        {"{\"secret\":1,\"a\":\"b\"}", "{\"secret\":1,\"a\":\"b\"}"},
        {"[\"secret\",\"b\"]", "[\"secret\",\"b\"]"},
        {"{\"a\":\"secret\",\"b\":\"c\"}", "{\"a\":\"secret\",\"b\":\"c\"}"},
        {"", ""},
        {"Not Found", "Not Found"},
        {"\"", "\""}, /* no JSON: nothing happens */
        {"\"\\", "\"\\"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_buf b;

        jg_buf_init(&b, 4096);
        jg_masked(&b, jg_str(rows[i].json));
        assert_str(jg_buf_str(&b), rows[i].want);
        jg_buf_free(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_hidden_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
