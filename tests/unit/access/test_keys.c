/* keys.c and signature.c: which key set verifies a token, and what is asked for
 * when none does. */
#include "keys_check.h"

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

/* A key of the definition itself may be for one issuer, too. */
static void
a_static_key_may_be_bound_to_an_issuer(void **state)
{
    static const struct {
        const char *claims;
        enum jg_err reason;
    } rows_[] = {
        {"{\"sub\":\"a\",\"pol\":\"all\",\"iss\":\"i\"}", JG_OK},
        {"{\"sub\":\"a\",\"pol\":\"all\",\"iss\":\"j\"}", JG_E_KEYSET_ISSUER},
        {"{\"sub\":\"a\",\"pol\":\"all\",\"iss\":1}", JG_E_KEYSET_ISSUER},
        {"{\"sub\":\"a\",\"pol\":\"all\"}", JG_E_KEYSET_ISSUER},
    };
    struct world *w = *state;
    struct jg_signer *signer = signer_of_secret(SECRET);

    for (size_t i = 0; i < LEN(rows_); i++) {
        make_token(signer, HS256, rows_[i].claims, &w->token);
        check_answer(decide(w, "own"), rows_[i].reason, "", rows_[i].claims);
        check_answer(decide(w, "own"), rows_[i].reason, "", rows_[i].claims);
    }
    jg_signer_free(signer);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_or_asked_for),
        cmocka_unit_test(answers_are_the_same_when_somebody_asks),
        cmocka_unit_test(nonsense_is_refused_without_a_fetch),
        cmocka_unit_test(a_token_without_kid_is_tried_four_times),
        cmocka_unit_test(a_strict_api_takes_fetched_keys),
        cmocka_unit_test(a_static_key_may_be_bound_to_an_issuer),
        cmocka_unit_test(misses_and_uses_are_counted),
        cmocka_unit_test(the_trace_names_url_and_cause),
    };

    return cmocka_run_group_tests_name("access/keys", tests, setup, teardown);
}
