/* policies.policy_record_name: all policies in one file. */
#include "admin_check.h"

static char record_path[128];

static void
open_with_record(struct gateway *g, const char *text)
{
    gateway_open(g);
    snprintf(record_path, sizeof(record_path), "%s/policies.json", g->root);
    g->conf.policies.policy_path = JG_STR("");
    g->conf.policies.policy_record_name = jg_str(record_path);
    if (text != NULL)
        put_file(g->root, "policies.json", text);
}

static void
the_name_in_the_file_is_the_id(void **state)
{
    struct gateway g;

    (void)state;
    open_with_record(&g, "{\n"
                         "  \"gold\": {\"id\": \"gold\", \"org_id\": \"o\"},\n"
                         "  \"tin\": {\"org_id\": \"o\"},\n"
                         "  \"lead\": {\"id\": \"iron\"}\n"
                         "}\n");
    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.policies, 3);
    assert_str(record_text(&g, JG_KIND_POLICY, "o\ngold"),
               "{\"id\": \"gold\", \"org_id\": \"o\"}");
    assert_str(record_text(&g, JG_KIND_POLICY, "o\ntin"),
               "{\"id\":\"tin\",\"org_id\": \"o\"}");
    assert_str(record_text(&g, JG_KIND_POLICY, "\nlead"), "{\"id\": \"lead\"}");
    assert_finding(&g, JG_E_CONF_VALUE, "known by its name in the file");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 0);
    assert_int_equal(g.result.policies, 3);
    gateway_close(&g);
}

static void
a_finding_names_its_place_in_the_file(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
    } rows[] = {
        {"{\"a\":{},\n \"b\": {\"name\": 7}}", 2, 16},
        {"{\"a\":{},\n \"b\": {\n  \"name\": 7}}", 3, 11},
        {"{\"b\":{\"name\":7}}", 1, 14},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_diag *d;
        struct gateway g;

        open_with_record(&g, rows[i].text);
        assert_err(load(&g, JG_LOAD_START), JG_OK);
        assert_int_equal(g.diags.faults, 1);
        d = g.diags.first;
        while (d != NULL && d->severity != JG_FAULT)
            d = d->next;
        assert_non_null(d);
        assert_str(d->file, record_path);
        assert_int_equal(d->line, rows[i].line);
        assert_int_equal(d->column, rows[i].column);
        gateway_close(&g);
    }
}

static void
one_faulty_policy_takes_no_other_down(void **state)
{
    struct gateway g;

    (void)state;
    open_with_record(&g, "{\"a\":{\"org_id\":\"o\"},\"b\":{\"org_id\":\"o\"}}");
    load_clean(&g, JG_LOAD_START);
    put_file(g.root, "policies.json",
             "{\"a\":{\"org_id\":\"o\",\"name\":5},\"c\":{\"name\":5},"
             "\"b\":{\"org_id\":\"o\",\"name\":\"B\"}}");
    for (int i = 0; i < 2; i++) {
        assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
        assert_int_equal(g.diags.faults, 2);
        assert_int_equal(g.result.policies, 2);
        assert_int_equal(g.result.kept, 1);
        assert_str(record_text(&g, JG_KIND_POLICY, "o\na"),
                   "{\"id\":\"a\",\"org_id\":\"o\"}");
        assert_str(record_text(&g, JG_KIND_POLICY, "o\nb"),
                   "{\"id\":\"b\",\"org_id\":\"o\",\"name\":\"B\"}");
    }
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_int_equal(g.result.policies, 1);
    gateway_close(&g);
}

static void
a_fault_is_said_again_even_when_nothing_is_kept(void **state)
{
    struct gateway g;

    (void)state;
    open_with_record(&g, "{\"a\":{},\"c\":{\"name\":5}}");
    for (int i = 0; i < 3; i++) {
        assert_err(load(&g, i == 0 ? JG_LOAD_START : JG_LOAD_RELOAD), JG_OK);
        assert_int_equal(g.diags.faults, 1);
        assert_int_equal(g.result.policies, 1);
    }
    /* ... and the good one in it is still a good one. */
    put_file(g.root, "policies.json", "{\"a\":{\"name\":5}}");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_int_equal(g.result.kept, 1);
    assert_int_equal(g.result.policies, 1);
    gateway_close(&g);
}

static void
a_file_that_cannot_be_used_keeps_what_was_loaded(void **state)
{
    static const struct {
        const char *text; /* NULL: no file */
        enum jg_err err;
    } rows[] = {
        {NULL, JG_E_NOT_FOUND},
        {"{", JG_E_CONF_JSON},
        {"[]", JG_E_CONF_TYPE},
        {"{\"a\":{},\"a\":{}}", JG_E_CONF_JSON},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct gateway g;

        open_with_record(&g, "{\"a\":{},\"b\":{}}");
        load_clean(&g, JG_LOAD_START);
        drop_file(g.root, "policies.json");
        if (rows[i].text != NULL)
            put_file(g.root, "policies.json", rows[i].text);
        assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
        assert_int_equal(g.result.policies, 2);
        assert_int_equal(g.diags.faults, 1);
        assert_err(g.diags.first->err, rows[i].err);
        assert_non_null(finding(&g, "stays in force"));
        assert_err(load(&g, JG_LOAD_START), JG_OK);
        assert_int_equal(g.result.policies, 0);
        assert_int_equal(g.diags.faults, 1);
        gateway_close(&g);
    }
}

static void
an_edit_is_seen(void **state)
{
    struct gateway g;

    (void)state;
    open_with_record(&g, "{\"a\":{},\"b\":{}}");
    load_clean(&g, JG_LOAD_START);
    put_file(g.root, "policies.json", "{\"b\":{},\"c\":{}}");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.policies, 2);
    assert_str(record_text(&g, JG_KIND_POLICY, "\na"), "(none)");
    assert_str(record_text(&g, JG_KIND_POLICY, "\nc"), "{\"id\":\"c\"}");
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_in_the_file_is_the_id),
        cmocka_unit_test(a_finding_names_its_place_in_the_file),
        cmocka_unit_test(one_faulty_policy_takes_no_other_down),
        cmocka_unit_test(a_fault_is_said_again_even_when_nothing_is_kept),
        cmocka_unit_test(a_file_that_cannot_be_used_keeps_what_was_loaded),
        cmocka_unit_test(an_edit_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
