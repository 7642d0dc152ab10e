/* /metrics, read as Prometheus reads it. */
#include "admin_check.h"

static void
assert_line(struct jg_str text, const char *line)
{
    struct jg_str rest = text, got;

    while (jg_str_next(&rest, '\n', &got))
        if (jg_str_eq(got, jg_str(line)))
            return;
    fail_msg("no line \"%s\" in:\n%.*s", line, JG_STR_ARG(text));
}

static void
counters_are_shown_with_their_values(void **state)
{
    struct gateway g;
    struct jg_str text;

    (void)state;
    gateway_open(&g);
    jg_counters_add(g.counters, JG_METRIC_REQUESTS_2XX, 7);
    jg_counters_add(g.counters, JG_METRIC_REQUESTS_4XX, 2);
    jg_counters_set(g.counters, JG_METRIC_APIS, 3);
    for (int i = 0; i < 5; i++)
        jg_counters_reason(g.counters, JG_E_SIGNATURE);
    jg_counters_reason(g.counters, JG_OK);
    text = ask(&g, "GET", "/metrics", "");
    assert_int_equal(g.response.status, 200);
    assert_string_equal(g.response.content_type,
                        "text/plain; version=0.0.4; charset=utf-8");
    assert_line(text, "jotgate_build_info{version=\"" JG_VERSION "\"} 1");
    assert_line(text, "jotgate_requests_total{class=\"2xx\"} 7");
    assert_line(text, "jotgate_requests_total{class=\"3xx\"} 0");
    assert_line(text, "jotgate_requests_total{class=\"4xx\"} 2");
    assert_line(text, "# TYPE jotgate_requests_total counter");
    assert_line(text, "# TYPE jotgate_apis gauge");
    assert_line(text, "jotgate_apis 3");
    assert_line(text, "jotgate_decisions_total{reason=\"JG000\"} 1");
    assert_line(text, "jotgate_decisions_total{reason=\"JG207\"} 5");
    assert_null(memmem(text.p, text.len, "JG204", 5));
    gateway_close(&g);
}

static void
durations_are_a_histogram_in_seconds(void **state)
{
    static const char *const lines[] = {
        "# TYPE jotgate_request_duration_seconds histogram",
        "jotgate_request_duration_seconds_bucket{le=\"0.000064\"} 1",
        "jotgate_request_duration_seconds_bucket{le=\"0.000128\"} 3",
        "jotgate_request_duration_seconds_bucket{le=\"0.000256\"} 3",
        "jotgate_request_duration_seconds_bucket{le=\"16.777216\"} 3",
        "jotgate_request_duration_seconds_bucket{le=\"+Inf\"} 4",
        "jotgate_request_duration_seconds_sum 100.000292",
        "jotgate_request_duration_seconds_count 4",
    };
    struct gateway g;
    struct jg_str text;

    (void)state;
    gateway_open(&g);
    jg_counters_latency(g.counters, 64);
    jg_counters_latency(g.counters, 100);
    jg_counters_latency(g.counters, 128);
    jg_counters_latency(g.counters, 100000000);
    text = ask(&g, "GET", "/metrics", "");
    for (size_t i = 0; i < LEN(lines); i++)
        assert_line(text, lines[i]);
    gateway_close(&g);
}

/* Each name has one HELP and one TYPE, before its first sample. */
static void
each_name_has_one_head(void **state)
{
    struct gateway g;
    struct jg_str rest, line;
    size_t heads = 0, types = 0;

    (void)state;
    gateway_open(&g);
    rest = ask(&g, "GET", "/metrics", "");
    assert_true(jg_str_ends(rest, JG_STR("\n")));
    while (jg_str_next(&rest, '\n', &line)) {
        if (jg_str_starts(line, JG_STR("# HELP ")))
            heads++;
        else if (jg_str_starts(line, JG_STR("# TYPE ")))
            types++;
        else if (line.len > 0)
            assert_true(jg_str_starts(line, JG_STR("jotgate_")));
    }
    assert_int_equal(heads, types);
    assert_int_equal(heads, JG_METRIC_COUNT - 3 + 3);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_are_shown_with_their_values),
        cmocka_unit_test(durations_are_a_histogram_in_seconds),
        cmocka_unit_test(each_name_has_one_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
