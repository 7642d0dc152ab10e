/* key_meta.c: what of a script's meta data is the key's own. */
#include "model/key_meta.h"
#include "session_check.h"

/* Apostrophes for quotes; NULL: nothing. */
static const struct row {
    const char *own, *told, *meta, *want;
} rows[] = {
    /* Changed, added, left out. */
    {"{'a':1,'b':2}", "{'a':1,'b':2}", "{'a':3,'c':4}", "{'a':3,'c':4}"},
    {"{}", "{}", "{'a':[1,{'b':null}]}", "{'a':[1,{'b':null}]}"},
    {NULL, NULL, "{'a':1}", "{'a':1}"},
    {NULL, "{}", "{}", "{}"},
    {"{'a':1}", "{'a':1}", NULL, "{}"},
    {"{'a':1}", "{'a':1}", "{}", "{}"},
    {"{'a':1}", NULL, "{'a':2}", "{'a':2}"},
    /* A policy's is not the key's, unless the script says otherwise. */
    {"{}", "{'p':1}", "{'p':1}", "{}"},
    {"{}", "{'p':1}", "{'p':2}", "{'p':2}"},
    {"{'p':0}", "{'p':1}", "{'p':1}", "{'p':0}"},
    {"{'p':0}", "{'p':1}", "{'p':2}", "{'p':2}"},
    {"{'p':0}", "{'p':1}", "{}", "{}"},
    /* As it was told, in other words. */
    {"{'a':{'x':1,'y':2}}", "{'a':{'x':1,'y':2}}", "{'a':{'y':2.0,'x':1}}",
     "{'a':{'x':1,'y':2}}"},
    /* Rights stay, and are not given. */
    {"{'policies':[{}]}", "{'policies':[{}]}", "{}", "{'policies':[{}]}"},
    {"{'policies':[{}]}", "{'policies':[{}]}", NULL, "{'policies':[{}]}"},
    {"{'policies':[{}]}", "{'policies':[{}]}",
     "{'policies':[{'id':'x'}],'a':1}", "{'policies':[{}],'a':1}"},
    {"{'policies':[{}]}", "{'policies':[{}]}", "{'policies':null}",
     "{'policies':[{}]}"},
    {"{}", "{}", "{'policies':[{'id':'x'}],'a':1}", "{'a':1}"},
    {"{'a':1}", "{'a':1,'policies':[1]}", "{'a':1,'policies':[1]}", "{'a':1}"},
    /* Not an object: nothing. */
    {"{'a':1}", "{'a':1}", "[{'a':1}]", "{}"},
    {"{'a':1}", "[1]", "{'a':1}", "{'a':1}"},
};

static const struct jg_json *
read(struct jg_arena *a, const char *text)
{
    return text != NULL ? json_of(a, text) : NULL;
}

static void
a_key_keeps_what_the_script_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct row *row = &rows[i];
        struct jg_arena a;
        struct jg_json out;

        jg_arena_init(&a, 4096, 1 << 20);
        assert_err(jg_key_meta_merge(read(&a, row->own), read(&a, row->told),
                                     read(&a, row->meta), &a, &out),
                   JG_OK);
        if (!jg_json_equal(&out, read(&a, row->want)))
            fail_msg("row %zu: %s", i, row->want);
        jg_arena_free(&a);
    }
}

static void
without_memory_it_says_so(void **state)
{
    struct jg_arena a;
    struct jg_json out;

    (void)state;
    jg_arena_init(&a, 16, 16);
    assert_err(jg_key_meta_merge(NULL, NULL, NULL, &a, &out), JG_E_NOMEM);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_keeps_what_the_script_changed),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests_name("model/key_meta", tests, NULL, NULL);
}
