/* keysets.c: parsed once a version, and no longer than its record says. */
#include "keyset_check.h"

static const char digits[] = "0123456789abcdef";

/* 64 digits, another one for each <n>. */
static struct jg_str
id(unsigned n)
{
    static char ids[1000][JG_KEY_URL_ID_BYTES];
    char *p = ids[n];

    for (size_t i = 0; i < JG_KEY_URL_ID_BYTES; i++)
        p[i] = digits[n >> (4 * (i % 4)) & 15];
    return (struct jg_str){p, JG_KEY_URL_ID_BYTES};
}

static struct jg_keyset_state
look(struct keysets *k, unsigned n, enum jg_keysets_look how)
{
    struct jg_keyset_state state;

    assert_err(
        jg_keysets_find(k->sets, k->store, k->counters, id(n), how, &state),
        JG_OK);
    assert_int_equal(state.keys != NULL, state.version != 0);
    return state;
}

/* How many keys there are, or -1 without a set. */
static int
keys_in(struct keysets *k, unsigned n, enum jg_keysets_look how)
{
    struct jg_keyset_state state = look(k, n, how);
    int count = state.keys == NULL ? -1 : (int)jg_jwks_count(state.keys);

    jg_jwks_free(state.keys);
    return count;
}

static void
a_set_is_parsed_once_a_version(void **state)
{
    struct keysets *k = *state;
    struct jg_keyset_state a, b;

    put_set(k, id(1), "01", FETCHED, FETCHED);
    a = look(k, 1, JG_KEYSETS_KNOWN);
    b = look(k, 1, JG_KEYSETS_KNOWN);
    assert_ptr_equal(a.keys, b.keys);
    jg_jwks_free(b.keys);
    b = look(k, 1, JG_KEYSETS_NOW);
    assert_ptr_equal(a.keys, b.keys);
    jg_jwks_free(b.keys);

    /* The same body again: only its times are new. */
    put_set(k, id(1), "01", FETCHED + 5, FETCHED + 6);
    b = look(k, 1, JG_KEYSETS_KNOWN);
    assert_ptr_equal(a.keys, b.keys);
    assert_int_equal(b.fetched_s, FETCHED + 5);
    assert_int_equal(b.tried_s, FETCHED + 6);
    jg_jwks_free(b.keys);

    /* Another one: who holds the old set keeps it. */
    put_set(k, id(1), "012", FETCHED, FETCHED);
    b = look(k, 1, JG_KEYSETS_KNOWN);
    assert_true(a.keys != b.keys && a.version != b.version);
    assert_int_equal(jg_jwks_count(a.keys), 2);
    assert_int_equal(jg_jwks_count(b.keys), 3);
    jg_jwks_free(a.keys);
    jg_jwks_free(b.keys);
}

static void
a_change_is_seen_by_the_epoch_or_by_looking(void **state)
{
    struct keysets *k = *state;
    struct jg_keyset record = {.tried_s = 1};
    struct jg_buf b;

    put_set(k, id(1), "0", FETCHED, FETCHED);
    assert_int_equal(keys_in(k, 1, JG_KEYSETS_KNOWN), 1);
    jg_buf_init(&b, 1024 * 1024);
    make_set(k, "01", &b);
    record.body = jg_buf_str(&b);
    put_record(k, id(1), &record, false);
    assert_int_equal(keys_in(k, 1, JG_KEYSETS_KNOWN), 1);
    assert_int_equal(keys_in(k, 1, JG_KEYSETS_NOW), 2);
    assert_int_equal(keys_in(k, 1, JG_KEYSETS_KNOWN), 2);
    jg_buf_free(&b);

    drop_set(k, id(1));
    assert_int_equal(keys_in(k, 1, JG_KEYSETS_KNOWN), 2);
    jg_counters_bump_epoch(k->counters); /* another configuration */
    assert_int_equal(keys_in(k, 1, JG_KEYSETS_KNOWN), -1);
}

static void
what_is_no_set_is_none(void **state)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "[]",
        "<html>",
        "{\"keys\":[]}",
        "{\"keys\":[{}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"};
    struct keysets *k = *state;

    assert_int_equal(keys_in(k, 2, JG_KEYSETS_KNOWN), -1); /* no record */
    for (size_t i = 0; i < LEN(bodies); i++) {
        struct jg_keyset record = {
            .body = jg_str(bodies[i]), .fetched_s = 7, .tried_s = 8};
        struct jg_keyset_state found;

        put_record(k, id(2), &record, true);
        found = look(k, 2, JG_KEYSETS_KNOWN);
        assert_null(found.keys);
        assert_int_equal(found.tried_s, 8);
    }
    put_set(k, id(2), "0", FETCHED, FETCHED);
    assert_int_equal(keys_in(k, 2, JG_KEYSETS_KNOWN), 1);
}

static void
one_bad_key_does_not_spoil_its_set(void **state)
{
    struct keysets *k = *state;
    struct jg_keyset record = {.tried_s = 1};
    struct jg_keyset_state found;
    struct jg_buf b;

    jg_buf_init(&b, 1024 * 1024);
    jg_buf_add(&b, JG_STR("{\"keys\":[{\"kty\":\"EC\"},{\"kty\":\"oct\","
                          "\"k\":\"AAAA\",\"kid\":\"k0\"},"));
    add_jwk(k, &b, 0, "k0");
    jg_buf_add(&b, JG_STR(",7]}"));
    record.body = jg_buf_str(&b);
    put_record(k, id(3), &record, true);
    found = look(k, 3, JG_KEYSETS_KNOWN);
    assert_non_null(found.keys);
    assert_null(jg_jwks_at(found.keys, 0)->key);
    assert_null(jg_jwks_at(found.keys, 1)->key);
    assert_non_null(jg_jwks_at(found.keys, 2)->key);
    jg_jwks_free(found.keys);
    jg_buf_free(&b);
}

/* One byte of the record, changed behind the store's back. */
static void
spoil(struct keysets *k, struct jg_str key, size_t from_end)
{
    struct jg_str value;
    struct jg_txn *txn;
    char copy[4096];
    size_t len;

    assert_err(jg_txn_write(k->store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_KEYSET, key, &value), JG_OK);
    len = value.len;
    assert_in_range(len, from_end, sizeof(copy));
    memcpy(copy, value.p, len);
    copy[len - from_end] ^= 1;
    assert_err(
        jg_store_put(txn, JG_KIND_KEYSET, key, (struct jg_str){copy, len}),
        JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static void
a_damaged_set_is_none_until_it_is_healed(void **state)
{
    struct keysets *k = *state;
    static const size_t places[] = {1, 20, 0 /* the head */};

    for (size_t i = 0; i < LEN(places); i++) {
        put_set(k, id(4), "0", FETCHED, FETCHED);
        assert_int_equal(keys_in(k, 4, JG_KEYSETS_NOW), 1);
        put_set(k, id(4), "1", FETCHED, FETCHED);
        if (places[i] > 0) {
            spoil(k, id(4), places[i]);
        } else {
            struct jg_txn *txn;

            assert_err(jg_txn_write(k->store, &txn), JG_OK);
            assert_err(jg_store_put(txn, JG_KIND_KEYSET, id(4), JG_STR("x")),
                       JG_OK);
            assert_err(jg_txn_commit(txn), JG_OK);
        }
        assert_int_equal(keys_in(k, 4, JG_KEYSETS_NOW), -1);
        assert_int_equal(keys_in(k, 4, JG_KEYSETS_KNOWN), -1);
        put_set(k, id(4), "1", FETCHED, FETCHED); /* the same bytes */
        assert_int_equal(keys_in(k, 4, JG_KEYSETS_KNOWN), 1);
    }
}

static void
each_part_may_be_missing(void **state)
{
    struct keysets *k = *state;
    struct jg_keyset_state found;

    put_set(k, id(5), "0", FETCHED, FETCHED);
    for (int parts = 0; parts < 8; parts++) {
        assert_err(jg_keysets_find(parts & 1 ? k->sets : NULL,
                                   parts & 2 ? k->store : NULL,
                                   parts & 4 ? k->counters : NULL, id(5),
                                   JG_KEYSETS_NOW, &found),
                   JG_OK);
        assert_int_equal(found.keys != NULL, (parts & 2) != 0);
        jg_jwks_free(found.keys);
    }
    assert_err(jg_keysets_find(k->sets, k->store, k->counters, JG_STR("short"),
                               JG_KEYSETS_KNOWN, &found),
               JG_OK);
    assert_null(found.keys);
}

/* A configuration that names ever new sets does not make the process grow. */
static void
sets_without_a_record_are_let_go(void **state)
{
    struct keysets *k = *state;
    size_t most = 0;

    for (unsigned n = 10; n < 1000; n++) {
        put_set(k, id(n), "0", FETCHED, FETCHED);
        assert_int_equal(keys_in(k, n, JG_KEYSETS_KNOWN), 1);
        if (n >= 20)
            drop_set(k, id(n - 10));
        if (jg_keysets_count(k->sets) > most)
            most = jg_keysets_count(k->sets);
    }
    assert_in_range(most, 20, 200);
    for (unsigned n = 990; n < 1000; n++)
        assert_int_equal(keys_in(k, n, JG_KEYSETS_KNOWN), 1);
}

static int
setup(void **state)
{
    struct keysets *k = calloc(1, sizeof(*k));

    keysets_open(k);
    *state = k;
    return 0;
}

static int
teardown(void **state)
{
    keysets_close(*state);
    free(*state);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_parsed_once_a_version),
        cmocka_unit_test(a_change_is_seen_by_the_epoch_or_by_looking),
        cmocka_unit_test(what_is_no_set_is_none),
        cmocka_unit_test(one_bad_key_does_not_spoil_its_set),
        cmocka_unit_test(a_damaged_set_is_none_until_it_is_healed),
        cmocka_unit_test(each_part_may_be_missing),
        cmocka_unit_test(sets_without_a_record_are_let_go),
    };

    return cmocka_run_group_tests_name("access/keysets", tests, setup,
                                       teardown);
}
