/*
 * Every allocation fails once, ours and those of the libraries, while requests
 * are answered and files loaded. Files and records are the old ones or the new
 * ones afterwards, never something between, and nothing leaks (under ASan).
 */

#include "admin_check.h"
#include "store/key_seal.h"
#include "store/keysets.h"
#include "torture.h"

#define TRIES_MAX 5000

/* Small pieces: as many allocations as can be. */
static void
fresh_arena(struct gateway *g)
{
    jg_arena_free(&g->arena);
    jg_arena_init(&g->arena, 64, 512 << 20);
}

/* Ask with the allocation <n> failing; false when it was not reached. */
static bool
ask_failing(struct gateway *g, const struct exchange *row, unsigned long n)
{
    fresh_arena(g);
    allocations = 0;
    fail_at = n;
    ask(g, row->method, row->path, row->body);
    fail_at = 0;
    return allocations >= n;
}

#define OLD_API API("a")
#define NEW_API " " API("a")
#define OLD_POLICY POLICY("p")
#define NEW_POLICY " " POLICY("p")

static void
set_up(struct gateway *g)
{
    gateway_open(g);
    put_file(g->apps, "a.json", OLD_API);
    put_file(g->policies, "p.json", OLD_POLICY);
    load_clean(g, JG_LOAD_START);
}

static bool
is_one_of(struct jg_str text, const char *a, const char *b)
{
    return jg_str_eq(text, jg_str(a)) || jg_str_eq(text, jg_str(b));
}

static void
a_request_is_answered_or_fails_as_a_whole(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/hello", "", 200, NULL},
        {"GET", "/ready", "", 200, NULL},
        {"GET", "/metrics", "", 200, NULL},
        {"GET", "/openapi.json", "", 200, NULL},
        {"GET", "/tyk/apis", "", 200, "[" OLD_API "]\n"},
        {"GET", "/tyk/apis/a", "", 200, OLD_API "\n"},
        {"GET", "/tyk/policies", "", 200, "[" OLD_POLICY "]\n"},
        {"GET", "/tyk/policies/p", "", 200, OLD_POLICY "\n"},
        {"GET", "/tyk/journal", "", 200, NULL},
        {"GET", "/tyk/reload", "", 200, OK_TEXT("")},
        {"POST", "/tyk/explain",
         "{\"api_id\":\"a\",\"token\":\"x.y.z\",\"path\":\"/a/b\"}", 200, NULL},
        {"POST", "/tyk/apis", "{", 400, FAILED("Request malformed")},
        {"POST", "/tyk/apis", "{\"proxy\":{}}", 400, NULL},
        {"PUT", "/tyk/apis/a", NEW_API, 200, CHANGED("a", "modified")},
        {"POST", "/tyk/apis", NEW_API, 200, CHANGED("a", "added")},
        {"PUT", "/tyk/policies/p", NEW_POLICY, 200, CHANGED("p", "modified")},
        {"POST", "/tyk/revocations", "{\"token\":\"x.y.z\"}", 200, NULL},
        {"POST", "/tyk/revocations", "{\"issued_before\":9}", 200, NULL},
        {"GET", "/tyk/revocations", "", 200, NULL},
        {"POST", "/tyk/keys/create", "{", 500, FAILED("Unmarshalling failed")},
        {"POST", "/tyk/keys/kay",
         "{\"org_id\":\"o\",\"apply_policies\":[\"p\"]}", 200, NULL},
        {"POST", "/tyk/keys/preview",
         "{\"org_id\":\"o\",\"apply_policies\":[\"p\"]}", 200, NULL},
        {"GET", "/tyk/keys?filter=o", "", 200, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct gateway g;
        unsigned long n = 1;

        set_up(&g);
        while (ask_failing(&g, &rows[i], n)) {
            int status = g.response.status;
            struct jg_str file;

            if (status != rows[i].status && status != 500 && status != 403)
                fail_msg("%s %s: %d when allocation %lu fails", rows[i].method,
                         rows[i].path, status, n);
            file = file_text(&g, g.apps, "a.json");
            assert_true(is_one_of(file, OLD_API, NEW_API));
            file = file_text(&g, g.policies, "p.json");
            assert_true(is_one_of(file, OLD_POLICY, NEW_POLICY));
            assert_str(record_text(&g, JG_KIND_API, "a"), OLD_API);
            assert_true(++n < TRIES_MAX);
        }
        assert_exchange(&g, &rows[i]);
        gateway_close(&g);
    }
}

#define OAS_PART                                                            \
    "\"x-tyk-api-gateway\":{\"info\":{\"id\":\"o\"},\"upstream\":{\"url\":" \
    "\"http://h/\"},\"server\":{\"listenPath\":{\"value\":\"/o/\"},"        \
    "\"authentication\":{\"enabled\":false}}}"
#define OLD_OAS "{\"openapi\":\"3\"," OAS_PART "}"
#define NEW_OAS "{" OAS_PART ",\"openapi\":\"3.1\"}"

static void
an_oas_document_is_changed_as_a_whole(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/apis", "", 200, NULL},
        {"GET", "/tyk/apis/o", "", 200, NULL},
        {"GET", "/tyk/apis/oas", "", 200, "[" OLD_OAS "]\n"},
        {"GET", "/tyk/apis/oas/o?mode=public", "", 200,
         "{\"openapi\":\"3\"}\n"},
        {"PUT", "/tyk/apis/oas/o", NEW_OAS, 200, CHANGED("o", "modified")},
        {"POST", "/tyk/apis/oas", NEW_OAS, 200, CHANGED("o", "added")},
        {"PATCH", "/tyk/apis/oas/o", "{\"openapi\":\"3.1\"}", 200,
         CHANGED("o", "modified")},
        {"POST", "/tyk/apis/oas",
         "{\"openapi\":\"3\",\"x-tyk-api-gateway\":{}}", 400, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct gateway g;
        unsigned long n = 1;

        gateway_open(&g);
        put_file(g.apps, "o-oas.json", OLD_OAS);
        load_clean(&g, JG_LOAD_START);
        while (ask_failing(&g, &rows[i], n)) {
            int status = g.response.status;

            if (status != rows[i].status && status != 500 && status != 403)
                fail_msg("%s %s: %d when allocation %lu fails", rows[i].method,
                         rows[i].path, status, n);
            assert_true(is_one_of(file_text(&g, g.apps, "o-oas.json"), OLD_OAS,
                                  NEW_OAS));
            assert_true(++n < TRIES_MAX);
        }
        assert_exchange(&g, &rows[i]);
        gateway_close(&g);
    }
}

#define KEYSET_ID \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEYSET                                                    \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"1\"," \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","      \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}"

static void
put_keyset(struct gateway *g)
{
    const struct jg_keyset keyset = {
        .url = JG_STR("https://idp.test/"),
        .body = JG_STR(KEYSET),
        .history = JG_STR("[{\"thumbprint\":\"t\",\"kid\":\"0\"}]")};
    const struct jg_key_url url = {.id = JG_STR(KEYSET_ID)};
    struct jg_txn *txn;

    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_keyset_put(txn, JG_STR(KEYSET_ID), &keyset), JG_OK);
    assert_err(jg_keyset_put_uses(txn, JG_STR("a"), &url, 1), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static size_t
keyset_bytes(struct gateway *g)
{
    struct jg_keyset keyset;
    struct jg_txn *txn;
    size_t bytes;

    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_keyset_get(txn, JG_STR(KEYSET_ID), &keyset), JG_OK);
    bytes = keyset.body.len;
    jg_txn_abort(txn);
    return bytes;
}

/* A key set whose owner withdrew it must not be said to be forgotten when it
 * is not. */
static void
a_key_set_is_shown_or_forgotten_as_a_whole(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/jwks", "", 200, NULL},
        {"DELETE", "/tyk/cache/jwks", "", 200, NULL},
        {"DELETE", "/tyk/cache/jwks/a", "", 200, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bool forgets = rows[i].method[0] == 'D';
        struct gateway g;
        unsigned long n = 1;

        set_up(&g);
        put_keyset(&g);
        while (ask_failing(&g, &rows[i], n)) {
            int status = g.response.status;

            if (status != 200 && status != 500 && status != 403)
                fail_msg("%s: %d when allocation %lu fails", rows[i].path,
                         status, n);
            if (status == 200 && forgets)
                assert_int_equal(keyset_bytes(&g), 0);
            put_keyset(&g);
            assert_true(++n < TRIES_MAX);
        }
        assert_exchange(&g, &rows[i]);
        assert_int_equal(keyset_bytes(&g) == 0, forgets);
        gateway_close(&g);
    }
}

static void
a_file_is_removed_or_stays(void **state)
{
    static const struct {
        struct exchange row;
        bool policy;
    } rows[] = {
        {{"DELETE", "/tyk/apis/a", "", 200, NULL}, false},
        {{"DELETE", "/tyk/policies/p", "", 200, NULL}, true},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *name = rows[i].policy ? "p.json" : "a.json";
        const char *old = rows[i].policy ? OLD_POLICY : OLD_API;
        struct gateway g;

        set_up(&g);
        for (unsigned long n = 1; ask_failing(&g, &rows[i].row, n); n++) {
            const char *folder = rows[i].policy ? g.policies : g.apps;
            struct jg_str file = file_text(&g, folder, name);

            assert_true(is_one_of(file, old, "(none)"));
            if (g.response.status == 200)
                assert_str(file, "(none)");
            put_file(folder, name, old);
            assert_true(n < TRIES_MAX);
        }
        gateway_close(&g);
    }
}

/* What a load says with the allocation <n> failing. */
static enum jg_err
load_failing(struct gateway *g, enum jg_load_mode mode, unsigned long n,
             bool *reached)
{
    enum jg_err err;

    allocations = 0;
    fail_at = n;
    err = load(g, mode);
    fail_at = 0;
    *reached = allocations >= n;
    return err;
}

/* Old and new stand for all records at once: they change together. */
static void
assert_old_or_new(struct gateway *g, enum jg_err err)
{
    struct jg_str a = record_text(g, JG_KIND_API, "a");
    struct jg_str b = record_text(g, JG_KIND_API, "b");
    struct jg_str p = record_text(g, JG_KIND_POLICY, "o\np");
    struct jg_txn *txn;

    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_KEYSET), err == JG_OK ? 2 : 0);
    assert_int_equal(jg_store_count(txn, JG_KIND_KEYSET_USE), err == JG_OK);
    jg_txn_abort(txn);

    if (err == JG_OK) {
        assert_str(a, NEW_API);
        assert_str(b, API("b"));
        assert_str(p, NEW_POLICY);
    } else {
        assert_str(a, OLD_API);
        assert_str(b, "(none)");
        assert_str(p, OLD_POLICY);
    }
}

#define URL_API                                                   \
    "{\"api_id\":\"u\",\"active\":true,\"enable_jwt\":true,"      \
    "\"jwt_signing_method\":\"rsa\",\"jwt_jwks_uris\":[{\"url\":" \
    "\"https://one/\"},{\"url\":\"https://two/\"}],\"proxy\":{"   \
    "\"listen_path\":\"/u/\",\"target_url\":\"http://127.0.0.1:9/\"}}"

static void
put_new_files(struct gateway *g)
{
    put_file(g->apps, "a.json", NEW_API);
    put_file(g->apps, "b.json", API("b"));
    put_file(g->apps, "c.json", API("b"));
    put_file(g->apps, "u.json", URL_API);
    put_file(g->apps, "d.json", "{");
    put_file(g->apps, "e.json", "{\"is_oas\":true}");
    put_file(g->apps, "e-oas.json", "{");
    put_file(g->policies, "p.json", NEW_POLICY);
}

static void
a_load_happens_as_a_whole_or_not_at_all(void **state)
{
    static const enum jg_load_mode modes[] = {JG_LOAD_START, JG_LOAD_RELOAD};

    (void)state;
    for (size_t i = 0; i < LEN(modes); i++) {
        bool reached = true;

        for (unsigned long n = 1; reached; n++) {
            struct gateway g;
            enum jg_err err;

            set_up(&g);
            put_new_files(&g);
            err = load_failing(&g, modes[i], n, &reached);
            if (err != JG_OK && err != JG_E_NOMEM && err != JG_E_STORE)
                fail_msg("%s when allocation %lu fails", jg_err_info(err)->name,
                         n);
            if (!reached)
                assert_err(err, JG_OK);
            assert_old_or_new(&g, err);
            gateway_close(&g);
            assert_true(n < TRIES_MAX);
        }
    }
}

static void
a_file_of_policies_is_loaded_as_a_whole_or_not_at_all(void **state)
{
    bool reached = true;

    (void)state;
    for (unsigned long n = 1; reached; n++) {
        char path[128];
        struct gateway g;
        enum jg_err err;

        gateway_open(&g);
        snprintf(path, sizeof(path), "%s/all.json", g.root);
        g.conf.policies.policy_path = JG_STR("");
        g.conf.policies.policy_record_name = jg_str(path);
        put_file(g.root, "all.json", "{\"a\":{},\"b\":{}}");
        load_clean(&g, JG_LOAD_START);
        put_file(g.root, "all.json", "{\"a\":{\"name\":\"n\"},\"b\":7}");
        err = load_failing(&g, JG_LOAD_RELOAD, n, &reached);
        assert_str(record_text(&g, JG_KIND_POLICY, "\na"),
                   err == JG_OK ? "{\"id\":\"a\",\"name\":\"n\"}"
                                : "{\"id\":\"a\"}");
        assert_str(record_text(&g, JG_KIND_POLICY, "\nb"), "{\"id\":\"b\"}");
        gateway_close(&g);
        assert_true(n < TRIES_MAX);
    }
}

#define SIGNATURE "0123456789abcdefghijklmnopqrstuvwxyzABCDEF_"
#define KEPT "\"x.y." SIGNATURE "\""
#define KEY(meta) \
    "{\"org_id\":\"o\",\"apply_policies\":[\"p\"],\"meta_data\":{" meta "}}"

static struct jg_key_seen
put_key(struct gateway *g)
{
    struct jg_stored_key record;
    struct jg_key_seen seen;
    struct jg_txn *txn;

    ask(g, "POST", "/tyk/keys/" SIGNATURE, KEY("\"t\":" KEPT ",\"n\":1"));
    assert_int_equal(g->response.status, 200);
    assert_err(jg_key_id(JG_STR("o" SIGNATURE), &seen.id), JG_OK);
    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_stored_key_get(txn, &seen.id, NOW_S, &record), JG_OK);
    seen.revision = record.revision;
    assert_false(jg_str_contains(record.session, JG_STR(SIGNATURE)));
    jg_txn_abort(txn);
    return seen;
}

static const struct jg_json *
json_of(struct gateway *g, const char *text)
{
    const struct jg_json *json = NULL;

    assert_err(jg_json_parse(jg_str(text), &jg_json_limits_conf, &g->arena,
                             &json, NULL),
               JG_OK);
    return json;
}

/* meta_data.n as who has the key is shown it, with the token beside it. */
static int64_t
shown(struct gateway *g)
{
    struct jg_str body = ask(g, "GET", "/tyk/keys/" SIGNATURE "?org_id=o", "");
    const struct jg_json *meta, *json = NULL;
    int64_t n = 0;

    assert_int_equal(g->response.status, 200);
    assert_err(
        jg_json_parse(body, &jg_json_limits_conf, &g->arena, &json, NULL),
        JG_OK);
    meta = jg_json_get(json, JG_STR("meta_data"));
    assert_str(jg_json_string(jg_json_get(meta, JG_STR("t"))),
               "x.y." SIGNATURE);
    assert_true(jg_json_to_int(jg_json_get(meta, JG_STR("n")), &n));
    return n;
}

/* A script's meta data is kept, or the key stays as it was; a token that is
 * sealed in it is never lost, nor in the clear. */
static void
meta_data_of_a_key_is_kept_as_a_whole(void **state)
{
    struct gateway g;
    enum jg_err err;
    unsigned long n = 1;

    (void)state;
    set_up(&g);
    g.conf.keys.hash_keys = true;
    do {
        struct jg_key_seen seen = put_key(&g);
        const struct jg_json *told, *meta;

        fresh_arena(&g);
        told = json_of(&g, "{\"t\":" KEPT ",\"n\":1}");
        meta = json_of(&g, "{\"t\":" KEPT ",\"n\":2}");
        allocations = 0;
        fail_at = n;
        err = jg_admin_key_meta(&g.admin, &seen, told, meta, &g.arena);
        fail_at = 0;
        assert_int_equal(shown(&g), err == JG_OK ? 2 : 1);
        assert_true(++n < TRIES_MAX);
    } while (err != JG_OK || allocations >= n - 1);
    assert_true(n > 5);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_or_fails_as_a_whole),
        cmocka_unit_test(an_oas_document_is_changed_as_a_whole),
        cmocka_unit_test(a_key_set_is_shown_or_forgotten_as_a_whole),
        cmocka_unit_test(a_file_is_removed_or_stays),
        cmocka_unit_test(a_load_happens_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_file_of_policies_is_loaded_as_a_whole_or_not_at_all),
        cmocka_unit_test(meta_data_of_a_key_is_kept_as_a_whole),
    };

    torture_openssl();
    torture_jansson();
    return cmocka_run_group_tests_name("admin/torture", tests, NULL, NULL);
}
