/*
 * With the cache or without it, the verdict is the same: 100,000 random steps
 * of requests with good, changed, expired and foreign tokens, while the clock
 * moves and keys, policies and definitions change.
 */
#include "access_check.h"

#define STEPS 100000
#define TOKENS 400
#define SNAPSHOTS 6

/* Two APIs with one secret each; in later snapshots something is different. */
static const struct doc apis[][2] = {
    {JWT_API("a", ""), JWT_API("b", "")},
    {JWT_API("a", ",\"jwt_expires_at_validation_skew\":30"), JWT_API("b", "")},
    {{"a", "{\"api_id\":\"a\",\"org_id\":\"default\",\"active\":true,"
           "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
           "\"jwt_source\":\"b3RoZXI=\",\"jwt_policy_field_name\":\"pol\","
           "\"proxy\":{\"listen_path\":\"/a/\","
           "\"target_url\":\"http://127.0.0.1:8000\"}}"},
     JWT_API("b", ",\"jwt_default_policies\":[\"all\"]")},
};

static const struct doc policies[][2] = {
    {POLICY("all", ",\"access_rights\":{\"a\":{},\"b\":{}}"),
     POLICY("some", ",\"access_rights\":{\"b\":{}},\"key_expires_in\":60")},
    {POLICY("all", ",\"access_rights\":{\"a\":{},\"b\":{}},"
                   "\"is_inactive\":true"),
     POLICY("some", ",\"access_rights\":{\"a\":{},\"b\":{}}")},
};

struct world {
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

static void
draw_token(struct world *w, struct jg_signer *const signers[2],
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
    char claims[256], times[96] = "";
    unsigned kind = draw(w, 4);

    if (kind == 1)
        snprintf(times, sizeof(times), ",\"exp\":%d", NOW + (int)draw(w, 200));
    if (kind == 2)
        snprintf(times, sizeof(times), ",\"nbf\":%d,\"exp\":%d",
                 NOW + (int)draw(w, 100), NOW + 50 + (int)draw(w, 100));
    if (kind == 3 && draw(w, 4) == 0)
        snprintf(times, sizeof(times), ",\"exp\":\"never\"");
    snprintf(claims, sizeof(claims), "{%s%s%s}", subs[draw(w, LEN(subs))],
             pols[draw(w, LEN(pols))], times);
    make_token(signers[draw(w, 8) == 0], headers[draw(w, LEN(headers))], claims,
               out);
    if (draw(w, 16) == 0)
        out->p[draw(w, (unsigned)out->len)] ^= 1;
}

/* Half of the requests come from a few callers. */
static struct jg_str
draw_known(struct world *w)
{
    unsigned among = draw(w, 2) == 0 ? TOKENS / 10 : TOKENS;

    return jg_buf_str(&w->tokens[draw(w, among)]);
}

static int
setup(void **state)
{
    static const struct jg_hash_key key = {7, 8};
    struct jg_signer *signers[2] = {signer_of_secret(SECRET),
                                    signer_of_secret("other")};
    struct world *w = calloc(1, sizeof(*w));

    w->random = 88172645463325252u;
    for (size_t i = 0; i < SNAPSHOTS; i++)
        w->snapshots[i] =
            snapshot_with(i > 0 ? w->snapshots[i - 1] : NULL, i + 1, "{}",
                          apis[i % LEN(apis)], 2, policies[i / LEN(apis)], 2);
    for (size_t i = 0; i < TOKENS; i++) {
        jg_buf_init(&w->tokens[i], JG_TOKEN_MAX);
        draw_token(w, signers, &w->tokens[i]);
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
    free(w);
    return 0;
}

struct result {
    enum jg_verdict verdict;
    enum jg_err reason;
    bool cached;
    char identity[16];
    int64_t expires_s;
    size_t policy_count;
};

static struct result
run(const struct jg_snapshot *snapshot, struct jg_token_cache *cache,
    const struct client *c, int64_t now_s)
{
    static _Alignas(16) char seed[16384];
    struct jg_decision d;
    struct jg_arena a;
    struct result r;

    start_decision(&d, snapshot, c, &a);
    jg_arena_seed(&a, seed, sizeof(seed));
    d.with.cache = cache;
    d.with.now_s = now_s;
    memset(&r, 0, sizeof(r));
    r.verdict = jg_decide(&d);
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
    unsigned allowed = 0, denied = 0, hits = 0;

    for (unsigned step = 0; step < STEPS; step++) {
        const struct jg_snapshot *snapshot = w->snapshots[draw(w, SNAPSHOTS)];
        int64_t now_s = NOW + (int64_t)draw(w, 220);
        struct result with, without;
        struct client c;

        make_request(&c, draw(w, 2) == 0 ? "/a/x" : "/b/y?z",
                     "Authorization: Bearer %T", draw_known(w));
        with = run(snapshot, w->cache, &c, now_s);
        without = run(snapshot, NULL, &c, now_s);
        assert_verdict(with.verdict, without.verdict);
        assert_err(with.reason, without.reason);
        assert_string_equal(with.identity, without.identity);
        assert_true(with.expires_s == without.expires_s);
        assert_int_equal(with.policy_count, without.policy_count);
        allowed += with.verdict == JG_ALLOW;
        denied += with.verdict == JG_DENY;
        hits += with.cached;
        end_request(&c);
    }
    print_message("# %u allowed, %u denied, %u from the cache\n", allowed,
                  denied, hits);
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
