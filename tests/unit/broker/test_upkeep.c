/* upkeep.c: when a name is looked up again. */
#include "check.h"

#include "upkeep.h"

static void
failed_names_are_tried_sooner_and_then_less_often(void **state)
{
    static const struct {
        int64_t refresh_s;
        unsigned failures;
        int64_t middle_ms;
    } rows[] = {
        {30, 0, 30000}, {30, 1, 1000},  {30, 2, 2000},         {30, 3, 4000},
        {30, 5, 16000}, {30, 6, 30000}, {30, 1000, 30000},     {1, 0, 1000},
        {1, 1, 1000},   {1, 9, 1000},   {86400, 17, 86400000},
    };
    static const uint32_t randoms[] = {0, 1, 1000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        for (size_t j = 0; j < LEN(randoms); j++) {
            int64_t ms = jg_upkeep_delay_ms(rows[i].refresh_s, rows[i].failures,
                                            randoms[j]);
            int64_t fifth = rows[i].middle_ms / 5;

            assert_true(ms >= rows[i].middle_ms - fifth);
            assert_true(ms <= rows[i].middle_ms + fifth);
        }
}

static void
names_do_not_stay_in_step(void **state)
{
    (void)state;
    assert_int_not_equal(jg_upkeep_delay_ms(30, 0, 1000),
                         jg_upkeep_delay_ms(30, 0, 3000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_names_are_tried_sooner_and_then_less_often),
        cmocka_unit_test(names_do_not_stay_in_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
