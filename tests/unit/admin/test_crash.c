/*
 * A process that writes definitions and loads them is killed at any moment:
 * what it leaves behind is the old or the new, and can be used at once.
 */
#include "admin_check.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define KILLS 40
#define SLEEP_STEP_NS 300000 /* later every time: at other moments */

#define VERSION_A API("a")
#define VERSION_B " " API("a")

/* Write one and the other version, and load each, for ever. */
static void
work(struct gateway *g)
{
    gateway_attach(g);
    for (unsigned i = 0;; i++) {
        ask(g, "POST", "/tyk/apis", i % 2 == 0 ? VERSION_A : VERSION_B);
        if (g->response.status != 200 || load(g, JG_LOAD_RELOAD) != JG_OK)
            _exit(1);
    }
}

static void
kill_at_work(struct gateway *g, long sleep_ns)
{
    const struct timespec pause = {0, sleep_ns};
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0)
        work(g);
    nanosleep(&pause, NULL);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status)); /* and nothing went wrong before */
}

static bool
is_a_version(struct jg_str text)
{
    return jg_str_eq(text, JG_STR(VERSION_A)) ||
           jg_str_eq(text, JG_STR(VERSION_B));
}

static void
a_killed_writer_leaves_the_old_or_the_new(void **state)
{
    struct gateway g;

    (void)state;
    gateway_place(&g);
    put_file(g.apps, "a.json", VERSION_A);
    gateway_attach(&g);
    load_clean(&g, JG_LOAD_START);
    gateway_detach(&g);
    for (long i = 0; i < KILLS; i++) {
        kill_at_work(&g, SLEEP_STEP_NS * i);
        gateway_attach(&g);
        assert_true(is_a_version(file_text(&g, g.apps, "a.json")));
        assert_true(is_a_version(record_text(&g, JG_KIND_API, "a")));
        load_clean(&g, JG_LOAD_RELOAD);
        assert_true(jg_str_eq(record_text(&g, JG_KIND_API, "a"),
                              file_text(&g, g.apps, "a.json")));
        gateway_detach(&g);
    }
    gateway_attach(&g);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_writer_leaves_the_old_or_the_new),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
