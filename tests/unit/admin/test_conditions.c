/* If-Match and If-None-Match: edits that are not lost. */
#include "admin_check.h"

#include <sys/wait.h>

#define WRITERS 8

#define CHANGED_SINCE                                                     \
    FAILED("If-Match: it was changed since it was read; reload, read it " \
           "again and repeat the change")
#define THERE FAILED("If-None-Match: it is there already")

#define OAS                                                                   \
    "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},"    \
    "\"paths\":{},\"x-tyk-api-gateway\":{\"info\":{"                          \
    "\"id\":\"o\",\"name\":\"o\",\"state\":{\"active\":true}},\"upstream\":{" \
    "\"url\":\"http://127.0.0.1:9/\"},\"server\":{\"listenPath\":{\"value\":" \
    "\"/o/\"}}}}"

/* One document of each kind, and how it is reached. */
static const struct kind {
    const char *file, *path, *post, *text;
} kinds[] = {
    {"a.json", "/tyk/apis/a", "/tyk/apis", API("a")},
    {"o-oas.json", "/tyk/apis/oas/o", "/tyk/apis/oas", OAS},
    {"p.json", "/tyk/policies/p", "/tyk/policies", POLICY("p")},
};

/* The text with a blank more: another one, as good as before. */
static const char *
edited(struct gateway *g, const struct kind *kind, unsigned n)
{
    size_t len = strlen(kind->text);
    char *p = jg_arena_alloc(&g->arena, len + n + 1);

    assert_non_null(p);
    p[0] = '{';
    memset(p + 1, ' ', n);
    memcpy(p + 1 + n, kind->text + 1, len); /* with its NUL */
    return p;
}

static const char *
folder_of(const struct gateway *g, const struct kind *kind)
{
    return strcmp(kind->file, "p.json") == 0 ? g->policies : g->apps;
}

static void
open_with_all(struct gateway *g)
{
    gateway_open(g);
    for (size_t i = 0; i < LEN(kinds); i++)
        put_file(folder_of(g, &kinds[i]), kinds[i].file, kinds[i].text);
    load_clean(g, JG_LOAD_START);
}

/* The tag of the last answer, kept. */
static const char *
tag(struct gateway *g)
{
    size_t len = strlen(g->response.etag);
    char *p = jg_arena_alloc(&g->arena, len + 1);

    assert_int_equal(len, JG_ETAG_CHARS - 1);
    assert_true(g->response.etag[0] == '"');
    memcpy(p, g->response.etag, len + 1);
    return p;
}

static int
put(struct gateway *g, const struct kind *kind, const char *if_match,
    const char *body)
{
    g->if_match = if_match;
    ask(g, "PUT", kind->path, body);
    g->if_match = NULL;
    return g->response.status;
}

static void
a_change_wants_what_was_read(void **state)
{
    struct gateway g;

    (void)state;
    open_with_all(&g);
    for (size_t i = 0; i < LEN(kinds); i++) {
        const struct kind *k = &kinds[i];
        const char *read, *written;

        ask(&g, "GET", k->path, "");
        read = tag(&g);
        assert_int_equal(put(&g, k, read, edited(&g, k, 1)), 200);
        written = tag(&g);
        assert_string_not_equal(read, written);

        /* Whoever read before is late, though nothing was loaded yet. */
        assert_int_equal(put(&g, k, read, edited(&g, k, 2)), 412);
        assert_str(jg_buf_str(&g.response.body), CHANGED_SINCE);
        assert_string_equal(g.response.etag, "");
        assert_str(file_text(&g, folder_of(&g, k), k->file), edited(&g, k, 1));

        /* Whoever wrote may go on, and without a condition everybody. */
        assert_int_equal(put(&g, k, written, edited(&g, k, 3)), 200);
        assert_int_equal(put(&g, k, NULL, edited(&g, k, 1)), 200);
        assert_string_equal(tag(&g), written);

        load_clean(&g, JG_LOAD_RELOAD);
        ask(&g, "GET", k->path, "");
        assert_string_equal(tag(&g), written);
    }
    gateway_close(&g);
}

static void
conditions_are_read_as_the_rfc_says(void **state)
{
    static const struct {
        const char *before, *after; /* the tag stands between them */
        int match, none_match;      /* the answers of a PUT */
    } rows[] = {
        {"", "", 200, 412},        {" ", "\t", 200, 412},
        {"\"x\", ", "", 200, 412}, {"\"x\",,", ",W/\"y\"", 200, 412},
        {"W/", "", 412, 200}, /* a weak tag is equal to none */
        {"x", "", 412, 200},       {"", "x", 412, 200},
        {"\"", "\"", 412, 200},
    };
    static const struct {
        const char *value;
        int match, none_match;
    } without_tag[] = {
        {"*", 200, 412},     {" * ", 200, 412},  {"", 412, 200},
        {",", 412, 200},     {"\"\"", 412, 200}, {"**", 412, 200},
        {"\"*\"", 412, 200},
    };
    const struct kind *k = &kinds[0];
    struct gateway g;
    char value[128];

    (void)state;
    open_with_all(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        ask(&g, "GET", k->path, "");
        snprintf(value, sizeof(value), "%s%s%s", rows[i].before,
                 g.response.etag, rows[i].after);
        assert_int_equal(put(&g, k, value, k->text), rows[i].match);
        g.if_none_match = value;
        assert_int_equal(put(&g, k, NULL, k->text), rows[i].none_match);
        g.if_none_match = NULL;
    }
    for (size_t i = 0; i < LEN(without_tag); i++) {
        assert_int_equal(put(&g, k, without_tag[i].value, k->text),
                         without_tag[i].match);
        g.if_none_match = without_tag[i].value;
        assert_int_equal(put(&g, k, NULL, k->text), without_tag[i].none_match);
        g.if_none_match = NULL;
    }
    gateway_close(&g);
}

static void
a_star_makes_new_documents_only(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(kinds); i++) {
        const struct kind *k = &kinds[i];
        const struct exchange none[] = {
            {"POST", k->post, k->text, 200, NULL},
            {"POST", k->post, k->text, 412, THERE}, /* loaded or not */
        };

        g.if_none_match = "*";
        for (size_t n = 0; n < LEN(none); n++)
            assert_exchange(&g, &none[n]);
        load_clean(&g, JG_LOAD_RELOAD);
        assert_exchange(&g, &none[1]);
        g.if_none_match = NULL;

        ask(&g, "DELETE", k->path, "");
        assert_int_equal(g.response.status, 200);
        g.if_match = "*"; /* changes what is there only */
        ask(&g, "POST", k->post, k->text);
        assert_str(jg_buf_str(&g.response.body), CHANGED_SINCE);
        g.if_match = NULL;
        assert_str(file_text(&g, folder_of(&g, k), k->file), "(none)");
        load_clean(&g, JG_LOAD_RELOAD);
    }
    gateway_close(&g);
}

static void
a_stale_delete_deletes_nothing(void **state)
{
    struct gateway g;

    (void)state;
    open_with_all(&g);
    put_file(g.apps, "o.json", "{\"api_id\":\"o\"}"); /* Tyk's twin */
    for (size_t i = 0; i < LEN(kinds); i++) {
        const struct kind *k = &kinds[i];
        const char *read;

        ask(&g, "GET", k->path, "");
        read = tag(&g);
        put(&g, k, NULL, edited(&g, k, 1));
        g.if_match = read;
        assert_str(ask(&g, "DELETE", k->path, ""), CHANGED_SINCE);
        assert_int_equal(g.response.status, 412);
        assert_str(file_text(&g, folder_of(&g, k), k->file), edited(&g, k, 1));
        assert_str(file_text(&g, g.apps, "o.json"),
                   i < 2 ? "{\"api_id\":\"o\"}" : "(none)");
        put(&g, k, NULL, k->text);
        g.if_match = read;
        ask(&g, "DELETE", k->path, "");
        assert_int_equal(g.response.status, 200);
        g.if_match = NULL;
    }
    assert_str(file_text(&g, g.apps, "o.json"), "(none)");
    gateway_close(&g);
}

static void
a_reader_is_told_that_nothing_changed(void **state)
{
    struct gateway g;

    (void)state;
    open_with_all(&g);
    for (size_t i = 0; i < LEN(kinds); i++) {
        const char *read;

        ask(&g, "GET", kinds[i].path, "");
        read = tag(&g);
        g.if_none_match = read;
        assert_str(ask(&g, "GET", kinds[i].path, ""), "");
        assert_int_equal(g.response.status, 304);
        assert_null(g.response.content_type);
        assert_string_equal(g.response.etag, read);
        g.if_none_match = "\"other\"";
        ask(&g, "GET", kinds[i].path, "");
        assert_int_equal(g.response.status, 200);
        g.if_none_match = NULL;
    }
    g.if_none_match = "*"; /* of what is not there nothing is said */
    ask(&g, "GET", "/tyk/apis/none", "");
    assert_int_equal(g.response.status, 404);
    assert_string_equal(g.response.etag, "");
    gateway_close(&g);
}

/* A text of its own, at the same moment as the others. */
static void
write_at_once(struct gateway *g, unsigned n, const char *etag, int gate)
{
    char byte;

    gateway_attach(g);
    assert_int_equal(read(gate, &byte, 1), 0);
    _exit(put(g, &kinds[0], etag, edited(g, &kinds[0], n + 1)) == 200 ? 1 : 0);
}

static void
of_many_writers_one_wins(void **state)
{
    char before[JG_ETAG_CHARS];
    struct gateway g;

    (void)state;
    gateway_place(&g);
    put_file(g.apps, kinds[0].file, kinds[0].text);
    gateway_attach(&g);
    load_clean(&g, JG_LOAD_START);
    ask(&g, "GET", kinds[0].path, "");
    memcpy(before, g.response.etag, sizeof(before));
    gateway_detach(&g);
    for (unsigned round = 0; round < 10; round++) {
        int gate[2], status, winners = 0;

        put_file(g.apps, kinds[0].file, kinds[0].text);
        assert_int_equal(pipe(gate), 0);
        for (unsigned n = 0; n < WRITERS; n++)
            if (fork() == 0) {
                close(gate[1]);
                write_at_once(&g, n, before, gate[0]);
            }
        close(gate[0]);
        close(gate[1]);
        for (unsigned n = 0; n < WRITERS; n++) {
            assert_true(wait(&status) > 0);
            assert_true(WIFEXITED(status));
            winners += WEXITSTATUS(status);
        }
        assert_int_equal(winners, 1);
    }
    gateway_attach(&g);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_wants_what_was_read),
        cmocka_unit_test(conditions_are_read_as_the_rfc_says),
        cmocka_unit_test(a_star_makes_new_documents_only),
        cmocka_unit_test(a_stale_delete_deletes_nothing),
        cmocka_unit_test(a_reader_is_told_that_nothing_changed),
        cmocka_unit_test(of_many_writers_one_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
