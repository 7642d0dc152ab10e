/* control.c: when a wrong secret begins to cost time. The rest is tested
 * through the socket, in tests/e2e/test_broker.py. */
#include "check.h"

#include "control.h"

static void
the_sixth_wrong_secret_of_a_minute_has_to_wait(void **state)
{
    struct jg_throttle throttle = {0};

    (void)state;
    for (int i = 0; i < JG_THROTTLE_FREE; i++)
        assert_int_equal(jg_throttle_failed(&throttle, 1000 + i), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(jg_throttle_failed(&throttle, 60999),
                         JG_THROTTLE_PAUSE_MS);
}

static void
a_minute_later_it_begins_anew(void **state)
{
    struct jg_throttle throttle = {0};

    (void)state;
    for (int i = 0; i < 10; i++)
        jg_throttle_failed(&throttle, 5);
    assert_int_equal(jg_throttle_failed(&throttle, 5 + JG_THROTTLE_WINDOW_MS),
                     0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sixth_wrong_secret_of_a_minute_has_to_wait),
        cmocka_unit_test(a_minute_later_it_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
