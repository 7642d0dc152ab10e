/* splits_shown.c: kept split tokens listed, and forgotten by login. */
#include "store/splits.h"

#include "jose/sign.h"
#include "store_check.h"

#define NOW INT64_C(1700000000)

/* Handles of the right length; <n> makes them differ. */
static struct jg_str
handle_of(char *out, char letter, unsigned n)
{
    memset(out, letter, JG_SPLIT_HANDLE_MIN);
    out[JG_SPLIT_HANDLE_MIN] = '\0';
    snprintf(out, JG_SPLIT_HANDLE_MIN, "%c%u", letter, n);
    out[strlen(out)] = letter;
    return jg_str(out);
}

static void
put(struct jg_txn *txn, enum jg_split_kind kind, unsigned n, unsigned login,
    int64_t ends_s)
{
    static unsigned char nonce[JG_SEAL_NONCE_BYTES];
    char handle[JG_SPLIT_HANDLE_MIN + 1], of_login[JG_SPLIT_HANDLE_MIN + 1];
    struct jg_arena a;
    struct jg_split split = {.kind = kind,
                             .org_id = JG_STR("o"),
                             .api_id = JG_STR("api"),
                             .text = JG_STR("kept text"),
                             .note = JG_STR("note"),
                             .ends_s = ends_s};

    nonce[0]++;
    split.handle = handle_of(handle, "ar"[kind], n);
    if (login > 0)
        split.login = handle_of(of_login, 'r', login);
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_split_put(txn, &split, NOW, nonce, &a), JG_OK);
    jg_arena_free(&a);
}

static void
id_of(char letter, unsigned n, char out[static JG_SPLIT_ID_CHARS + 1])
{
    char handle[JG_SPLIT_HANDLE_MIN + 1], hex[65];

    assert_err(jg_sha256_hex(handle_of(handle, letter, n), hex), JG_OK);
    snprintf(out, JG_SPLIT_ID_CHARS + 1, "%c%.32s", letter, hex);
}

struct seen {
    char last[JG_SPLIT_ID_CHARS + 1];
    size_t count, max;
};

static enum jg_err
look(void *arg, const struct jg_split_shown *split)
{
    struct seen *seen = arg;
    char id[JG_SPLIT_ID_CHARS + 1];

    if (seen->count == seen->max)
        return JG_E_NOT_FOUND;
    jg_split_id(split, id);
    assert_true(strcmp(seen->last, id) < 0); /* each once, in order */
    memcpy(seen->last, id, sizeof(id));
    assert_str(split->api_id, "api");
    assert_str(split->note, "note");
    assert_int_equal(split->issued_s, NOW);
    seen->count++;
    return JG_OK;
}

static size_t
shown(struct jg_txn *txn, int64_t now_s)
{
    struct seen seen = {.max = SIZE_MAX};

    assert_err(jg_splits_each(txn, JG_STR(""), now_s, look, &seen), JG_OK);
    return seen.count;
}

static void
each_is_listed_once_page_by_page(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;
    struct seen seen = {.last = ""};

    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (unsigned i = 1; i <= 20; i++) {
        put(txn, JG_SPLIT_ACCESS, i, i, NOW + 10);
        put(txn, JG_SPLIT_REFRESH, i, 0, NOW + 20);
    }
    assert_int_equal(shown(txn, NOW), 40);
    assert_int_equal(shown(txn, NOW + 10), 20); /* access tokens have ended */
    assert_int_equal(shown(txn, NOW + 20), 0);
    for (seen.max = 7; seen.count == seen.max - 7; seen.max += 7) {
        char after[sizeof(seen.last)];

        memcpy(after, seen.last, sizeof(after));
        (void)jg_splits_each(txn, jg_str(after), NOW, look, &seen);
    }
    assert_int_equal(seen.count, 40);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
an_id_names_one(void **state)
{
    static const char *const none[] = {"",
                                       "a",
                                       "x0123456789abcdef0123456789abcdef",
                                       "a0123456789abcdef0123456789abcde",
                                       "a0123456789abcdef0123456789abcdefa",
                                       "A0123456789abcdef0123456789abcdef",
                                       "a0123456789ABCDEF0123456789abcdef",
                                       "a0123456789abcdef0123456789abcdef"};
    struct jg_store *store = store_open(state, true);
    struct jg_split_shown split;
    char id[JG_SPLIT_ID_CHARS + 1], again[JG_SPLIT_ID_CHARS + 1];
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put(txn, JG_SPLIT_ACCESS, 1, 0, NOW + 10);
    id_of('a', 1, id);
    assert_err(jg_split_show(txn, jg_str(id), NOW, &split), JG_OK);
    jg_split_id(&split, again);
    assert_string_equal(id, again);
    assert_true(jg_split_is_id(jg_str(id)));
    assert_err(jg_split_show(txn, jg_str(id), NOW + 10, &split),
               JG_E_NOT_FOUND);
    id[0] = 'r';
    assert_err(jg_split_show(txn, jg_str(id), NOW, &split), JG_E_NOT_FOUND);
    for (size_t i = 0; i < LEN(none); i++) {
        assert_err(jg_split_show(txn, jg_str(none[i]), NOW, &split),
                   JG_E_NOT_FOUND);
        assert_int_equal(jg_split_is_id(jg_str(none[i])), i + 1 == LEN(none));
    }
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
expect_gone(struct jg_txn *txn, char letter, unsigned n, bool gone)
{
    struct jg_split_shown split;
    char id[JG_SPLIT_ID_CHARS + 1];

    id_of(letter, n, id);
    assert_err(jg_split_show(txn, jg_str(id), NOW, &split),
               gone ? JG_E_NOT_FOUND : JG_OK);
}

/* Also one with more access tokens than are removed in one round. */
static void
a_login_is_forgotten_as_a_whole(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_split_shown split;
    char id[JG_SPLIT_ID_CHARS + 1];
    size_t removed = 0;
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put(txn, JG_SPLIT_REFRESH, 1, 0, NOW + 20);
    put(txn, JG_SPLIT_REFRESH, 2, 0, NOW + 20);
    for (unsigned i = 1; i <= 200; i++)
        put(txn, JG_SPLIT_ACCESS, i, 1, NOW + 10);
    put(txn, JG_SPLIT_ACCESS, 201, 2, NOW + 10);
    put(txn, JG_SPLIT_ACCESS, 202, 0, NOW + 10);
    id_of('a', 100, id);
    assert_err(jg_split_show(txn, jg_str(id), NOW, &split), JG_OK);
    assert_err(jg_split_forget(txn, &split, &removed), JG_OK);
    assert_int_equal(removed, 201);
    expect_gone(txn, 'r', 1, true);
    expect_gone(txn, 'a', 1, true);
    expect_gone(txn, 'a', 201, false);
    expect_gone(txn, 'r', 2, false);
    id_of('a', 202, id); /* of no login: alone */
    assert_err(jg_split_show(txn, jg_str(id), NOW, &split), JG_OK);
    assert_err(jg_split_forget(txn, &split, &removed), JG_OK);
    assert_int_equal(removed, 202);
    assert_int_equal(shown(txn, NOW), 2);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_SPLIT_LOGIN), 1);
    assert_int_equal(jg_store_count(txn, JG_KIND_SPLIT_END), 2);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
a_login_is_named_by_its_refresh_token_in_its_organisation(void **state)
{
    struct jg_store *store = store_open(state, true);
    char handle[JG_SPLIT_HANDLE_MIN + 1];
    size_t removed = 0;
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put(txn, JG_SPLIT_REFRESH, 1, 0, NOW + 20);
    put(txn, JG_SPLIT_ACCESS, 1, 1, NOW + 10);
    handle_of(handle, 'r', 1);
    assert_err(
        jg_split_forget_login(txn, JG_STR("p"), jg_str(handle), &removed),
        JG_OK);
    assert_int_equal(removed, 0);
    assert_err(
        jg_split_forget_login(txn, JG_STR("o"), jg_str(handle), &removed),
        JG_OK);
    assert_int_equal(removed, 2);
    assert_int_equal(shown(txn, NOW), 0);
    assert_err(
        jg_split_forget_login(txn, JG_STR("o"), jg_str(handle), &removed),
        JG_OK);
    assert_int_equal(removed, 2);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
a_sweep_leaves_nothing_of_a_login(void **state)
{
    struct jg_store *store = store_open(state, true);
    size_t removed = 0;
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put(txn, JG_SPLIT_REFRESH, 1, 0, NOW + 10);
    put(txn, JG_SPLIT_ACCESS, 1, 1, NOW + 10);
    assert_err(jg_splits_sweep(txn, NOW + 10, &removed), JG_OK);
    assert_int_equal(removed, 2);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_SPLIT), 0);
    assert_int_equal(jg_store_count(txn, JG_KIND_SPLIT_LOGIN), 0);
    jg_txn_abort(txn);
    jg_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(each_is_listed_once_page_by_page),
        in_folder_test(an_id_names_one),
        in_folder_test(a_login_is_forgotten_as_a_whole),
        in_folder_test(
            a_login_is_named_by_its_refresh_token_in_its_organisation),
        in_folder_test(a_sweep_leaves_nothing_of_a_login),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
