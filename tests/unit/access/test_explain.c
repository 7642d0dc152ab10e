/* A traced decision says what was seen and what was expected, and no secret. */
#include "access_check.h"

#include "access/explain.h"

static const struct doc apis[] = {
    JWT_API("jwt", ",\"jwt_expires_at_validation_skew\":5"),
    {"open", "{\"api_id\":\"open\",\"active\":true,\"use_keyless\":true,"
             "\"proxy\":{\"listen_path\":\"/open/\","
             "\"target_url\":\"http://127.0.0.1:8000\"}}"},
};
static const struct doc policies[] = {POLICY("all", RIGHTS("jwt"))};

struct report {
    struct jg_trace trace;
    struct jg_buf text, json;
    char last_seen[512], last_expected[512];
    size_t steps;
};

static void
explain(struct report *r, const char *target, const char *header,
        const char *claims, const char *secret)
{
    struct jg_snapshot *snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    struct jg_signer *signer = signer_of_secret(secret);
    const struct jg_trace_step *last;
    struct jg_decision d;
    struct client c;
    struct jg_buf token;
    struct jg_arena a;

    memset(r, 0, sizeof(*r));
    jg_buf_init(&r->text, 64 * 1024);
    jg_buf_init(&r->json, 64 * 1024);
    jg_buf_init(&token, JG_TOKEN_MAX);
    make_token(signer, header, claims, &token);
    make_request(&c, target, "Authorization: Bearer %T", jg_buf_str(&token));
    start_decision(&d, snapshot, &c, &a);
    d.trace = &r->trace;
    jg_decide(&d);
    jg_explain_print(&r->text, &d);
    jg_explain_json(&r->json, &d);
    r->steps = r->trace.count;
    last = &r->trace.steps[r->steps - 1];
    snprintf(r->last_seen, sizeof(r->last_seen), "%.*s",
             JG_STR_ARG(last->seen));
    snprintf(r->last_expected, sizeof(r->last_expected), "%.*s",
             JG_STR_ARG(last->expected));
    /* Never a part of the token, nor the secret. */
    jg_buf_addc(&r->text, '\0');
    token.p[jg_str_find(jg_buf_str(&token), '.')] = '\0';
    assert_null(strstr(r->text.p, token.p));
    assert_null(strstr(r->text.p, SECRET));
    end_decision(&d);
    end_request(&c);
    jg_buf_free(&token);
    jg_signer_free(signer);
    jg_snapshot_free(snapshot);
}

static void
end_report(struct report *r)
{
    jg_buf_free(&r->text);
    jg_buf_free(&r->json);
}

static void
times_are_named_with_both_clocks(void **state)
{
    struct report r;

    (void)state;
    explain(&r, "/jwt/x", HS256,
            "{\"sub\":\"a\",\"pol\":\"all\",\"exp\":1699999700}", SECRET);
    assert_string_equal(r.last_seen, "exp 2023-11-14 22:08:20");
    assert_string_equal(r.last_expected,
                        "now 2023-11-14 22:13:20 UTC, skew 5 s");
    assert_string_equal(
        r.text.p,
        "ok    1 path        /jwt/x\n"
        "ok    2 route       API jwt at /jwt/\n"
        "-     3 exchange\n"
        "ok    4 version     the only one\n"
        "-     5 cors\n"
        "-     6 address\n"
        "-     7 organisation\n"
        "-     8 size\n"
        "ok    9 auth        enable_jwt: a token is needed\n"
        "-    10 basic\n"
        "ok   11 token       135 bytes in the header\n"
        "ok   12 algorithm   HS256\n"
        "ok   13 key         no kid; 1 of 1 keys fit\n"
        "-    14 profile\n"
        "ok   15 signature   HS256 verifies with secret of 6 bytes\n"
        "FAIL 16 claims      exp 2023-11-14 22:08:20\n"
        "        expected    now 2023-11-14 22:13:20 UTC, skew 5 s\n"
        "        reason      JG301 401 Key not authorized: token has expired\n"
        "        help        The exp claim is in the past, or not a number; "
        "get a new token, or compare the clocks.\n");
    end_report(&r);
}

static void
reasons_come_with_what_was_seen(void **state)
{
    static const struct {
        const char *header, *claims, *secret, *seen, *expected;
    } cases[] = {
        {"{\"alg\":\"RS256\"}", "{}", SECRET, "RS256",
         "one of HS256 HS384 HS512 (jwt_signing_method hmac)"},
        {HS256, "{}", "another", "HS256 does not verify",
         "the signature of the API's key"},
        {HS256, "{}", SECRET, "no identity in the claims", "a string in sub"},
        {HS256, "{\"sub\":\"a\",\"pol\":\"gone\"}", SECRET, "pol: gone",
         "a policy of organisation \"default\""},
        {HS256, "{\"sub\":\"a\"}", SECRET,
         "no policy in the token, and no default policies",
         "the id of a policy in pol"},
        {HS256, "{\"sub\":\"a\",\"nbf\":1700000060}", SECRET,
         "nbf 2023-11-14 22:14:20", "now 2023-11-14 22:13:20 UTC, skew 0 s"},
        {HS256, "{\"sub\":\"a\",\"exp\":\"x\"}", SECRET, "exp no time",
         "now 2023-11-14 22:13:20 UTC, skew 5 s"},
        /* What a claim says is shown, but never obeyed by a terminal. */
        {HS256, "{\"sub\":\"a\",\"pol\":\"\\u001b[2J\\u0007\\u009b\"}", SECRET,
         "pol: ?[2J???", "a policy of organisation \"default\""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct report r;

        explain(&r, "/jwt/", cases[i].header, cases[i].claims, cases[i].secret);
        assert_string_equal(r.last_seen, cases[i].seen);
        assert_string_equal(r.last_expected, cases[i].expected);
        end_report(&r);
    }
}

static void
the_table_of_steps_can_be_read(void **state)
{
    static const char *const names[] = {
        "path",       "route",        "exchange",   "version",    "cors",
        "address",    "organisation", "size",       "auth",       "basic",
        "token",      "algorithm",    "key",        "profile",    "signature",
        "claims",     "claim_rules",  "identity",   "revocation", "policies",
        "auth_token", "rights",       "own_limits", "limits",     "api_limit",
        "validation", "headers",      "method",     "mock",       "script",
        "target",
    };

    (void)state;
    for (size_t i = 0; i < LEN(names); i++) {
        assert_string_equal(jg_step_at(i)->name, names[i]);
        assert_true(strlen(jg_step_at(i)->meaning) > 10);
    }
    assert_null(jg_step_at(LEN(names)));
}

static void
what_passes_has_all_steps(void **state)
{
    struct report r;
    const struct jg_json *json, *steps;
    struct jg_arena a;

    (void)state;
    explain(&r, "/jwt/", HS256, "{\"sub\":\"a\",\"pol\":\"all\"}", SECRET);
    assert_non_null(jg_step_at(r.steps - 1));
    assert_null(jg_step_at(r.steps));
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_json_parse(jg_buf_str(&r.json), &jg_json_limits_conf, &a,
                             &json, NULL),
               JG_OK);
    assert_str(jg_json_string(jg_json_get(json, JG_STR("verdict"))), "allow");
    steps = jg_json_get(json, JG_STR("steps"));
    assert_int_equal(steps->count, r.steps);
    for (size_t i = 0; i < r.steps; i++)
        assert_str(
            jg_json_string(jg_json_get(&steps->items[i], JG_STR("name"))),
            jg_step_at(i)->name);
    jg_arena_free(&a);
    end_report(&r);
}

static size_t
step_named(const char *name)
{
    size_t i = 0;

    while (strcmp(jg_step_at(i)->name, name) != 0)
        i++;
    return i;
}

static void
an_open_api_skips_the_steps_of_callers(void **state)
{
    struct report r;

    (void)state;
    explain(&r, "/open/", HS256, "{}", SECRET);
    for (size_t i = step_named("token"); i < step_named("headers"); i++)
        assert_int_equal(r.trace.steps[i].outcome, JG_STEP_SKIP);
    assert_int_equal(r.trace.steps[step_named("headers")].outcome,
                     JG_STEP_PASS);
    end_report(&r);
}

static void
a_refusal_in_json_has_reason_and_help(void **state)
{
    struct report r;
    const struct jg_json *json;
    struct jg_arena a;

    (void)state;
    explain(&r, "/nowhere", HS256, "{}", SECRET);
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_json_parse(jg_buf_str(&r.json), &jg_json_limits_conf, &a,
                             &json, NULL),
               JG_OK);
    assert_str(jg_json_string(jg_json_get(json, JG_STR("verdict"))), "deny");
    assert_str(jg_json_string(jg_json_get(json, JG_STR("reason"))), "JG702");
    assert_int_equal(jg_json_get(json, JG_STR("status"))->integer, 404);
    jg_arena_free(&a);
    end_report(&r);
}

/* Long claims are cut, and never in the middle of a character. */
static void
long_texts_are_cut_at_characters(void **state)
{
    static char claims[3000];
    size_t len =
        (size_t)snprintf(claims, sizeof(claims), "{\"sub\":\"a\",\"pol\":\"");

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        size_t end = len;
        struct report r;

        for (size_t i = 0; i < shift; i++)
            claims[end++] = 'x';
        for (size_t i = 0; i < 300; i++) {
            memcpy(claims + end, "\xf0\x9f\x98\x80", 4);
            end += 4;
        }
        memcpy(claims + end, "\"}", 3);
        explain(&r, "/jwt/", HS256, claims, SECRET);
        assert_in_range(strlen(r.last_seen), 380, 399);
        assert_true((strlen(r.last_seen) - 5 - shift) % 4 == 0);
        end_report(&r);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_named_with_both_clocks),
        cmocka_unit_test(reasons_come_with_what_was_seen),
        cmocka_unit_test(the_table_of_steps_can_be_read),
        cmocka_unit_test(what_passes_has_all_steps),
        cmocka_unit_test(an_open_api_skips_the_steps_of_callers),
        cmocka_unit_test(a_refusal_in_json_has_reason_and_help),
        cmocka_unit_test(long_texts_are_cut_at_characters),
    };

    return cmocka_run_group_tests_name("access/explain", tests, NULL, NULL);
}
