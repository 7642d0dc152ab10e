/* /tyk/keys: statuses, texts and bodies of reference 9.2. */
#include "admin_check.h"

#include "jose/sign.h"
#include "store/keys.h"

#define RANDOM_ID "0123456789abcdeffedcba9876543210"
#define RIGHTS "\"access_rights\":{\"a\":{\"api_id\":\"a\"}}"
#define SESSION "{\"org_id\":\"o\"," RIGHTS "}"
#define NO_RIGHTS                                                      \
    "Failed to create key, keys must have at least one Access Rights " \
    "record set."
#define INSECURE "Failed to create key, ensure security settings are correct."
#define ADDED(key) \
    "{\"key\":\"" key "\",\"status\":\"ok\",\"action\":\"added\"}\n"

static void
open_with(struct gateway *g)
{
    gateway_open(g);
    put_file(g->apps, "a.json",
             "{\"api_id\":\"a\",\"org_id\":\"o\",\"active\":true,"
             "\"use_keyless\":true,\"session_lifetime\":60,"
             "\"proxy\":{\"listen_path\":\"/a/\","
             "\"target_url\":\"http://127.0.0.1:9/\"}}");
    put_file(g->apps, "b.json",
             "{\"api_id\":\"b\",\"org_id\":\"p\",\"active\":true,"
             "\"use_keyless\":true,\"session_lifetime\":100,"
             "\"session_lifetime_respects_key_expiration\":true,"
             "\"proxy\":{\"listen_path\":\"/b/\","
             "\"target_url\":\"http://127.0.0.1:9/\"}}");
    put_file(g->policies, "p.json", POLICY("p"));
    put_file(g->policies, "trial.json",
             "{\"id\":\"trial\",\"org_id\":\"o\",\"key_expires_in\":3600,"
             "\"access_rights\":{\"a\":{\"api_id\":\"a\"}}}");
    put_file(g->policies, "quota.json",
             "{\"id\":\"quota\",\"org_id\":\"o\",\"quota_max\":5,"
             "\"quota_renewal_rate\":60,\"partitions\":{\"quota\":true}}");
    put_file(g->policies, "five.json",
             "{\"id\":\"five\",\"org_id\":\"o\",\"quota_max\":5,"
             "\"quota_renewal_rate\":60,"
             "\"access_rights\":{\"a\":{\"api_id\":\"a\"}}}");
    load_clean(g, JG_LOAD_START);
}

/* Without hash_key_function and hashing: ORG and ID. */
static void
bad_calls_have_tyks_answers(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/keys/create", "{", 500, FAILED("Unmarshalling failed")},
        {"POST", "/tyk/keys/create", "[]", 500, FAILED("Unmarshalling failed")},
        {"POST", "/tyk/keys/create", "{\"rate\":\"x\"}", 500,
         FAILED("Unmarshalling failed")},
        {"POST", "/tyk/keys/create", "{}", 400, FAILED(NO_RIGHTS)},
        {"POST", "/tyk/keys/create", "{\"apply_policies\":[\"none\"]}", 500,
         FAILED("Failed to create key - policy not found: \\\"none\\\"")},
        {"POST", "/tyk/keys/create",
         "{\"org_id\":\"other\",\"apply_policies\":[\"p\"]}", 500,
         FAILED("Failed to create key - policy not found: \\\"p\\\"")},
        {"POST", "/tyk/keys/create",
         "{\"org_id\":\"o\",\"apply_policies\":[\"quota\"]}", 500, NULL},
        {"POST", "/tyk/keys", "{\"apply_policies\":[\"none\"]}", 500,
         FAILED(INSECURE)},
        {"POST", "/tyk/keys", "{}", 500, FAILED(INSECURE)},
        {"POST", "/tyk/keys/ab", SESSION, 400,
         FAILED("custom key ID length 2 is less than min_token_length (3); the "
                "key would be unreachable at auth time. Use an ID of at least "
                "min_token_length characters, or lower min_token_length in the "
                "gateway configuration.")},
        {"POST", "/tyk/keys/a\"b", SESSION, 400,
         FAILED("custom key ID: quotes, backslashes and control characters are "
                "no part of one")},
        {"POST", "/tyk/keys/a\x01z", SESSION, 400,
         FAILED("custom key ID: quotes, backslashes and control characters are "
                "no part of one")},
        {"POST", "/tyk/keys/abc",
         "{\"org_id\":\"o\\\",\\\"id\\\":\\\"x\"," RIGHTS "}", 400,
         FAILED("org_id: quotes, backslashes and control characters are no "
                "part of one")},
        {"POST", "/tyk/keys/abc", "{\"expires\":1787308272," RIGHTS "}", 400,
         FAILED("expires: the time has passed; send a unix time to come, or 0 "
                "for never")},
        {"POST", "/tyk/keys/abc",
         "{\"basic_auth_data\":{\"password\":\""
         "0123456789012345678901234567890123456789012345678901234567890123456"
         "789012\"}," RIGHTS "}",
         400,
         FAILED("basic_auth_data.password: 1 to 72 bytes without a NUL, since "
                "bcrypt sees no more")},
        {"POST", "/tyk/keys/abc?password_is_hash=true",
         "{\"basic_auth_data\":{\"password\":\"secret\"}," RIGHTS "}", 400,
         FAILED("basic_auth_data.password: with password_is_hash=true this is "
                "the hash, and hash_type its kind: bcrypt (cost 4 to 14), "
                "sha256, murmur64 or murmur128 in lower case hex digits")},
        {"PUT", "/tyk/keys/none", SESSION, 404, FAILED("Key is not found")},
        {"PUT", "/tyk/keys/none?hashed=true", SESSION, 404,
         FAILED("Key is not found")},
        {"PUT", "/tyk/keys", SESSION, 404, FAILED("Key is not found")},
        {"DELETE", "/tyk/keys", "", 404, FAILED("There is no such key found")},
        {"DELETE", "/tyk/keys/none?hashed=true", "", 404,
         FAILED("There is no such key found")},
        {"GET", "/tyk/keys/none", "", 404, FAILED("Key not found")},
        {"GET", "/tyk/keys/none?hashed=1", "", 400,
         FAILED("Key requested by hash but key hashing is not enabled")},
        {"GET", "/tyk/keys/none?org_id=%zz", "", 400,
         FAILED("A parameter of the query is malformed")},
        {"GET", "/tyk/keys?api_id=a", "", 400,
         FAILED("The 'filter' parameter (Org ID) is required when filtering by "
                "'api_id' in legacy mode")},
        {"DELETE", "/tyk/keys/none", "", 404,
         FAILED("There is no such key found")},
        {"POST", "/tyk/keys/preview", "{", 500, FAILED("Unmarshalling failed")},
        {"POST", "/tyk/keys/preview", "{\"apply_policies\":[\"none\"]}", 500,
         FAILED("Failed to create key - policy not found: \\\"none\\\"")},
        {"POST", "/tyk/keys/policy/none", "{", 400,
         FAILED("Couldn't decode instruction")},
        {"POST", "/tyk/keys/policy/none", "{\"policy\":1}", 400,
         FAILED("Couldn't decode instruction")},
        {"POST", "/tyk/keys/policy/none", "{\"apply_policies\":[1]}", 400,
         FAILED("Couldn't decode instruction")},
        {"POST", "/tyk/keys/policy/none", "{\"policy\":\"p\"}", 404,
         FAILED("Key not found")},
        {"GET", "/tyk/keys", "", 200, "{\"keys\":[]}\n"},
    };
    struct gateway g;

    (void)state;
    open_with(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    ask(&g, "POST", "/tyk/keys/abc", "{\"rate\":\"x\"}");
    assert_int_equal(g.response.status, 400);
    assert_non_null(memmem(g.response.body.p, g.response.body.len,
                           "\"message\":\"Request malformed\",\"errors\":[",
                           40));
    gateway_close(&g);
}

static void
keys_are_named_as_in_tyk(void **state)
{
    static const struct {
        const char *function;
        bool hashed;
        struct exchange exchange;
    } rows[] = {
        {"",
         false,
         {"POST", "/tyk/keys/create", SESSION, 200, ADDED("o" RANDOM_ID)}},
        {"", false, {"POST", "/tyk/keys", SESSION, 200, ADDED("o" RANDOM_ID)}},
        {"", false, {"POST", "/tyk/keys/kay", SESSION, 200, ADDED("okay")}},
        /* An id that begins with the organisation keeps it once. */
        {"", false, {"POST", "/tyk/keys/okay", SESSION, 200, ADDED("okay")}},
        {"",
         true,
         {"POST", "/tyk/keys/kay", SESSION, 200,
          "{\"key\":\"okay\",\"status\":\"ok\",\"action\":\"added\","
          "\"key_hash\":\"27ab5cb4\"}\n"}},
        /* {"org":"o","id":"kay","h":"murmur64"} */
        {"murmur64",
         false,
         {"POST", "/tyk/keys/kay", SESSION, 200,
          ADDED("eyJvcmciOiJvIiwiaWQiOiJrYXkiLCJoIjoibXVybXVyNjQifQ==")}},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct gateway g;

        open_with(&g);
        g.conf.keys.hash_key_function = jg_str(rows[i].function);
        g.conf.keys.hash_keys = rows[i].hashed;
        if (rows[i].hashed) { /* whatever it is, it is the key's name */
            struct jg_str name = {NULL, 0};
            char want[160];

            assert_err(jg_key_name(&g.conf, JG_STR("okay"), &g.arena, &name),
                       JG_OK);
            snprintf(want, sizeof(want),
                     "{\"key\":\"okay\",\"status\":\"ok\",\"action\":\"added\","
                     "\"key_hash\":\"%.*s\"}\n",
                     JG_STR_ARG(name));
            assert_str(ask(&g, "POST", "/tyk/keys/kay", SESSION), want);
        } else {
            assert_exchange(&g, &rows[i].exchange);
        }
        gateway_close(&g);
    }
}

static void
a_key_lives_from_post_to_delete(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/keys/kay",
         "{\"org_id\":\"o\",\"x_ours\":{\"deep\":[1,2.50]}," RIGHTS "}", 200,
         ADDED("okay")},
        {"GET", "/tyk/keys", "", 200, "{\"keys\":[\"okay\"]}\n"},
        {"GET", "/tyk/keys?filter=o&api_id=a", "", 200,
         "{\"keys\":[\"okay\"]}\n"},
        {"GET", "/tyk/keys?filter=o&api_id=b", "", 200, "{\"keys\":[]}\n"},
        {"GET", "/tyk/keys?filter=p", "", 200, "{\"keys\":[]}\n"},
        /* By its id, when somebody says whose it is; else by all of it. */
        {"GET", "/tyk/keys/kay", "", 404, FAILED("Key not found")},
        {"GET", "/tyk/keys/kay?org_id=o", "", 200, NULL},
        {"GET", "/tyk/keys/kay?api_id=a", "", 200, NULL},
        {"GET", "/tyk/keys/kay?api_id=b", "", 404, FAILED("Key not found")},
        {"GET", "/tyk/keys/kay?org_id=o&username=true", "", 200, NULL},
        {"GET", "/tyk/keys/okay", "", 200, NULL},
        {"PUT", "/tyk/keys/kay", SESSION, 200, CHANGED("okay", "modified")},
        {"DELETE", "/tyk/keys/kay", "", 404,
         FAILED("There is no such key found")},
        {"DELETE", "/tyk/keys/okay", "", 200, CHANGED("okay", "deleted")},
        {"GET", "/tyk/keys/okay", "", 404, FAILED("Key not found")},
        {"POST", "/tyk/keys/kay", SESSION, 200, ADDED("okay")},
        {"DELETE", "/tyk/keys/kay?org_id=o&api_id=-1", "", 200, "null\n"},
        {"DELETE", "/tyk/keys/okay?api_id=-1", "", 404,
         FAILED("There is no such key found")},
        {"GET", "/tyk/keys", "", 200, "{\"keys\":[]}\n"},
    };
    struct gateway g;

    (void)state;
    open_with(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
with_hashing_a_key_is_found_by_its_hash(void **state)
{
    struct gateway g;
    struct jg_str name;
    char path[200], want[200];

    (void)state;
    open_with(&g);
    g.conf.keys.hash_keys = true;
    g.conf.keys.hash_key_function = JG_STR("sha256");
    ask(&g, "POST", "/tyk/keys/kay", SESSION);
    assert_int_equal(g.response.status, 200);
    assert_str(ask(&g, "GET", "/tyk/keys", ""),
               FAILED("Hashed key listing is disabled in config "
                      "(enable_hashed_keys_listing)"));
    assert_int_equal(g.response.status, 404);
    g.conf.keys.enable_hashed_keys_listing = true;
    assert_err(
        jg_key_name(&g.conf,
                    JG_STR("eyJvcmciOiJvIiwiaWQiOiJrYXkiLCJoIjoic2hhMjU2In0="),
                    &g.arena, &name),
        JG_OK);
    assert_int_equal(name.len, 64);
    snprintf(want, sizeof(want), "{\"keys\":[\"%.*s\"]}\n", JG_STR_ARG(name));
    assert_str(ask(&g, "GET", "/tyk/keys", ""), want);
    assert_str(ask(&g, "GET", "/tyk/keys?api_id=a", ""), want);
    assert_str(ask(&g, "GET", "/tyk/keys?api_id=b", ""), "{\"keys\":[]}\n");
    snprintf(path, sizeof(path), "/tyk/keys/%.*s?hashed=true",
             JG_STR_ARG(name));
    ask(&g, "GET", path, "");
    assert_int_equal(g.response.status, 200);
    ask(&g, "PUT", path, SESSION);
    assert_int_equal(g.response.status, 200);
    snprintf(path, sizeof(path), "/tyk/keys/policy/%.*s", JG_STR_ARG(name));
    snprintf(want, sizeof(want),
             "{\"key\":\"%.*s\",\"status\":\"ok\",\"action\":\"updated\"}\n",
             JG_STR_ARG(name));
    assert_str(ask(&g, "POST", path, "{\"policy\":\"p\"}"), want);
    snprintf(path, sizeof(path), "/tyk/keys/%.*s?hashed=true",
             JG_STR_ARG(name));
    snprintf(want, sizeof(want),
             "{\"key\":\"%.*s\",\"status\":\"ok\",\"action\":\"deleted\"}\n",
             JG_STR_ARG(name));
    assert_str(ask(&g, "DELETE", path, ""), want);
    ask(&g, "GET", path, "");
    assert_int_equal(g.response.status, 404);
    gateway_close(&g);
}

/* The session of the key, as it is shown. */
static const struct jg_json *
shown(struct gateway *g, const char *key)
{
    const struct jg_json *json;
    char path[128];

    snprintf(path, sizeof(path), "/tyk/keys/%s", key);
    ask(g, "GET", path, "");
    assert_int_equal(g->response.status, 200);
    assert_err(jg_json_parse(jg_buf_str(&g->response.body),
                             &jg_json_limits_conf, &g->arena, &json, NULL),
               JG_OK);
    return json;
}

static void
assert_member(const struct jg_json *json, const char *path, const char *want)
{
    const struct jg_json *value = jg_json_path(json, jg_str(path));
    struct jg_buf b;

    jg_buf_init(&b, 64 * 1024);
    if (value != NULL)
        jg_json_write(&b, value, 0);
    else
        jg_buf_add(&b, JG_STR("none"));
    assert_str(jg_buf_str(&b), want);
    jg_buf_free(&b);
}

static void
what_nobody_knows_is_kept(void **state)
{
    struct gateway g;
    const struct jg_json *json;

    (void)state;
    open_with(&g);
    ask(&g, "POST", "/tyk/keys/kay",
        "{\"org_id\":\"o\",\"x_ours\":{\"deep\":[1,null]},\"allowance\":7,"
        "\"apply_policy_id\":\"p\",\"meta_data\":{\"k\":\"v\"}}");
    assert_int_equal(g.response.status, 200);
    json = shown(&g, "okay");
    assert_member(json, "x_ours", "{\"deep\":[1,null]}");
    assert_member(json, "allowance", "7");
    assert_member(json, "meta_data", "{\"k\":\"v\"}");
    assert_member(json, "date_created", "\"2026-08-21T10:31:12Z\"");
    assert_member(json, "last_updated", "\"1787308272\"");
    assert_member(json, "access_rights.a.api_id", "\"a\"");
    /* Other policies, and nothing else. */
    g.admin.now_s += 5;
    ask(&g, "POST", "/tyk/keys/policy/okay",
        "{\"policy\":\"trial\",\"apply_policies\":[\"p\"]}");
    assert_int_equal(g.response.status, 200);
    json = shown(&g, "okay");
    assert_member(json, "x_ours", "{\"deep\":[1,null]}");
    assert_member(json, "apply_policies", "[\"p\",\"trial\"]");
    assert_member(json, "apply_policy_id", "\"\"");
    assert_member(json, "date_created", "\"2026-08-21T10:31:12Z\"");
    gateway_close(&g);
}

static void
a_change_keeps_what_it_must(void **state)
{
    struct gateway g;
    const struct jg_json *json;

    (void)state;
    open_with(&g);
    ask(&g, "POST", "/tyk/keys/kay",
        "{\"org_id\":\"o\",\"expires\":1787400000," RIGHTS "}");
    assert_int_equal(g.response.status, 200);
    g.admin.now_s += 50; /* while the API keeps it */
    ask(&g, "PUT", "/tyk/keys/kay?suppress_reset=1",
        "{\"org_id\":\"o\",\"date_created\":\"x\",\"expires\":5," RIGHTS "}");
    assert_int_equal(g.response.status, 200);
    assert_non_null(memmem(g.response.body.p, g.response.body.len,
                           "the key keeps its old expiry", 28));
    json = shown(&g, "okay");
    assert_member(json, "expires", "1787400000");
    assert_member(json, "date_created", "\"2026-08-21T10:31:12Z\"");
    assert_member(json, "last_updated", "\"1787308272\"");
    ask(&g, "PUT", "/tyk/keys/kay",
        "{\"org_id\":\"o\",\"expires\":1787500000," RIGHTS "}");
    json = shown(&g, "okay");
    assert_member(json, "expires", "1787500000");
    assert_member(json, "last_updated", "\"1787308322\"");
    assert_str(ask(&g, "PUT", "/tyk/keys/kay",
                   "{\"org_id\":\"o\",\"certificate\":\"c\"," RIGHTS "}"),
               FAILED("Key must be used with an existent certificate"));
    assert_str(ask(&g, "PUT", "/tyk/keys/kay", "{\"org_id\":\"o\"}"),
               FAILED(INSECURE));
    assert_int_equal(g.response.status, 500);
    assert_member(shown(&g, "okay"), "expires", "1787500000");
    gateway_close(&g);
}

static void
a_policy_lets_a_new_key_end_and_an_old_one_go_on(void **state)
{
    static const char body[] =
        "{\"org_id\":\"o\",\"apply_policies\":[\"trial\"]}";
    struct gateway g;

    (void)state;
    open_with(&g);
    ask(&g, "POST", "/tyk/keys/kay", body);
    assert_member(shown(&g, "okay"), "expires", "1787311872");
    ask(&g, "PUT", "/tyk/keys/kay", body);
    assert_member(shown(&g, "okay"), "expires", "0");
    gateway_close(&g);
}

/* A session without rights would open every API of its organisation. */
static void
master_keys_are_for_those_who_allow_them(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/keys/create", "{\"org_id\":\"o\"}", 200, NULL},
        {"POST", "/tyk/keys/kay", "{\"org_id\":\"o\"}", 200, ADDED("okay")},
    };
    struct gateway g;

    (void)state;
    open_with(&g);
    ask(&g, "POST", "/tyk/keys/kay",
        "{\"org_id\":\"o\",\"apply_policies\":[\"p\"]}");
    assert_str(
        ask(&g, "POST", "/tyk/keys/policy/okay", "{\"apply_policies\":[]}"),
        FAILED("The key would have no Access Rights record left, and so "
               "be a master key (allow_master_keys)"));
    assert_int_equal(g.response.status, 400);
    g.conf.keys.allow_master_keys = true;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

/* When the record of the key <key> ends. */
static int64_t
ends_s(struct gateway *g, const char *key)
{
    struct jg_stored_key record;
    struct jg_key_id id;
    struct jg_txn *txn;

    assert_err(jg_key_id(jg_str(key), &id), JG_OK);
    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_stored_key_get(txn, &id, g->admin.now_s, &record), JG_OK);
    jg_txn_abort(txn);
    return record.ends_s;
}

static void
records_are_kept_as_long_as_tyk_keeps_them(void **state)
{
#define BOTH                                             \
    "\"access_rights\":{\"a\":{\"api_id\":\"a\"},\"b\":" \
    "{\"api_id\":\"b\"}}"
#define UNKNOWN "\"access_rights\":{\"z\":{\"api_id\":\"z\"}}"
    static const struct {
        const char *members;
        int64_t global_s; /* forced, when it is not negative */
        int64_t want_s;   /* from now on; 0: for ever */
    } rows[] = {
        {RIGHTS, -1, 60},
        {BOTH ",\"expires\":1787308282", -1, 100},
        {BOTH ",\"expires\":1787308472", -1, 200},
        {BOTH, -1, 0}, /* it never expires, and that is respected */
        {UNKNOWN, -1, 0},
        {RIGHTS ",\"session_lifetime\":7", -1, 7},
        {RIGHTS ",\"session_lifetime\":9223372036854775807", -1, 0},
        {RIGHTS ",\"expires\":1787308282,\"post_expiry_action\":\"delete\"", -1,
         10},
        {RIGHTS ",\"post_expiry_action\":\"delete\"", -1, 60},
        {RIGHTS ",\"expires\":1787308282,\"post_expiry_action\":\"retain\","
                "\"post_expiry_grace_period\":5",
         -1, 15},
        {RIGHTS ",\"expires\":1787308282,\"post_expiry_action\":\"retain\","
                "\"post_expiry_grace_period\":-1",
         -1, 0},
        {RIGHTS ",\"session_lifetime\":7", 30, 30},
        {RIGHTS ",\"session_lifetime\":7", 0, 0},
    };
    struct gateway g;

    (void)state;
    open_with(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        char body[512];
        int64_t ends;

        g.conf.keys.force_global_session_lifetime = rows[i].global_s >= 0;
        g.conf.keys.global_session_lifetime_s = rows[i].global_s;
        snprintf(body, sizeof(body), "{\"org_id\":\"o\",%s}", rows[i].members);
        ask(&g, "POST", "/tyk/keys/kay", body);
        assert_int_equal(g.response.status, 200);
        ends = ends_s(&g, "okay");
        if (ends != (rows[i].want_s == 0 ? 0 : NOW_S + rows[i].want_s))
            fail_msg("row %zu: %lld", i, (long long)(ends - NOW_S));
    }
    gateway_close(&g);
}

static void
a_preview_shows_and_stores_nothing(void **state)
{
    struct gateway g;
    const struct jg_json *json;

    (void)state;
    open_with(&g);
    ask(&g, "POST", "/tyk/keys/preview",
        "{\"org_id\":\"o\",\"apply_policies\":[\"five\"],\"x\":1}");
    assert_int_equal(g.response.status, 200);
    assert_err(jg_json_parse(jg_buf_str(&g.response.body), &jg_json_limits_conf,
                             &g.arena, &json, NULL),
               JG_OK);
    assert_member(json, "access_rights.a.api_id", "\"a\"");
    assert_member(json, "quota_max", "5");
    assert_member(json, "quota_remaining", "5");
    assert_member(json, "x", "1");
    assert_str(ask(&g, "GET", "/tyk/keys", ""), "{\"keys\":[]}\n");
    gateway_close(&g);
}

/* Whatever stands in a path, it is one key, or none. */
static void
odd_names_are_names(void **state)
{
    static const char *const names[] = {"...",        "a.b",    "a%b", "a b",
                                        "\xc3\xa4zz", "create", "a?b"};
    static char large[70000];
    struct gateway g;
    char path[64];

    (void)state;
    open_with(&g);
    for (size_t i = 0; i + 1 < LEN(names); i++) {
        snprintf(path, sizeof(path), "/tyk/keys/%s", names[i]);
        ask(&g, "POST", path, SESSION);
        assert_int_equal(g.response.status, 200);
        snprintf(path, sizeof(path), "/tyk/keys/o%s", names[i]);
        if (i < 5)
            ask(&g, "DELETE", path, "");
        assert_int_equal(g.response.status, 200);
    }
    memcpy(large, "/tyk/keys/", 10);
    memset(large + 10, 'k', sizeof(large) - 11);
    assert_str(ask(&g, "POST", large, SESSION),
               FAILED("The key, its org_id or its session is too long"));
    assert_int_equal(g.response.status, 400);
    for (size_t i = 0; i < 2; i++) {
        static const char *const methods[] = {"GET", "DELETE"};

        ask(&g, methods[i], large, "");
        assert_int_equal(g.response.status, 404);
    }
    ask(&g, "GET", "/tyk/keys/a/b", "");
    assert_int_equal(g.response.status, 404);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_calls_have_tyks_answers),
        cmocka_unit_test(keys_are_named_as_in_tyk),
        cmocka_unit_test(a_key_lives_from_post_to_delete),
        cmocka_unit_test(with_hashing_a_key_is_found_by_its_hash),
        cmocka_unit_test(what_nobody_knows_is_kept),
        cmocka_unit_test(a_change_keeps_what_it_must),
        cmocka_unit_test(a_policy_lets_a_new_key_end_and_an_old_one_go_on),
        cmocka_unit_test(master_keys_are_for_those_who_allow_them),
        cmocka_unit_test(records_are_kept_as_long_as_tyk_keeps_them),
        cmocka_unit_test(a_preview_shows_and_stores_nothing),
        cmocka_unit_test(odd_names_are_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
