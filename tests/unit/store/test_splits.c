/* splits.c: kept parts of split tokens, opened by their handle alone. */
#include "store/splits.h"

#include "jose/sign.h"
#include "store_check.h"

#define NOW INT64_C(1700000000)
#define HANDLE "EwIaRgq4go4R2M2z7AADywZ2ToxG4gDMoG4SQ1X3GJ0"
#define OTHER "FwIaRgq4go4R2M2z7AADywZ2ToxG4gDMoG4SQ1X3GJ0"

static struct jg_split
split_of(enum jg_split_kind kind, const char *org, const char *handle,
         const char *text, int64_t ends_s)
{
    return (struct jg_split){.kind = kind,
                             .org_id = jg_str(org),
                             .handle = jg_str(handle),
                             .text = jg_str(text),
                             .api_id = JG_STR("api"),
                             .ends_s = ends_s};
}

static enum jg_err
put(struct jg_store *store, struct jg_split split, int64_t now_s)
{
    static unsigned char nonce[JG_SEAL_NONCE_BYTES];
    struct jg_arena a;
    struct jg_txn *txn;
    enum jg_err err, end;

    nonce[0]++;
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    err = jg_split_put(txn, &split, now_s, nonce, &a);
    end = jg_txn_commit(txn);
    jg_arena_free(&a);
    return err != JG_OK ? err : end;
}

static enum jg_err
get(struct jg_store *store, struct jg_split split, int64_t now_s,
    const char *want)
{
    struct jg_arena a;
    struct jg_txn *txn;
    enum jg_err err;

    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    err = jg_split_get(txn, &split, now_s, &a);
    if (err == JG_OK)
        assert_str(split.text, want);
    jg_txn_abort(txn);
    jg_arena_free(&a);
    return err;
}

static size_t
count(struct jg_store *store, enum jg_kind kind)
{
    struct jg_txn *txn;
    size_t n;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    n = jg_store_count(txn, kind);
    jg_txn_abort(txn);
    return n;
}

static void
only_the_same_kind_organisation_and_handle_find_it(void **state)
{
    static const struct {
        enum jg_split_kind kind;
        const char *org, *handle;
        int64_t now_s;
        enum jg_err want;
    } rows[] = {
        {JG_SPLIT_ACCESS, "o", HANDLE, NOW, JG_OK},
        {JG_SPLIT_ACCESS, "o", HANDLE, NOW + 9, JG_OK},
        {JG_SPLIT_ACCESS, "o", HANDLE, NOW + 10, JG_E_NOT_FOUND},
        {JG_SPLIT_REFRESH, "o", HANDLE, NOW, JG_E_NOT_FOUND},
        {JG_SPLIT_ACCESS, "p", HANDLE, NOW, JG_E_NOT_FOUND},
        {JG_SPLIT_ACCESS, "", HANDLE, NOW, JG_E_NOT_FOUND},
        {JG_SPLIT_ACCESS, "o", OTHER, NOW, JG_E_NOT_FOUND},
        {JG_SPLIT_ACCESS, "o", "", NOW, JG_E_NOT_FOUND},
        {JG_SPLIT_ACCESS, "o", "short", NOW, JG_E_NOT_FOUND},
    };
    struct jg_store *store = store_open(state, true);

    assert_err(put(store,
                   split_of(JG_SPLIT_ACCESS, "o", HANDLE, "h.p", NOW + 10),
                   NOW),
               JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(
            get(store,
                split_of(rows[i].kind, rows[i].org, rows[i].handle, "", 0),
                rows[i].now_s, "h.p"),
            rows[i].want);
    jg_store_close(store);
}

static void
another_text_under_a_handle_in_use_is_refused(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_split split =
        split_of(JG_SPLIT_ACCESS, "o", HANDLE, "h.p", NOW + 10);

    assert_err(put(store, split, NOW), JG_OK);
    split.text = JG_STR("h.q");
    assert_err(put(store, split, NOW), JG_E_SPLIT_SAME);
    split.org_id = JG_STR("p");
    assert_err(put(store, split, NOW), JG_E_SPLIT_SAME);
    split = split_of(JG_SPLIT_ACCESS, "o", HANDLE, "h.p", NOW + 20);
    assert_err(put(store, split, NOW), JG_OK); /* the same: a later end */
    assert_err(get(store, split, NOW + 15, "h.p"), JG_OK);
    split.text = JG_STR("h.q");
    split.ends_s = NOW + 50;
    assert_err(put(store, split, NOW + 20), JG_OK); /* the first has ended */
    assert_err(get(store, split, NOW + 21, "h.q"), JG_OK);
    assert_int_equal(count(store, JG_KIND_SPLIT_END), 1);
    jg_store_close(store);
}

static void
sizes_are_bounded(void **state)
{
    static char text[JG_SPLIT_TEXT_MAX + 2], handle[JG_SPLIT_HANDLE_MAX + 2];
    struct jg_store *store = store_open(state, true);

    memset(text, 'x', sizeof(text) - 1);
    memset(handle, 'x', sizeof(handle) - 1);
    assert_err(
        put(store, split_of(JG_SPLIT_ACCESS, "o", HANDLE, text, NOW + 1), NOW),
        JG_E_CONF_RANGE);
    assert_err(
        put(store, split_of(JG_SPLIT_ACCESS, "o", handle, "x", NOW + 1), NOW),
        JG_E_CONF_RANGE);
    assert_err(
        put(store, split_of(JG_SPLIT_ACCESS, "o", "x", "x", NOW + 1), NOW),
        JG_E_CONF_RANGE);
    assert_int_equal(count(store, JG_KIND_SPLIT), 0);
    jg_store_close(store);
}

static void
deleted_and_swept_ones_leave_nothing(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_split one =
        split_of(JG_SPLIT_ACCESS, "o", HANDLE, "h.p", NOW + 10);
    struct jg_split two = split_of(JG_SPLIT_REFRESH, "o", OTHER, "r", NOW + 20);
    struct jg_split foreign = one;
    struct jg_txn *txn;
    size_t removed;
    bool found;

    assert_err(put(store, one, NOW), JG_OK);
    assert_err(put(store, two, NOW), JG_OK);
    foreign.org_id = JG_STR("p");
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_split_delete(txn, &foreign, &found), JG_OK);
    assert_false(found);
    assert_err(jg_split_delete(txn, &one, &found), JG_OK);
    assert_true(found);
    assert_err(jg_split_delete(txn, &one, &found), JG_OK);
    assert_false(found);
    assert_false(jg_splits_ended(txn, NOW + 19));
    assert_true(jg_splits_ended(txn, NOW + 20));
    assert_err(jg_splits_sweep(txn, NOW + 20, &removed), JG_OK);
    assert_int_equal(removed, 1);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_int_equal(count(store, JG_KIND_SPLIT), 0);
    assert_int_equal(count(store, JG_KIND_SPLIT_END), 0);
    jg_store_close(store);
}

/* Whatever is done to a record: never another text. */
static void
a_changed_record_opens_nothing(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_split split =
        split_of(JG_SPLIT_ACCESS, "o", HANDLE, "h.p", NOW + 10);
    char key[JG_STORE_KEY_MAX], bytes[512];
    struct jg_str value, id;
    struct jg_txn *txn;

    assert_err(put(store, split, NOW), JG_OK);
    key[0] = JG_SPLIT_ACCESS;
    assert_err(jg_sha256(jg_str(HANDLE), (unsigned char *)key + 1), JG_OK);
    id = (struct jg_str){key, 33};
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_SPLIT, id, &value), JG_OK);
    assert_true(value.len <= sizeof(bytes));
    memcpy(bytes, value.p, value.len);
    value.p = bytes;
    jg_txn_abort(txn);
    for (size_t i = 0; i < value.len; i++) {
        bytes[i] ^= 1;
        assert_err(jg_txn_write(store, &txn), JG_OK);
        assert_err(jg_store_put(txn, JG_KIND_SPLIT, id, value), JG_OK);
        assert_err(jg_txn_commit(txn), JG_OK);
        assert_err(get(store, split, NOW, "never"), JG_E_STORE);
        bytes[i] ^= 1;
    }
    assert_err(put(store, split, NOW), JG_OK); /* it is replaced */
    assert_err(get(store, split, NOW, "h.p"), JG_OK);
    jg_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(only_the_same_kind_organisation_and_handle_find_it),
        in_folder_test(another_text_under_a_handle_in_use_is_refused),
        in_folder_test(sizes_are_bounded),
        in_folder_test(deleted_and_swept_ones_leave_nothing),
        in_folder_test(a_changed_record_opens_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
