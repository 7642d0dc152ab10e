/*
 * Every allocation fails once while tokens of key sets by URL are decided: a
 * request is refused for want of memory or decided as before, nothing leaks,
 * and no half of a set is kept.
 */
#include "keyset_check.h"
#include "torture.h"

static const struct doc apis[] = {
    KEY_API("u", ",\"jwt_jwks_uris\":[{\"url\":\"https://s1/\"},"
                 "{\"url\":\"https://s2/\",\"issuer\":\"i\"}]"),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"u\":{}}")};

/* A token, and what is said about it. */
static const struct row {
    unsigned key;
    const char *kid, *claims;
    enum jg_err want;
} rows[] = {
    {0, "k0", "{\"sub\":\"a\"}", JG_OK},
    {1, "k1", "{\"sub\":\"a\",\"iss\":\"i\"}", JG_OK},
    {1, NULL, "{\"sub\":\"a\",\"iss\":\"i\"}", JG_OK},
    {2, "k0", "{\"sub\":\"a\"}", JG_E_SIGNATURE},
    {2, "k2", "{\"sub\":\"a\"}", JG_E_KEY_UNKNOWN},
};

struct world {
    struct keysets k;
    struct jg_snapshot *snapshot;
    struct jg_buf token;
};

/* Twice with new caches: the second time they may help. */
static enum jg_err
run(struct world *w, const struct client *c, bool traced)
{
    static const struct jg_hash_key key = {1, 1};
    static struct jg_trace trace;
    struct jg_token_cache *cache = NULL;
    struct jg_keysets *sets = NULL;
    enum jg_err err = jg_cache_new(64 * 1024, &key, &cache);

    if (err == JG_OK)
        err = jg_keysets_new(&sets);
    for (size_t i = 0; i < 2 && err == JG_OK; i++) {
        struct jg_decision d;
        struct jg_arena a;

        start_decision(&d, w->snapshot, c, &a);
        jg_arena_init(&a, 64, 4 * 1024 * 1024);
        d.with.cache = cache;
        d.with.keysets = sets;
        d.with.store = w->k.store;
        d.with.counters = w->k.counters;
        d.trace = traced ? &trace : NULL;
        while (jg_decide(&d) == JG_WANT)
            ;
        err = d.reason;
        end_decision(&d);
    }
    jg_keysets_free(sets);
    jg_cache_free(cache);
    return err;
}

static void
torture(struct world *w, const struct row *row, bool traced)
{
    unsigned long total, survived = 0;
    struct client c;

    fail_at = 0;
    make_es256(&w->k, row->key, row->kid, row->claims, &w->token);
    make_request(&c, "/u/x", "Authorization: Bearer %T", jg_buf_str(&w->token));
    allocations = 0;
    assert_err(run(w, &c, traced), row->want);
    total = allocations;
    for (unsigned long n = 1; n <= total; n++) {
        enum jg_err err;

        allocations = 0;
        fail_at = n;
        err = run(w, &c, traced);
        fail_at = 0;
        survived += err == row->want;
        if (err != row->want)
            assert_err(err, JG_E_NOMEM);
    }
    assert_err(run(w, &c, traced), row->want);
    print_message("# %s: %lu allocations failed, %lu not needed\n",
                  jg_err_info(row->want)->name, total, survived);
    assert_true(survived < total);
    end_request(&c);
}

static void
tokens_are_refused_or_decided_as_before(void **state)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        torture(*state, &rows[i], false);
        torture(*state, &rows[i], true);
    }
}

/* One process whose memory comes back: the set is read as if nothing was. */
static void
a_set_that_had_no_room_is_read_later(void **state)
{
    struct world *w = *state;
    struct jg_str id = id_of_set(w->snapshot, "u", 0);
    bool reached = true;

    for (unsigned long n = 1; reached; n++) {
        struct jg_keysets *sets = NULL;
        struct jg_keyset_state found;
        enum jg_err err;

        assert_err(jg_keysets_new(&sets), JG_OK);
        allocations = 0;
        fail_at = n;
        err = jg_keysets_find(sets, w->k.store, w->k.counters, id,
                              JG_KEYSETS_KNOWN, &found);
        fail_at = 0;
        reached = allocations >= n;
        if (err != JG_OK)
            assert_null(found.keys);
        jg_jwks_free(found.keys);
        assert_err(jg_keysets_find(sets, w->k.store, w->k.counters, id,
                                   JG_KEYSETS_KNOWN, &found),
                   JG_OK);
        assert_non_null(found.keys);
        jg_jwks_free(found.keys);
        jg_keysets_free(sets);
    }
}

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    keysets_open(&w->k);
    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    put_set(&w->k, id_of_set(w->snapshot, "u", 0), "0", FETCHED, NOW);
    put_set(&w->k, id_of_set(w->snapshot, "u", 1), "1", FETCHED, NOW);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_snapshot_free(w->snapshot);
    keysets_close(&w->k);
    free(w);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_refused_or_decided_as_before),
        cmocka_unit_test(a_set_that_had_no_room_is_read_later),
    };

    torture_jansson();
    return cmocka_run_group_tests_name("access/keysets_torture", tests, setup,
                                       teardown);
}
