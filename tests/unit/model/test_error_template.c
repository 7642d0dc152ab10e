/* error_template.c: bodies of errors in the owner's words. */
#include "model/error_template.h"

#include "model_check.h"

/* A template as it was understood: "text|M|text", or why it was not. */
static const char *
shape(struct jg_arena *a, const char *text)
{
    static char out[512];
    struct jg_error_template t = {.count = 0};
    struct jg_str doubt;
    size_t len = 0;

    if (jg_error_template_read(jg_str(text), a, &t, &doubt) != JG_OK) {
        snprintf(out, sizeof(out), "? %.*s", JG_STR_ARG(doubt));
        return out;
    }
    out[0] = '\0';
    for (size_t i = 0; i < t.count; i++)
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s%.*s",
                                i > 0 ? "|" : "",
                                t.parts[i].kind == JG_ERROR_MESSAGE  ? "M"
                                : t.parts[i].kind == JG_ERROR_STATUS ? "S"
                                                                     : "",
                                JG_STR_ARG(t.parts[i].text));
    return out;
}

static void
a_template_is_text_and_two_variables(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"plain", "plain"},
        {"{{.Message}}", "M"},
        {"{\"e\": \"{{.Message}}\"}", "{\"e\": \"|M|\"}"},
        {"{{ .Message }}{{\t.StatusCode\n}}", "M|S"},
        {"a {{- .Message -}} b", "a|M|b"},
        {"a {{-.Message}}", "? -.Message"}, /* as in Go: the space counts */
        {"a \n {{- .Message}} b", "a|M| b"},
        {"{{/* why */}}x", "x"},
        {"}} {{.Message}} }}", "}} |M| }}"},
        {"{ {.Message} }", "{ {.Message} }"},
        /* What is not understood is not half understood. */
        {"{{.Message", "? .Message"},
        {"{{.message}}", "? .message"},
        {"{{.Message | html}}", "? .Message | html"},
        {"{{if .Message}}x{{end}}", "? if .Message"},
        {"{{template \"x\"}}", "? template \"x\""},
        {"{{.}}", "? ."},
        {"{{}}", "? "},
        {"{{{{.Message}}}}", "? {{.Message"},
        {"", "? "},
        {"{{/* only */}}", "? "},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(shape(&a, rows[i].text), rows[i].want);
    jg_arena_free(&a);
}

static void
a_template_has_an_end(void **state)
{
    static char text[JG_ERROR_TEMPLATE_MAX + 1];
    struct jg_error_template t;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    memset(text, 'x', sizeof(text));
    assert_err(jg_error_template_read((struct jg_str){text, sizeof(text) - 1},
                                      &a, &t, NULL),
               JG_OK);
    assert_err(jg_error_template_read((struct jg_str){text, sizeof(text)}, &a,
                                      &t, NULL),
               JG_E_CONF_VALUE);
    for (size_t i = 0; i < JG_ERROR_TEMPLATE_PARTS_MAX + 1; i++)
        memcpy(text + 12 * i, "{{.Message}}", 12);
    assert_err(jg_error_template_read(
                   (struct jg_str){text, 12 * JG_ERROR_TEMPLATE_PARTS_MAX}, &a,
                   &t, NULL),
               JG_OK);
    assert_err(
        jg_error_template_read(
            (struct jg_str){text, 12 * (JG_ERROR_TEMPLATE_PARTS_MAX + 1)}, &a,
            &t, NULL),
        JG_E_CONF_VALUE);
    jg_arena_free(&a);
}

static void
names_are_tyks(void **state)
{
    static const struct {
        const char *name;
        bool want;
    } rows[] = {
        {"error.json", true},
        {"error.xml", true},
        {"error_401.json", true},
        {"error_500.xml", true},
        {"error.html", false},
        {"error_4xx.json", false},
        {"error_40.json", false},
        {"error_4010.json", false},
        {"../error.json", false},
        {"errors.json", false},
        {"error_401json", false},
        {".json", false},
        {"", false},
        {"error_401.x.json", false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_error_template_is_name(jg_str(rows[i].name)),
                         rows[i].want);
}

/* <found> "" is Tyk's own form. */
static void
the_most_exact_one_counts(void **state)
{
    static const struct {
        const char *names;
        int status;
        const char *ext, *found, *found_ext;
    } rows[] = {
        {"'error.json':'a','error_401.json':'b'", 401, "json", "error_401.json",
         "json"},
        {"'error.json':'a','error_401.json':'b'", 403, "json", "error.json",
         "json"},
        {"'error.json':'a','error_401.json':'b'", 401, "xml", "error.json",
         "json"},
        {"'error.json':'a','error.xml':'b'", 401, "xml", "error.xml", "xml"},
        {"'error_401.json':'b'", 403, "json", "", "json"},
        {"'error_401.json':'b'", 401, "xml", "", "xml"},
        {"'error.xml':'b'", 401, "json", "", "json"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct reading *r = new_reading();
        const struct jg_error_template *t;
        struct jg_str ext = jg_str(rows[i].ext);
        struct jg_bind_source source;

        set_text(r, "{'error_templates':{%s}}", rows[i].names);
        source = source_of(r);
        assert_err(jg_conf_read(&source, NULL, &r->arena, &r->conf), JG_OK);
        assert_quiet(r);
        t = jg_error_template_find(&r->conf, rows[i].status, &ext);
        assert_str(t == NULL ? JG_STR("") : t->name, rows[i].found);
        assert_str(ext, rows[i].found_ext);
        free_reading(r);
    }
}

static void
what_cannot_be_used_is_said_and_left_out(void **state)
{
    struct reading *r = new_reading();
    struct jg_bind_source source;

    (void)state;
    set_text(r, "{'error_templates':{'error.json':'{{.Foo}}','a.json':'x',"
                "'error.xml':''}}");
    source = source_of(r);
    assert_err(jg_conf_read(&source, NULL, &r->arena, &r->conf), JG_OK);
    assert_int_equal(r->diags.warnings, 3);
    assert_int_equal(r->conf.templates.count, 0);
    assert_true(contains(r->diags.first->message, "{{.Foo}}"));
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_is_text_and_two_variables),
        cmocka_unit_test(a_template_has_an_end),
        cmocka_unit_test(names_are_tyks),
        cmocka_unit_test(the_most_exact_one_counts),
        cmocka_unit_test(what_cannot_be_used_is_said_and_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
