/* supervise.c: how fast a process that died is started again. */
#include "check.h"

#include "supervise.h"

static void
early_ends_are_answered_with_longer_pauses(void **state)
{
    static const struct {
        int64_t lived_ms, pause_ms;
    } rows[] = {
        {5, 0},     {5, 0},     {5, 0},     {5, 100},  {5, 200},
        {5, 400},   {5, 800},   {5, 1600},  {5, 3200}, {5, 6400},
        {5, 10000}, {5, 10000}, {10000, 0}, /* it worked for a while */
        {9999, 0},  {0, 0},     {0, 100},
    };
    unsigned deaths = 0;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_supervise_pause_ms(rows[i].lived_ms, &deaths),
                         rows[i].pause_ms);
}

static void
the_pause_has_an_upper_limit(void **state)
{
    unsigned deaths = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(jg_supervise_pause_ms(0, &deaths) <= 10000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_ends_are_answered_with_longer_pauses),
        cmocka_unit_test(the_pause_has_an_upper_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
