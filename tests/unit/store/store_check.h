/* A folder of its own for each test, and the short ways to a store. */
#ifndef JG_TESTS_STORE_CHECK_H
#define JG_TESTS_STORE_CHECK_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "remove_folder.h"
#include "store/store.h"

#define TEST_BYTES ((size_t)16 * 1024 * 1024)

/* cmocka's setup: *state is the path of a new folder. */
static inline int
folder_make(void **state)
{
    const char *base = getenv("TMPDIR");
    char *path;

    if (asprintf(&path, "%s/jotgate-test-XXXXXX",
                 base != NULL ? base : "/tmp") < 0 ||
        mkdtemp(path) == NULL)
        return -1;
    *state = path;
    return 0;
}

static inline int
folder_remove(void **state)
{
    int result = remove_folder(*state);

    free(*state);
    return result;
}

#define in_folder_test(f) \
    cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)

/* folder/name; valid until the call after the next. */
static inline const char *
in_folder(void **state, const char *name)
{
    static char paths[2][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 2];

    assert_true(snprintf(path, PATH_MAX, "%s/%s", (char *)*state, name) <
                PATH_MAX);
    return path;
}

static inline struct jg_store *
store_open(void **state, bool writable)
{
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .max_bytes = TEST_BYTES,
                                       .writable = writable,
                                       .group = (gid_t)-1};
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store *store = NULL;
    enum jg_err err = jg_store_open(&options, &store, fault);

    if (err != JG_OK)
        print_error("%s\n", fault);
    assert_err(err, JG_OK);
    return store;
}

/* One committed record. */
static inline void
store_put(struct jg_store *store, enum jg_kind kind, const char *key,
          const char *value)
{
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_store_put(txn, kind, jg_str(key), jg_str(value)), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

/* Ends a child of this test and returns its status. */
static inline int
wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return status;
}

/* The child must have ended by itself, with exit(0). */
static inline void
assert_child_ok(pid_t pid)
{
    int status = wait_for(pid);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static inline void
sleep_us(long us)
{
    nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

#endif
