/* revocations.c: records, their ids, and the row of changes. */
#include "store/revocations.h"
#include "store_check.h"

static const struct jg_revocation full = {.by = JG_REVOKE_JTI,
                                          .value = JG_STR("a\"b"),
                                          .api_id = JG_STR("orders"),
                                          .created_s = 1700000000,
                                          .expires_s = 1700000100,
                                          .note = JG_STR("lost phone")};

static enum jg_err
put(struct jg_store *store, const struct jg_revocation *r, char *id)
{
    char unused[JG_REVOCATION_ID_BYTES + 1];
    struct jg_txn *txn;
    bool changed;
    enum jg_err err;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    err = jg_revocation_put(txn, r, id != NULL ? id : unused, &changed);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static void
drop(struct jg_store *store, const char *id)
{
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_revocation_delete(txn, jg_str(id)), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static uint64_t
last_change(struct jg_store *store)
{
    struct jg_txn *txn;
    uint64_t last;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_revocations_last(txn, &last), JG_OK);
    jg_txn_abort(txn);
    return last;
}

static void
a_revocation_comes_back_as_it_was(void **state)
{
    static const struct jg_revocation issued = {
        .by = JG_REVOKE_ISSUED, .before_s = 1700000050, .created_s = 1};
    const struct jg_revocation *const rows[] = {&full, &issued};
    struct jg_store *store = store_open(state, true);

    for (size_t i = 0; i < LEN(rows); i++) {
        char id[JG_REVOCATION_ID_BYTES + 1];
        struct jg_revocation out;
        struct jg_txn *txn;

        assert_err(put(store, rows[i], id), JG_OK);
        assert_err(jg_txn_read(store, &txn), JG_OK);
        assert_err(jg_revocation_get(txn, jg_str(id), &out), JG_OK);
        assert_int_equal(out.by, rows[i]->by);
        assert_true(jg_str_eq(out.value, rows[i]->value));
        assert_true(jg_str_eq(out.api_id, rows[i]->api_id));
        assert_true(jg_str_eq(out.note, rows[i]->note));
        assert_int_equal(out.before_s, rows[i]->before_s);
        assert_int_equal(out.created_s, rows[i]->created_s);
        assert_int_equal(out.expires_s, rows[i]->expires_s);
        jg_txn_abort(txn);
    }
    jg_store_close(store);
}

/* Where one text ends and the next begins is part of the id. */
static void
ids_are_equal_only_for_what_revokes_the_same(void **state)
{
    static const struct jg_revocation rows[] = {
        {.by = JG_REVOKE_JTI, .value = JG_STR("ab")},
        {.by = JG_REVOKE_SUB, .value = JG_STR("ab")},
        {.by = JG_REVOKE_JTI, .value = JG_STR("b"), .api_id = JG_STR("a")},
        {.by = JG_REVOKE_JTI, .value = JG_STR("a"), .api_id = JG_STR("b")},
        {.by = JG_REVOKE_ISSUED, .before_s = 1},
        {.by = JG_REVOKE_ISSUED, .before_s = 1, .api_id = JG_STR("a")},
    };
    char ids[LEN(rows)][JG_REVOCATION_ID_BYTES + 1];
    struct jg_revocation again = rows[0];
    char id[JG_REVOCATION_ID_BYTES + 1];

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_err(jg_revocation_id(&rows[i], ids[i]), JG_OK);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
    }
    again.expires_s = 5;
    again.note = JG_STR("another note");
    assert_err(jg_revocation_id(&again, id), JG_OK);
    assert_string_equal(id, ids[0]);
}

static void
what_does_not_fit_changes_nothing(void **state)
{
    static char large[2000];
    const struct jg_str text = {large, sizeof(large)};
    const struct jg_revocation rows[] = {
        {.by = JG_REVOKE_JTI},
        {.by = JG_REVOKE_COUNT, .value = JG_STR("x")},
        {.by = JG_REVOKE_ISSUED, .value = JG_STR("x")},
        {.by = JG_REVOKE_JTI, .value = text},
        {.by = JG_REVOKE_JTI, .value = JG_STR("x"), .api_id = text},
        {.by = JG_REVOKE_JTI, .value = JG_STR("x"), .note = text},
    };
    struct jg_store *store = store_open(state, true);

    memset(large, 'x', sizeof(large));
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(put(store, &rows[i], NULL), JG_E_CONF_RANGE);
    assert_int_equal(last_change(store), 0);
    jg_store_close(store);
}

static void
assert_change(struct jg_store *store, uint64_t number, enum jg_err want,
              bool removed, const char *value)
{
    struct jg_revocation r;
    struct jg_txn *txn;
    bool was_removed;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_revocation_change(txn, number, &r, &was_removed), want);
    if (want == JG_OK) {
        assert_int_equal(was_removed, removed);
        assert_str(r.value, value);
    }
    jg_txn_abort(txn);
}

static void
changes_are_kept_for_a_while(void **state)
{
    struct jg_revocation r = {.by = JG_REVOKE_SUB, .value = JG_STR("alice")};
    struct jg_store *store = store_open(state, true);
    char id[JG_REVOCATION_ID_BYTES + 1];
    struct jg_txn *txn;
    bool changed;

    assert_err(put(store, &r, id), JG_OK);
    drop(store, id);
    drop(store, id); /* which changes nothing */
    assert_int_equal(last_change(store), 2);
    assert_change(store, 1, JG_OK, false, "alice");
    assert_change(store, 2, JG_OK, true, "alice");
    assert_change(store, 3, JG_E_NOT_FOUND, false, NULL);

    r.value = JG_STR("bob");
    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (unsigned i = 0; i < JG_REVOCATION_CHANGES_MAX; i++)
        assert_err(jg_revocation_put(txn, &r, id, &changed), JG_OK);
    assert_true(changed);
    /* The number of the last one is kept beside them. */
    assert_int_equal(jg_store_count(txn, JG_KIND_REVOCATION_CHANGE),
                     JG_REVOCATION_CHANGES_MAX + 1);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_change(store, 2, JG_E_NOT_FOUND, false, NULL);
    assert_change(store, 3, JG_OK, false, "bob");
    jg_store_close(store);
}

static enum jg_err
count_damaged(void *arg, struct jg_str id, const struct jg_revocation *r)
{
    unsigned *damaged = arg;

    (void)id;
    *damaged += r == NULL;
    return JG_OK;
}

static void
a_damaged_one_is_seen_and_can_be_removed(void **state)
{
    struct jg_store *store = store_open(state, true);
    char id[JG_REVOCATION_ID_BYTES + 1];
    struct jg_revocation r;
    unsigned damaged = 0;
    struct jg_txn *txn;

    assert_err(put(store, &full, id), JG_OK);
    store_put(store, JG_KIND_REVOCATION, id, "no revocation at all");
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_revocation_get(txn, jg_str(id), &r), JG_E_STORE);
    assert_err(jg_revocations_each(txn, count_damaged, &damaged), JG_OK);
    assert_int_equal(damaged, 1);
    jg_txn_abort(txn);
    drop(store, id);
    assert_change(store, 2, JG_E_STORE, true, NULL);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_REVOCATION), 0);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
what_has_ended_is_swept_and_nothing_else(void **state)
{
    static const struct {
        int64_t expires_s;
        bool stays;
    } rows[] = {{0, true}, {99, false}, {100, false}, {101, true}};
    struct jg_store *store = store_open(state, true);
    size_t removed;
    struct jg_txn *txn;

    for (size_t i = 0; i < LEN(rows); i++) {
        char jti[] = {'j', (char)('0' + i), '\0'};
        struct jg_revocation r = {.by = JG_REVOKE_JTI,
                                  .value = jg_str(jti),
                                  .expires_s = rows[i].expires_s};

        assert_err(put(store, &r, NULL), JG_OK);
        assert_int_equal(jg_revocation_holds(&r, 100), rows[i].stays);
    }
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_true(jg_revocations_ended(txn, 100));
    assert_err(jg_revocations_sweep(txn, 100, &removed), JG_OK);
    assert_int_equal(removed, 2);
    assert_false(jg_revocations_ended(txn, 100));
    assert_int_equal(jg_store_count(txn, JG_KIND_REVOCATION), 2);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_revocation_comes_back_as_it_was),
        cmocka_unit_test(ids_are_equal_only_for_what_revokes_the_same),
        in_folder_test(what_does_not_fit_changes_nothing),
        in_folder_test(changes_are_kept_for_a_while),
        in_folder_test(a_damaged_one_is_seen_and_can_be_removed),
        in_folder_test(what_has_ended_is_swept_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
