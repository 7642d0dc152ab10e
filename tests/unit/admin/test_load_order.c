/* Places in the order of loading. */
#include "check.h"

#include "admin/load_internal.h"

#define STEP JG_LOAD_ORDER_STEP

static void
places_that_are_there_stay(void **state)
{
    static const struct {
        size_t count;
        uint32_t orders[5], want[5];
    } rows[] = {
        {0, {0}, {0}},
        {3, {0, 0, 0}, {STEP, 2 * STEP, 3 * STEP}},
        {3, {STEP, 2 * STEP, 3 * STEP}, {STEP, 2 * STEP, 3 * STEP}},
        {3, {STEP, 2 * STEP, 0}, {STEP, 2 * STEP, 3 * STEP}},
        {3, {STEP, 0, 2 * STEP}, {STEP, STEP + STEP / 2, 2 * STEP}},
        {3, {0, STEP, 2 * STEP}, {STEP / 2, STEP, 2 * STEP}},
        {4, {10, 0, 0, 13}, {10, 11, 12, 13}},
        {2, {5, UINT32_MAX}, {5, UINT32_MAX}},
        /* no room, or out of order: all are numbered again */
        {3, {10, 0, 11}, {STEP, 2 * STEP, 3 * STEP}},
        {3, {0, 1, 5}, {STEP, 2 * STEP, 3 * STEP}},
        {3, {20, 10, 30}, {STEP, 2 * STEP, 3 * STEP}},
        {3, {20, 20, 0}, {STEP, 2 * STEP, 3 * STEP}},
        {2, {UINT32_MAX, 0}, {STEP, 2 * STEP}},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        uint32_t orders[5];

        memcpy(orders, rows[i].orders, sizeof(orders));
        jg_load_order(orders, rows[i].count);
        for (size_t k = 0; k < rows[i].count; k++)
            if (orders[k] != rows[i].want[k])
                fail_msg("row %zu, file %zu: got %u, want %u", i, k, orders[k],
                         rows[i].want[k]);
    }
}

static void
the_largest_folder_has_room(void **state)
{
    (void)state;
    assert_true((uint64_t)STEP * JG_FILES_MAX < UINT32_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_that_are_there_stay),
        cmocka_unit_test(the_largest_folder_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
