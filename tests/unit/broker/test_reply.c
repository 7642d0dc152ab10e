/* reply.c: the bytes that nginx gets. */
#include "check.h"

#include "captured.h"
#include "reply.h"

static void
a_reply_is_a_header_and_a_body(void **state)
{
    static const struct {
        struct jg_reply reply;
        const char *text;
    } rows[] = {
        {{.status = 204}, "Status: 204 No Content\r\n\r\n"},
        {{.status = 200,
          .content_type = "application/json",
          .generator = true,
          .body = {"{}", 2}},
         "Status: 200 OK\r\nContent-Type: application/json\r\n"
         "Content-Length: 2\r\nX-Generator: tyk.io\r\n\r\n{}"},
        {{.status = 404, .content_type = "text/plain"},
         "Status: 404 Not Found\r\nContent-Type: text/plain\r\n"
         "Content-Length: 0\r\n\r\n"},
        {{.status = 503, .retry_after_s = 1},
         "Status: 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n"},
        {{.status = 304, .etag = "\"x\""},
         "Status: 304 Not Modified\r\nETag: \"x\"\r\n\r\n"},
        {{.status = 412, .content_type = "text/plain", .etag = ""},
         "Status: 412 Precondition Failed\r\nContent-Type: text/plain\r\n"
         "Content-Length: 0\r\n\r\n"},
        {{.status = 299}, "Status: 299 Status\r\n\r\n"},
    };
    char text[1000];
    int pair[2];

    (void)state;
    open_pair(pair);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_err(jg_reply_send(pair[0], &rows[i].reply), JG_OK);
        assert_string_equal(captured(pair[1], text, sizeof(text)),
                            rows[i].text);
    }
    close(pair[0]);
    close(pair[1]);
}

static void
an_error_looks_like_the_control_api_s(void **state)
{
    char text[1000];
    int pair[2];

    (void)state;
    open_pair(pair);
    assert_err(jg_reply_error(pair[0], 400, "Bad Request"), JG_OK);
    assert_string_equal(
        captured(pair[1], text, sizeof(text)),
        "Status: 400 Bad Request\r\nContent-Type: application/json\r\n"
        "Content-Length: 43\r\n\r\n"
        "{\"status\":\"error\",\"message\":\"Bad Request\"}\n");
    close(pair[0]);
    close(pair[1]);
}

static void
a_peer_that_left_is_an_error_and_no_signal(void **state)
{
    int pair[2];

    (void)state;
    open_pair(pair);
    close(pair[1]);
    assert_err(jg_reply_busy(pair[0]), JG_E_IO);
    close(pair[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_a_header_and_a_body),
        cmocka_unit_test(an_error_looks_like_the_control_api_s),
        cmocka_unit_test(a_peer_that_left_is_an_error_and_no_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
