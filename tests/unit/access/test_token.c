/* Where tokens are looked for: reference 2.1, as rows. */
#include "access_check.h"

#define PLACES(json) ",\"auth_configs\":{\"jwt\":" json "}"

static const struct doc apis[] = {
    JWT_API("default", ""),
    JWT_API("named", PLACES("{\"auth_header_name\":\"X-Token\"}")),
    JWT_API("param", PLACES("{\"use_param\":true}")),
    JWT_API("paramname", PLACES("{\"use_param\":true,\"param_name\":\"t\"}")),
    JWT_API("paramonly", PLACES("{\"use_param\":true,\"disable_header\":true,"
                                "\"auth_header_name\":\"X-Token\"}")),
    JWT_API("paramhead", PLACES("{\"use_param\":true,"
                                "\"auth_header_name\":\"X-Token\"}")),
    JWT_API("cookie", PLACES("{\"use_cookie\":true}")),
    JWT_API("cookiename",
            PLACES("{\"use_cookie\":true,\"cookie_name\":\"session\"}")),
    JWT_API("all", PLACES("{\"use_cookie\":true,\"cookie_name\":\"c\","
                          "\"use_param\":true,\"param_name\":\"p\"}")),
    JWT_API("old", ",\"auth\":{\"auth_header_name\":\"X-Old\"}"),
    JWT_API("both", ",\"auth\":{\"auth_header_name\":\"X-Old\"},"
                    "\"auth_configs\":{\"jwt\":"
                    "{\"auth_header_name\":\"X-New\"}}"),
    JWT_API("otherkind", ",\"auth\":{\"auth_header_name\":\"X-Old\"},"
                         "\"auth_configs\":{\"authToken\":"
                         "{\"auth_header_name\":\"X-New\"}}"),
};

/* The token is "a.b.c" or other opaque text: it is found, and then fails. */
static const struct {
    const char *target, *lines;
    enum jg_err reason; /* JG_E_BASE64 ... : found, see <token> */
    const char *token;
} rows[] = {
    {"/default/", "Authorization: Bearer a.b.c", JG_OK, "a.b.c"},
    {"/default/", "AUTHORIZATION: bEaReR a.b.c", JG_OK, "a.b.c"},
    {"/default/", "Authorization: a.b.c", JG_OK, "a.b.c"},
    {"/default/", "Authorization: Bearer  a.b.c", JG_OK, " a.b.c"},
    {"/default/", "Authorization: Bearer: a.b.c", JG_OK, "Bearer: a.b.c"},
    {"/default/", "Authorization: Beare a.b.c", JG_OK, "Beare a.b.c"},
    {"/default/", "Authorization: Bearer bearer a.b.c", JG_OK, "bearer a.b.c"},
    {"/default/", "Authorization: bearera.b.c", JG_OK, "bearera.b.c"},
    {"/default/", "Authorization: Bearer", JG_OK, "Bearer"},
    {"/default/", "X-Token: a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/default/", "Authorization_: a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/default/?Authorization=a.b.c", "", JG_E_TOKEN_MISSING, ""},
    {"/default/", "Cookie: Authorization=a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/default/", "Authorization:\nAuthorization: a.b.c", JG_OK, "a.b.c"},
    {"/default/", "Authorization: a.b.c\nAuthorization: Basic x", JG_OK,
     "a.b.c"},
    {"/default/", "Authorization: Basic x\nAuthorization: a.b.c", JG_OK,
     "Basic x"},

    {"/named/", "X-Token: a.b.c", JG_OK, "a.b.c"},
    {"/named/", "x-token: Bearer a.b.c", JG_OK, "a.b.c"},
    {"/named/", "X_Token: a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/named/", "Authorization: Bearer a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/named/", "X-Token: a.b.c\nX-Token: d.e.f", JG_E_TOKEN_TWICE, ""},

    {"/param/?Authorization=a.b.c", "", JG_OK, "a.b.c"},
    {"/param/?Authorization=Bearer%20a.b.c", "", JG_OK, "a.b.c"},
    {"/param/?Authorization=Bearer+a.b.c", "", JG_OK, "a.b.c"},
    {"/param/?x=1&Authorization=a%2eb%2Ec&y", "", JG_OK, "a.b.c"},
    {"/param/?Auth%6frization=a.b.c", "", JG_OK, "a.b.c"},
    {"/param/?authorization=a.b.c", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=a.b.c%2", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=a.b.c%zz", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=a.b.c%2z", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=a.b.c%z2", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=a.b.c;x=1", "", JG_E_TOKEN_MISSING, ""},
    {"/param/?Authorization=", "Authorization: a.b.c", JG_OK, "a.b.c"},
    {"/param/?Authorization=a.b.c", "Authorization: a.b.c", JG_OK, "a.b.c"},
    {"/param/?Authorization=a.b.c", "Authorization: d.e.f", JG_E_TOKEN_TWICE,
     ""},
    {"/param/?Authorization=a.b.c", "Authorization: Basic x", JG_OK, "a.b.c"},
    {"/param/?Authorization=a.b.c&Authorization=a.b.c", "", JG_OK, "a.b.c"},
    {"/param/?Authorization=a.b.c&Authorization=d.e.f", "", JG_E_TOKEN_TWICE,
     ""},
    {"/paramname/?t=a.b.c", "", JG_OK, "a.b.c"},
    {"/paramname/?Authorization=a.b.c", "", JG_E_TOKEN_MISSING, ""},
    {"/paramname/", "Authorization: a.b.c", JG_OK, "a.b.c"},
    {"/paramonly/?Authorization=a.b.c", "", JG_OK, "a.b.c"},
    {"/paramonly/?X-Token=a.b.c", "", JG_E_TOKEN_MISSING, ""},
    {"/paramonly/", "X-Token: a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/paramhead/?X-Token=a.b.c", "", JG_OK, "a.b.c"},
    {"/paramhead/?Authorization=a.b.c", "", JG_E_TOKEN_MISSING, ""},

    {"/cookie/", "Cookie: Authorization=a.b.c", JG_OK, "a.b.c"},
    {"/cookie/", "Cookie: x=1; Authorization=a.b.c; y=2", JG_OK, "a.b.c"},
    {"/cookie/", "Cookie: x=1;Authorization=a.b.c", JG_OK, "a.b.c"},
    {"/cookie/", "Cookie: Authorization=\"a.b.c\"", JG_OK, "a.b.c"},
    {"/cookie/", "Cookie: Authorization=Bearer a.b.c", JG_OK, "a.b.c"},
    {"/cookie/", "Cookie: x=1\nCookie: Authorization=a.b.c", JG_OK, "a.b.c"},
    {"/cookie/", "Cookie: authorization=a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/cookie/", "Cookie: Authorization2=a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/cookie/", "Cookie: Authorization", JG_E_TOKEN_MISSING, ""},
    {"/cookie/", "Cookie: Authorization=a\\b", JG_E_TOKEN_MISSING, ""},
    {"/cookie/", "Cookie: Authorization=a\x7f", JG_E_TOKEN_MISSING, ""},
    {"/cookie/", "Cookie: Authorization=a\xc3\xa4", JG_E_TOKEN_MISSING, ""},
    {"/cookie/", "Cookie: ;;;=;", JG_E_TOKEN_MISSING, ""},
    {"/cookiename/", "Cookie: session=a.b.c", JG_OK, "a.b.c"},
    {"/cookiename/", "Cookie: Authorization=a.b.c", JG_E_TOKEN_MISSING, ""},

    /* Cookie before query before header; equal tokens are one token. */
    {"/all/?p=a.b.c", "Authorization: a.b.c\nCookie: c=a.b.c", JG_OK, "a.b.c"},
    {"/all/?p=opaque", "Authorization: opaque\nCookie: c=opaque", JG_OK,
     "opaque"},
    {"/all/?p=a.b.c", "Authorization: d.e.f\nCookie: c=g.h.i", JG_E_TOKEN_TWICE,
     ""},
    {"/all/?p=Basic%20x", "Authorization: Basic y\nCookie: c=a.b.c", JG_OK,
     "a.b.c"},
    {"/all/?p=Basic%20x", "Authorization: Basic y", JG_OK, "Basic x"},

    {"/old/", "X-Old: a.b.c", JG_OK, "a.b.c"},
    {"/old/", "Authorization: a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/both/", "X-New: a.b.c", JG_OK, "a.b.c"},
    {"/both/", "X-Old: a.b.c", JG_E_TOKEN_MISSING, ""},
    {"/otherkind/", "X-Old: a.b.c", JG_OK, "a.b.c"},
    {"/otherkind/", "X-New: a.b.c", JG_E_TOKEN_MISSING, ""},
};

static void
tokens_are_found_where_the_api_looks(void **state)
{
    struct jg_snapshot *snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), NULL, 0);

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, rows[i].target, rows[i].lines, JG_STR(""));
        start_decision(&d, snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_DENY);
        if (!jg_str_eq(d.token, jg_str(rows[i].token)))
            print_error("row %s, %s\n", rows[i].target, rows[i].lines);
        assert_str(d.token, rows[i].token);
        if (rows[i].reason != JG_OK)
            assert_err(d.reason, rows[i].reason);
        else
            assert_true(d.reason >= JG_E_TOKEN_SIZE &&
                        d.reason <= JG_E_TOKEN_JWE);
        end_decision(&d);
        end_request(&c);
    }
    jg_snapshot_free(snapshot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_found_where_the_api_looks),
    };

    return cmocka_run_group_tests_name("access/token", tests, NULL, NULL);
}
