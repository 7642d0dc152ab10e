/* script_process.c: a process of scripts that is somebody else's by now. This
 * program plays it, too; which part, the amount of memory says. */
#include "../check.h"

#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "script/wire.h"
#include "script_process.h"

#define DEADLINE_MS 300
#define WIRE_FD 3

static struct jg_buf heard;

static void
say(enum jg_wire_kind kind, const char *text)
{
    struct jg_str part = jg_str(text);

    if (!jg_wire_send(WIRE_FD, 0, kind, &part, 1))
        _exit(1);
}

static void
hear(void)
{
    enum jg_wire_kind kind;

    if (!jg_wire_receive(WIRE_FD, 0, &kind, &heard))
        _exit(0);
}

/* The parts. None of them ends by itself but where it says so. */

static void
says_nothing(void)
{
    poll(NULL, 0, -1);
}

static void
asks_and_reads_nothing(void)
{
    hear();
    for (;;)
        jg_wire_send(WIRE_FD, 0, JG_WIRE_ASK,
                     &(struct jg_str){"much", sizeof("much")}, 1);
}

static void
does_not_know_the_script(void)
{
    for (;;) {
        hear();
        say(JG_WIRE_UNKNOWN, "");
    }
}

static void
announces_four_gib(void)
{
    static const char head[8] = "\377\377\377\377R";

    hear();
    if (write(WIRE_FD, head, sizeof(head)) == (ssize_t)sizeof(head))
        says_nothing();
}

static void
asks_without_an_end(void)
{
    hear();
    say(JG_WIRE_ASK, "log"); /* without the NUL behind its name */
    says_nothing();
}

static void
sends_what_it_may_not(void)
{
    for (;;) {
        hear();
        say((enum jg_wire_kind)'?', "a\nb");
    }
}

static void
ends_at_once(void)
{
    _exit(0);
}

static void
asks_for_ever(void)
{
    hear();
    for (;;) {
        jg_wire_send(WIRE_FD, 0, JG_WIRE_ASK, &(struct jg_str){"log", 4}, 1);
        hear();
    }
}

/* The second result is meant for the call after the next one. */
static void
answers_twice(void)
{
    hear();
    say(JG_WIRE_RESULT, "mine");
    say(JG_WIRE_RESULT, "another's");
    says_nothing();
}

static void (*const parts[])(void) = {
    says_nothing,       asks_and_reads_nothing, does_not_know_the_script,
    announces_four_gib, asks_without_an_end,    sends_what_it_may_not,
    ends_at_once,       asks_for_ever,          answers_twice,
};
#define TWICE (LEN(parts) - 1)
#define NEVER_READY LEN(parts)

/* Its answers are larger than a socket holds. */
static enum jg_wire_said
answer(void *arg, const char *name, const struct jg_str *args, size_t count,
       struct jg_buf *out)
{
    static const char much[512 * 1024];

    (void)arg;
    (void)args;
    (void)count;
    if (strcmp(name, "much") == 0)
        jg_buf_add(out, (struct jg_str){much, sizeof(much)});
    return JG_SAID_TEXT;
}

static char error[JG_SCRIPT_ERROR_MAX];

static bool
call(struct jg_script_process *p, struct jg_str *result)
{
    static struct jg_script script = {.parts = {{{"name", 4}, {"source", 6}}},
                                      .count = 1};
    const struct jg_script_call call = {
        .script = &script,
        .function = JG_STR("f"),
        .args = JG_STR("[]"),
        .deadline_ms = jg_clock_ms() + DEADLINE_MS,
        .ask = answer,
    };

    return jg_script_process_call(p, &call, result, error);
}

static void
no_part_keeps_the_caller_or_answers_him(void **state)
{
    (void)state;
    for (size_t i = 0; i < TWICE; i++) {
        struct jg_script_process p;
        struct jg_str result;

        jg_script_process_init(&p, "/proc/self/exe", (int64_t)i);
        assert_false(call(&p, &result));
        assert_false(call(&p, &result)); /* another process, the same part */
        jg_script_process_end(&p);
    }
}

static void
one_calls_second_answer_is_not_the_next_calls_first(void **state)
{
    struct jg_script_process p;
    struct jg_str result;

    (void)state;
    jg_script_process_init(&p, "/proc/self/exe", TWICE);
    for (int i = 0; i < 3; i++) {
        assert_true(call(&p, &result));
        assert_true(jg_str_eq(result, JG_STR("mine")));
        while (poll(&(struct pollfd){p.life.fd, POLLIN, 0}, 1, 1000) == 0)
            continue; /* until the second one is there */
    }
    jg_script_process_end(&p);
}

/* The processor is for others. */
static void
what_does_not_start_is_left_alone_for_a_while(void **state)
{
    enum { CALLS = 20 };
    struct jg_script_process p;
    struct jg_str result;

    (void)state;
    jg_script_process_init(&p, "/proc/self/exe", NEVER_READY);
    for (int i = 0; i < CALLS; i++)
        assert_false(call(&p, &result));
    assert_in_range(p.life.failures, 2, CALLS - 1);
    assert_non_null(strstr(error, "jotgate-script"));
    p.life.memory_mib = TWICE; /* it is repaired, and the pause is over */
    p.life.due_ms = 0;
    assert_true(call(&p, &result));
    assert_int_equal(p.life.failures, 0);
    jg_script_process_end(&p);
}

static void
why_it_does_not_start_is_said(void **state)
{
    static const struct {
        const char *program;
        int64_t memory_mib;
        const char *want;
    } rows[] = {
        {"/nowhere/jotgate-script", 0,
         "does not start: No such file or directory; it"},
        {"/proc/self/exe", NEVER_READY, "does not start: status 9; it is"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_script_process p;
        struct jg_str result;

        jg_script_process_init(&p, rows[i].program, rows[i].memory_mib);
        assert_false(call(&p, &result));
        if (strstr(error, rows[i].want) == NULL)
            fail_msg("%s", error);
        jg_script_process_end(&p);
    }
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_part_keeps_the_caller_or_answers_him),
        cmocka_unit_test(one_calls_second_answer_is_not_the_next_calls_first),
        cmocka_unit_test(what_does_not_start_is_left_alone_for_a_while),
        cmocka_unit_test(why_it_does_not_start_is_said),
    };
    uint64_t part;

    if (strcmp(argv[0], "jotgate-script") == 0 && argc > 1 &&
        jg_str_to_u64(jg_str(argv[1]), &part) && part <= NEVER_READY) {
        if (part == NEVER_READY)
            return 9;
        jg_buf_init(&heard, JG_WIRE_MAX);
        say(JG_WIRE_READY, "");
        parts[part]();
        return 0;
    }
    return cmocka_run_group_tests_name("broker/script_process", tests, NULL,
                                       NULL);
}
