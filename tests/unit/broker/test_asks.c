/* asks.c: how services ask the fetcher. */
#include "check.h"

#include "asks.h"

#include <stdatomic.h>

/* An id that ends in <n>. */
static struct jg_str
id(char buffer[static JG_ASK_ID_BYTES + 1], unsigned n)
{
    snprintf(buffer, JG_ASK_ID_BYTES + 1, "%0*u", JG_ASK_ID_BYTES, n);
    return (struct jg_str){buffer, JG_ASK_ID_BYTES};
}

#define NO_KID JG_STR("")

static size_t
asked(const struct jg_asks *asks)
{
    size_t from = 0, n = 0;

    while (jg_asks_next(asks, &from) != NULL)
        n++;
    return n;
}

static void
many_who_ask_for_one_set_take_one_place(void **state)
{
    static struct jg_asks asks;
    char a[JG_ASK_ID_BYTES + 1], b[JG_ASK_ID_BYTES + 1];

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        assert_true(jg_asks_put(&asks, i % 4, JG_ASK_AGAIN, id(a, 1), NO_KID));
    assert_int_equal(asked(&asks), 1);
    assert_true(jg_asks_pending(&asks, id(a, 1)));
    assert_false(jg_asks_pending(&asks, id(b, 2)));
    assert_true(jg_asks_put(&asks, 0, JG_ASK_MISSING, id(b, 2), NO_KID));
    assert_int_equal(asked(&asks), 2);
}

static void
an_ask_is_pending_until_it_is_done(void **state)
{
    static struct jg_asks asks;
    char a[JG_ASK_ID_BYTES + 1];

    (void)state;
    assert_true(jg_asks_put(&asks, 0, JG_ASK_MISSING, id(a, 7), NO_KID));
    jg_asks_done(&asks, id(a, 7)); /* it was not begun */
    assert_true(jg_asks_pending(&asks, id(a, 7)));
    jg_asks_begin(&asks, id(a, 7));
    assert_int_equal(asked(&asks), 0);
    assert_true(jg_asks_pending(&asks, id(a, 7)));
    jg_asks_done(&asks, id(a, 7));
    assert_false(jg_asks_pending(&asks, id(a, 7)));
}

static void
a_full_table_says_so_and_has_room_again(void **state)
{
    static struct jg_asks asks;
    char a[JG_ASK_ID_BYTES + 1];

    (void)state;
    for (unsigned i = 0; i < JG_ASKS_MAX; i++)
        assert_true(jg_asks_put(&asks, 0, JG_ASK_MISSING, id(a, i), NO_KID));
    assert_false(
        jg_asks_put(&asks, 0, JG_ASK_MISSING, id(a, JG_ASKS_MAX), NO_KID));
    assert_true(jg_asks_put(&asks, 0, JG_ASK_MISSING, id(a, 3), NO_KID));
    jg_asks_begin(&asks, id(a, 3));
    jg_asks_done(&asks, id(a, 3));
    assert_true(
        jg_asks_put(&asks, 0, JG_ASK_MISSING, id(a, JG_ASKS_MAX), NO_KID));
}

static void
nothing_of_a_dead_process_stays_behind(void **state)
{
    static struct jg_asks asks;
    char a[JG_ASK_ID_BYTES + 1];

    (void)state;
    /* A service that died while it wrote. */
    atomic_store(&asks.items[0].state, JG_ASK_FILLING);
    asks.items[0].filler = 2;
    jg_asks_clear_service(&asks, 1);
    assert_int_equal(atomic_load(&asks.items[0].state), JG_ASK_FILLING);
    jg_asks_clear_service(&asks, 2);
    assert_int_equal(atomic_load(&asks.items[0].state), JG_ASK_FREE);

    /* The fetcher: its successor begins anew. */
    assert_true(jg_asks_put(&asks, 0, JG_ASK_MISSING, id(a, 5), NO_KID));
    jg_asks_begin(&asks, id(a, 5));
    jg_asks_clear_fetcher(&asks);
    assert_int_equal(asked(&asks), 1);
}

static void
the_kid_of_the_first_who_asks_is_kept(void **state)
{
    static struct jg_asks asks;
    char a[JG_ASK_ID_BYTES + 1];
    const struct jg_ask *ask;
    size_t from = 0;

    (void)state;
    assert_true(jg_asks_put(&asks, 0, JG_ASK_AGAIN, id(a, 1), JG_STR("k1")));
    assert_true(jg_asks_put(&asks, 1, JG_ASK_AGAIN, id(a, 1), JG_STR("k2")));
    ask = jg_asks_next(&asks, &from);
    assert_non_null(ask);
    assert_str(((struct jg_str){ask->kid, ask->kid_len}), "k1");
    jg_asks_begin(&asks, id(a, 1));
    jg_asks_done(&asks, id(a, 1));
    /* Its place is used again, and its kid is not. */
    assert_true(jg_asks_put(&asks, 0, JG_ASK_AGAIN, id(a, 1), NO_KID));
    from = 0;
    assert_int_equal(jg_asks_next(&asks, &from)->kid_len, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kid_of_the_first_who_asks_is_kept),
        cmocka_unit_test(many_who_ask_for_one_set_take_one_place),
        cmocka_unit_test(an_ask_is_pending_until_it_is_done),
        cmocka_unit_test(a_full_table_says_so_and_has_room_again),
        cmocka_unit_test(nothing_of_a_dead_process_stays_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
