/* The shared numbers. */
#include "store/counters.h"
#include "store_check.h"

static struct jg_counters *
counters_open(void **state)
{
    struct jg_counters *c = NULL;

    assert_err(jg_counters_open(in_folder(state, "counters"), &c), JG_OK);
    return c;
}

static void
every_number_starts_at_zero_and_outlives_its_process(void **state)
{
    struct jg_counters *c = counters_open(state);

    for (int m = 0; m < JG_METRIC_COUNT; m++) {
        assert_int_equal(jg_counters_get(c, (enum jg_metric)m), 0);
        jg_counters_add(c, (enum jg_metric)m, (uint64_t)m + 1);
    }
    for (int err = 0; err < JG_E_COUNT; err++) {
        assert_int_equal(jg_counters_reason_get(c, (enum jg_err)err), 0);
        for (int i = 0; i <= err; i++)
            jg_counters_reason(c, (enum jg_err)err);
    }
    assert_int_equal(jg_counters_epoch(c), 0);
    assert_int_equal(jg_counters_addresses(c), 0);
    jg_counters_bump_epoch(c);
    jg_counters_bump_addresses(c);
    jg_counters_bump_addresses(c);
    assert_int_equal(jg_counters_keysets(c), 0);
    for (int i = 0; i < 3; i++)
        jg_counters_bump_keysets(c);
    jg_counters_close(c);
    jg_counters_close(NULL);

    c = counters_open(state);
    for (int m = 0; m < JG_METRIC_COUNT; m++)
        assert_int_equal(jg_counters_get(c, (enum jg_metric)m), m + 1);
    for (int err = 0; err < JG_E_COUNT; err++)
        assert_int_equal(jg_counters_reason_get(c, (enum jg_err)err), err + 1);
    assert_int_equal(jg_counters_epoch(c), 1);
    assert_int_equal(jg_counters_addresses(c), 2);
    assert_int_equal(jg_counters_keysets(c), 3);
    jg_counters_close(c);
}

static void
a_gauge_has_the_last_value(void **state)
{
    struct jg_counters *one = counters_open(state);
    struct jg_counters *two = counters_open(state);

    jg_counters_set(one, JG_METRIC_APIS, 5);
    jg_counters_set(two, JG_METRIC_APIS, 3);
    assert_int_equal(jg_counters_get(one, JG_METRIC_APIS), 3);
    jg_counters_close(one);
    jg_counters_close(two);
}

static void
durations_fall_into_powers_of_two(void **state)
{
    static const struct {
        uint64_t us;
        int bucket;
    } rows[] = {
        {0, 0},           {1, 0},         {64, 0},        {65, 1},
        {128, 1},         {129, 2},       {1000, 4},      {1024, 4},
        {1025, 5},        {16777216, 18}, {16777217, 19}, {33554433, 19},
        {UINT64_MAX, 19},
    };
    struct jg_counters *c = counters_open(state);
    uint64_t sum = 0, got_sum, buckets[JG_LATENCY_BUCKETS];
    uint64_t want[JG_LATENCY_BUCKETS] = {0};

    for (size_t i = 0; i < LEN(rows); i++) {
        jg_counters_latency(c, rows[i].us);
        want[rows[i].bucket]++;
        sum += rows[i].us;
        jg_counters_latency_get(c, buckets, &got_sum);
        assert_memory_equal(buckets, want, sizeof(want));
        assert_int_equal(got_sum, sum);
    }
    jg_counters_close(c);
}

static void
turns_of_apis_are_apart(void **state)
{
    struct jg_counters *one = counters_open(state);
    struct jg_counters *two = counters_open(state);

    for (uint32_t i = 0; i < 10; i += 2) {
        assert_int_equal(jg_counters_turn(one, JG_STR("a")), i);
        assert_int_equal(jg_counters_turn(two, JG_STR("a")), i + 1);
        assert_int_equal(jg_counters_turn(one, JG_STR("b")), i / 2);
    }
    assert_int_equal(jg_counters_turn(one, JG_STR("")), 0);
    for (uint32_t round = 0; round < 2; round++)
        for (int i = 0; i < 10000; i++) { /* as many APIs as we promise */
            char id[24];

            snprintf(id, sizeof(id), "api-%d", i);
            assert_int_equal(jg_counters_turn(one, jg_str(id)), round);
        }
    for (int i = 0; i < 90000; i++) { /* and no harm beyond */
        char id[24];

        snprintf(id, sizeof(id), "more-%d", i);
        jg_counters_turn(one, jg_str(id));
    }
    jg_counters_close(one);
    jg_counters_close(two);
}

static void
nothing_is_lost_between_processes(void **state)
{
    enum { CHILDREN = 10, ROUNDS = 20000 };
    struct jg_counters *c = counters_open(state);
    pid_t children[CHILDREN];

    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        c = counters_open(state);
        for (int n = 0; n < ROUNDS; n++) {
            jg_counters_add(c, JG_METRIC_WANTS, 1);
            jg_counters_reason(c, JG_E_ACCESS);
            jg_counters_bump_epoch(c);
            jg_counters_turn(c, JG_STR("a"));
        }
        if (i % 2 == 0)
            raise(SIGKILL);
        _exit(0);
    }
    for (int i = 0; i < CHILDREN; i++)
        wait_for(children[i]);
    assert_int_equal(jg_counters_get(c, JG_METRIC_WANTS), CHILDREN * ROUNDS);
    assert_int_equal(jg_counters_reason_get(c, JG_E_ACCESS), CHILDREN * ROUNDS);
    assert_int_equal(jg_counters_epoch(c), CHILDREN * ROUNDS);
    assert_int_equal(jg_counters_turn(c, JG_STR("a")), CHILDREN * ROUNDS);
    jg_counters_close(c);
}

static void
a_file_that_cannot_be_made_is_an_error(void **state)
{
    struct jg_counters *c = NULL;

    assert_err(jg_counters_open(in_folder(state, "none/c"), &c), JG_E_STORE);
    assert_null(c);
}

static void
a_key_knows_when_it_was_used_last(void **state)
{
    struct jg_counters *one = counters_open(state);
    struct jg_counters *two = counters_open(state);
    uint64_t a = jg_counters_key(JG_STR("set"), JG_STR("a"));
    uint64_t b = jg_counters_key(JG_STR("set"), JG_STR("b"));
    uint64_t c = jg_counters_key(JG_STR("other"), JG_STR("a"));

    assert_true(a != b && a != c && b != c && a != 0);
    assert_int_equal(jg_counters_key_last_used(one, a), 0);
    jg_counters_key_used(one, a, 100);
    jg_counters_key_used(two, b, 200);
    jg_counters_key_used(two, a, 300);
    jg_counters_key_used(two, a, 300);
    assert_int_equal(jg_counters_key_last_used(one, a), 300);
    assert_int_equal(jg_counters_key_last_used(one, b), 200);
    assert_int_equal(jg_counters_key_last_used(one, c), 0);
    jg_counters_close(one);
    jg_counters_close(two);
}

/* More keys than places: the marks that are lost are old ones. */
static void
marks_of_keys_have_a_bound(void **state)
{
    struct jg_counters *c = counters_open(state);
    char name[16];
    unsigned kept = 0;

    for (int i = 1; i <= 20000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        jg_counters_key_used(c, jg_counters_key(JG_STR("s"), jg_str(name)), i);
    }
    for (int i = 1; i <= 20000; i++) {
        uint64_t key;
        int64_t used_s;

        snprintf(name, sizeof(name), "%d", i);
        key = jg_counters_key(JG_STR("s"), jg_str(name));
        used_s = jg_counters_key_last_used(c, key);
        assert_true(used_s == 0 || used_s == i);
        if (i > 19000)
            kept += used_s != 0;
    }
    assert_true(kept > 900);
    jg_counters_close(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(every_number_starts_at_zero_and_outlives_its_process),
        in_folder_test(a_gauge_has_the_last_value),
        in_folder_test(a_key_knows_when_it_was_used_last),
        in_folder_test(marks_of_keys_have_a_bound),
        in_folder_test(durations_fall_into_powers_of_two),
        in_folder_test(turns_of_apis_are_apart),
        in_folder_test(nothing_is_lost_between_processes),
        in_folder_test(a_file_that_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests_name("store/counters", tests, NULL, NULL);
}
