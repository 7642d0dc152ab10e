/* /tyk/journal: recent decisions. */
#include "admin_check.h"

static void
put(struct gateway *g, int64_t time_ms, enum jg_err reason, const char *api)
{
    struct jg_journal_entry entry = {
        .time_ms = time_ms,
        .request_id = {0x0123456789abcdef, 0xfedcba9876543210},
        .identity = reason == JG_OK ? 0xabc : 0,
        .microseconds = 250,
        .status = (uint16_t)jg_err_info(reason)->status,
        .reason = (uint16_t)reason,
        .method = jg_method_code(JG_STR("GET")),
    };

    jg_journal_set_api(&entry, jg_str(api));
    jg_journal_append(g->journal, &entry);
}

#define FIRST                                                           \
    "{\"time\":\"2026-08-21T10:31:12.345Z\",\"request_id\":"            \
    "\"0123456789abcdeffedcba9876543210\",\"api_id\":\"a\",\"method\":" \
    "\"GET\",\"status\":200,\"reason\":\"JG000\",\"identity\":"         \
    "\"0000000000000abc\",\"microseconds\":250}"
#define SECOND                                                      \
    "{\"time\":\"2026-08-21T10:31:13.001Z\",\"request_id\":"        \
    "\"0123456789abcdeffedcba9876543210\",\"api_id\":\"b\\\"\\n\"," \
    "\"method\":\"GET\",\"status\":403,\"reason\":\"JG207\","       \
    "\"microseconds\":250}"

static void
the_newest_decision_comes_first(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/journal", "", 200,
         "{\"decisions\":[" SECOND "," FIRST "]}\n"},
        {"GET", "/tyk/journal?limit=1", "", 200,
         "{\"decisions\":[" SECOND "]}\n"},
        {"GET", "/tyk/journal?x=1&limit=16384", "", 200,
         "{\"decisions\":[" SECOND "," FIRST "]}\n"},
    };
    static const struct exchange empty = {"GET", "/tyk/journal", "", 200,
                                          "{\"decisions\":[]}\n"};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    assert_exchange(&g, &empty);
    put(&g, INT64_C(1787308272345), JG_OK, "a");
    put(&g, INT64_C(1787308273001), JG_E_SIGNATURE, "b\"\n");
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
a_limit_is_a_number_in_range(void **state)
{
    static const char *const paths[] = {
        "/tyk/journal?limit=",      "/tyk/journal?limit=0",
        "/tyk/journal?limit=16385", "/tyk/journal?limit=-1",
        "/tyk/journal?limit=1x",    "/tyk/journal?limit=18446744073709551616",
        "/tyk/journal?limit",
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(paths); i++) {
        assert_str(ask(&g, "GET", paths[i], ""),
                   FAILED("limit: expected a number from 1 to 16384"));
        assert_int_equal(g.response.status, 400);
    }
    gateway_close(&g);
}

/* <number> is the time, too, and the last digits of the request id. */
static void
put_number(struct gateway *g, unsigned number)
{
    struct jg_journal_entry entry = {
        .time_ms = number,
        .request_id = {0, number},
        .method = jg_method_code(JG_STR("GET")),
    };

    jg_journal_append(g->journal, &entry);
}

#define ID(digit) "0000000000000000000000000000000" digit

static void
a_question_chooses_decisions(void **state)
{
    static const struct {
        const char *query, *want; /* the last digits of the ids */
    } rows[] = {
        {"", "987654321"},
        {"?since=7", "987"},
        {"?since=7&limit=2", "98"},
        {"?since=10", ""},
        {"?since=9007199254740991", ""},
        {"?after=" ID("6"), "987"},
        {"?after=" ID("6") "&limit=2", "98"},
        {"?after=" ID("9"), ""},
        {"?after=" ID("0"), "987654321"}, /* gone from the ring already */
        {"?after=" ID("3") "&since=8", "98"},
        {"?request_id=" ID("4"), "4"},
        {"?request_id=" ID("4") "&limit=1", "4"},
        {"?request_id=" ID("a"), ""},
        {"?request_id=" ID("4") "&since=5", ""},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (unsigned i = 1; i < 10; i++)
        put_number(&g, i);
    for (size_t i = 0; i < LEN(rows); i++) {
        char path[200], got[16] = "";
        struct jg_str answer;
        struct jg_str line;
        size_t n = 0;

        snprintf(path, sizeof(path), "/tyk/journal%s", rows[i].query);
        answer = ask(&g, "GET", path, "");
        while (jg_str_next(&answer, '}', &line)) {
            size_t id = jg_str_find(line, 'q'); /* of "request_id" */

            if (id < line.len)
                got[n++] = line.p[id + strlen("quest_id\":\"") + 31];
        }
        assert_int_equal(g.response.status, 200);
        assert_string_equal(got, rows[i].want);
    }
    gateway_close(&g);
}

static void
a_wrong_question_is_refused(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/journal?since=", "", 400,
         FAILED("since: expected unix time in milliseconds")},
        {"GET", "/tyk/journal?since=-1", "", 400,
         FAILED("since: expected unix time in milliseconds")},
        {"GET", "/tyk/journal?since=9007199254740992", "", 400,
         FAILED("since: expected unix time in milliseconds")},
        {"GET", "/tyk/journal?after=", "", 400,
         FAILED("after: expected a request id, 32 hex digits")},
        {"GET", "/tyk/journal?after=x" ID("4"), "", 400,
         FAILED("after: expected a request id, 32 hex digits")},
        {"GET", "/tyk/journal?request_id=4", "", 400,
         FAILED("request_id: expected 32 hex digits")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
odd_entries_are_still_json(void **state)
{
    struct jg_journal_entry entry = {
        .time_ms = -5, .reason = UINT16_MAX, .method = 255, .status = 65535};
    const struct jg_json *json;
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    memset(entry.api_id, 0xff, sizeof(entry.api_id));
    jg_journal_append(g.journal, &entry);
    entry.time_ms = INT64_MAX;
    jg_journal_append(g.journal, &entry);
    got = ask(&g, "GET", "/tyk/journal", "");
    assert_err(jg_json_parse(got, &jg_json_limits_conf, &g.arena, &json, NULL),
               JG_OK);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_decision_comes_first),
        cmocka_unit_test(a_limit_is_a_number_in_range),
        cmocka_unit_test(a_question_chooses_decisions),
        cmocka_unit_test(a_wrong_question_is_refused),
        cmocka_unit_test(odd_entries_are_still_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
