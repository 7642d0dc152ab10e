/* claim_path.c: gjson's simple forms, and what is refused of the others. */
#include "check.h"

#include "base/buf.h"
#include "model/claim_path.h"

#define CLAIMS                                                               \
    "{\"a\":1,\"n\":null,\"s\":\"x\",\"l\":[10,20,{\"k\":30}],"              \
    "\"o\":{\"b\":{\"c\":true},\"0\":\"zero\",\"d.e\":\"dot\",\"#\":\"h\"}," \
    "\"https://ns/roles\":[\"r\"],\"u.v\":{\"w\":1},\"u\":{\"v\":2},"        \
    "\"p\":[{\"q\":1},{\"q\":2},{\"z\":3},{\"q\":{\"r\":4}}],"               \
    "\"m\":[[{\"x\":1},{\"x\":2}],[],[{\"x\":3}],7],\"e\":[]}"

/* What is found, as JSON; "-": nothing. */
static void
check_found(struct jg_arena *a, const struct jg_json *claims, const char *text,
            const char *want)
{
    struct jg_claim_path path;
    const struct jg_json *found;
    const char *why;
    struct jg_buf b;

    assert_err(jg_claim_path_parse(jg_str(text), a, &path, &why), JG_OK);
    assert_err(jg_claim_path_find(&path, claims, a, &found), JG_OK);
    jg_buf_init(&b, 4096);
    if (found == NULL)
        jg_buf_addc(&b, '-');
    else
        jg_json_write(&b, found, 0);
    if (!jg_str_eq(jg_buf_str(&b), jg_str(want)))
        fail_msg("%s: %.*s, want %s", text, JG_STR_ARG(jg_buf_str(&b)), want);
    jg_buf_free(&b);
}

static void
a_path_leads_to_its_value(void **state)
{
    static const struct {
        const char *path, *found;
    } rows[] = {
        {"a", "1"},
        {"n", "null"},
        {"o.b.c", "true"},
        {"o.b.x", "-"},
        {"o.b.c.d", "-"},
        {"a.b", "-"},
        {"A", "-"},
        {"l.0", "10"},
        {"l.2.k", "30"},
        {"l.3", "-"},
        {"l.-1", "-"},
        {"l.00", "10"},
        {"l.k", "-"},
        {"o.0", "\"zero\""},
        {"o.d\\.e", "\"dot\""},
        {"o.d.e", "-"},
        {"o.#", "\"h\""},
        {"o.\\#", "\"h\""},
        {"s.0", "-"},
        {"s.#", "-"},
        /* A claim that is called so comes first. */
        {"u.v", "{\"w\":1}"},
        {"u\\.v", "{\"w\":1}"},
        {"https://ns/roles", "[\"r\"]"},
        {"https://ns/roles.0", "\"r\""},
        /* How many, and of each. */
        {"l.#", "3"},
        {"e.#", "0"},
        {"p.#.q", "[1,2,{\"r\":4}]"},
        {"p.#.q.r", "[4]"},
        {"p.#.nothing", "[]"},
        {"e.#.q", "[]"},
        {"m.#.#", "[2,0,1]"},
        {"m.#.#.x", "[[1,2],[],[3]]"},
        {"m.#.0.x", "[1,3]"},
    };
    const struct jg_json *claims;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(
        jg_json_parse(JG_STR(CLAIMS), &jg_json_limits_token, &a, &claims, NULL),
        JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        check_found(&a, claims, rows[i].path, rows[i].found);
    jg_arena_free(&a);
}

static void
what_is_no_path_is_refused_with_the_reason(void **state)
{
    static char many[80];
    const struct {
        const char *path, *why;
    } rows[] = {
        {"", "empty"},
        {".", "empty"},
        {".a", "empty"},
        {"a.", "empty"},
        {"a..b", "empty"},
        {"a\\", "backslash"},
        {"a\\..b", "in front of a dot"},
        {"a*", "wildcards"},
        {"a.?", "wildcards"},
        {"a|b", "pipes"},
        {"@this", "modifiers"},
        {"a.@x", "modifiers"},
        {"!x", "literals"},
        {"{a,b}", "multipaths"},
        {"[a]", "multipaths"},
        {"l.#(a==1)", "queries"},
        {"l.#x", "queries"},
        {"a\nb", "control"},
        {many, "32 parts"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i + 1 < 66; i += 2)
        memcpy(many + i, "a.", 2);
    many[65] = '\0';
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_claim_path path;
        const char *why = NULL;

        assert_err(jg_claim_path_parse(jg_str(rows[i].path), &a, &path, &why),
                   JG_E_CONF_VALUE);
        if (why == NULL || strstr(why, rows[i].why) == NULL)
            fail_msg("%s: %s", rows[i].path, why);
    }
    jg_arena_free(&a);
}

static void
a_backslash_makes_any_character_a_plain_one(void **state)
{
    static const struct {
        const char *path, *claims;
    } rows[] = {
        {"a\\*b", "{\"a*b\":\"y\"}"},           {"\\@x", "{\"@x\":\"y\"}"},
        {"\\#(a)", "{\"#(a)\":\"y\"}"},         {"a\\|b", "{\"a|b\":\"y\"}"},
        {"a\\\\b", "{\"a\\\\b\":\"y\"}"},       {"\\.", "{\".\":\"y\"}"},
        {"x.a\\.b", "{\"x\":{\"a.b\":\"y\"}}"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_json *claims;

        assert_err(jg_json_parse(jg_str(rows[i].claims), &jg_json_limits_token,
                                 &a, &claims, NULL),
                   JG_OK);
        check_found(&a, claims, rows[i].path, "\"y\"");
    }
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_leads_to_its_value),
        cmocka_unit_test(what_is_no_path_is_refused_with_the_reason),
        cmocka_unit_test(a_backslash_makes_any_character_a_plain_one),
    };

    return cmocka_run_group_tests_name("model/claim_path", tests, NULL, NULL);
}
