/* duration.c: what Go's time.ParseDuration() reads, and what it does not. */
#include "check.h"

#include "base/duration.h"

static void
durations_are_read_as_in_go(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"0", 0},
        {"+0", 0},
        {"0s", 0},
        {"5m", 300000},
        {"1h30m", 5400000},
        {"500ms", 500},
        {"1.5h", 5400000},
        {".5s", 500},
        {"1.s", 1000},
        {"+2s", 2000},
        {"1s1ms999us", 1001},
        {"999us", 0},
        {"1000us", 1},
        {"1000\xc2\xb5s", 1},
        {"1000\xce\xbcs", 1},
        {"1000000ns", 1},
        {"0.0000000000000000001h", 0},
        {"1m1h", 3660000}, /* the order does not count */
        {"1h1h", 7200000},
        {"2562047h", INT64_C(9223369200000)},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        int64_t ms = -1;

        if (!jg_duration_ms(jg_str(rows[i].text), &ms) || ms != rows[i].ms)
            fail_msg("%s: %lld", rows[i].text, (long long)ms);
    }
}

static void
everything_else_is_none(void **state)
{
    static const char *const rows[] = {
        "",
        "+",
        "5",
        "m",
        "5 m",
        "5m ",
        " 5m",
        "-5m",
        "5x",
        "5mm",
        ".",
        ".s",
        "1.2.3s",
        "5M",
        "1h5",
        "--1s",
        "+-1s",
        "1e3s",
        "0x5s",
        "5\xc2s",
        "never",
        "2562048h",
        "9223372036854775808ns",
        "99999999999999999999h",
        "2562047h2562047h",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        int64_t ms = -1;

        if (jg_duration_ms(jg_str(rows[i]), &ms))
            fail_msg("%s: %lld", rows[i], (long long)ms);
        assert_int_equal(ms, -1);
    }
    assert_false(jg_duration_ms((struct jg_str){"5\0m", 3}, &(int64_t){0}));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_as_in_go),
        cmocka_unit_test(everything_else_is_none),
    };

    return cmocka_run_group_tests_name("base/duration", tests, NULL, NULL);
}
