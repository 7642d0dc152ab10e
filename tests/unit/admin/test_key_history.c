/* key_history.c: since when keys are there, and which are gone. */
#include "check.h"

#include "admin/key_history.h"

/* Two keys of RFC 7517 A.1 and RFC 8037 A.1. */
#define EC(kid)                                              \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"" kid "\"," \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}"
#define ED                                                \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"e\"," \
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

#define EC_THUMBPRINT "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"

/* The history after <set>, when it was what <b> holds, and <kid> was asked
 * for. */
static void
update_for(struct jg_buf *b, const char *set, const char *kid, int64_t now_s)
{
    struct jg_jwks *keys = NULL;
    struct jg_buf next;

    assert_err(jg_jwks_parse(jg_str(set), true, &keys, NULL), JG_OK);
    jg_buf_init(&next, b->max);
    assert_err(
        jg_key_history_update(jg_buf_str(b), keys, jg_str(kid), now_s, &next),
        JG_OK);
    jg_jwks_free(keys);
    jg_buf_free(b);
    *b = next;
}

static void
update(struct jg_buf *b, const char *set, int64_t now_s)
{
    update_for(b, set, "", now_s);
}

static void
a_key_is_known_from_its_first_day_to_its_last(void **state)
{
    struct jg_key_history history;
    struct jg_arena a;
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 4096);
    jg_arena_init(&a, 4096, 1 << 20);
    update(&b, "{\"keys\":[" EC("k\\u001b\\n\\\"") "]}", 100);
    update(&b, "{\"keys\":[" ED "," EC("k\\u001b\\n\\\"") "]}", 200);
    update(&b, "{\"keys\":[" ED "]}", 300);
    update(&b, "{\"keys\":[" ED "]}", 400);
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.count, 2);
    assert_str(history.keys[0].kid, "e");
    assert_int_equal(history.keys[0].first_s, 200);
    assert_int_equal(history.keys[0].gone_s, 0);
    assert_str(history.keys[1].kid, "k\x1b\n\"");
    assert_str(history.keys[1].what, "EC P-256");
    assert_int_equal(history.keys[1].first_s, 100);
    assert_int_equal(history.keys[1].gone_s, 300);

    /* One that comes back is a new one. */
    update(&b, "{\"keys\":[" ED "," EC("k") "]}", 500);
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.count, 2);
    assert_int_equal(history.keys[1].first_s, 500);
    assert_int_equal(history.keys[1].gone_s, 0);
    assert_ptr_equal(jg_key_history_find(&history, history.keys[1].thumbprint),
                     &history.keys[1]);
    assert_null(jg_key_history_find(&history, JG_STR("other")));
    jg_arena_free(&a);
    jg_buf_free(&b);
}

static void
a_kid_that_no_key_has_is_remembered_until_one_has_it(void **state)
{
    struct jg_key_history history;
    struct jg_arena a;
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 4096);
    jg_arena_init(&a, 4096, 1 << 20);
    update_for(&b, ED, "x\"y", 100);
    update_for(&b, ED, "e", 110); /* which is there */
    update_for(&b, ED, "k", 120);
    update_for(&b, ED, "x\"y", 130);
    update(&b, ED, 140);
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.count, 1);
    assert_int_equal(history.asked_count, 2);
    assert_str(history.asked[0].kid, "x\"y");
    assert_int_equal(history.asked[0].first_s, 100);
    assert_int_equal(history.asked[0].last_s, 130);
    assert_int_equal(history.asked[0].times, 2);
    assert_str(history.asked[1].kid, "k");

    update(&b, "{\"keys\":[" ED "," EC("k") "]}", 150);
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.asked_count, 1);
    update(&b, ED, 131 + JG_KEY_HISTORY_ASKED_S);
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.asked_count, 0);

    for (int i = 0; i < 3 * JG_KEY_HISTORY_ASKED_MAX; i++) {
        char kid[16];

        snprintf(kid, sizeof(kid), "n%d", i);
        update_for(&b, ED, kid, 200 + i);
    }
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.asked_count, JG_KEY_HISTORY_ASKED_MAX);
    assert_str(history.asked[0].kid, "n59");
    jg_arena_free(&a);
    jg_buf_free(&b);
}

static void
what_is_damaged_is_no_history(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        {"", 0},
        {"[", 0},
        {"{}", 0},
        {"null", 0},
        {"[1,[],{}]", 0},
        {"[{\"kid\":\"k\"}]", 0},
        {"[{\"kid\":\"k\",\"asked\":5}]", 0},
        {"[[[[1]]]]", 0},
        {"[{\"thumbprint\":\"t\",\"first\":\"x\",\"kid\":7}]", 1},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key_history history;

        assert_err(jg_key_history_read(jg_str(rows[i].text), &a, &history),
                   JG_OK);
        assert_int_equal(history.count, rows[i].count);
    }
    jg_arena_free(&a);
}

static void
the_past_is_bounded(void **state)
{
    struct jg_key_history history;
    struct jg_arena a;
    struct jg_buf b;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    jg_buf_init(&b, 64 * 1024);
    jg_buf_addc(&b, '[');
    for (int i = 0; i < JG_JWKS_MAX_KEYS; i++)
        jg_buf_addf(&b, "%s{\"thumbprint\":\"t%d\",\"first\":1,\"gone\":0}",
                    i > 0 ? "," : "", i);
    jg_buf_addc(&b, ']');
    update(&b, EC("k"), 10);
    assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
    assert_int_equal(history.count, 1 + JG_KEY_HISTORY_GONE_MAX);
    assert_str(history.keys[0].thumbprint, EC_THUMBPRINT);
    assert_str(history.keys[1].thumbprint, "t0");
    jg_buf_free(&b);

    /* Too small for anything: it is still a history. */
    for (size_t max = 2; max < 200; max++) {
        jg_buf_init(&b, max);
        update(&b, EC("k"), 10);
        assert_err(jg_key_history_read(jg_buf_str(&b), &a, &history), JG_OK);
        assert_true(history.count <= 1);
        jg_buf_free(&b);
    }
    jg_arena_free(&a);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_known_from_its_first_day_to_its_last),
        cmocka_unit_test(a_kid_that_no_key_has_is_remembered_until_one_has_it),
        cmocka_unit_test(what_is_damaged_is_no_history),
        cmocka_unit_test(the_past_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
