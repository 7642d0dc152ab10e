/* Refusals byte for byte: reference 0.1, RFC 6750. */
#include "access_check.h"

#include "access/respond.h"

static const struct {
    enum jg_err reason;
    const char *text, *request_type;
    int status;
    const char *type, *body, *authenticate;
} rows[] = {
    {JG_E_TOKEN_MISSING, "Authorization field missing", "", 400,
     "application/json", "{\n    \"error\": \"Authorization field missing\"\n}",
     "Bearer"},
    {JG_E_SIGNATURE, "Key not authorized", "text/html", 403, "application/json",
     "{\n    \"error\": \"Key not authorized\"\n}",
     "Bearer error=\"invalid_token\""},
    {JG_E_CLAIM_EXP, "Key not authorized: token has expired",
     "application/json; charset=utf-8", 401, "application/json",
     "{\n    \"error\": \"Key not authorized: token has expired\"\n}",
     "Bearer error=\"invalid_token\""},
    {JG_E_POLICY_MISSING, "failed to create key: policy not found: \"a<b\"", "",
     500, "application/json",
     "{\n    \"error\": \"failed to create key: policy not found: "
     "\\\"a\\u003cb\\\"\"\n}",
     ""},
    {JG_E_ACCESS, "Access to this API has been disallowed", "", 403,
     "application/json",
     "{\n    \"error\": \"Access to this API has been disallowed\"\n}",
     "Bearer error=\"insufficient_scope\""},
    {JG_E_TOKEN_TWICE, "Authorization field duplicated", "", 400,
     "application/json",
     "{\n    \"error\": \"Authorization field duplicated\"\n}",
     "Bearer error=\"invalid_request\""},
    {JG_E_KEY_EXPIRED, "Key has expired, please renew", "application/xml", 401,
     "application/xml",
     "<?xml version = \"1.0\" encoding = \"UTF-8\"?>\n"
     "<error>Key has expired, please renew</error>",
     "Bearer error=\"invalid_token\""},
    {JG_E_PATH, "a <b> & \"c\" 'd'", "text/xml; charset=utf-8", 400, "text/xml",
     "<?xml version = \"1.0\" encoding = \"UTF-8\"?>\n"
     "<error>a &lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;</error>",
     ""},
    {JG_E_PATH, "x", "application/soap+xml", 400, "application/soap+xml",
     "<?xml version = \"1.0\" encoding = \"UTF-8\"?>\n<error>x</error>", ""},
    {JG_E_PATH, "x", "application/xmlx", 400, "application/json",
     "{\n    \"error\": \"x\"\n}", ""},
    {JG_E_UPSTREAM_TIMEOUT, "Upstream service reached hard timeout.", "", 504,
     "application/json",
     "{\n    \"error\": \"Upstream service reached hard timeout.\"\n}", ""},
};

static void
refusals_are_tyks_bytes(void **state)
{
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_error_response r;

        assert_err(jg_respond(&(struct jg_refusal){.reason = rows[i].reason,
                                                   .text = jg_str(rows[i].text),
                                                   .content_type = jg_str(
                                                       rows[i].request_type)},
                              &a, &r),
                   JG_OK);
        assert_int_equal(r.status, rows[i].status);
        assert_string_equal(r.content_type, rows[i].type);
        assert_str(r.body, rows[i].body);
        assert_str(r.authenticate, rows[i].authenticate);
        assert_true(r.generator);
    }
    jg_arena_free(&a);
}

static void
an_unknown_route_is_plain_text(void **state)
{
    struct jg_error_response r;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(
        jg_respond(&(struct jg_refusal){.reason = JG_E_ROUTE,
                                        .text = JG_STR("x"),
                                        .content_type = JG_STR("text/xml")},
                   &a, &r),
        JG_OK);
    assert_int_equal(r.status, 404);
    assert_str(r.body, "Not Found");
    assert_string_equal(r.content_type, "text/plain; charset=utf-8");
    assert_false(r.generator);
    assert_int_equal(r.authenticate.len, 0);
    jg_arena_free(&a);
}

/* Whatever the reason is, there is a response, and 401 has its header. */
static void
every_reason_has_a_response(void **state)
{
    (void)state;
    for (int e = JG_OK + 1; e < JG_E_COUNT; e++) {
        const struct jg_err_info *info = jg_err_info((enum jg_err)e);
        struct jg_error_response r;
        struct jg_arena a;

        jg_arena_init(&a, 4096, 1024 * 1024);
        assert_err(jg_respond(&(struct jg_refusal){.reason = (enum jg_err)e,
                                                   .text = jg_str(info->text)},
                              &a, &r),
                   JG_OK);
        assert_int_equal(r.status, info->status);
        assert_true(r.body.len > 0);
        if (r.status == 401)
            assert_true(r.authenticate.len > 0);
        if (r.status >= 500)
            assert_int_equal(r.authenticate.len, 0);
        jg_arena_free(&a);
    }
}

static void
without_memory_there_is_none(void **state)
{
    struct jg_error_response r = {.status = 7};
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 1, 1);
    assert_err(jg_respond(&(struct jg_refusal){.reason = JG_E_PATH,
                                               .text = JG_STR("x")},
                          &a, &r),
               JG_E_NOMEM);
    assert_int_equal(r.status, 7);
}

/* Of a decision: text with its detail, and the request's format. */
static void
a_decision_is_answered_as_a_whole(void **state)
{
    static const struct doc api =
        JWT_API("q", ",\"jwt_default_policies\":[\"no\\\"where\"]");
    struct jg_snapshot *snapshot =
        snapshot_with(NULL, 1, "{}", &api, 1, NULL, 0);
    struct jg_signer *signer = signer_of_secret(SECRET);
    struct jg_error_response r;
    struct jg_decision d;
    struct client c;
    struct jg_buf token;
    struct jg_arena a;

    (void)state;
    jg_buf_init(&token, JG_TOKEN_MAX);
    make_token(signer, HS256, "{\"sub\":\"a\"}", &token);
    make_request(&c, "/q/", "Authorization: Bearer %T\nContent-Type: text/xml",
                 jg_buf_str(&token));
    start_decision(&d, snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_DENY);
    assert_err(jg_respond_decision(&d, &r), JG_OK);
    assert_int_equal(r.status, 500);
    assert_str(r.body, "<?xml version = \"1.0\" encoding = \"UTF-8\"?>\n"
                       "<error>failed to create key: policy not found: "
                       "&#34;no&#34;where&#34;</error>");
    end_decision(&d);
    end_request(&c);
    jg_buf_free(&token);
    jg_signer_free(signer);
    jg_snapshot_free(snapshot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_tyks_bytes),
        cmocka_unit_test(an_unknown_route_is_plain_text),
        cmocka_unit_test(every_reason_has_a_response),
        cmocka_unit_test(without_memory_there_is_none),
        cmocka_unit_test(a_decision_is_answered_as_a_whole),
    };

    return cmocka_run_group_tests_name("access/respond", tests, NULL, NULL);
}
