/* keysets.c: what an answer makes of a record, and when the next is due. */
#include "check.h"

#include "keysets.h"

#define NOW INT64_C(1700000000)

/* RFC 7517 A.1's EC key. */
#define EC_KEY                                               \
    "{\"kty\":\"EC\",\"crv\":\"P-256\","                     \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"," \
    "\"use\":\"sig\",\"kid\":\"1\"}"
#define GOOD "{\"keys\":[" EC_KEY "]}"

static const struct jg_conf conf = {
    .jwks = {.cache_timeout_s = 240, .min_refresh_interval_s = 30}};

static void
only_what_may_help_is_asked_for(void **state)
{
    static const struct {
        const char *what;
        struct jg_keyset keyset;
        enum jg_ask_kind kind;
        bool may;
    } rows[] = {
        {"never fetched", {.refresh_s = 0}, JG_ASK_MISSING, true},
        {"never fetched, again", {.refresh_s = 0}, JG_ASK_AGAIN, true},
        {"failed, the next try is due",
         {.failures = 3, .refresh_s = NOW},
         JG_ASK_MISSING,
         true},
        {"failed, the next try is not due",
         {.failures = 3, .refresh_s = NOW + 1},
         JG_ASK_MISSING,
         false},
        {"it is there", {.body = {"{}", 2}}, JG_ASK_MISSING, false},
        {"it lacks a key, and is young",
         {.body = {"{}", 2}, .tried_s = NOW - 29},
         JG_ASK_AGAIN,
         false},
        {"it lacks a key, and has rested",
         {.body = {"{}", 2}, .tried_s = NOW - 30},
         JG_ASK_AGAIN,
         true},
        {"the clock went back",
         {.body = {"{}", 2}, .tried_s = NOW + 1000},
         JG_ASK_AGAIN,
         true},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (jg_keyset_may_ask(&rows[i].keyset, rows[i].kind, &conf, NOW) !=
            rows[i].may)
            fail_msg("%s", rows[i].what);
}

static void
an_answer_without_a_usable_key_is_a_failure(void **state)
{
    static const struct {
        const char *body, *fault;
    } rows[] = {
        {GOOD, NULL},
        {EC_KEY, NULL},
        {"{\"keys\":[{\"kty\":\"no\"}," EC_KEY "]}", NULL},
        {"", ""},
        {"<!doctype html>", "HTML"},
        {" \n<?xml?>", "HTML"},
        {"{\"keys\":[", "JSON"},
        {"{\"keys\":[]}", "empty"},
        {"{\"error\":\"x\"}", "keys"},
        {"[1]", "keys"},
        {"{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "no usable key"},
        {"{\"keys\":[],\"keys\":[]}", ""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_keyset_news news = {.outcome = JG_FETCH_GOOD,
                                      .body = jg_str(rows[i].body)};
        char fault[JG_FETCH_FAULT_MAX] = "";

        jg_keyset_judge(&news, fault);
        if ((news.outcome == JG_FETCH_GOOD) != (rows[i].fault == NULL))
            fail_msg("%s: %s", rows[i].body, fault);
        if (rows[i].fault != NULL &&
            (strstr(fault, rows[i].fault) == NULL || news.fault.len == 0))
            fail_msg("%s: %s", rows[i].body, fault);
    }
}

static void
apply(struct jg_keyset *keyset, const struct jg_keyset_news *news)
{
    struct jg_buf history;

    jg_buf_init(&history, JG_KEYSET_HISTORY_MAX);
    assert_err(jg_keyset_apply(keyset, news, &conf, &history), JG_OK);
    keyset->history = (struct jg_str){NULL, 0};
    jg_buf_free(&history);
}

static void
a_good_answer_takes_the_place_of_everything(void **state)
{
    struct jg_keyset keyset = {
        .failures = 4,
        .fault = JG_STR("down"),
        .body = JG_STR("old"),
        .etag = JG_STR("\"old\""),
        .jwks_url = JG_STR("https://old/"),
    };
    const struct jg_keyset_news news = {
        .outcome = JG_FETCH_GOOD,
        .body = JG_STR(GOOD),
        .etag = JG_STR("\"new\""),
        .jwks_url = JG_STR("https://new/"),
        .max_age_s = -1,
        .now_s = NOW,
    };

    (void)state;
    apply(&keyset, &news);
    assert_str(keyset.body, GOOD);
    assert_str(keyset.etag, "\"new\"");
    assert_str(keyset.jwks_url, "https://new/");
    assert_str(keyset.fault, "");
    assert_int_equal(keyset.failures, 0);
    assert_int_equal(keyset.fetched_s, NOW);
    assert_int_equal(keyset.tried_s, NOW);
    assert_int_equal(keyset.refresh_s, NOW + 240);
}

static void
a_failure_leaves_the_good_set(void **state)
{
    struct jg_keyset keyset = {
        .body = JG_STR("good"), .etag = JG_STR("e"), .fetched_s = NOW - 1000};
    struct jg_keyset_news news = {.outcome = JG_FETCH_FAILED,
                                  .body = JG_STR("{\"keys\":[]}"),
                                  .fault = JG_STR("empty"),
                                  .max_age_s = -1};
    int64_t before_s = 0;

    (void)state;
    for (int64_t i = 1; i <= 12; i++) {
        int64_t delay_s;

        news.now_s = NOW + i;
        news.random = (uint32_t)i * 2654435761U;
        apply(&keyset, &news);
        delay_s = keyset.refresh_s - news.now_s;
        assert_int_equal(keyset.failures, i);
        assert_true(delay_s >= 1 && delay_s <= 290);
        if (i <= 7) /* growing: even with the jitter */
            assert_true(delay_s >= before_s);
        before_s = delay_s;
    }
    assert_true(before_s >= 190);
    assert_str(keyset.body, "good");
    assert_str(keyset.etag, "e");
    assert_str(keyset.fault, "empty");
    assert_int_equal(keyset.fetched_s, NOW - 1000);
}

static void
an_unchanged_set_is_fresh_again(void **state)
{
    struct jg_keyset keyset = {
        .body = JG_STR("good"), .etag = JG_STR("e"), .failures = 1};
    const struct jg_keyset_news news = {
        .outcome = JG_FETCH_UNCHANGED, .max_age_s = 1000, .now_s = NOW};

    (void)state;
    apply(&keyset, &news);
    assert_str(keyset.body, "good");
    assert_str(keyset.etag, "e");
    assert_int_equal(keyset.failures, 0);
    assert_int_equal(keyset.fetched_s, NOW);
    assert_int_equal(keyset.refresh_s, NOW + 1000);
}

static void
the_next_refresh_comes_before_the_end_and_not_in_step(void **state)
{
    static const struct {
        int64_t ttl_s, max_age_s, most_s;
    } rows[] = {
        {0, -1, 240}, {0, 600, 600},         {0, 0, 60},
        {0, 5, 60},   {0, 86400, 86400},     {0, INT64_MAX / 10, 86400},
        {5, 600, 5}, /* what the definition says counts */
        {1, -1, 1},   {1000000, 1, 1000000},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        for (uint32_t random = 0; random < 10000; random += 7) {
            struct jg_keyset keyset = {.body = JG_STR("good"),
                                       .ttl_s = rows[i].ttl_s};
            const struct jg_keyset_news news = {.outcome = JG_FETCH_UNCHANGED,
                                                .max_age_s = rows[i].max_age_s,
                                                .now_s = NOW,
                                                .random = random};
            int64_t delay_s;

            apply(&keyset, &news);
            delay_s = keyset.refresh_s - NOW;
            if (delay_s > rows[i].most_s || delay_s < 1 ||
                delay_s < rows[i].most_s * 4 / 5)
                fail_msg("row %zu: %lld s", i, (long long)delay_s);
        }
}

static void
metadata_must_name_its_issuer_exactly(void **state)
{
    static const struct {
        const char *text, *fault;
    } rows[] = {
        {"{\"issuer\":\"https://a\",\"jwks_uri\":\"https://k\"}", NULL},
        {"{\"issuer\":\"https://a/\",\"jwks_uri\":\"https://k\"}",
         "another issuer: https://a/"},
        {"{\"issuer\":\"HTTPS://A\",\"jwks_uri\":\"https://k\"}", "another"},
        {"{\"issuer\":\"\\u001b[0m\",\"jwks_uri\":\"https://k\"}", "?[0m"},
        {"{\"issuer\":[\"https://a\"],\"jwks_uri\":\"https://k\"}",
         "no issuer"},
        {"{\"jwks_uri\":\"https://k\"}", "no issuer"},
        {"{\"issuer\":\"https://a\"}", "no jwks_uri"},
        {"{\"issuer\":\"https://a\",\"jwks_uri\":\"\"}", "no jwks_uri"},
        {"{\"issuer\":\"https://a\",\"jwks_uri\":7}", "no jwks_uri"},
        {"{\"issuer\":\"https://a\",\"issuer\":\"https://b\","
         "\"jwks_uri\":\"https://k\"}",
         "not JSON"},
        {"[]", "no issuer"},
        {"<html>", "not JSON"},
        {"", "not JSON"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (size_t i = 0; i < LEN(rows); i++) {
        char fault[JG_FETCH_FAULT_MAX] = "";
        struct jg_str uri = {NULL, 0};
        enum jg_err err = jg_keyset_read_metadata(
            jg_str(rows[i].text), JG_STR("https://a"), &a, &uri, fault);

        assert_err(err, rows[i].fault == NULL ? JG_OK : JG_E_JSON);
        if (rows[i].fault == NULL)
            assert_str(uri, "https://k");
        else if (strstr(fault, rows[i].fault) == NULL)
            fail_msg("%s: %s", rows[i].text, fault);
    }
    jg_arena_free(&a);
}

static void
the_rules_come_from_the_configuration(void **state)
{
    struct jg_str ranges[] = {JG_STR("10.0.0.0/8"), JG_STR("nonsense"),
                              JG_STR("fe80::/10")};
    const struct jg_conf_jwks jwks = {
        .allow_http = true,
        .allow_addresses = {ranges, LEN(ranges)},
        .proxy = JG_STR("http://proxy:3128"),
    };
    struct jg_fetch_rules rules;
    char fault[JG_FETCH_FAULT_MAX];
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_keyset_rules(&jwks, &a, &rules, fault), JG_OK);
    assert_true(rules.reach.http);
    assert_int_equal(rules.reach.allowed.count, 2);
    assert_string_equal(rules.proxy, "http://proxy:3128");
    assert_null(rules.ca_file);
    assert_non_null(strstr(fault, "\"nonsense\""));
    jg_arena_free(&a);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_help_is_asked_for),
        cmocka_unit_test(an_answer_without_a_usable_key_is_a_failure),
        cmocka_unit_test(a_good_answer_takes_the_place_of_everything),
        cmocka_unit_test(a_failure_leaves_the_good_set),
        cmocka_unit_test(an_unchanged_set_is_fresh_again),
        cmocka_unit_test(the_next_refresh_comes_before_the_end_and_not_in_step),
        cmocka_unit_test(metadata_must_name_its_issuer_exactly),
        cmocka_unit_test(the_rules_come_from_the_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
