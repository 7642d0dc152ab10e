/*
 * With the caches or without them, the verdict is the same: 100,000 random
 * steps of requests with good, changed, expired and foreign tokens, while the
 * clock moves and keys, key sets, policies and definitions change.
 */
#include "keyset_check.h"

#define STEPS 100000
#define TOKENS 400
#define SNAPSHOTS 6
#define TURN 200 /* steps from one change of a key set to the next, about */

/* Seconds after which a set is too old: the clock moves by 220. */
#define CONF "{\"jwks\":{\"max_stale\":300}}"

/* Keys of two sets, one of them for one issuer. */
#define SETS                                                             \
    KEY_API("u", ",\"jwt_policy_field_name\":\"pol\",\"jwt_jwks_uris\":" \
                 "[{\"url\":\"https://s1/\"},{\"url\":\"https://s2/\","  \
                 "\"issuer\":\"i\"}]")

/* Two APIs with one secret each, and one with key sets by URL; in later
 * snapshots something is different. */
static const struct doc apis[][3] = {
    {JWT_API("a", ""), JWT_API("b", ""), SETS},
    {JWT_API("a", ",\"jwt_expires_at_validation_skew\":30"), JWT_API("b", ""),
     SETS},
    {{"a", "{\"api_id\":\"a\",\"org_id\":\"default\",\"active\":true,"
           "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
           "\"jwt_source\":\"b3RoZXI=\",\"jwt_policy_field_name\":\"pol\","
           "\"proxy\":{\"listen_path\":\"/a/\","
           "\"target_url\":\"http://127.0.0.1:8000\"}}"},
     JWT_API("b", ",\"jwt_default_policies\":[\"all\"]"),
     KEY_API("u", ",\"jwt_jwks_uris\":[{\"url\":\"https://s2/\"}]")},
};

static const struct doc policies[][2] = {
    {POLICY("all", ",\"access_rights\":{\"a\":{},\"b\":{},\"u\":{}}"),
     POLICY("some", ",\"access_rights\":{\"b\":{}},\"key_expires_in\":60")},
    {POLICY("all", ",\"access_rights\":{\"a\":{},\"b\":{},\"u\":{}},"
                   "\"is_inactive\":true"),
     POLICY("some", ",\"access_rights\":{\"a\":{},\"b\":{},\"u\":{}}")},
};

struct world {
    struct keysets k;
    struct jg_snapshot *snapshots[SNAPSHOTS];
    struct jg_buf tokens[TOKENS];
    struct jg_token_cache *cache;
    uint64_t random;
};

/* xorshift64*: the same steps in every run. */
static unsigned
draw(struct world *w, unsigned below)
{
    w->random ^= w->random >> 12;
    w->random ^= w->random << 25;
    w->random ^= w->random >> 27;
    return (unsigned)((w->random * 2685821657736338717u) >> 33) % below;
}

/* Every tenth token is for the API with key sets by URL. */
static bool
is_es256(unsigned n)
{
    return n % 10 == 0;
}

static void
draw_token(struct world *w, struct jg_signer *const signers[2], unsigned n,
           struct jg_buf *out)
{
    static const char *const subs[] = {
        "\"sub\":\"alice\"", "\"sub\":\"bob\"",  "\"sub\":\"carol\"",
        "\"sub\":\"dave\"",  "\"sub\":\"eve\"",  "\"sub\":\"frank\"",
        "\"sub\":\"\"",      "\"x\":{\"y\":[1]}"};
    static const char *const pols[] = {"",
                                       ",\"pol\":\"all\"",
                                       ",\"pol\":\"all\"",
                                       ",\"pol\":\"all\"",
                                       ",\"pol\":\"some\"",
                                       ",\"pol\":\"nowhere\""};
    static const char *const headers[] = {HS256, "{\"alg\":\"HS384\"}",
                                          "{\"alg\":\"HS256\",\"kid\":\"k\"}",
                                          HS256, "{\"alg\":\"RS256\"}"};
    char claims[300], times[96] = "";
    unsigned kind = draw(w, 4);

    if (kind == 1)
        snprintf(times, sizeof(times), ",\"exp\":%d", NOW + (int)draw(w, 200));
    if (kind == 2)
        snprintf(times, sizeof(times), ",\"nbf\":%d,\"exp\":%d",
                 NOW + (int)draw(w, 100), NOW + 50 + (int)draw(w, 100));
    if (kind == 3 && draw(w, 4) == 0)
        snprintf(times, sizeof(times), ",\"exp\":\"never\"");
    snprintf(claims, sizeof(claims), "{%s%s%s%s}", subs[draw(w, LEN(subs))],
             pols[draw(w, LEN(pols))], times,
             draw(w, 2) == 0 ? ",\"iss\":\"i\"" : "");
    if (is_es256(n))
        make_es256(&w->k, draw(w, 2), draw(w, 4) == 0 ? NULL : "k0", claims,
                   out);
    else
        make_token(signers[draw(w, 8) == 0], headers[draw(w, LEN(headers))],
                   claims, out);
    if (draw(w, 16) == 0)
        out->p[draw(w, (unsigned)out->len)] ^= 1;
}

/* Half of the requests come from a few callers; most tokens are sent to an API
 * that may know their keys. */
static void
draw_request(struct world *w, struct client *c)
{
    static const char *const targets[] = {"/a/x", "/b/y?z", "/u/x"};
    unsigned n = draw(w, draw(w, 2) == 0 ? TOKENS / 10 : TOKENS);
    unsigned target = is_es256(n) ? 2 : draw(w, 2);

    if (draw(w, 20) == 0)
        target = draw(w, LEN(targets));
    make_request(c, targets[target], "Authorization: Bearer %T",
                 jg_buf_str(&w->tokens[n]));
}

static int
setup(void **state)
{
    static const struct jg_hash_key key = {7, 8};
    struct jg_signer *signers[2] = {signer_of_secret(SECRET),
                                    signer_of_secret("other")};
    struct world *w = calloc(1, sizeof(*w));

    keysets_open(&w->k);
    w->random = 88172645463325252u;
    for (size_t i = 0; i < SNAPSHOTS; i++)
        w->snapshots[i] =
            snapshot_with(i > 0 ? w->snapshots[i - 1] : NULL, i + 1, CONF,
                          apis[i % LEN(apis)], 3, policies[i / LEN(apis)], 2);
    for (size_t i = 0; i < TOKENS; i++) {
        jg_buf_init(&w->tokens[i], JG_TOKEN_MAX);
        draw_token(w, signers, (unsigned)i, &w->tokens[i]);
    }
    jg_signer_free(signers[0]);
    jg_signer_free(signers[1]);
    /* Smaller than the tokens, so that some are evicted. */
    assert_err(jg_cache_new(128 * 1024, &key, &w->cache), JG_OK);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_cache_free(w->cache);
    for (size_t i = 0; i < TOKENS; i++)
        jg_buf_free(&w->tokens[i]);
    for (size_t i = 0; i < SNAPSHOTS; i++)
        jg_snapshot_free(w->snapshots[i]);
    keysets_close(&w->k);
    free(w);
    return 0;
}

struct result {
    unsigned wants;
    enum jg_verdict verdict;
    enum jg_err reason;
    bool cached;
    char identity[16];
    int64_t expires_s;
    size_t policy_count;
};

/* Another set, none, or only another time; and everybody hears of it, unless
 * nothing but times changed. */
static void
change_a_set(struct world *w)
{
    static const char *const sets[] = {"0",   "=1", "0=1", "=1-0",
                                       "-13", "12", NULL,  "=0-3"};
    struct jg_str id = id_of_set(w->snapshots[0], "u", draw(w, 2));
    int64_t fetched_s = NOW - (int64_t)draw(w, 200);
    struct jg_keyset record;
    struct jg_txn *txn;

    if (draw(w, 3) > 0) {
        const char *set = sets[draw(w, LEN(sets))];

        put_set(&w->k, id, set, set == NULL ? 0 : fetched_s, fetched_s);
        return;
    }
    assert_err(jg_txn_write(w->k.store, &txn), JG_OK);
    if (jg_keyset_get(txn, id, &record) == JG_OK) {
        /* As a fetch that confirms the set: it only grows younger. */
        if (record.fetched_s < fetched_s)
            record.fetched_s = fetched_s;
        assert_err(jg_keyset_put(txn, id, &record), JG_OK);
    }
    assert_err(jg_txn_commit(txn), JG_OK);
}

/* With both caches, or with neither. Nobody fetches what is asked for. */
static struct result
run(struct world *w, const struct jg_snapshot *snapshot, bool caches,
    const struct client *c, int64_t now_s)
{
    static _Alignas(16) char seed[16384];
    struct jg_decision d;
    struct jg_arena a;
    struct result r;

    start_decision(&d, snapshot, c, &a);
    jg_arena_seed(&a, seed, sizeof(seed));
    d.with.store = w->k.store;
    d.with.counters = w->k.counters;
    d.with.cache = caches ? w->cache : NULL;
    d.with.keysets = caches ? w->k.sets : NULL;
    d.with.now_s = now_s;
    memset(&r, 0, sizeof(r));
    do {
        r.verdict = jg_decide(&d);
        r.wants += r.verdict == JG_WANT;
    } while (r.verdict == JG_WANT);
    r.reason = d.reason;
    r.cached = d.cached;
    snprintf(r.identity, sizeof(r.identity), "%.*s",
             JG_STR_ARG(d.session.identity));
    r.expires_s = d.session.expires_s;
    r.policy_count = d.session.policy_count;
    end_decision(&d);
    return r;
}

static void
verdicts_do_not_depend_on_the_cache(void **state)
{
    struct world *w = *state;
    unsigned allowed = 0, denied = 0, hits = 0, fetched_hits = 0;

    for (unsigned step = 0; step < STEPS; step++) {
        const struct jg_snapshot *snapshot = w->snapshots[draw(w, SNAPSHOTS)];
        int64_t now_s = NOW + (int64_t)draw(w, 220);
        struct result with, without;
        struct client c;

        if (draw(w, TURN) == 0)
            change_a_set(w);
        draw_request(w, &c);
        with = run(w, snapshot, true, &c, now_s);
        without = run(w, snapshot, false, &c, now_s);
        assert_int_equal(with.wants, without.wants);
        assert_verdict(with.verdict, without.verdict);
        assert_err(with.reason, without.reason);
        assert_string_equal(with.identity, without.identity);
        assert_true(with.expires_s == without.expires_s);
        assert_int_equal(with.policy_count, without.policy_count);
        allowed += with.verdict == JG_ALLOW;
        denied += with.verdict == JG_DENY;
        hits += with.cached;
        fetched_hits +=
            with.cached && jg_str_starts(c.request.target, JG_STR("/u/"));
        end_request(&c);
    }
    print_message("# %u allowed, %u denied, %u from the cache, %u of them by "
                  "fetched keys\n",
                  allowed, denied, hits, fetched_hits);
    assert_true(fetched_hits > STEPS / 250);
    assert_true(allowed > STEPS / 20 && denied > STEPS / 20);
    assert_true(hits > STEPS / 20);
    assert_true(jg_cache_stats(w->cache).evictions > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_do_not_depend_on_the_cache),
    };

    return cmocka_run_group_tests_name("access/cache_property", tests, setup,
                                       teardown);
}
