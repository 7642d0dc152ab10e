/* The user's documents: listed, read, replaced, also by a process that dies. */
#include "store/files.h"
#include "store_check.h"

#define NOW ((int64_t)2000000000) /* long after any file of this test */

static void
write_file(void **state, const char *name, const char *text)
{
    FILE *f = fopen(in_folder(state, name), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct jg_arena
new_arena(void)
{
    struct jg_arena a;

    jg_arena_init(&a, 4096, 64 * 1024 * 1024);
    return a;
}

static void
documents_are_listed_by_name(void **state)
{
    static const char *const ignored[] = {
        ".hidden.json", "notes.txt", "json", ".json", "c.json.bak", "d.JSON"};
    static const char *const want[] = {"B.json", "a.json", "b.json",
                                       "link.json", "nowhere.json"};
    struct jg_arena a = new_arena();
    char path[PATH_MAX];
    struct jg_file *files;
    size_t count;

    for (size_t i = 0; i < LEN(ignored); i++)
        write_file(state, ignored[i], "{}");
    for (size_t i = 0; i < 3; i++)
        write_file(state, want[i], "{}");
    assert_int_equal(mkdir(in_folder(state, "folder.json"), 0755), 0);
    assert_int_equal(mkfifo(in_folder(state, "fifo.json"), 0644), 0);
    assert_int_equal(symlink("notes.txt", in_folder(state, "link.json")), 0);
    assert_int_equal(symlink("none", in_folder(state, "nowhere.json")), 0);
    snprintf(path, sizeof(path), "%s///", (char *)*state);
    assert_err(jg_files_list(path, NOW, &a, &files, &count), JG_OK);
    assert_int_equal(count, LEN(want));
    for (size_t i = 0; i < count; i++) {
        assert_str(files[i].name, want[i]);
        assert_str(files[i].path, in_folder(state, want[i]));
        assert_string_equal(files[i].path.p, in_folder(state, want[i]));
    }
    assert_true(jg_file_stamp_same(&files[0].stamp, &files[0].stamp));
    assert_false(jg_file_stamp_same(&files[0].stamp, &files[1].stamp));
    assert_false(jg_file_stamp_same(&files[4].stamp, &files[4].stamp));
    jg_arena_free(&a);
}

static void
a_folder_may_be_empty_but_must_be_there(void **state)
{
    struct jg_arena a = new_arena();
    struct jg_file *files;
    size_t count = 7;

    assert_err(jg_files_list(in_folder(state, "x"), NOW, &a, &files, &count),
               JG_E_NOT_FOUND);
    assert_err(jg_files_list("", NOW, &a, &files, &count), JG_E_NOT_FOUND);
    assert_int_equal(count, 7); /* untouched */
    assert_err(jg_files_list(*state, NOW, &a, &files, &count), JG_OK);
    assert_int_equal(count, 0);
    jg_arena_free(&a);
}

static void
thousands_of_documents_are_listed(void **state)
{
    struct jg_arena a = new_arena(), small;
    struct jg_file *files;
    size_t count;

    for (int i = 0; i < 2000; i++) {
        char name[32];

        snprintf(name, sizeof(name), "%04d.json", i * 7 % 2000);
        write_file(state, name, "");
    }
    assert_err(jg_files_list(*state, NOW, &a, &files, &count), JG_OK);
    assert_int_equal(count, 2000);
    for (size_t i = 1; i < count; i++)
        assert_true(jg_str_cmp(files[i - 1].name, files[i].name) < 0);
    jg_arena_init(&small, 4096, 64 * 1024);
    assert_err(jg_files_list(*state, NOW, &small, &files, &count), JG_E_NOMEM);
    jg_arena_free(&small);
    jg_arena_free(&a);
}

static struct jg_file_stamp
stamp(void **state, const char *name, int64_t now_s)
{
    struct jg_file_stamp stamp;

    assert_err(jg_file_stamp(in_folder(state, name), now_s, &stamp), JG_OK);
    return stamp;
}

static void
a_stamp_changes_with_the_file(void **state)
{
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    struct jg_file_stamp first, now;

    write_file(state, "a.json", "one");
    assert_int_equal(utimensat(AT_FDCWD, in_folder(state, "a.json"), times, 0),
                     0);
    first = stamp(state, "a.json", NOW);
    now = stamp(state, "a.json", NOW);
    assert_true(jg_file_stamp_same(&first, &now));
    assert_int_equal(now.mtime_ns, 1000 * (int64_t)1000000000);
    assert_int_equal(now.size, 3);

    sleep_us(20000);                    /* a tick of the file system's clock */
    write_file(state, "a.json", "two"); /* of equal length ... */
    assert_int_equal(utimensat(AT_FDCWD, in_folder(state, "a.json"), times, 0),
                     0); /* ... and with the old time: ctime tells */
    now = stamp(state, "a.json", NOW);
    assert_false(jg_file_stamp_same(&first, &now));

    first = now;
    assert_err(jg_file_replace(*state, JG_STR("a.json"), JG_STR("two")), JG_OK);
    now = stamp(state, "a.json", NOW);
    assert_false(jg_file_stamp_same(&first, &now));
}

static void
a_file_that_just_changed_has_no_stamp(void **state)
{
    struct jg_file_stamp s;
    struct stat st;

    write_file(state, "a.json", "one");
    assert_int_equal(stat(in_folder(state, "a.json"), &st), 0);
    for (int64_t age = -5; age <= 5; age++) {
        s = stamp(state, "a.json", st.st_mtime + age);
        assert_int_equal(jg_file_stamp_same(&s, &s), age >= JG_FILE_REST_S);
    }
    s = stamp(state, "a.json", 0); /* nobody knows the time */
    assert_false(jg_file_stamp_same(&s, &s));
    assert_err(jg_file_stamp(in_folder(state, "none"), NOW, &s),
               JG_E_NOT_FOUND);
    assert_err(jg_file_stamp(*state, NOW, &s), JG_E_IO);
}

static void
a_file_is_read_as_a_whole(void **state)
{
    struct jg_arena a = new_arena();
    struct jg_str text = JG_STR("untouched");

    write_file(state, "a.json", "{\"a\":1}");
    assert_err(jg_file_read(in_folder(state, "a.json"), &a, &text), JG_OK);
    assert_str(text, "{\"a\":1}");
    assert_int_equal(text.p[text.len], '\0');
    write_file(state, "empty.json", "");
    assert_err(jg_file_read(in_folder(state, "empty.json"), &a, &text), JG_OK);
    assert_int_equal(text.len, 0);
    jg_arena_free(&a);
}

static void
what_is_no_file_is_not_read(void **state)
{
    struct jg_arena a = new_arena(), small;
    struct jg_str text = JG_STR("untouched");

    assert_int_equal(mkfifo(in_folder(state, "fifo"), 0644), 0);
    write_file(state, "large", "x");
    assert_int_equal(truncate(in_folder(state, "large"), JG_FILE_MAX + 1), 0);
    assert_err(jg_file_read(in_folder(state, "none"), &a, &text),
               JG_E_NOT_FOUND);
    assert_true(jg_file_is_gone(in_folder(state, "none")));
    assert_int_equal(symlink("nowhere", in_folder(state, "dangling")), 0);
    assert_false(jg_file_is_gone(in_folder(state, "dangling")));
    assert_false(jg_file_is_gone(in_folder(state, "large")));
    assert_err(jg_file_read(in_folder(state, "fifo"), &a, &text), JG_E_IO);
    assert_err(jg_file_read(*state, &a, &text), JG_E_IO);
    assert_err(jg_file_read(in_folder(state, "large"), &a, &text),
               JG_E_CONF_RANGE);
    assert_int_equal(truncate(in_folder(state, "large"), JG_FILE_MAX), 0);
    jg_arena_init(&small, 4096, JG_FILE_MAX);
    assert_err(jg_file_read(in_folder(state, "large"), &small, &text),
               JG_E_NOMEM);
    assert_str(text, "untouched");
    assert_err(jg_file_read(in_folder(state, "large"), &a, &text), JG_OK);
    assert_int_equal(text.len, JG_FILE_MAX);
    jg_arena_free(&small);
    jg_arena_free(&a);
}

static void
a_growing_file_is_not_read_in_half(void **state)
{
    struct jg_arena a;
    struct jg_str text;
    pid_t pid;

    write_file(state, "log", "x");
    pid = fork();
    if (pid == 0) {
        int fd = open(in_folder(state, "log"), O_WRONLY | O_APPEND);

        for (int i = 0; i < 20000; i++)
            if (write(fd, "0123456789", 10) != 10)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < 200; i++) {
        enum jg_err err;

        a = new_arena();
        err = jg_file_read(in_folder(state, "log"), &a, &text);
        assert_true(err == JG_OK || err == JG_E_IO);
        /* The kernel makes a write visible page by page. */
        assert_true(err != JG_OK || text.len % 10 == 1 || text.len % 4096 == 0);
        jg_arena_free(&a);
    }
    assert_child_ok(pid);
}

static void
names_that_lead_elsewhere_are_refused(void **state)
{
    static const struct {
        const char *name;
        enum jg_err want;
    } rows[] = {
        {"a.json", JG_OK},
        {"A-Z_0~9.x.json", JG_OK},
        {"", JG_E_CONF_VALUE},
        {".", JG_E_CONF_VALUE},
        {"..", JG_E_CONF_VALUE},
        {".a.json", JG_E_CONF_VALUE},
        {"../a.json", JG_E_CONF_VALUE},
        {"x/a.json", JG_E_CONF_VALUE},
        {"/etc/passwd", JG_E_CONF_VALUE},
        {"a\\b.json", JG_E_CONF_VALUE},
        {"a b.json", JG_E_CONF_VALUE},
        {"a\n.json", JG_E_CONF_VALUE},
        {"a%2fb.json", JG_E_CONF_VALUE},
        {"\xc3\xa4.json", JG_E_CONF_VALUE},
    };
    static char longest[NAME_MAX + 1];
    struct jg_str with_nul = {"a\0b.json", 8};

    memset(longest, 'a', sizeof(longest));
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str name = jg_str(rows[i].name);

        assert_err(jg_file_replace(*state, name, JG_STR("x")), rows[i].want);
        assert_err(jg_file_remove(*state, name), rows[i].want);
    }
    assert_err(jg_file_replace(*state, with_nul, JG_STR("")), JG_E_CONF_VALUE);
    assert_err(jg_file_remove(*state, with_nul), JG_E_CONF_VALUE);
    assert_err(jg_file_replace(*state, (struct jg_str){longest, NAME_MAX},
                               JG_STR("x")),
               JG_OK);
    assert_err(jg_file_replace(*state, (struct jg_str){longest, NAME_MAX + 1},
                               JG_STR("x")),
               JG_E_CONF_VALUE);
}

static void
assert_content(void **state, const char *name, const char *want)
{
    struct jg_arena a = new_arena();
    struct jg_str text;

    assert_err(jg_file_read(in_folder(state, name), &a, &text), JG_OK);
    assert_str(text, want);
    jg_arena_free(&a);
}

/* The names in the folder, hidden ones included. */
static unsigned
names_in(const char *folder)
{
    char command[PATH_MAX + 32];
    unsigned count;
    FILE *f;

    snprintf(command, sizeof(command), "ls -A '%s' | wc -l", folder);
    f = popen(command, "r");
    assert_int_equal(fscanf(f, "%u", &count), 1);
    pclose(f);
    return count;
}

static void
a_file_is_replaced_with_its_rights(void **state)
{
    struct stat st;
    mode_t old = umask(0);

    assert_err(jg_file_replace(*state, JG_STR("a.json"), JG_STR("one")), JG_OK);
    assert_content(state, "a.json", "one");
    assert_int_equal(stat(in_folder(state, "a.json"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(chmod(in_folder(state, "a.json"), 0604), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(in_folder(state, "a.json"), 3, 4), 0);
    assert_err(jg_file_replace(*state, JG_STR("a.json"), JG_STR("")), JG_OK);
    assert_content(state, "a.json", "");
    assert_int_equal(stat(in_folder(state, "a.json"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0604);
    if (geteuid() == 0) {
        assert_int_equal(st.st_uid, 3);
        assert_int_equal(st.st_gid, 4);
    }
    assert_int_equal(names_in(*state), 1);
    umask(old);
}

static void
what_a_link_points_to_is_not_written(void **state)
{
    write_file(state, "target", "secret");
    assert_int_equal(symlink("target", in_folder(state, "a.json")), 0);
    assert_err(jg_file_replace(*state, JG_STR("a.json"), JG_STR("new")), JG_OK);
    assert_content(state, "target", "secret");
    assert_content(state, "a.json", "new");
}

static void
a_failure_leaves_nothing_behind(void **state)
{
    static char large[JG_FILE_MAX + 1];

    assert_err(jg_file_replace(in_folder(state, "none"), JG_STR("a.json"),
                               JG_STR("x")),
               JG_E_IO);
    assert_err(jg_file_remove(in_folder(state, "none"), JG_STR("a.json")),
               JG_E_NOT_FOUND);
    assert_int_equal(mkdir(in_folder(state, "a.json"), 0755), 0);
    assert_err(jg_file_replace(*state, JG_STR("a.json"), JG_STR("x")), JG_E_IO);
    assert_err(jg_file_remove(*state, JG_STR("a.json")), JG_E_IO);
    assert_err(jg_file_replace(*state, JG_STR("b.json"),
                               (struct jg_str){large, sizeof(large)}),
               JG_E_CONF_RANGE);
    assert_int_equal(names_in(*state), 1);
}

static void
a_removed_file_is_gone(void **state)
{
    assert_err(jg_file_remove(*state, JG_STR("a.json")), JG_E_NOT_FOUND);
    write_file(state, "a.json", "x");
    assert_err(jg_file_remove(*state, JG_STR("a.json")), JG_OK);
    assert_int_equal(names_in(*state), 0);
}

#define LONG_TEXT 300000

/* Every byte of a version is its letter. */
static void
replace_until_killed(const char *folder)
{
    static char text[LONG_TEXT];

    for (unsigned i = 0;; i++) {
        memset(text, (int)('a' + i % 26), sizeof(text));
        if (jg_file_replace(folder, JG_STR("a.json"),
                            (struct jg_str){text, sizeof(text)}) != JG_OK)
            _exit(1);
    }
}

/* Until the writer has replaced the file at least once more; 10 s at most. */
static void
wait_for_change(const char *path)
{
    struct stat before, now;

    assert_int_equal(stat(path, &before), 0);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(stat(path, &now), 0); /* it is there at any time */
        if (now.st_ino != before.st_ino)
            return;
        sleep_us(1000);
    }
    fail_msg("nothing was written");
}

static void
a_killed_writer_leaves_the_old_or_the_new(void **state)
{
    static char text[LONG_TEXT];

    memset(text, '0', sizeof(text));
    assert_err(jg_file_replace(*state, JG_STR("a.json"),
                               (struct jg_str){text, sizeof(text)}),
               JG_OK);
    for (int i = 0; i < 25; i++) {
        struct jg_arena a = new_arena();
        struct jg_str got;
        pid_t pid = fork();

        if (pid == 0)
            replace_until_killed(*state);
        wait_for_change(in_folder(state, "a.json"));
        sleep_us(i * 300);
        kill(pid, SIGKILL);
        assert_true(WIFSIGNALED(wait_for(pid)));
        assert_err(jg_file_read(in_folder(state, "a.json"), &a, &got), JG_OK);
        assert_int_equal(got.len, LONG_TEXT);
        for (size_t k = 0; k < got.len; k++)
            if (got.p[k] != got.p[0])
                fail_msg("byte %zu belongs to another version", k);
        jg_arena_free(&a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(documents_are_listed_by_name),
        in_folder_test(a_folder_may_be_empty_but_must_be_there),
        in_folder_test(thousands_of_documents_are_listed),
        in_folder_test(a_stamp_changes_with_the_file),
        in_folder_test(a_file_that_just_changed_has_no_stamp),
        in_folder_test(a_file_is_read_as_a_whole),
        in_folder_test(what_is_no_file_is_not_read),
        in_folder_test(a_growing_file_is_not_read_in_half),
        in_folder_test(names_that_lead_elsewhere_are_refused),
        in_folder_test(a_file_is_replaced_with_its_rights),
        in_folder_test(what_a_link_points_to_is_not_written),
        in_folder_test(a_failure_leaves_nothing_behind),
        in_folder_test(a_removed_file_is_gone),
        in_folder_test(a_killed_writer_leaves_the_old_or_the_new),
    };

    return cmocka_run_group_tests_name("store/files", tests, NULL, NULL);
}
