/*
 * Every allocation fails once, while JSON is parsed, bound, reported and
 * printed: the answer is "no memory" or the right one, never another.
 */
#include "base/bind.h"
#include "json_check.h"
#include "torture.h"

struct target {
    struct jg_strs texts;
    const struct jg_json *any;
    int64_t n;
};

static const struct jg_field fields[] = {
    {"texts", JG_FIELD_STRS, offsetof(struct target, texts)},
    {"any", JG_FIELD_ANY, offsetof(struct target, any)},
    {"n", JG_FIELD_INT, offsetof(struct target, n), .min = 0, .max = 9},
};

static const struct jg_field_table table = {
    sizeof(struct target), fields, JG_FIELD_COUNT(fields), NULL, false};

/* All of it once; JG_OK when the fault in the document was found. */
static enum jg_err
attempt(struct jg_str text)
{
    struct jg_arena parsed, a;
    struct jg_diags diags;
    struct jg_bind_source source = {
        .file = JG_STR("t.json"), .text = text, .diags = &diags};
    const struct jg_json *json = NULL;
    struct target out = {{NULL, 0}, NULL, 0};
    struct jg_buf b;
    enum jg_err err;

    jg_arena_init(&parsed, 256, ARENA_MAX_BYTES);
    jg_arena_init(&a, 256, ARENA_MAX_BYTES);
    jg_diags_init(&diags, &a);
    jg_buf_init(&b, 100000);
    err = jg_bind_parse(&source, &jg_json_limits_conf, &parsed, &json);
    if (err == JG_OK)
        err = jg_bind(&table, json, &out, &a, &source);
    if (err == JG_E_CONF_TYPE) {
        assert_int_equal(diags.faults, 1);
        assert_int_equal(diags.warnings, 1);
        assert_int_equal(out.n, 0);
        assert_true(jg_json_equal(out.any, jg_json_get(json, JG_STR("any"))));
        for (const struct jg_diag *d = diags.first; d != NULL; d = d->next)
            jg_diag_print(&b, d);
        err = JG_OK;
    }
    jg_buf_free(&b);
    jg_arena_free(&parsed);
    jg_arena_free(&a);
    return err;
}

/* More values than the parser has place for on its stack. */
static struct jg_str
document(struct jg_buf *b)
{
    jg_buf_init(b, 100000);
    jg_buf_add(b, JG_STR("{\"texts\":[\"a\",\"b\"],\"unknown\":1,\"n\":10,"
                         "\"any\":{"));
    for (int i = 0; i < 200; i++)
        jg_buf_addf(b, "\"member %d\":%d,", i, i);
    jg_buf_add(b, JG_STR("\"last\":[1.5,\"\\u00e9\",{\"a\":null}]}}"));
    assert_false(b->failed);
    return jg_buf_str(b);
}

static void
no_allocation_is_taken_for_granted(void **state)
{
    unsigned long total, failed = 0;
    struct jg_buf b;
    struct jg_str text = document(&b);

    (void)state;
    allocations = 0;
    assert_err(attempt(text), JG_OK);
    total = allocations;
    assert_true(total > 10);
    for (unsigned long n = 1; n <= total; n++) {
        enum jg_err err;

        allocations = 0;
        fail_at = n;
        err = attempt(text);
        fail_at = 0;
        if (err != JG_OK) {
            assert_err(err, JG_E_NOMEM);
            failed++;
        }
    }
    assert_err(attempt(text), JG_OK);
    print_message("# %lu allocations, %lu of them needed\n", total, failed);
    assert_true(failed > 5);
    jg_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_allocation_is_taken_for_granted),
    };

    return cmocka_run_group_tests_name("base/json_torture", tests, NULL, NULL);
}
