/*
 * Attacks 64 and 65: the provider of one issuer signs in the name of another,
 * with keys of other names and of the same name.
 */
#include "keyset_check.h"

static const struct doc apis[] = {
    KEY_API("each", ",\"jwt_jwks_uris\":["
                    "{\"url\":\"https://a/\",\"issuer\":\"a\"},"
                    "{\"url\":\"https://b/\",\"issuer\":\"b\"}]"),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"each\":{}}")};

struct world {
    struct keysets k;
    struct jg_snapshot *snapshot;
    struct jg_token_cache *cache;
    struct jg_buf token;
};

static int
setup(void **state)
{
    static const struct jg_hash_key key = {8, 9};
    struct world *w = calloc(1, sizeof(*w));

    keysets_open(&w->k);
    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    assert_err(jg_cache_new(64 * 1024, &key, &w->cache), JG_OK);
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_cache_free(w->cache);
    jg_snapshot_free(w->snapshot);
    keysets_close(&w->k);
    free(w);
    return 0;
}

/* Does a token by <signer> in the name of <iss> pass, also a second time? */
static bool
passes(struct world *w, unsigned signer, const char *kid, const char *iss)
{
    bool allowed[2];
    char claims[80];

    snprintf(claims, sizeof(claims), "{\"sub\":\"u\",\"iss\":%s}", iss);
    make_es256(&w->k, signer, kid, claims, &w->token);
    for (size_t i = 0; i < 2; i++) {
        struct jg_decision d;
        struct jg_arena a;
        struct client c;

        make_request(&c, "/each/", "Authorization: Bearer %T",
                     jg_buf_str(&w->token));
        start_decision(&d, w->snapshot, &c, &a);
        d.with.store = w->k.store;
        d.with.counters = w->k.counters;
        d.with.keysets = w->k.sets;
        d.with.cache = w->cache;
        allowed[i] = jg_decide(&d) == JG_ALLOW;
        end_decision(&d);
        end_request(&c);
    }
    assert_int_equal(allowed[0], allowed[1]);
    return allowed[0];
}

static void
check_both(struct world *w, unsigned key_of_a, unsigned key_of_b,
           const char *kid_of_a, const char *kid_of_b)
{
    static const char *const nobody[] = {"\"c\"", "\"\"",   "null",  "[\"a\"]",
                                         "\"A\"", "\"a \"", "\"ab\""};

    assert_true(passes(w, key_of_a, kid_of_a, "\"a\""));
    assert_true(passes(w, key_of_b, kid_of_b, "\"b\""));
    assert_false(passes(w, key_of_a, kid_of_a, "\"b\""));
    assert_false(passes(w, key_of_b, kid_of_b, "\"a\""));
    for (size_t i = 0; i < LEN(nobody); i++) {
        assert_false(passes(w, key_of_a, kid_of_a, nobody[i]));
        assert_false(passes(w, key_of_b, kid_of_b, nobody[i]));
    }
}

static void
a64_one_issuers_key_in_the_name_of_another(void **state)
{
    struct world *w = *state;

    put_set(&w->k, id_of_set(w->snapshot, "each", 0), "0", FETCHED, NOW);
    put_set(&w->k, id_of_set(w->snapshot, "each", 1), "1", FETCHED, NOW);
    check_both(w, 0, 1, "k0", "k1");
    check_both(w, 0, 1, NULL, NULL);
}

static void
a65_one_kid_in_the_sets_of_two_issuers(void **state)
{
    struct world *w = *state;

    put_set(&w->k, id_of_set(w->snapshot, "each", 0), "=2", FETCHED, NOW);
    put_set(&w->k, id_of_set(w->snapshot, "each", 1), "=3", FETCHED, NOW);
    check_both(w, 2, 3, "k0", "k0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a64_one_issuers_key_in_the_name_of_another),
        cmocka_unit_test(a65_one_kid_in_the_sets_of_two_issuers),
    };

    return cmocka_run_group_tests_name("access/attacks_issuers", tests, setup,
                                       teardown);
}
