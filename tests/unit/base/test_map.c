/* String to pointer: first value wins, everything is found again. */
#include "base/map.h"
#include "check.h"

static void
what_was_put_is_found_and_nothing_else(void **state)
{
    enum { N = 1000 };
    static char keys[N][8];
    struct jg_arena a;
    struct jg_map m;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_map_init(&m, &a, N), JG_OK);
    for (size_t i = 0; i < N; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
        assert_null(jg_map_get(&m, jg_str(keys[i])));
        assert_true(jg_map_put(&m, jg_str(keys[i]), keys[i]));
    }
    assert_int_equal(m.count, N);
    for (size_t i = 0; i < N; i++)
        assert_ptr_equal(jg_map_get(&m, jg_str(keys[i])), keys[i]);
    assert_null(jg_map_get(&m, JG_STR("k1000")));
    assert_null(jg_map_get(&m, JG_STR("")));
    jg_arena_free(&a);
}

static void
a_key_keeps_its_first_value(void **state)
{
    struct jg_arena a;
    struct jg_map m;
    int one, two;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_map_init(&m, &a, 1), JG_OK);
    assert_true(jg_map_put(&m, JG_STR("x"), &one));
    assert_false(jg_map_put(&m, JG_STR("x"), &two)); /* also when full */
    assert_ptr_equal(jg_map_get(&m, JG_STR("x")), &one);
    jg_arena_free(&a);
}

static void
the_empty_key_is_a_key(void **state)
{
    struct jg_arena a;
    struct jg_map m;
    int one;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_map_init(&m, &a, 2), JG_OK);
    assert_null(jg_map_get(&m, jg_str(NULL)));
    assert_true(jg_map_put(&m, jg_str(NULL), &one));
    assert_false(jg_map_put(&m, JG_STR(""), &one));
    assert_ptr_equal(jg_map_get(&m, JG_STR("")), &one);
    jg_arena_free(&a);
}

static void
a_map_for_nothing_is_empty(void **state)
{
    struct jg_arena a;
    struct jg_map m;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_map_init(&m, &a, 0), JG_OK);
    assert_null(jg_map_get(&m, JG_STR("x")));
    jg_arena_free(&a);
}

static void
without_memory_there_is_no_map(void **state)
{
    struct jg_arena a;
    struct jg_map m = {.count = 7};

    (void)state;
    jg_arena_init(&a, 256, 256);
    assert_err(jg_map_init(&m, &a, 100), JG_E_NOMEM);
    assert_err(jg_map_init(&m, &a, SIZE_MAX), JG_E_NOMEM);
    assert_int_equal(m.count, 7); /* untouched */
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_and_nothing_else),
        cmocka_unit_test(a_key_keeps_its_first_value),
        cmocka_unit_test(the_empty_key_is_a_key),
        cmocka_unit_test(a_map_for_nothing_is_empty),
        cmocka_unit_test(without_memory_there_is_no_map),
    };

    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
