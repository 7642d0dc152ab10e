/* The list of errors: complete, unique, and readable. */
#include "check.h"

static const char *
code_of(int err)
{
    return jg_err_info((enum jg_err)err)->code;
}

static void
success_is_zero(void **state)
{
    (void)state;
    assert_int_equal(JG_OK, 0);
    assert_string_equal(jg_err_info(JG_OK)->name, "JG_OK");
}

static void
every_row_is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < JG_E_COUNT; i++) {
        const struct jg_err_info *info = jg_err_info((enum jg_err)i);
        size_t help = strlen(info->help);

        assert_true(info->status >= 200 && info->status <= 599);
        assert_int_equal(strlen(info->code), 5);
        assert_true(jg_str_starts(jg_str(info->code), JG_STR("JG")));
        assert_true(help > 10 && info->help[help - 1] == '.');
        assert_true(info->status == 200 || info->text[0] != '\0');
    }
}

static void
codes_are_unique_and_found_again(void **state)
{
    (void)state;
    for (int i = 0; i < JG_E_COUNT; i++)
        assert_err(jg_err_by_code(jg_str(code_of(i))), (enum jg_err)i);
}

static void
codes_rise_so_that_none_is_used_twice(void **state)
{
    (void)state;
    for (int i = 1; i < JG_E_COUNT; i++)
        assert_true(strcmp(code_of(i - 1), code_of(i)) < 0);
}

static void
an_unknown_code_is_no_error(void **state)
{
    static const char *const rows[] = {"", "JG", "JG999", "jg206", "JG2060"};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(jg_err_by_code(jg_str(rows[i])), JG_OK);
}

static void
a_number_outside_the_list_is_our_fault(void **state)
{
    (void)state;
    assert_string_equal(code_of(JG_E_COUNT), "JG002");
    assert_string_equal(code_of(-1), "JG002");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_is_zero),
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(codes_are_unique_and_found_again),
        cmocka_unit_test(codes_rise_so_that_none_is_used_twice),
        cmocka_unit_test(an_unknown_code_is_no_error),
        cmocka_unit_test(a_number_outside_the_list_is_our_fault),
    };

    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
