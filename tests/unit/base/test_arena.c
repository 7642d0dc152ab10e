/* Arenas: alignment, zeroes, limits, seeds. */
#include <stdalign.h>

#include "base/arena.h"
#include "check.h"

static bool
is_zero(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void
pieces_are_aligned_zeroed_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 100, 1000, 5000, 3};
    char *last = NULL;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 1024, 1 << 20);
    for (int round = 0; round < 50; round++)
        for (size_t i = 0; i < LEN(sizes); i++) {
            char *p = jg_arena_alloc(&a, sizes[i]);

            assert_non_null(p);
            assert_ptr_not_equal(p, last);
            assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
            assert_true(is_zero(p, sizes[i]));
            memset(p, 0xaa, sizes[i]); /* the neighbours stay zero */
            last = p;
        }
    jg_arena_free(&a);
}

static void
the_limit_counts_everything_taken(void **state)
{
    struct jg_arena a;
    size_t got = 0;

    (void)state;
    jg_arena_init(&a, 1000, 4000);
    while (jg_arena_alloc(&a, 64) != NULL)
        got += 64;
    assert_true(got > 3500 && got <= 4000);
    assert_true(a.used_bytes <= 4000);
    assert_null(jg_arena_alloc(&a, 1000));
    jg_arena_free(&a);

    assert_int_equal(a.used_bytes, 0);
    assert_non_null(jg_arena_alloc(&a, 3900)); /* usable again */
    assert_null(jg_arena_alloc(&a, 3900));
    jg_arena_free(&a);
}

static void
impossible_sizes_fail(void **state)
{
    volatile size_t most = SIZE_MAX; /* or the compiler refuses the calls */
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 1024, SIZE_MAX);
    assert_null(jg_arena_alloc(&a, most));
    assert_null(jg_arena_alloc(&a, most - 20));
    assert_null(jg_arena_array(&a, most / 2, 3));
    assert_null(jg_arena_str(&a, (struct jg_str){"", most}).p);
    assert_non_null(jg_arena_array(&a, 0, most));
    assert_non_null(jg_arena_array(&a, 3, 8));
    jg_arena_free(&a);
}

static void
a_large_piece_does_not_waste_the_present_chunk(void **state)
{
    struct jg_arena a;
    char *first, *second;

    (void)state;
    jg_arena_init(&a, 1024, 1 << 20);
    first = jg_arena_alloc(&a, 16);
    assert_non_null(jg_arena_alloc(&a, 100000));
    second = jg_arena_alloc(&a, 16);
    assert_ptr_equal(second, first + 16);
    jg_arena_free(&a);
}

static void
a_seed_is_used_first_and_never_freed(void **state)
{
    char seed[257];
    struct jg_arena a;
    char *p;

    (void)state;
    memset(seed, 0xaa, sizeof(seed));
    for (size_t skew = 0; skew < 2; skew++) {
        jg_arena_init(&a, 1024, 2048);
        jg_arena_seed(&a, seed + skew, 256);
        p = jg_arena_alloc(&a, 200);
        assert_true(p >= seed && p + 200 <= seed + sizeof(seed));
        assert_true(is_zero(p, 200));
        assert_int_equal(a.used_bytes, 0);
        p = jg_arena_alloc(&a, 200);
        assert_true(p < seed || p >= seed + sizeof(seed));
        assert_true(a.used_bytes > 0);
        jg_arena_free(&a);
    }
    jg_arena_init(&a, 1024, 2048);
    jg_arena_seed(&a, seed + 1, 3); /* too small for anything */
    assert_non_null(jg_arena_alloc(&a, 1));
    jg_arena_free(&a);
}

static void
copies_of_strings_end_in_nul(void **state)
{
    struct jg_arena a;
    struct jg_str copy;

    (void)state;
    jg_arena_init(&a, 1024, 4096);
    copy = jg_arena_str(&a, (struct jg_str){"abcdef", 3});
    assert_str(copy, "abc");
    assert_int_equal(copy.p[3], '\0');
    copy = jg_arena_str(&a, jg_str(NULL));
    assert_non_null(copy.p);
    assert_string_equal(copy.p, "");
    jg_arena_free(&a);
}

static void
joined_strings_end_in_nul(void **state)
{
    const struct jg_str parts[] = {JG_STR("ab"), {NULL, 0}, JG_STR("cd")};
    volatile size_t most = SIZE_MAX;
    struct jg_str huge[] = {{"", most}, JG_STR("a")};
    struct jg_arena a;
    struct jg_str joined;

    (void)state;
    jg_arena_init(&a, 1024, 4096);
    joined = jg_arena_join(&a, parts, 3);
    assert_str(joined, "abcd");
    assert_int_equal(joined.p[4], '\0');
    joined = jg_arena_join(&a, parts, 0);
    assert_non_null(joined.p);
    assert_string_equal(joined.p, "");
    assert_null(jg_arena_join(&a, huge, 1).p);
    assert_null(jg_arena_join(&a, huge, 2).p);
    jg_arena_free(&a);
}

static void
buffers_have_their_own_door(void **state)
{
    char *p = jg_mem_grow(NULL, 3);

    (void)state;
    assert_non_null(p);
    memset(p, 'x', 3);
    p = jg_mem_grow(p, 300);
    assert_non_null(p);
    assert_memory_equal(p, "xxx", 3);
    jg_mem_wipe(p, 3);
    assert_true(is_zero(p, 3));
    p = jg_mem_grow(p, 0);
    assert_non_null(p); /* realloc(p, 0) would have freed it */
    jg_mem_free(p);
    jg_mem_free(NULL);
    jg_mem_wipe(NULL, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(the_limit_counts_everything_taken),
        cmocka_unit_test(impossible_sizes_fail),
        cmocka_unit_test(a_large_piece_does_not_waste_the_present_chunk),
        cmocka_unit_test(a_seed_is_used_first_and_never_freed),
        cmocka_unit_test(copies_of_strings_end_in_nul),
        cmocka_unit_test(joined_strings_end_in_nul),
        cmocka_unit_test(buffers_have_their_own_door),
    };

    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
