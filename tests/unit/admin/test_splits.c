/* /tyk/splits: what is kept of split tokens, shown and forgotten. */
#include "admin_check.h"

#include "jose/sign.h"
#include "store/splits.h"

#define S "/tyk/splits"
#define UNKNOWN_ID S "/a0123456789abcdef0123456789abcdef"
#define ACCESS "access-token-signature-of-a-split-token-....-"
#define REFRESH "jgr1.refresh-token-of-the-same-login-........"

static void
bad_requests_are_told_what_is_wrong(void **state)
{
    static const struct exchange rows[] = {
        {"GET", S, "", 200, "{\"splits\":[]}\n"},
        {"GET", S "?limit=0", "", 400,
         FAILED("limit: expected a number from 1 to 16384")},
        {"GET", S "?limit=x", "", 400,
         FAILED("limit: expected a number from 1 to 16384")},
        {"GET", S "?after=x", "", 400,
         FAILED("after: expected the id of a split token: what \\\"next\\\" "
                "says in the answer before")},
        {"GET", S "?api_id=%4", "", 400,
         FAILED("The query has a broken %-escape")},
        {"GET", UNKNOWN_ID, "", 404, FAILED("Split token not found")},
        {"GET", S "/x", "", 404, FAILED("Split token not found")},
        {"DELETE", UNKNOWN_ID, "", 404, FAILED("Split token not found")},
        {"DELETE", S "/x", "", 404, FAILED("Split token not found")},
        {"DELETE", S, "", 400,
         FAILED("Which are meant? Say api_id=, subject= or both")},
        {"DELETE", S "?api_id=", "", 400,
         FAILED("Which are meant? Say api_id=, subject= or both")},
        {"DELETE", S "?api_id=a", "", 200,
         "{\"status\":\"ok\",\"action\":\"deleted\",\"deleted\":0}\n"},
        {"POST", S, "{}", 405, FAILED("Method not supported")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
keep(struct gateway *g, enum jg_split_kind kind, const char *handle,
     const char *login, const char *api_id, const char *subject)
{
    static unsigned char nonce[JG_SEAL_NONCE_BYTES];
    const struct jg_split_note note = {jg_str(subject), JG_STR("app")};
    struct jg_split split = {.kind = kind,
                             .org_id = JG_STR("o"),
                             .handle = jg_str(handle),
                             .text = JG_STR("kept-text"),
                             .api_id = jg_str(api_id),
                             .login = jg_str(login),
                             .ends_s = NOW_S + 60};
    struct jg_txn *txn;

    nonce[0]++;
    assert_err(jg_split_note_seal(JG_STR(SECRET), split.api_id, nonce, &note,
                                  &g->arena, &split.note),
               JG_OK);
    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_split_put(txn, &split, NOW_S, nonce, &g->arena), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

/* Of access tokens, each of a login of its own. */
static void
keep_many(struct gateway *g, unsigned count, const char *api_id,
          const char *subject)
{
    for (unsigned i = 0; i < count; i++) {
        char access[64], refresh[64];

        snprintf(access, sizeof(access), "%s-%s-%06u" ACCESS, api_id, subject,
                 i);
        snprintf(refresh, sizeof(refresh), "%s-%s-%06u" REFRESH, api_id,
                 subject, i);
        keep(g, JG_SPLIT_ACCESS, access, refresh, api_id, subject);
        keep(g, JG_SPLIT_REFRESH, refresh, "", api_id, subject);
    }
}

static const char *
id_of(struct gateway *g, const char *letter, const char *handle)
{
    char hex[65];

    assert_err(jg_sha256_hex(jg_str(handle), hex), JG_OK);
    return jg_arena_join(&g->arena,
                         (const struct jg_str[]){jg_str(letter), {hex, 32}}, 2)
        .p;
}

static void
a_token_is_shown_without_what_opens_it(void **state)
{
    char path[128], want[512];
    const char *access, *refresh;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    keep(&g, JG_SPLIT_ACCESS, ACCESS, REFRESH, "api", "ada \"x\"");
    keep(&g, JG_SPLIT_REFRESH, REFRESH, "", "api", "ada \"x\"");
    access = id_of(&g, "a", ACCESS);
    refresh = id_of(&g, "r", REFRESH);
    snprintf(want, sizeof(want),
             "{\"id\":\"%s\",\"kind\":\"access\",\"api_id\":\"api\","
             "\"org_id\":\"o\",\"subject\":\"ada \\\"x\\\"\",\"client\":"
             "\"app\",\"created\":1787308272,\"expires\":1787308332,"
             "\"refresh_id\":\"%s\"}\n",
             access, refresh);
    snprintf(path, sizeof(path), S "/%s", access);
    assert_str(ask(&g, "GET", path, ""), want);
    g.conf.secret = JG_STR("changed");
    g.secret = "changed";
    snprintf(want, sizeof(want),
             "{\"id\":\"%s\",\"kind\":\"refresh\",\"api_id\":\"api\","
             "\"org_id\":\"o\",\"created\":1787308272,\"expires\":1787308332}"
             "\n",
             refresh);
    snprintf(path, sizeof(path), S "/%s", refresh);
    assert_str(ask(&g, "GET", path, ""), want);
    gateway_close(&g);
}

static size_t
count_in(struct jg_str text, const char *what)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += jg_str_starts(jg_str_from(text, i), jg_str(what));
    return count;
}

static size_t
shown(struct gateway *g, const char *query)
{
    return count_in(ask(g, "GET", query, ""), "\"id\":");
}

static void
lists_are_filtered_and_cut_into_pages(void **state)
{
    char path[128] = S "?limit=7";
    size_t count = 0;
    unsigned pages = 0;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    keep_many(&g, 10, "a", "ada");
    keep_many(&g, 5, "a", "bob");
    keep_many(&g, 1, "b", "bob");
    assert_int_equal(shown(&g, S), 32);
    assert_int_equal(shown(&g, S "?api_id=b"), 2);
    assert_int_equal(shown(&g, S "?subject=b%6fb"), 12);
    assert_int_equal(shown(&g, S "?subject=bob&api_id=a"), 10);
    assert_int_equal(shown(&g, S "?subject=nobody"), 0);
    while (path[0] != '\0') {
        struct jg_str body = ask(&g, "GET", path, "");
        const char *next = memmem(body.p, body.len, "\"next\":\"", 8);

        count += count_in(body, "\"id\":");
        path[0] = '\0';
        if (next != NULL)
            snprintf(path, sizeof(path), S "?limit=7&after=%.*s",
                     JG_SPLIT_ID_CHARS, next + 8);
        assert_true(++pages <= 5);
    }
    assert_int_equal(count, 32);
    assert_int_equal(pages, 5);
    gateway_close(&g);
}

/* Also more than are found in one round. */
static void
what_is_meant_is_forgotten_and_nothing_else(void **state)
{
    char path[128];
    const char *access;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    keep(&g, JG_SPLIT_ACCESS, ACCESS, REFRESH, "api", "ada");
    keep(&g, JG_SPLIT_REFRESH, REFRESH, "", "api", "ada");
    keep_many(&g, 300, "a", "ada");
    keep_many(&g, 3, "b", "ada");
    keep_many(&g, 2, "b", "bob");
    access = id_of(&g, "a", ACCESS);
    snprintf(path, sizeof(path), S "/%s", access);
    ask(&g, "DELETE", path, "");
    assert_int_equal(g.response.status, 200);
    assert_int_equal(jg_counters_revocations(g.counters), 1);
    assert_int_equal(shown(&g, S "?api_id=api"), 0);
    assert_str(ask(&g, "DELETE", S "?api_id=a", ""),
               "{\"status\":\"ok\",\"action\":\"deleted\",\"deleted\":600}\n");
    assert_int_equal(jg_counters_revocations(g.counters), 2);
    assert_int_equal(shown(&g, S), 10);
    assert_str(ask(&g, "DELETE", S "?api_id=b&subject=ada", ""),
               "{\"status\":\"ok\",\"action\":\"deleted\",\"deleted\":6}\n");
    assert_int_equal(shown(&g, S "?subject=bob"), 4);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_requests_are_told_what_is_wrong),
        cmocka_unit_test(a_token_is_shown_without_what_opens_it),
        cmocka_unit_test(lists_are_filtered_and_cut_into_pages),
        cmocka_unit_test(what_is_meant_is_forgotten_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
