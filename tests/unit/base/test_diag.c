/* Findings: the list, the text for people, the JSON for programs. */
#include "base/diag.h"
#include "check.h"

#define S(literal)                     \
    {                                  \
        (literal), sizeof(literal) - 1 \
    }
#define ARENA_MAX_BYTES (16 * 1024 * 1024)

static void
findings_are_printed_in_five_parts(void **state)
{
    static const struct {
        struct jg_diag diag;
        const char *want;
    } rows[] = {
        {{.severity = JG_FAULT,
          .err = JG_E_CONF_TYPE,
          .file = S("/etc/jotgate/tyk.conf"),
          .line = 3,
          .column = 18,
          .path = S("listen_port"),
          .found = S("\"80a\""),
          .message = S("expected a whole number from 1 to 65535"),
          .fix = S("write the number without quotes"),
          .source_line = S("  \"listen_port\": \"80a\",")},
         "error JG902: listen_port: expected a whole number from 1 to 65535, "
         "found \"80a\"\n"
         "  --> /etc/jotgate/tyk.conf:3:18\n"
         " 3 |   \"listen_port\": \"80a\",\n"
         "   |                  ^\n"
         "  fix: write the number without quotes\n"},
        {{.severity = JG_WARNING, .err = JG_E_CONF_RISK, .message = S("risky")},
         "warning JG909: risky\n"},
        {{.severity = JG_FAULT,
          .err = JG_E_CONF_JSON,
          .file = S("a.json"),
          .message = S("empty")},
         "error JG901: empty\n  --> a.json\n"},
        {{.severity = JG_FAULT,
          .err = JG_E_CONF_JSON,
          .file = S("a.json"),
          .line = 1234,
          .column = 4,
          .message = S("bad"),
          .source_line = S("\t\xc3\xa9x")},
         "error JG901: bad\n"
         "  --> a.json:1234:4\n"
         " 1234 |     \xc3\xa9x\n"
         "      |      ^\n"},
        {{.severity = JG_FAULT, /* the place is another one in the excerpt */
          .err = JG_E_CONF_VALUE,
          .file = S("a"),
          .line = 1,
          .column = 5000,
          .message = S("bad"),
          .source_line = S("...x"),
          .source_column = 4},
         "error JG907: bad\n"
         "  --> a:1:5000\n"
         " 1 | ...x\n"
         "   |    ^\n"},
        {{.severity = JG_FAULT, /* nothing that a terminal obeys */
          .err = JG_E_CONF_VALUE,
          .file = S("a\x1b[2J"),
          .path = S("p\n\x7f"),
          .found = S("\xc2\x9b"),
          .message = S("m\r"),
          .fix = S("\x07")},
         "error JG907: p??: m?, found ?\n"
         "  --> a?[2J\n"
         "  fix: ?\n"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_buf b;

        jg_buf_init(&b, 4096);
        jg_diag_print(&b, &rows[i].diag);
        assert_str(jg_buf_str(&b), rows[i].want);
        jg_buf_free(&b);
    }
}

static void
long_source_lines_are_cut_around_the_column(void **state)
{
    char line[5000];
    struct jg_diag diag = {.severity = JG_FAULT,
                           .err = JG_E_CONF_JSON,
                           .file = S("a"),
                           .line = 1,
                           .column = 2001,
                           .message = S("bad"),
                           .source_line = {line, sizeof(line)}};
    struct jg_str rest, text, caret;
    struct jg_diags list;
    struct jg_arena a;
    struct jg_buf b;

    (void)state;
    memset(line, '-', sizeof(line));
    line[2000] = 'X';
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    jg_diags_init(&list, &a);
    jg_diags_add(&list, &diag);
    assert_true(list.first->source_line.len < 500);
    for (int copied = 0; copied < 2; copied++) {
        jg_buf_init(&b, 4096);
        jg_diag_print(&b, copied ? list.first : &diag);
        rest = jg_buf_str(&b);
        jg_str_next(&rest, '\n', &text);
        jg_str_next(&rest, '\n', &text);
        assert_str(text, "  --> a:1:2001");
        jg_str_next(&rest, '\n', &text);
        jg_str_next(&rest, '\n', &caret);
        assert_true(jg_str_starts(text, JG_STR(" 1 | ...---")));
        assert_true(jg_str_ends(text, JG_STR("---...")));
        assert_true(text.len < 300);
        assert_int_equal(jg_str_find(text, 'X'), jg_str_find(caret, '^'));
        jg_buf_free(&b);
    }
    jg_arena_free(&a);
}

static void
findings_are_copied_and_counted(void **state)
{
    char file[] = "file";
    struct jg_diag diag = {.severity = JG_FAULT,
                           .err = JG_E_CONF_TYPE,
                           .file = {file, 4},
                           .message = S("m")};
    struct jg_diags list;
    struct jg_arena a;
    unsigned n = 0;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    jg_diags_init(&list, &a);
    for (int i = 0; i < JG_DIAG_MAX; i++)
        assert_err(jg_diags_add(&list, &diag), JG_E_CONF_TYPE);
    diag.severity = JG_WARNING;
    diag.err = JG_E_CONF_RISK;
    assert_err(jg_diags_add(&list, &diag), JG_E_CONF_RISK);
    file[0] = 'F';
    for (const struct jg_diag *d = list.first; d != NULL; d = d->next, n++)
        assert_str(d->file, "file");
    assert_int_equal(n, JG_DIAG_MAX);
    assert_int_equal(list.kept, JG_DIAG_MAX);
    assert_int_equal(list.faults, JG_DIAG_MAX);
    assert_int_equal(list.warnings, 1);
    jg_arena_free(&a);
}

static void
without_memory_a_finding_is_still_counted(void **state)
{
    static const struct jg_diag diag = {.severity = JG_FAULT,
                                        .err = JG_E_CONF_TYPE,
                                        .file = S("file"),
                                        .message = S("m")};
    struct jg_diags list;
    struct jg_arena a;

    (void)state;
    for (size_t max = 0; max < 400; max += 16) {
        jg_arena_init(&a, 16, max);
        jg_diags_init(&list, &a);
        assert_err(jg_diags_add(&list, &diag), JG_E_CONF_TYPE);
        assert_int_equal(list.faults, 1);
        assert_int_equal(list.kept, list.first != NULL);
        jg_arena_free(&a);
    }
}

static void
programs_get_one_json_object(void **state)
{
    static const struct jg_diag full = {.severity = JG_WARNING,
                                        .err = JG_E_CONF_UNKNOWN,
                                        .file = S("a\"b"),
                                        .line = 3,
                                        .column = 4,
                                        .path = S("p"),
                                        .found = S("\"x\""),
                                        .message = S("m\n"),
                                        .fix = S("f"),
                                        .source_line = S("l")};
    static const struct jg_diag bare = {
        .severity = JG_FAULT, .err = JG_E_CONF_JSON, .message = S("m")};
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 4096);
    jg_diag_print_json(&b, &full);
    assert_str(jg_buf_str(&b),
               "{\"severity\":\"warning\",\"code\":\"JG905\",\"path\":\"p\","
               "\"found\":\"\\\"x\\\"\",\"message\":\"m\\n\",\"fix\":\"f\","
               "\"file\":\"a\\\"b\",\"source\":\"l\",\"line\":3,\"column\":4}");
    jg_buf_reset(&b);
    jg_diag_print_json(&b, &bare);
    assert_str(jg_buf_str(&b), "{\"severity\":\"error\",\"code\":\"JG901\","
                               "\"message\":\"m\"}");
    jg_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_printed_in_five_parts),
        cmocka_unit_test(long_source_lines_are_cut_around_the_column),
        cmocka_unit_test(findings_are_copied_and_counted),
        cmocka_unit_test(without_memory_a_finding_is_still_counted),
        cmocka_unit_test(programs_get_one_json_object),
    };

    return cmocka_run_group_tests_name("base/diag", tests, NULL, NULL);
}
