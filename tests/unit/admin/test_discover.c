/* POST /tyk/identity/discover: what is wanted, step by step. */
#include "admin_check.h"

#define METADATA_URL "https://a.test/.well-known/openid-configuration"
#define METADATA                      \
    "{\"issuer\":\"https://a.test\"," \
    "\"jwks_uri\":\"https://keys.test/jwks\"}"
#define EC                                                   \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k1\","      \
    "\"alg\":\"ES256\","                                     \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}"

/* Ask with what was fetched so far; the answer is in g->response. */
static struct jg_str
discover(struct gateway *g, const char *body,
         const struct jg_admin_fetched *fetched, size_t count)
{
    const struct jg_admin_request request = {
        .method = JG_STR("POST"),
        .path = JG_STR("/tyk/identity/discover"),
        .body = jg_str(body),
        .authorization = jg_str(g->secret),
        .port = g->port,
        .fetched = fetched,
        .fetched_count = count,
    };

    jg_admin_response_free(&g->response);
    jg_admin_response_init(&g->response);
    jg_admin_answer(&g->admin, &request, &g->arena, &g->response);
    return jg_buf_str(&g->response.body);
}

static void
assert_wanted(const struct gateway *g, const char *url)
{
    assert_str(g->response.wanted, url);
}

static void
metadata_is_wanted_first_and_keys_then(void **state)
{
    static const struct jg_admin_fetched fetched[] = {
        {JG_STR(METADATA_URL), JG_STR(METADATA), {NULL, 0}},
        {JG_STR("https://keys.test/jwks"),
         JG_STR("{\"keys\":[" EC "]}"),
         {NULL, 0}},
    };
    static const char *const bodies[] = {"{\"issuer\":\"https://a.test\"}",
                                         "{\"issuer\":\"a.test\"}",
                                         "{\"issuer\":\" https://a.test/ \"}",
                                         "{\"issuer\":\"" METADATA_URL "\"}"};
    struct gateway g;
    struct jg_str text;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(bodies); i++) {
        discover(&g, bodies[i], NULL, 0);
        assert_wanted(&g, METADATA_URL);
        discover(&g, bodies[i], fetched, 1);
        assert_wanted(&g, "https://keys.test/jwks");
        text = discover(&g, bodies[i], fetched, 2);
        assert_null(g.response.wanted.p);
        assert_int_equal(g.response.status, 200);
        assert_true(jg_str_contains(
            text, JG_STR("\"warnings\":[],\"provider\":{\"id\":\"oidc\"")));
        assert_true(
            jg_str_contains(text, JG_STR("\"signing_method\":\"ecdsa\"")));
        assert_true(jg_str_contains(text, JG_STR("\"state\":\"usable\"")));
    }
    gateway_close(&g);
}

static void
a_document_that_is_not_there_is_not_wanted_again(void **state)
{
    static const struct jg_admin_fetched fetched[] = {
        {JG_STR(METADATA_URL), {NULL, 0}, JG_STR("status 404")}};
    static const struct jg_admin_fetched half[] = {
        {JG_STR(METADATA_URL), JG_STR(METADATA), {NULL, 0}},
        {JG_STR("https://keys.test/jwks"), {NULL, 0}, JG_STR("no answer")}};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    assert_str(discover(&g, "{\"issuer\":\"a.test\"}", fetched, 1),
               FAILED(METADATA_URL ": status 404"));
    assert_int_equal(g.response.status, 502);
    assert_true(
        jg_str_contains(discover(&g, "{\"issuer\":\"a.test\"}", half, 2),
                        JG_STR("https://keys.test/jwks: no answer")));
    assert_int_equal(g.response.status, 200);
    gateway_close(&g);
}

static void
what_cannot_be_an_address_is_refused_before_anything_is_wanted(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "[]",
        "{\"issuer\":1}",
        "{\"issuer\":\"http://a.test\"}",
        "{\"issuer\":\"ftp://a.test\"}",
        "{\"issuer\":\"https://u@a.test\"}",
        "{\"issuer\":\"a b\"}",
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(bodies); i++) {
        discover(&g, bodies[i], NULL, 0);
        assert_null(g.response.wanted.p);
        assert_int_equal(g.response.status, 400);
    }
    gateway_close(&g);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_is_wanted_first_and_keys_then),
        cmocka_unit_test(a_document_that_is_not_there_is_not_wanted_again),
        cmocka_unit_test(
            what_cannot_be_an_address_is_refused_before_anything_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
