/* lock.c: locks that a dead process does not keep. */
#include "check.h"

#include "lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_lock_excludes_other_processes_until_its_holder_is_gone(void **state)
{
    int file = jg_lock_file();
    int ready[2];
    char byte;
    pid_t pid;

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        if (!jg_lock_try(file, 7) || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_false(jg_lock_try(file, 7));
    assert_true(jg_lock_try(file, 8)); /* another place is free */
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(jg_lock_try(file, 7));
    close(ready[0]);
    close(ready[1]);
    close(file);
}

static void
a_lock_given_back_is_free_for_others(void **state)
{
    int file = jg_lock_file();
    int status;
    pid_t pid;

    (void)state;
    assert_true(jg_lock_try(file, JG_LOCK_RELOAD));
    jg_lock_release(file, JG_LOCK_RELOAD);
    pid = fork();
    if (pid == 0)
        _exit(!jg_lock_try(file, JG_LOCK_RELOAD));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(file);
}

static void
names_have_places_of_their_own(void **state)
{
    (void)state;
    assert_true(jg_lock_place(JG_STR("a.example")) >= JG_LOCK_NAMES);
    assert_true(jg_lock_place(JG_STR("a.example")) !=
                jg_lock_place(JG_STR("b.example")));
    assert_true(jg_lock_place(JG_STR("a.example")) ==
                jg_lock_place(JG_STR("a.example")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_lock_excludes_other_processes_until_its_holder_is_gone),
        cmocka_unit_test(a_lock_given_back_is_free_for_others),
        cmocka_unit_test(names_have_places_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
