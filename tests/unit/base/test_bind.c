/* JSON into structs: values, defaults, and what is said about mistakes. */
#include "base/bind.h"
#include "json_check.h"

struct inner {
    struct jg_str name;
    int64_t n;
    struct jg_str password;
};

static const struct inner inner_defaults = {{"unnamed", 7}, 5, {"", 0}};

#define AT(member) offsetof(struct inner, member)
static const struct jg_field inner_fields[] = {
    {"name", JG_FIELD_STR, AT(name), .max = 8},
    {"n", JG_FIELD_INT, AT(n), .min = 1, .max = 10},
    {"password", JG_FIELD_STR, AT(password), .max = 8, .secret = true},
};
#undef AT

static const struct jg_field_table inner_table = {
    sizeof(struct inner), inner_fields, JG_FIELD_COUNT(inner_fields),
    &inner_defaults, false};

struct outer {
    bool flag;
    int64_t listen_port;
    double timeout;
    struct jg_str text;
    struct jg_strs texts;
    struct jg_pairs pairs;
    struct inner inner;
    struct jg_list list, map;
    const struct jg_json *any;
    int64_t pin;
};

#define AT(member) offsetof(struct outer, member)
static const struct jg_field outer_fields[] = {
    {"flag", JG_FIELD_BOOL, AT(flag)},
    {"listen_port", JG_FIELD_INT, AT(listen_port), .min = 1, .max = 65535},
    {"timeout", JG_FIELD_NUMBER, AT(timeout), .min = 0, .max = 60},
    {"text", JG_FIELD_STR, AT(text)},
    {"texts", JG_FIELD_STRS, AT(texts), .max = 8},
    {"pairs", JG_FIELD_STR_MAP, AT(pairs)},
    {"inner", JG_FIELD_OBJECT, AT(inner), &inner_table},
    {"list", JG_FIELD_LIST, AT(list), &inner_table},
    {"map", JG_FIELD_MAP, AT(map), &inner_table},
    {"any", JG_FIELD_ANY, AT(any)},
    {"pin", JG_FIELD_INT, AT(pin), .min = 0, .max = 99, .secret = true},
    {"uptime_tests", JG_FIELD_IGNORED, .note = "health checks are passive"},
    {"graphql", JG_FIELD_IGNORED},
    {"tags", JG_FIELD_SILENT},
};
#undef AT

static const struct jg_field_table outer_table = {
    sizeof(struct outer), outer_fields, JG_FIELD_COUNT(outer_fields), NULL,
    false};

static const struct outer outer_defaults = {
    .listen_port = 8080, .timeout = 30, .text = {"default", 7}};

/* One binding, with all that it needs. */
struct run {
    struct jg_arena a;
    struct jg_diags diags;
    struct outer out;
    enum jg_err err;
};

static void
bind_text(struct run *r, const char *text)
{
    struct jg_bind_source source = {
        .file = JG_STR("t.json"), .text = jg_str(text), .diags = &r->diags};
    struct jg_arena parsed;
    const struct jg_json *json = NULL;

    jg_arena_init(&r->a, 4096, ARENA_MAX_BYTES);
    jg_arena_init(&parsed, 4096, ARENA_MAX_BYTES);
    jg_diags_init(&r->diags, &r->a);
    r->out = outer_defaults;
    r->err = jg_bind_parse(&source, &jg_json_limits_conf, &parsed, &json);
    if (r->err == JG_OK)
        r->err = jg_bind(&outer_table, json, &r->out, &r->a, &source);
    jg_arena_free(&parsed); /* nothing bound may point into it */
}

static void
every_type_of_field_takes_its_values(void **state)
{
    struct run r;
    const struct inner *items;

    (void)state;
    bind_text(&r, "{\"flag\":true,\"listen_port\":9000.0,\"timeout\":1,"
                  "\"text\":\"t\",\"texts\":[\"a\",null,\"b\"],"
                  "\"pairs\":{\"x\":\"1\",\"y\":null},"
                  "\"inner\":{\"n\":2},"
                  "\"list\":[{\"name\":\"one\"},null,{\"n\":9}],"
                  "\"map\":{\"k\":{\"name\":\"no\",\"n\":3},\"l\":null},"
                  "\"any\":[{\"deep\":[\"er\"]}],"
                  "\"tags\":[1],\"graphql\":{},\"uptime_tests\":null}");
    assert_err(r.err, JG_OK);
    assert_int_equal(r.diags.warnings + r.diags.faults, 0);
    assert_true(r.out.flag);
    assert_int_equal(r.out.listen_port, 9000);
    assert_true(r.out.timeout == 1);
    assert_str(r.out.text, "t");
    assert_int_equal(r.out.texts.count, 3);
    assert_str(r.out.texts.items[0], "a");
    assert_str(r.out.texts.items[1], "");
    assert_str(r.out.texts.items[2], "b");
    assert_int_equal(r.out.pairs.count, 2);
    assert_str(r.out.pairs.items[0].name, "x");
    assert_str(r.out.pairs.items[0].value, "1");
    assert_str(r.out.pairs.items[1].value, "");
    assert_int_equal(r.out.inner.n, 2);
    assert_null(r.out.inner.name.p); /* embedded: no list default */
    assert_int_equal(r.out.list.count, 3);
    items = r.out.list.items;
    assert_str(items[0].name, "one");
    assert_int_equal(items[0].n, 5);
    assert_str(items[1].name, "unnamed");
    assert_int_equal(items[2].n, 9);
    assert_int_equal(r.out.map.count, 2);
    items = r.out.map.items;
    assert_str(items[0].name, "k");
    assert_int_equal(items[0].n, 3);
    assert_str(items[1].name, "l");
    assert_json(r.out.any, "[{\"deep\":[\"er\"]}]");
    jg_arena_free(&r.a);
}

static void
absent_and_null_leave_the_defaults(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"flag\":null,\"listen_port\":null,\"timeout\":null,\"text\":null,"
        "\"texts\":null,\"pairs\":null,\"inner\":null,\"list\":null,"
        "\"map\":null,\"any\":null,\"uptime_tests\":null,\"tags\":null}"};

    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct run r;

        bind_text(&r, texts[i]);
        assert_err(r.err, JG_OK);
        assert_int_equal(r.diags.warnings + r.diags.faults, 0);
        assert_memory_equal(&r.out, &outer_defaults, sizeof(r.out));
        jg_arena_free(&r.a);
    }
}

static void
a_mistake_is_told_with_place_value_and_fix(void **state)
{
    static const struct {
        const char *text;
        enum jg_err err;
        const char *path, *message, *found, *fix;
        unsigned line, column;
    } rows[] = {
        {"{\n  \"listen_port\": \"80a\"}", JG_E_CONF_TYPE, "listen_port",
         "expected a whole number from 1 to 65535", "\"80a\"",
         "write the number without quotes", 2, 18},
        {"{\"listen_port\":1.5}", JG_E_CONF_TYPE, "listen_port",
         "expected a whole number from 1 to 65535", "1.5", "", 1, 16},
        {"{\"listen_port\":1e300}", JG_E_CONF_TYPE, "listen_port",
         "expected a whole number from 1 to 65535", "1e+300", "", 1, 16},
        {"{\"listen_port\":0}", JG_E_CONF_RANGE, "listen_port",
         "expected a whole number from 1 to 65535", "0", "", 1, 16},
        {"{\"listen_port\":65536}", JG_E_CONF_RANGE, "listen_port",
         "expected a whole number from 1 to 65535", "65536", "", 1, 16},
        {"{\"timeout\":true}", JG_E_CONF_TYPE, "timeout",
         "expected a number from 0 to 60", "true", "", 1, 12},
        {"{\"timeout\":60.5}", JG_E_CONF_RANGE, "timeout",
         "expected a number from 0 to 60", "60.5", "", 1, 12},
        {"{\"flag\":\"true\"}", JG_E_CONF_TYPE, "flag",
         "expected true or false", "\"true\"",
         "write true or false, without quotes", 1, 9},
        {"{\"flag\":1}", JG_E_CONF_TYPE, "flag", "expected true or false", "1",
         "write true or false", 1, 9},
        {"{\"text\":{\"a\":1}}", JG_E_CONF_TYPE, "text", "expected a string",
         "an object", "", 1, 9},
        {"{\"text\":5}", JG_E_CONF_TYPE, "text", "expected a string", "5",
         "write it in quotes", 1, 9},
        {"{\"texts\":\"a\"}", JG_E_CONF_TYPE, "texts",
         "expected a list of strings", "\"a\"", "put it in square brackets", 1,
         10},
        {"{\"texts\":[\"a\",[]]}", JG_E_CONF_TYPE, "texts.1",
         "expected a string", "a list", "", 1, 15},
        {"{\"texts\":[\"123456789\"]}", JG_E_CONF_RANGE, "texts.0",
         "expected at most 8 bytes", "\"123456789\"", "", 1, 11},
        {"{\"pairs\":[]}", JG_E_CONF_TYPE, "pairs",
         "expected an object with strings", "a list", "", 1, 10},
        {"{\"pairs\":{\"a.b\":1}}", JG_E_CONF_TYPE, "pairs.a.b",
         "expected a string", "1", "", 1, 17},
        {"{\"inner\":[]}", JG_E_CONF_TYPE, "inner", "expected an object",
         "a list", "", 1, 10},
        {"{\"inner\":{\"n\":11}}", JG_E_CONF_RANGE, "inner.n",
         "expected a whole number from 1 to 10", "11", "", 1, 15},
        {"{\"list\":{\"n\":1}}", JG_E_CONF_TYPE, "list",
         "expected a list of objects", "an object", "put it in square brackets",
         1, 9},
        {"{\"list\":[{},\n{\"n\":\"x\"}]}", JG_E_CONF_TYPE, "list.1.n",
         "expected a whole number from 1 to 10", "\"x\"",
         "write the number without quotes", 2, 6},
        {"{\"list\":[5]}", JG_E_CONF_TYPE, "list.0", "expected an object", "5",
         "", 1, 10},
        {"{\"map\":[]}", JG_E_CONF_TYPE, "map", "expected an object of objects",
         "a list", "", 1, 8},
        {"{\"map\":{\"k\":{\"n\":\"x\"}}}", JG_E_CONF_TYPE, "map.k.n",
         "expected a whole number from 1 to 10", "\"x\"",
         "write the number without quotes", 1, 18},
        {"{\"inner\":{\"name\":\"0123456789012345678901234567890123456789x\"}}",
         JG_E_CONF_RANGE, "inner.name", "expected at most 8 bytes",
         "\"0123456789012345678901234567890123456789...\"", "", 1, 18},
        {"[1]", JG_E_CONF_TYPE, "", "expected an object", "a list", "", 1, 1},
        {"{\"text\" 5}", JG_E_CONF_JSON, "", "expected ':'", "", "", 1, 9},
        {"{\"text\":1,\n\"text\":2}", JG_E_CONF_JSON, "",
         "the member \"text\" occurs twice in this object", "", "", 2, 1},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_diag *d;
        struct run r;

        bind_text(&r, rows[i].text);
        d = r.diags.first;
        assert_err(r.err, rows[i].err == JG_E_CONF_JSON ? JG_E_CONF_JSON
                                                        : JG_E_CONF_TYPE);
        assert_int_equal(r.diags.faults, 1);
        assert_int_equal(r.diags.warnings, 0);
        assert_memory_equal(&r.out.listen_port, &outer_defaults.listen_port,
                            sizeof(int64_t));
        assert_err(d->err, rows[i].err);
        assert_str(d->file, "t.json");
        assert_str(d->path, rows[i].path);
        assert_str(d->message, rows[i].message);
        assert_str(d->found, rows[i].found);
        assert_str(d->fix, rows[i].fix);
        if (d->line != rows[i].line || d->column != rows[i].column)
            fail_msg("%s: %u:%u", rows[i].text, d->line, d->column);
        jg_arena_free(&r.a);
    }
}

static void
every_mistake_is_told_and_the_rest_is_bound(void **state)
{
    struct run r;

    (void)state;
    bind_text(&r, "{\"flag\":1,\"listen_port\":70000,\"text\":\"t\","
                  "\"list\":[{\"n\":\"x\",\"name\":\"a\"},{\"n\":0}],"
                  "\"texts\":[1,2,\"a\"],\"timeout\":5}");
    assert_err(r.err, JG_E_CONF_TYPE);
    assert_int_equal(r.diags.faults, 6);
    assert_int_equal(r.out.listen_port, 8080);
    assert_str(r.out.text, "t");
    assert_true(r.out.timeout == 5);
    assert_int_equal(r.out.texts.count, 0);
    assert_int_equal(r.out.list.count, 2);
    assert_str(((const struct inner *)r.out.list.items)[0].name, "a");
    assert_int_equal(((const struct inner *)r.out.list.items)[0].n, 5);
    jg_arena_free(&r.a);
}

static void
warnings_do_not_stop_anything(void **state)
{
    static const struct {
        const char *text;
        enum jg_err err;
        const char *path, *message, *fix;
        unsigned column;
    } rows[] = {
        {"{\"listen_prt\":\"s3cret\"}", JG_E_CONF_UNKNOWN, "listen_prt",
         "not a known field, and ignored; did you mean \"listen_port\"?",
         "rename it to \"listen_port\", or remove it", 2},
        {"{\"wholly_unlike\":\"s3cret\"}", JG_E_CONF_UNKNOWN, "wholly_unlike",
         "not a known field, and ignored", "", 2},
        {"{\"x\":1}", JG_E_CONF_UNKNOWN, "x", "not a known field, and ignored",
         "", 2},
        {"{\"\":1}", JG_E_CONF_UNKNOWN, "", "not a known field, and ignored",
         "", 2},
        {"{\"tag\":1}", JG_E_CONF_UNKNOWN, "tag",
         "not a known field, and ignored", "", 2},
        {"{\"inner\":{\"nam\":1}}", JG_E_CONF_UNKNOWN, "inner.nam",
         "not a known field, and ignored; did you mean \"name\"?",
         "rename it to \"name\", or remove it", 11},
        {"{\"Listen_Port\":8080}", JG_E_CONF_UNKNOWN, "Listen_Port",
         "spelt \"listen_port\"", "rename it to \"listen_port\"", 2},
        {"{\"LISTEN_PORT\":1,\"listen_port\":8080}", JG_E_CONF_UNKNOWN,
         "LISTEN_PORT", "ignored: \"listen_port\" is there, too",
         "remove one of the two", 2},
        {"{\"uptime_tests\":{\"a\":\"s3cret\"}}", JG_E_CONF_UNSUPPORTED,
         "uptime_tests", "has no effect here: health checks are passive",
         "remove it", 2},
        {"{\"graphql\":true}", JG_E_CONF_UNSUPPORTED, "graphql",
         "has no effect here", "remove it", 2},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_diag *d;
        struct run r;

        bind_text(&r, rows[i].text);
        d = r.diags.first;
        assert_err(r.err, JG_OK);
        assert_int_equal(r.diags.warnings, 1);
        assert_int_equal(r.diags.faults, 0);
        assert_int_equal(r.out.listen_port, 8080);
        assert_err(d->err, rows[i].err);
        assert_str(d->path, rows[i].path);
        assert_str(d->message, rows[i].message);
        assert_str(d->fix, rows[i].fix);
        assert_int_equal(d->column, rows[i].column);
        assert_int_equal(jg_str_find(d->source_line, '3'), d->source_line.len);
        jg_arena_free(&r.a);
    }
}

static void
what_is_ignored_is_no_warning_when_it_is_empty(void **state)
{
    static const char *const empty[] = {"null", "false", "0",  "0.0",
                                        "\"\"", "[]",    "{}", "-0.0"};
    static const char *const set[] = {"true",  "1",   "0.1",
                                      "\"x\"", "[0]", "{\"a\":null}"};
    char text[100];
    struct run r;

    (void)state;
    for (size_t i = 0; i < LEN(empty); i++) {
        snprintf(text, sizeof(text), "{\"graphql\":%s}", empty[i]);
        bind_text(&r, text);
        assert_int_equal(r.diags.warnings, 0);
        jg_arena_free(&r.a);
    }
    for (size_t i = 0; i < LEN(set); i++) {
        snprintf(text, sizeof(text), "{\"graphql\":%s}", set[i]);
        bind_text(&r, text);
        assert_int_equal(r.diags.warnings, 1);
        jg_arena_free(&r.a);
    }
}

static void
a_name_in_other_case_sets_its_field_once(void **state)
{
    static const struct {
        const char *text;
        int64_t want;
        unsigned warnings;
    } rows[] = {
        {"{\"Listen_Port\":1}", 1, 1},
        {"{\"Listen_Port\":1,\"LISTEN_PORT\":2}", 1, 2},
        {"{\"Listen_Port\":1,\"listen_port\":3,\"LISTEN_PORT\":2}", 3, 2},
        {"{\"Listen_Port\":1,\"listen_port\":null}", 8080, 1},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct run r;

        bind_text(&r, rows[i].text);
        assert_err(r.err, JG_OK);
        assert_int_equal(r.out.listen_port, rows[i].want);
        assert_int_equal(r.diags.warnings, rows[i].warnings);
        jg_arena_free(&r.a);
    }
}

static void
secrets_never_come_out(void **state)
{
    static const char *const texts[] = {
        "{\"inner\":{\"password\":\"Zecret777777\"}}",
        "{\"inner\":{\"password\":[\"Zecret\"]}}",
        "{\"inner\":{\"passwort\":\"Zecret\"}}",
        "{\"inner\":{\"Password\":\"Zecret\"}}",
        "{\"inner\":{\"password\":\"Zecret\",\"n\":99}}",
        "{\"pin\":777}",
        "{\"pin\":\"Z\"}",
        "{\"inner\":{\"password\":\"Zecret\" \"n\":99}}",
        "{\"inner\":{\"password\":\"Ze\\xcret\"}}",
        "{\"inner\":{\"password\":\"Zecret}}",
        "{\"inner\":{\"password\":\"a\"Zecret\"}}",
        "{\"inner\":{\"password\":Zecret}}",
    };

    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct jg_buf b;
        struct run r;

        bind_text(&r, texts[i]);
        jg_buf_init(&b, 10000);
        assert_int_equal(r.diags.kept, 1);
        jg_diag_print(&b, r.diags.first);
        jg_diag_print_json(&b, r.diags.first);
        jg_buf_addc(&b, '\0');
        if (strchr(b.p, 'Z') != NULL || strstr(b.p, "77") != NULL)
            fail_msg("%s", b.p);
        jg_buf_free(&b);
        jg_arena_free(&r.a);
    }
}

static void
other_layers_report_through_the_same_door(void **state)
{
    static const char text[] = "{\n \"proxy\": {\"target_list\": [\"a\", "
                               "\"b\"]},\n \"secret\": \"s3cret\"\n}";
    struct jg_bind_source source = {.file = JG_STR("t.json"),
                                    .text = jg_str(text)};
    struct jg_diags diags;
    struct jg_arena a;
    struct jg_buf b;
    const struct jg_json *list, *json;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    jg_diags_init(&diags, &a);
    jg_buf_init(&b, 4096);
    json = good_json(&a, jg_str(text));
    list = jg_json_path(json, JG_STR("proxy.target_list"));
    assert_err(jg_bind_report(&source, JG_FAULT, JG_E_CONF_VALUE, "proxy", NULL,
                              NULL, "nobody hears"),
               JG_E_CONF_VALUE);
    source.diags = &diags;
    assert_err(jg_bind_report(&source, JG_FAULT, JG_E_CONF_VALUE,
                              "proxy.target_list.1", &list->items[1],
                              "begin it with http://", "not a %s", "URL"),
               JG_E_CONF_VALUE);
    assert_err(jg_bind_report(&source, JG_WARNING, JG_E_CONF_MISSING,
                              "proxy.listen_path", NULL, NULL, "missing"),
               JG_E_CONF_MISSING);
    jg_bind_report(&source, JG_WARNING, JG_E_CONF_RISK, "secret", NULL, NULL,
                   "short");
    for (const struct jg_diag *d = diags.first; d != NULL; d = d->next)
        jg_diag_print(&b, d);
    assert_str(jg_buf_str(&b),
               "error JG907: proxy.target_list.1: not a URL, found \"b\"\n"
               "  --> t.json:2:33\n"
               " 2 |  \"proxy\": {\"target_list\": [\"...\", \"b\"]},\n"
               "   |                                   ^\n"
               "  fix: begin it with http://\n"
               "warning JG904: proxy.listen_path: missing\n"
               "  --> t.json:2:11\n"
               " 2 |  \"proxy\": {\"target_list\": [\"...\", \"...\"]},\n"
               "   |           ^\n"
               "warning JG909: secret: short\n"
               "  --> t.json:3:12\n"
               " 3 |  \"secret\": \"...\"\n"
               "   |            ^\n");
    jg_buf_free(&b);
    jg_arena_free(&a);
}

static void
without_a_list_mistakes_are_only_returned(void **state)
{
    struct jg_bind_source source = {.file = JG_STR("t"), .text = JG_STR("")};
    struct outer out = outer_defaults;
    const struct jg_json *json;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    json = good_json(&a, JG_STR("{\"flag\":1,\"x\":2,\"Text\":\"t\"}"));
    assert_err(jg_bind(&outer_table, json, &out, &a, &source), JG_E_CONF_TYPE);
    assert_str(out.text, "t");
    assert_err(jg_bind_parse(&source, &jg_json_limits_conf, &a, &json),
               JG_E_CONF_JSON);
    jg_arena_free(&a);
}

/* An object with <unknown> fields that nobody knows, and the flag. */
static void
bind_unknown(struct run *r, int unknown)
{
    struct jg_buf text;

    jg_buf_init(&text, ARENA_MAX_BYTES);
    jg_buf_addc(&text, '{');
    for (int i = 0; i < unknown; i++)
        jg_buf_addf(&text, "\"unknown%d\":1,", i);
    jg_buf_add(&text, JG_STR("\"flag\":true}"));
    jg_buf_addc(&text, '\0');
    bind_text(r, text.p);
    jg_buf_free(&text);
}

static void
hostile_documents_are_bounded(void **state)
{
    struct run r;

    (void)state;
    bind_unknown(&r, JG_BIND_MEMBERS_MAX);
    assert_err(r.err, JG_E_CONF_TYPE);
    assert_int_equal(r.diags.faults, 1);
    assert_int_equal(r.diags.warnings, 0);
    jg_arena_free(&r.a);

    bind_unknown(&r, JG_BIND_MEMBERS_MAX - 1);
    assert_err(r.err, JG_OK);
    assert_true(r.out.flag);
    assert_int_equal(r.diags.warnings, JG_BIND_MEMBERS_MAX - 1);
    assert_int_equal(r.diags.kept, JG_DIAG_MAX);
    jg_arena_free(&r.a);
}

static void
a_full_arena_is_no_memory(void **state)
{
    static const char text[] =
        "{\"text\":\"t\",\"texts\":[\"a\"],\"pairs\":{\"x\":\"1\"},"
        "\"list\":[{\"name\":\"one\"}],\"map\":{\"k\":{\"name\":\"n\"}},"
        "\"any\":[{\"deep\":[\"er\"]}]}";
    struct jg_bind_source source = {.file = JG_STR("t"), .text = JG_STR("")};
    const struct jg_json *json;
    struct jg_arena a, small;
    size_t good = 0;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    json = good_json(&a, jg_str(text));
    for (size_t max = 0; max < 2048; max += 16) {
        struct outer out = outer_defaults;
        enum jg_err err;

        jg_arena_init(&small, 32, max);
        err = jg_bind(&outer_table, json, &out, &small, &source);
        if (err == JG_OK)
            good++;
        else
            assert_err(err, JG_E_NOMEM);
        jg_arena_free(&small);
    }
    assert_in_range(good, 1, 127);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_field_takes_its_values),
        cmocka_unit_test(absent_and_null_leave_the_defaults),
        cmocka_unit_test(a_mistake_is_told_with_place_value_and_fix),
        cmocka_unit_test(every_mistake_is_told_and_the_rest_is_bound),
        cmocka_unit_test(warnings_do_not_stop_anything),
        cmocka_unit_test(what_is_ignored_is_no_warning_when_it_is_empty),
        cmocka_unit_test(a_name_in_other_case_sets_its_field_once),
        cmocka_unit_test(secrets_never_come_out),
        cmocka_unit_test(other_layers_report_through_the_same_door),
        cmocka_unit_test(without_a_list_mistakes_are_only_returned),
        cmocka_unit_test(hostile_documents_are_bounded),
        cmocka_unit_test(a_full_arena_is_no_memory),
    };

    return cmocka_run_group_tests_name("base/bind", tests, NULL, NULL);
}
