/* Names and values of headers. */
#include "../check.h"

#include "base/header.h"

static void
names_are_spelt_as_go_does(void **state)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"x-user", "X-User"},         {"X-USER-ID", "X-User-Id"},
        {"x--a-", "X--A-"},           {"x_user", "X_user"},
        {"x.user", "X.user"},         {"www-authenticate", "Www-Authenticate"},
        {"1a-2b", "1a-2b"},           {"a b-c", "a b-c"},
        {"x-\xc3\xa4", "x-\xc3\xa4"}, {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[32];

        jg_header_canonical(jg_str(rows[i].name), out);
        assert_str(((struct jg_str){out, strlen(rows[i].name)}), rows[i].want);
    }
}

static void
what_belongs_to_the_engine_is_known_in_every_spelling(void **state)
{
    static const struct {
        const char *name;
        bool framing, hop;
    } rows[] = {
        {"Host", true, false},
        {"content_length", true, false},
        {"Content.Length", true, false},
        {"TRANSFER-ENCODING", true, true},
        {"connection", false, true},
        {"keep_alive", false, true},
        {"te", false, true},
        {"Expect", false, true},
        {"HTTP2-Settings", false, true},
        {"Host2", false, false},
        {"", false, false},
        {"X-A-Header-Whose-Name-Is-Longer-Than-All-Of-Them", false, false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str name = jg_str(rows[i].name);

        assert_int_equal(jg_header_is_framing(name), rows[i].framing);
        assert_int_equal(jg_header_is_hop_by_hop(name), rows[i].hop);
    }
}

static void
control_characters_are_in_no_value_and_no_name(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        const char text[3] = {'a', (char)c, 'b'};
        struct jg_str s = {text, 3};
        bool control = (c < 0x20 && c != '\t') || c == 0x7f;

        assert_int_equal(jg_header_is_value(s), !control);
        if (control || c >= 0x80 || c == ' ' || c == ':' || c == '\t')
            assert_false(jg_header_is_name(s));
    }
    assert_true(jg_header_is_value(JG_STR("")));
    assert_false(jg_header_is_name(JG_STR("")));
    assert_true(jg_header_is_name(JG_STR("X-User_1.~")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_spelt_as_go_does),
        cmocka_unit_test(what_belongs_to_the_engine_is_known_in_every_spelling),
        cmocka_unit_test(control_characters_are_in_no_value_and_no_name),
    };

    return cmocka_run_group_tests_name("base/header", tests, NULL, NULL);
}
