/* headers.c: nothing in an API's headers can break out of them. */
#include "model_check.h"

/* name and value as in JSON; message == NULL: they are good. */
static const struct {
    const char *name, *value, *message;
} rows[] = {
    {"X-User", "ada", NULL},
    {"X_1.!#$%&*+^`|~", "a\\tb: c; \xc3\xa4", NULL},
    {"X-Empty", "", NULL},
    {"X-A", "a\\r\\nX-Evil: 1", "value of X-A holds a control character"},
    {"X-A", "a\\nX-Evil: 1", "value of X-A holds a control character"},
    {"X-A", "a\\r", "value of X-A holds a control character"},
    {"X-A", "\\u001b[31m", "value of X-A holds a control character"},
    {"X-A", "\\u007f", "value of X-A holds a control character"},
    {"", "a", "name 1 is none of a header"},
    {"X: a\\r\\nY", "b", "name 1 is none of a header"},
    {"X:", "b", "name 1 is none of a header"},
    {"X Y", "b", "name 1 is none of a header"},
    {" X", "b", "name 1 is none of a header"},
    {"X\\t", "b", "name 1 is none of a header"},
    {"X\xc3\xa4", "b", "name 1 is none of a header"},
    {"GET / HTTP/1.1", "b", "name 1 is none of a header"},
};

static void
set_api(struct reading *r, size_t row, const char *more)
{
    set_text(r,
             "{" OPEN_API ",'version_data':{'not_versioned':true,'versions':"
             "{'Default':{'name':'Default'%s,'global_headers':{'%s':'%s'}}}}}",
             more, rows[row].name, rows[row].value);
}

static void
a_header_that_would_break_the_request_is_refused(void **state)
{
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct want want = {JG_FAULT,
                            JG_E_CONF_VALUE,
                            "version_data.versions.Default.global_headers",
                            1,
                            0,
                            rows[i].message};
        struct jg_api *api;
        enum jg_err err;

        set_api(r, i, "");
        err = read_api(r, &api);
        if (rows[i].message == NULL) {
            assert_err(err, JG_OK);
            jg_api_free(api);
            continue;
        }
        assert_err(err, JG_E_CONF_VALUE);
        assert_non_null(r->diags.first);
        want.column = r->diags.first->column; /* of the member, wherever */
        assert_finding(r, &want);
    }
    free_reading(r);
}

static void
headers_that_are_not_sent_are_not_looked_at(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        set_api(r, i, ",'global_headers_disabled':true");
        assert_err(read_api(r, &api), JG_OK);
        jg_api_free(api);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_that_would_break_the_request_is_refused),
        cmocka_unit_test(headers_that_are_not_sent_are_not_looked_at),
    };

    return cmocka_run_group_tests_name("model/headers", tests, NULL, NULL);
}
