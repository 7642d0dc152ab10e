/* Frames between two processes that take each other for strangers. */
#include "../check.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

static int64_t
in_ms(int64_t ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
}

static void
frames_arrive_as_they_were_sent(void **state)
{
    const struct jg_str parts[] = {JG_STR("one"), JG_STR(""), JG_STR("two")};
    enum jg_wire_kind kind;
    struct jg_buf b;
    int fds[2];

    (void)state;
    jg_buf_init(&b, JG_WIRE_MAX);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_true(jg_wire_send(fds[0], 0, JG_WIRE_CALL, parts, LEN(parts)));
    assert_true(jg_wire_send(fds[0], in_ms(1000), JG_WIRE_DONE, NULL, 0));
    assert_true(jg_wire_receive(fds[1], in_ms(1000), &kind, &b));
    assert_int_equal(kind, JG_WIRE_CALL);
    assert_true(jg_str_eq(jg_buf_str(&b), JG_STR("onetwo")));
    assert_true(jg_wire_receive(fds[1], in_ms(1000), &kind, &b));
    assert_int_equal(kind, JG_WIRE_DONE);
    assert_int_equal(b.len, 0);
    close(fds[0]);
    assert_false(jg_wire_receive(fds[1], in_ms(1000), &kind, &b));
    close(fds[1]);
    jg_buf_free(&b);
}

/* A script's process that asks and asks, and reads nothing. */
static void
who_does_not_read_keeps_nobody(void **state)
{
    static char much[1024 * 1024];
    const struct jg_str part = {much, sizeof(much)};
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_false(jg_wire_send(fds[0], in_ms(50), JG_WIRE_ANSWER, &part, 1));
    close(fds[1]); /* gone: no signal ends the sender */
    assert_false(jg_wire_send(fds[0], in_ms(50), JG_WIRE_ANSWER, &part, 1));
    close(fds[0]);
}

static void
what_is_no_frame_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        {"", 0},
        {"\1\0\0\0R\0\0", 7},           /* half a head */
        {"\5\0\0\0R\0\0\0abc", 11},     /* half a body */
        {"\377\377\377\377R\0\0\0", 8}, /* 4 GiB */
        {"\1\0\0\1R\0\0\0", 8},         /* over the limit by one */
    };
    enum jg_wire_kind kind;
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, JG_WIRE_MAX);
    for (size_t i = 0; i < LEN(rows); i++) {
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        assert_int_equal(write(fds[0], rows[i].bytes, rows[i].len),
                         (ssize_t)rows[i].len);
        if (i % 2 == 0) /* closed, or only silent */
            close(fds[0]);
        assert_false(jg_wire_receive(fds[1], in_ms(50), &kind, &b));
        if (i % 2 != 0)
            close(fds[0]);
        close(fds[1]);
    }
    jg_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_as_they_were_sent),
        cmocka_unit_test(who_does_not_read_keeps_nobody),
        cmocka_unit_test(what_is_no_frame_is_refused),
    };

    return cmocka_run_group_tests_name("script/wire", tests, NULL, NULL);
}
