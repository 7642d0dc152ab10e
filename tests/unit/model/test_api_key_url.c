/* api_key_url.c: key sets by URL of a JWT API. */
#include "model/key_url.h"
#include "model_check.h"

/* What an API turned out to use. */
struct found {
    const char *url, *issuer;
    int64_t ttl_s;
    bool discover;
};

static const struct row {
    const char *name;
    const char *members; /* of the definition; apostrophes for quotes */
    struct found urls[3];
    const char *fault; /* the API is closed, and why: a part of it */
} rows[] = {
#define RSA "'jwt_signing_method':'rsa'"
#define WELL_KNOWN "/.well-known/openid-configuration"
    {"a plain URL",
     RSA ",'jwt_source':'https://idp/jwks'",
     {{"https://idp/jwks", "", 0, false}},
     NULL},
    {"white space around it",
     RSA ",'jwt_source':' https://idp/jwks\\n'",
     {{"https://idp/jwks", "", 0, false}},
     NULL},
    {"a URL in base64",
     RSA ",'jwt_source':'aHR0cHM6Ly9pZHAvandrcw=='",
     {{"https://idp/jwks", "", 0, false}},
     NULL},
    {"a URL for one issuer",
     RSA ",'jwt_source':'https://idp/jwks','jwt_issuer':'any name'",
     {{"https://idp/jwks", "any name", 0, false}},
     NULL},
    {"several",
     RSA ",'jwt_jwks_uris':[{'url':'https://b/','cache_timeout':'5m'},"
         "{'url':'https://a/','issuer':'https://x'}]",
     {{"https://b/", "", 300, false}, {"https://a/", "https://x", 0, false}},
     NULL},
    {"several of one issuer",
     RSA ",'jwt_issuer':'i','jwt_jwks_uris':[{'url':'https://b/'},"
         "{'url':'https://a/','issuer':'j'}]",
     {{"https://b/", "i", 0, false}, {"https://a/", "j", 0, false}},
     NULL},
    {"an age of less than a second is none",
     RSA ",'jwt_jwks_uris':[{'url':'https://b/','cache_timeout':'999ms'}]",
     {{"https://b/", "", 0, false}},
     NULL},
    {"the same twice",
     RSA ",'jwt_jwks_uris':[{'url':'https://b/'},{'url':'https://b/'},"
         "{'url':'https://b/','issuer':'i'}]",
     {{"https://b/", "", 0, false}, {"https://b/", "i", 0, false}},
     NULL},
    {"an issuer alone",
     RSA ",'jwt_issuer':'https://idp/realms/r'",
     {{"https://idp/realms/r" WELL_KNOWN, "https://idp/realms/r", 0, true}},
     NULL},
    {"an issuer that ends in a slash",
     RSA ",'jwt_issuer':'https://idp/'",
     {{"https://idp" WELL_KNOWN, "https://idp/", 0, true}},
     NULL},

    {"plain http",
     RSA ",'jwt_source':'http://idp/jwks'",
     {{0}},
     "\"http://idp/jwks\" cannot be used: expected an https URL"},
    {"one of several is bad",
     RSA ",'jwt_jwks_uris':[{'url':'https://b/'},"
         "{'url':'file:///etc/passwd'}]",
     {{0}},
     "\"file:///etc/passwd\""},
    {"one of several is empty",
     RSA ",'jwt_jwks_uris':[{'cache_timeout':'5m'}]",
     {{0}},
     "expected an https URL"},
    {"an issuer that is no URL",
     RSA ",'jwt_issuer':'idp'",
     {{0}},
     "name the URL of its key set"},
    {"an issuer by http", RSA ",'jwt_issuer':'http://idp'", {{0}}, "https URL"},
    {"a secret is never fetched",
     "'jwt_signing_method':'hmac','jwt_source':'https://idp/jwks'",
     {{0}},
     "secrets are never fetched"},
    {"hmac is what counts without a method",
     "'jwt_jwks_uris':[{'url':'https://b/'}]",
     {{0}},
     "secrets are never fetched"},
    {"hmac with an issuer",
     "'jwt_issuer':'https://idp'",
     {{0}},
     "secrets are never fetched"},
    {"nothing at all", RSA, {{0}}, NULL},
};

static void
check_row(const struct row *row, const struct jg_api *api)
{
    size_t count = 0;

    while (count < LEN(row->urls) && row->urls[count].url != NULL)
        count++;
    assert_null(api->keys);
    assert_int_equal(api->key_url_count, count);
    assert_err(api->key_err, row->fault == NULL ? JG_OK : JG_E_KEY);
    if (row->fault != NULL)
        assert_true(contains(api->key_fault, row->fault));
    for (size_t i = 0; i < count; i++) {
        const struct jg_key_url *url = &api->key_urls[i];
        char id[JG_KEY_URL_ID_BYTES + 1];

        assert_str(url->url, row->urls[i].url);
        assert_str(url->issuer, row->urls[i].issuer);
        assert_int_equal(url->ttl_s, row->urls[i].ttl_s);
        assert_int_equal(url->discover, row->urls[i].discover);
        assert_false(url->insecure);
        assert_err(jg_key_url_id(url, id), JG_OK);
        assert_str(url->id, id);
    }
}

static void
the_sources_of_keys_are_found(void **state)
{
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" JWT_API ",%s}", rows[i].members);
        api = good_api(r);
        if ((api->key_err == JG_OK) != (rows[i].fault == NULL)) {
            print_error("row \"%s\"\n", rows[i].name);
            print_findings(&r->diags);
        }
        check_row(&rows[i], api);
        if (rows[i].fault == NULL && !api->one_to_one)
            assert_quiet(r);
        jg_api_free(api);
    }
    free_reading(r);
}

/* Which one counts depends on the kind of definition, as in Tyk. */
static void
of_two_sources_one_counts(void **state)
{
    static const struct want warning = {
        JG_WARNING,
        JG_E_CONF_VALUE,
        "jwt_jwks_uris",
        1,
        173,
        "no effect: the keys come from the jwt_source"};
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" JWT_API "," RSA ",'jwt_source':'https://one/',"
                "'jwt_jwks_uris':[{'url':'https://two/'}]}");
    api = good_api(r);
    assert_int_equal(api->key_url_count, 1);
    assert_str(api->key_urls[0].url, "https://one/");
    assert_finding(r, &warning);
    jg_api_free(api);
    free_reading(r);
}

static void
settings_of_the_gateway_count(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    r->conf.jwks.allow_http = true;
    r->conf.jwt_ssl_insecure_skip_verify = true;
    set_text(r, "{" JWT_API "," RSA ",'jwt_jwks_uris':[{'url':'http://far/'},"
                "{'url':'https://near/'}]}");
    api = good_api(r);
    assert_quiet(r);
    assert_int_equal(api->key_url_count, 2);
    assert_false(api->key_urls[0].insecure); /* there is no TLS to verify */
    assert_true(api->key_urls[1].insecure);
    jg_api_free(api);
    free_reading(r);
}

static void
sixteen_urls_are_the_most(void **state)
{
    struct reading *r = new_reading();

    (void)state;
    for (size_t count = 16; count <= 17; count++) {
        struct jg_api *api;
        char list[1024] = "";
        size_t len = 0;

        for (size_t i = 0; i < count; i++)
            len += (size_t)snprintf(list + len, sizeof(list) - len,
                                    "%s{'url':'https://h%zu/'}",
                                    i > 0 ? "," : "", i);
        set_text(r, "{" JWT_API "," RSA ",'jwt_jwks_uris':[%s]}", list);
        api = good_api(r);
        assert_int_equal(api->key_url_count, count == 16 ? 16 : 0);
        assert_err(api->key_err, count == 16 ? JG_OK : JG_E_KEY);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
passwords_in_urls_are_not_shown(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" JWT_API "," RSA
                ",'jwt_source':'https://user:hunter2@idp/jwks'}");
    api = good_api(r);
    assert_err(api->key_err, JG_E_KEY);
    assert_false(contains(api->key_fault, "hunter2"));
    check_not_shown(&r->diags, "hunter2");
    jg_api_free(api);
    free_reading(r);
}

/* A key of the definition, and an issuer that it is for. */
static void
an_issuer_may_stand_beside_a_key(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" JWT_API ",'jwt_signing_method':'hmac','jwt_issuer':'i',"
                "'jwt_source':"
                "'SGVsbG8gdGhlcmUsIHRoaXMgaXMgbG9uZyBlbm91Z2ggZm9yIEhTNTEyOiA2"
                "NCBieXRlcyBpbiBhbGwgb2YgaXQhIQ=='}");
    api = good_api(r);
    assert_quiet(r);
    assert_non_null(api->keys);
    assert_int_equal(api->key_url_count, 0);
    jg_api_free(api);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sources_of_keys_are_found),
        cmocka_unit_test(of_two_sources_one_counts),
        cmocka_unit_test(settings_of_the_gateway_count),
        cmocka_unit_test(sixteen_urls_are_the_most),
        cmocka_unit_test(passwords_in_urls_are_not_shown),
        cmocka_unit_test(an_issuer_may_stand_beside_a_key),
    };

    return cmocka_run_group_tests_name("model/api_key_url", tests, NULL, NULL);
}
