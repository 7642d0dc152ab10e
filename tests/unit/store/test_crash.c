/*
 * kill -9 in the middle of anything: what was committed is there, what was not
 * is not, and nobody is kept waiting by the dead.
 */
#include "store_check.h"

#define PAIRS 8 /* records of one transaction */

/* Commit transactions until killed; tell the number of each through <fd>
 * once it is on disk. */
static void
commit_until_killed(void **state, int fd, uint32_t n)
{
    struct jg_store *store = store_open(state, true);
    static char filler[6000]; /* overflow pages, too */

    for (;; n++) {
        struct jg_txn *txn;

        if (jg_txn_write(store, &txn) != JG_OK)
            _exit(1);
        memset(filler, (int)n, sizeof(filler));
        memcpy(filler, &n, sizeof(n));
        for (int i = 0; i < PAIRS; i++) {
            char key[16];

            snprintf(key, sizeof(key), "%d", i);
            if (jg_store_put(txn, JG_KIND_API, jg_str(key),
                             (struct jg_str){
                                 filler, i % 2 == 0 ? sizeof(n)
                                                    : sizeof(filler)}) != JG_OK)
                _exit(2);
        }
        if (jg_txn_commit(txn) != JG_OK ||
            write(fd, &n, sizeof(n)) != sizeof(n))
            _exit(3);
    }
}

/* The number in all records, which must be the same in each. */
static uint32_t
number_in(struct jg_store *store)
{
    uint32_t number = 0;
    struct jg_txn *txn;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    for (int i = 0; i < PAIRS; i++) {
        struct jg_str value;
        uint32_t n;
        char key[16];

        snprintf(key, sizeof(key), "%d", i);
        if (jg_store_get(txn, JG_KIND_API, jg_str(key), &value) != JG_OK) {
            assert_int_equal(i, 0); /* none, or all */
            break;
        }
        memcpy(&n, value.p, sizeof(n));
        if (i > 0)
            assert_int_equal(n, number);
        number = n;
        for (size_t k = sizeof(n); k < value.len; k++)
            assert_int_equal((unsigned char)value.p[k], n & 0xff);
    }
    jg_txn_abort(txn);
    return number;
}

static void
every_committed_transaction_survives_its_writer(void **state)
{
    struct jg_store *observer;
    uint32_t last = 0;

    jg_store_close(store_open(state, true));
    observer = store_open(state, false);
    for (int round = 0; round < 40; round++) {
        uint32_t told, number;
        int pipes[2];
        pid_t pid;

        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        if (pid == 0) {
            close(pipes[0]);
            commit_until_killed(state, pipes[1], last + 1);
        }
        close(pipes[1]);
        told = last;
        if (round % 2 == 0) /* every second one gets somewhere for sure */
            assert_int_equal(read(pipes[0], &told, sizeof(told)), sizeof(told));
        sleep_us(round * 300);
        kill(pid, SIGKILL);
        assert_true(WIFSIGNALED(wait_for(pid)));
        while (read(pipes[0], &number, sizeof(number)) == sizeof(number))
            told = number;
        close(pipes[0]);

        number = number_in(observer);
        /* It may have died between the commit and the telling; and even
         * within the commit, after the disk and before the readers. Then the
         * next writer, or the next first opener, makes it seen. */
        assert_in_range(number, told, told + 1);
        if (round % 10 == 9) {
            jg_store_close(observer);
            observer = store_open(state, false);
            assert_in_range(number_in(observer), number, told + 1);
            number = number_in(observer);
        }
        last = number;
    }
    assert_true(last > 0);
    jg_store_close(observer);
}

/* The dead writer held the lock of all writers. */
static void
the_next_writer_does_not_wait_for_a_dead_one(void **state)
{
    struct jg_store *store = store_open(state, true);

    for (int i = 0; i < 5; i++) {
        struct jg_txn *txn;
        int pipes[2];
        pid_t pid;
        char c;

        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        if (pid == 0) {
            struct jg_store *mine = store_open(state, true);

            if (jg_txn_write(mine, &txn) != JG_OK ||
                jg_store_put(txn, JG_KIND_CONF, JG_STR("dead"), JG_STR("v")) !=
                    JG_OK ||
                write(pipes[1], "x", 1) != 1)
                _exit(1);
            pause();
        }
        assert_int_equal(read(pipes[0], &c, 1), 1);
        kill(pid, SIGKILL);
        wait_for(pid);
        close(pipes[0]);
        close(pipes[1]);
        store_put(store, JG_KIND_CONF, "alive", "v");
        assert_err(jg_txn_read(store, &txn), JG_OK);
        assert_int_equal(jg_store_count(txn, JG_KIND_CONF), 1);
        jg_txn_abort(txn);
    }
    jg_store_close(store);
}

/* A store is usable when its maker died at any point of making it. */
static void
a_store_that_was_half_made_is_made_by_the_next(void **state)
{
    for (int i = 0; i < 40; i++) {
        struct jg_store *store;
        pid_t pid = fork();

        if (pid == 0) {
            for (;;) {
                jg_store_close(store_open(state, true));
                unlink(in_folder(state, "store/data.mdb"));
                unlink(in_folder(state, "store/lock.mdb"));
            }
        }
        sleep_us(1000 + i * 300);
        kill(pid, SIGKILL);
        wait_for(pid);
        store = store_open(state, true);
        store_put(store, JG_KIND_API, "k", "v");
        jg_store_close(store);
        jg_store_close(store_open(state, false));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(every_committed_transaction_survives_its_writer),
        in_folder_test(the_next_writer_does_not_wait_for_a_dead_one),
        in_folder_test(a_store_that_was_half_made_is_made_by_the_next),
    };

    return cmocka_run_group_tests_name("store/crash", tests, NULL, NULL);
}
