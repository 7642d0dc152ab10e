/* The place of a value in the text that it came from. */
#include "base/json_internal.h"
#include "json_check.h"

static const char text[] = "{\n"
                           "  \"listen_port\": 8080,\n"
                           "\t\"proxy\" : {\"target_list\":[\"a\", \"[,{\",\n"
                           "  {\"x\":1}]},\n"
                           "  \"q\\\"\\u00e9\": {\"\\ud83d\\ude00\": [[]]},\n"
                           "  \"7\": {\"8\": 9}, \"last\":null }\n";

static void
places_are_found_by_names_and_indexes(void **state)
{
    static const struct {
        const char *path; /* parts separated by '/' */
        unsigned line, column, name_line, name_column;
    } rows[] = {
        {"", 1, 1, 1, 1},
        {"listen_port", 2, 18, 2, 3},
        {"proxy", 3, 12, 3, 2},
        {"proxy/target_list", 3, 27, 3, 13},
        {"proxy/target_list/0", 3, 28, 3, 28},
        {"proxy/target_list/1", 3, 33, 3, 33},
        {"proxy/target_list/2", 4, 3, 4, 3},
        {"proxy/target_list/2/x", 4, 8, 4, 4},
        {"proxy/target_list/3", 3, 27, 3, 13}, /* missing: its parent */
        {"proxy/target_list/x", 3, 27, 3, 13},
        {"proxy/target_url", 3, 12, 3, 2},
        {"nothing", 1, 1, 1, 1},
        {"q\"\xc3\xa9", 5, 16, 5, 3},
        {"q\"\xc3\xa9/\xf0\x9f\x98\x80/0/0", 5, 34, 5, 34},
        {"7/8", 6, 14, 6, 9},
        {"last", 6, 25, 6, 18},
        {"last/x/y", 6, 25, 6, 18},
        {"listen_port/0", 2, 18, 2, 3},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str rest = jg_str(rows[i].path), parts[8];
        size_t depth = 0;
        unsigned line, column;

        while (rest.len > 0 && jg_str_next(&rest, '/', &parts[depth]))
            depth++;
        jg_json_locate(jg_str(text), parts, depth, &line, &column);
        if (line != rows[i].line || column != rows[i].column)
            fail_msg("%s: %u:%u", rows[i].path, line, column);
        jg_json_position(jg_str(text),
                         jg_json_find(jg_str(text), parts, depth, true), &line,
                         &column);
        if (line != rows[i].name_line || column != rows[i].name_column)
            fail_msg("name of %s: %u:%u", rows[i].path, line, column);
    }
}

static void
texts_that_are_cut_anywhere_do_no_harm(void **state)
{
    static const struct jg_str path[] = {
        {"proxy", 5}, {"target_list", 11}, {"2", 1}, {"x", 1}};

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        char *cut = malloc(len + 1); /* its own bytes, for the sanitizers */
        unsigned line, column;

        memcpy(cut, text, len);
        for (size_t depth = 0; depth <= LEN(path); depth++)
            jg_json_locate((struct jg_str){cut, len}, path, depth, &line,
                           &column);
        free(cut);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_found_by_names_and_indexes),
        cmocka_unit_test(texts_that_are_cut_anywhere_do_no_harm),
    };

    return cmocka_run_group_tests_name("base/json_locate", tests, NULL, NULL);
}
