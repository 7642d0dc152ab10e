/* stream.c: the listening socket, and reads and writes with deadlines. */
#include "check.h"

#include "captured.h"
#include "clock.h"
#include "stream.h"

#include <sys/stat.h>
#include <sys/un.h>

static char folder[] = "/tmp/jotgate-stream-XXXXXX";
static char path[100];

static int
make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    return 0;
}

static int
remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static int
connect_to(const char *to)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int failed;

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", to);
    failed = connect(fd, (struct sockaddr *)&address, sizeof(address));
    close(fd);
    return failed;
}

static void
a_socket_is_made_for_the_group_only(void **state)
{
    char fault[JG_STREAM_FAULT_MAX] = "";
    struct stat st;
    int fd;

    (void)state;
    assert_err(jg_stream_listen(path, (gid_t)-1, &fd, fault), JG_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(connect_to(path), 0);
    close(fd);
}

static void
a_socket_that_somebody_answers_on_is_left_alone(void **state)
{
    char fault[JG_STREAM_FAULT_MAX] = "";
    int first, second = -1;

    (void)state;
    assert_err(jg_stream_listen(path, (gid_t)-1, &first, fault), JG_OK);
    assert_err(jg_stream_listen(path, (gid_t)-1, &second, fault), JG_E_IO);
    assert_non_null(strstr(fault, "another broker"));
    assert_int_equal(connect_to(path), 0);
    close(first); /* it died: its name stays behind */
    assert_int_not_equal(connect_to(path), 0);
    assert_err(jg_stream_listen(path, (gid_t)-1, &second, fault), JG_OK);
    close(second);
}

static void
a_place_that_cannot_be_is_named(void **state)
{
    char fault[JG_STREAM_FAULT_MAX] = "";
    char name[200];
    int fd;

    (void)state;
    assert_err(jg_stream_listen("/nowhere/at/all", (gid_t)-1, &fd, fault),
               JG_E_IO);
    assert_non_null(strstr(fault, "/nowhere/at/all"));
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (size_t len = 100; len < sizeof(name); len++) {
        name[len] = '\0';
        assert_err(jg_stream_listen(name + 1, (gid_t)-1, &fd, fault),
                   len < 105 ? JG_OK : JG_E_IO);
        if (len < 105) {
            close(fd);
            unlink(name + 1);
        }
        name[len] = 'x';
    }
}

static void
a_write_that_nobody_reads_ends_at_its_deadline(void **state)
{
    static char much[4 * 1024 * 1024];
    int64_t until_ms = jg_clock_ms() + 30;
    int pair[2];

    (void)state;
    open_pair(pair);
    assert_err(jg_stream_write(pair[0], until_ms, JG_STR("head"),
                               (struct jg_str){much, sizeof(much)}),
               JG_E_IO);
    assert_true(jg_clock_ms() >= until_ms);
    close(pair[0]);
    close(pair[1]);
}

static void
a_large_write_arrives_whole_and_in_order(void **state)
{
    static char body[3 * 1024 * 1024], got[sizeof(body) + 4];
    int64_t until_ms = jg_clock_ms() + 20000;
    size_t len = 0, n;
    int pair[2];

    (void)state;
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = (char)(i * 31 >> 4);
    open_pair(pair);
    if (fork() == 0)
        _exit(jg_stream_write(pair[0], until_ms, JG_STR("head"),
                              (struct jg_str){body, sizeof(body)}) != JG_OK);
    close(pair[0]);
    while (len < sizeof(got)) {
        assert_err(
            jg_stream_read(pair[1], until_ms, got + len, sizeof(got) - len, &n),
            JG_OK);
        len += n;
    }
    assert_memory_equal(got, "head", 4);
    assert_memory_equal(got + 4, body, sizeof(body));
    close(pair[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_is_made_for_the_group_only),
        cmocka_unit_test(a_socket_that_somebody_answers_on_is_left_alone),
        cmocka_unit_test(a_place_that_cannot_be_is_named),
        cmocka_unit_test(a_write_that_nobody_reads_ends_at_its_deadline),
        cmocka_unit_test(a_large_write_arrives_whole_and_in_order),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
