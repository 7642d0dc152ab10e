/*
 * Decisions about tokens of key sets by URL: a world to make them in, and what
 * they asked for until they were made.
 */
#ifndef JG_TESTS_KEYS_CHECK_H
#define JG_TESTS_KEYS_CHECK_H

#include "keyset_check.h"

#include "access/respond.h"

#define URIS(list) ",\"jwt_jwks_uris\":[" list "]"
#define URI(n) "{\"url\":\"https://s" n "/\"}"
#define BOUND(n, iss) "{\"url\":\"https://s" n "/\",\"issuer\":\"" iss "\"}"

static const struct doc apis[] = {
    KEY_API("one", URIS(URI("1"))),
    KEY_API("two", URIS(URI("1") "," URI("2"))),
    KEY_API("bound", URIS(URI("1")) ",\"jwt_issuer\":\"https://i\""),
    KEY_API("each", URIS(BOUND("1", "i") "," BOUND("2", "j"))),
    KEY_API("mixed", URIS(BOUND("1", "i") "," URI("2"))),
    KEY_API("eight",
            URIS(URI("1") "," URI("2") "," URI("3") "," URI("4") "," URI(
                "5") "," URI("6") "," URI("7") "," URI("8"))),
    JWT_API("own", ",\"jwt_issuer\":\"i\""),
    KEY_API("strict", URIS(URI("1")) ",\"jwt_profile\":\"strict\""),
};
static const struct doc policies[] = {POLICY(
    "all", ",\"access_rights\":{\"one\":{},\"two\":{},\"bound\":{},"
           "\"each\":{},\"mixed\":{},\"eight\":{},\"strict\":{},\"own\":{}}")};

struct world {
    struct keysets k;
    struct jg_snapshot *snapshot;
    struct jg_token_cache *cache;
    struct jg_buf token;
};

/* How a decision about w->token went: every question it asked, and its end. */
struct answer {
    char wants[256]; /* "keyset s1; again s2; " */
    enum jg_err reason;
    int status;
    int64_t retry_after_s;
    bool cached;
};

/* What a test does about a question. */
typedef bool fetcher(struct world *w, const struct jg_want *want);

static inline bool
fetch_nothing(struct world *w, const struct jg_want *want)
{
    (void)w;
    (void)want;
    return true;
}

static inline bool
fetch_fails(struct world *w, const struct jg_want *want)
{
    (void)w;
    (void)want;
    return false;
}

static inline void
note_want(const struct jg_decision *d, struct answer *a)
{
    const struct jg_api *api = d->api;
    size_t len = strlen(a->wants);
    struct jg_str id =
        jg_str_head(d->want.name, jg_str_find(d->want.name, ' '));
    struct jg_str kid = jg_str_from(d->want.name, id.len + 1);

    for (size_t i = 0; i < api->key_url_count; i++)
        if (jg_str_eq(id, api->key_urls[i].id))
            snprintf(a->wants + len, sizeof(a->wants) - len, "%s s%zu; ",
                     d->want.kind == JG_WANT_KEYSET ? "keyset" : "again",
                     i + 1);
    assert_true(strlen(a->wants) > len);
    if (kid.len > 0) /* for whoever looks into it later */
        assert_true(d->want.kind == JG_WANT_KEYSET_AGAIN &&
                    jg_str_eq(kid, d->header.kid));
}

static inline struct answer
decide_at(struct world *w, const char *api, fetcher *fetch, int64_t now_s,
          struct jg_trace *trace)
{
    struct answer a = {.wants = ""};
    struct jg_error_response response;
    struct jg_decision d;
    struct jg_arena arena;
    struct client c;
    char target[32];

    snprintf(target, sizeof(target), "/%s/x", api);
    make_request(&c, target, "Authorization: Bearer %T", jg_buf_str(&w->token));
    start_decision(&d, w->snapshot, &c, &arena);
    d.with.store = w->k.store;
    d.with.counters = w->k.counters;
    d.with.keysets = w->k.sets;
    d.with.cache = w->cache;
    d.with.now_s = now_s;
    d.trace = trace;
    for (int i = 0; jg_decide(&d) == JG_WANT; i++) {
        assert_in_range(i, 0, 2 * 4);
        note_want(&d, &a);
        d.want_failed = !fetch(w, &d.want);
    }
    a.reason = d.reason;
    a.cached = d.cached;
    a.status = 200;
    if (d.reason != JG_OK) {
        assert_err(jg_respond_decision(&d, &response), JG_OK);
        a.status = response.status;
        a.retry_after_s = response.retry_after_s;
    }
    end_decision(&d);
    end_request(&c);
    return a;
}

static inline struct answer
decide(struct world *w, const char *api)
{
    return decide_at(w, api, fetch_nothing, NOW, NULL);
}

static inline void
check_answer(struct answer a, enum jg_err reason, const char *wants,
             const char *what)
{
    if (a.reason != reason || strcmp(a.wants, wants) != 0)
        print_error("%s: %s, wants \"%s\"\n", what, jg_err_info(a.reason)->name,
                    a.wants);
    assert_err(a.reason, reason);
    assert_string_equal(a.wants, wants);
}

static inline void
put(struct world *w, unsigned set, const char *keys, int64_t fetched_s,
    int64_t tried_s)
{
    put_set(&w->k, id_of_set(w->snapshot, "eight", set - 1), keys, fetched_s,
            tried_s);
}

/* Without a record at all, as before the first load. */
static inline void
forget_sets(struct world *w)
{
    for (size_t i = 0; i < 8; i++)
        drop_set(&w->k, id_of_set(w->snapshot, "eight", i));
    jg_counters_bump_keysets(w->k.counters);
    jg_keysets_free(w->k.sets);
    assert_err(jg_keysets_new(&w->k.sets), JG_OK);
}

#define SUB "{\"sub\":\"a\"}"
#define LONG_AGO 1000
#define ISS(iss) "{\"sub\":\"a\",\"iss\":\"" iss "\"}"

static inline int
setup(void **state)
{
    static const struct jg_hash_key key = {3, 4};
    struct world *w = calloc(1, sizeof(*w));

    keysets_open(&w->k);
    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    assert_err(jg_cache_new(1024 * 1024, &key, &w->cache), JG_OK);
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    *state = w;
    return 0;
}

static inline int
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

#endif
