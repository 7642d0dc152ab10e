/* api_key.c: signing method, algorithms, source and profile of a JWT API. */
#include "jose/keys.h"
#include "model_check.h"

/* 32 bytes that nobody guesses, in base64. */
#define GOOD_SECRET "SGVsbG8gdGhlcmUsIHRoaXMgaXMgMzIgYnl0ZXMhISE="

/* 67 of them: enough for HS512, too. */
#define LONG_SECRET                                                            \
    "SGVsbG8gdGhlcmUsIHRoaXMgaXMgbG9uZyBlbm91Z2ggZm9yIEhTNTEyOiA2NCBieXRlcyBp" \
    "biBhbGwgb2YgaXQhIQ=="

static const struct test_key *
key_named(const char *name)
{
    for (size_t i = 0; i < LEN(test_keys); i++)
        if (strcmp(test_keys[i].name, name) == 0)
            return &test_keys[i];
    fail_msg("no key %s", name);
    return NULL;
}

/* A JWT API with these members; the source stands alone in line 3. */
static struct jg_api *
jwt_api(struct reading *r, const char *method, const char *source,
        const char *more)
{
    set_text(r,
             "{" JWT_API ",%s\n'jwt_signing_method':'%s','jwt_source':\n'%s'"
             "}",
             more, method, source);
    return good_api(r);
}

static const char *
describe(const struct jg_api *api)
{
    assert_non_null(api->keys);
    return jg_key_describe(jg_jwks_at(api->keys, 0)->key);
}

static void
a_source_is_base64_of_a_key(void **state)
{
    static const struct {
        const char *method, *key, *describe;
    } rows[] = {
        {"rsa", "rsa2048", "RSA 2048"},
        {"ecdsa", "P-256", "EC P-256"},
        {"eddsa", "ed25519", "Ed25519"},
    };
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *const forms[] = {key_named(rows[i].key)->public_pem,
                                     key_named(rows[i].key)->public_jwk};

        for (size_t f = 0; f < LEN(forms); f++) {
            api = jwt_api(r, rows[i].method, base64(jg_str(forms[f])), "");
            assert_quiet(r);
            assert_string_equal(describe(api), rows[i].describe);
            assert_int_equal(api->key_err, JG_OK);
            jg_api_free(api);
        }
    }
    api = jwt_api(r, "hmac", GOOD_SECRET, "");
    assert_quiet(r);
    assert_string_equal(describe(api), "secret of 32 bytes");
    jg_api_free(api);

    /* Go's decoder passes over line ends, and so do we. */
    api = jwt_api(r, "hmac",
                  "SGVsbG8gdGhlcmUsIHRoaXMg\\r\\n"
                  "aXMgMzIgYnl0ZXMhISE=\\n",
                  "");
    assert_quiet(r);
    assert_string_equal(describe(api), "secret of 32 bytes");
    jg_api_free(api);
    free_reading(r);
}

static void
a_key_may_stand_there_as_it_is(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;
    char set[4096];

    (void)state;
    api = jwt_api(r, "rsa", json_text(key_named("rsa2048")->public_pem), "");
    assert_quiet(r);
    assert_string_equal(describe(api), "RSA 2048");
    jg_api_free(api);

    api = jwt_api(r, "ecdsa", json_text(key_named("P-256")->public_jwk), "");
    assert_quiet(r);
    assert_string_equal(describe(api), "EC P-256");
    jg_api_free(api);

    snprintf(set, sizeof(set), " {\"keys\":[%s]}\n",
             key_named("rsa2048")->public_jwk);
    api = jwt_api(r, "rsa", json_text(set), "");
    assert_quiet(r);
    assert_string_equal(describe(api), "RSA 2048");
    jg_api_free(api);
    free_reading(r);
}

static void
a_source_without_a_key_closes_the_api_and_says_why(void **state)
{
    static const struct {
        const char *method;
        const char *bytes;  /* in base64; or NULL */
        const char *source; /* as it is */
        const char *message;
    } rows[] = {
        {"rsa", "aHR0cHM6Ly9pZHAuZXhhbXBsZS9qd2tz", NULL, "base64 twice"},
        {"hmac", "aHR0cHM6Ly9pZHAuZXhhbXBsZS9qd2tz", NULL, "base64 twice"},
        {"hmac", "eyJrdHkiOiJvY3QiLCJrIjoiQUFBQSJ9\n", NULL, "base64 twice"},
        {"hmac", NULL, " dHlrMTIz", "white space around"},
        {"hmac", NULL, "dHlrMTIz ", "white space around"},
        {"hmac", NULL, "_-8_-8_-8A", "base64url"},
        {"hmac", NULL, "_-8_-8_-8A==", "base64url"},
        {"hmac", NULL, "SGVsbG8gdGhlcmUsIHRoaXMgaXMgMzIgYnl0ZXMhISE",
         "padding ('=' at its end) is missing"},
        {"hmac", NULL, "tyk-123", "not base64 of a key"},
        {"hmac", NULL, "tyk 123", "not base64 of a key"},
        {"hmac", NULL, "=", "not base64 of a key"},
        {"hmac", NULL, "{\\\"a\\\":1}", "not base64 of a key"},
        {"rsa", "not a key", NULL, "expected a public key in PEM or DER"},
        {"rsa", NULL, "-----BEGIN PUBLIC KEY-----", "PEM"},
        {"rsa", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", NULL,
         "expected an RSA public key for jwt_signing_method rsa, found secret "
         "of 3 bytes"},
        {"rsa", "{\"keys\":[]}", NULL, "the key set is empty"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *source = rows[i].bytes != NULL
                                 ? base64(jg_str(rows[i].bytes))
                                 : rows[i].source;
        struct jg_api *api = jwt_api(r, rows[i].method, source, "");

        assert_finding(r, &((struct want){JG_FAULT, JG_E_KEY, "jwt_source", 3,
                                          1, rows[i].message}));
        assert_int_equal(r->diags.kept, 1);
        assert_int_equal(api->mode, JG_AUTH_CALLERS);
        assert_int_equal(api->key_err, JG_E_KEY);
        assert_true(contains(api->key_fault, rows[i].message));
        assert_null(api->keys);
        assert_str(api->listen_path, "/a/");
        if (source[0] != '\0')
            check_not_shown(&r->diags, source);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
a_key_of_another_kind_is_named(void **state)
{
    static const struct {
        const char *method, *key;
        const char *message;
    } rows[] = {
        {"rsa", "P-256",
         "expected an RSA public key for jwt_signing_method rsa, found EC "
         "P-256"},
        {"ecdsa", "rsa2048",
         "expected an EC public key for jwt_signing_method ecdsa, found RSA "
         "2048"},
        {"hmac", "rsa2048", "expected an HMAC secret, found a PEM"},
        {"", "rsa2048", "expected an HMAC secret, found a PEM"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *pem = key_named(rows[i].key)->public_pem;

        for (int inlined = 0; inlined < 2; inlined++) {
            struct jg_api *api =
                jwt_api(r, rows[i].method,
                        inlined ? json_text(pem) : base64(jg_str(pem)), "");

            assert_finding(r, &((struct want){JG_FAULT, JG_E_KEY, "jwt_source",
                                              3, 1, rows[i].message}));
            assert_int_equal(api->key_err, JG_E_KEY);
            assert_null(api->keys);
            jg_api_free(api);
        }
    }
    free_reading(r);
}

static void
without_a_source_each_caller_has_a_key_of_his_own(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" JWT_API ",'jwt_signing_method':'rsa'}");
    api = good_api(r);
    assert_finding(r, &((struct want){JG_WARNING, JG_E_CONF_VALUE, "jwt_source",
                                      1, 1, "jwt_source is empty"}));
    assert_int_equal(api->key_err, JG_OK);
    assert_true(api->one_to_one);
    assert_null(api->keys);
    jg_api_free(api);
    free_reading(r);
}

static void
an_unknown_method_is_hmac_with_a_warning(void **state)
{
    static const struct {
        const char *method, *message, *fix;
    } rows[] = {
        {"", "no signing method is given", "use hmac, rsa"},
        {"HMAC", "this signing method is not known", "use hmac, rsa"},
        {"rsa ", "this signing method is not known", "use hmac, rsa"},
        {"RS256", "this signing method is not known", "name of an algorithm"},
    };
    struct reading *r = new_reading();
    bool known;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api = jwt_api(r, rows[i].method, GOOD_SECRET, "");

        assert_finding(
            r, &((struct want){JG_WARNING, JG_E_CONF_VALUE,
                               "jwt_signing_method", 2, 22, rows[i].message}));
        assert_true(contains(r->diags.first->fix, rows[i].fix));
        assert_int_equal(r->diags.kept, 1);
        assert_int_equal(api->algs, jg_alg_method(JG_STR("hmac"), &known));
        assert_int_equal(api->key_err, JG_OK);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
listed_algorithms_narrow_the_method(void **state)
{
    static const struct {
        const char *list;
        const char *algs[3]; /* what is left */
        const char *path;    /* of a finding, or NULL */
        enum jg_severity severity;
        unsigned column;
        const char *message;
    } rows[] = {
        {"[]", {"HS256", "HS384", "HS512"}, NULL, JG_WARNING, 0, NULL},
        {"['HS512']", {"HS512"}, NULL, JG_WARNING, 0, NULL},
        {"['HS256','HS256']", {"HS256"}, NULL, JG_WARNING, 0, NULL},
        {"['RS256','HS256']",
         {"HS256"},
         "jwt_algorithms.0",
         JG_WARNING,
         2,
         "no effect"},
        {"['hs256']",
         {NULL},
         "jwt_algorithms.0",
         JG_FAULT,
         2,
         "this algorithm is not known"},
        {"['HS256','HS1']",
         {NULL},
         "jwt_algorithms.1",
         JG_FAULT,
         10,
         "this algorithm is not known"},
        {"['none']",
         {NULL},
         "jwt_algorithms.0",
         JG_FAULT,
         2,
         "unsigned tokens are never accepted"},
        {"['RS256']",
         {NULL},
         "jwt_algorithms",
         JG_FAULT,
         1,
         "none of these algorithms belongs"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;
        jg_algs want = 0;

        for (size_t k = 0; k < 3 && rows[i].algs[k] != NULL; k++)
            want |= jg_alg_bit(jg_alg_find(jg_str(rows[i].algs[k])));
        set_text(r,
                 "{" JWT_API ",'jwt_signing_method':'hmac','jwt_source':"
                 "'" LONG_SECRET "','jwt_algorithms':\n%s}",
                 rows[i].list);
        api = good_api(r);
        if (rows[i].path == NULL)
            assert_quiet(r);
        else
            assert_finding(r, &((struct want){rows[i].severity, JG_E_CONF_VALUE,
                                              rows[i].path, 2, rows[i].column,
                                              rows[i].message}));
        if (want != 0) {
            assert_int_equal(api->algs, want);
            assert_int_equal(api->key_err, JG_OK);
            assert_non_null(api->keys);
        } else {
            assert_int_equal(api->key_err, JG_E_KEY);
            assert_null(api->keys);
            assert_int_equal(r->diags.faults, 1);
        }
        jg_api_free(api);
    }
    free_reading(r);
}

static void
names_in_other_letter_case_are_taken_as_in_go(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" JWT_API ",'JWT_Signing_Method':'hmac','jwt_SOURCE':'=',"
                "'JWT_algorithms':['x']}");
    api = good_api(r);
    assert_int_equal(api->key_err, JG_E_KEY);
    assert_int_equal(r->diags.faults, 1);
    assert_int_equal(r->diags.warnings, 3);
    jg_api_free(api);
    free_reading(r);
}

static void
keys_that_fit_no_listed_algorithm_are_refused(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api =
        jwt_api(r, "ecdsa", base64(jg_str(key_named("P-256")->public_pem)),
                "'jwt_algorithms':['ES384'],");

    (void)state;
    assert_finding(r,
                   &((struct want){JG_FAULT, JG_E_KEY, "jwt_source", 3, 1,
                                   "expected an EC public key for ES384, found "
                                   "EC P-256"}));
    assert_int_equal(api->key_err, JG_E_KEY);
    jg_api_free(api);
    free_reading(r);
}

static void
a_risk_is_a_warning_and_refused_by_the_strict_profile(void **state)
{
    static const struct {
        const char *method, *source, *message;
    } rows[] = {
        {"hmac", "dHlrMTIz", "leaked"}, /* tyk123 */
        {"hmac", "MTIzNDU2Nzg5MGFiY2RlZmdoaWprbA==", "secret of 22 bytes"},
    };
    static const char *const lenient[] = {"", "'jwt_profile':'',",
                                          "'jwt_profile':'compatible',"};
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        for (size_t k = 0; k < LEN(lenient); k++) {
            api = jwt_api(r, rows[i].method, rows[i].source, lenient[k]);
            assert_finding(
                r, &((struct want){JG_WARNING, JG_E_CONF_RISK, "jwt_source", 3,
                                   1, rows[i].message}));
            assert_int_equal(r->diags.kept, 1);
            assert_int_equal(api->key_err, JG_OK);
            assert_non_null(api->keys);
            jg_api_free(api);
        }
        api = jwt_api(r, rows[i].method, rows[i].source,
                      "'jwt_profile':'strict',");
        assert_finding(r, &((struct want){JG_FAULT, JG_E_KEY, "jwt_source", 3,
                                          1, rows[i].message}));
        assert_true(contains(api->key_fault, "refuses the key"));
        assert_int_equal(api->key_err, JG_E_KEY);
        assert_null(api->keys);
        jg_api_free(api);
    }
    api = jwt_api(r, "hmac", GOOD_SECRET,
                  "'jwt_profile':'strict','jwt_algorithms':['HS256'],");
    assert_quiet(r);
    assert_int_equal(api->key_err, JG_OK);
    jg_api_free(api);
    free_reading(r);
}

static void
an_unknown_profile_closes_the_api(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api =
        jwt_api(r, "hmac", GOOD_SECRET, "'jwt_profile':'Strict',");

    (void)state;
    assert_finding(r, &((struct want){
                          JG_FAULT, JG_E_CONF_VALUE, "jwt_profile", 1,
                          (unsigned)(strstr(r->text, "\"Strict") - r->text) + 1,
                          "expected \"compatible\" or \"strict\""}));
    assert_int_equal(api->key_err, JG_E_KEY);
    assert_null(api->keys);
    jg_api_free(api);
    free_reading(r);
}

static void
a_newline_at_the_end_of_a_secret_is_pointed_out(void **state)
{
    static const struct want want = {
        JG_WARNING, JG_E_CONF_RISK, "jwt_source", 3, 1, "ends in a newline"};
    struct reading *r = new_reading();
    struct jg_api *api = jwt_api(
        r, "hmac",
        base64(JG_STR("a secret that is quite long enough for anything here, "
                      "and more\n")),
        "");

    (void)state;
    assert_finding(r, &want);
    assert_int_equal(r->diags.kept, 1);
    assert_string_equal(describe(api), "secret of 63 bytes");
    jg_api_free(api);

    /* A PEM ends in one, and should. */
    api =
        jwt_api(r, "rsa", base64(jg_str(key_named("rsa2048")->public_pem)), "");
    assert_quiet(r);
    jg_api_free(api);
    free_reading(r);
}

static void
keys_of_a_set_that_are_left_out_are_named(void **state)
{
    static const struct want want = {JG_WARNING,
                                     JG_E_KEY,
                                     "jwt_source",
                                     3,
                                     1,
                                     "key 1 of the set is left out: expected "
                                     "an RSA public key"};
    struct reading *r = new_reading();
    struct jg_api *api;
    char set[8192];

    (void)state;
    snprintf(set, sizeof(set), "{\"keys\":[%s,%s]}",
             key_named("P-256")->public_jwk, key_named("rsa2048")->public_jwk);
    api = jwt_api(r, "rsa", base64(jg_str(set)), "");
    assert_finding(r, &want);
    assert_int_equal(r->diags.kept, 1);
    assert_int_equal(jg_jwks_count(api->keys), 2);
    jg_api_free(api);
    free_reading(r);
}

static void
a_private_key_is_taken_with_a_warning(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api = jwt_api(
        r, "rsa", base64(jg_str(key_named("rsa2048")->private_pem)), "");

    (void)state;
    assert_finding(r, &((struct want){JG_WARNING, JG_E_CONF_RISK, "jwt_source",
                                      3, 1, "private key"}));
    assert_string_equal(describe(api), "RSA 2048");
    jg_api_free(api);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_base64_of_a_key),
        cmocka_unit_test(a_key_may_stand_there_as_it_is),
        cmocka_unit_test(a_source_without_a_key_closes_the_api_and_says_why),
        cmocka_unit_test(a_key_of_another_kind_is_named),
        cmocka_unit_test(without_a_source_each_caller_has_a_key_of_his_own),
        cmocka_unit_test(an_unknown_method_is_hmac_with_a_warning),
        cmocka_unit_test(listed_algorithms_narrow_the_method),
        cmocka_unit_test(names_in_other_letter_case_are_taken_as_in_go),
        cmocka_unit_test(keys_that_fit_no_listed_algorithm_are_refused),
        cmocka_unit_test(a_risk_is_a_warning_and_refused_by_the_strict_profile),
        cmocka_unit_test(an_unknown_profile_closes_the_api),
        cmocka_unit_test(a_newline_at_the_end_of_a_secret_is_pointed_out),
        cmocka_unit_test(keys_of_a_set_that_are_left_out_are_named),
        cmocka_unit_test(a_private_key_is_taken_with_a_warning),
    };

    return cmocka_run_group_tests_name("model/api_key", tests, NULL, NULL);
}
