/* keys.c and signature.c: what a fetch changes, how many there are, and what
 * happens when there was none for too long. */
#include "keys_check.h"

/* As the broker does: the fetch brings key 1 as well. */
static bool
fetch_new_key(struct world *w, const struct jg_want *want)
{
    (void)want;
    put(w, 1, "01", NOW, NOW);
    return true;
}

static bool
fetch_replaced_key(struct world *w, const struct jg_want *want)
{
    (void)want;
    put(w, 1, "=1", NOW, NOW);
    return true;
}

static bool
fetch_without_change(struct world *w, const struct jg_want *want)
{
    (void)want;
    put(w, 1, "0", NOW, NOW);
    return true;
}

static void
what_the_fetch_brings_is_used_at_once(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_new_key, NOW, NULL), JG_OK,
                 "keyset s1; ", "the first fetch");

    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_new_key, NOW, NULL), JG_OK,
                 "again s1; ", "a new key");

    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 1, "k0", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_replaced_key, NOW, NULL), JG_OK,
                 "again s1; ", "another key under the same kid");

    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "one", fetch_without_change, NOW, NULL),
                 JG_E_KEY_UNKNOWN, "again s1; ", "no new key");
    check_answer(decide_at(w, "one", fetch_new_key, NOW + 29, NULL),
                 JG_E_KEY_UNKNOWN, "", "within the interval");
}

/* The record is looked at before anybody is asked: another worker, or the
 * keeper, may have been faster, and a failed fetch moves no epoch. */
static void
what_another_one_fetched_is_seen(void **state)
{
    struct world *w = *state;
    struct jg_keyset record = {.tried_s = NOW};
    struct jg_buf b;

    forget_sets(w);
    put(w, 1, "0", FETCHED, FETCHED);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "one"), JG_OK, "", "known");

    jg_buf_init(&b, 64 * 1024);
    make_set(&w->k, "0", &b);
    record.body = jg_buf_str(&b);
    record.fetched_s = FETCHED;
    put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide(w, "one"), JG_E_KEY_UNKNOWN, "", "a failed fetch");

    jg_buf_reset(&b);
    make_set(&w->k, "01", &b);
    record.body = jg_buf_str(&b);
    put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
    check_answer(decide(w, "one"), JG_OK, "", "a good fetch");

    jg_buf_reset(&b);
    make_set(&w->k, "=2", &b);
    record.body = jg_buf_str(&b);
    put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
    make_es256(&w->k, 2, "k0", SUB, &w->token);
    check_answer(decide(w, "one"), JG_OK, "", "another key for its kid");
    jg_buf_free(&b);
}

static void
a_fetch_that_hangs_is_waited_for_once(void **state)
{
    struct world *w = *state;
    struct answer a;

    forget_sets(w);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    a = decide_at(w, "eight", fetch_fails, NOW, NULL);
    check_answer(a, JG_E_BROKER, "keyset s1; ", "no set");
    assert_int_equal(a.status, 503);
    assert_int_equal(a.retry_after_s, 1);

    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, FETCHED);
    a = decide_at(w, "eight", fetch_fails, NOW, NULL);
    check_answer(a, JG_E_KEY_UNKNOWN, "again s1; ", "an unknown kid");
    assert_int_equal(a.status, 403);
}

static void
questions_of_one_decision_have_a_bound(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "eight"), JG_E_KEYSET,
                 "keyset s1; keyset s2; keyset s3; keyset s4; ", "no set");
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, FETCHED);
    check_answer(decide(w, "eight"), JG_E_KEY_UNKNOWN,
                 "again s1; again s2; again s3; again s4; ", "unknown");
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, i % 2 == 0 ? "1" : NULL, i % 2 == 0 ? FETCHED : 0, 0);
    check_answer(decide(w, "eight"), JG_E_KEYSET,
                 "keyset s1; keyset s3; keyset s5; keyset s7; "
                 "again s2; again s4; again s6; again s8; ",
                 "both");
    /* The next one asks for those that this one did not. */
    for (unsigned i = 1; i <= 8; i++)
        put(w, i, "1", FETCHED, i <= 4 ? NOW : FETCHED);
    check_answer(decide(w, "eight"), JG_E_KEY_UNKNOWN,
                 "again s5; again s6; again s7; again s8; ", "the others");
}

static void
keys_that_are_too_old_are_not_used(void **state)
{
#define DAY 86400
    struct world *w = *state;
    struct answer a;

    forget_sets(w);
    put(w, 1, "0", NOW - DAY, NOW - 10);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "one"), JG_OK, "", "just young enough");
    assert_true(decide(w, "one").cached);

    /* The same token, from the cache, a second later. */
    a = decide_at(w, "one", fetch_nothing, NOW + 1, NULL);
    check_answer(a, JG_E_KEYSET_STALE, "", "too old");
    assert_int_equal(a.status, 503);
    assert_int_equal(a.retry_after_s, 19);
    assert_false(a.cached);
    a = decide_at(w, "one", fetch_nothing, NOW + 20, NULL);
    check_answer(a, JG_E_KEYSET_STALE, "again s1; ", "asked for");
    assert_int_equal(a.retry_after_s, 1);

    /* Others are not concerned, unless they need it. */
    put(w, 2, "1", NOW, NOW);
    make_es256(&w->k, 1, "k1", SUB, &w->token);
    check_answer(decide_at(w, "two", fetch_nothing, NOW + 1, NULL), JG_OK, "",
                 "of the other set");
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide_at(w, "two", fetch_nothing, NOW + 1, NULL),
                 JG_E_KEYSET_STALE, "", "of the old set");

    /* Confirmed without a change: no epoch tells of it. */
    put(w, 1, "0", NOW - DAY, NOW - 10);
    check_answer(decide(w, "one"), JG_OK, "", "again");
    {
        struct jg_keyset record = {.fetched_s = NOW, .tried_s = NOW};
        struct jg_buf b;

        jg_buf_init(&b, 64 * 1024);
        make_set(&w->k, "0", &b);
        record.body = jg_buf_str(&b);
        put_record(&w->k, id_of_set(w->snapshot, "one", 0), &record, false);
        jg_buf_free(&b);
    }
    a = decide_at(w, "one", fetch_nothing, NOW + 1, NULL);
    check_answer(a, JG_OK, "", "confirmed");
    assert_true(a.cached);
}

/* A token that verified, and whose key has gone since. */
static void
a_removed_key_is_refused_although_its_token_is_cached(void **state)
{
    struct world *w = *state;

    forget_sets(w);
    put(w, 1, "01", FETCHED, NOW);
    put(w, 2, "2", FETCHED, NOW);
    make_es256(&w->k, 0, "k0", SUB, &w->token);
    check_answer(decide(w, "two"), JG_OK, "", "there");
    assert_true(decide(w, "two").cached);
    put(w, 2, "23", FETCHED, NOW); /* another set, and so another version */
    assert_false(decide(w, "two").cached);
    assert_true(decide(w, "two").cached);
    put(w, 1, "1", FETCHED, NOW);
    check_answer(decide(w, "two"), JG_E_KEY_UNKNOWN, "", "removed");
    put(w, 1, "01", FETCHED, NOW);
    check_answer(decide(w, "two"), JG_OK, "", "there again");
    drop_set(&w->k, id_of_set(w->snapshot, "two", 0));
    jg_counters_bump_keysets(w->k.counters);
    check_answer(decide(w, "two"), JG_E_KEYSET, "keyset s1; ", "thrown away");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_fetch_brings_is_used_at_once),
        cmocka_unit_test(what_another_one_fetched_is_seen),
        cmocka_unit_test(a_fetch_that_hangs_is_waited_for_once),
        cmocka_unit_test(questions_of_one_decision_have_a_bound),
        cmocka_unit_test(keys_that_are_too_old_are_not_used),
        cmocka_unit_test(a_removed_key_is_refused_although_its_token_is_cached),
    };

    return cmocka_run_group_tests_name("access/keys_fetch", tests, setup,
                                       teardown);
}
