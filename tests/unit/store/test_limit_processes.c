/* limit.c, limit_table.c: counted by several processes, some of which die. */
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "limit_check.h"

#define CHILDREN 4

/* Numbers that children give back. */
struct shared {
    _Atomic unsigned start;
    _Atomic bool gone; /* a child failed: nobody waits for it */
    _Atomic uint64_t accepted[4096];
};

static struct shared *
share(void)
{
    struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(s, MAP_FAILED);
    return s;
}

/* All children at once, as far as that can be had. */
static void
wait_for_all(struct shared *s)
{
    atomic_fetch_add(&s->start, 1);
    while (atomic_load(&s->start) < CHILDREN && !atomic_load(&s->gone))
        sched_yield();
}

static void
run_children(void **state, struct shared *s,
             void (*run)(struct jg_counters *c, struct shared *s, int child))
{
    pid_t children[CHILDREN];
    int failed = 0;

    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        struct jg_counters *c = counters_open(state);

        wait_for_all(s);
        run(c, s, i);
        _exit(0);
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status = wait_for(children[i]);

        atomic_store(&s->gone, atomic_load(&s->gone) || status != 0);
        failed += status != 0;
    }
    assert_int_equal(failed, 0);
}

static void
ask_one_quota(struct jg_counters *c, struct shared *s, int child)
{
    (void)child;
    for (int i = 0; i < 20000; i++)
        if (quota_at(c, neighbour(0), 50000, 3600, i).allowed)
            atomic_fetch_add(&s->accepted[0], 1);
}

static void
processes_share_a_quota_exactly(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct shared *s = share();

    run_children(state, s, ask_one_quota);
    assert_int_equal(atomic_load(&s->accepted[0]), 50000);
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 0);
    munmap(s, sizeof(*s));
    jg_counters_close(c);
}

/* The time is the argument: all of them see the same 10 seconds. */
static void
ask_one_rate(struct jg_counters *c, struct shared *s, int child)
{
    (void)child;
    for (int ms = 0; ms <= 10000; ms++)
        for (int n = 0; n < 3; n++)
            if (rate_at(c, neighbour(0), 100, 1, ms).allowed)
                atomic_fetch_add(&s->accepted[0], 1);
}

static void
processes_share_a_rate_exactly(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct shared *s = share();

    run_children(state, s, ask_one_rate);
    /* No process is ever ahead of the time by more than the others allow. */
    assert_in_range(atomic_load(&s->accepted[0]), 100, 100 + 1000);
    munmap(s, sizeof(*s));
    jg_counters_close(c);
}

#define ROUNDS 4000

/* Clocks of one machine do not differ by hours: nobody is an hour ahead. */
static void
wait_for_hour(struct shared *s, unsigned hour)
{
    while (atomic_load(&s->start) < CHILDREN * hour && !atomic_load(&s->gone))
        sched_yield();
}

/* New names all the time, which places must be found for, given up by names
 * of an hour ago: 16 of them in each hour, in the same 32 places. */
static void
ask_new_names(struct jg_counters *c, struct shared *s, int child)
{
    (void)child;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (i % 16 == 0) {
            atomic_fetch_add(&s->start, 1);
            wait_for_hour(s, i / 16 + 2);
        }
        for (int n = 0; n < 2; n++)
            if (quota_at(c, neighbour(i), 3, 60, i / 16 * INT64_C(3600000))
                    .allowed)
                atomic_fetch_add(&s->accepted[i], 1);
    }
}

static void
processes_meet_at_new_names_exactly(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct shared *s = share();

    run_children(state, s, ask_new_names);
    assert_int_equal(jg_counters_get(c, JG_METRIC_LIMITS_FULL), 0);
    for (unsigned i = 0; i < ROUNDS; i++)
        if (atomic_load(&s->accepted[i]) != 3)
            fail_msg("round %u: %u accepted", i,
                     (unsigned)atomic_load(&s->accepted[i]));
    munmap(s, sizeof(*s));
    jg_counters_close(c);
}

static void
ask_until_killed(struct jg_counters *c, struct shared *s, int child)
{
    for (int i = 0; i < 20000; i++)
        if (quota_at(c, neighbour(0), 30000, 3600, i).allowed)
            atomic_fetch_add(&s->accepted[child], 1);
}

static uint64_t
accepted_by_all(struct shared *s)
{
    uint64_t sum = 0;

    for (int i = 0; i < CHILDREN; i++)
        sum += atomic_load(&s->accepted[i]);
    return sum;
}

/* What a killed process counted and did not tell is one request at most. */
static void
a_quota_is_exact_when_processes_are_killed(void **state)
{
    struct jg_counters *c = counters_open(state);
    struct shared *s = share();
    pid_t children[CHILDREN];
    uint64_t sum;

    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        struct jg_counters *own = counters_open(state);

        wait_for_all(s);
        ask_until_killed(own, s, i);
        _exit(0);
    }
    while (accepted_by_all(s) < 5000)
        sched_yield();
    kill(children[0], SIGKILL);
    for (int i = 0; i < CHILDREN; i++)
        wait_for(children[i]);
    sum = accepted_by_all(s);
    while (quota_at(c, neighbour(0), 30000, 3600, 0).allowed)
        sum++;
    assert_in_range(sum, 29999, 30000);
    munmap(s, sizeof(*s));
    jg_counters_close(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(processes_share_a_quota_exactly),
        in_folder_test(processes_share_a_rate_exactly),
        in_folder_test(processes_meet_at_new_names_exactly),
        in_folder_test(a_quota_is_exact_when_processes_are_killed),
    };

    return cmocka_run_group_tests_name("store/limit_processes", tests, NULL,
                                       NULL);
}
