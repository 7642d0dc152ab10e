/* The allocator of one script, its limit, its copies. */
#include "../check.h"

#include <stdlib.h>

#include "region.h"

#define BYTES ((size_t)1024 * 1024)

static void
blocks_are_apart_and_aligned(void **state)
{
    struct jg_region *r = jg_region_make(BYTES);
    unsigned char *blocks[200];
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < LEN(blocks); i++) {
            size_t size = 1 + (size_t)rand_r(&seed) % 700;

            blocks[i] = jg_region_alloc(r, size);
            assert_non_null(blocks[i]);
            assert_int_equal((uintptr_t)blocks[i] % 16, 0);
            memset(blocks[i], (int)i, size);
            blocks[i] = jg_region_realloc(r, blocks[i], size + 300);
            assert_non_null(blocks[i]);
            for (size_t k = 0; k < size; k++)
                assert_int_equal(blocks[i][k], (unsigned char)i);
        }
        for (size_t i = 0; i < LEN(blocks); i++)
            jg_region_free(r, blocks[i]);
    }
    assert_true(jg_region_used(r) < BYTES);
}

static void
the_limit_is_the_limit(void **state)
{
    struct jg_region *r = jg_region_make(BYTES);
    size_t sum = 0;

    (void)state;
    assert_null(jg_region_alloc(r, 0));
    assert_null(jg_region_alloc(r, BYTES));
    assert_null(jg_region_alloc(r, SIZE_MAX));
    assert_null(jg_region_alloc(r, SIZE_MAX - 15));
    while (jg_region_alloc(r, 10000) != NULL)
        sum += 10000;
    assert_in_range(sum, BYTES / 2, BYTES);
    assert_true(jg_region_used(r) <= BYTES);
    assert_null(jg_region_realloc(r, NULL, 20000));
}

static void
a_copy_brings_everything_back(void **state)
{
    struct jg_region *r = jg_region_make(BYTES);
    char *kept = jg_region_alloc(r, 100), *later;
    char *copy;
    size_t used;

    (void)state;
    strcpy(kept, "kept");
    used = jg_region_used(r);
    copy = malloc(used);
    jg_region_save(r, copy);

    strcpy(kept, "gone");
    later = jg_region_alloc(r, 50000);
    memset(later, 'x', 50000);
    jg_region_free(r, kept);
    jg_region_restore(r, copy, used);
    assert_string_equal(kept, "kept");
    assert_int_equal(jg_region_used(r), used);
    for (size_t i = 0; i < 50000; i++)
        assert_int_equal(later[i], 0); /* nothing is left for the next call */
    assert_ptr_equal(jg_region_alloc(r, 50000), later);
    free(copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_apart_and_aligned),
        cmocka_unit_test(the_limit_is_the_limit),
        cmocka_unit_test(a_copy_brings_everything_back),
    };

    return cmocka_run_group_tests_name("script/region", tests, NULL, NULL);
}
