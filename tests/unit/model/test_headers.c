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

#define IN(version)                                                    \
    "'enable_context_vars':true,'version_data':{'not_versioned':true," \
    "'versions':{'Default':{" version "}}}"
#define AT "version_data.versions.Default."

/* What is left out, or is empty, is told once; no secret is shown. */
static void
what_will_not_be_sent_is_said(void **state)
{
    static const struct {
        const char *members, *path, *message;
        enum jg_severity severity;
    } cases[] = {
        {IN("'global_headers':{'Host':'x'}"), AT "global_headers",
         "Host is not set", JG_WARNING},
        {IN("'global_headers':{'content_length':'1'}"), AT "global_headers",
         "content_length is not set", JG_WARNING},
        {IN("'global_response_headers':{'Connection':'x'}"),
         AT "global_response_headers", "Connection is not set", JG_WARNING},
        {IN("'global_headers':{'x-a':'$secret_conf.unknown'}"),
         AT "global_headers", "X-A: $secret_conf.unknown is not known",
         JG_WARNING},
        {IN("'global_headers':{'x-a':'$secret_env.unknown'}"),
         AT "global_headers", "$secret_env.unknown is not known", JG_WARNING},
        {IN("'global_headers':{'x-a':'a$secret_file.k.b'}"),
         AT "global_headers", "$secret_file.k.b is kept where", JG_WARNING},
        {IN("'global_headers':{'x-a':'$tyk_context.jwt_claim_sub'}"),
         AT "global_headers", "is no context variable", JG_WARNING},
        {IN("'global_headers':{'x-a':'$secret_conf.broken'}"),
         AT "global_headers", "a secret in the value of X-A holds", JG_FAULT},
        {IN("'global_headers_disabled':true,'global_response_headers':{'x a':"
            "'1'}"),
         AT "global_response_headers", "name 1 is none", JG_FAULT},
        {IN("'use_extended_paths':true,'extended_paths':{'transform_headers':"
            "[{'path':'/x'},{'path':'/y','add_headers':{'a':'\\n'}}]}"),
         AT "extended_paths.transform_headers.1", "value of a holds", JG_FAULT},
        {IN("'use_extended_paths':true,'extended_paths':{"
            "'transform_response_headers':[{'path':'/y','add_headers':{"
            "'Trailer':'a'}}]}"),
         AT "extended_paths.transform_response_headers.0", "Trailer is not set",
         JG_WARNING},
        {"'response_processors':[{'name':'header_transform'}]",
         "response_processors", "header_transform", JG_WARNING},
        {"'response_processors':[{'name':'header_injector','options':{"
         "'add_headers':{'a':'\\n'}}}]",
         "response_processors", "value of a holds", JG_FAULT},
    };
    struct jg_pair secrets[] = {{JG_STR("k"), JG_STR("s3cr3t")},
                                {JG_STR("broken"), JG_STR("s3cr3t\n")}};
    struct reading *r = new_reading();

    (void)state;
    r->conf.secrets = (struct jg_pairs){secrets, LEN(secrets)};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_api *api;
        enum jg_err err;

        set_text(r, "{" OPEN_API ",%s}", cases[i].members);
        err = read_api(r, &api);
        assert_int_equal(err == JG_OK, cases[i].severity == JG_WARNING);
        assert_int_equal(r->diags.warnings + r->diags.faults, 1);
        assert_int_equal(r->diags.first->severity, cases[i].severity);
        assert_str(r->diags.first->path, cases[i].path);
        if (!contains(r->diags.first->message, cases[i].message))
            print_findings(&r->diags);
        assert_true(contains(r->diags.first->message, cases[i].message));
        assert_false(contains(r->diags.first->message, "s3cr3t"));
        jg_api_free(api);
    }
    free_reading(r);
}

static const struct jg_api_version *
good_version(struct reading *r, struct jg_api **api, const char *members)
{
    set_text(r, "{" OPEN_API ",%s}", members);
    assert_err(read_api(r, api), JG_OK);
    assert_quiet(r);
    assert_non_null((*api)->headers);
    return (*api)->headers;
}

static void
check_rule(const struct jg_transform *t, size_t i, const char *name,
           const char *text)
{
    assert_true(i < t->count);
    assert_str(t->rules[i].name, name);
    assert_true(jg_template_is_text(&t->rules[i].value));
    if (t->rules[i].value.count == 0)
        assert_string_equal(text, "");
    else
        assert_str(t->rules[i].value.parts[0].text, text);
}

/* The version's first, then those of the processors; the last one counts. */
static void
headers_of_answers_are_made_once(void **state)
{
    struct reading *r = new_reading();
    const struct jg_transform *t;
    struct jg_api *api;

    (void)state;
    t = &good_version(
             r, &api,
             IN("'global_response_headers':{'a':'1','b':'2','c':'3'},"
                "'global_response_headers_remove':['d']") ","
                                                          "'response_"
                                                          "processors':[{'name'"
                                                          ":'header_injector','"
                                                          "options':{"
                                                          "'add_headers':{'B':'"
                                                          "4','e':''},'remove_"
                                                          "headers':['C','f']}}"
                                                          "]")
             ->response_headers;
    assert_int_equal(t->removed.count, 3);
    assert_int_equal(t->count, 3);
    check_rule(t, 0, "A", "1");
    check_rule(t, 1, "B", "4");
    check_rule(t, 2, "E", "");
    jg_api_free(api);

    t = &good_version(r, &api,
                      "'response_processors':[{'name':'header_injector',"
                      "'options':{'add_headers':{'x':'y'}}}]")
             ->response_headers;
    check_rule(t, 0, "X", "y");
    jg_api_free(api);
    free_reading(r);
}

static void
names_stay_as_they_are_when_asked(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    r->conf.ignore_canonical_mime_header_key = true;
    check_rule(&good_version(r, &api, IN("'global_headers':{'x-UP':'1'}"))
                    ->request_headers,
               0, "x-UP", "1");
    jg_api_free(api);
    free_reading(r);
}

/* <count> members "N":"1". */
static void
set_many(struct reading *r, const char *before, size_t count, const char *after)
{
    size_t len = set_text(r, "{" OPEN_API ",%s", before).len;

    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(r->text + len, TEXT_MAX - len,
                                "%s\"X%zu\":\"1\"", i > 0 ? "," : "", i);
    snprintf(r->text + len, TEXT_MAX - len, "%s", after);
}

static void
too_many_headers_are_a_fault_of_the_definition(void **state)
{
    static const struct {
        const char *before, *after;
        size_t count;
        enum jg_err want;
    } cases[] = {
        {"'version_data':{'not_versioned':true,'versions':{'Default':{"
         "'global_headers':{",
         "}}}}}", 120, JG_OK},
        {"'version_data':{'not_versioned':true,'versions':{'Default':{"
         "'global_headers':{",
         "}}}}}", 121, JG_E_CONF_VALUE},
        {"'version_data':{'not_versioned':true,'versions':{'Default':{"
         "'global_response_headers':{'y':'z'}}}},'response_processors':[{"
         "'name':'header_injector','options':{'add_headers':{",
         "}}}]}", 119, JG_OK},
        {"'version_data':{'not_versioned':true,'versions':{'Default':{"
         "'global_response_headers':{'y':'z'}}}},'response_processors':[{"
         "'name':'header_injector','options':{'add_headers':{",
         "}}}]}", 120, JG_E_CONF_VALUE},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_api *api;

        set_many(r, cases[i].before, cases[i].count, cases[i].after);
        assert_err(read_api(r, &api), cases[i].want);
        assert_true(cases[i].want == JG_OK ||
                    contains(r->diags.first->message, "more than 120 headers"));
        jg_api_free(api);
    }
    free_reading(r);
}

/* How a text is taken apart: texts as they are, variables by letters. */
static void
texts_are_taken_apart_at_their_variables(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"$", "'$'"},
        {"a$b", "'a$b'"},
        {"$tyk_meta.", "'$tyk_meta.'"},
        {"$tyk_meta.a", "M'a'"},
        {"$tyk_meta.a.", "M'a.'"},
        {"$tyk_meta.a$tyk_meta.ab", "M'a'M'ab'"},
        {"x$tyk_meta.a-b_c.d e", "'x'M'a-b_c.d'' e'"},
        {"$$tyk_meta.a", "'$'M'a'"},
        {"$tyk_metas.a", "'$tyk_metas.a'"},
        {"a$secret_conf.k b$secret_conf.k", "'as3cr3t bs3cr3t'"},
        {"$tyk_meta.a$secret_conf.k$tyk_meta.b", "M'a''s3cr3t'M'b'"},
        {"$secret_conf.m", "'$tyk_meta.a'"},
    };
    struct jg_pair secrets[] = {{JG_STR("k"), JG_STR("s3cr3t")},
                                {JG_STR("m"), JG_STR("$tyk_meta.a")}};
    struct jg_conf conf = {.secrets = {secrets, LEN(secrets)}};
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_template_doubt doubt;
        struct jg_template t;
        char got[200] = "";
        size_t len = 0;

        assert_err(jg_template_read(jg_str(cases[i].text), &conf, false, &a, &t,
                                    &doubt),
                   JG_OK);
        for (size_t k = 0; k < t.count; k++)
            len += (size_t)snprintf(got + len, sizeof(got) - len, "%s'%.*s'",
                                    t.parts[k].kind == JG_PART_TEXT ? "" : "M",
                                    JG_STR_ARG(t.parts[k].text));
        assert_string_equal(got, cases[i].want);
    }
    jg_arena_free(&a);
}

static void
a_text_has_a_bounded_number_of_parts(void **state)
{
    struct jg_conf conf = {.listen_port = 1};
    struct jg_template_doubt doubt;
    struct jg_template t;
    struct jg_arena a;
    char text[65 * 11 + 1];

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < 65; i++)
        memcpy(text + i * 11, "$tyk_meta.a", 12);
    assert_err(jg_template_read(jg_str(text), &conf, false, &a, &t, &doubt),
               JG_E_CONF_VALUE);
    assert_err(
        jg_template_read(jg_str(text + 11), &conf, false, &a, &t, &doubt),
        JG_OK);
    assert_int_equal(t.count, 64);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_that_would_break_the_request_is_refused),
        cmocka_unit_test(headers_that_are_not_sent_are_not_looked_at),
        cmocka_unit_test(what_will_not_be_sent_is_said),
        cmocka_unit_test(headers_of_answers_are_made_once),
        cmocka_unit_test(names_stay_as_they_are_when_asked),
        cmocka_unit_test(too_many_headers_are_a_fault_of_the_definition),
        cmocka_unit_test(texts_are_taken_apart_at_their_variables),
        cmocka_unit_test(a_text_has_a_bounded_number_of_parts),
    };

    return cmocka_run_group_tests_name("model/headers", tests, NULL, NULL);
}
