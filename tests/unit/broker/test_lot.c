/* lot.c: connections that wait without occupying their process. */
#include "check.h"

#include "captured.h"
#include "lot.h"

/* Answers "yes" when its ticket is 1, and "late" when its time is over. */
static bool
attempt(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    (void)broker;
    if (parked->ticket != 1 && !last)
        return false;
    return send(parked->fd, last ? "late" : "yes", last ? 4 : 3, 0) > 0;
}

static int
reset(void **state)
{
    static struct jg_lot lot;

    memset(&lot, 0, sizeof(lot));
    *state = &lot;
    return 0;
}

static void
each_is_answered_when_it_is_ready_or_its_time_is_over(void **state)
{
    struct jg_lot *lot = *state;
    int pairs[3][2];
    char text[100];

    for (size_t i = 0; i < 3; i++) {
        struct jg_parked parked = {.attempt = attempt, .until_ms = 1000};

        open_pair(pairs[i]);
        parked.fd = pairs[i][0];
        assert_true(jg_lot_park(lot, &parked));
    }
    jg_lot_look(lot, NULL, 0);
    assert_int_equal(lot->count, 3);
    lot->parked[1].ticket = 1;
    jg_lot_look(lot, NULL, 999);
    assert_int_equal(lot->count, 2);
    assert_string_equal(captured(pairs[1][1], text, sizeof(text)), "yes");
    assert_int_equal(recv(pairs[1][1], text, 1, 0), 0); /* and closed */
    assert_string_equal(captured(pairs[0][1], text, sizeof(text)), "");
    jg_lot_look(lot, NULL, 1000);
    assert_int_equal(lot->count, 0);
    assert_string_equal(captured(pairs[0][1], text, sizeof(text)), "late");
    assert_string_equal(captured(pairs[2][1], text, sizeof(text)), "late");
    for (size_t i = 0; i < 3; i++)
        close(pairs[i][1]);
}

static void
a_full_lot_takes_no_more(void **state)
{
    struct jg_lot *lot = *state;
    struct jg_parked parked = {.fd = -1, .attempt = attempt};

    for (size_t i = 0; i < JG_LOT_MAX; i++)
        assert_true(jg_lot_park(lot, &parked));
    assert_false(jg_lot_park(lot, &parked));
}

static void
those_who_only_pass_time_leave_room_for_others(void **state)
{
    struct jg_lot *lot = *state;
    struct jg_parked parked = {.fd = -1, .attempt = attempt, .delayed = true};

    for (size_t i = 0; i < JG_LOT_DELAYED_MAX; i++)
        assert_true(jg_lot_park(lot, &parked));
    assert_false(jg_lot_park(lot, &parked));
    parked.delayed = false;
    assert_true(jg_lot_park(lot, &parked));
}

static void
a_ready_answer_is_sent_at_its_time(void **state)
{
    struct jg_lot *lot = *state;
    struct jg_parked parked = {
        .attempt = jg_lot_send_late,
        .until_ms = 200,
        .delayed = true,
        .status = 403,
        .content_type = "text/plain",
    };
    char text[200];
    int pair[2];

    open_pair(pair);
    parked.fd = pair[0];
    jg_buf_init(&parked.body, 10);
    jg_buf_add(&parked.body, JG_STR("no"));
    assert_true(jg_lot_park(lot, &parked));
    jg_lot_look(lot, NULL, 199);
    assert_string_equal(captured(pair[1], text, sizeof(text)), "");
    jg_lot_look(lot, NULL, 200);
    assert_string_equal(captured(pair[1], text, sizeof(text)),
                        "Status: 403 Forbidden\r\nContent-Type: text/plain\r\n"
                        "Content-Length: 2\r\n\r\nno");
    assert_int_equal(lot->count + lot->delayed, 0);
    close(pair[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            each_is_answered_when_it_is_ready_or_its_time_is_over, reset),
        cmocka_unit_test_setup(a_full_lot_takes_no_more, reset),
        cmocka_unit_test_setup(those_who_only_pass_time_leave_room_for_others,
                               reset),
        cmocka_unit_test_setup(a_ready_answer_is_sent_at_its_time, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
