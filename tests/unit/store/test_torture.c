/*
 * Every allocation of the core fails once while each kind of file is opened,
 * listed and read. (LMDB allocates for itself, and reports it.)
 */
#include "store/counters.h"
#include "store/files.h"
#include "store/journal.h"
#include "store/keysets.h"
#include "store/records.h"
#include "store_check.h"
#include "torture.h"

typedef enum jg_err attempt(void **state);

static enum jg_err
try_store(void **state)
{
    struct jg_store_options options = {.path = in_folder(state, "store"),
                                       .max_bytes = TEST_BYTES,
                                       .writable = true,
                                       .group = (gid_t)-1};
    char fault[JG_STORE_FAULT_MAX] = "";
    struct jg_txn *outer = NULL, *inner = NULL;
    struct jg_snapshot *snapshot = NULL;
    struct jg_store *store = NULL;
    enum jg_err err = jg_store_open(&options, &store, fault);

    assert_int_equal(store != NULL, err == JG_OK);
    if (err != JG_OK) {
        assert_true(fault[0] != '\0');
        return err;
    }
    err = jg_txn_read(store, &outer);
    if (err == JG_OK)
        err = jg_txn_read(store, &inner); /* this one is allocated */
    jg_txn_abort(inner);
    jg_txn_abort(outer);
    if (err == JG_OK)
        err = jg_records_snapshot(store, 1, NULL, NULL, &snapshot);
    assert_int_equal(snapshot != NULL, err == JG_OK);
    jg_snapshot_free(snapshot);
    jg_store_close(store);
    return err;
}

static enum jg_err
try_counters(void **state)
{
    struct jg_counters *c = NULL;
    enum jg_err err = jg_counters_open(in_folder(state, "counters"), &c);

    assert_int_equal(c != NULL, err == JG_OK);
    jg_counters_close(c);
    return err;
}

static enum jg_err
try_journal(void **state)
{
    struct jg_journal *j = NULL;
    enum jg_err err = jg_journal_open(in_folder(state, "journal"), &j);

    assert_int_equal(j != NULL, err == JG_OK);
    jg_journal_close(j);
    return err;
}

static enum jg_err
try_files(void **state)
{
    struct jg_file *files = NULL;
    struct jg_arena a;
    struct jg_str text;
    size_t count = 0;
    enum jg_err err;

    jg_arena_init(&a, 64, 1024 * 1024);
    err = jg_files_list(*state, 1, &a, &files, &count);
    for (size_t i = 0; i < count && err == JG_OK; i++)
        err = jg_file_read(files[i].path.p, &a, &text);
    jg_arena_free(&a);
    return err;
}

static enum jg_err
ignore(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    (void)arg;
    (void)api_id;
    (void)url;
    return JG_OK;
}

static enum jg_err
try_keysets(void **state)
{
    static const char id[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const struct jg_key_url url = {.id = JG_STR(id), .url = JG_STR("u")};
    struct jg_keyset keyset = {.body = JG_STR("{}")};
    struct jg_store *store;
    struct jg_txn *txn = NULL;
    unsigned long failing = fail_at;
    enum jg_err err;

    fail_at = 0;
    store = store_open(state, true);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    allocations = 0;
    fail_at = failing;
    err = jg_keyset_put_uses(txn, JG_STR("a"), &url, 1);
    if (err == JG_OK)
        err = jg_keyset_put(txn, url.id, &keyset);
    if (err == JG_OK)
        err = jg_keyset_get(txn, url.id, &keyset);
    if (err == JG_OK)
        err = jg_keyset_verify(&keyset);
    if (err == JG_OK)
        err = jg_keyset_each_use(txn, ignore, NULL);
    jg_txn_abort(txn);
    jg_store_close(store);
    return err;
}

/* What the attempts find. */
static void
prepare(void **state)
{
    static const char api[] =
        "{\"api_id\":\"a\",\"active\":true,\"use_keyless\":true,\"proxy\":"
        "{\"listen_path\":\"/a/\",\"target_url\":\"http://up\"}}";
    struct jg_document conf = {.text = JG_STR("{}")};
    struct jg_document document = {.id = JG_STR("a"), .text = JG_STR(api)};
    struct jg_record_info info = {.order = 0};
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;

    conf.version = jg_record_version(conf.text);
    document.version = jg_record_version(document.text);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_record_put_document(txn, JG_KIND_CONF,
                                      JG_STR(JG_RECORD_CONF_KEY), &conf, &info),
               JG_OK);
    assert_err(
        jg_record_put_document(txn, JG_KIND_API, JG_STR("a"), &document, &info),
        JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_store_close(store);
    assert_err(jg_file_replace(*state, JG_STR("a.json"), JG_STR(api)), JG_OK);
    assert_err(jg_file_replace(*state, JG_STR("b.json"), JG_STR(api)), JG_OK);
}

static void
without_memory_it_fails_and_works_again(void **state)
{
    static const struct {
        attempt *attempt;
        unsigned long least; /* allocations it needs */
    } rows[] = {{try_store, 4},
                {try_counters, 1},
                {try_journal, 1},
                {try_files, 4},
                {try_keysets, 1}};

    prepare(state);
    for (size_t i = 0; i < LEN(rows); i++) {
        unsigned long needed;

        fail_at = allocations = 0;
        assert_err(rows[i].attempt(state), JG_OK);
        needed = allocations;
        assert_true(needed >= rows[i].least);
        for (unsigned long n = 1; n <= needed; n++) {
            enum jg_err err;

            allocations = 0;
            fail_at = n;
            err = rows[i].attempt(state);
            fail_at = 0;
            if (err != JG_E_NOMEM)
                print_error("row %zu, allocation %lu of %lu\n", i, n, needed);
            assert_err(err, JG_E_NOMEM);
        }
        assert_err(rows[i].attempt(state), JG_OK);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(without_memory_it_fails_and_works_again),
    };

    return cmocka_run_group_tests_name("store/torture", tests, NULL, NULL);
}
