/*
 * The property of test_cache_property.c for keys by URL: while sets are
 * fetched, rotated, emptied, lost, confirmed and grow old, the verdict with
 * the caches of tokens and sets is the one without them.
 */
#include "keyset_check.h"

#define STEPS 20000
#define TOKENS 60
#define DAY 86400

static const struct doc apis[] = {
    KEY_API("one", ",\"jwt_jwks_uris\":[{\"url\":\"https://s1/\"}]"),
    KEY_API("two", ",\"jwt_jwks_uris\":[{\"url\":\"https://s1/\"},"
                   "{\"url\":\"https://s2/\",\"issuer\":\"j\"}]"),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"one\":{},\"two\":{}}")};

/* What a provider may have published; NULL: it did not answer. */
static const char *const bodies[] = {"0",  "01", "12",   "23", "0123",
                                     "-2", "=1", "-0-1", "3",  NULL};

struct world {
    struct keysets k;
    struct jg_snapshot *snapshot;
    struct jg_token_cache *cache;
    struct jg_buf tokens[TOKENS];
    uint64_t random;
};

static unsigned
draw(struct world *w, unsigned below)
{
    w->random ^= w->random >> 12;
    w->random ^= w->random << 25;
    w->random ^= w->random >> 27;
    return (unsigned)((w->random * 2685821657736338717u) >> 33) % below;
}

static int
setup(void **state)
{
    static const struct jg_hash_key key = {5, 6};
    static const char *const kids[] = {"k0", "k1", "k2", "k3", NULL};
    struct world *w = calloc(1, sizeof(*w));

    keysets_open(&w->k);
    w->random = 1181783497276652981u;
    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    for (size_t i = 0; i < TOKENS; i++) {
        unsigned signer = draw(w, KEYS);
        const char *kid = draw(w, 4) == 0 ? kids[draw(w, 5)] : kids[signer];
        char claims[100];

        snprintf(claims, sizeof(claims),
                 "{\"sub\":\"u%zu\",\"iss\":\"%s\",\"exp\":%d}", i,
                 draw(w, 2) == 0 ? "i" : "j", NOW + (int)draw(w, 200));
        jg_buf_init(&w->tokens[i], JG_TOKEN_MAX);
        make_es256(&w->k, signer, kid, claims, &w->tokens[i]);
    }
    assert_err(jg_cache_new(256 * 1024, &key, &w->cache), JG_OK);
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
    jg_snapshot_free(w->snapshot);
    keysets_close(&w->k);
    free(w);
    return 0;
}

/* One of the sets changes, or vanishes, or becomes old or young again. */
static void
change_a_set(struct world *w)
{
    struct jg_str id = id_of_set(w->snapshot, "two", draw(w, 2));

    if (draw(w, 32) == 0) {
        drop_set(&w->k, id);
        jg_counters_bump_keysets(w->k.counters);
        return;
    }
    put_set(&w->k, id, bodies[draw(w, LEN(bodies))],
            draw(w, 4) == 0 ? NOW - DAY + (int)draw(w, 200) : FETCHED, NOW);
}

struct result {
    enum jg_verdict verdict;
    enum jg_err reason;
    bool cached;
    enum jg_want_kind want;
};

static struct result
run(struct world *w, const struct client *c, bool caches, int64_t now_s)
{
    struct jg_decision d;
    struct jg_arena a;
    struct result r;

    start_decision(&d, w->snapshot, c, &a);
    d.with.store = w->k.store;
    d.with.counters = caches ? w->k.counters : NULL;
    d.with.keysets = caches ? w->k.sets : NULL;
    d.with.cache = caches ? w->cache : NULL;
    d.with.now_s = now_s;
    r.verdict = jg_decide(&d);
    r.reason = d.reason;
    r.cached = d.cached;
    r.want = d.want.kind;
    end_decision(&d);
    return r;
}

static void
verdicts_do_not_depend_on_the_caches(void **state)
{
    struct world *w = *state;
    unsigned allowed = 0, denied = 0, wanted = 0, hits = 0, changes = 0;

    for (unsigned step = 0; step < STEPS; step++) {
        struct jg_str token = jg_buf_str(&w->tokens[draw(w, TOKENS)]);
        /* Mostly before a set may be asked for again. */
        int64_t now_s = NOW + (int64_t)draw(w, draw(w, 4) == 0 ? 220 : 8);
        struct result with, without;
        struct client c;

        if (draw(w, 40) == 0) {
            change_a_set(w);
            changes++;
        }
        make_request(&c, draw(w, 2) == 0 ? "/one/x" : "/two/y",
                     "Authorization: Bearer %T", token);
        with = run(w, &c, true, now_s);
        without = run(w, &c, false, now_s);
        assert_verdict(with.verdict, without.verdict);
        assert_err(with.reason, without.reason);
        assert_int_equal(with.want, without.want);
        allowed += with.verdict == JG_ALLOW;
        denied += with.verdict == JG_DENY;
        wanted += with.verdict == JG_WANT;
        hits += with.cached;
        end_request(&c);
    }
    print_message("# %u allowed, %u denied, %u wanted, %u from the cache, "
                  "%u changes of sets\n",
                  allowed, denied, wanted, hits, changes);
    assert_true(allowed > STEPS / 20 && denied > STEPS / 20);
    assert_true(hits > STEPS / 50 && wanted > 0 && changes > STEPS / 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_do_not_depend_on_the_caches),
    };

    return cmocka_run_group_tests_name("access/cache_keysets", tests, setup,
                                       teardown);
}
