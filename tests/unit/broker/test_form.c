/* form.c: forms as RFC 6749 has them, and as nobody should send them. */
#include "check.h"

#include "form.h"

/* The form written anew, or why it is none. */
static struct jg_str
again(const char *body, struct jg_arena *a)
{
    struct jg_form form;
    struct jg_str out;
    struct jg_buf b;
    const char *why;

    if (!jg_form_read(jg_str(body), a, &form, &why))
        return jg_str(why);
    jg_buf_init(&b, 64 * 1024);
    for (size_t i = 0; i < form.count; i++)
        jg_form_add(&b, form.items[i].name, form.items[i].value);
    if (b.len == 0)
        return JG_STR("");
    assert_err(jg_form_take(&b, a, &out), JG_OK);
    return out;
}

#define ESCAPE "The form is broken: an escape is not %XX"
#define NAME                                                            \
    "The form is broken: a parameter's name has characters other than " \
    "letters, digits, '-', '.' and '_'"
#define TWICE "The form has a parameter twice"

static void
a_form_is_written_as_it_was_read(void **state)
{
    static const struct {
        const char *body, *want;
    } rows[] = {
        {"", ""},
        {"a=1&b=2", "a=1&b=2"},
        {"&a=1&&b=2&", "a=1&b=2"},
        {"a=", ""}, /* counts as absent, RFC 6749 3.2 */
        {"a", ""},
        {"a=&a=1", "a=1"},
        {"a=b=c", "a=b%3Dc"},
        {"a=b+c%20d", "a=b+c+d"},
        {"a=%26b%3D1", "a=%26b%3D1"},
        {"a=1;b=2", "a=1%3Bb%3D2"}, /* ';' ends nothing */
        {"a=%0d%0aX:%001", "a=%0D%0AX%3A%001"},
        {"a=\xc3\xa9", "a=%C3%A9"},
        {"%61=1", "a=1"},
        {"resource=1&resource=2", "resource=1&resource=2"},
        {"a=1&a=1", TWICE},
        {"a=1&%61=2", TWICE},
        {"a=%", ESCAPE},
        {"a=%4", ESCAPE},
        {"a=%zz", ESCAPE},
        {"%=1", ESCAPE},
        {"=1", NAME},
        {"a[]=1", NAME},
        {"a%00=1", NAME},
        {"a b=1", NAME},
        {"\xc3\xa9=1", NAME},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_arena a;

        jg_arena_init(&a, 4096, 1024 * 1024);
        assert_str(again(rows[i].body, &a), rows[i].want);
        jg_arena_free(&a);
    }
}

static void
there_are_64_parameters_at_most(void **state)
{
    char body[1024] = "";
    struct jg_form form;
    struct jg_arena a;
    const char *why;
    size_t len = 0;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (int i = 0; i < JG_FORM_PARAMS_MAX; i++)
        len += (size_t)snprintf(body + len, sizeof(body) - len, "a%d=1&", i);
    assert_true(jg_form_read(jg_str(body), &a, &form, &why));
    assert_int_equal(form.count, JG_FORM_PARAMS_MAX);
    snprintf(body + len, sizeof(body) - len, "more=1");
    assert_false(jg_form_read(jg_str(body), &a, &form, &why));
    assert_string_equal(why, "The form has more than 64 parameters");
    jg_arena_free(&a);
}

static void
a_value_is_found_by_its_exact_name(void **state)
{
    struct jg_form form;
    struct jg_arena a;
    const char *why;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_true(jg_form_read(JG_STR("Token=1&token=2"), &a, &form, &why));
    assert_str(jg_form_value(&form, "token"), "2");
    assert_null(jg_form_get(&form, "toke"));
    assert_null(jg_form_value(&form, "TOKEN").p);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_written_as_it_was_read),
        cmocka_unit_test(there_are_64_parameters_at_most),
        cmocka_unit_test(a_value_is_found_by_its_exact_name),
    };

    return cmocka_run_group_tests_name("broker/form", tests, NULL, NULL);
}
