/* key_name.c: how keys are made, found and named. */
#include "check.h"
#include "model/key_name.h"

#define JSON_64                                                         \
    "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJlODA3ZjFmY2Y4MmQxMzJmOWJiMDE4Y2E2N" \
    "zM4YTE5ZiIsImgiOiJtdXJtdXI2NCJ9"
#define JSON_256                                                        \
    "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJlODA3ZjFmY2Y4MmQxMzJmOWJiMDE4Y2E2N" \
    "zM4YTE5ZiIsImgiOiJzaGEyNTYifQ=="
#define JSON_32                                                         \
    "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJlODA3ZjFmY2Y4MmQxMzJmOWJiMDE4Y2E2N" \
    "zM4YTE5ZiIsImgiOiJtdXJtdXIzMiJ9"
#define MD5_HEX "e807f1fcf82d132f9bb018ca6738a19f"
#define MONGO_ID "5d1f2a3b4c5d6e7f80910203"

static struct jg_arena arena;

static int
arena_make(void **state)
{
    (void)state;
    jg_arena_init(&arena, 4096, 4 * 1024 * 1024);
    return 0;
}

static int
arena_end(void **state)
{
    (void)state;
    jg_arena_free(&arena);
    return 0;
}

#define arena_test(f) cmocka_unit_test_setup_teardown(f, arena_make, arena_end)

static void
keys_are_made_as_tyk_makes_them(void **state)
{
    static const struct {
        const char *org, *id, *function, *want;
    } rows[] = {
        {"default", MD5_HEX, "murmur64", JSON_64},
        {"default", MD5_HEX, "sha256", JSON_256},
        {"default", MD5_HEX, "murmur32", JSON_32},
        {"default", MD5_HEX, "md5", JSON_64}, /* not known */
        {"default", MD5_HEX, "Murmur64", JSON_64},
        {"default", MD5_HEX, "", "default" MD5_HEX},
        {"default", "default" MD5_HEX, "", "default" MD5_HEX},
        {"default", "default" MD5_HEX, "murmur64", JSON_64},
        {"o", "oo", "", "oo"}, /* taken off once */
        {"", "alice", "", "alice"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str key;

        assert_err(jg_key_make(jg_str(rows[i].org), jg_str(rows[i].id),
                               jg_str(rows[i].function), &arena, &key),
                   JG_OK);
        assert_str(key, rows[i].want);
    }
}

static void
a_key_has_an_id_and_a_longest_size(void **state)
{
    static char text[JG_KEY_BYTES_MAX + 1];
    struct jg_str key, id = {text, JG_KEY_BYTES_MAX};

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_err(jg_key_make(JG_STR("o"), JG_STR(""), JG_STR(""), &arena, &key),
               JG_E_CONF_VALUE);
    assert_err(
        jg_key_make(JG_STR("o"), JG_STR("o"), JG_STR("sha256"), &arena, &key),
        JG_E_CONF_VALUE);
    assert_err(jg_key_make(JG_STR(""), id, JG_STR(""), &arena, &key), JG_OK);
    assert_err(jg_key_make(JG_STR("o"), id, JG_STR(""), &arena, &key),
               JG_E_CONF_RANGE);
    id.len = JG_KEY_BYTES_MAX / 4 * 3;
    assert_err(jg_key_make(JG_STR("o"), id, JG_STR("sha256"), &arena, &key),
               JG_E_CONF_RANGE);
}

static void
new_ids_are_32_digits_and_differ(void **state)
{
    char a[33], b[33];

    (void)state;
    assert_err(jg_key_new_id(a), JG_OK);
    assert_err(jg_key_new_id(b), JG_OK);
    assert_int_equal(strlen(a), 32);
    assert_int_equal(strspn(a, "0123456789abcdef"), 32);
    assert_string_not_equal(a, b);
}

static void
a_key_may_name_its_organisation(void **state)
{
    static const struct {
        const char *key, *want;
    } rows[] = {
        {JSON_64, "default"},
        {MONGO_ID "0123456789", MONGO_ID},
        {MONGO_ID, ""}, /* nothing behind it */
        {"5d1f2a3b4c5d6e7f8091020g0123456789", ""},
        {"alice", ""},
        {"", ""},
        {"eyJvcmciOiJ", ""},                  /* not base64 */
        {"eyJpZCI6IngifQ==", ""},             /* {"id":"x"} */
        {"eyJvcmciOjF9", ""},                 /* {"org":1} */
        {"eyJvcmciOiJhIiwib3JnIjoiYiJ9", ""}, /* "org" twice */
        {"e30=", ""},                         /* {}: begins otherwise */
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str org;

        assert_err(jg_key_org(jg_str(rows[i].key), &arena, &org), JG_OK);
        assert_str(org, rows[i].want);
    }
}

static void
hashes_are_tyks(void **state)
{
    static const struct {
        const char *key, *want;
    } rows[] = {
        {JSON_64, "4db9692342a9df7f"},
        {JSON_256, "1fab9093f5562b72b831b8c5a91a608203da59adfb9f328448cdebea3b7"
                   "47102"},
        {JSON_32, "5b44f5c0"},
        {JSON_32 "abc", "5b44f5c0"}, /* TestMurmur3CharBug */
        {"abc", "00000000"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char hash[JG_KEY_HASH_MAX + 1];

        assert_err(jg_key_hash(jg_str(rows[i].key), &arena, hash), JG_OK);
        assert_string_equal(hash, rows[i].want);
    }
}

static void
a_key_is_called_by_its_hash_or_by_itself(void **state)
{
    struct jg_conf conf = {.keys = {.hash_keys = true}};
    struct jg_str name;

    (void)state;
    assert_err(jg_key_name(&conf, JG_STR(JSON_32), &arena, &name), JG_OK);
    assert_str(name, "5b44f5c0");
    conf.keys.hash_keys = false;
    assert_err(jg_key_name(&conf, JG_STR(JSON_32), &arena, &name), JG_OK);
    assert_str(name, JSON_32);
}

/* {"org":"default","id":"alice","h":...} in base64. */
#define ALICE_64 "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJhbGljZSIsImgiOiJtdXJtdXI2NCJ9"
#define ALICE_256 "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJhbGljZSIsImgiOiJzaGEyNTYifQ=="

static void
a_presented_key_stands_for_these_in_this_order(void **state)
{
    static const struct jg_str fallback[] = {JG_STR("sha256"), JG_STR("")};
    static const struct {
        const char *org, *key, *function;
        size_t fallbacks;
        bool no_names;
        int64_t least;
        const char *want[4];
    } rows[] = {
        /* Its own organisation: nothing but itself. */
        {"default", JSON_64, "", 2, false, 0, {JSON_64}},
        {"", "alice", "murmur64", 2, false, 0, {"alice"}},
        /* An id: the key that is made of it, itself, the fallbacks. */
        {"default", "alice", "", 0, false, 0, {"defaultalice", "alice"}},
        {"default", "alice", "murmur64", 0, false, 0, {ALICE_64, "alice"}},
        {"default",
         "alice",
         "murmur64",
         2,
         false,
         0,
         {ALICE_64, "alice", ALICE_256, "defaultalice"}},
        {"default", "alice", "murmur64", 1, true, 0, {"alice", ALICE_256}},
        /* The organisation alone is no id. */
        {"default", "default", "murmur64", 1, false, 0, {"default"}},
        /* Too short. */
        {"default", "al", "", 1, false, 0, {NULL}},
        {"default", "", "", 1, false, 1, {NULL}},
        {"default", "alice", "", 1, false, 6, {NULL}},
        {"default", "a", "", 0, false, 1, {"defaulta", "a"}},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_conf conf = {
            .keys = {
                .hash_key_function = jg_str(rows[i].function),
                .hash_key_function_fallback = {fallback, rows[i].fallbacks},
                .disable_key_actions_by_username = rows[i].no_names,
                .min_token_length = rows[i].least}};
        struct jg_key_candidates found;
        size_t n = 0;

        assert_err(jg_key_candidates(&conf, jg_str(rows[i].org),
                                     jg_str(rows[i].key), &arena, &found),
                   JG_OK);
        for (; n < LEN(rows[i].want) && rows[i].want[n] != NULL; n++) {
            assert_true(n < found.count);
            assert_str(found.keys[n], rows[i].want[n]);
        }
        assert_int_equal(found.count, n);
    }
}

static void
what_is_presented_has_a_limit_and_any_bytes(void **state)
{
    static const char odd[] = "ey\0\r\n\"\x80\xff,\"org\":\"default\"}";
    static char text[JG_KEY_BYTES_MAX + 1];
    struct jg_conf conf = {.keys = {.hash_key_function = JG_STR("sha256")}};
    struct jg_key_candidates found;
    struct jg_str key = {text, sizeof(text)};

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_err(jg_key_candidates(&conf, JG_STR("o"), key, &arena, &found),
               JG_OK);
    assert_int_equal(found.count, 0);
    key.len--; /* itself only: as an id it would be too long */
    assert_err(jg_key_candidates(&conf, JG_STR("o"), key, &arena, &found),
               JG_OK);
    assert_int_equal(found.count, 1);
    key = (struct jg_str){odd, sizeof(odd) - 1};
    assert_err(jg_key_candidates(&conf, JG_STR("o"), key, &arena, &found),
               JG_OK);
    assert_int_equal(found.count, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(keys_are_made_as_tyk_makes_them),
        arena_test(a_key_has_an_id_and_a_longest_size),
        arena_test(new_ids_are_32_digits_and_differ),
        arena_test(a_key_may_name_its_organisation),
        arena_test(hashes_are_tyks),
        arena_test(a_key_is_called_by_its_hash_or_by_itself),
        arena_test(a_presented_key_stands_for_these_in_this_order),
        arena_test(what_is_presented_has_a_limit_and_any_bytes),
    };

    return cmocka_run_group_tests_name("model/key_name", tests, NULL, NULL);
}
