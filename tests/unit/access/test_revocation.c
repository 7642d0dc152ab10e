/* revoked.c and revocation.c: what is revoked is refused, at once. */
#include "keyset_check.h"

#include "access/step.h"

#define ALL ",\"jwt_default_policies\":[\"all\"]"

static const struct doc apis[] = {
    JWT_API("a", ALL),
    JWT_API("b", ALL ",\"jwt_identity_base_field\":\"email\""),
    KEY_API("k", ",\"jwt_jwks_uris\":[{\"url\":\"https://set.example/\"}]"),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"a\":{\"api_id\":\"a\"},"
                  "\"b\":{\"api_id\":\"b\"},\"k\":{\"api_id\":\"k\"}}"),
};

struct world {
    struct keysets k;
    struct jg_snapshot *snapshot;
    struct jg_revoked *revoked;
    struct jg_token_cache *cache;
    struct jg_signer *signer;
    struct jg_buf token;
    bool cached; /* of the last decision */
};

static struct world *
open_world(void)
{
    static const struct jg_hash_key key = {1, 2};
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    keysets_open(&w->k);
    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    w->signer = signer_of_secret(SECRET);
    assert_err(jg_revoked_new(&w->revoked), JG_OK);
    assert_err(jg_cache_new(1 << 20, &key, &w->cache), JG_OK);
    jg_buf_init(&w->token, 64 * 1024);
    return w;
}

static void
close_world(struct world *w)
{
    jg_buf_free(&w->token);
    jg_cache_free(w->cache);
    jg_revoked_free(w->revoked);
    jg_signer_free(w->signer);
    jg_snapshot_free(w->snapshot);
    keysets_close(&w->k);
    free(w);
}

/* As the control API does it. */
static void
withdraw(struct world *w, const struct jg_revocation *r)
{
    char id[JG_REVOCATION_ID_BYTES + 1];
    struct jg_txn *txn;
    bool changed;

    assert_err(jg_txn_write(w->k.store, &txn), JG_OK);
    assert_err(jg_revocation_put(txn, r, id, &changed), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_counters_bump_revocations(w->k.counters);
}

static void
allow_again(struct world *w, const struct jg_revocation *r)
{
    char id[JG_REVOCATION_ID_BYTES + 1];
    struct jg_txn *txn;

    assert_err(jg_revocation_id(r, id), JG_OK);
    assert_err(jg_txn_write(w->k.store, &txn), JG_OK);
    assert_err(jg_revocation_delete(txn, jg_str(id)), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_counters_bump_revocations(w->k.counters);
}

/* Why w->token is refused by the API <api> at <now_s>. */
static enum jg_err
decide_at(struct world *w, const char *api, int64_t now_s)
{
    struct client c;
    struct jg_decision d;
    struct jg_arena a;
    char target[16];
    enum jg_err reason;

    snprintf(target, sizeof(target), "/%s/", api);
    make_request(&c, target, "Authorization: Bearer %T", jg_buf_str(&w->token));
    start_decision(&d, w->snapshot, &c, &a);
    d.with.store = w->k.store;
    d.with.counters = w->k.counters;
    d.with.keysets = w->k.sets;
    d.with.cache = w->cache;
    d.with.revoked = w->revoked;
    d.with.now_s = now_s;
    jg_decide(&d);
    reason = d.reason;
    w->cached = d.cached;
    end_decision(&d);
    end_request(&c);
    return reason;
}

static enum jg_err
decide(struct world *w, const char *api, const char *claims)
{
    make_token(w->signer, HS256, claims, &w->token);
    return decide_at(w, api, NOW);
}

static void
each_way_refuses_those_that_it_means(void **state)
{
    static const struct {
        struct jg_revocation r;
        const char *api, *claims;
        bool refused;
    } rows[] = {
        {{.by = JG_REVOKE_JTI, .value = JG_STR("t1")},
         "a",
         "{\"sub\":\"x\",\"jti\":\"t1\"}",
         true},
        {{.by = JG_REVOKE_JTI, .value = JG_STR("t1")},
         "a",
         "{\"sub\":\"x\",\"jti\":\"t10\"}",
         false},
        {{.by = JG_REVOKE_JTI, .value = JG_STR("t1")},
         "a",
         "{\"sub\":\"t1\"}",
         false},
        {{.by = JG_REVOKE_JTI, .value = JG_STR("17")},
         "a",
         "{\"sub\":\"x\",\"jti\":17}",
         true},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x")},
         "a",
         "{\"sub\":\"x\"}",
         true},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x")},
         "a",
         "{\"sub\":\"X\"}",
         false},
        /* Who it is may be said by another claim. */
        {{.by = JG_REVOKE_SUB, .value = JG_STR("e@x")},
         "b",
         "{\"sub\":\"x\",\"email\":\"e@x\"}",
         true},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x")},
         "b",
         "{\"sub\":\"x\",\"email\":\"e@x\"}",
         true},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x"), .api_id = JG_STR("a")},
         "a",
         "{\"sub\":\"x\"}",
         true},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x"), .api_id = JG_STR("a")},
         "b",
         "{\"sub\":\"x\"}",
         false},
        {{.by = JG_REVOKE_CLIENT, .value = JG_STR("c")},
         "a",
         "{\"sub\":\"x\",\"azp\":\"c\"}",
         true},
        {{.by = JG_REVOKE_CLIENT, .value = JG_STR("c")},
         "a",
         "{\"sub\":\"x\",\"azp\":\"d\",\"client_id\":\"c\"}",
         true},
        {{.by = JG_REVOKE_CLIENT, .value = JG_STR("c")},
         "a",
         "{\"sub\":\"x\",\"cid\":\"c\"}",
         true},
        {{.by = JG_REVOKE_CLIENT, .value = JG_STR("c")},
         "a",
         "{\"sub\":\"x\",\"clientId\":\"c\"}",
         true},
        {{.by = JG_REVOKE_CLIENT, .value = JG_STR("c")},
         "a",
         "{\"sub\":\"c\",\"aud\":\"c\"}",
         false},
        {{.by = JG_REVOKE_ISSUED, .before_s = NOW - 10},
         "a",
         "{\"sub\":\"x\",\"iat\":1699999989}",
         true},
        {{.by = JG_REVOKE_ISSUED, .before_s = NOW - 10},
         "a",
         "{\"sub\":\"x\",\"iat\":1699999990}",
         false},
        {{.by = JG_REVOKE_ISSUED, .before_s = NOW - 10},
         "a",
         "{\"sub\":\"x\"}",
         true},
        {{.by = JG_REVOKE_ISSUED, .before_s = NOW - 10},
         "a",
         "{\"sub\":\"x\",\"iat\":0}",
         true},
        {{.by = JG_REVOKE_ISSUED, .before_s = NOW, .api_id = JG_STR("b")},
         "a",
         "{\"sub\":\"x\"}",
         false},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x"), .expires_s = NOW + 1},
         "a",
         "{\"sub\":\"x\"}",
         true},
        {{.by = JG_REVOKE_SUB, .value = JG_STR("x"), .expires_s = NOW},
         "a",
         "{\"sub\":\"x\"}",
         false},
    };
    struct world *w = open_world();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_err(decide(w, rows[i].api, rows[i].claims), JG_OK);
        withdraw(w, &rows[i].r);
        for (int again = 0; again < 2; again++) {
            enum jg_err reason = decide(w, rows[i].api, rows[i].claims);

            if ((reason == JG_E_TOKEN_REVOKED) != rows[i].refused)
                fail_msg("row %zu: %s", i, jg_err_info(reason)->name);
            assert_true(w->cached); /* a cached one is refused as well */
        }
        allow_again(w, &rows[i].r);
        assert_err(decide(w, rows[i].api, rows[i].claims), JG_OK);
    }
    close_world(w);
}

static void
of_two_times_the_later_one_counts(void **state)
{
    const struct jg_revocation all = {.by = JG_REVOKE_ISSUED,
                                      .before_s = NOW - 100};
    const struct jg_revocation one = {
        .by = JG_REVOKE_ISSUED, .before_s = NOW - 10, .api_id = JG_STR("a")};
    struct world *w = open_world();

    (void)state;
    withdraw(w, &all);
    withdraw(w, &one);
    assert_err(decide(w, "a", "{\"sub\":\"x\",\"iat\":1699999950}"),
               JG_E_TOKEN_REVOKED);
    assert_err(decide(w, "b", "{\"sub\":\"x\",\"iat\":1699999950}"), JG_OK);
    assert_err(decide(w, "b", "{\"sub\":\"x\",\"iat\":1699999899}"),
               JG_E_TOKEN_REVOKED);
    close_world(w);
}

static void
a_token_is_refused_by_its_hash(void **state)
{
    struct world *w = open_world();
    char hash[65];

    (void)state;
    assert_err(decide(w, "a", "{\"sub\":\"x\"}"), JG_OK);
    assert_err(jg_sha256_hex(jg_buf_str(&w->token), hash), JG_OK);
    withdraw(w, &(struct jg_revocation){.by = JG_REVOKE_TOKEN,
                                        .value = jg_str(hash)});
    assert_err(decide(w, "a", "{\"sub\":\"x\"}"), JG_E_TOKEN_REVOKED);
    assert_err(decide(w, "a", "{\"sub\":\"y\"}"), JG_OK);
    close_world(w);
}

/* Whoever signs again gets other bytes, and an ECDSA signature has a twin
 * without any key: what is signed stays the same. */
static void
another_signature_is_no_way_around(void **state)
{
    struct world *w = open_world();
    char hash[65];
    struct jg_str text;

    (void)state;
    put_set(&w->k, id_of_set(w->snapshot, "k", 0), "0", FETCHED, FETCHED);
    make_es256(&w->k, 0, "k0", "{\"sub\":\"x\"}", &w->token);
    assert_err(decide_at(w, "k", NOW), JG_OK);
    text = jg_buf_str(&w->token);
    while (text.p[text.len - 1] != '.')
        text.len--;
    text.len--;
    assert_err(jg_sha256_hex(text, hash), JG_OK);
    withdraw(w, &(struct jg_revocation){.by = JG_REVOKE_SIGNED,
                                        .value = jg_str(hash)});
    for (int i = 0; i < 3; i++) {
        make_es256(&w->k, 0, "k0", "{\"sub\":\"x\"}", &w->token);
        assert_err(decide_at(w, "k", NOW), JG_E_TOKEN_REVOKED);
    }
    close_world(w);
}

/* Leaving kid out is no way around either, also not for a cached token. */
static void
a_key_is_revoked_by_its_kid(void **state)
{
    const struct jg_revocation kid = {.by = JG_REVOKE_KID,
                                      .value = JG_STR("k0")};
    static const struct {
        unsigned key;
        const char *kid;
        enum jg_err want;
    } rows[] = {
        {0, "k0", JG_E_TOKEN_REVOKED},
        {0, NULL, JG_E_TOKEN_REVOKED},
        {1, "k1", JG_OK},
        {1, NULL, JG_OK},
    };
    struct world *w = open_world();

    (void)state;
    put_set(&w->k, id_of_set(w->snapshot, "k", 0), "01", FETCHED, FETCHED);
    for (size_t i = 0; i < LEN(rows); i++) {
        make_es256(&w->k, rows[i].key, rows[i].kid, "{\"sub\":\"x\"}",
                   &w->token);
        assert_err(decide_at(w, "k", NOW), JG_OK);
        withdraw(w, &kid);
        assert_err(decide_at(w, "k", NOW), rows[i].want);
        assert_err(decide_at(w, "k", NOW), rows[i].want);
        allow_again(w, &kid);
        assert_err(decide_at(w, "k", NOW), JG_OK);
    }
    close_world(w);
}

/* What it was is not known: so nobody with a token is let in. */
static void
a_damaged_one_closes_the_door_until_it_is_removed(void **state)
{
    const struct jg_revocation r = {.by = JG_REVOKE_SUB,
                                    .value = JG_STR("nobody")};
    char id[JG_REVOCATION_ID_BYTES + 1];
    struct world *w = open_world();
    struct jg_txn *txn;

    (void)state;
    assert_err(jg_revocation_id(&r, id), JG_OK);
    assert_err(jg_txn_write(w->k.store, &txn), JG_OK);
    assert_err(
        jg_store_put(txn, JG_KIND_REVOCATION, jg_str(id), JG_STR("damaged")),
        JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(decide(w, "a", "{\"sub\":\"x\"}"), JG_E_REVOCATIONS);
    assert_err(decide(w, "a", "{\"sub\":\"x\"}"), JG_E_REVOCATIONS);
    allow_again(w, &r);
    assert_err(decide(w, "a", "{\"sub\":\"x\"}"), JG_OK);
    close_world(w);
}

/* More changes than are kept, between two looks: everything is read again. */
static void
a_table_that_lags_behind_catches_up(void **state)
{
    static const unsigned steps[] = {1, 3, JG_REVOCATION_CHANGES_MAX + 10, 2};
    struct world *w = open_world();
    char jti[16], id[JG_REVOCATION_ID_BYTES + 1];
    unsigned n = 0;

    (void)state;
    for (size_t i = 0; i < LEN(steps); i++) {
        struct jg_txn *txn;
        bool changed;

        assert_err(jg_txn_write(w->k.store, &txn), JG_OK);
        for (unsigned k = 0; k < steps[i]; k++) {
            struct jg_revocation r = {.by = JG_REVOKE_JTI};

            snprintf(jti, sizeof(jti), "%u", n++);
            r.value = jg_str(jti);
            assert_err(jg_revocation_put(txn, &r, id, &changed), JG_OK);
        }
        assert_err(jg_txn_commit(txn), JG_OK);
        jg_counters_bump_revocations(w->k.counters);
        assert_err(jg_revoked_refresh(w->revoked, w->k.store, w->k.counters),
                   JG_OK);
        assert_int_equal(jg_revoked_count(w->revoked, JG_REVOKE_JTI), n);
        assert_true(jg_revoked_has(w->revoked, JG_REVOKE_JTI, jg_str(jti),
                                   JG_STR("a"), NOW));
    }
    close_world(w);
}

/* Whatever the key was called when it was revoked, and is presented as. */
static void
a_stored_key_is_refused_by_any_of_its_names(void **state)
{
#define JSON_KEY "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJtaW5lIiwiaCI6InNoYTI1NiJ9"
    static const struct {
        const char *revoked, *key;
        enum jg_err want;
    } rows[] = {
        {"opaque", "opaque", JG_E_TOKEN_REVOKED},
        {"opaque", "opaque2", JG_OK},
        {"mine", "defaultmine", JG_E_TOKEN_REVOKED},
        {"mine", "othermine", JG_OK},
        {JSON_KEY, JSON_KEY, JG_E_TOKEN_REVOKED},
        {"mine", JSON_KEY, JG_E_TOKEN_REVOKED},
        {"defaultmine", JSON_KEY, JG_E_TOKEN_REVOKED},
        {"yours", JSON_KEY, JG_OK},
        {"default", JSON_KEY, JG_OK},
    };
    struct world *w = open_world();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_decision d = {.api =
                                    jg_snapshot_api(w->snapshot, JG_STR("a"))};
        struct jg_revocation r = {.by = JG_REVOKE_TOKEN};
        struct jg_arena a;
        char hash[65];

        jg_arena_init(&a, 4096, 1024 * 1024);
        d.arena = &a;
        d.with.store = w->k.store;
        d.with.counters = w->k.counters;
        d.with.revoked = w->revoked;
        d.with.now_s = NOW;
        assert_err(jg_revocation_of_key(&d, jg_str(rows[i].key)), JG_OK);
        assert_err(jg_sha256_hex(jg_str(rows[i].revoked), hash), JG_OK);
        r.value = jg_str(hash);
        withdraw(w, &r);
        assert_err(jg_revocation_of_key(&d, jg_str(rows[i].key)), rows[i].want);
        allow_again(w, &r);
        jg_arena_free(&a);
    }
    close_world(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_refuses_those_that_it_means),
        cmocka_unit_test(of_two_times_the_later_one_counts),
        cmocka_unit_test(a_token_is_refused_by_its_hash),
        cmocka_unit_test(another_signature_is_no_way_around),
        cmocka_unit_test(a_key_is_revoked_by_its_kid),
        cmocka_unit_test(a_damaged_one_closes_the_door_until_it_is_removed),
        cmocka_unit_test(a_table_that_lags_behind_catches_up),
        cmocka_unit_test(a_stored_key_is_refused_by_any_of_its_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
