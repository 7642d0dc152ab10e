/* What becomes of fields: by their rows, and of those that a document sets. */
#include "base/fate.h"
#include "json_check.h"

static const struct jg_field item_rows[] = {
    {"url", JG_FIELD_SILENT},
    {"cache", JG_FIELD_SILENT, .note = "kept for 4 minutes"},
};
static const struct jg_field_table item_table = {0, item_rows, 2};

static const struct jg_field rows[] = {
    {"name", JG_FIELD_STR},
    {"domain", JG_FIELD_STR, .note = "without {patterns}"},
    {"profile", JG_FIELD_STR, .note = "not in Tyk: \"strict\" is stricter"},
    {"plugins", JG_FIELD_IGNORED, .note = "plugins do not run"},
    {"slug", JG_FIELD_SILENT},
    {"uris", JG_FIELD_LIST, .table = &item_table},
    {"by_name", JG_FIELD_MAP, .table = &item_table, .note = "by name"},
    {"auth", JG_FIELD_OBJECT, .table = &item_table},
};
static const struct jg_field_table table = {0, rows, JG_FIELD_COUNT(rows)};

static void
note(void *arg, const char *path, enum jg_fate fate, const char *remark)
{
    jg_buf_addf(arg, "%s=%s", path, jg_fate_name(fate));
    jg_buf_addf(arg, remark[0] != '\0' ? " (%s)\n" : "%s\n", remark);
}

static void
assert_walk(const char *document, const char *want)
{
    const struct jg_json *json;
    struct jg_arena a;
    struct jg_buf out;

    jg_arena_init(&a, 4096, 1 << 20);
    jg_buf_init(&out, 1 << 20);
    assert_int_equal(
        jg_json_parse(jg_str(document), &jg_json_limits_conf, &a, &json, NULL),
        JG_OK);
    jg_fate_walk(&table, json, note, &out);
    jg_buf_addc(&out, '\0');
    assert_string_equal(out.p, want);
    jg_buf_free(&out);
    jg_arena_free(&a);
}

static void
each_kind_of_row_has_its_fate(void **state)
{
    (void)state;
    assert_walk("{\"name\":\"n\",\"domain\":\"d\",\"profile\":\"p\","
                "\"plugins\":[1],\"slug\":\"s\",\"tpyo\":1}",
                "name=same\n"
                "domain=differs (without {patterns})\n"
                "profile=added (\"strict\" is stricter)\n"
                "plugins=ignored, with a warning (plugins do not run)\n"
                "slug=ignored\n"
                "tpyo=unknown\n");
}

static void
what_is_as_absent_does_not_differ(void **state)
{
    (void)state;
    assert_walk("{\"name\":\"\",\"domain\":\"\",\"profile\":null,"
                "\"plugins\":[],\"slug\":0}",
                "name=same\ndomain=same\n");
}

static void
letter_case_does_not_hide_a_field(void **state)
{
    (void)state;
    assert_walk("{\"Plugins\":true}",
                "plugins=ignored, with a warning (plugins do not run)\n");
}

static void
lists_and_maps_have_their_members_paths(void **state)
{
    (void)state;
    assert_walk("{\"uris\":[{\"url\":\"u\"},{\"cache\":\"1s\"},7],"
                "\"by_name\":{\"a\":{\"url\":\"u\"}},"
                "\"auth\":{\"url\":\"u\",\"x\":1}}",
                "uris[].url=ignored\n"
                "uris[].cache=ignored (kept for 4 minutes)\n"
                "by_name=differs (by name)\n"
                "by_name.*.url=ignored\n"
                "auth.url=ignored\n"
                "auth.x=unknown\n");
}

static void
values_of_the_wrong_type_are_no_reason_to_stop(void **state)
{
    (void)state;
    assert_walk("[]", "");
    assert_walk("{\"uris\":7,\"auth\":[1],\"by_name\":\"x\"}",
                "by_name=differs (by name)\n");
}

static void
unknown_names_come_out_printable_and_bounded(void **state)
{
    char document[4096], path[JG_FATE_PATH_MAX], want[1024];

    (void)state;
    assert_walk("{\"\\u001b[31m\\u00e4\":1}", "\\x1b[31m\\xc3\\xa4=unknown\n");
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    snprintf(document, sizeof(document), "{\"%s%s\":1}", path, path);
    snprintf(want, sizeof(want), "%.*s=unknown\n", JG_FATE_PATH_MAX - 5, path);
    assert_walk(document, want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_row_has_its_fate),
        cmocka_unit_test(what_is_as_absent_does_not_differ),
        cmocka_unit_test(letter_case_does_not_hide_a_field),
        cmocka_unit_test(lists_and_maps_have_their_members_paths),
        cmocka_unit_test(values_of_the_wrong_type_are_no_reason_to_stop),
        cmocka_unit_test(unknown_names_come_out_printable_and_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
