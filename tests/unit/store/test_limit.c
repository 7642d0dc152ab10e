/* limit.c, limit_table.c: rates and quotas. */
#include "limit_check.h"

static void
a_rate_lets_so_many_come_at_once_and_then_evenly(void **state)
{
    static const struct {
        double rate, per_s;
        int burst;
        int64_t next_ms; /* when one more passes */
    } rows[] = {
        {1, 1, 1, 1000},     {5, 1, 5, 200},          {100, 1, 100, 10},
        {3, 60, 3, 20000},   {1000, 60, 1000, 60},    {0.5, 1, 1, 2000},
        {2.5, 1, 2, 200},    {1, 86400, 1, 86400000}, {10, 0.5, 10, 50},
        {3000, 10, 3000, 4},
    };
    struct jg_counters *c = counters_open(state);

    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_hash_128 name = neighbour((unsigned)i);
        struct jg_limit_state s;

        for (int n = 0; n < rows[i].burst; n++) {
            s = rate_at(c, name, rows[i].rate, rows[i].per_s, 0);
            assert_true(s.allowed);
            assert_in_range(s.remaining, 0, rows[i].burst - n - 1);
        }
        assert_int_equal(s.remaining, 0);
        s = rate_at(c, name, rows[i].rate, rows[i].per_s, 0);
        assert_false(s.allowed);
        assert_in_range(s.wait_ms, rows[i].next_ms / 2, rows[i].next_ms);
        assert_false(
            rate_at(c, name, rows[i].rate, rows[i].per_s, s.wait_ms - 1)
                .allowed);
        assert_true(
            rate_at(c, name, rows[i].rate, rows[i].per_s, s.wait_ms).allowed);
    }
    jg_counters_close(c);
}

static void
a_rate_recovers_within_its_time(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");
    struct jg_limit_state s;

    for (int n = 0; n < 10; n++)
        s = rate_at(c, name, 10, 2, 0);
    assert_int_equal(s.reset_ms, T0 + 2000);
    assert_false(rate_at(c, name, 10, 2, 199).allowed);
    for (int n = 0; n < 10; n++)
        assert_int_equal(rate_at(c, name, 10, 2, 2000).remaining, 9 - n);
    assert_false(rate_at(c, name, 10, 2, 2000).allowed);
    jg_counters_close(c);
}

/* Asked far more often than allowed, at times like those of a busy worker. */
static void
no_more_than_the_rate_passes_over_time(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");
    uint64_t random = 1;
    int64_t ms = 0;
    int accepted = 0;

    while (ms < 60000) {
        accepted += rate_at(c, name, 100, 1, ms).allowed;
        random = random * 6364136223846793005 + 1442695040888963407;
        ms += (int64_t)(random >> 62); /* 0..3 */
    }
    assert_in_range(accepted, 100 + 5990, 100 + 6000);
    jg_counters_close(c);
}

static void
a_quota_lets_exactly_so_many_pass(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");
    struct jg_limit_state s;

    for (int n = 0; n < 5; n++) {
        s = quota_at(c, name, 5, 60, n * 10000);
        assert_true(s.allowed);
        assert_int_equal(s.remaining, 4 - n);
        assert_int_equal(s.reset_ms, T0 + 60000);
    }
    for (int n = 0; n < 5; n++) {
        s = quota_at(c, name, 5, 60, 59999);
        assert_false(s.allowed);
        assert_int_equal(s.remaining, 0);
        assert_int_equal(s.reset_ms, T0 + 60000);
    }
    s = quota_at(c, name, 5, 60, 60000);
    assert_true(s.allowed);
    assert_int_equal(s.remaining, 4);
    assert_int_equal(s.reset_ms, T0 + 120000);
    jg_counters_close(c);
}

static void
quotas_follow_what_is_configured_now(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");
    static const struct {
        int64_t max, renewal_s, ms;
        bool allowed;
        int64_t remaining, reset_ms; /* 0: never */
    } rows[] = {
        {2, 0, 0, true, 1, 0},
        {2, -1, 1, true, 0, 0},
        {2, 0, INT64_C(1000000000000), false, 0, 0}, /* it never renews */
        {3, 0, 2000, true, 0, 0},                    /* raised */
        {1, 0, 2000, false, 0, 0},                   /* lowered */
        {3, 3600, 2000, false, 0, T0 + 3602000},     /* it does, after all */
        {3, 3600, 3000, false, 0, T0 + 3602000},
        {3, 60, 4000, false, 0, T0 + 64000}, /* sooner */
        {3, 60, 5000, false, 0, T0 + 64000},
        {3, 3600, 5000, false, 0, T0 + 64000}, /* the window stays */
        {3, 3600, 64000, true, 2, T0 + 3664000},
        {INT64_MAX, 3600, 64000, true, JG_QUOTA_MAX - 2, T0 + 3664000},
        {5, INT64_MAX, 4000000, true, 4, 0},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_limit_state s =
            quota_at(c, name, rows[i].max, rows[i].renewal_s, rows[i].ms);

        assert_int_equal(s.allowed, rows[i].allowed);
        assert_int_equal(s.remaining, rows[i].remaining);
        assert_int_equal(s.reset_ms, rows[i].reset_ms);
    }
    jg_counters_close(c);
}

static struct jg_limit_state
rate_look(struct jg_counters *c, struct jg_hash_128 name, int64_t ms)
{
    struct jg_limit_state s = {.remaining = -1};

    jg_limit_rate_look(c, name, 4, 1, T0 + ms, &s);
    return s;
}

static struct jg_limit_state
quota_look(struct jg_counters *c, struct jg_hash_128 name, int64_t ms)
{
    struct jg_limit_state s = {.remaining = -1};

    jg_limit_quota_look(c, name, 2, 3600, T0 + ms, &s);
    return s;
}

static void
to_look_counts_nothing(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");

    assert_int_equal(quota_look(c, name, 0).remaining, 2);
    assert_int_equal(quota_look(c, name, 0).reset_ms, 0);
    assert_int_equal(rate_look(c, name, 0).remaining, 4);
    for (int left = 1; left >= 0; left--) {
        assert_true(quota_at(c, name, 2, 3600, 0).allowed);
        assert_true(rate_at(c, name, 4, 1, 0).allowed);
        assert_int_equal(quota_look(c, name, 0).remaining, left);
        assert_int_equal(rate_look(c, name, 0).remaining, left + 2);
    }
    assert_false(quota_look(c, name, 1000).allowed);
    assert_int_equal(quota_look(c, name, 1000).reset_ms, T0 + 3600000);
    assert_true(rate_look(c, name, 0).allowed);
    assert_int_equal(rate_look(c, name, 250).remaining, 3);
    assert_true(quota_look(c, name, 3600000).allowed); /* the next window */
    jg_counters_close(c);
}

static void
what_is_forgotten_begins_again(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 a = name_of(c, "a"), b = name_of(c, "b");

    for (int n = 0; n < 3; n++) {
        quota_at(c, a, 2, 0, 0); /* one that never renews */
        quota_at(c, b, 2, 0, 0);
        rate_at(c, a, 2, 60, 0);
    }
    jg_limit_quota_forget(c, a, T0 + 1000);
    assert_int_equal(quota_look(c, a, 1000).remaining, 2);
    assert_int_equal(quota_at(c, a, 2, 3600, 2000).remaining, 1);
    assert_false(quota_at(c, b, 2, 0, 2000).allowed);
    assert_false(rate_at(c, a, 2, 60, 2000).allowed);
    jg_limit_rate_forget(c, a, T0 + 2000);
    assert_int_equal(rate_at(c, a, 2, 60, 2000).remaining, 1);
    jg_limit_quota_forget(c, name_of(c, "unknown"), T0);
    jg_limit_rate_forget(c, name_of(c, "unknown"), T0);
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 0);
    jg_counters_close(c);
}

static void
extreme_numbers_do_no_harm(void **state)
{
    static const double numbers[] = {1e-300, 1e-9, 0.1, 1, 1e9, 1e18, 1e300};
    struct jg_counters *c = counters_open(state);
    unsigned i = 0;

    for (size_t r = 0; r < LEN(numbers); r++)
        for (size_t p = 0; p < LEN(numbers); p++) {
            struct jg_hash_128 name = neighbour(i++ % 20);

            name.a =
                jg_hash_plain((struct jg_str){(const char *)&i, sizeof(i)});
            assert_true(rate_at(c, name, numbers[r], numbers[p], 0).allowed);
            rate_at(c, name, numbers[r], numbers[p], 1);
            assert_true(
                rate_at(c, name, numbers[r], numbers[p], INT64_C(3155760000001))
                    .allowed);
        }
    jg_counters_close(c);
}

static void
a_clock_that_was_set_back_locks_nobody_out(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");

    assert_true(rate_at(c, name, 1, 1, 3600000).allowed);
    assert_true(rate_at(c, name, 1, 1, 0).allowed);
    assert_false(rate_at(c, name, 1, 1, 0).allowed);
    assert_true(quota_at(c, name, 1, 60, 3600000).allowed);
    assert_false(quota_at(c, name, 1, 60, 0).allowed);
    assert_true(quota_at(c, name, 1, 60, 60000).allowed);
    jg_counters_close(c);
}

static void
counters_of_other_names_and_kinds_are_apart(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 a = name_of(c, "a"), b = name_of(c, "b");

    assert_true(a.a != b.a && a.b != b.b);
    assert_true(rate_at(c, a, 1, 60, 0).allowed);
    assert_true(quota_at(c, a, 1, 60, 0).allowed);
    assert_true(rate_at(c, b, 1, 60, 0).allowed);
    assert_true(quota_at(c, b, 1, 60, 0).allowed);
    assert_false(rate_at(c, a, 1, 60, 0).allowed);
    assert_false(quota_at(c, a, 1, 60, 0).allowed);
    jg_counters_close(c);
}

static void
what_was_counted_outlives_the_process(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct jg_hash_128 name = name_of(c, "a");
    pid_t child = fork();

    if (child == 0) {
        c = counters_open(state);
        for (int i = 0; i < 7; i++)
            quota_at(c, name, 10, 3600, i);
        raise(SIGKILL);
    }
    wait_for(child);
    jg_counters_close(c);
    c = counters_open(state);
    assert_true(name_of(c, "a").a == name.a); /* the same secret */
    assert_int_equal(quota_at(c, name, 10, 3600, 8).remaining, 2);
    jg_counters_close(c);
}

/* 33 names for 32 places: the last one is let pass, and told. */
static void
what_finds_no_place_is_let_pass(void **state)
{
    struct jg_counters *c = counters_open(state);

    for (unsigned i = 0; i < JG_LIMIT_PROBES; i++)
        assert_true(quota_at(c, neighbour(i), 1, 60, 0).allowed);
    for (unsigned i = 0; i < JG_LIMIT_PROBES; i++)
        assert_false(quota_at(c, neighbour(i), 1, 60, 0).allowed);
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 0);
    for (int n = 0; n < 3; n++) {
        assert_int_equal(
            quota_at(c, neighbour(JG_LIMIT_PROBES), 5, 60, 0).remaining, 4);
        assert_true(rate_at(c, neighbour(JG_LIMIT_PROBES), 1, 60, 0).allowed);
    }
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 6);
    /* Until one of them is at rest. */
    assert_true(quota_at(c, neighbour(33), 1, 60, 69999).allowed);
    assert_true(quota_at(c, neighbour(33), 1, 60, 69999).allowed);
    assert_true(quota_at(c, neighbour(33), 1, 60, 70001).allowed);
    assert_false(quota_at(c, neighbour(33), 1, 60, 70001).allowed);
    jg_counters_close(c);
}

static void
a_quota_that_never_renews_is_never_forgotten(void **state)
{
    struct jg_counters *c = counters_open(state);

    assert_true(quota_at(c, neighbour(0), 1, 0, 0).allowed);
    for (unsigned i = 1; i < 2000; i++)
        quota_at(c, neighbour(i), 1, 1, i * INT64_C(60000));
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 0);
    assert_false(quota_at(c, neighbour(0), 1, 0, 1000000).allowed);
    jg_counters_close(c);
}

/* A process that was killed in the middle of taking a place. */
static void
a_claim_that_was_left_behind_is_taken_over(void **state)
{
    struct jg_counters *c = counters_open(state);
    uint32_t process;
    struct jg_limit_table *t = jg_counters_limits(c, &process);
    size_t home = neighbour(0).a >> (64 - JG_LIMIT_BITS);
    uint64_t claim =
        UINT64_C(1) << 63 | UINT64_C(77) << 40 | ((uint64_t)T0 >> 4 & 0xffffff);

    for (unsigned i = 0; i < JG_LIMIT_PROBES; i++)
        atomic_store(&t->places[home + i].state, claim);
    assert_true(quota_at(c, neighbour(1), 1, 60, 5000).allowed);
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 1);
    assert_true(quota_at(c, neighbour(1), 1, 60, 11000).allowed);
    assert_false(quota_at(c, neighbour(1), 1, 60, 11000).allowed);
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 1);

    /* One on the very name is completed at once. */
    claim = UINT64_C(1) << 63 | neighbour(2).b >> 41 << 40;
    atomic_store(&t->places[home + 9].state, claim);
    assert_true(quota_at(c, neighbour(2), 1, 60, 11000).allowed);
    assert_false(quota_at(c, neighbour(2), 1, 60, 11000).allowed);
    jg_counters_close(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_rate_lets_so_many_come_at_once_and_then_evenly),
        in_folder_test(a_rate_recovers_within_its_time),
        in_folder_test(no_more_than_the_rate_passes_over_time),
        in_folder_test(a_quota_lets_exactly_so_many_pass),
        in_folder_test(quotas_follow_what_is_configured_now),
        in_folder_test(to_look_counts_nothing),
        in_folder_test(what_is_forgotten_begins_again),
        in_folder_test(extreme_numbers_do_no_harm),
        in_folder_test(a_clock_that_was_set_back_locks_nobody_out),
        in_folder_test(counters_of_other_names_and_kinds_are_apart),
        in_folder_test(what_was_counted_outlives_the_process),
        in_folder_test(what_finds_no_place_is_let_pass),
        in_folder_test(a_quota_that_never_renews_is_never_forgotten),
        in_folder_test(a_claim_that_was_left_behind_is_taken_over),
    };

    return cmocka_run_group_tests_name("store/limit", tests, NULL, NULL);
}
