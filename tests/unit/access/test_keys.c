/*
 * keys.c and signature.c: which set verifies a token, what is fetched when
 * none does, and how often.
 */
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
    KEY_API("strict", URIS(URI("1")) ",\"jwt_profile\":\"strict\""),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"one\":{},\"two\":{},\"bound\":{},"
                  "\"each\":{},\"mixed\":{},\"eight\":{},\"strict\":{}}")};

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

static bool
fetch_nothing(struct world *w, const struct jg_want *want)
{
    (void)w;
    (void)want;
    return true;
}

static bool
fetch_fails(struct world *w, const struct jg_want *want)
{
    (void)w;
    (void)want;
    return false;
}

static void
note_want(const struct jg_decision *d, struct answer *a)
{
    const struct jg_api *api = d->api;
    size_t len = strlen(a->wants);

    for (size_t i = 0; i < api->key_url_count; i++)
        if (jg_str_eq(d->want.name, api->key_urls[i].id))
            snprintf(a->wants + len, sizeof(a->wants) - len, "%s s%zu; ",
                     d->want.kind == JG_WANT_KEYSET ? "keyset" : "again",
                     i + 1);
    assert_true(strlen(a->wants) > len);
}

static struct answer
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

static struct answer
decide(struct world *w, const char *api)
{
    return decide_at(w, api, fetch_nothing, NOW, NULL);
}

static void
check_answer(struct answer a, enum jg_err reason, const char *wants,
             const char *what)
{
    if (a.reason != reason || strcmp(a.wants, wants) != 0)
        print_error("%s: %s, wants \"%s\"\n", what, jg_err_info(a.reason)->name,
                    a.wants);
    assert_err(a.reason, reason);
    assert_string_equal(a.wants, wants);
}

static void
put(struct world *w, unsigned set, const char *keys, int64_t fetched_s,
    int64_t tried_s)
{
    put_set(&w->k, id_of_set(w->snapshot, "eight", set - 1), keys, fetched_s,
            tried_s);
}

/* Without a record at all, as before the first load. */
static void
forget_sets(struct world *w)
{
    for (size_t i = 0; i < 8; i++)
        drop_set(&w->k, id_of_set(w->snapshot, "eight", i));
    jg_counters_bump_keysets(w->k.counters);
    jg_keysets_free(w->k.sets);
    assert_err(jg_keysets_new(&w->k.sets), JG_OK);
}

/* "" and "-": no set; otherwise the keys of set 1 and set 2. */
static const struct row {
    const char *name, *api;
    const char *set1, *set2;
    unsigned key;
    const char *kid, *claims;
    int64_t tried_ago_s; /* both sets */
    enum jg_err reason;
    const char *wants;
} rows[] = {
#define SUB "{\"sub\":\"a\"}"
#define ISS(iss) "{\"sub\":\"a\",\"iss\":\"" iss "\"}"
#define LONG_AGO 1000
    /* Who passes. */
    {"its key", "one", "01", NULL, 1, "k1", SUB, LONG_AGO, JG_OK, ""},
    {"no kid", "one", "01", NULL, 1, NULL, SUB, LONG_AGO, JG_OK, ""},
    {"an empty kid", "one", "01", NULL, 1, "", SUB, LONG_AGO, JG_OK, ""},
    {"one key without kid", "one", "-1", NULL, 1, "any", SUB, LONG_AGO, JG_OK,
     ""},
    {"in the second set", "two", "0", "1", 1, "k1", SUB, LONG_AGO, JG_OK, ""},
    {"one kid in two sets, its first key", "two", "0", "=1", 0, "k0", SUB,
     LONG_AGO, JG_OK, ""},
    {"one kid in two sets, its second key", "two", "0", "=1", 1, "k0", SUB,
     LONG_AGO, JG_OK, ""},
    {"a set that is not there is not waited for", "two", NULL, "1", 1, "k1",
     SUB, LONG_AGO, JG_OK, ""},
    {"an issuer that counts for nothing", "one", "0", NULL, 0, "k0", ISS("x"),
     LONG_AGO, JG_OK, ""},

    /* What is asked for, and how often. */
    {"an unknown kid", "one", "0", NULL, 1, "k1", SUB, LONG_AGO,
     JG_E_KEY_UNKNOWN, "again s1; "},
    {"an unknown kid, just fetched", "one", "0", NULL, 1, "k1", SUB, 29,
     JG_E_KEY_UNKNOWN, ""},
    {"an unknown kid, fetched an interval ago", "one", "0", NULL, 1, "k1", SUB,
     30, JG_E_KEY_UNKNOWN, "again s1; "},
    {"an unknown kid, fetched in the future", "one", "0", NULL, 1, "k1", SUB,
     -5000, JG_E_KEY_UNKNOWN, "again s1; "},
    {"an unknown kid in two sets", "two", "0", "2", 1, "k1", SUB, LONG_AGO,
     JG_E_KEY_UNKNOWN, "again s1; again s2; "},
    {"a bad signature", "one", "01", NULL, 2, "k1", SUB, LONG_AGO,
     JG_E_SIGNATURE, "again s1; "},
    {"a bad signature, just fetched", "one", "01", NULL, 2, "k1", SUB, 1,
     JG_E_SIGNATURE, ""},
    {"a bad signature asks only for the set of the key", "two", "0", "1", 2,
     "k1", SUB, LONG_AGO, JG_E_SIGNATURE, "again s2; "},
    {"no kid, no key of it", "one", "01", NULL, 2, NULL, SUB, LONG_AGO,
     JG_E_SIGNATURE, "again s1; "},
    {"no set", "one", NULL, NULL, 0, "k0", SUB, LONG_AGO, JG_E_KEYSET,
     "keyset s1; "},
    {"no set, just tried", "one", NULL, NULL, 0, "k0", SUB, 5, JG_E_KEYSET, ""},
    {"no set of two", "two", NULL, NULL, 0, "k0", SUB, LONG_AGO, JG_E_KEYSET,
     "keyset s1; keyset s2; "},
    {"one of two sets is missing", "two", NULL, "1", 0, "k0", SUB, LONG_AGO,
     JG_E_KEYSET, "keyset s1; again s2; "},
    {"a key of that kid elsewhere", "two", NULL, "=1", 0, "k0", SUB, LONG_AGO,
     JG_E_SIGNATURE, "keyset s1; again s2; "},

    /* Issuers. */
    {"the issuer", "bound", "0", NULL, 0, "k0", ISS("https://i"), LONG_AGO,
     JG_OK, ""},
    {"another issuer", "bound", "0", NULL, 0, "k0", ISS("https://j"), LONG_AGO,
     JG_E_KEYSET_ISSUER, ""},
    {"a slash more", "bound", "0", NULL, 0, "k0", ISS("https://i/"), LONG_AGO,
     JG_E_KEYSET_ISSUER, ""},
    {"capitals", "bound", "0", NULL, 0, "k0", ISS("HTTPS://i"), LONG_AGO,
     JG_E_KEYSET_ISSUER, ""},
    {"no issuer", "bound", "0", NULL, 0, "k0", SUB, LONG_AGO,
     JG_E_KEYSET_ISSUER, ""},
    {"an empty issuer", "bound", "0", NULL, 0, "k0", ISS(""), LONG_AGO,
     JG_E_KEYSET_ISSUER, ""},
    {"an issuer in a list", "bound", "0", NULL, 0, "k0",
     "{\"sub\":\"a\",\"iss\":[\"https://i\"]}", LONG_AGO, JG_E_KEYSET_ISSUER,
     ""},
    {"another issuer makes nobody fetch", "bound", NULL, NULL, 0, "k0",
     ISS("https://j"), LONG_AGO, JG_E_KEYSET_ISSUER, ""},
    {"each set its issuer, the first", "each", "0", "1", 0, "k0", ISS("i"),
     LONG_AGO, JG_OK, ""},
    {"each set its issuer, the second", "each", "0", "1", 1, "k1", ISS("j"),
     LONG_AGO, JG_OK, ""},
    {"a key of another issuer", "each", "0", "1", 1, "k1", ISS("i"), LONG_AGO,
     JG_E_KEY_UNKNOWN, "again s1; "},
    {"one kid of two issuers", "each", "0", "=1", 1, "k0", ISS("j"), LONG_AGO,
     JG_OK, ""},
    {"one kid of two issuers, crossed", "each", "0", "=1", 1, "k0", ISS("i"),
     LONG_AGO, JG_E_SIGNATURE, "again s1; "},
    {"the set of nobody's serves anybody", "mixed", "0", "1", 1, "k1", ISS("i"),
     LONG_AGO, JG_OK, ""},
    {"the set of nobody's is asked alone", "mixed", "0", "1", 2, "k2", ISS("x"),
     LONG_AGO, JG_E_KEY_UNKNOWN, "again s2; "},
};

static void
prepare(struct world *w, const struct row *row)
{
    int64_t tried_s = NOW - row->tried_ago_s;

    forget_sets(w);
    put(w, 1, row->set1, row->set1 == NULL ? 0 : FETCHED, tried_s);
    put(w, 2, row->set2, row->set2 == NULL ? 0 : FETCHED, tried_s);
    make_es256(&w->k, row->key, row->kid, row->claims, &w->token);
}

static void
keys_are_found_or_asked_for(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer a;

        prepare(w, &rows[i]);
        a = decide(w, rows[i].api);
        check_answer(a, rows[i].reason, rows[i].wants, rows[i].name);
        assert_int_equal(a.status, a.reason == JG_OK ? 200 : 403);
        /* From the cache, or again: the same. */
        a = decide(w, rows[i].api);
        check_answer(a, rows[i].reason, rows[i].wants, rows[i].name);
        assert_int_equal(a.cached, a.reason == JG_OK);
    }
}

static void
answers_are_the_same_when_somebody_asks(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_trace trace;
        struct answer a;

        memset(&trace, 0, sizeof(trace));
        prepare(w, &rows[i]);
        a = decide_at(w, rows[i].api, fetch_nothing, NOW, &trace);
        check_answer(a, rows[i].reason, rows[i].wants, rows[i].name);
        if (a.reason != JG_OK)
            assert_true(trace.steps[trace.count - 1].seen.len > 0);
    }
}

/* A token that no key can have signed makes nobody fetch anything. */
static void
nonsense_is_refused_without_a_fetch(void **state)
{
    static const struct {
        const char *signature;
        enum jg_err reason;
    } rows_[] = {
        {"", JG_E_SIGNATURE_SIZE},
        {"AAAA", JG_E_SIGNATURE_SIZE},
        {"*", JG_E_BASE64},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
         "AAAAAAAAAAAAAAAAAAA",
         JG_E_SIGNATURE_SIZE},
    };
    struct world *w = *state;

    forget_sets(w);
    for (size_t i = 0; i < LEN(rows_); i++) {
        size_t end;

        make_es256(&w->k, 0, "k9", ISS("https://i"), &w->token);
        end = w->token.len;
        while (w->token.p[end - 1] != '.')
            end--;
        w->token.len = end;
        jg_buf_add(&w->token, jg_str(rows_[i].signature));
        check_answer(decide(w, "one"), rows_[i].reason, "", "missing");
        put(w, 1, "0", FETCHED, 0);
        check_answer(decide(w, "one"), rows_[i].reason, "", "unknown");
        forget_sets(w);
    }
}

/* As the broker does: the fetch brings key 1 as well. */
static bool
fetch_new_key(struct world *w, const struct jg_want *want)
{
    (void)want;
    put(w, 1, "01", NOW, NOW);
    return true;
}

static bool
fetch_replaced_key(struct world *w, const struct jg_want *want)
{
    (void)want;
    put(w, 1, "=1", NOW, NOW);
    return true;
}

static bool
fetch_without_change(struct world *w, const struct jg_want *want)
{
    (void)want;
    put(w, 1, "0", NOW, NOW);
    return true;
}

static void
what_the_fetch_brings_is_used_at_once(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_new_key, NOW, NULL), JG_OK,
                 "keyset s1; ", "the first fetch");

    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_new_key, NOW, NULL), JG_OK,
                 "again s1; ", "a new key");

    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 1, "k0", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_replaced_key, NOW, NULL), JG_OK,
                 "again s1; ", "another key under the same kid");

    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_without_change, NOW, NULL),
                 JG_E_KEY_UNKNOWN, "again s1; ", "no new key");
    check_answer(decide_at(w, "one", fetch_new_key, NOW + 29, NULL),
                 JG_E_KEY_UNKNOWN, "", "within the interval");
}

/* The record is looked at before anybody is asked: another worker, or the
 * keeper, may have been faster, and a failed fetch moves no epoch. */
static void
what_another_one_fetched_is_seen(void **state)
{
    struct world *w = *state;
    struct jg_keyset record = {.tried_s = NOW};
    struct jg_buf b;

    forget_sets(w);
    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "one"), JG_OK, "", "known");

    jg_buf_init(&b, 64 * 1024);
    make_set(&w->k, "0", &b);
    record.body = jg_buf_str(&b);
    record.fetched_s = FETCHED;
    put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide(w, "one"), JG_E_KEY_UNKNOWN, "", "a failed fetch");

    jg_buf_reset(&b);
    make_set(&w->k, "01", &b);
    record.body = jg_buf_str(&b);
    put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
    check_answer(decide(w, "one"), JG_OK, "", "a good fetch");

    jg_buf_reset(&b);
    make_set(&w->k, "=2", &b);
    record.body = jg_buf_str(&b);
    put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
    make_es256(&w->k, 2, "k0", SUB, &w->token);
    check_answer(decide(w, "one"), JG_OK, "", "another key for its kid");
    jg_buf_free(&b);
}

static void
a_fetch_that_hangs_is_waited_for_once(void **state)
{
    struct world *w = *state;
    struct answer a;

    forget_sets(w);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    a = decide_at(w, "eight", fetch_fails, NOW, NULL);
    check_answer(a, JG_E_BROKER, "keyset s1; ", "no set");
    assert_int_equal(a.status, 503);
    assert_int_equal(a.retry_after_s, 1);

    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, FETCHED);
    a = decide_at(w, "eight", fetch_fails, NOW, NULL);
    check_answer(a, JG_E_KEY_UNKNOWN, "again s1; ", "an unknown kid");
    assert_int_equal(a.status, 403);
}

static void
questions_of_one_decision_have_a_bound(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "eight"), JG_E_KEYSET,
                 "keyset s1; keyset s2; keyset s3; keyset s4; ", "no set");
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, FETCHED);
    check_answer(decide(w, "eight"), JG_E_KEY_UNKNOWN,
                 "again s1; again s2; again s3; again s4; ", "unknown");
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, i % 2 == 0 ? "1" : NULL, i % 2 == 0 ? FETCHED : 0, 0);
    check_answer(decide(w, "eight"), JG_E_KEYSET,
                 "keyset s1; keyset s3; keyset s5; keyset s7; "
                 "again s2; again s4; again s6; again s8; ",
                 "both");
    /* The next one asks for those that this one did not. */
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, i <= 4 ? NOW : FETCHED);
    check_answer(decide(w, "eight"), JG_E_KEY_UNKNOWN,
                 "again s5; again s6; again s7; again s8; ", "the others");
}

/* Four keys at most, over all sets: a token without kid is no lever. */
static void
a_token_without_kid_is_tried_four_times(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, NOW);
    put(w, 4, "0", FETCHED, NOW);
    make_es256(&w->k, 0, NULL, SUB, &w->token);
    check_answer(decide(w, "eight"), JG_OK, "", "the fourth set");
    put(w, 4, "1", FETCHED, NOW);
    put(w, 5, "0", FETCHED, NOW);
    check_answer(decide(w, "eight"), JG_E_SIGNATURE, "", "the fifth set");
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "eight"), JG_OK, "", "with its kid");
}

static void
keys_that_are_too_old_are_not_used(void **state)
{
#define DAY 86400
    struct world *w = *state;
    struct answer a;

    forget_sets(w);
    put(w, 1, "0", NOW - DAY, NOW - 10);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "one"), JG_OK, "", "just young enough");
    assert_true(decide(w, "one").cached);

    /* The same token, from the cache, a second later. */
    a = decide_at(w, "one", fetch_nothing, NOW + 1, NULL);
    check_answer(a, JG_E_KEYSET_STALE, "", "too old");
    assert_int_equal(a.status, 503);
    assert_int_equal(a.retry_after_s, 19);
    assert_false(a.cached);
    a = decide_at(w, "one", fetch_nothing, NOW + 20, NULL);
    check_answer(a, JG_E_KEYSET_STALE, "again s1; ", "asked for");
    assert_int_equal(a.retry_after_s, 1);

    /* Others are not concerned, unless they need it. */
    put(w, 2, "1", NOW, NOW);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "two", fetch_nothing, NOW + 1, NULL), JG_OK, "",
                 "of the other set");
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide_at(w, "two", fetch_nothing, NOW + 1, NULL),
                 JG_E_KEYSET_STALE, "", "of the old set");

    /* Confirmed without a change: no epoch tells of it. */
    put(w, 1, "0", NOW - DAY, NOW - 10);
    check_answer(decide(w, "one"), JG_OK, "", "again");
    {
        struct jg_keyset record = {.fetched_s = NOW, .tried_s = NOW};
        struct jg_buf b;

        jg_buf_init(&b, 64 * 1024);
        make_set(&w->k, "0", &b);
        record.body = jg_buf_str(&b);
        put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
        jg_buf_free(&b);
    }
    a = decide_at(w, "one", fetch_nothing, NOW + 1, NULL);
    check_answer(a, JG_OK, "", "confirmed");
    assert_true(a.cached);
}

/* A token that verified, and whose key has gone since. */
static void
a_removed_key_is_refused_although_its_token_is_cached(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    put(w, 1, "01", FETCHED, NOW);
    put(w, 2, "2", FETCHED, NOW);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "two"), JG_OK, "", "there");
    assert_true(decide(w, "two").cached);
    put(w, 2, "23", FETCHED, NOW); /* another set, and so another version */
    assert_false(decide(w, "two").cached);
    assert_true(decide(w, "two").cached);
    put(w, 1, "1", FETCHED, NOW);
    check_answer(decide(w, "two"), JG_E_KEY_UNKNOWN, "", "removed");
    put(w, 1, "01", FETCHED, NOW);
    check_answer(decide(w, "two"), JG_OK, "", "there again");
    drop_set(&w->k, id_of_set(w->snapshot, "two", 0));
    jg_counters_bump_keysets(w->k.counters);
    check_answer(decide(w, "two"), JG_E_KEYSET, "keyset s1; ", "thrown away");
}

static void
a_strict_api_takes_fetched_keys(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    put(w, 1, "0", FETCHED, NOW);
    make_es256(&w->k, 0, "k0",
               "{\"sub\":\"a\",\"iss\":\"i\",\"aud\":\"x\",\"exp\":1800000000}",
               &w->token);
    check_answer(decide(w, "strict"), JG_OK, "", "good");
    make_es256(&w->k, 0, "k1", SUB, &w->token);
    assert_int_equal(decide(w, "strict").status, 401);
    forget_sets(w);
    assert_int_equal(decide(w, "strict").status, 403); /* not its fault */
}

static void
misses_and_uses_are_counted(void **state)
{
    struct world *w = *state;
    struct jg_counters *c = w->k.counters;
    uint64_t before = jg_counters_get(c, JG_METRIC_KEYSET_KID_MISSES);
    struct jg_str id = id_of_set(w->snapshot, "two", 1);
    uint64_t keys[KEYS];

    for (unsigned i = 0; i < KEYS; i++)
        keys[i] = jg_counters_key(
            id, jg_key_info(jg_signer_key(w->k.signers[i]))->thumbprint);
    forget_sets(w);
    put(w, 1, "0", FETCHED, NOW);
    put(w, 2, "13", FETCHED, NOW);
    make_es256(&w->k, 3, "k3", SUB, &w->token);
    check_answer(decide_at(w, "two", fetch_nothing, NOW + 7, NULL), JG_OK, "",
                 "good");
    make_es256(&w->k, 3, "k9", SUB, &w->token);
    check_answer(decide(w, "two"), JG_E_KEY_UNKNOWN, "", "unknown");
    assert_int_equal(jg_counters_get(c, JG_METRIC_KEYSET_KID_MISSES),
                     before + 1);
    assert_int_equal(jg_counters_key_last_used(c, keys[3]), NOW + 7);
    assert_true(jg_counters_key_last_used(c, keys[1]) < NOW + 7);
}

/* The real reason is for those who run the gateway. */
static void
the_trace_names_url_and_cause(void **state)
{
    struct world *w = *state;
    struct jg_decision d;
    struct jg_trace trace;
    struct jg_arena arena;
    struct client c;
    const struct jg_trace_step *last;

    forget_sets(w);
    put(w, 1, NULL, 0, NOW);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    make_request(&c, "/one/x", "Authorization: Bearer %T",
                 jg_buf_str(&w->token));
    start_decision(&d, w->snapshot, &c, &arena);
    memset(&trace, 0, sizeof(trace));
    d.trace = &trace;
    d.with.store = w->k.store;
    assert_verdict(jg_decide(&d), JG_DENY);
    last = &trace.steps[trace.count - 1];
    assert_string_equal(last->name, "key");
    assert_str(last->seen, "the key set at https://s1/: never fetched; "
                           "connection refused");
    assert_str(jg_decision_text(&d), "Key not authorized");
    end_decision(&d);
    end_request(&c);
}

static int
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_or_asked_for),
        cmocka_unit_test(answers_are_the_same_when_somebody_asks),
        cmocka_unit_test(nonsense_is_refused_without_a_fetch),
        cmocka_unit_test(what_the_fetch_brings_is_used_at_once),
        cmocka_unit_test(what_another_one_fetched_is_seen),
        cmocka_unit_test(a_fetch_that_hangs_is_waited_for_once),
        cmocka_unit_test(questions_of_one_decision_have_a_bound),
        cmocka_unit_test(a_token_without_kid_is_tried_four_times),
        cmocka_unit_test(keys_that_are_too_old_are_not_used),
        cmocka_unit_test(a_removed_key_is_refused_although_its_token_is_cached),
        cmocka_unit_test(a_strict_api_takes_fetched_keys),
        cmocka_unit_test(misses_and_uses_are_counted),
        cmocka_unit_test(the_trace_names_url_and_cause),
    };

    return cmocka_run_group_tests_name("access/keys", tests, setup, teardown);
}
