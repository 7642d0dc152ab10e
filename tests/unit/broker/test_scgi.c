/* scgi.c: requests as nginx sends them, and as it never would. */
#include "check.h"

#include "captured.h"
#include "clock.h"
#include "scgi.h"

/* A literal with NULs in it. */
#define BYTES(literal) JG_STR(literal)

static void
a_request_is_taken_apart(void **state)
{
    static const char text[] = "70:CONTENT_LENGTH\0"
                               "27\0"
                               "SCGI\0"
                               "1\0"
                               "REQUEST_METHOD\0"
                               "POST\0"
                               "REQUEST_URI\0"
                               "/deepthought\0"
                               ",What is the answer to life?behind";
    struct jg_scgi scgi;
    size_t need = 99;

    (void)state;
    assert_err(jg_scgi_parse(BYTES(text), &scgi, &need), JG_OK);
    assert_int_equal(need, 0);
    assert_int_equal(scgi.count, 4);
    assert_str(scgi.body, "What is the answer to life?");
    assert_str(jg_scgi_get(&scgi, JG_STR("REQUEST_URI")), "/deepthought");
    assert_str(jg_scgi_get(&scgi, JG_STR("SCGI")), "1");
    assert_null(jg_scgi_get(&scgi, JG_STR("scgi")).p);
    assert_null(jg_scgi_get(&scgi, JG_STR("")).p);
}

static void
the_first_of_two_values_counts(void **state)
{
    struct jg_scgi scgi;
    size_t need;

    (void)state; /* nginx adds its own CONTENT_LENGTH before the configured */
    assert_err(jg_scgi_parse(BYTES("41:CONTENT_LENGTH\0"
                                   "1\0"
                                   "A\0"
                                   "1\0"
                                   "A\0"
                                   "2\0"
                                   "CONTENT_LENGTH\0"
                                   "\0,x"),
                             &scgi, &need),
               JG_OK);
    assert_int_equal(need, 0);
    assert_str(jg_scgi_get(&scgi, JG_STR("A")), "1");
    assert_str(scgi.body, "x");
}

static void
an_empty_value_is_there(void **state)
{
    struct jg_scgi scgi;
    size_t need;

    (void)state;
    assert_err(jg_scgi_parse(BYTES("20:CONTENT_LENGTH\0"
                                   "0\0"
                                   "A\0\0,"),
                             &scgi, &need),
               JG_OK);
    assert_non_null(jg_scgi_get(&scgi, JG_STR("A")).p);
    assert_int_equal(jg_scgi_get(&scgi, JG_STR("A")).len, 0);
    assert_int_equal(scgi.body.len, 0);
}

static void
whatever_is_cut_off_is_waited_for(void **state)
{
    static const char text[] = "21:CONTENT_LENGTH\0"
                               "5\0"
                               "A\0"
                               "1\0"
                               ",hello";
    const struct jg_str whole = JG_STR(text);
    struct jg_scgi scgi;
    size_t need;

    (void)state;
    for (size_t len = 0; len < whole.len; len++) {
        assert_err(jg_scgi_parse(jg_str_head(whole, len), &scgi, &need), JG_OK);
        assert_true(need > 0 && len + need <= whole.len);
        if (len >= 3) /* the length of the header is known */
            assert_int_equal(len < 25 ? 25 - len : 30 - len, need);
    }
    assert_err(jg_scgi_parse(whole, &scgi, &need), JG_OK);
    assert_int_equal(need, 0);
}

static void
what_is_no_request_is_refused(void **state)
{
    static const struct {
        struct jg_str bytes;
        enum jg_err want;
    } rows[] = {
        {{"x", 1}, JG_E_REQUEST},
        {{"GET / HTTP/1.1\r\n", 16}, JG_E_REQUEST},
        {{":", 1}, JG_E_REQUEST},
        {{"-1:", 3}, JG_E_REQUEST},
        {{"+5:", 3}, JG_E_REQUEST},
        {{" 5:", 3}, JG_E_REQUEST},
        {{"0:,", 3}, JG_E_REQUEST},
        {{"021:", 4}, JG_E_REQUEST}, /* two spellings of one length */
        {{"999999999999999999999:", 22}, JG_E_REQUEST},
        {{"262145:", 7}, JG_E_REQUEST_SIZE},
        {{"99999999:", 9}, JG_E_REQUEST_SIZE},
        {{"17:CONTENT_LENGTH\0"
          "0\0;",
          21},
         JG_E_REQUEST},
        {{"17:CONTENT_LENGTH\0"
          "00,",
          21},
         JG_E_REQUEST},
        {{"15:CONTENT_LENGTH\0,", 19}, JG_E_REQUEST},
        {{"14:CONTENT_LENGTH,", 18}, JG_E_REQUEST},
        {{"16:CONTENT_LENGTH\0\0,", 20}, JG_E_REQUEST},
        {{"17:CONTENT_LENGTH\0x\0,", 21}, JG_E_REQUEST},
        {{"18:CONTENT_LENGTH\0"
          "00\0,",
          22},
         JG_E_REQUEST},
        {{"18:CONTENT_LENGTH\0"
          "-1\0,",
          22},
         JG_E_REQUEST},
        {{"17:content_length\0"
          "0\0,",
          21},
         JG_E_REQUEST},
        {{"24:SCGI\0"
          "1\0"
          "CONTENT_LENGTH\0"
          "0\0,",
          28},
         JG_E_REQUEST},
        {{"19:CONTENT_LENGTH\0"
          "0\0\0\0,",
          23},
         JG_E_REQUEST}, /* "" = "" */
        {{"19:CONTENT_LENGTH\0"
          "0\0A\0,",
          23},
         JG_E_REQUEST},
        {{"25:CONTENT_LENGTH\0"
          "10485761\0,",
          29},
         JG_E_REQUEST},
        {{"24:CONTENT_LENGTH\0"
          "10485761\0,",
          28},
         JG_E_REQUEST_SIZE},
        {{"36:CONTENT_LENGTH\0"
          "99999999999999999999\0,",
          40},
         JG_E_REQUEST},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_scgi scgi;
        size_t need;

        if (jg_scgi_parse(rows[i].bytes, &scgi, &need) != rows[i].want)
            print_error("row %zu\n", i);
        assert_err(jg_scgi_parse(rows[i].bytes, &scgi, &need), rows[i].want);
    }
}

static void
too_many_names_are_refused(void **state)
{
    static const char first[] = "CONTENT_LENGTH\0"
                                "0";
    static struct jg_scgi scgi;
    static char text[4096];

    (void)state;
    for (size_t more = JG_SCGI_PARAMS_MAX - 1; more <= JG_SCGI_PARAMS_MAX;
         more++) {
        size_t block = sizeof(first) + more * 4;
        size_t len = (size_t)snprintf(text, sizeof(text), "%zu:", block);
        size_t need;

        memcpy(text + len, first, sizeof(first));
        len += sizeof(first);
        for (size_t i = 0; i < more; i++, len += 4)
            memcpy(text + len, "A\0b", 4);
        text[len++] = ',';
        assert_err(jg_scgi_parse((struct jg_str){text, len}, &scgi, &need),
                   more < JG_SCGI_PARAMS_MAX ? JG_OK : JG_E_REQUEST_SIZE);
    }
}

static void
a_request_in_pieces_is_put_together(void **state)
{
    static const char text[] = "17:CONTENT_LENGTH\0"
                               "6\0,foobar";
    int64_t until_ms = jg_clock_ms() + 10000;
    struct jg_scgi scgi;
    struct jg_buf input;
    int pair[2];

    (void)state;
    jg_buf_init(&input, JG_SCGI_INPUT_MAX);
    for (size_t cut = 1; cut < sizeof(text) - 1; cut++) {
        open_pair(pair);
        assert_true(send(pair[1], text, cut, 0) > 0);
        if (fork() == 0) { /* the rest arrives while the other side waits */
            usleep(1000);
            _exit(send(pair[1], text + cut, sizeof(text) - 1 - cut, 0) < 0);
        }
        assert_err(jg_scgi_read(pair[0], until_ms, &input, &scgi), JG_OK);
        assert_str(scgi.body, "foobar");
        jg_buf_reset(&input);
        close(pair[0]);
        close(pair[1]);
    }
    jg_buf_free(&input);
}

static void
a_request_that_ends_too_early_or_never_is_given_up(void **state)
{
    int64_t now_ms = jg_clock_ms();
    struct jg_scgi scgi;
    struct jg_buf input;
    int pair[2];

    (void)state;
    jg_buf_init(&input, JG_SCGI_INPUT_MAX);
    open_pair(pair);
    assert_err(jg_scgi_read(pair[0], now_ms + 20, &input, &scgi), JG_E_IO);
    assert_true(jg_clock_ms() >= now_ms + 20);
    assert_true(send(pair[1], "17:CONT", 7, 0) == 7);
    close(pair[1]);
    assert_err(jg_scgi_read(pair[0], now_ms + 60000, &input, &scgi), JG_E_IO);
    close(pair[0]);
    jg_buf_free(&input);
}

static void
an_input_past_its_buffer_is_given_up(void **state)
{
    static const char text[] = "17:CONTENT_LENGTH\0"
                               "6\0,foobar";
    struct jg_scgi scgi;
    struct jg_buf input;
    int pair[2];

    (void)state;
    jg_buf_init(&input, 8);
    open_pair(pair);
    assert_true(send(pair[1], text, sizeof(text) - 1, 0) > 0);
    assert_err(jg_scgi_read(pair[0], jg_clock_ms() + 10000, &input, &scgi),
               JG_E_NOMEM);
    close(pair[0]);
    close(pair[1]);
    jg_buf_free(&input);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_apart),
        cmocka_unit_test(the_first_of_two_values_counts),
        cmocka_unit_test(an_empty_value_is_there),
        cmocka_unit_test(whatever_is_cut_off_is_waited_for),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(too_many_names_are_refused),
        cmocka_unit_test(a_request_in_pieces_is_put_together),
        cmocka_unit_test(a_request_that_ends_too_early_or_never_is_given_up),
        cmocka_unit_test(an_input_past_its_buffer_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
