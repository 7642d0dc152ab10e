/* Frames between two processes that take each other for strangers. */
#include "../check.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

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

static bool
is_question(const char *bytes, size_t len)
{
    struct jg_frame_question question;

    return jg_frame_read_question((struct jg_str){bytes, len}, &question);
}

/* Their names end, their lengths are true, and they are not too many. */
static void
questions_are_read_as_those_of_a_stranger(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool good;
    } rows[] = {
        {"log\0", 4, true},
        {"log\0\1\0\0\0x", 9, true},
        {"log\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, true},
        {"", 0, false},
        {"log", 3, false},
        {"log\0\1\0\0", 7, false},
        {"log\0\1\0\0\0", 8, false},
        {"log\0\377\377\377\377x", 9, false},
        {"log\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(is_question(rows[i].bytes, rows[i].len), rows[i].good);
}

static void
parts_are_no_more_than_there_is_room_for(void **state)
{
    static struct jg_frame_part parts[JG_WIRE_PARTS_MAX];
    const struct jg_frame_part part = {JG_STR("name"), JG_STR("source")};
    struct jg_buf b;
    size_t count;

    (void)state;
    jg_buf_init(&b, JG_WIRE_MAX);
    for (size_t i = 0; i < JG_WIRE_PARTS_MAX; i++)
        jg_frame_write_part(&b, &part);
    assert_true(jg_frame_read_parts(jg_buf_str(&b), parts, &count));
    assert_int_equal(count, JG_WIRE_PARTS_MAX);
    assert_true(jg_str_eq(parts[count - 1].source, JG_STR("source")));
    jg_frame_write_part(&b, &part);
    assert_false(jg_frame_read_parts(jg_buf_str(&b), parts, &count));
    jg_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_as_they_were_sent),
        cmocka_unit_test(who_does_not_read_keeps_nobody),
        cmocka_unit_test(what_is_no_frame_is_refused),
        cmocka_unit_test(questions_are_read_as_those_of_a_stranger),
        cmocka_unit_test(parts_are_no_more_than_there_is_room_for),
    };

    return cmocka_run_group_tests_name("script/wire", tests, NULL, NULL);
}
