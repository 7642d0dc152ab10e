/* throttle.c: when a wrong secret begins to cost time, and how much. */
#include "check.h"

#include "throttle.h"

static int64_t
pause_of(struct jg_throttle *throttle, const char *peer, int64_t now_ms)
{
    return jg_throttle_failed(throttle, jg_str(peer), now_ms).pause_ms;
}

static void
the_pause_of_a_peer_grows(void **state)
{
    static struct jg_throttle throttle;

    (void)state;
    for (int i = 1; i <= 200; i++)
        assert_int_equal(pause_of(&throttle, "192.0.2.1", 60999),
                         i <= 5    ? 0
                         : i <= 20 ? 200
                         : i <= 60 ? 500
                                   : JG_THROTTLE_PAUSE_MAX_MS);
}

static void
a_minute_later_it_begins_anew(void **state)
{
    static struct jg_throttle throttle;
    static const int64_t starts[] = {0, 5, 1, INT64_C(1) << 40};

    (void)state;
    for (size_t s = 0; s < LEN(starts); s++) {
        memset(&throttle, 0, sizeof(throttle));
        for (int i = 0; i < 10; i++)
            pause_of(&throttle, "::1", starts[s]);
        assert_int_equal(pause_of(&throttle, "::1", starts[s] + 59999), 200);
        assert_int_equal(
            pause_of(&throttle, "::1", starts[s] + JG_THROTTLE_WINDOW_MS), 0);
    }
}

static void
many_peers_together_wait_as_well(void **state)
{
    static struct jg_throttle throttle;
    char peer[32];

    (void)state;
    for (int i = 1; i <= 1200; i++) {
        struct jg_throttle_verdict v;

        snprintf(peer, sizeof(peer), "10.0.%d.%d", i / 250, i % 250);
        v = jg_throttle_failed(&throttle, jg_str(peer), 7);
        assert_true(v.pause_ms >= (i <= 50     ? 0
                                   : i <= 200  ? 200
                                   : i <= 1000 ? 500
                                               : 1000));
        assert_true(i > 50 || v.pause_ms == 0);
        assert_true(v.log == (i <= 51)); /* the log is not theirs to fill */
        assert_true(v.log_last == (i == 51));
    }
}

static void
the_addresses_of_one_ipv6_network_are_one_peer(void **state)
{
    static struct jg_throttle throttle;
    char peer[48];

    (void)state;
    for (int i = 0; i < 5; i++) {
        snprintf(peer, sizeof(peer), "2001:db8:0:1:%x::%d", i, i);
        assert_int_equal(pause_of(&throttle, peer, 7), 0);
    }
    assert_int_equal(pause_of(&throttle, "2001:db8::1:0:0:0:9", 7), 200);
    assert_int_equal(pause_of(&throttle, "2001:db8:0:2::1", 7), 0);
    assert_int_equal(pause_of(&throttle, "", 7), 0);
    assert_int_equal(pause_of(&throttle, "unix:", 7), 0);
}

static void
a_peer_is_logged_five_times_and_once_more(void **state)
{
    static struct jg_throttle throttle;

    (void)state;
    for (int i = 1; i <= 100; i++) {
        struct jg_throttle_verdict v =
            jg_throttle_failed(&throttle, JG_STR("192.0.2.1"), 7);

        assert_true(v.log == (i <= 6));
        assert_true(v.log_last == (i == 6));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pause_of_a_peer_grows),
        cmocka_unit_test(a_minute_later_it_begins_anew),
        cmocka_unit_test(many_peers_together_wait_as_well),
        cmocka_unit_test(the_addresses_of_one_ipv6_network_are_one_peer),
        cmocka_unit_test(a_peer_is_logged_five_times_and_once_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
