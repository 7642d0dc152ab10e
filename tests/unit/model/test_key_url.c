/* key_url.c: which URLs of key sets may be used, and which are the same. */
#include "model/key_url.h"
#include "model_check.h"

static void
a_url_is_used_or_refused(void **state)
{
    static const struct {
        const char *url;
        const char *why; /* a part of it; NULL: it may be used */
        bool allow_http;
    } rows[] = {
        {"https://idp.example/jwks", NULL},
        {"HTTPS://idp.example", NULL},
        {"https://idp.example:8443/a/b?c=d", NULL},
        {"https://[2001:db8::1]:8443/jwks", NULL},
        {"https://idp.example?x", NULL},
        {"https://10.0.0.1/jwks", NULL},
        {"https://169.254.169.254/", NULL}, /* judged when it is connected */

        /* Plain http: this machine, or by setting. */
        {"http://localhost/jwks", NULL},
        {"http://LOCALHOST:8080/jwks", NULL},
        {"http://127.0.0.1:9/jwks", NULL},
        {"http://127.255.255.254/", NULL},
        {"http://[::1]:80/jwks", NULL},
        {"http://[0:0:0:0:0:0:0:1]/", NULL},
        {"http://idp.example/jwks", "expected an https URL"},
        {"http://idp.example/jwks", NULL, true},
        {"http://128.0.0.1/", "expected an https URL"},
        {"http://127.1/", "expected an https URL"},
        {"http://2130706433/", "expected an https URL"},
        {"http://0x7f000001/", "expected an https URL"},
        {"http://0177.0.0.1/", "expected an https URL"},
        {"http://0.0.0.0/", "expected an https URL"},
        {"http://[::]/", "expected an https URL"},
        {"http://[::ffff:127.0.0.1]/", "expected an https URL"},
        {"http://localhost.example/", "expected an https URL"},
        {"http://localhost./", "1 to 63 bytes"},
        {"http://127.0.0.1.example/", "expected an https URL"},
        {"http://169.254.169.254/", "expected an https URL"},

        /* No other scheme, whatever is allowed. */
        {"", "expected an https URL", true},
        {"jwks", "expected an https URL", true},
        {"//idp.example/jwks", "expected an https URL", true},
        {"file:///etc/passwd", "expected an https URL", true},
        {"ftp://localhost/jwks", "expected an https URL", true},
        {"data:application/json,{}", "expected an https URL", true},
        {"httpsx://idp.example/", "expected an https URL", true},
        {" https://idp.example/", "spaces", true},

        /* Whose host is not what it seems. */
        {"https://user:pw@idp.example/", "a user", true},
        {"https://idp.example@evil.example/", "a user", true},
        {"http://127.0.0.1@evil.example/", "a user", true},
        {"http://127.0.0.1#@evil.example/", "fragment", true},
        {"https://idp.example/#x", "fragment", true},
        {"http://127.0.0.1\\@evil.example/", "backslash", true},
        {"https://idp.example/\r\nX: y", "control", true},
        {"https://idp.example/a b", "spaces", true},
        {"https://idp.example/\x7f", "control", true},
        {"https://id\xc3\xa9p.example/", "ASCII", true},
        {"https:///jwks", "", true},
        {"https://", "", true},
        {"https://:443/", "", true},
        {"https://idp.example:0/", "port", true},
        {"https://idp.example:99999/", "port", true},
        {"https://idp.example:x/", "port", true},
        {"https://idp.example:/", "port", true},
        {"https://[fe80::1%25lo]/", "IPv6", true},
        {"https://[::1/", "IPv6", true},
        {"https://[::1]x/", "port", true},
        {"https://id%70.example/", "", true},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *why = NULL;
        enum jg_err err =
            jg_key_url_check(jg_str(rows[i].url), rows[i].allow_http, &why);

        if ((err == JG_OK) != (rows[i].why == NULL))
            print_error("%s: %s\n", rows[i].url, why);
        assert_err(err, rows[i].why == NULL ? JG_OK : JG_E_CONF_VALUE);
        if (rows[i].why == NULL)
            continue;
        if (strstr(why, rows[i].why) == NULL)
            fail_msg("%s: %s", rows[i].url, why);
    }
}

static void
a_url_has_an_end(void **state)
{
    static char url[JG_URL_MAX + 2];
    const char *why;

    (void)state;
    memset(url, 'a', sizeof(url));
    memcpy(url, "https://idp.example/", 20);
    assert_err(jg_key_url_check((struct jg_str){url, JG_URL_MAX}, false, &why),
               JG_OK);
    assert_err(
        jg_key_url_check((struct jg_str){url, JG_URL_MAX + 1}, false, &why),
        JG_E_CONF_VALUE);
    memset(url + 8, 'a', sizeof(url) - 8); /* a host of this length */
    assert_err(jg_key_url_check((struct jg_str){url, JG_URL_MAX}, false, &why),
               JG_E_CONF_VALUE);
}

static void
what_makes_another_fetch_makes_another_id(void **state)
{
    static const struct jg_key_url rows[] = {
        {.url = JG_STR("https://idp.example/jwks")},
        {.url = JG_STR("https://idp.example/jwks/")},
        {.url = JG_STR("https://idp.example/jwks"), .insecure = true},
        {.url = JG_STR("https://idp.example/jwks"), .discover = true},
        {.url = JG_STR("https://idp.example/jwks"),
         .discover = true,
         .issuer = JG_STR("https://idp.example")},
        {.url = JG_STR("https://idp.example/jwks"),
         .discover = true,
         .issuer = JG_STR("https://idp.example/")},
    };
    char ids[LEN(rows)][JG_KEY_URL_ID_BYTES + 1];

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_err(jg_key_url_id(&rows[i], ids[i]), JG_OK);
        assert_int_equal(strlen(ids[i]), JG_KEY_URL_ID_BYTES);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
}

/* Two APIs with one set bound to two issuers share its fetch. */
static void
an_issuer_and_an_age_make_no_other_fetch(void **state)
{
    static const struct jg_key_url rows[] = {
        {.url = JG_STR("https://idp.example/jwks")},
        {.url = JG_STR("https://idp.example/jwks"), .issuer = JG_STR("one")},
        {.url = JG_STR("https://idp.example/jwks"), .ttl_s = 60},
    };
    char first[JG_KEY_URL_ID_BYTES + 1], id[JG_KEY_URL_ID_BYTES + 1];

    (void)state;
    assert_err(jg_key_url_id(&rows[0], first), JG_OK);
    for (size_t i = 1; i < LEN(rows); i++) {
        assert_err(jg_key_url_id(&rows[i], id), JG_OK);
        assert_string_equal(id, first);
    }
}

static void
an_issuers_metadata_are_below_it(void **state)
{
#define END "/.well-known/openid-configuration"
    static const struct {
        const char *issuer, *url; /* NULL: there cannot be any */
    } rows[] = {
        {"https://idp.example", "https://idp.example" END},
        {"https://idp.example/", "https://idp.example" END},
        {"https://idp.example/realms/shop",
         "https://idp.example/realms/shop" END},
        {"https://idp.example//", "https://idp.example/" END},
        {"", NULL},
        {"idp.example", NULL},
        {"urn:idp", NULL},
        {"https://idp.example/?tenant=1", NULL},
        {"https://idp.example/#1", NULL},
        {"https://idp.example/a b", NULL},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 256, 16384);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str url;
        const char *why = NULL;
        enum jg_err err =
            jg_key_url_discovery(jg_str(rows[i].issuer), &a, &url, &why);

        assert_err(err, rows[i].url == NULL ? JG_E_CONF_VALUE : JG_OK);
        if (rows[i].url != NULL)
            assert_str(url, rows[i].url);
        else
            assert_non_null(why);
    }
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_used_or_refused),
        cmocka_unit_test(a_url_has_an_end),
        cmocka_unit_test(what_makes_another_fetch_makes_another_id),
        cmocka_unit_test(an_issuer_and_an_age_make_no_other_fetch),
        cmocka_unit_test(an_issuers_metadata_are_below_it),
    };

    return cmocka_run_group_tests_name("model/key_url", tests, NULL, NULL);
}
