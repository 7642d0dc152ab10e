/* fetch.c: documents over HTTP, from servers of ours on 127.0.0.1. */
#include "peer.h"

#include "call.h"
#include "fetch.h"

/* One fetch, with its result copied. */
struct got {
    enum jg_fetch_outcome outcome;
    size_t body_len;
    char body[4096], etag[400], fault[JG_FETCH_FAULT_MAX];
    int64_t max_age_s;
};

static void
copy(char *to, size_t size, struct jg_str from)
{
    snprintf(to, size, "%.*s", JG_STR_ARG(from));
}

static struct got
fetch_with(const struct jg_fetch_rules *rules,
           const struct jg_fetch_request *request)
{
    struct jg_fetch_result result;
    struct jg_fetcher *fetcher;
    struct jg_fetch *fetch;
    struct got got;

    assert_err(jg_fetcher_open(rules, &fetcher), JG_OK);
    assert_err(jg_fetch_begin(fetcher, request, &fetch), JG_OK);
    do
        jg_fetcher_wait(fetcher, -1, 1000);
    while (jg_fetcher_next(fetcher) == NULL);
    assert_int_equal(jg_fetcher_running(fetcher), 0);
    jg_fetch_result(fetch, &result);
    got.outcome = result.outcome;
    got.body_len = result.body.len;
    got.max_age_s = result.max_age_s;
    copy(got.body, sizeof(got.body), result.body);
    copy(got.etag, sizeof(got.etag), result.etag);
    copy(got.fault, sizeof(got.fault), result.fault);
    jg_fetch_free(fetch);
    jg_fetcher_close(fetcher);
    return got;
}

static struct got
fetch(const struct jg_fetch_rules *rules, const char *scheme, unsigned port,
      const char *path)
{
    struct jg_fetch_request request = {0};
    char url[200];

    snprintf(url, sizeof(url), "%s://127.0.0.1:%u%s", scheme, port, path);
    request.url = jg_str(url);
    return fetch_with(rules, &request);
}

static const struct jg_fetch_rules defaults = {.proxy = NULL};

static void
expect_fault(const struct got *got, const char *words, const char *what)
{
    if (got->outcome != JG_FETCH_FAILED || strstr(got->fault, words) == NULL)
        fail_msg("%s: outcome %d, fault \"%s\", expected \"%s\"", what,
                 (int)got->outcome, got->fault, words);
}

static void
a_good_answer_comes_with_what_its_header_says(void **state)
{
    struct server server = start(NULL);
    struct got got = fetch(&defaults, "http", server.port, "/good");

    (void)state;
    assert_int_equal(got.outcome, JG_FETCH_GOOD);
    assert_string_equal(got.body, "good");
    assert_string_equal(got.etag, "\"v1\"");
    assert_int_equal(got.max_age_s, 200);
    got = fetch(&defaults, "http", server.port, "/long-etag");
    assert_int_equal(got.outcome, JG_FETCH_GOOD);
    assert_string_equal(got.etag, "");
    assert_int_equal(got.max_age_s, -1);
    got = fetch(&defaults, "http", server.port, "/identity");
    assert_int_equal(got.outcome, JG_FETCH_GOOD);
    stop(&server);
}

static void
answers_that_are_none_are_failures(void **state)
{
    static const struct {
        const char *path, *fault;
    } rows[] = {
        {"/redirect", "302, a redirect, which is not followed"},
        {"/404", "status 404"},
        {"/204", "status 204"},
        {"/304", "status 304"}, /* without having asked with an ETag */
        {"/gzip", "compressed"},
        {"/transfer", "Transfer-Encoding"},
        {"/cut", ""},
        {"/lines", "status 500"},
        {"/old", ""},
        {"/large", "over 1048576 bytes"},
        {"/large-unsaid", "over 1048576 bytes"},
        {"/headers", "header is over"},
    };
    struct server server = start(NULL);

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct got got = fetch(&defaults, "http", server.port, rows[i].path);

        expect_fault(&got, rows[i].fault, rows[i].path);
        assert_string_not_equal(got.fault, "");
        for (const char *p = got.fault; *p != '\0'; p++)
            assert_in_range(*p, ' ', '~');
    }
    stop(&server);
}

static void
one_mib_is_the_most(void **state)
{
    struct server server = start(NULL);
    struct got got = fetch(&defaults, "http", server.port, "/full");

    (void)state;
    assert_int_equal(got.outcome, JG_FETCH_GOOD);
    assert_int_equal(got.body_len, MIB);
    stop(&server);
}

static void
a_known_etag_saves_the_body(void **state)
{
    struct server server = start(NULL);
    struct jg_fetch_request request = {.etag = JG_STR("\"v1\"")};
    char url[100];
    struct got got;

    (void)state;
    snprintf(url, sizeof(url), "http://localhost:%u/304", server.port);
    request.url = jg_str(url);
    got = fetch_with(&defaults, &request);
    assert_int_equal(got.outcome, JG_FETCH_UNCHANGED);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/echo", server.port);
    request.url = jg_str(url);
    got = fetch_with(&defaults, &request);
    assert_non_null(strstr(got.body, "If-None-Match: \"v1\"\r\n"));
    stop(&server);
}

static void
answers_that_do_not_end_are_ended(void **state)
{
    static const char *const paths[] = {"/silence", "/hang", "/drip"};
    struct server server = start(NULL);
    struct jg_fetcher *fetcher;
    struct jg_fetch *fetches[LEN(paths)];
    size_t ended = 0;

    (void)state;
    assert_err(jg_fetcher_open(&defaults, &fetcher), JG_OK);
    for (size_t i = 0; i < LEN(paths); i++) {
        char url[100];
        const struct jg_fetch_request request = {
            .url = {url,
                    (size_t)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s",
                                     server.port, paths[i])}};

        assert_err(jg_fetch_begin(fetcher, &request, &fetches[i]), JG_OK);
    }
    while (ended < LEN(paths)) {
        struct jg_fetch *fetch;

        jg_fetcher_wait(fetcher, -1, 1000);
        while ((fetch = jg_fetcher_next(fetcher)) != NULL) {
            struct jg_fetch_result result;

            jg_fetch_result(fetch, &result);
            assert_int_equal(result.outcome, JG_FETCH_FAILED);
            assert_true(result.fault.len > 0);
            jg_fetch_free(fetch);
            ended++;
        }
    }
    jg_fetcher_close(fetcher);
    stop(&server);
}

static void
closing_ends_what_runs(void **state)
{
    struct server server = start(NULL);
    struct jg_fetcher *fetcher;
    struct jg_fetch *fetch;
    char url[100];
    struct jg_fetch_request request;

    (void)state;
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/silence", server.port);
    request = (struct jg_fetch_request){.url = jg_str(url)};
    assert_err(jg_fetcher_open(&defaults, &fetcher), JG_OK);
    assert_err(jg_fetch_begin(fetcher, &request, &fetch), JG_OK);
    jg_fetcher_wait(fetcher, -1, 10);
    assert_int_equal(jg_fetcher_running(fetcher), 1);
    jg_fetcher_close(fetcher);
    stop(&server);
}

static void
certificates_are_verified_unless_switched_off(void **state)
{
    static const struct {
        const char *name;
        bool trusted, insecure, good;
    } rows[] = {
        {"IP:127.0.0.1", true, false, true},
        {"IP:127.0.0.1", false, false, false}, /* signed by itself */
        {"IP:127.0.0.1", false, true, true},
        {"DNS:other.test", true, false, false}, /* of another host */
        {"DNS:other.test", true, true, true},
    };
    char path[] = "/tmp/jotgate-fetch-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < LEN(rows); i++) {
        SSL_CTX *context = certify(rows[i].name, path);
        struct server server = start(context);
        const struct jg_fetch_rules rules = {.ca_file =
                                                 rows[i].trusted ? path : NULL};
        char url[100];
        struct jg_fetch_request request = {.insecure = rows[i].insecure};
        struct got got;

        snprintf(url, sizeof(url), "https://127.0.0.1:%u/good", server.port);
        request.url = jg_str(url);
        got = fetch_with(&rules, &request);
        if ((got.outcome == JG_FETCH_GOOD) != rows[i].good)
            fail_msg("row %zu: %s", i, got.fault);
        if (!rows[i].good)
            expect_fault(&got, "certificate", rows[i].name);
        stop(&server);
        SSL_CTX_free(context);
    }
    unlink(path);
}

static void
a_url_is_refused_before_anything_is_asked(void **state)
{
    static const char *const rows[] = {
        "",
        "jwks",
        "//127.0.0.1/",
        "http://",
        "http:///jwks",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "data:,x",
        "http://idp.example.org/",
        "http://10.0.0.1/",
        "http://localhost.example.org/",
        "https://user@127.0.0.1/",
        "https://user:pw@127.0.0.1/",
        "https://127.0.0.1@169.254.169.254/",
        "https://169.254.169.254/",
        "https://169.254.169.254./",
        "https://2852039166/",
        "https://0xA9FEA9FE/",
        "https://0251.0376.0251.0376/",
        "https://169.254.43518/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::169.254.169.254]/",
        "https://[fe80::1]/",
        "https://0/",
        "https://[::]/",
        "https://a b/",
        "https://a\r\nb/",
        "https://a\\b/",
        "https://a/#b",
        "https://127.0.0.1:99999/",
    };
    char fault[JG_FETCH_FAULT_MAX];

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        if (!jg_fetch_refuses(&defaults, jg_str(rows[i]), fault))
            fail_msg("not refused: %s", rows[i]);
        assert_ptr_equal(strstr(fault, "not allowed: "), fault);
    }
    assert_false(
        jg_fetch_refuses(&defaults, JG_STR("https://idp.test/"), fault));
    assert_false(
        jg_fetch_refuses(&defaults, JG_STR("http://127.0.0.1/"), fault));
    assert_false(jg_fetch_refuses(&defaults, JG_STR("http://[::1]/"), fault));
    assert_false(
        jg_fetch_refuses(&defaults, JG_STR("HTTP://LocalHost:8/a"), fault));
}

static void
a_refused_url_is_a_fetch_that_has_failed(void **state)
{
    const struct jg_fetch_request request = {
        .url = JG_STR("https://169.254.169.254/")};
    struct got got = fetch_with(&defaults, &request);

    (void)state;
    expect_fault(&got, "not allowed", "a refused URL");
}

static void
a_name_is_judged_by_the_address_it_has(void **state)
{
    static const struct {
        const char *scheme, *address;
    } rows[] = {
        {"https", "169.254.169.254"},
        {"https", "0.0.0.0"},
        {"https", "[fe80::1]"},
        {"https", "[::ffff:169.254.169.254]"},
        /* Without TLS, the name alone is no proof of loopback. */
        {"http", "192.0.2.1"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char answers[100], url[100];
        const struct jg_fetch_rules rules = {.answers = answers};
        struct jg_fetch_request request;
        struct got got;

        snprintf(answers, sizeof(answers), "rebind.localhost:8443:%s",
                 rows[i].address);
        snprintf(url, sizeof(url), "%s://rebind.localhost:8443/",
                 rows[i].scheme);
        request = (struct jg_fetch_request){.url = jg_str(url)};
        got = fetch_with(&rules, &request);
        expect_fault(&got, "not allowed", rows[i].address);
    }
}

static void
the_configuration_may_allow_http_and_an_address(void **state)
{
    struct jg_network range;
    const struct jg_reach reach = {.http = true, .allowed = {&range, 1}};
    const struct jg_fetch_rules rules = {.reach = reach};
    char fault[JG_FETCH_FAULT_MAX];

    (void)state;
    assert_err(jg_network_read(JG_STR("169.254.0.0/16"), &range), JG_OK);
    assert_false(
        jg_fetch_refuses(&rules, JG_STR("http://169.254.169.254/"), fault));
    assert_false(
        jg_fetch_refuses(&rules, JG_STR("http://idp.example.org/"), fault));
    assert_true(jg_fetch_refuses(&rules, JG_STR("http://0.0.0.0/"), fault));
}

static void
the_environment_steers_nothing(void **state)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "all_proxy",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
    };
    struct server server = start(NULL);
    struct got got;

    (void)state;
    for (size_t i = 0; i < LEN(names); i++)
        setenv(names[i], "http://127.0.0.1:1/", 1);
    setenv("SSLKEYLOGFILE", "/tmp/jotgate-must-not-be-made", 1);
    got = fetch(&defaults, "http", server.port, "/echo");
    assert_int_equal(got.outcome, JG_FETCH_GOOD);
    assert_ptr_equal(strstr(got.body, "GET /echo HTTP/1.1\r\n"), got.body);
    assert_null(strstr(got.body, "Accept-Encoding"));
    assert_null(strstr(got.body, "Cookie"));
    assert_null(strstr(got.body, "Authorization"));
    for (size_t i = 0; i < LEN(names); i++)
        unsetenv(names[i]);
    assert_int_not_equal(access("/tmp/jotgate-must-not-be-made", F_OK), 0);
    stop(&server);
}

static void
a_proxy_by_setting_is_used(void **state)
{
    struct server server = start(NULL);
    char proxy[100];
    const struct jg_fetch_rules rules = {.reach.http = true, .proxy = proxy};
    const struct jg_fetch_request request = {
        .url = JG_STR("http://idp.invalid/echo")};
    struct got got;

    (void)state;
    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", server.port);
    got = fetch_with(&rules, &request);
    assert_int_equal(got.outcome, JG_FETCH_GOOD);
    assert_ptr_equal(strstr(got.body, "GET http://idp.invalid/echo "),
                     got.body);
    /* This machine itself is asked directly. */
    got = fetch(&rules, "http", server.port, "/echo");
    assert_ptr_equal(strstr(got.body, "GET /echo "), got.body);
    stop(&server);
}

static void
cache_control_gives_the_smallest_lifetime(void **state)
{
    static const struct {
        const char *header;
        int64_t before, want;
    } rows[] = {
        {"max-age=600", -1, 600},
        {"public, max-age=600", -1, 600},
        {"MAX-AGE=\"60\"", -1, 60},
        {"max-age=0", -1, 0},
        {"no-store", -1, 0},
        {"no-cache, max-age=600", -1, 0},
        {"max-age=600, max-age=300", -1, 300},
        {"max-age=600", 300, 300},
        {"max-age=-5", -1, -1},
        {"max-age=", -1, -1},
        {"max-age", -1, -1},
        {"max-age=5x", -1, -1},
        {"max-age=\"", -1, -1},
        {"s-maxage=5", -1, -1},
        {"", -1, -1},
        {",,,", 7, 7},
        {"max-age=99999999999999999999999", -1, INT64_MAX / 10},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        int64_t got = jg_fetch_max_age(jg_str(rows[i].header), rows[i].before);

        if (rows[i].want == INT64_MAX / 10 ? got < 86400 * 365
                                           : got != rows[i].want)
            fail_msg("%s: %lld", rows[i].header, (long long)got);
    }
}

/* libcurl would write the secrets of every connection into that file. */
static void
nobody_logs_the_secrets_of_connections(void **state)
{
    const struct jg_fetch_rules none = {.proxy = NULL};
    struct jg_fetcher *fetcher;
    struct jg_caller *caller;

    (void)state;
    assert_int_equal(setenv("SSLKEYLOGFILE", "/tmp/keys", 1), 0);
    assert_err(jg_caller_open(&none, &caller), JG_OK);
    assert_null(getenv("SSLKEYLOGFILE"));
    jg_caller_close(caller);
    assert_int_equal(setenv("SSLKEYLOGFILE", "/tmp/keys", 1), 0);
    assert_err(jg_fetcher_open(&none, &fetcher), JG_OK);
    assert_null(getenv("SSLKEYLOGFILE"));
    jg_fetcher_close(fetcher);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_logs_the_secrets_of_connections),
        cmocka_unit_test(a_good_answer_comes_with_what_its_header_says),
        cmocka_unit_test(answers_that_are_none_are_failures),
        cmocka_unit_test(one_mib_is_the_most),
        cmocka_unit_test(a_known_etag_saves_the_body),
        cmocka_unit_test(answers_that_do_not_end_are_ended),
        cmocka_unit_test(closing_ends_what_runs),
        cmocka_unit_test(certificates_are_verified_unless_switched_off),
        cmocka_unit_test(a_url_is_refused_before_anything_is_asked),
        cmocka_unit_test(a_refused_url_is_a_fetch_that_has_failed),
        cmocka_unit_test(a_name_is_judged_by_the_address_it_has),
        cmocka_unit_test(the_configuration_may_allow_http_and_an_address),
        cmocka_unit_test(the_environment_steers_nothing),
        cmocka_unit_test(a_proxy_by_setting_is_used),
        cmocka_unit_test(cache_control_gives_the_smallest_lifetime),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
