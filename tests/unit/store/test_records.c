/* Documents and addresses as records, whole and damaged. */
#include "store/records.h"
#include "store_check.h"

static const struct jg_file_stamp some_stamp = {
    .mtime_ns = 1, .ctime_ns = -2, .size = 3, .inode = UINT64_MAX};

static struct jg_document
document_of(const char *id, const char *file, const char *text)
{
    return (struct jg_document){.id = jg_str(id),
                                .version = jg_record_version(jg_str(text)),
                                .file = jg_str(file),
                                .text = jg_str(text)};
}

static void
a_document_comes_back_as_it_was(void **state)
{
    static const struct {
        const char *key, *id, *file, *text;
        uint32_t order;
    } rows[] = {
        {"a", "a", "apps/a.json", "{\"api_id\":\"a\"}", 7},
        {"org\nb", "b", "policies.json", "{}", UINT32_MAX},
        {"c", "", "", "", 0},
    };
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_document d =
            document_of(rows[i].id, rows[i].file, rows[i].text);
        struct jg_record_info info = {rows[i].order, some_stamp};

        assert_err(jg_record_put_document(txn, JG_KIND_API, jg_str(rows[i].key),
                                          &d, &info),
                   JG_OK);
    }
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_record_info info;
        struct jg_document d;

        assert_err(jg_record_get_document(txn, JG_KIND_API, jg_str(rows[i].key),
                                          &d, &info),
                   JG_OK);
        assert_str(d.id, rows[i].id);
        assert_str(d.file, rows[i].file);
        assert_str(d.text, rows[i].text);
        assert_int_equal(d.version, jg_record_version(d.text));
        assert_int_equal(info.order, rows[i].order);
        assert_memory_equal(&info.stamp, &some_stamp, sizeof(some_stamp));
        assert_err(jg_record_get_document(txn, JG_KIND_API, jg_str(rows[i].key),
                                          &d, NULL),
                   JG_OK);
        assert_err(jg_record_get_document(txn, JG_KIND_CONF,
                                          jg_str(rows[i].key), &d, NULL),
                   JG_E_NOT_FOUND);
    }
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
versions_follow_the_text(void **state)
{
    (void)state;
    /* The first 8 bytes of SHA-256("abc"). */
    static const unsigned char abc[8] = {0xba, 0x78, 0x16, 0xbf,
                                         0x8f, 0x01, 0xcf, 0xea};
    uint64_t version = jg_record_version(JG_STR("abc"));

    assert_memory_equal(&version, abc, sizeof(abc));
    assert_int_not_equal(version, jg_record_version(JG_STR("abd")));
    assert_int_not_equal(jg_record_version(JG_STR("")), 0);
}

/* Each byte of a record changed in turn, and each shorter length. */
static void
every_damage_is_found(void **state)
{
    struct jg_document d = document_of("id", "a.json", "{\"x\":1}"), got;
    struct jg_record_info info = {7, some_stamp};
    struct jg_store *store = store_open(state, true);
    struct jg_str value;
    struct jg_txn *txn;
    char bytes[512];
    size_t len;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(
        jg_record_put_document(txn, JG_KIND_API, JG_STR("id"), &d, &info),
        JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("id"), &value), JG_OK);
    len = value.len;
    assert_true(len < sizeof(bytes));
    memcpy(bytes, value.p, len);
    for (size_t i = 0; i < 2 * len; i++) {
        struct jg_str damaged = {bytes, i < len ? len : i - len};
        char *byte = &bytes[i % len];

        if (i < len)
            *byte = (char)(*byte ^ (1 << i % 8));
        assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("id"), damaged),
                   JG_OK);
        assert_err(
            jg_record_get_document(txn, JG_KIND_API, JG_STR("id"), &got, NULL),
            JG_E_STORE);
        if (i < len)
            *byte = (char)(*byte ^ (1 << i % 8));
    }
    assert_err(jg_store_put(txn, JG_KIND_API, JG_STR("id"),
                            (struct jg_str){bytes, len}),
               JG_OK);
    assert_err(
        jg_record_get_document(txn, JG_KIND_API, JG_STR("id"), &got, NULL),
        JG_OK);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
a_list_needs_the_head_only(void **state)
{
    struct jg_document d = document_of("id", "a.json", "{\"x\":1}"), got;
    struct jg_record_info info = {7, some_stamp};
    struct jg_store *store = store_open(state, true);
    struct jg_str value;
    struct jg_txn *txn;
    char bytes[512];

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(
        jg_record_put_document(txn, JG_KIND_API, JG_STR("id"), &d, &info),
        JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, JG_STR("id"), &value), JG_OK);
    memcpy(bytes, value.p, value.len);
    bytes[value.len - 1] = 'X';
    value.p = bytes;
    assert_err(jg_record_decode(value, &got, NULL), JG_OK);
    assert_str(got.text, "{\"x\":1X");
    assert_err(jg_record_verify(&got), JG_E_STORE);
    assert_err(jg_record_verify(&d), JG_OK);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
what_is_too_large_is_refused(void **state)
{
    static char bytes[JG_STORE_VALUE_MAX / 2 + 1];
    struct jg_store *store = store_open(state, true);
    struct jg_record_info info = {0, some_stamp};
    struct jg_str large = {bytes, sizeof(bytes)};
    struct jg_document rows[3] = {
        {.text = large}, {.id = large}, {.file = large}};
    struct jg_txn *txn;
    char buffer[JG_STORE_KEY_MAX];
    struct jg_str key;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(jg_record_put_document(txn, JG_KIND_API, JG_STR("k"),
                                          &rows[i], &info),
                   JG_E_CONF_RANGE);
    rows[0].text.len = 0;
    assert_err(
        jg_record_put_document(txn, JG_KIND_API, JG_STR(""), &rows[0], &info),
        JG_E_CONF_RANGE);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_store_close(store);

    assert_err(jg_record_policy_key(large, JG_STR("a"), buffer, &key),
               JG_E_CONF_RANGE);
    assert_err(jg_record_policy_key((struct jg_str){bytes, 300},
                                    (struct jg_str){bytes, 211}, buffer, &key),
               JG_E_CONF_RANGE);
    assert_err(jg_record_policy_key((struct jg_str){bytes, 300},
                                    (struct jg_str){bytes, 210}, buffer, &key),
               JG_OK);
    assert_int_equal(key.len, JG_STORE_KEY_MAX);
    assert_err(jg_record_policy_key(JG_STR("org"), JG_STR("id"), buffer, &key),
               JG_OK);
    assert_str(key, "org\nid");
    assert_err(jg_record_policy_key(JG_STR(""), JG_STR(""), buffer, &key),
               JG_OK);
    assert_str(key, "\n");
}

static void
addresses_come_back_as_they_were(void **state)
{
    static const size_t counts[] = {0, 1, 3, JG_ADDRESSES_MAX};
    struct jg_store *store = store_open(state, true);
    struct jg_addresses in, out;
    struct jg_txn *txn;

    memset(&in, 0, sizeof(in));
    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(counts); i++) {
        in.count = counts[i];
        in.resolved_s = -5 + (int64_t)i;
        for (size_t k = 0; k < in.count; k++) {
            in.items[k].len = (uint8_t)(k % 2 == 0 ? 16 : 28);
            memset(in.items[k].bytes, (int)k + 1, in.items[k].len);
        }
        assert_err(jg_record_put_addresses(txn, JG_STR("up"), &in), JG_OK);
        assert_err(jg_record_get_addresses(txn, JG_STR("up"), &out), JG_OK);
        assert_memory_equal(&in, &out, sizeof(in));
    }
    in.count++;
    assert_err(jg_record_put_addresses(txn, JG_STR("up"), &in),
               JG_E_CONF_RANGE);
    assert_err(jg_record_get_addresses(txn, JG_STR("x"), &out), JG_E_NOT_FOUND);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
damaged_addresses_are_not_used(void **state)
{
    struct jg_addresses in = {.count = 2, .resolved_s = 7}, out;
    struct jg_store *store = store_open(state, true);
    struct jg_str value;
    struct jg_txn *txn;
    char bytes[256];
    size_t len;

    in.items[0].len = in.items[1].len = 16;
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_record_put_addresses(txn, JG_STR("up"), &in), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_ADDRESS, JG_STR("up"), &value), JG_OK);
    len = value.len;
    assert_true(len < sizeof(bytes));
    memcpy(bytes, value.p, len);
    for (size_t i = 0; i < 2 * len; i++) {
        struct jg_str damaged = {bytes, i < len ? len : i - len};
        char *byte = &bytes[i % len];

        if (i < len)
            *byte = (char)(*byte ^ (1 << i % 8));
        assert_err(jg_store_put(txn, JG_KIND_ADDRESS, JG_STR("up"), damaged),
                   JG_OK);
        assert_err(jg_record_get_addresses(txn, JG_STR("up"), &out),
                   JG_E_STORE);
        if (i < len)
            *byte = (char)(*byte ^ (1 << i % 8));
    }
    jg_txn_abort(txn);
    jg_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_document_comes_back_as_it_was),
        cmocka_unit_test(versions_follow_the_text),
        in_folder_test(every_damage_is_found),
        in_folder_test(a_list_needs_the_head_only),
        in_folder_test(what_is_too_large_is_refused),
        in_folder_test(addresses_come_back_as_they_were),
        in_folder_test(damaged_addresses_are_not_used),
    };

    return cmocka_run_group_tests_name("store/records", tests, NULL, NULL);
}
