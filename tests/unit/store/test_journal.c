/* The ring of decisions, above all while many processes write to it. */
#include "store/journal.h"
#include "store_check.h"

static struct jg_journal *
journal_open(void **state)
{
    struct jg_journal *j = NULL;

    assert_err(jg_journal_open(in_folder(state, "journal"), &j), JG_OK);
    return j;
}

/* An entry whose every field follows from <n>. */
static struct jg_journal_entry
entry_of(uint64_t n)
{
    struct jg_journal_entry e = {
        .time_ms = (int64_t)n,
        .request_id = {n * 3, n * 5},
        .identity = n * 7,
        .microseconds = (uint32_t)n * 11,
        .status = (uint16_t)(n * 13),
        .reason = (uint16_t)(n % JG_E_COUNT),
        .method = (uint8_t)n,
    };
    char id[JG_JOURNAL_API_MAX];

    snprintf(id, sizeof(id), "%020llu-%020llu", (unsigned long long)n,
             (unsigned long long)~n);
    jg_journal_set_api(&e, jg_str(id));
    return e;
}

static bool
is_whole(const struct jg_journal_entry *e)
{
    struct jg_journal_entry want = entry_of((uint64_t)e->time_ms);

    return memcmp(e, &want, sizeof(want)) == 0;
}

static void
what_is_in_an_entry_is_never_believed(void **state)
{
    struct jg_journal_entry e = {.reason = JG_E_COUNT};

    (void)state;
    assert_int_equal(jg_journal_reason(&e), JG_E_INTERNAL);
    assert_int_equal(jg_journal_api(&e).len, 0);
    e.reason = JG_E_COUNT - 1;
    assert_int_equal(jg_journal_reason(&e), JG_E_COUNT - 1);
    memset(e.api_id, 'a', sizeof(e.api_id)); /* no NUL */
    assert_int_equal(jg_journal_api(&e).len, sizeof(e.api_id));
}

static void
the_newest_entries_come_first(void **state)
{
    enum { EXTRA = 10 };
    struct jg_journal_entry *out = calloc(JG_JOURNAL_RECORDS, sizeof(*out));
    struct jg_journal *j = journal_open(state);
    uint64_t last = JG_JOURNAL_RECORDS + EXTRA;

    assert_int_equal(jg_journal_read(j, out, JG_JOURNAL_RECORDS), 0);
    for (uint64_t n = 1; n <= last; n++) {
        struct jg_journal_entry e = entry_of(n);

        jg_journal_append(j, &e);
        if (n == 3) {
            assert_int_equal(jg_journal_read(j, out, 2), 2);
            assert_int_equal(out[0].time_ms, 3);
            assert_int_equal(out[1].time_ms, 2);
            assert_int_equal(jg_journal_read(j, out, 5), 3);
            assert_int_equal(jg_journal_read(j, out, 0), 0);
        }
    }
    jg_journal_close(j);
    jg_journal_close(NULL);

    j = journal_open(state); /* it outlives its process */
    assert_int_equal(jg_journal_read(j, out, JG_JOURNAL_RECORDS),
                     JG_JOURNAL_RECORDS);
    for (uint64_t i = 0; i < JG_JOURNAL_RECORDS; i++) {
        assert_int_equal(out[i].time_ms, last - i);
        assert_true(is_whole(&out[i]));
    }
    jg_journal_close(j);
    free(out);
}

static void
a_long_api_id_is_cut(void **state)
{
    static const struct {
        size_t len, kept;
    } rows[] = {{0, 0}, {1, 1}, {46, 46}, {47, 46}, {1000, 46}};
    char id[1000];

    (void)state;
    memset(id, 'x', sizeof(id));
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_journal_entry e = entry_of(1);

        jg_journal_set_api(&e, (struct jg_str){id, rows[i].len});
        assert_int_equal(strlen(e.api_id), rows[i].kept);
    }
}

static void
methods_have_numbers(void **state)
{
    static const char *const names[] = {"GET",    "HEAD",  "POST",   "PUT",
                                        "DELETE", "PATCH", "OPTIONS"};

    (void)state;
    for (size_t i = 0; i < LEN(names); i++) {
        uint8_t code = jg_method_code(jg_str(names[i]));

        assert_int_not_equal(code, 0);
        assert_string_equal(jg_method_name(code), names[i]);
    }
    assert_int_equal(jg_method_code(JG_STR("get")), 0);
    assert_int_equal(jg_method_code(JG_STR("")), 0);
    assert_int_equal(jg_method_code(JG_STR("OTHER")), 0);
    assert_string_equal(jg_method_name(0), "OTHER");
    assert_string_equal(jg_method_name(255), "OTHER");
}

static void
a_journal_full_of_junk_gives_nothing_that_hurts(void **state)
{
    struct jg_journal_entry *out = calloc(JG_JOURNAL_RECORDS, sizeof(*out));
    struct jg_journal *j = journal_open(state);
    struct jg_journal_entry e = entry_of(1);
    int fd = open(in_folder(state, "journal"), O_RDWR);
    unsigned seed = 1;
    size_t count;

    /* What a broken process could do, with the head left alone. */
    for (off_t at = 64; at < 1024 * 1024; at += 4) {
        uint32_t word = (uint32_t)rand_r(&seed);

        assert_int_equal(pwrite(fd, &word, 4, at), 4);
    }
    close(fd);
    for (int i = 0; i < 100; i++)
        jg_journal_append(j, &e);
    count = jg_journal_read(j, out, JG_JOURNAL_RECORDS);
    for (size_t i = 0; i < count; i++)
        assert_true(is_whole(&out[i]));
    jg_journal_close(j);
    free(out);
}

static void
append_forever(void **state, uint64_t first)
{
    struct jg_journal *j = journal_open(state);

    for (uint64_t n = first;; n++) {
        struct jg_journal_entry e = entry_of(n);

        jg_journal_append(j, &e);
    }
}

/* More writers than processors, each stopped in the middle again and again. */
static void
no_torn_entry_is_ever_returned(void **state)
{
    enum { WRITERS = 4, ROUNDS = 60 };
    struct jg_journal_entry *out = calloc(JG_JOURNAL_RECORDS, sizeof(*out));
    struct jg_journal *j = journal_open(state);
    uint64_t newest = 0, next = 1;
    pid_t writers[WRITERS];
    size_t seen = 0;

    for (int w = 0; w < WRITERS; w++)
        writers[w] = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int w = round % WRITERS;
        size_t count;

        if (writers[w] != 0) { /* killed wherever it is */
            kill(writers[w], SIGKILL);
            wait_for(writers[w]);
        }
        writers[w] = fork();
        if (writers[w] == 0)
            append_forever(state, next);
        next += 1000000000;
        count = jg_journal_read(j, out, JG_JOURNAL_RECORDS);
        for (size_t i = 0; i < count; i++) {
            if (!is_whole(&out[i]))
                fail_msg("entry %zu of round %d is torn", i, round);
            if ((uint64_t)out[i].time_ms > newest)
                newest = (uint64_t)out[i].time_ms;
        }
        seen += count;
        sleep_us(2000);
    }
    for (int w = 0; w < WRITERS; w++) {
        kill(writers[w], SIGKILL);
        wait_for(writers[w]);
    }
    assert_true(seen > 0 &&
                newest > 1000000000); /* not the first writer only */
    /* The dead cost at most the entry they were at. */
    for (uint64_t n = 1; n <= JG_JOURNAL_RECORDS; n++) {
        struct jg_journal_entry e = entry_of(n);

        jg_journal_append(j, &e);
    }
    assert_int_equal(jg_journal_read(j, out, JG_JOURNAL_RECORDS),
                     JG_JOURNAL_RECORDS);
    jg_journal_close(j);
    free(out);
}

static void
request_ids_are_32_hex_digits(void **state)
{
    static const char *const wrong[] = {"",
                                        "0",
                                        "0123456789abcdef0123456789abcde",
                                        "0123456789abcdef0123456789abcdef0",
                                        "0123456789abcdef0123456789abcdeg",
                                        "0123456789abcdef0123456789abcde:",
                                        "0123456789abcdef0123456789abcde@",
                                        "0123456789abcdef0123456789abcde`",
                                        " 123456789abcdef0123456789abcdef",
                                        "0x23456789abcdef0123456789abcdef",
                                        "-123456789abcdef0123456789abcdef",
                                        ("\020"
                                         "123456789abcdef0123456789abcdef")};
    uint64_t id[2] = {7, 7};

    (void)state;
    for (size_t i = 0; i < LEN(wrong); i++)
        assert_false(jg_journal_read_id(jg_str(wrong[i]), id));
    assert_true(id[0] == 7 && id[1] == 7);
    assert_true(
        jg_journal_read_id(JG_STR("0123456789abcdeffEDCBA9876543210"), id));
    assert_true(id[0] == 0x0123456789abcdef && id[1] == 0xfedcba9876543210);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(the_newest_entries_come_first),
        cmocka_unit_test(what_is_in_an_entry_is_never_believed),
        cmocka_unit_test(a_long_api_id_is_cut),
        cmocka_unit_test(methods_have_numbers),
        cmocka_unit_test(request_ids_are_32_hex_digits),
        in_folder_test(a_journal_full_of_junk_gives_nothing_that_hurts),
        in_folder_test(no_torn_entry_is_ever_returned),
    };

    return cmocka_run_group_tests_name("store/journal", tests, NULL, NULL);
}
