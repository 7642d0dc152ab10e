/* load_pairs.c: which of X.json and X-oas.json is the definition. */
#include "admin_check.h"

#define OAS(id)                                                             \
    "{\"openapi\":\"3.0.3\",\"x-tyk-api-gateway\":{\"info\":{\"id\":\"" id  \
    "\",\"state\":{\"active\":true}},\"upstream\":{\"url\":\"http://h/\"}," \
    "\"server\":{\"listenPath\":{\"value\":\"/o/\"},\"authentication\":"    \
    "{\"enabled\":false}}}}"
#define CLASSIC(id, is_oas)                                         \
    "{\"api_id\":\"" id "\",\"is_oas\":" is_oas ",\"active\":true," \
    "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/" id "/\"," \
    "\"target_url\":\"http://127.0.0.1:9/\"}}"

static void
the_document_counts_where_the_classic_file_says_so(void **state)
{
    static const struct {
        const char *classic, *document; /* NULL: no such file */
        const char *text;               /* of the record "a" */
        bool warned;
    } rows[] = {
        {CLASSIC("a", "true"), OAS("a"), OAS("a"), false},
        {CLASSIC("a", "false"), OAS("a"), CLASSIC("a", "false"), true},
        {API("a"), OAS("a"), API("a"), true},
        {CLASSIC("a", "1"), OAS("a"), CLASSIC("a", "1"), true},
        {NULL, OAS("a"), OAS("a"), false},
        {CLASSIC("a", "true"), NULL, CLASSIC("a", "true"), false},
        {OAS("a"), NULL, OAS("a"), false},
        /* Two ways to write one API: never both. */
        {CLASSIC("b", "true"), OAS("a"), OAS("a"), false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct gateway g;

        gateway_open(&g);
        if (rows[i].classic != NULL)
            put_file(g.apps, "x.json", rows[i].classic);
        if (rows[i].document != NULL)
            put_file(g.apps, "x-oas.json", rows[i].document);
        put_file(g.apps, "x-obj.json", API("between"));
        load_clean(&g, JG_LOAD_START);
        assert_str(record_text(&g, JG_KIND_API, "a"), rows[i].text);
        assert_int_equal(g.result.apis, 2);
        assert_int_equal(finding(&g, "not used") != NULL, rows[i].warned);
        load_clean(&g, JG_LOAD_RELOAD);
        assert_int_equal(g.result.changed, 0);
        assert_int_equal(g.result.apis, 2);
        gateway_close(&g);
    }
}

static void
a_faulty_document_is_not_replaced_by_the_classic_file(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "x.json", CLASSIC("a", "true"));
    put_file(g.apps, "x-oas.json", "{");
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_int_equal(g.result.apis, 0);
    assert_true(g.diags.faults > 0);

    put_file(g.apps, "x-oas.json", OAS("a"));
    load_clean(&g, JG_LOAD_RELOAD);
    put_file(g.apps, "x-oas.json", "{");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_int_equal(g.result.kept, 1);
    assert_str(record_text(&g, JG_KIND_API, "a"), OAS("a"));
    gateway_close(&g);
}

/* While the classic file is unreadable the document goes on to count. */
static void
a_faulty_classic_file_changes_nothing(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "x.json", CLASSIC("a", "true"));
    put_file(g.apps, "x-oas.json", OAS("a"));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "x.json", "{");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 0);
    assert_str(record_text(&g, JG_KIND_API, "a"), OAS("a"));

    drop_file(g.apps, "x.json");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 0);
    drop_file(g.apps, "x-oas.json");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 0);
    gateway_close(&g);
}

static void
two_documents_with_one_id_are_told(void **state)
{
    const struct jg_diag *d;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, "b-oas.json", OAS("a"));
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    d = finding(&g, "is already the id of");
    assert_non_null(d);
    assert_str(d->path, "x-tyk-api-gateway.info.id");
    assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_counts_where_the_classic_file_says_so),
        cmocka_unit_test(a_faulty_document_is_not_replaced_by_the_classic_file),
        cmocka_unit_test(a_faulty_classic_file_changes_nothing),
        cmocka_unit_test(two_documents_with_one_id_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
