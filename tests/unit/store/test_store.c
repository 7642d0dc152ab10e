/* Transactions and records, in one process and in several. */
#include "base/arena.h"
#include "store/store_internal.h"
#include "store_check.h"

static void
what_was_committed_is_read_back(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;
    struct jg_str value;

    store_put(store, JG_KIND_API, "a", "one");
    store_put(store, JG_KIND_POLICY, "a", "two"); /* kinds are apart */
    store_put(store, JG_KIND_API, "empty", "");
    jg_store_close(store);

    store = store_open(state, false);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("a"), &value), JG_OK);
    assert_str(value, "one");
    assert_err(jg_store_get(txn, JG_KIND_POLICY, JG_STR("a"), &value), JG_OK);
    assert_str(value, "two");
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("empty"), &value), JG_OK);
    assert_int_equal(value.len, 0);
    assert_err(jg_store_get(txn, JG_KIND_CONF, JG_STR("a"), &value),
               JG_E_NOT_FOUND);
    assert_int_equal(jg_store_count(txn, JG_KIND_API), 2);
    assert_int_equal(jg_store_count(txn, JG_KIND_ADDRESS), 0);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
keys_and_values_have_limits_that_spoil_nothing(void **state)
{
    static char bytes[JG_STORE_VALUE_MAX + 1];
    struct jg_str longest = {bytes, JG_STORE_KEY_MAX};
    struct {
        struct jg_str key, value;
        enum jg_err want;
    } rows[] = {
        {JG_STR(""), JG_STR("v"), JG_E_CONF_RANGE},
        {{bytes, JG_STORE_KEY_MAX + 1}, JG_STR("v"), JG_E_CONF_RANGE},
        {JG_STR("k"), {bytes, sizeof(bytes)}, JG_E_CONF_RANGE},
        {longest, JG_STR("v"), JG_OK},
    };
    struct jg_store *store = store_open(state, true);
    struct jg_str value, too_long = {bytes, JG_STORE_KEY_MAX + 1};
    struct jg_txn *txn;

    memset(bytes, 'k', sizeof(bytes));
    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(jg_store_put(txn, JG_KIND_API, rows[i].key, rows[i].value),
                   rows[i].want);
    assert_err(jg_store_get(txn, JG_KIND_API, longest, &value), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, too_long, &value),
               JG_E_NOT_FOUND);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR(""), &value),
               JG_E_NOT_FOUND);
    assert_err(jg_store_delete(txn, JG_KIND_API, too_long), JG_OK);
    assert_err(jg_store_delete(txn, JG_KIND_API, JG_STR("")), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_store_close(store);
}

static void
an_aborted_transaction_never_was(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_str value;
    struct jg_txn *txn;

    store_put(store, JG_KIND_API, "kept", "v");
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("new"), JG_STR("v")),
               JG_OK);
    assert_err(jg_store_delete(txn, JG_KIND_API, JG_STR("kept")), JG_OK);
    assert_err(jg_store_delete(txn, JG_KIND_API, JG_STR("none")), JG_OK);
    jg_txn_abort(txn);
    jg_txn_abort(NULL);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("new"), &value),
               JG_E_NOT_FOUND);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("kept"), &value), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK); /* of a reader: its end */
    jg_store_close(store);
}

static void
a_reader_sees_one_moment(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *old, *now;
    struct jg_str before, after;

    store_put(store, JG_KIND_API, "k", "before");
    assert_err(jg_txn_read(store, &old), JG_OK);
    store_put(store, JG_KIND_API, "k", "after");
    assert_err(jg_txn_read(store, &now), JG_OK); /* one inside another */
    assert_err(jg_store_get(old, JG_KIND_API, JG_STR("k"), &before), JG_OK);
    assert_err(jg_store_get(now, JG_KIND_API, JG_STR("k"), &after), JG_OK);
    assert_str(before, "before");
    assert_str(after, "after");
    jg_txn_abort(old);
    assert_str(after, "after");
    jg_txn_abort(now);
    assert_err(jg_txn_read(store, &now), JG_OK); /* the kept one, renewed */
    assert_err(jg_store_get(now, JG_KIND_API, JG_STR("k"), &after), JG_OK);
    assert_str(after, "after");
    jg_txn_abort(now);
    jg_store_close(store);
}

static void
a_reader_cannot_write(void **state)
{
    struct jg_store *store = store_open(state, true), *reader;
    struct jg_txn *txn, *second;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("k"), JG_STR("v")),
               JG_E_STORE);
    assert_err(jg_store_delete(txn, JG_KIND_API, JG_STR("k")), JG_E_STORE);
    jg_txn_abort(txn);

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_txn_write(store, &second), JG_E_STORE); /* no deadlock */
    jg_txn_abort(txn);
    jg_store_close(store);

    reader = store_open(state, false);
    assert_err(jg_txn_write(reader, &txn), JG_E_STORE);
    jg_store_close(reader);
}

struct visits {
    char keys[64];
    unsigned stop_after;
};

static enum jg_err
visit(void *arg, struct jg_str key, struct jg_str value)
{
    struct visits *v = arg;

    assert_str(value, "v");
    strncat(v->keys, key.p, key.len);
    return --v->stop_after == 0 ? JG_E_INTERNAL : JG_OK;
}

static void
records_are_visited_in_the_order_of_their_keys(void **state)
{
    static const struct {
        unsigned stop_after;
        const char *keys;
        enum jg_err want;
    } rows[] = {{9, "aababc", JG_OK}, {2, "aab", JG_E_INTERNAL}};
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;

    store_put(store, JG_KIND_API, "abc", "v");
    store_put(store, JG_KIND_API, "ab", "v");
    store_put(store, JG_KIND_API, "a", "v");
    assert_err(jg_txn_read(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct visits v = {.stop_after = rows[i].stop_after};

        assert_err(jg_store_each(txn, JG_KIND_API, visit, &v), rows[i].want);
        assert_string_equal(v.keys, rows[i].keys);
    }
    assert_err(jg_store_each(txn, JG_KIND_CONF, visit, NULL), JG_OK);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
a_full_store_keeps_what_it_has(void **state)
{
    struct jg_store *store = store_open(state, true);
    char *big = calloc(1, TEST_BYTES / 4);
    struct jg_str value = {big, TEST_BYTES / 4};
    struct jg_txn *txn;
    enum jg_err err = JG_OK;

    store_put(store, JG_KIND_API, "small", "v");
    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (char key = 'a'; key < 'h' && err == JG_OK; key++)
        err = jg_store_put(txn, JG_KIND_API, (struct jg_str){&key, 1}, value);
    assert_err(err, JG_E_STORE_FULL);
    /* What follows cannot save half of it. */
    assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("x"), JG_STR("v")),
               JG_E_STORE_FULL);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("small"), &value),
               JG_E_STORE_FULL);
    assert_err(jg_store_each(txn, JG_KIND_API, visit, NULL), JG_E_STORE_FULL);
    assert_int_equal(jg_store_count(txn, JG_KIND_API), 0);
    assert_err(jg_txn_commit(txn), JG_E_STORE_FULL);

    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_API), 1);
    jg_txn_abort(txn);
    store_put(store, JG_KIND_API, "fits", "v"); /* and it goes on */
    jg_store_close(store);
    free(big);
}

static void
a_child_of_the_process_is_refused(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn, *mine;
    struct jg_str value;
    pid_t pid;

    store_put(store, JG_KIND_API, "k", "v");
    assert_err(jg_txn_read(store, &mine), JG_OK);
    pid = fork();
    if (pid == 0) {
        bool ok = jg_txn_read(store, &txn) == JG_E_STORE &&
                  jg_txn_write(store, &txn) == JG_E_STORE &&
                  jg_store_sweep_readers(store) == 0;

        jg_txn_abort(mine);
        jg_store_close(store);
        _exit(ok ? 0 : 1);
    }
    assert_child_ok(pid);
    /* The child took nothing away from us. */
    assert_int_equal(jg_store_sweep_readers(store), 0);
    assert_err(jg_store_get(mine, JG_KIND_API, JG_STR("k"), &value), JG_OK);
    assert_str(value, "v");
    jg_txn_abort(mine);
    jg_store_close(store);
}

static void
readers_that_died_are_swept(void **state)
{
    struct jg_store *store = store_open(state, true);
    pid_t readers[3];
    struct jg_txn *txn;
    int ready[2];
    char c;

    assert_int_equal(pipe(ready), 0);
    for (size_t i = 0; i < LEN(readers); i++) {
        readers[i] = fork();
        if (readers[i] != 0)
            continue;
        if (jg_txn_read(store_open(state, false), &txn) != JG_OK ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    for (size_t i = 0; i < LEN(readers); i++)
        assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(jg_store_sweep_readers(store), 0);
    for (size_t i = 0; i < LEN(readers); i++) {
        kill(readers[i], SIGKILL);
        assert_true(WIFSIGNALED(wait_for(readers[i])));
    }
    assert_int_equal(jg_store_sweep_readers(store), 3);
    assert_int_equal(jg_store_sweep_readers(store), 0);
    close(ready[0]);
    close(ready[1]);
    jg_store_close(store);
}

static void
the_dead_do_not_use_up_the_slots(void **state)
{
    struct jg_store *early = store_open(state, true), *late;
    struct jg_txn *txn, *inner;

    assert_err(jg_txn_read(early, &txn), JG_OK); /* has a slot already */
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            struct jg_store *store = store_open(state, false);

            for (int n = 0; n < 10000; n++)
                if (jg_txn_read(store, &inner) != JG_OK)
                    raise(SIGKILL);
            _exit(1);
        }
        assert_true(WIFSIGNALED(wait_for(pid)));
        if (i == 0) { /* for one that is there ... */
            assert_err(jg_txn_read(early, &inner), JG_OK);
            jg_txn_abort(inner);
            jg_txn_abort(txn);
            jg_store_close(early);
        } else { /* ... and for one that comes */
            late = store_open(state, false);
            assert_err(jg_txn_read(late, &inner), JG_OK);
            jg_txn_abort(inner);
            jg_store_close(late);
        }
    }
}

static void
a_store_that_lost_its_environment_gets_it_back(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;
    struct jg_str value;

    store_put(store, JG_KIND_API, "k", "v");
    jg_store_env_close(store); /* as after a failed attempt to reopen it */
    assert_int_equal(jg_store_sweep_readers(store), 0);
    assert_int_equal(rename(in_folder(state, "store/data.mdb"),
                            in_folder(state, "store/away")),
                     0);
    assert_int_equal(mkdir(in_folder(state, "store/data.mdb"), 0700), 0);
    assert_err(jg_txn_read(store, &txn), JG_E_STORE);
    assert_err(jg_txn_write(store, &txn), JG_E_STORE);
    assert_int_equal(rmdir(in_folder(state, "store/data.mdb")), 0);
    assert_int_equal(rename(in_folder(state, "store/away"),
                            in_folder(state, "store/data.mdb")),
                     0);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("k"), &value), JG_OK);
    assert_str(value, "v");
    jg_txn_abort(txn);
    jg_store_close(store);
}

/* Reads until "stop" is there; both records of a pair must always be equal.
 * exit(0) when that was so, and they changed meanwhile. <fd> hears of the first
 * look. */
static void
check_pairs(void **state, int fd)
{
    struct jg_store *store = store_open(state, false);
    char first[32] = "";
    bool changed = false;

    for (;;) {
        struct jg_str a, b, stop;
        struct jg_txn *txn;
        bool last;

        if (jg_txn_read(store, &txn) != JG_OK ||
            jg_store_get(txn, JG_KIND_API, JG_STR("a"), &a) != JG_OK ||
            jg_store_get(txn, JG_KIND_POLICY, JG_STR("b"), &b) != JG_OK ||
            !jg_str_eq(a, b))
            _exit(1);
        if (first[0] == '\0') {
            memcpy(first, a.p, a.len);
            if (write(fd, "x", 1) != 1)
                _exit(3);
        }
        changed = changed || !jg_str_eq(a, jg_str(first));
        last = jg_store_get(txn, JG_KIND_CONF, JG_STR("stop"), &stop) == JG_OK;
        jg_txn_abort(txn);
        if (last)
            break;
    }
    jg_store_close(store);
    _exit(changed ? 0 : 2);
}

static void
readers_in_other_processes_never_see_half_a_change(void **state)
{
    struct jg_store *store = store_open(state, true);
    pid_t readers[3];
    int ready[2];

    assert_int_equal(pipe(ready), 0);
    for (int i = 0; i < 200; i++) {
        struct jg_txn *txn;
        char text[32], c;

        snprintf(text, sizeof(text), "%d", i);
        assert_err(jg_txn_write(store, &txn), JG_OK);
        assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("a"), jg_str(text)),
                   JG_OK);
        assert_err(jg_store_put(txn, JG_KIND_POLICY, JG_STR("b"), jg_str(text)),
                   JG_OK);
        assert_err(jg_txn_commit(txn), JG_OK);
        if (i == 0) {
            for (size_t r = 0; r < LEN(readers); r++) {
                readers[r] = fork();
                if (readers[r] == 0)
                    check_pairs(state, ready[1]);
            }
            for (size_t r = 0; r < LEN(readers); r++)
                assert_int_equal(read(ready[0], &c, 1), 1);
        }
    }
    close(ready[0]);
    close(ready[1]);
    store_put(store, JG_KIND_CONF, "stop", "1");
    for (size_t r = 0; r < LEN(readers); r++)
        assert_child_ok(readers[r]);
    jg_store_close(store);
}

static void
writers_in_several_processes_take_turns(void **state)
{
    enum { WRITERS = 3, ROUNDS = 60 };
    struct jg_store *store = store_open(state, true);
    pid_t writers[WRITERS];
    struct jg_txn *txn;
    struct jg_str value;

    store_put(store, JG_KIND_CONF, "n", "0");
    for (int w = 0; w < WRITERS; w++) {
        writers[w] = fork();
        if (writers[w] != 0)
            continue;
        store = store_open(state, true);
        for (int i = 0; i < ROUNDS; i++) {
            char text[16];

            assert_err(jg_txn_write(store, &txn), JG_OK);
            assert_err(jg_store_get(txn, JG_KIND_CONF, JG_STR("n"), &value),
                       JG_OK);
            snprintf(text, sizeof(text), "%d",
                     (int)strtol(value.p, NULL, 10) + 1);
            text[sizeof(text) - 1] = '\0';
            assert_err(jg_store_put(txn, JG_KIND_CONF, JG_STR("n"),
                                    (struct jg_str){text, strlen(text) + 1}),
                       JG_OK);
            assert_err(jg_txn_commit(txn), JG_OK);
        }
        jg_store_close(store);
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++)
        assert_child_ok(writers[w]);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_CONF, JG_STR("n"), &value), JG_OK);
    assert_string_equal(value.p, "180"); /* WRITERS * ROUNDS */
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
a_store_that_grew_elsewhere_is_followed(void **state)
{
    struct jg_store *small = store_open(state, true), *large = NULL;
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .max_bytes = TEST_BYTES * 4,
                                       .writable = true,
                                       .group = (gid_t)-1};
    char fault[JG_STORE_FAULT_MAX];
    char *big = calloc(1, TEST_BYTES);
    struct jg_txn *txn, *second;
    struct jg_str value;
    pid_t pid;

    store_put(small, JG_KIND_API, "k", "v");
    assert_err(jg_txn_read(small, &txn), JG_OK);
    pid = fork();
    if (pid == 0) {
        assert_err(jg_store_open(&options, &large, fault), JG_OK);
        assert_err(jg_txn_write(large, &txn), JG_OK);
        assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("big"),
                                (struct jg_str){big, TEST_BYTES}),
                   JG_OK);
        assert_err(jg_txn_commit(txn), JG_OK);
        jg_store_close(large);
        _exit(0);
    }
    assert_child_ok(pid);
    /* While one reads, the map cannot be moved from under it. */
    assert_err(jg_txn_read(small, &second), JG_E_STORE);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("k"), &value), JG_OK);
    jg_txn_abort(txn);
    assert_err(jg_txn_read(small, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("big"), &value), JG_OK);
    assert_int_equal(value.len, TEST_BYTES);
    assert_int_equal(value.p[value.len - 1], 0);
    jg_txn_abort(txn);
    store_put(small, JG_KIND_API, "k", "w");
    jg_store_close(small);
    free(big);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(what_was_committed_is_read_back),
        in_folder_test(keys_and_values_have_limits_that_spoil_nothing),
        in_folder_test(an_aborted_transaction_never_was),
        in_folder_test(a_reader_sees_one_moment),
        in_folder_test(a_reader_cannot_write),
        in_folder_test(records_are_visited_in_the_order_of_their_keys),
        in_folder_test(a_full_store_keeps_what_it_has),
        in_folder_test(a_child_of_the_process_is_refused),
        in_folder_test(readers_that_died_are_swept),
        in_folder_test(the_dead_do_not_use_up_the_slots),
        in_folder_test(a_store_that_lost_its_environment_gets_it_back),
        in_folder_test(readers_in_other_processes_never_see_half_a_change),
        in_folder_test(writers_in_several_processes_take_turns),
        in_folder_test(a_store_that_grew_elsewhere_is_followed),
    };

    return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
