/* script.c, script_session.c: what the script of a virtual endpoint is told of
 * its caller. */
#include "stored_check.h"

#include "store/key_seal.h"

#define ENDPOINT(path, more)                                              \
    "{\"path\":\"" path "\",\"method\":\"GET\","                          \
    "\"response_function_name\":\"f\",\"function_source_type\":\"blob\"," \
    "\"function_source_uri\":\"\"" more "}"
#define SCRIPTS                                                              \
    ",\"version_data\":{\"not_versioned\":true,\"versions\":{\"Default\":{"  \
    "\"name\":\"Default\",\"use_extended_paths\":true,\"extended_paths\":{"  \
    "\"ignored\":[{\"path\":\"/free\",\"method_actions\":{\"GET\":{"         \
    "\"action\":\"no_action\"}}}],"                                          \
    "\"virtual\":[" ENDPOINT("/told", ",\"use_session\":true") "," ENDPOINT( \
        "/free", ",\"use_session\":true") "," ENDPOINT("/not", "") "]}}}}"
#define QUOTA ",\"quota_max\":9,\"quota_renewal_rate\":3600"

static const struct doc apis[] = {
    JWT_API("jwt", SCRIPTS),
    KEY_API("key", SCRIPTS),
    {"open", "{\"api_id\":\"open\",\"org_id\":\"default\",\"active\":true,"
             "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/open/\","
             "\"target_url\":\"http://127.0.0.1:8000\"}" SCRIPTS "}"},
    /* A user, and the session of the token that comes along. */
    JWT_API("both", ",\"use_standard_auth\":true,\"auth_configs\":{"
                    "\"authToken\":{\"auth_header_name\":\"X-Key\"},\"jwt\":{}"
                    "},\"base_identity_provided_by\":\"jwt_claim\"" SCRIPTS),
};

static const struct doc policies[] = {
    POLICY("all", ",\"rate\":7,\"per\":60,\"tags\":[\"gold\"],\"meta_data\":{"
                  "\"team\":\"red\"},\"access_rights\":{\"jwt\":{},\"key\":{},"
                  "\"both\":{},\"other\":{}}" QUOTA),
};

struct told {
    struct world w;
    struct jg_counters *counters;
    struct jg_split_cache *splits; /* or NULL */
    struct client c;
    struct jg_decision d;
    struct jg_arena a;
    const struct jg_json *session; /* NULL: nothing was told */
};

static void
open_world(struct told *t)
{
    char path[96];

    memset(t, 0, sizeof(*t));
    world_open(&t->w, "{\"enable_jsvm\":true}", apis, LEN(apis), policies,
               LEN(policies));
    snprintf(path, sizeof(path), "%s/counters", t->w.folder);
    assert_err(jg_counters_open(path, &t->counters), JG_OK);
}

static void
close_world(struct told *t)
{
    jg_counters_close(t->counters);
    world_close(&t->w);
}

static void
decide(struct told *t, const char *target, const char *lines,
       enum jg_verdict want)
{
    struct jg_signer *signer = signer_of_secret(SECRET);
    struct jg_buf token;

    jg_buf_init(&token, 4096);
    make_token(signer, HS256,
               "{\"sub\":\"ada\",\"pol\":\"all\",\"cid\":\"app\"}", &token);
    make_request(&t->c, target, lines, jg_buf_str(&token));
    jg_buf_free(&token);
    jg_signer_free(signer);
    start_decision(&t->d, t->w.snapshot, &t->c, &t->a);
    t->d.with.store = t->w.store;
    t->d.with.counters = t->counters;
    t->d.with.splits = t->splits;
    t->d.with.now_ms = (int64_t)NOW * 1000;
    if (jg_decide(&t->d) != want)
        fail_msg("%s: %s", target, jg_err_info(t->d.reason)->code);
    t->session = NULL;
    if (t->d.handler.session.len > 0)
        assert_err(jg_json_parse(t->d.handler.session, &jg_json_limits_conf,
                                 &t->a, &t->session, NULL),
                   JG_OK);
}

static void
end(struct told *t)
{
    end_decision(&t->d);
    end_request(&t->c);
}

/* The value at <path>, members and indexes with '/' between, is the JSON
 * <want>, apostrophes for quotes. */
static void
assert_told(struct told *t, const char *path, const char *want)
{
    struct jg_str rest = jg_str(path), name;
    struct jg_str text = jg_arena_str(&t->a, jg_str(want));
    const struct jg_json *at = t->session, *json;

    while (rest.len > 0 && jg_str_next(&rest, '/', &name))
        at = jg_json_get(at, name);
    for (char *p = (char *)(uintptr_t)text.p; *p != '\0'; p++)
        *p = *p == '\'' ? '"' : *p;
    assert_err(jg_json_parse(text, &jg_json_limits_conf, &t->a, &json, NULL),
               JG_OK);
    if (at == NULL || !jg_json_equal(at, json))
        fail_msg("%s is not %s in %.*s", path, want,
                 JG_STR_ARG(t->d.handler.session));
}

static void
a_tokens_session_is_told_as_tyk_would_store_it(void **state)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"alias", "'ada'"},
        {"org_id", "'default'"},
        {"oauth_client_id", "'app'"},
        {"apply_policies", "['all']"},
        {"meta_data/team", "'red'"},
        {"meta_data/TykJWTSessionID",
         "'default8c8d357b5e872bbacd45197626bd5759'"},
        {"tags", "['gold']"},
        {"rate", "7"},
        {"quota_max", "9"},
        {"quota_remaining", "8"},
        {"quota_renews", "1700003600"},
        {"quota_renewal_rate", "3600"},
        {"is_inactive", "false"},
        {"expires", "0"},
        {"access_rights/jwt/limit/quota_remaining", "8"},
        {"access_rights/other/limit/rate", "7"},
        {"jwt_data", "{'secret':''}"},
        {"date_created", "'0001-01-01T00:00:00Z'"},
    };
    struct told t;

    (void)state;
    open_world(&t);
    decide(&t, "/jwt/told", "Authorization: Bearer %T", JG_HAND_OVER);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_told(&t, rows[i].path, rows[i].want);
    assert_int_equal(t.d.handler.key.len, 0); /* it is stored nowhere */
    end(&t);
    close_world(&t);
}

static void
a_keys_session_is_told_with_its_own_members(void **state)
{
    struct jg_key_seen seen = {.revision = 0};
    struct jg_key_id id;
    struct told t;

    (void)state;
    open_world(&t);
    store_key(&t.w, "defaultkay",
              "{\"apply_policies\":[\"all\"],\"alias\":\"Kay\",\"own\":[1],"
              "\"meta_data\":{\"team\":\"blue\",\"x\":1},\"tags\":[\"t\"]}");
    decide(&t, "/key/told", "Authorization: kay", JG_HAND_OVER);
    assert_told(&t, "alias", "'Kay'");
    assert_told(&t, "own", "[1]");
    assert_told(&t, "meta_data", "{'team':'red','x':1}");
    assert_told(&t, "tags", "['gold','t']");
    assert_told(&t, "quota_remaining", "8");
    assert_true(jg_key_seen_read(t.d.handler.key, &seen));
    assert_err(jg_key_id(JG_STR("defaultkay"), &id), JG_OK);
    assert_memory_equal(&id, &seen.id, sizeof(id));
    end(&t);
    close_world(&t);
}

static void
a_master_key_has_no_rights_to_be_told(void **state)
{
    struct told t;

    (void)state;
    open_world(&t);
    store_key(&t.w, "defaultkay", "{\"org_id\":\"default\",\"rate\":5}");
    decide(&t, "/key/told", "Authorization: kay", JG_HAND_OVER);
    assert_told(&t, "access_rights", "{}");
    assert_told(&t, "rate", "5");
    end(&t);
    close_world(&t);
}

/* Where only the token's session counts, a key beside it is no place to keep
 * anything in. */
static void
of_two_sessions_the_one_that_counts_is_told(void **state)
{
    struct told t;

    (void)state;
    open_world(&t);
    store_key(&t.w, "defaultkay", "{\"apply_policies\":[\"all\"]}");
    decide(&t, "/both/told", "Authorization: Bearer %T\nX-Key: kay",
           JG_HAND_OVER);
    assert_told(&t, "alias", "'ada'");
    assert_int_equal(t.d.handler.key.len, 0);
    end(&t);
    close_world(&t);
}

static void
without_caller_the_session_is_an_empty_one(void **state)
{
    static const char *const targets[] = {"/open/told", "/open/free",
                                          "/key/free"};
    struct told t;

    (void)state;
    open_world(&t);
    for (size_t i = 0; i < LEN(targets); i++) {
        decide(&t, targets[i], "", JG_HAND_OVER);
        assert_told(&t, "alias", "''");
        assert_told(&t, "org_id", "''");
        assert_told(&t, "access_rights", "{}");
        assert_told(&t, "meta_data", "{}");
        assert_int_equal(t.d.handler.key.len, 0);
        end(&t);
    }
    decide(&t, "/open/not", "", JG_HAND_OVER);
    assert_null(t.session);
    end(&t);
    close_world(&t);
}

/* {"access_rights":{"key":{},"a0":{<more>},...},"meta_data":{"x":"xxx"}} */
static void
store_large(struct told *t, unsigned rights, const char *more, size_t meta)
{
    struct jg_buf b;

    jg_buf_init(&b, 1024 * 1024);
    jg_buf_add(&b, JG_STR("{\"access_rights\":{\"key\":{\"limit\":{\"rate\":"
                          "5,\"per\":1}}"));
    for (unsigned i = 0; i < rights; i++)
        jg_buf_addf(&b, ",\"a%u\":{%s}", i, more);
    jg_buf_add(&b, JG_STR("},\"tags\":[\"t\"],\"meta_data\":{\"x\":\""));
    for (size_t i = 0; i < meta; i++)
        jg_buf_addc(&b, 'x');
    jg_buf_add(&b, JG_STR("\"}}"));
    jg_buf_addc(&b, '\0');
    assert_false(b.failed);
    store_key(&t->w, "defaultkay", jg_buf_str(&b).p);
    jg_buf_free(&b);
}

static size_t
rights_told(const struct told *t)
{
    return jg_json_get(t->session, JG_STR("access_rights"))->count;
}

static void
with_too_many_rights_those_on_this_api_are_told(void **state)
{
    static const struct {
        unsigned rights;
        size_t meta;
        size_t want;
    } rows[] = {
        {255, 9, 256},        /* as many as are looked at */
        {256, 9, 1},          /* one more */
        {200, 100 * 1024, 1}, /* as many as have room */
    };
    struct told t;

    (void)state;
    open_world(&t);
    for (size_t i = 0; i < LEN(rows); i++) {
        store_large(&t, rows[i].rights, "", rows[i].meta);
        decide(&t, "/key/told", "Authorization: kay", JG_HAND_OVER);
        assert_int_equal(rights_told(&t), rows[i].want);
        assert_told(&t, "access_rights/key/limit/rate", "5");
        assert_told(&t, "tags", "['t']");
        end(&t);
    }
    store_large(&t, 1, "", 200 * 1024);
    decide(&t, "/key/told", "Authorization: kay", JG_DENY);
    assert_err(t.d.reason, JG_E_HEADER_SIZE);
    end(&t);
    decide(&t, "/key/not", "Authorization: kay", JG_HAND_OVER);
    end(&t);
    close_world(&t);
}

#define SIGNATURE "0123456789abcdefghijklmnopqrstuvwxyzABCDEF_"

/* As TykSetKeyData() keeps it. */
static void
store_sealed(struct told *t, const char *session)
{
    static const unsigned char nonce[JG_SEAL_NONCE_BYTES] = "twelve bytes";
    struct jg_str key = JG_STR(SIGNATURE), sealed;
    struct jg_txn *txn;
    struct jg_arena a;

    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_txn_write(t->w.store, &txn), JG_OK);
    assert_err(jg_key_seal(txn, key, JG_STR("default"), nonce, jg_str(session),
                           &a, &sealed),
               JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK); /* with what salts it */
    assert_true(jg_key_is_sealed(sealed));
    store_key(&t->w, SIGNATURE, sealed.p);
    jg_arena_free(&a);
}

static void
assert_opened(struct told *t, const char *want)
{
    decide(t, "/key/told", "Authorization: " SIGNATURE, JG_HAND_OVER);
    assert_told(t, "meta_data/token", want);
    end(t);
}

/* ... and what it opens is another one as soon as the key is. */
static void
a_sealed_token_is_opened_with_and_without_cache(void **state)
{
    static const struct jg_hash_key hash_key = {1, 2};
    struct jg_split_cache *cache;
    struct told t;

    (void)state;
    open_world(&t);
    assert_err(jg_split_cache_new(&hash_key, &cache), JG_OK);
    for (int cached = 0; cached < 2; cached++) {
        t.splits = cached ? cache : NULL;
        store_sealed(&t, "{\"access_rights\":{\"key\":{}},\"meta_data\":{"
                         "\"token\":\"x.y." SIGNATURE "\"}}");
        for (int i = 0; i < 3; i++)
            assert_opened(&t, "'x.y." SIGNATURE "'");
        store_sealed(&t, "{\"access_rights\":{\"key\":{}},\"meta_data\":{"
                         "\"token\":\"z.y." SIGNATURE "\"}}");
        assert_opened(&t, "'z.y." SIGNATURE "'");
        store_key(&t.w, SIGNATURE,
                  "{\"access_rights\":{\"key\":{}},\"meta_data\":{"
                  "\"token\":\"plain\"}}");
        assert_opened(&t, "'plain'");
        drop_key(&t.w, SIGNATURE);
        decide(&t, "/key/told", "Authorization: " SIGNATURE, JG_DENY);
        end(&t);
    }
    jg_split_cache_free(cache);
    close_world(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tokens_session_is_told_as_tyk_would_store_it),
        cmocka_unit_test(a_keys_session_is_told_with_its_own_members),
        cmocka_unit_test(a_master_key_has_no_rights_to_be_told),
        cmocka_unit_test(of_two_sessions_the_one_that_counts_is_told),
        cmocka_unit_test(without_caller_the_session_is_an_empty_one),
        cmocka_unit_test(with_too_many_rights_those_on_this_api_are_told),
        cmocka_unit_test(a_sealed_token_is_opened_with_and_without_cache),
    };

    return cmocka_run_group_tests_name("access/script", tests, NULL, NULL);
}
