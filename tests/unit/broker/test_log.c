/* log.c: one line an event, and nothing that can look like another one. */
#include "check.h"

#include "captured.h"
#include "log.h"

/* What the call writes to stderr. */
#define LOGGED(call, out)                        \
    do {                                         \
        int pair[2], saved = dup(STDERR_FILENO); \
                                                 \
        open_pair(pair);                         \
        dup2(pair[0], STDERR_FILENO);            \
        call;                                    \
        dup2(saved, STDERR_FILENO);              \
        captured(pair[1], (out), sizeof(out));   \
        close(pair[0]);                          \
        close(pair[1]);                          \
        close(saved);                            \
    } while (0)

static const struct jg_log log_info = {JG_LOG_INFO, "keeper"};

static void
a_line_says_when_how_bad_who_and_what(void **state)
{
    char text[4096];

    (void)state;
    LOGGED(jg_log(&log_info, JG_LOG_WARN, "%d things", 3), text);
    assert_int_equal(
        strlen(text),
        strlen("2026-08-25T20:13:04.123Z warn keeper: 3 things\n"));
    assert_string_equal(text + 23, "Z warn keeper: 3 things\n");
}

static void
less_important_events_are_left_out(void **state)
{
    char text[4096];

    (void)state;
    LOGGED(jg_log(&log_info, JG_LOG_DEBUG, "x"), text);
    assert_string_equal(text, "");
}

static void
control_characters_cannot_begin_a_line(void **state)
{
    char text[4096];

    (void)state;
    LOGGED(jg_log(&log_info, JG_LOG_INFO, "a\nb\r\x1b[1m\x7f"), text);
    assert_non_null(strstr(text, ": a?b??[1m?\n"));
}

static void
a_long_line_is_cut(void **state)
{
    static char much[3000];
    char text[4096];

    (void)state;
    memset(much, 'x', sizeof(much) - 1);
    LOGGED(jg_log(&log_info, JG_LOG_INFO, "%s", much), text);
    assert_true(strlen(text) <= JG_LOG_LINE_MAX);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void
levels_have_the_configuration_s_names(void **state)
{
    static const struct {
        const char *name;
        enum jg_log_level level;
    } rows[] = {
        {"debug", JG_LOG_DEBUG}, {"info", JG_LOG_INFO},   {"warn", JG_LOG_WARN},
        {"error", JG_LOG_ERROR}, {"Error", JG_LOG_ERROR}, {"", JG_LOG_INFO},
        {"loud", JG_LOG_INFO},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_log_level(jg_str(rows[i].name)), rows[i].level);
}

static void
findings_are_written_as_people_read_them(void **state)
{
    static const struct jg_log quiet = {JG_LOG_ERROR, "broker"};
    struct jg_diag diag = {.severity = JG_WARNING,
                           .err = JG_E_CONF_RISK,
                           .file = JG_STR("a.json"),
                           .message = JG_STR("the secret is short")};
    char text[4096];

    (void)state;
    LOGGED(jg_log_diag(&log_info, &diag), text);
    assert_non_null(strstr(text, "the secret is short"));
    LOGGED(jg_log_diag(&quiet, &diag), text);
    assert_string_equal(text, "");
    diag.severity = JG_FAULT;
    LOGGED(jg_log_diag(&quiet, &diag), text);
    assert_non_null(strstr(text, "the secret is short"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_when_how_bad_who_and_what),
        cmocka_unit_test(less_important_events_are_left_out),
        cmocka_unit_test(control_characters_cannot_begin_a_line),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(levels_have_the_configuration_s_names),
        cmocka_unit_test(findings_are_written_as_people_read_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
