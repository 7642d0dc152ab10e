/* reply.c, validation.c, path_lists.c, endpoint_rules.c: what the gateway
 * answers itself, refuses because it cannot look at it, or sends otherwise. */
#include "access_check.h"

#define PATHS(lists)                                                        \
    ",\"version_data\":{\"not_versioned\":true,\"versions\":{\"Default\":{" \
    "\"name\":\"Default\",\"use_extended_paths\":true,\"extended_paths\":"  \
    "{" lists "}}}}"

static const struct doc apis[] = {
    JWT_API("mocks",
            PATHS("\"mock_response\":["
                  "{\"path\":\"^/json$\",\"method\":\"GET\",\"code\":418,"
                  "\"body\":\"{}\",\"headers\":{\"content-type\":"
                  "\"application/json\",\"X-A\":\"b\",\"Content-Length\":"
                  "\"9\",\"X-B\":\"c\\r\\nX-C: d\",\"Connection\":\"x\"}},"
                  "{\"path\":\"^/off$\",\"method\":\"GET\",\"disabled\":true,"
                  "\"body\":\"x\"},"
                  "{\"path\":\"^/any$\",\"body\":\"x\"},"
                  "{\"path\":\"^/code$\",\"method\":\"GET\",\"code\":101},"
                  "{\"path\":\"^/black$\",\"method\":\"GET\",\"body\":\"m\"},"
                  "{\"path\":\"^/inner$\",\"method\":\"GET\",\"body\":\"m\"}],"
                  "\"internal\":[{\"path\":\"^/in\",\"method\":\"GET\"}],"
                  "\"ignored\":[{\"path\":\"^/in$\"}],"
                  "\"black_list\":[{\"path\":\"^/black$\",\"method\":\"GET\"},"
                  "{\"path\":\"^/black$\",\"method\":\"PUT\"}]")),
    JWT_API("checked", PATHS("\"validate_json\":[{\"path\":\"^/x$\","
                             "\"method\":\"POST\",\"schema\":{}},"
                             "{\"path\":\"^/off$\",\"method\":\"POST\","
                             "\"disabled\":true}]")),
    JWT_API("rules",
            PATHS("\"hard_timeouts\":[{\"path\":\"^/t$\",\"method\":\"GET\","
                  "\"timeout\":3},{\"path\":\"^/off$\",\"method\":\"GET\","
                  "\"timeout\":3,\"disabled\":true}],"
                  "\"method_transforms\":[{\"path\":\"^/t$\",\"method\":"
                  "\"GET\",\"to_method\":\"patch\"},{\"path\":\"^/bad$\","
                  "\"method\":\"GET\",\"to_method\":\"TRACE\"},{\"path\":"
                  "\"^/none$\",\"method\":\"GET\"}]")),
};
static const struct doc policies[] = {
    {"all", "{\"id\":\"all\",\"org_id\":\"default\",\"access_rights\":{"
            "\"mocks\":{},\"checked\":{},\"rules\":{}}}"}};

/* What comes of <method> <target>, with a good token or without. */
struct asked {
    struct jg_snapshot *snapshot;
    struct client client;
    struct jg_decision d;
    struct jg_arena a;
    struct jg_buf token;
    enum jg_verdict verdict;
};

static void
ask(struct asked *q, const char *method, const char *target, bool token)
{
    struct jg_signer *signer = signer_of_secret(SECRET);

    jg_buf_init(&q->token, JG_TOKEN_MAX);
    make_token(signer, HS256, "{\"sub\":\"a\",\"pol\":\"all\"}", &q->token);
    jg_signer_free(signer);
    q->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    make_request(&q->client, target, token ? "Authorization: Bearer %T" : "",
                 jg_buf_str(&q->token));
    q->client.request.method = jg_str(method);
    start_decision(&q->d, q->snapshot, &q->client, &q->a);
    q->verdict = jg_decide(&q->d);
}

static void
forget_asked(struct asked *q)
{
    end_decision(&q->d);
    end_request(&q->client);
    jg_buf_free(&q->token);
    jg_snapshot_free(q->snapshot);
}

static void
a_mock_comes_before_everything_else(void **state)
{
    static const struct {
        const char *method, *target;
        enum jg_verdict verdict;
        int status; /* of the answer, or of the refusal */
    } rows[] = {
        {"GET", "/mocks/json", JG_ANSWER, 418},
        {"POST", "/mocks/json", JG_DENY, 400},
        {"GET", "/mocks/json/x", JG_DENY, 400},
        {"GET", "/mocks/off", JG_DENY, 400},
        {"GET", "/mocks/any", JG_DENY, 400}, /* it is for no method */
        {"GET", "/mocks/code", JG_ANSWER, 200},
        {"GET", "/mocks/black", JG_ANSWER, 200},
        {"PUT", "/mocks/black", JG_DENY, 403},
        /* But for what is internal, whatever else is said of it. */
        {"GET", "/mocks/inner", JG_DENY, 403},
        {"GET", "/mocks/in", JG_DENY, 403},
        {"POST", "/mocks/in", JG_ALLOW, 0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked q;

        ask(&q, rows[i].method, rows[i].target, false);
        assert_int_equal(q.verdict, rows[i].verdict);
        assert_int_equal(q.verdict == JG_DENY ? jg_decision_status(&q.d)
                                              : q.d.answer.status,
                         rows[i].status);
        forget_asked(&q);
    }
}

static void
a_reply_has_no_header_that_would_break_it(void **state)
{
    struct asked q;

    (void)state;
    ask(&q, "GET", "/mocks/json", false);
    assert_str(q.d.answer.body, "{}");
    assert_str(q.d.answer.content_type, "application/json");
    assert_int_equal(q.d.respond.set_count, 1);
    assert_str(q.d.respond.set[0].name, "X-A");
    assert_str(q.d.respond.set[0].value, "b");
    forget_asked(&q);
}

/* net/http's guess, for bodies that a JSON text can hold. */
static void
a_body_without_a_type_has_the_one_that_go_guesses(void **state)
{
    static const struct {
        const char *body, *type;
    } rows[] = {
        {"", ""},
        {"{}", "text/plain; charset=utf-8"},
        {"<!doctype html>", "text/html; charset=utf-8"},
        {" \\n<html lang=x>", "text/html; charset=utf-8"},
        {"<html", "text/plain; charset=utf-8"},
        {"<htmlx>", "text/plain; charset=utf-8"},
        {"<p>", "text/html; charset=utf-8"},
        {"<px>", "text/plain; charset=utf-8"},
        {"<!-- -->", "text/html; charset=utf-8"},
        {"<?xml version='1.0'?>", "text/xml; charset=utf-8"},
        {"a\\u0001", "application/octet-stream"},
        {"%PDF-1.7", "application/pdf"},
        {"%!PS-Adobe-3.0", "application/postscript"},
        {"a\\u001b", "text/plain; charset=utf-8"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct client client;
        struct jg_decision d;
        struct jg_arena a;
        char text[1024];
        struct doc api = {"guess", text};
        struct jg_snapshot *snapshot;

        snprintf(text, sizeof(text),
                 "{\"api_id\":\"guess\",\"active\":true,\"use_keyless\":true,"
                 "\"proxy\":{\"listen_path\":\"/guess/\",\"target_url\":"
                 "\"http://127.0.0.1\"}" PATHS(
                     "\"mock_response\":[{\"path\":\"/\",\"method\":\"GET\","
                     "\"body\":\"%s\"}]") "}",
                 rows[i].body);
        snapshot = snapshot_with(NULL, 1, "{}", &api, 1, NULL, 0);
        make_request(&client, "/guess/x", "", JG_STR(""));
        start_decision(&d, snapshot, &client, &a);
        assert_int_equal(jg_decide(&d), JG_ANSWER);
        assert_str(d.answer.content_type, rows[i].type);
        end_decision(&d);
        end_request(&client);
        jg_snapshot_free(snapshot);
    }
}

static void
what_cannot_be_validated_does_not_pass(void **state)
{
    static const struct {
        const char *method, *target;
        bool token;
        enum jg_err want;
    } rows[] = {
        {"POST", "/checked/x", true, JG_E_VALIDATION},
        {"POST", "/checked/%78", true, JG_E_VALIDATION},
        {"POST", "/checked/x", false, JG_E_TOKEN_MISSING},
        {"GET", "/checked/x", true, JG_OK},
        {"POST", "/checked/y", true, JG_OK},
        {"POST", "/checked/off", true, JG_OK},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked q;

        ask(&q, rows[i].method, rows[i].target, rows[i].token);
        assert_err(q.d.reason, rows[i].want);
        forget_asked(&q);
    }
}

static void
an_endpoint_says_how_its_requests_are_sent(void **state)
{
    static const struct {
        const char *method, *target;
        enum jg_err want;
        const char *sent;
        int64_t timeout_ms;
    } rows[] = {
        {"GET", "/rules/t", JG_OK, "PATCH", 3000},
        {"PUT", "/rules/t", JG_OK, "", 0},
        {"GET", "/rules/t/x", JG_OK, "", 0},
        {"GET", "/rules/off", JG_OK, "", 0},
        {"GET", "/rules/bad", JG_E_METHOD, "", 0},
        {"GET", "/rules/none", JG_E_METHOD, "", 0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked q;

        ask(&q, rows[i].method, rows[i].target, true);
        assert_err(q.d.reason, rows[i].want);
        assert_str(q.d.forward.method, rows[i].sent);
        assert_int_equal(q.d.forward.timeout_ms, rows[i].timeout_ms);
        forget_asked(&q);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mock_comes_before_everything_else),
        cmocka_unit_test(a_reply_has_no_header_that_would_break_it),
        cmocka_unit_test(a_body_without_a_type_has_the_one_that_go_guesses),
        cmocka_unit_test(what_cannot_be_validated_does_not_pass),
        cmocka_unit_test(an_endpoint_says_how_its_requests_are_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
