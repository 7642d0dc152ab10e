/* cors.c: what a browser is told, and by whom. sizes.c: how large a body may
 * be. Both come before anybody is asked who he is. */
#include "access_check.h"

#define CORS(members) ",\"CORS\":{\"enable\":true" members "}"
#define OURS ",\"allowed_origins\":[\"https://app.example\"]"

static const struct doc apis[] = {
    JWT_API("list", CORS(OURS ",\"allowed_methods\":[\"GET\",\"PUT\"],"
                              "\"allowed_headers\":[\"Authorization\","
                              "\"X-Trace\"],\"exposed_headers\":[\"x-count\"],"
                              "\"allow_credentials\":true,\"max_age\":60")),
    JWT_API("all", CORS("")),
    JWT_API("every", CORS(OURS ",\"allowed_headers\":[\"*\"]")),
    JWT_API("pass", CORS(OURS ",\"options_passthrough\":true")),
    JWT_API("off", ",\"CORS\":{\"enable\":false,\"options_passthrough\":true}"),
    JWT_API("sized",
            ",\"version_data\":{\"not_versioned\":true,\"versions\":{"
            "\"Default\":{\"name\":\"Default\",\"use_extended_paths\":true,"
            "\"global_size_limit\":100,\"extended_paths\":{\"size_limits\":[{"
            "\"path\":\"/small\",\"method\":\"POST\",\"size_limit\":10},{"
            "\"path\":\"/nothing\",\"method\":\"PUT\",\"size_limit\":0},{"
            "\"path\":\"/unused\",\"method\":\"POST\",\"size_limit\":1,"
            "\"disabled\":true}]}}}}"),
    JWT_API("unsized",
            ",\"version_data\":{\"not_versioned\":true,\"versions\":{"
            "\"Default\":{\"name\":\"Default\",\"global_size_limit\":100,"
            "\"global_size_limit_disabled\":true}}}"),
};
static const struct doc policies[] = {POLICY("all", RIGHTS("list"))};

/* The decision about <method> <target> with these header lines. */
struct asked {
    struct jg_snapshot *snapshot;
    struct client client;
    struct jg_decision d;
    struct jg_arena a;
    enum jg_verdict verdict;
};

static void
ask(struct asked *q, const char *method, const char *target, const char *lines)
{
    q->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    make_request(&q->client, target, lines, JG_STR("x.y.z"));
    q->client.request.method = jg_str(method);
    start_decision(&q->d, q->snapshot, &q->client, &q->a);
    q->verdict = jg_decide(&q->d);
}

static void
forget_asked(struct asked *q)
{
    end_decision(&q->d);
    end_request(&q->client);
    jg_snapshot_free(q->snapshot);
}

/* "Name: value" lines of what is set on the response, in order. */
static const char *
headers_of(const struct asked *q)
{
    static char text[8192];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < q->d.respond.set_count; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s: %.*s\n",
                                JG_STR_ARG(q->d.respond.set[i].name),
                                JG_STR_ARG(q->d.respond.set[i].value));
    if (q->d.respond.vary.len > 0)
        snprintf(text + len, sizeof(text) - len, "Vary: %.*s\n",
                 JG_STR_ARG(q->d.respond.vary));
    return text;
}

#define ORIGIN "Origin: https://app.example\n"
#define ASK(method) "Access-Control-Request-Method: " method "\n"
#define NAMES(list) "Access-Control-Request-Headers: " list "\n"
#define PREFLIGHT_VARY                                                     \
    "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-" \
    "Headers\n"
#define ALLOW_ORIGIN "Access-Control-Allow-Origin: https://app.example\n"
#define CREDENTIALS "Access-Control-Allow-Credentials: true\n"
#define AGE "Access-Control-Max-Age: 60\n"

static void
a_preflight_request_is_answered_without_a_token(void **state)
{
    static const struct {
        const char *target, *lines, *want;
    } rows[] = {
        {"/list/x", ORIGIN ASK("PUT"),
         ALLOW_ORIGIN CREDENTIALS
         "Access-Control-Allow-Methods: PUT\n" AGE PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("PUT") NAMES("authorization,x-trace"),
         ALLOW_ORIGIN CREDENTIALS
         "Access-Control-Allow-Methods: PUT\n"
         "Access-Control-Allow-Headers: authorization,x-trace\n" AGE
             PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("PUT") NAMES(" X-Trace , ,Authorization"),
         ALLOW_ORIGIN CREDENTIALS
         "Access-Control-Allow-Methods: PUT\n"
         "Access-Control-Allow-Headers: X-Trace , ,Authorization\n" AGE
             PREFLIGHT_VARY},
        {"/all/x", "Origin: null\n" ASK("GET"),
         "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: "
         "GET\n" PREFLIGHT_VARY},
        {"/every/x", ORIGIN ASK("GET") NAMES("x-any"),
         ALLOW_ORIGIN "Access-Control-Allow-Methods: GET\n"
                      "Access-Control-Allow-Headers: x-any\n" PREFLIGHT_VARY},
        /* Who may not is told nothing, and yet does not reach the upstream. */
        {"/list/x", ASK("PUT"), PREFLIGHT_VARY},
        {"/list/x", "Origin: https://evil.example\n" ASK("PUT"),
         PREFLIGHT_VARY},
        {"/list/x", "Origin: https://app.example.evil.net\n" ASK("PUT"),
         PREFLIGHT_VARY},
        {"/list/x", ORIGIN ORIGIN ASK("PUT"), PREFLIGHT_VARY},
        {"/list/x", ORIGIN "ORIGIN: https://evil.example\n" ASK("PUT"),
         PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("DELETE"), PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("put"), PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("PUT") ASK("PUT"), PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("PUT") NAMES("authorization,x-other"),
         PREFLIGHT_VARY},
        {"/list/x", ORIGIN ASK("PUT") NAMES("x-trace") NAMES("x-other"),
         PREFLIGHT_VARY},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked q;

        ask(&q, "OPTIONS", rows[i].target, rows[i].lines);
        assert_int_equal(q.verdict, JG_ANSWER);
        assert_int_equal(q.d.answer.status, 204);
        assert_int_equal(q.d.answer.body.len, 0);
        assert_string_equal(headers_of(&q), rows[i].want);
        forget_asked(&q);
    }
}

static void
a_refusal_can_be_read_by_the_page_that_may(void **state)
{
    static const struct {
        const char *target, *lines, *want;
    } rows[] = {
        {"/list/x", ORIGIN,
         ALLOW_ORIGIN CREDENTIALS
         "Access-Control-Expose-Headers: X-Count\nVary: Origin\n"},
        {"/list/x", "Origin: https://evil.example\n", "Vary: Origin\n"},
        {"/list/x", "", "Vary: Origin\n"},
        {"/all/x", ORIGIN, "Access-Control-Allow-Origin: *\nVary: Origin\n"},
        {"/off/x", ORIGIN, ""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked q;

        ask(&q, "GET", rows[i].target, rows[i].lines);
        assert_verdict(q.verdict, JG_DENY);
        assert_err(q.d.reason, JG_E_TOKEN_MISSING);
        assert_string_equal(headers_of(&q), rows[i].want);
        forget_asked(&q);
    }
}

static void
a_method_that_is_not_listed_gets_no_header(void **state)
{
    struct asked q;

    (void)state;
    ask(&q, "DELETE", "/list/x", ORIGIN);
    assert_err(q.d.reason, JG_E_TOKEN_MISSING);
    assert_string_equal(headers_of(&q), "Vary: Origin\n");
    forget_asked(&q);
}

static void
options_of_other_kinds_are_answered_too(void **state)
{
    struct asked q;

    (void)state;
    ask(&q, "OPTIONS", "/list/x", ORIGIN);
    assert_int_equal(q.verdict, JG_ANSWER);
    assert_int_equal(q.d.answer.status, 200);
    assert_string_equal(headers_of(&q), ALLOW_ORIGIN CREDENTIALS
                        "Access-Control-Expose-Headers: X-Count\n"
                        "Vary: Origin\n");
    forget_asked(&q);
}

static void
without_cors_options_needs_a_token(void **state)
{
    struct asked q;

    (void)state;
    ask(&q, "OPTIONS", "/off/x", ORIGIN ASK("GET"));
    assert_verdict(q.verdict, JG_DENY);
    assert_err(q.d.reason, JG_E_TOKEN_MISSING);
    assert_string_equal(headers_of(&q), "");
    forget_asked(&q);
}

static void
passthrough_is_for_options_only(void **state)
{
    struct asked q;

    (void)state;
    ask(&q, "OPTIONS", "/pass/x", ORIGIN ASK("GET"));
    assert_verdict(q.verdict, JG_ALLOW);
    assert_string_equal(headers_of(&q), "");
    forget_asked(&q);
    ask(&q, "options", "/pass/x", ORIGIN ASK("GET"));
    assert_verdict(q.verdict, JG_DENY);
    forget_asked(&q);
    ask(&q, "GET", "/pass/x", ORIGIN);
    assert_err(q.d.reason, JG_E_TOKEN_MISSING);
    forget_asked(&q);
}

/* The origin is sent back: nothing in it may begin another header. */
static void
no_byte_of_an_attacker_gets_into_the_answer(void **state)
{
    static const char lines[] = "Origin: https://app.example";
    struct asked q;

    (void)state;
    for (int c = 1; c < 256; c++) {
        char text[128];

        if (c == '\n')
            continue; /* ends the line in this test */
        snprintf(text, sizeof(text), "%s%cx: y\n" ASK("GET") NAMES("a%cb"),
                 lines, c, c);
        ask(&q, "OPTIONS", "/list/x", text);
        assert_string_equal(headers_of(&q), PREFLIGHT_VARY);
        forget_asked(&q);
        ask(&q, "OPTIONS", "/every/x", text);
        assert_string_equal(headers_of(&q), PREFLIGHT_VARY);
        forget_asked(&q);
    }
}

static void
what_is_sent_back_has_an_end(void **state)
{
    static const struct {
        int names;
        size_t origin;
        bool allowed;
    } rows[] = {
        {64, 20, true}, {65, 20, false}, {1, 2048, true}, {1, 2049, false}};
    struct asked q;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char text[8192] = "Origin: ";
        size_t len = strlen(text);

        memset(text + len, 'o', rows[i].origin);
        len += rows[i].origin;
        len += (size_t)sprintf(
            text + len,
            "\n" ASK("GET") "Access-Control-Request-Headers: accept");
        for (int n = 1; n < rows[i].names; n++)
            len += (size_t)sprintf(text + len, ",accept");
        ask(&q, "OPTIONS", "/all/x", text);
        assert_int_equal(q.d.respond.set_count > 0, rows[i].allowed);
        forget_asked(&q);
    }
}

static void
the_size_of_a_body_is_asked_for_first(void **state)
{
    static const struct {
        const char *method, *target, *lines;
        enum jg_err want;
        int status;
    } rows[] = {
#define LENGTH(n) "Content-Length: " n "\n"
        /* The token comes later. */
        {"POST", "/sized/x", LENGTH("100"), JG_E_TOKEN_MISSING, 400},
        {"POST", "/sized/x", LENGTH("101"), JG_E_BODY_SIZE, 400},
        {"POST", "/sized/x", "", JG_E_LENGTH_MISSING, 411},
        {"POST", "/sized/x", "Transfer-Encoding: chunked\n",
         JG_E_LENGTH_MISSING, 411},
        {"POST", "/sized/x", LENGTH("18446744073709551615"), JG_E_BODY_SIZE,
         400},
        {"POST", "/sized/x", LENGTH("99999999999999999999"), JG_E_REQUEST, 400},
        {"POST", "/sized/x", LENGTH("-1"), JG_E_REQUEST, 400},
        {"POST", "/sized/x", LENGTH("0x10"), JG_E_REQUEST, 400},
        {"PURGE", "/sized/x", "", JG_E_LENGTH_MISSING, 411},
        {"POST", "/sized/small", LENGTH("10"), JG_E_TOKEN_MISSING, 400},
        {"POST", "/sized/small", LENGTH("11"), JG_E_BODY_SIZE, 400},
        {"PUT", "/sized/small", LENGTH("11"), JG_E_TOKEN_MISSING, 400},
        {"PUT", "/sized/nothing", LENGTH("0"), JG_E_TOKEN_MISSING, 400},
        {"PUT", "/sized/nothing", LENGTH("1"), JG_E_BODY_SIZE, 400},
        {"POST", "/sized/unused", LENGTH("2"), JG_E_TOKEN_MISSING, 400},
        /* Tyk looks at no body of these. */
        {"GET", "/sized/x", LENGTH("101"), JG_E_TOKEN_MISSING, 400},
        {"DELETE", "/sized/x", LENGTH("101"), JG_E_TOKEN_MISSING, 400},
        {"HEAD", "/sized/x", "", JG_E_TOKEN_MISSING, 400},
        {"get", "/sized/x", "", JG_E_LENGTH_MISSING, 411},
        {"POST", "/unsized/x", "", JG_E_TOKEN_MISSING, 400},
        {"POST", "/unsized/x", LENGTH("101"), JG_E_TOKEN_MISSING, 400},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked q;

        ask(&q, rows[i].method, rows[i].target, rows[i].lines);
        assert_err(q.d.reason, rows[i].want);
        assert_int_equal(jg_decision_status(&q.d), rows[i].status);
        forget_asked(&q);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preflight_request_is_answered_without_a_token),
        cmocka_unit_test(a_refusal_can_be_read_by_the_page_that_may),
        cmocka_unit_test(a_method_that_is_not_listed_gets_no_header),
        cmocka_unit_test(options_of_other_kinds_are_answered_too),
        cmocka_unit_test(without_cors_options_needs_a_token),
        cmocka_unit_test(passthrough_is_for_options_only),
        cmocka_unit_test(no_byte_of_an_attacker_gets_into_the_answer),
        cmocka_unit_test(what_is_sent_back_has_an_end),
        cmocka_unit_test(the_size_of_a_body_is_asked_for_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
