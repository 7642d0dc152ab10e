/* Opening a store: rights, damage, full disks, and the words for each. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "store_check.h"

static enum jg_err
try_open(void **state, bool writable, char fault[static JG_STORE_FAULT_MAX])
{
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .max_bytes = TEST_BYTES,
                                       .writable = writable,
                                       .group = (gid_t)-1};
    struct jg_store *store = NULL;
    enum jg_err err = jg_store_open(&options, &store, fault);

    assert_int_equal(store != NULL, err == JG_OK);
    jg_store_close(store);
    return err;
}

static void
assert_fault(void **state, bool writable, const char *words)
{
    char fault[JG_STORE_FAULT_MAX] = "";

    assert_err(try_open(state, writable, fault), JG_E_STORE);
    if (strstr(fault, words) == NULL)
        fail_msg("got \"%s\", want \"%s\"", fault, words);
}

static mode_t
mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void
a_new_store_has_the_rights_of_a_new_store(void **state)
{
    mode_t old = umask(077); /* has no say in it */

    jg_store_close(store_open(state, true));
    assert_int_equal(mode_of(in_folder(state, "store")), 0750);
    assert_int_equal(mode_of(in_folder(state, "store/data.mdb")), 0640);
    assert_int_equal(mode_of(in_folder(state, "store/lock.mdb")), 0660);
    assert_int_equal(chmod(in_folder(state, "store/data.mdb"), 0666), 0);
    jg_store_close(store_open(state, true)); /* and gets them back */
    assert_int_equal(mode_of(in_folder(state, "store/data.mdb")), 0640);
    umask(old);
}

static void
the_files_belong_to_the_group(void **state)
{
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .max_bytes = TEST_BYTES,
                                       .writable = true,
                                       .group = 1};
    static const char *const names[] = {"store", "store/data.mdb",
                                        "store/lock.mdb"};
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store *store;
    struct stat st;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can give files to a group\n");
        return;
    }
    assert_err(jg_store_open(&options, &store, fault), JG_OK);
    for (size_t i = 0; i < LEN(names); i++) {
        assert_int_equal(stat(in_folder(state, names[i]), &st), 0);
        assert_int_equal(st.st_gid, 1);
    }
    jg_store_close(store);
}

/* As nginx's workers: another user, in the group of the store. */
static void
a_reader_of_the_group_reads_and_others_do_not(void **state)
{
    static const struct {
        gid_t group;
        enum jg_err want;
    } rows[] = {{1, JG_OK}, {2, JG_E_STORE}};
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .max_bytes = TEST_BYTES,
                                       .writable = true,
                                       .group = 1};
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store *store;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can become another user\n");
        return;
    }
    assert_int_equal(chmod(*state, 0755), 0);
    assert_err(jg_store_open(&options, &store, fault), JG_OK);
    store_put(store, JG_KIND_API, "k", "v");
    for (size_t i = 0; i < LEN(rows); i++) {
        pid_t pid = fork();

        if (pid == 0) {
            struct jg_store *reader = NULL;
            struct jg_txn *txn;
            struct jg_str value;

            options.writable = false;
            if (setgid(rows[i].group) != 0 || setuid(65534) != 0 ||
                jg_store_open(&options, &reader, fault) != rows[i].want)
                _exit(1);
            if (reader == NULL)
                _exit(strstr(fault, "Permission denied") != NULL ? 0 : 2);
            if (jg_txn_read(reader, &txn) != JG_OK ||
                jg_store_get(txn, JG_KIND_API, JG_STR("k"), &value) != JG_OK)
                _exit(3);
            _exit(0);
        }
        assert_child_ok(pid);
    }
    jg_store_close(store);
}

static void
a_reader_needs_a_store_that_is_there(void **state)
{
    assert_fault(state, false, "No such file");
    assert_int_equal(mkdir(in_folder(state, "store"), 0755), 0);
    assert_fault(state, false, "No such file");
}

static void
paths_that_cannot_work_are_refused(void **state)
{
    static char too_long[PATH_MAX + 10];
    static const struct {
        const char *path, *words;
    } rows[] = {
        {"", "empty"}, {too_long, "too long"}, {"/dev/null/x", "folder"}};
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store *store;

    (void)state;
    memset(too_long, '/', sizeof(too_long) - 1);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_store_options options = {.path = rows[i].path,
                                           .max_bytes = TEST_BYTES,
                                           .writable = true,
                                           .group = (gid_t)-1};

        assert_err(jg_store_open(&options, &store, fault), JG_E_STORE);
        assert_non_null(strstr(fault, rows[i].words));
    }
}

static void
small_and_impossible_sizes_are_handled(void **state)
{
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .writable = true,
                                       .group = (gid_t)-1};
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store *store;
    struct stat st;

    options.max_bytes = SIZE_MAX;
    assert_err(jg_store_open(&options, &store, fault), JG_E_STORE);
    options.max_bytes = 0;
    assert_err(jg_store_open(&options, &store, fault), JG_OK);
    store_put(store, JG_KIND_API, "k", "v");
    jg_store_close(store);
    assert_int_equal(stat(in_folder(state, "store/data.mdb"), &st), 0);
    assert_int_equal(st.st_size, 1024 * 1024);
}

/* Overwrite <len> bytes of data.mdb. */
static void
scribble(void **state, off_t at, const void *bytes, size_t len)
{
    int fd = open(in_folder(state, "store/data.mdb"), O_RDWR);

    assert_int_equal(pwrite(fd, bytes, len, at), len);
    close(fd);
}

static void
a_damaged_file_is_an_error_and_no_crash(void **state)
{
    static const uint64_t big = 1 << 20, zero, odd = 12345;
    static const struct {
        off_t cut; /* new length; 0: as it is */
        off_t at;  /* where bytes are changed, in both meta pages */
        const void *bytes;
        size_t len;
        const char *words;
    } rows[] = {
        {1, 0, NULL, 0, "cut off"},
        {4096, 0, NULL, 0, "cut off"},
        {8192, 0, NULL, 0, "shorter than its content"},
        {12288, 0, NULL, 0, "shorter than its content"},
        {0, 16, "JUNK", 4, "no LMDB file"},
        {0, 20, "\7", 1, "no LMDB file"},
        {0, 40, &zero, 4, "page size"},
        {0, 40, &odd, 4, "page size"},
        {0, 80, &big, 8, "root"},
        {0, 128, &big, 8, "root"},
        {0, 136, &big, 8, "shorter than its content"},
        {0, 136, "\xff\xff\xff\xff\xff\xff\xff\xff", 8,
         "shorter than its content"},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        jg_store_close(store_open(state, true));
        if (rows[i].cut != 0)
            assert_int_equal(
                truncate(in_folder(state, "store/data.mdb"), rows[i].cut), 0);
        for (int page = 0; page < 2 && rows[i].len > 0; page++)
            scribble(state, rows[i].at + page * 4096, rows[i].bytes,
                     rows[i].len);
        assert_fault(state, false, rows[i].words);
        assert_fault(state, true, rows[i].words);
        assert_int_equal(unlink(in_folder(state, "store/data.mdb")), 0);
    }
}

static void
a_file_that_is_no_store_is_left_alone(void **state)
{
    static char text[10000];
    struct stat st;
    int fd;

    memset(text, 'x', sizeof(text));
    assert_int_equal(mkdir(in_folder(state, "store"), 0755), 0);
    fd = open(in_folder(state, "store/data.mdb"), O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
    close(fd);
    assert_fault(state, true, "no LMDB file");
    assert_int_equal(stat(in_folder(state, "store/data.mdb"), &st), 0);
    assert_int_equal(st.st_size, sizeof(text));
}

static void
a_store_of_another_schema_is_refused(void **state)
{
    struct jg_store *store = store_open(state, true);

    store_put(store, JG_KIND_META, "schema", "\2\0\0"); /* 3 bytes */
    jg_store_close(store);
    assert_fault(state, false, "schema 0");
    assert_fault(state, true, "schema 0");
}

static void
the_hash_key_is_made_once(void **state)
{
    struct jg_hash_key first, again;
    struct jg_store *store;
    struct jg_txn *txn;

    for (int i = 0; i < 2; i++) {
        store = store_open(state, true);
        assert_err(jg_txn_read(store, &txn), JG_OK);
        assert_err(jg_store_hash_key(txn, i == 0 ? &first : &again), JG_OK);
        jg_txn_abort(txn);
        jg_store_close(store);
    }
    assert_memory_equal(&first, &again, sizeof(first));
    assert_true(first.k0 != 0 && first.k1 != 0 && first.k0 != first.k1);

    store = store_open(state, true);
    store_put(store, JG_KIND_META, "hash_key", "short");
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_hash_key(txn, &again), JG_E_STORE);
    jg_txn_abort(txn);
    jg_store_close(store);
}

/* In a child with a file system of its own at <state>, of 2 MiB. */
static void
fill_a_small_disk(void **state)
{
    char *big = calloc(1, TEST_BYTES / 4);
    struct jg_store *store;
    struct jg_txn *txn;
    struct jg_str value;
    struct statvfs disk;

    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", *state, "tmpfs", 0, "size=2m") != 0)
        _exit(77);
    store = store_open(state, true);
    store_put(store, JG_KIND_API, "k", "v");
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("big"),
                            (struct jg_str){big, TEST_BYTES / 4}),
               JG_OK);
    assert_err(jg_txn_commit(txn), JG_E_STORE_FULL);
    assert_int_equal(statvfs(*state, &disk), 0);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("k"), &value), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("big"), &value),
               JG_E_NOT_FOUND);
    jg_txn_abort(txn);
    jg_store_close(store);
    _exit(0);
}

static void
a_full_disk_is_a_full_store(void **state)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        fill_a_small_disk(state);
    status = wait_for(pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("SKIPPED: no right to mount a small disk\n");
        return;
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_new_store_has_the_rights_of_a_new_store),
        in_folder_test(the_files_belong_to_the_group),
        in_folder_test(a_reader_of_the_group_reads_and_others_do_not),
        in_folder_test(a_reader_needs_a_store_that_is_there),
        in_folder_test(paths_that_cannot_work_are_refused),
        in_folder_test(small_and_impossible_sizes_are_handled),
        in_folder_test(a_damaged_file_is_an_error_and_no_crash),
        in_folder_test(a_file_that_is_no_store_is_left_alone),
        in_folder_test(a_store_of_another_schema_is_refused),
        in_folder_test(the_hash_key_is_made_once),
        in_folder_test(a_full_disk_is_a_full_store),
    };

    return cmocka_run_group_tests_name("store/environment", tests, NULL, NULL);
}
