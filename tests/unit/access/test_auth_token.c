/* auth_token.c, stored.c: who presents a stored key. */
#include "stored_check.h"

#include "base/murmur.h"

#define SESSION(more) \
    "{\"org_id\":\"default\",\"access_rights\":{\"a\":{}}" more "}"
#define WITH_POLICY(id) "{\"org_id\":\"default\",\"apply_policies\":[" id "]}"

static const struct doc apis[] = {
    KEY_API("a", ""),
    KEY_API("b", ""),
    KEY_API("places",
            ",\"auth_configs\":{\"authToken\":{\"auth_header_name\":\"X-Key\","
            "\"use_param\":true,\"param_name\":\"key\",\"use_cookie\":true,"
            "\"cookie_name\":\"key\"}}"),
    KEY_API("strip", ",\"strip_auth_data\":true"),
    {"other", "{\"api_id\":\"other\",\"org_id\":\"other\",\"active\":true,"
              "\"use_standard_auth\":true,\"proxy\":{\"listen_path\":\"/other/"
              "\",\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"none", "{\"api_id\":\"none\",\"active\":true,\"use_standard_auth\":true"
             ",\"proxy\":{\"listen_path\":\"/none/\",\"target_url\":"
             "\"http://127.0.0.1:8000\"}}"},
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"a\":{},\"b\":{}}"),
    POLICY("off", ",\"is_inactive\":true,\"access_rights\":{\"a\":{}}"),
};

static struct world *
open_world(const char *conf)
{
    static struct world w;

    world_open(&w, conf, apis, LEN(apis), policies, LEN(policies));
    return &w;
}

static void
answers_are_tyks_byte_by_byte(void **state)
{
    static const struct {
        const char *name, *lines, *token;
        enum jg_err reason;
        int status;
        const char *text, *authenticate;
    } rows[] = {
        {"stored", "Authorization: %T", "defaultalice", JG_OK, 200, "", ""},
        {"by its id", "Authorization: %T", "alice", JG_OK, 200, "", ""},
        {"as Bearer", "Authorization: bEARER %T", "alice", JG_OK, 200, "", ""},
        {"nothing", "X: y", "", JG_E_AUTH_TOKEN_MISSING, 401,
         "Authorization field missing", "Bearer"},
        {"an empty header", "Authorization: ", "", JG_E_AUTH_TOKEN_MISSING, 401,
         "Authorization field missing", "Bearer"},
        {"unknown", "Authorization: %T", "alicf", JG_E_AUTH_TOKEN, 403,
         "Access to this API has been disallowed",
         "Bearer error=\"invalid_token\""},
        {"too short", "Authorization: %T", "al", JG_E_AUTH_TOKEN_SIZE, 403,
         "Access to this API has been disallowed",
         "Bearer error=\"invalid_token\""},
        {"Basic", "Authorization: Basic %T", "alice", JG_E_AUTH_TOKEN, 403,
         "Access to this API has been disallowed",
         "Bearer error=\"invalid_token\""},
        {"two spaces", "Authorization: Bearer  %T", "alice", JG_E_AUTH_TOKEN,
         403, "Access to this API has been disallowed",
         "Bearer error=\"invalid_token\""},
        {"two that differ", "Authorization: %T\nAuthorization: other", "alice",
         JG_E_TOKEN_TWICE, 400, "Authorization field duplicated",
         "Bearer error=\"invalid_request\""},
        {"expired", "Authorization: %T", "zz expired", JG_E_KEY_EXPIRED, 401,
         "Key has expired, please renew", "Bearer error=\"invalid_token\""},
        {"inactive", "Authorization: %T", "zz inactive", JG_E_KEY_INACTIVE, 403,
         "Key is inactive, please renew", "Bearer error=\"invalid_token\""},
        {"inactive by policy", "Authorization: %T", "zz off", JG_E_KEY_INACTIVE,
         403, "Key is inactive, please renew",
         "Bearer error=\"invalid_token\""},
        {"by policy", "Authorization: %T", "zz policy", JG_OK, 200, "", ""},
        {"one policy of two", "Authorization: %T", "zz one of two", JG_OK, 200,
         "", ""},
        {"no such policy", "Authorization: %T", "zz gone",
         JG_E_AUTH_TOKEN_POLICIES, 403,
         "Access to this API has been disallowed",
         "Bearer error=\"invalid_token\""},
        {"no session", "Authorization: %T", "zz broken",
         JG_E_AUTH_TOKEN_SESSION, 403, "Access to this API has been disallowed",
         "Bearer error=\"invalid_token\""},
        {"another API", "Authorization: %T", "zz elsewhere", JG_E_ACCESS, 403,
         "Access to this API has been disallowed",
         "Bearer error=\"insufficient_scope\""},
        {"never expires", "Authorization: %T", "zz minus one", JG_OK, 200, "",
         ""},
    };
    struct world *w = open_world("{}");

    (void)state;
    store_key(w, "defaultalice", SESSION(""));
    store_key(w, "zz expired", SESSION(",\"expires\":1700000000"));
    store_key(w, "zz minus one", SESSION(",\"expires\":-1"));
    store_key(w, "zz inactive", SESSION(",\"is_inactive\":true"));
    store_key(w, "zz off", WITH_POLICY("\"off\""));
    store_key(w, "zz policy", WITH_POLICY("\"all\""));
    store_key(w, "zz one of two", WITH_POLICY("\"gone\",\"all\""));
    store_key(w, "zz gone", WITH_POLICY("\"gone\""));
    store_key(w, "zz broken", "{\"access_rights\":7}");
    store_key(w, "zz elsewhere", "{\"access_rights\":{\"b\":{}}}");
    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer answer;

        ask(w, "/a/", rows[i].lines, jg_str(rows[i].token), &answer);
        if (answer.reason != rows[i].reason)
            print_error("row \"%s\"\n", rows[i].name);
        assert_err(answer.reason, rows[i].reason);
        assert_int_equal(answer.status, rows[i].status);
        assert_string_equal(answer.text, rows[i].text);
        assert_string_equal(answer.authenticate, rows[i].authenticate);
        if (strlen(rows[i].token) > 3) /* what explain says shows no key */
            assert_null(strstr(answer.seen, rows[i].token));
    }
    world_close(w);
}

static void
the_owner_s_words_and_status_are_said_instead(void **state)
{
    static const struct {
        const char *lines;
        int status;
        const char *text;
    } rows[] = {
        {"X: y", 401, "Who are you?"},
        {"Authorization: alicf", 404, "Access to this API has been disallowed"},
        {"Authorization: zz-expired", 401, "Key has expired, please renew"},
    };
    struct world *w =
        open_world("{\"override_messages\":{"
                   "\"auth.auth_field_missing\":{\"message\":\"Who are you?\"},"
                   "\"auth.key_not_found\":{\"code\":404}}}");

    (void)state;
    store_key(w, "zz-expired", SESSION(",\"expires\":1700000000"));
    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer answer;

        ask(w, "/a/", rows[i].lines, JG_STR(""), &answer);
        assert_int_equal(answer.status, rows[i].status);
        assert_string_equal(answer.text, rows[i].text);
    }
    world_close(w);
}

static void
a_key_is_found_in_header_query_and_cookie(void **state)
{
    static const struct {
        const char *target, *lines;
        enum jg_err want;
    } rows[] = {
        {"/places/", "X-Key: alice", JG_OK},
        {"/places/?key=alice", "A: b", JG_OK},
        {"/places/?key=al%69ce", "A: b", JG_OK},
        {"/places/", "Cookie: a=b; key=alice", JG_OK},
        {"/places/", "Authorization: alice", JG_E_AUTH_TOKEN_MISSING},
        {"/places/?key=alice", "X-Key: bobby", JG_E_TOKEN_TWICE},
        {"/places/?key=alice", "X-Key: alice", JG_OK},
    };
    struct world *w = open_world("{}");

    (void)state;
    store_key(w, "defaultalice", "{\"access_rights\":{\"places\":{}}}");
    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer answer;

        ask(w, rows[i].target, rows[i].lines, JG_STR(""), &answer);
        assert_err(answer.reason, rows[i].want);
    }
    world_close(w);
}

/* {"org":"default"/"other","id":"alice","h":"murmur64"} */
#define ALICE "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJhbGljZSIsImgiOiJtdXJtdXI2NCJ9"
#define STRANGE "eyJvcmciOiJvdGhlciIsImlkIjoiYWxpY2UiLCJoIjoibXVybXVyNjQifQ=="

static void
the_stored_key_is_the_name_of_the_session(void **state)
{
    struct world *w = open_world("{\"hash_keys\":true,\"hash_key_function\":"
                                 "\"murmur64\",\"hash_key_function_fallback\":["
                                 "\"sha256\",\"\"]}");
    static const struct {
        const char *token, *id;
    } rows[] = {
        {"alice", ALICE}, /* made of the id */
        {ALICE, ALICE},   /* of this organisation: itself only */
        {"plain key", "plain key"},
        {"legacy", "defaultlegacy"}, /* by a fallback */
    };
    struct answer answer;

    (void)state;
    store_key(w, ALICE, SESSION(""));
    store_key(w, "alice", SESSION(",\"is_inactive\":true")); /* comes later */
    store_key(w, "plain key", SESSION(""));
    store_key(w, "defaultlegacy", SESSION(""));
    for (size_t i = 0; i < LEN(rows); i++) {
        ask(w, "/a/", "Authorization: %T", jg_str(rows[i].token), &answer);
        assert_err(answer.reason, JG_OK);
        assert_string_equal(answer.id, rows[i].id);
    }
    drop_key(w, ALICE);
    assert_err(present(w, "/a/", "alice"), JG_E_KEY_INACTIVE);
    assert_err(present(w, "/a/", ALICE), JG_E_AUTH_TOKEN);
    world_close(w);
}

static void
settings_decide_what_a_key_stands_for(void **state)
{
    struct world *w = open_world("{\"disable_key_actions_by_username\":true,"
                                 "\"min_token_length\":6}");

    (void)state;
    store_key(w, "defaultalice", SESSION(""));
    store_key(w, "short", SESSION(""));
    assert_err(present(w, "/a/", "defaultalice"), JG_OK);
    assert_err(present(w, "/a/", "alice2"), JG_E_AUTH_TOKEN);
    assert_err(present(w, "/a/", "short"), JG_E_AUTH_TOKEN_SIZE);
    world_close(w);
}

static void
organisations_keep_apart(void **state)
{
    struct world *w = open_world("{\"hash_key_function\":\"murmur64\"}");

    (void)state;
    /* A key of the other organisation, by its id and by itself. */
    store_key(w, STRANGE, "{\"org_id\":\"other\"}");
    assert_err(present(w, "/other/", "alice"), JG_OK); /* a master key */
    assert_err(present(w, "/other/", STRANGE), JG_OK);
    assert_err(present(w, "/a/", "alice"), JG_E_AUTH_TOKEN);
    assert_err(present(w, "/a/", STRANGE), JG_E_AUTH_TOKEN_ORG);
    /* Rights that name the API are rights, as in Tyk. */
    store_key(w, STRANGE,
              "{\"org_id\":\"other\",\"access_rights\":{\"a\":{}}}");
    assert_err(present(w, "/a/", STRANGE), JG_OK);
    assert_err(present(w, "/b/", STRANGE), JG_E_ACCESS);
    /* A policy of an organisation counts in that one only. */
    store_key(w, STRANGE,
              "{\"org_id\":\"other\",\"apply_policies\":[\"all\"]}");
    assert_err(present(w, "/other/", STRANGE), JG_E_AUTH_TOKEN_POLICIES);
    /* Without an organisation there is nothing to compare. */
    store_key(w, "master", "{}");
    assert_err(present(w, "/none/", "master"), JG_OK);
    assert_err(present(w, "/a/", "master"), JG_OK);
    /* A session that does not say whose it is: its record says it. */
    assert_err(present(w, "/other/", "master"), JG_E_AUTH_TOKEN_ORG);
    store_key(w, "by policy", "{\"apply_policies\":[\"all\"]}");
    assert_err(present(w, "/other/", "by policy"), JG_E_AUTH_TOKEN_POLICIES);
    world_close(w);
}

static void
what_collides_with_a_key_is_not_that_key(void **state)
{
    static const char *const others[] = {
        "defaultalice1",   "defaultalice12", "defaultalicexyz", "alicexyz",
        "defaultalice\t1", "DEFAULTALICE",   "defaultalic",     "defaultalice,",
    };
    struct world *w = open_world("{\"hash_keys\":true}");
    char hash[9];

    (void)state;
    store_key(w, "defaultalice", SESSION(""));
    for (size_t i = 0; i < LEN(others); i++)
        assert_err(present(w, "/a/", others[i]), JG_E_AUTH_TOKEN);
    snprintf(hash, sizeof(hash), "%08x",
             jg_murmur_tyk_32(JG_STR("defaultalice")));
    assert_err(present(w, "/a/", hash), JG_E_AUTH_TOKEN);
    world_close(w);
}

static void
any_bytes_of_any_length_are_a_key_that_nobody_has(void **state)
{
    static const size_t lengths[] = {0,   1,    2,    3,    4,
                                     100, 8191, 8192, 8193, 65536};
    static char text[65536];
    struct world *w = open_world("{\"hash_key_function\":\"sha256\"}");
    struct answer answer;

    (void)state;
    store_key(w, "defaultalice", SESSION(""));
    for (size_t i = 0; i < LEN(lengths); i++)
        for (int c = 1; c < 256; c += 7) {
            memset(text, c, lengths[i]);
            ask(w, "/a/", "Authorization: x%T",
                (struct jg_str){text, lengths[i]}, &answer);
            assert_true(answer.status == 401 || answer.status == 403 ||
                        answer.status == 400);
        }
    world_close(w);
}

static void
a_key_that_has_ended_is_unknown(void **state)
{
    struct world *w = open_world("{}");

    (void)state;
    store_key_until(w, JG_STR("later"), SESSION(""), NOW + 1);
    store_key_until(w, JG_STR("ended"), SESSION(""), NOW);
    assert_err(present(w, "/a/", "later"), JG_OK);
    assert_err(present(w, "/a/", "ended"), JG_E_AUTH_TOKEN);
    world_close(w);
}

/* A record of whatever bytes is no fault of the caller's. */
static void
a_damaged_record_is_said_to_be_ours(void **state)
{
    struct world *w = open_world("{}");
    struct jg_key_id id;
    struct jg_txn *txn;

    (void)state;
    assert_err(jg_key_id(JG_STR("damaged"), &id), JG_OK);
    assert_err(jg_txn_write(w->store, &txn), JG_OK);
    assert_err(jg_store_put(txn, JG_KIND_KEY,
                            (struct jg_str){(char *)id.bytes, sizeof(id)},
                            JG_STR("no record")),
               JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(present(w, "/a/", "damaged"), JG_E_STORE);
    world_close(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_tyks_byte_by_byte),
        cmocka_unit_test(the_owner_s_words_and_status_are_said_instead),
        cmocka_unit_test(a_key_is_found_in_header_query_and_cookie),
        cmocka_unit_test(the_stored_key_is_the_name_of_the_session),
        cmocka_unit_test(settings_decide_what_a_key_stands_for),
        cmocka_unit_test(organisations_keep_apart),
        cmocka_unit_test(what_collides_with_a_key_is_not_that_key),
        cmocka_unit_test(any_bytes_of_any_length_are_a_key_that_nobody_has),
        cmocka_unit_test(a_key_that_has_ended_is_unknown),
        cmocka_unit_test(a_damaged_record_is_said_to_be_ours),
    };

    return cmocka_run_group_tests_name("access/auth_token", tests, NULL, NULL);
}
