/* pool.c: deadlines, and how many may wait outside at once. */
#include "check.h"

#include "pool.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static void
the_number_of_services_is_kept_in_its_range(void **state)
{
    static const struct {
        unsigned asked, services, outside;
    } rows[] = {
        {0, 2, 1}, {1, 2, 1},    {2, 2, 1},    {3, 3, 1},
        {4, 4, 2}, {64, 64, 32}, {65, 64, 32}, {100000, 64, 32},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_pool *pool = jg_pool_create(rows[i].asked, 0);

        assert_non_null(pool);
        assert_int_equal(pool->services, rows[i].services);
        assert_int_equal(pool->outside_max, rows[i].outside);
        assert_true(pool->loader < JG_POOL_SLOTS_MAX);
        jg_pool_free(pool);
    }
}

static void
a_slot_is_overdue_only_at_work_and_past_its_deadline(void **state)
{
    struct jg_pool *pool = jg_pool_create(4, 0);
    struct jg_slot *slot = &pool->slots[0];

    (void)state;
    assert_false(jg_slot_overdue(slot, INT64_MAX));
    jg_slot_begin(slot, "GET /tyk/apis", 1000);
    assert_false(jg_slot_overdue(slot, 1000));
    assert_true(jg_slot_overdue(slot, 1001));
    jg_slot_begin(slot, "loading", 2000); /* the next part of the work */
    assert_false(jg_slot_overdue(slot, 1001));
    assert_string_equal(slot->what, "loading");
    jg_slot_end(slot);
    assert_false(jg_slot_overdue(slot, INT64_MAX));
    jg_pool_free(pool);
}

static void
a_long_description_is_cut(void **state)
{
    struct jg_pool *pool = jg_pool_create(2, 0);
    char text[500];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    jg_slot_begin(&pool->slots[1], text, 1);
    assert_int_equal(strlen(pool->slots[1].what), JG_SLOT_WHAT_MAX - 1);
    jg_pool_free(pool);
}

static void
at_most_half_are_outside(void **state)
{
    struct jg_pool *pool = jg_pool_create(5, 0);

    (void)state;
    assert_true(jg_pool_go_outside(pool, 0));
    assert_true(jg_pool_go_outside(pool, 4));
    assert_false(jg_pool_go_outside(pool, 1));
    assert_false(jg_pool_go_outside(pool, 2));
    jg_pool_come_back(pool, 4);
    assert_true(jg_pool_go_outside(pool, 1));
    assert_false(jg_pool_go_outside(pool, 4));
    jg_pool_free(pool);
}

static void
the_place_of_a_dead_process_is_free_again(void **state)
{
    struct jg_pool *pool = jg_pool_create(2, 0);
    pid_t pid = fork();
    int status;

    (void)state;
    if (pid == 0) { /* dies outside */
        jg_slot_begin(&pool->slots[1], "lookup", 5);
        _exit(!jg_pool_go_outside(pool, 1));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_false(jg_pool_go_outside(pool, 0));
    assert_true(jg_slot_overdue(&pool->slots[1], 6));
    jg_pool_clear(pool, 1);
    assert_true(jg_pool_go_outside(pool, 0));
    assert_false(jg_slot_overdue(&pool->slots[1], 6));
    jg_pool_clear(pool, pool->keeper); /* has no place outside */
    assert_false(jg_pool_go_outside(pool, 1));
    jg_pool_free(pool);
}

/* Goes out and in for ever so long; returns how often it saw too many. */
static int
race(struct jg_pool *pool, unsigned index)
{
    int wrong = 0;

    for (int i = 0; i < 20000; i++) {
        if (!jg_pool_go_outside(pool, index))
            continue;
        if (__builtin_popcountll(atomic_load(&pool->outside)) >
            (int)pool->outside_max)
            wrong++;
        jg_pool_come_back(pool, index);
    }
    return wrong > 0;
}

static void
the_limit_holds_when_all_go_at_once(void **state)
{
    struct jg_pool *pool = jg_pool_create(6, 0);
    int status;

    (void)state;
    for (unsigned i = 0; i < pool->services; i++)
        if (fork() == 0)
            _exit(race(pool, i));
    while (wait(&status) > 0)
        assert_int_equal(status, 0);
    assert_int_equal(atomic_load(&pool->outside), 0);
    jg_pool_free(pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_services_is_kept_in_its_range),
        cmocka_unit_test(a_slot_is_overdue_only_at_work_and_past_its_deadline),
        cmocka_unit_test(a_long_description_is_cut),
        cmocka_unit_test(at_most_half_are_outside),
        cmocka_unit_test(the_place_of_a_dead_process_is_free_again),
        cmocka_unit_test(the_limit_holds_when_all_go_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
