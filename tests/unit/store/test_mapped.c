/* The shared files: made once, replaced when they do not fit. */
#include "store/mapped.h"
#include "store_check.h"

#include <sys/mman.h>

struct file {
    struct jg_mapped_head head;
    _Atomic uint64_t number;
    char rest[100000];
};

static const struct jg_mapped_head head = {
    .magic = "jgtest", .layout = 3, .bytes = sizeof(struct file)};

static struct file *
map(void **state)
{
    void *mapped = NULL;

    assert_err(jg_mapped_open(in_folder(state, "f"), &head, &mapped), JG_OK);
    return mapped;
}

static void
a_new_file_is_zeros_with_rights(void **state)
{
    struct file *f;
    struct stat st;
    mode_t old = umask(077);

    if (geteuid() == 0)
        assert_int_equal(chown(*state, (uid_t)-1, 5), 0);
    f = map(state);
    for (size_t i = 0; i < sizeof(f->rest); i++)
        assert_int_equal(f->rest[i], 0);
    assert_int_equal(stat(in_folder(state, "f"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(st.st_size, sizeof(*f));
    /* A hole would be SIGBUS on a full disk. */
    assert_true((size_t)st.st_blocks * 512 >= sizeof(*f));
    if (geteuid() == 0)
        assert_int_equal(st.st_gid, 5);
    jg_mapped_close(f, &head);
    jg_mapped_close(NULL, &head);
    umask(old);
}

static void
a_file_that_fits_is_kept(void **state)
{
    struct file *one = map(state), *two;

    one->number = 7;
    two = map(state);
    assert_int_equal(two->number, 7);
    two->number = 8;
    assert_int_equal(one->number, 8);
    jg_mapped_close(one, &head);
    jg_mapped_close(two, &head);
    one = map(state);
    assert_int_equal(one->number, 8);
    jg_mapped_close(one, &head);
}

static void
a_file_that_does_not_fit_is_replaced(void **state)
{
    static const struct {
        off_t length; /* 0: as it is */
        off_t at;
        const char *bytes;
    } rows[] = {
        {1, 0, NULL},       {sizeof(struct file) - 1, 0, NULL},
        {1 << 20, 0, NULL}, {0, 0, "J"},
        {0, 8, "\4"},       {0, 16, "\1"},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct file *before = map(state), *after;
        int fd;

        before->number = 7;
        if (rows[i].length == 0) { /* the old one stays whole */
            fd = open(in_folder(state, "f"), O_RDWR);
            assert_int_equal(pwrite(fd, rows[i].bytes, 1, rows[i].at), 1);
            close(fd);
            after = map(state);
            assert_int_equal(before->number, 7);
        } else {
            assert_int_equal(truncate(in_folder(state, "f"), rows[i].length),
                             0);
            after = map(state);
        }
        assert_int_equal(after->number, 0);
        jg_mapped_close(before, &head);
        jg_mapped_close(after, &head);
    }
}

static void
what_cannot_be_opened_is_an_error(void **state)
{
    void *mapped;
    char path[PATH_MAX + 10];

    assert_err(jg_mapped_open(in_folder(state, "none/f"), &head, &mapped),
               JG_E_STORE);
    assert_int_equal(errno, ENOENT);
    assert_err(jg_mapped_open(*state, &head, &mapped), JG_E_STORE);
    assert_int_equal(symlink("elsewhere", in_folder(state, "link")), 0);
    assert_err(jg_mapped_open(in_folder(state, "link"), &head, &mapped),
               JG_E_STORE);
    assert_int_equal(errno, ELOOP);
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_err(jg_mapped_open(path, &head, &mapped), JG_E_STORE);
}

static void
all_processes_get_the_same_file(void **state)
{
    enum { CHILDREN = 6, ROUNDS = 20 };

    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[CHILDREN];
        struct file *f;
        int go[2];

        unlink(in_folder(state, "f"));
        if (round % 2 == 1) { /* one that does not fit */
            close(open(in_folder(state, "f"), O_RDWR | O_CREAT, 0600));
        }
        assert_int_equal(pipe(go), 0);
        for (int i = 0; i < CHILDREN; i++) {
            char c;

            children[i] = fork();
            if (children[i] != 0)
                continue;
            close(go[1]);
            if (read(go[0], &c, 1) != 0)
                _exit(1);
            f = map(state);
            f->number++;
            _exit(0);
        }
        close(go[0]);
        close(go[1]); /* all at once */
        for (int i = 0; i < CHILDREN; i++)
            assert_child_ok(children[i]);
        f = map(state);
        assert_int_equal(f->number, CHILDREN);
        jg_mapped_close(f, &head);
    }
}

static void
a_reason_keeps_its_public_number(void **state)
{
    static const struct {
        enum jg_err reason;
        unsigned code;
    } rows[] = {
        {JG_OK, 0},
        {JG_E_STORE, 3},
        {JG_E_ROUTE, 702},
        {JG_E_CONF_RISK, 909},
    };
    bool seen[JG_REASON_CODES] = {false};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_reason_code(rows[i].reason), rows[i].code);
    for (int err = 0; err < JG_E_COUNT; err++) {
        unsigned code = jg_reason_code((enum jg_err)err);

        assert_false(seen[code]);
        seen[code] = true;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_new_file_is_zeros_with_rights),
        in_folder_test(a_file_that_fits_is_kept),
        in_folder_test(a_file_that_does_not_fit_is_replaced),
        in_folder_test(what_cannot_be_opened_is_an_error),
        in_folder_test(all_processes_get_the_same_file),
        cmocka_unit_test(a_reason_keeps_its_public_number),
    };

    return cmocka_run_group_tests_name("store/mapped", tests, NULL, NULL);
}
