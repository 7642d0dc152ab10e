/* The cache of verified tokens: what it gives back, keeps and lets go. */
#include "access_check.h"

#define KEYS 77 /* the version of the API's key sets by URL */

static const struct doc apis[] = {
    JWT_API("a", ""),
    JWT_API("b", ""),
    JWT_API("skew", ",\"jwt_expires_at_validation_skew\":60"),
};
static const struct doc changed[] = {JWT_API("a", ",\"name\":\"new\"")};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"a\":{},\"b\":{},\"skew\":{}}")};

struct world {
    struct jg_snapshot *snapshot;
    struct jg_signer *signer;
    struct jg_token_cache *cache;
    struct jg_buf token;
};

static void
new_cache(struct world *w, size_t max_bytes)
{
    static const struct jg_hash_key key = {5, 6};

    jg_cache_free(w->cache);
    w->cache = NULL;
    assert_err(jg_cache_new(max_bytes, &key, &w->cache), JG_OK);
}

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    w->signer = signer_of_secret(SECRET);
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    new_cache(w, 1024 * 1024);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_cache_free(w->cache);
    jg_signer_free(w->signer);
    jg_snapshot_free(w->snapshot);
    free(w);
    return 0;
}

static const struct jg_api *
api(const struct world *w, const char *id)
{
    const struct jg_api *found = jg_snapshot_api(w->snapshot, jg_str(id));

    assert_non_null(found);
    return found;
}

/* Put the token in w->token, read as the decision reads it. */
static const struct jg_verified *
put(struct world *w, const struct jg_api *where)
{
    const struct jg_verified *entry;
    const struct jg_json *claims;
    struct jg_jws_header header;
    struct jg_arena a;
    struct jg_jws jws;

    jg_arena_init(&a, 4096, 8 * 1024 * 1024);
    assert_err(jg_jws_split(jg_buf_str(&w->token), &jws), JG_OK);
    assert_err(jg_jws_header(&jws, &a, &header), JG_OK);
    assert_err(jg_jws_claims(&jws, &a, &claims), JG_OK);
    entry = jg_cache_put(w->cache, where, KEYS, jg_buf_str(&w->token), &header,
                         claims, NOW);
    jg_arena_free(&a); /* the entry does not borrow */
    return entry;
}

static bool
is_there(struct world *w, const struct jg_api *where, int64_t now_s)
{
    const struct jg_verified *entry =
        jg_cache_get(w->cache, where, KEYS, jg_buf_str(&w->token), now_s);

    jg_cache_release(entry);
    return entry != NULL;
}

static void
an_entry_holds_all_of_the_token(void **state)
{
    static const char claims[] =
        "{\"sub\":\"alice\",\"n\":[1,2.5,null,true,{\"deep\":\"x\"}],"
        "\"empty\":{},\"none\":[],\"text\":\"\"}";
    struct world *w = *state;
    const struct jg_verified *entry, *again;
    const struct jg_json *json;
    struct jg_arena a;

    new_cache(w, 1024 * 1024);
    make_token(w->signer, "{\"alg\":\"HS512\",\"kid\":\"k\",\"typ\":\"JWT\"}",
               claims, &w->token);
    entry = put(w, api(w, "a"));
    assert_non_null(entry);
    again =
        jg_cache_get(w->cache, api(w, "a"), KEYS, jg_buf_str(&w->token), NOW);
    assert_ptr_equal(entry, again);
    assert_string_equal(entry->header.alg->name, "HS512");
    assert_str(entry->header.kid, "k");
    assert_str(entry->header.typ, "JWT");
    assert_int_equal(entry->exp_s, 0);
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(
        jg_json_parse(JG_STR(claims), &jg_json_limits_token, &a, &json, NULL),
        JG_OK);
    assert_true(jg_json_equal(entry->claims, json));
    jg_arena_free(&a);
    jg_cache_release(entry);
    jg_cache_release(again);
    jg_cache_release(NULL);
}

static void
a_header_without_kid_and_typ_stays_so(void **state)
{
    struct world *w = *state;
    const struct jg_verified *entry;

    make_token(w->signer, "{\"alg\":\"HS256\"}", "{}", &w->token);
    entry = put(w, api(w, "a"));
    assert_null(entry->header.kid.p);
    assert_null(entry->header.typ.p);
    jg_cache_release(entry);
}

static void
only_the_same_bytes_api_and_version_hit(void **state)
{
    struct world *w = *state;
    struct jg_snapshot *later =
        snapshot_with(w->snapshot, 2, "{}", changed, 1, policies, 1);
    char *last;

    new_cache(w, 1024 * 1024);
    make_token(w->signer, HS256, "{\"sub\":\"a\"}", &w->token);
    jg_cache_release(put(w, api(w, "a")));
    assert_true(is_there(w, api(w, "a"), NOW));
    assert_false(is_there(w, api(w, "b"), NOW));
    assert_false(is_there(w, jg_snapshot_api(later, JG_STR("a")), NOW));
    last = &w->token.p[w->token.len - 1];
    *last ^= 1;
    assert_false(is_there(w, api(w, "a"), NOW));
    *last ^= 1;
    w->token.p[0] ^= 1; /* far from the end, which chooses the bucket */
    assert_false(is_there(w, api(w, "a"), NOW));
    w->token.p[0] ^= 1;
    w->token.len--;
    assert_false(is_there(w, api(w, "a"), NOW));
    w->token.len++;
    assert_true(is_there(w, api(w, "a"), NOW));
    jg_snapshot_free(later);
}

/* Equal versions do not happen by themselves; they must not matter. */
static void
apis_of_equal_version_share_nothing(void **state)
{
    struct world *w = *state;
    struct jg_api one = {.def = {.api_id = JG_STR("one")}, .version = 7};
    struct jg_api two = {.def = {.api_id = JG_STR("two")}, .version = 7};
    struct jg_api later = {.def = {.api_id = JG_STR("one")}, .version = 8};

    new_cache(w, 1024 * 1024);
    make_token(w->signer, HS256, "{\"sub\":\"a\"}", &w->token);
    jg_cache_release(put(w, &one));
    assert_true(is_there(w, &one, NOW));
    assert_false(is_there(w, &two, NOW));
    assert_false(is_there(w, &later, NOW));
}

static void
an_entry_is_of_one_version_of_the_key_sets(void **state)
{
    struct world *w = *state;
    const struct jg_api *where = api(w, "a");
    const struct jg_verified *entry;

    new_cache(w, 1024 * 1024);
    make_token(w->signer, HS256, "{\"sub\":\"a\"}", &w->token);
    jg_cache_release(put(w, where));
    for (uint64_t version = KEYS - 2; version <= KEYS + 2; version++) {
        entry =
            jg_cache_get(w->cache, where, version, jg_buf_str(&w->token), NOW);
        assert_int_equal(entry != NULL, version == KEYS);
        jg_cache_release(entry);
    }
}

static void
entries_die_with_their_exp_and_skew(void **state)
{
    struct world *w = *state;

    new_cache(w, 1024 * 1024);
    make_token(w->signer, HS256, "{\"exp\":1700000010}", &w->token);
    jg_cache_release(put(w, api(w, "a")));
    jg_cache_release(put(w, api(w, "skew")));
    assert_true(is_there(w, api(w, "a"), NOW + 9));
    assert_false(is_there(w, api(w, "a"), NOW + 10));
    assert_false(is_there(w, api(w, "a"), NOW)); /* gone for good */
    assert_true(is_there(w, api(w, "skew"), NOW + 69));
    assert_false(is_there(w, api(w, "skew"), NOW + 70));
    assert_int_equal(jg_cache_stats(w->cache).entries, 0);
    assert_int_equal(jg_cache_stats(w->cache).bytes, 0);
}

static void
what_can_never_be_valid_is_not_kept(void **state)
{
    static const char *const claims[] = {
        "{\"exp\":1}",    "{\"exp\":1700000000}", "{\"exp\":\"1\"}",
        "{\"exp\":null}", "{\"exp\":-1}",         "{\"exp\":1e300}"};
    struct world *w = *state;

    new_cache(w, 1024 * 1024);
    for (size_t i = 0; i < LEN(claims); i++) {
        make_token(w->signer, HS256, claims[i], &w->token);
        assert_null(put(w, api(w, "a")));
    }
    assert_int_equal(jg_cache_stats(w->cache).entries, 0);
}

static void
putting_twice_keeps_one(void **state)
{
    struct world *w = *state;
    const struct jg_verified *first, *second;

    new_cache(w, 1024 * 1024);
    make_token(w->signer, HS256, "{\"sub\":\"a\"}", &w->token);
    first = put(w, api(w, "a"));
    second = put(w, api(w, "a"));
    assert_int_equal(jg_cache_stats(w->cache).entries, 1);
    assert_str(jg_json_string(jg_json_get(first->claims, JG_STR("sub"))), "a");
    jg_cache_release(first);
    jg_cache_release(second);
}

static void
number_token(struct world *w, unsigned i)
{
    char claims[64];

    snprintf(claims, sizeof(claims), "{\"sub\":\"caller-%u\"}", i);
    make_token(w->signer, HS256, claims, &w->token);
}

static void
the_least_recently_used_goes_first(void **state)
{
    struct world *w = *state;
    size_t one;
    unsigned kept;

    new_cache(w, 16 * 1024);
    number_token(w, 1000000);
    jg_cache_release(put(w, api(w, "a")));
    one = jg_cache_stats(w->cache).bytes;
    kept = (unsigned)(16 * 1024 / one);
    new_cache(w, 16 * 1024);
    for (unsigned i = 0; i < kept + 1; i++) {
        number_token(w, 1000000 + i);
        jg_cache_release(put(w, api(w, "a")));
        number_token(w, 1000000); /* used again and again */
        assert_true(is_there(w, api(w, "a"), NOW));
    }
    assert_int_equal(jg_cache_stats(w->cache).evictions, 1);
    number_token(w, 1000001);
    assert_false(is_there(w, api(w, "a"), NOW));
    number_token(w, 1000002);
    assert_true(is_there(w, api(w, "a"), NOW));
    assert_in_range(jg_cache_stats(w->cache).bytes, 1, 16 * 1024);
}

static void
an_entry_in_use_survives_its_eviction(void **state)
{
    struct world *w = *state;
    const struct jg_verified *held;

    new_cache(w, 16 * 1024);
    number_token(w, 7);
    held = put(w, api(w, "a"));
    for (unsigned i = 100; i < 200; i++) {
        number_token(w, i);
        jg_cache_release(put(w, api(w, "a")));
    }
    number_token(w, 7);
    assert_false(is_there(w, api(w, "a"), NOW));
    assert_str(jg_json_string(jg_json_get(held->claims, JG_STR("sub"))),
               "caller-7");
    jg_cache_free(w->cache); /* and that of the cache */
    w->cache = NULL;
    assert_str(jg_json_string(jg_json_get(held->claims, JG_STR("sub"))),
               "caller-7");
    jg_cache_release(held);
    new_cache(w, 1024 * 1024);
}

static void
a_token_that_would_fill_the_cache_is_not_kept(void **state)
{
    static char claims[6000];
    struct world *w = *state;

    new_cache(w, 16 * 1024);
    memset(claims, 'x', sizeof(claims) - 1);
    memcpy(claims, "{\"sub\":\"", 8);
    claims[3000] = '"';
    claims[3001] = '}';
    claims[3002] = '\0';
    make_token(w->signer, HS256, claims, &w->token);
    assert_null(put(w, api(w, "a")));
    new_cache(w, 0); /* smaller than anything */
    number_token(w, 1);
    assert_null(put(w, api(w, "a")));
    assert_false(is_there(w, api(w, "a"), NOW));
}

static void
entries_are_bounded_in_number(void **state)
{
    struct world *w = *state;
    struct jg_json none = {.type = JG_JSON_OBJECT};
    struct jg_jws_header header = {.json = &none};
    char token[32];

    new_cache(w, (size_t)1024 * 1024 * 1024);
    for (unsigned i = 0; i < JG_CACHE_ENTRIES_MAX + 1000; i++) {
        int len = snprintf(token, sizeof(token), "%u", i);

        jg_cache_release(jg_cache_put(w->cache, api(w, "a"), KEYS,
                                      (struct jg_str){token, (size_t)len},
                                      &header, &none, NOW));
    }
    assert_int_equal(jg_cache_stats(w->cache).entries, JG_CACHE_ENTRIES_MAX);
    assert_int_equal(jg_cache_stats(w->cache).evictions, 1000);
}

/* A8, row 105: whoever has no good token cannot even touch the cache. */
static void
a_million_invalid_tokens_leave_the_cache_alone(void **state)
{
    struct world *w = *state;
    struct jg_cache_stats before, after;
    struct client c;
    size_t at;

    new_cache(w, 1024 * 1024);
    number_token(w, 1);
    jg_cache_release(put(w, api(w, "a")));
    before = jg_cache_stats(w->cache);
    make_request(&c, "/a/", "Authorization: Bearer %T", jg_buf_str(&w->token));
    at = c.text.len - 20; /* inside the signature */
    for (unsigned i = 1; i <= 1000000; i++) {
        static _Alignas(16) char seed[8192];
        struct jg_decision d;
        struct jg_arena a;
        char digits[16];

        snprintf(digits, sizeof(digits), "%08x", i);
        memcpy(c.text.p + at, digits, 8);
        start_decision(&d, w->snapshot, &c, &a);
        jg_arena_seed(&a, seed, sizeof(seed));
        d.with.cache = w->cache;
        if (jg_decide(&d) != JG_DENY || d.reason != JG_E_SIGNATURE ||
            a.used_bytes != 0)
            fail();
        end_decision(&d);
    }
    after = jg_cache_stats(w->cache);
    assert_int_equal(after.entries, before.entries);
    assert_int_equal(after.bytes, before.bytes);
    assert_int_equal(after.evictions, 0);
    assert_int_equal(after.misses, before.misses + 1000000);
    number_token(w, 1);
    assert_true(is_there(w, api(w, "a"), NOW));
    end_request(&c);
}

/* The claims that a hit gives are those of the bytes, whoever came before. */
static void
callers_never_get_each_others_claims(void **state)
{
    struct world *w = *state;

    new_cache(w, 64 * 1024);
    for (unsigned i = 0; i < 20000; i++) {
        unsigned who = (i * i) % 101; /* some more often than others */
        const struct jg_verified *entry;
        char name[32];

        number_token(w, who);
        entry = jg_cache_get(w->cache, api(w, "a"), KEYS, jg_buf_str(&w->token),
                             NOW);
        if (entry == NULL)
            entry = put(w, api(w, "a"));
        snprintf(name, sizeof(name), "caller-%u", who);
        assert_str(jg_json_string(jg_json_get(entry->claims, JG_STR("sub"))),
                   name);
        jg_cache_release(entry);
    }
    assert_true(jg_cache_stats(w->cache).hits > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_holds_all_of_the_token),
        cmocka_unit_test(a_header_without_kid_and_typ_stays_so),
        cmocka_unit_test(only_the_same_bytes_api_and_version_hit),
        cmocka_unit_test(apis_of_equal_version_share_nothing),
        cmocka_unit_test(an_entry_is_of_one_version_of_the_key_sets),
        cmocka_unit_test(entries_die_with_their_exp_and_skew),
        cmocka_unit_test(what_can_never_be_valid_is_not_kept),
        cmocka_unit_test(putting_twice_keeps_one),
        cmocka_unit_test(the_least_recently_used_goes_first),
        cmocka_unit_test(an_entry_in_use_survives_its_eviction),
        cmocka_unit_test(a_token_that_would_fill_the_cache_is_not_kept),
        cmocka_unit_test(entries_are_bounded_in_number),
        cmocka_unit_test(a_million_invalid_tokens_leave_the_cache_alone),
        cmocka_unit_test(callers_never_get_each_others_claims),
    };

    return cmocka_run_group_tests_name("access/cache", tests, setup, teardown);
}
