/* jwks.c: key sets, where a bad key never spoils the good ones. */
#include "jose_check.h"

#define OCT(kid, k) "{\"kty\":\"oct\",\"kid\":\"" kid "\",\"k\":\"" k "\"}"
#define ENC "{\"kty\":\"oct\",\"use\":\"enc\",\"kid\":\"e\",\"k\":\"AAAA\"}"

static void
what_is_no_set_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum jg_err want;
        const char *what;
    } rows[] = {
        {"", JG_E_JSON, "not a key set in JSON: line"},
        {"x", JG_E_JSON, "not a key set in JSON: line"},
        {"<html>", JG_E_JSON, "not a key set in JSON: line"},
        {"[]", JG_E_JSON, "array \"keys\""},
        {"{}", JG_E_JSON, "array \"keys\""},
        {"5", JG_E_JSON, "array \"keys\""},
        {"{\"keys\":{}}", JG_E_JSON, "array \"keys\""},
        {"{\"keys\":null,\"kty\":\"oct\"}", JG_E_JSON, "array \"keys\""},
        {"{\"keys\":[],\"keys\":[]}", JG_E_JSON_DUPLICATE, "not a key set"},
        {"{\"keys\":[]} {}", JG_E_JSON, "not a key set"},
        {"{\"keys\":[]}", JG_E_KEY, "the key set is empty"},
        {"{\"keys\":[5]}", JG_E_KEY, "kty is missing"},
        {"{\"keys\":[" ENC "]}", JG_E_KEY, "use is \"enc\""},
        {"{\"keys\":[" ENC ",7]}", JG_E_KEY,
         "none of 2 keys is usable; the first, kid \"e\": use is \"enc\""},
        {"{\"kty\":\"unknown\"}", JG_E_KEY, "kty \"unknown\""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key_fault fault = {""};
        struct jg_jwks *set = NULL;

        assert_err(jg_jwks_parse(jg_str(rows[i].text), false, &set, &fault),
                   rows[i].want);
        if (strstr(fault.what, rows[i].what) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", fault.what, rows[i].what);
        /* a set without a usable key is there to show why */
        assert_int_equal(set != NULL, rows[i].want == JG_E_KEY);
        jg_jwks_free(set);
        assert_err(jg_jwks_parse(jg_str(rows[i].text), false, NULL, NULL),
                   rows[i].want);
    }
}

/* Which entries of a set are usable, as a word of 'x' and '-'. */
static const char *
usable(const struct jg_jwks *set, char *out, size_t size)
{
    size_t n = jg_jwks_count(set);

    assert_true(n < size);
    for (size_t i = 0; i < n; i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(set, i);

        assert_int_equal(entry->key == NULL, entry->skipped[0] != '\0');
        out[i] = entry->key != NULL ? 'x' : '-';
    }
    out[n] = '\0';
    assert_null(jg_jwks_at(set, n));
    return out;
}

static void
each_key_stands_alone(void **state)
{
    static const struct {
        const char *text;
        bool fetched;
        const char *usable;
        const char *why; /* of the first one that is skipped */
    } rows[] = {
        {"{\"keys\":[" OCT("a", "YQ") "," OCT("b", "Yg") "]}", false, "xx", ""},
        {OCT("a", "YQ"), false, "x", ""},
        {"{\"keys\":[" OCT("a", "YQ") ",5,{},\"x\",null,[]," ENC "]}", false,
         "x------", "kty is missing"},
        {"{\"keys\":[" OCT("a", "YQ") "," OCT("b", "!") "," OCT("c", "Yw") "]}",
         false, "x-x", "base64url"},
        /* no secrets from a URL */
        {"{\"keys\":[" OCT("a", "YQ") ",@P256]}", true, "-x",
         "a secret in a published key set"},
        {"{\"keys\":[@P256,@RSA]}", true, "xx", ""},
        {"{\"keys\":[@P256,@ED]}", true, "xx", ""},
        /* nor beside public keys */
        {"{\"keys\":[" OCT("a", "YQ") ",@P256]}", false, "-x",
         "one set with public keys"},
        {"{\"keys\":[@P256," OCT("a", "YQ") "," OCT("b", "Yg") "]}", false,
         "x--", "one set with public keys"},
        /* one kid, two keys */
        {"{\"keys\":[" OCT("a", "YQ") "," OCT("a", "Yg") "]}", false, "--",
         "another key has the same kid"},
        {"{\"keys\":[" OCT("a", "YQ") "," OCT("b", "Yg") "," OCT("a",
                                                                 "Yw") "]}",
         false, "-x-", "another key has the same kid"},
        {"{\"keys\":[" OCT("a", "YQ") "," OCT("a", "Yg") "," OCT("a",
                                                                 "Yw") "]}",
         false, "---", "another key has the same kid"},
        {"{\"keys\":[" OCT("", "YQ") "," OCT("", "Yg") "]}", false, "xx", ""},
        {"{\"keys\":[@KID1@RSA,@KID1@RSA2]}", true, "--", "the same kid"},
        /* of different types: equivalent alternatives (RFC 7517 4.5) */
        {"{\"keys\":[@KID1@RSA,@KID1@P256]}", true, "xx", ""},
        /* one key, twice */
        {"{\"keys\":[@KID1@RSA,@KID1@RSA]}", true, "x-", "a copy"},
        {"{\"keys\":[@KID1@RSA,@KID1@RSA,@KID1@RSA]}", true, "x--", "a copy"},
        {"{\"keys\":[@RSA,@RSA]}", true, "xx", ""},
        {"{\"keys\":[@RSA1@RSA,@RSA2@RSA]}", true, "xx", ""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        static const struct {
            const char *mark, *key, *extra;
        } marks[] = {
            {"@KID1@RSA2", "rsa1024", "\"kid\":\"1\","},
            {"@KID1@RSA", "rsa2048", "\"kid\":\"1\","},
            {"@KID1@P256", "P-256", "\"kid\":\"1\","},
            {"@RSA1@RSA", "rsa2048", "\"kid\":\"1\",\"alg\":\"RS256\","},
            {"@RSA2@RSA", "rsa2048", "\"kid\":\"1\",\"alg\":\"PS256\","},
            {"@RSA", "rsa2048", ""},
            {"@P256", "P-256", ""},
            {"@ED", "ed25519", ""},
        };
        struct jg_buf text;
        struct jg_jwks *set = NULL;
        const char *first = "";
        char got[20];

        jg_buf_init(&text, 64 * 1024);
        for (const char *p = rows[i].text; *p != '\0';) {
            size_t m = 0;

            while (m < LEN(marks) &&
                   strncmp(p, marks[m].mark, strlen(marks[m].mark)) != 0)
                m++;
            if (m == LEN(marks)) {
                jg_buf_addc(&text, *p++);
                continue;
            }
            jg_buf_addf(&text, "{%s%s", marks[m].extra,
                        test_key(marks[m].key)->public_jwk + 1);
            p += strlen(marks[m].mark);
        }
        assert_false(text.failed);
        assert_err(
            jg_jwks_parse(jg_buf_str(&text), rows[i].fetched, &set, NULL),
            strchr(rows[i].usable, 'x') != NULL ? JG_OK : JG_E_KEY);
        assert_string_equal(usable(set, got, sizeof(got)), rows[i].usable);
        for (size_t k = jg_jwks_count(set); k-- > 0;)
            if (jg_jwks_at(set, k)->key == NULL)
                first = jg_jwks_at(set, k)->skipped;
        if (strstr(first, rows[i].why) == NULL)
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, first,
                     rows[i].why);
        jg_jwks_free(set);
        jg_buf_free(&text);
    }
}

static void
a_skipped_key_still_has_its_kid(void **state)
{
    static const char text[] = "{\"keys\":[" OCT("good", "YQ") "," OCT(
        "broken", "!") "," OCT("twice", "Yg") "," OCT("twice", "Yw") "]}";
    struct jg_jwks *set = NULL;

    (void)state;
    assert_err(jg_jwks_parse(jg_str(text), false, &set, NULL), JG_OK);
    assert_str(jg_jwks_at(set, 0)->kid, "good");
    assert_str(jg_jwks_at(set, 1)->kid, "broken");
    assert_str(jg_jwks_at(set, 2)->kid, "twice");
    assert_str(jg_jwks_at(set, 3)->kid, "twice");
    jg_jwks_free(set);
}

/* A set of <count> secrets called k0, k1, ... */
static struct jg_buf
many(size_t count)
{
    struct jg_buf b;

    jg_buf_init(&b, JG_JWKS_MAX_BYTES + 1000);
    jg_buf_add(&b, JG_STR("{\"keys\":["));
    for (size_t i = 0; i < count; i++)
        jg_buf_addf(&b, "%s{\"kty\":\"oct\",\"kid\":\"k%zu\",\"k\":\"YQ\"}",
                    i > 0 ? "," : "", i);
    jg_buf_add(&b, JG_STR("]}"));
    return b;
}

static void
a_set_has_at_most_100_keys_and_1_mib(void **state)
{
    struct jg_buf full = many(JG_JWKS_MAX_KEYS);
    struct jg_buf over = many(JG_JWKS_MAX_KEYS + 1);
    struct jg_key_fault fault = {""};
    struct jg_jwks *set = NULL;

    (void)state;
    assert_err(jg_jwks_parse(jg_buf_str(&full), false, &set, NULL), JG_OK);
    assert_int_equal(jg_jwks_count(set), JG_JWKS_MAX_KEYS);
    jg_jwks_free(set);
    assert_err(jg_jwks_parse(jg_buf_str(&over), false, &set, &fault),
               JG_E_JSON_LIMIT);
    assert_non_null(strstr(fault.what, "101 keys"));

    while (full.len < JG_JWKS_MAX_BYTES)
        jg_buf_addc(&full, ' ');
    assert_err(jg_jwks_parse(jg_buf_str(&full), false, &set, NULL), JG_OK);
    jg_jwks_free(set);
    jg_buf_addc(&full, ' ');
    assert_err(jg_jwks_parse(jg_buf_str(&full), false, &set, NULL),
               JG_E_JSON_LIMIT);
    jg_buf_free(&full);
    jg_buf_free(&over);
}

static void
select_goes_by_kid_then_by_fit_and_stops_at_four(void **state)
{
    static const struct {
        const char *alg;
        const char *kid; /* NULL: none */
        size_t count;
        const char *first; /* kid of the first one chosen */
    } rows[] = {
        {"HS256", "k7", 1, "k7"},
        {"HS256", "k99", 1, "k99"},
        {"HS256", "k100", 0, NULL},
        {"HS256", "K7", 0, NULL},
        {"HS256", NULL, JG_JWKS_MAX_TRIED, "k0"},
        {"HS256", "", JG_JWKS_MAX_TRIED, "k0"},
        {"RS256", NULL, 0, NULL},
        {"RS256", "k7", 1, "k7"}, /* and JG_E_KEY_FIT then */
        {"none", NULL, 0, NULL},
    };
    struct jg_buf text = many(JG_JWKS_MAX_KEYS);
    struct jg_jwks *set = NULL;

    (void)state;
    assert_err(jg_jwks_parse(jg_buf_str(&text), false, &set, NULL), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_key *keys[JG_JWKS_MAX_TRIED] = {NULL};

        assert_int_equal(jg_jwks_select(set, jg_alg_find(jg_str(rows[i].alg)),
                                        jg_str(rows[i].kid), keys),
                         rows[i].count);
        if (rows[i].count > 0)
            assert_str(jg_key_info(keys[0])->kid, rows[i].first);
    }
    jg_jwks_free(set);
    jg_buf_free(&text);
}

static void
under_one_kid_the_fitting_key_is_chosen(void **state)
{
    struct jg_jwks *set = NULL;
    const struct jg_key *keys[JG_JWKS_MAX_TRIED];
    char text[3000];

    (void)state;
    snprintf(
        text, sizeof(text), "{\"keys\":[{\"kid\":\"1\",%s,{\"kid\":\"1\",%s]}",
        test_key("rsa2048")->public_jwk + 1, test_key("P-256")->public_jwk + 1);
    assert_err(jg_jwks_parse(jg_str(text), true, &set, NULL), JG_OK);
    assert_int_equal(
        jg_jwks_select(set, jg_alg_find(JG_STR("ES256")), JG_STR("1"), keys),
        1);
    assert_string_equal(jg_key_describe(keys[0]), "EC P-256");
    assert_int_equal(
        jg_jwks_select(set, jg_alg_find(JG_STR("PS256")), JG_STR("1"), keys),
        1);
    assert_string_equal(jg_key_describe(keys[0]), "RSA 2048");
    assert_int_equal(
        jg_jwks_select(set, jg_alg_find(JG_STR("EdDSA")), JG_STR("1"), keys),
        2);
    jg_jwks_free(set);
}

static void
a_single_key_without_kid_serves_every_kid(void **state)
{
    static const struct {
        const char *text;
        size_t want;
    } rows[] = {
        {"{\"kty\":\"oct\",\"k\":\"YQ\"}", 1},
        {"{\"keys\":[{\"kty\":\"oct\",\"k\":\"YQ\"}]}", 1},
        {OCT("", "YQ"), 1},
        {OCT("a", "YQ"), 0},
        {"{\"keys\":[{\"kty\":\"oct\",\"k\":\"YQ\"},{\"kty\":\"oct\","
         "\"k\":\"Yg\"}]}",
         0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_key *keys[JG_JWKS_MAX_TRIED];
        struct jg_jwks *set = NULL;

        assert_err(jg_jwks_parse(jg_str(rows[i].text), false, &set, NULL),
                   JG_OK);
        assert_int_equal(jg_jwks_select(set, jg_alg_find(JG_STR("HS256")),
                                        JG_STR("any"), keys),
                         rows[i].want);
        jg_jwks_free(set);
    }
}

static void
a_set_lives_as_long_as_its_last_owner(void **state)
{
    struct jg_jwks *set = NULL;
    struct jg_jwks *other;

    (void)state;
    assert_err(jg_jwks_of_key(good_key_of_secret("x"), &set), JG_OK);
    other = jg_jwks_ref(set);
    assert_ptr_equal(other, set);
    jg_jwks_free(set);
    assert_string_equal(jg_key_describe(jg_jwks_at(other, 0)->key),
                        "secret of 1 byte");
    jg_jwks_free(other);
    jg_jwks_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_set_is_refused),
        cmocka_unit_test(each_key_stands_alone),
        cmocka_unit_test(a_skipped_key_still_has_its_kid),
        cmocka_unit_test(a_set_has_at_most_100_keys_and_1_mib),
        cmocka_unit_test(select_goes_by_kid_then_by_fit_and_stops_at_four),
        cmocka_unit_test(under_one_kid_the_fitting_key_is_chosen),
        cmocka_unit_test(a_single_key_without_kid_serves_every_kid),
        cmocka_unit_test(a_set_lives_as_long_as_its_last_owner),
    };

    return cmocka_run_group_tests_name("jose/jwks", tests, NULL, NULL);
}
