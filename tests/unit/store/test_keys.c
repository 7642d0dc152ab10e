/* keys.c: stored keys by themselves, by name, and until their end. */
#include "base/murmur.h"
#include "store/keys.h"
#include "store_check.h"

#define NOW INT64_C(1700000000)
#define SESSION "{\"org_id\":\"o\",\"unknown\":[1,2],\"rate\":1e+06}"

static struct jg_key_id
id_of(const char *key)
{
    struct jg_key_id id;

    assert_err(jg_key_id(jg_str(key), &id), JG_OK);
    return id;
}

/* One committed record of <key>; NULL: it is its own name. */
static enum jg_err
put(struct jg_store *store, const char *key, const char *name, const char *org,
    int64_t ends_s)
{
    struct jg_stored_key record = {.name = jg_str(name != NULL ? name : key),
                                   .org_id = jg_str(org),
                                   .session = JG_STR(SESSION),
                                   .ends_s = ends_s};
    struct jg_key_id id = id_of(key);
    struct jg_txn *txn;
    enum jg_err err;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    err = jg_stored_key_put(txn, &id, &record);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static void
take_away(struct jg_store *store, const char *key)
{
    struct jg_key_id id = id_of(key);
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_stored_key_delete(txn, &id), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

/* By the key itself; <out> may be NULL, its strings are not to be used. */
static enum jg_err
get(struct jg_store *store, const char *key, int64_t now_s,
    struct jg_stored_key *out)
{
    struct jg_key_id id = id_of(key);
    struct jg_stored_key record;
    struct jg_txn *txn;
    enum jg_err err;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    err = jg_stored_key_get(txn, &id, now_s, &record);
    if (err == JG_OK)
        assert_str(record.session, SESSION);
    if (err == JG_OK && out != NULL)
        *out = record;
    jg_txn_abort(txn);
    return err;
}

/* By name; it must lead to <key>. */
static enum jg_err
find(struct jg_store *store, const char *name, const char *key)
{
    struct jg_stored_key record;
    struct jg_key_id id, want = id_of(key);
    struct jg_txn *txn;
    enum jg_err err;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    err = jg_stored_key_find(txn, jg_str(name), NOW, &id, &record);
    if (err == JG_OK) {
        assert_memory_equal(&id, &want, sizeof(id));
        assert_str(record.name, name);
    }
    jg_txn_abort(txn);
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
a_key_is_found_by_all_of_it_and_by_its_name(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_stored_key record;

    assert_err(put(store, "oalice", "5b44f5c0", "o", 0), JG_OK);
    assert_err(get(store, "oalice", NOW, &record), JG_OK);
    assert_int_equal(record.ends_s, 0);
    assert_err(find(store, "5b44f5c0", "oalice"), JG_OK);
    assert_err(put(store, "obob", NULL, "o", 0), JG_OK);
    assert_err(find(store, "obob", "obob"), JG_OK);
    take_away(store, "oalice");
    assert_err(get(store, "oalice", NOW, NULL), JG_E_NOT_FOUND);
    assert_err(find(store, "5b44f5c0", "oalice"), JG_E_NOT_FOUND);
    take_away(store, "oalice");
    take_away(store, "obob");
    assert_int_equal(count(store, JG_KIND_KEY), 0);
    assert_int_equal(count(store, JG_KIND_KEY_NAME), 0);
    jg_store_close(store);
}

/* What Tyk takes for the same key: it hashes neither the tail nor the length.
 */
static void
no_short_hash_admits_anybody(void **state)
{
    static const char *const others[] = {"oalice12", "oalice1x", "oalicexx",
                                         "5b44f5c0", "00000000", "oalice1 ",
                                         "OALICE1",  "oalice"};
    struct jg_store *store = store_open(state, true);
    char name[9];

    snprintf(name, sizeof(name), "%08x", jg_murmur_tyk_32(JG_STR("oalice1")));
    assert_err(put(store, "oalice1", name, "o", 0), JG_OK);
    assert_err(get(store, "oalice1", NOW, NULL), JG_OK);
    assert_err(get(store, name, NOW, NULL), JG_E_NOT_FOUND);
    for (size_t i = 0; i < LEN(others); i++)
        assert_err(get(store, others[i], NOW, NULL), JG_E_NOT_FOUND);
    jg_store_close(store);
}

static void
of_several_keys_with_one_name_none_is_chosen(void **state)
{
    struct jg_store *store = store_open(state, true);

    assert_err(put(store, "k1", "00000000", "o", 0), JG_OK);
    assert_err(put(store, "k2", "00000000", "o", 0), JG_OK);
    assert_err(put(store, "k2", "00000000", "o", 0), JG_OK);
    assert_err(find(store, "00000000", "k1"), JG_E_KEY_AMBIGUOUS);
    assert_err(get(store, "k1", NOW, NULL), JG_OK);
    assert_err(get(store, "k2", NOW, NULL), JG_OK);
    take_away(store, "k1");
    assert_err(find(store, "00000000", "k2"), JG_OK);
    /* Also a key that is called so without being hashed. */
    assert_err(put(store, "00000000", NULL, "o", 0), JG_OK);
    assert_err(find(store, "00000000", "k2"), JG_E_KEY_AMBIGUOUS);
    take_away(store, "k2");
    assert_err(find(store, "00000000", "00000000"), JG_OK);
    /* What has ended does not count. */
    assert_err(put(store, "k3", "00000000", "o", NOW), JG_OK);
    assert_err(find(store, "00000000", "00000000"), JG_OK);
    jg_store_close(store);
}

static void
one_name_has_so_many_keys(void **state)
{
    struct jg_store *store = store_open(state, true);
    char key[8];

    for (int i = 0; i < JG_KEYS_SAME_NAME_MAX; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        assert_err(put(store, key, "00000000", "o", 0), JG_OK);
    }
    assert_err(put(store, key, "00000000", "o", 0), JG_OK); /* the last again */
    assert_err(put(store, "more", "00000000", "o", 0), JG_E_KEY_SAME_NAME);
    assert_err(get(store, "more", NOW, NULL), JG_E_NOT_FOUND);
    take_away(store, "k7");
    assert_err(put(store, "more", "00000000", "o", 0), JG_OK);
    jg_store_close(store);
}

static void
a_key_that_is_written_again_has_another_revision(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_stored_key a, b, c;

    assert_err(put(store, "k", "11111111", "o", NOW + 5), JG_OK);
    assert_err(get(store, "k", NOW, &a), JG_OK);
    assert_err(put(store, "k", "22222222", "o", 0), JG_OK);
    assert_err(get(store, "k", NOW, &b), JG_OK);
    assert_err(find(store, "11111111", "k"), JG_E_NOT_FOUND);
    assert_err(find(store, "22222222", "k"), JG_OK);
    assert_int_equal(count(store, JG_KIND_KEY_END), 0);
    take_away(store, "k");
    assert_err(put(store, "k", "22222222", "o", 0), JG_OK);
    assert_err(get(store, "k", NOW, &c), JG_OK);
    assert_true(a.revision < b.revision && b.revision < c.revision);
    jg_store_close(store);
}

static void
a_key_is_gone_at_its_end_and_swept_then(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;
    size_t removed;

    assert_err(put(store, "never", "1", "o", 0), JG_OK);
    assert_err(put(store, "negative", "1", "o", -1), JG_OK);
    assert_err(put(store, "later", "2", "o", NOW + 1), JG_OK);
    assert_err(put(store, "now", "2", "o", NOW), JG_OK);
    assert_err(put(store, "past", "3", "o", 1), JG_OK);
    assert_err(get(store, "now", NOW, NULL), JG_E_NOT_FOUND);
    assert_err(get(store, "now", NOW - 1, NULL), JG_OK);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_false(jg_stored_keys_ended(txn, 0));
    assert_true(jg_stored_keys_ended(txn, NOW));
    assert_err(jg_stored_keys_sweep(txn, NOW, &removed), JG_OK);
    assert_int_equal(removed, 2);
    assert_false(jg_stored_keys_ended(txn, NOW));
    assert_err(jg_stored_keys_sweep(txn, NOW, &removed), JG_OK);
    assert_int_equal(removed, 0);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(get(store, "never", INT64_MAX, NULL), JG_OK);
    assert_err(get(store, "negative", INT64_MAX, NULL), JG_OK);
    assert_err(get(store, "later", NOW, NULL), JG_OK);
    assert_err(get(store, "now", NOW - 1, NULL), JG_E_NOT_FOUND);
    assert_int_equal(count(store, JG_KIND_KEY), 3);
    assert_int_equal(count(store, JG_KIND_KEY_END), 1);
    assert_int_equal(count(store, JG_KIND_KEY_NAME), 2);
    jg_store_close(store);
}

static void
a_sweep_does_a_little_at_a_time(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_stored_key record = {.name = JG_STR("x"), .ends_s = 5};
    struct jg_txn *txn;
    char key[16];
    size_t removed;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (int i = 0; i < JG_KEYS_SWEEP_MAX + 3; i++) {
        struct jg_key_id id;

        snprintf(key, sizeof(key), "key%d", i);
        id = id_of(key);
        record.name = jg_str(key);
        assert_err(jg_stored_key_put(txn, &id, &record), JG_OK);
    }
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_stored_keys_sweep(txn, NOW, &removed), JG_OK);
    assert_int_equal(removed, JG_KEYS_SWEEP_MAX);
    assert_err(jg_stored_keys_sweep(txn, NOW, &removed), JG_OK);
    assert_int_equal(removed, 3);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_int_equal(count(store, JG_KIND_KEY), 0);
    jg_store_close(store);
}

struct seen {
    unsigned count;
    enum jg_err result;
};

static enum jg_err
see(void *arg, const struct jg_key_id *id, const struct jg_stored_key *key)
{
    struct seen *seen = arg;

    (void)id;
    assert_str(key->session, SESSION);
    seen->count++;
    return seen->result;
}

static void
keys_are_listed_by_organisation(void **state)
{
    static const struct {
        const char *org;
        unsigned want;
        enum jg_err result;
    } rows[] = {{NULL, 3, JG_OK}, {"o", 2, JG_OK}, {"p", 1, JG_OK},
                {"q", 0, JG_OK},  {"", 0, JG_OK},  {NULL, 1, JG_E_CONF_RANGE}};
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;

    assert_err(put(store, "k1", NULL, "o", 0), JG_OK);
    assert_err(put(store, "k2", NULL, "o", NOW + 1), JG_OK);
    assert_err(put(store, "k3", NULL, "o", NOW), JG_OK);
    assert_err(put(store, "k4", NULL, "p", 0), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct seen seen = {0, rows[i].result};

        assert_err(
            jg_stored_keys_each(txn, jg_str(rows[i].org), NOW, see, &seen),
            rows[i].result);
        assert_int_equal(seen.count, rows[i].want);
    }
    jg_txn_abort(txn);
    jg_store_close(store);
}

/* Every byte of a record, changed. */
static void
damage_is_noticed_and_can_be_replaced(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_key_id id = id_of("key");
    struct jg_str key = {(const char *)&id, sizeof(id)}, value;
    struct jg_stored_key out;
    struct jg_txn *txn;
    char bytes[256];

    assert_err(put(store, "key", "11111111", "o", NOW + 5), JG_OK);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_KEY, key, &value), JG_OK);
    assert_true(value.len <= sizeof(bytes));
    memcpy(bytes, value.p, value.len);
    value.p = bytes;
    for (size_t i = 0; i < value.len; i++) {
        bytes[i] ^= 1;
        assert_err(jg_store_put(txn, JG_KIND_KEY, key, value), JG_OK);
        assert_err(jg_stored_key_get(txn, &id, NOW, &out), JG_E_STORE);
        bytes[i] ^= 1;
    }
    for (size_t len = 0; len < value.len; len++) {
        assert_err(jg_store_put(txn, JG_KIND_KEY, key, jg_str_head(value, len)),
                   JG_OK);
        assert_err(jg_stored_key_get(txn, &id, NOW, &out), JG_E_STORE);
    }
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(put(store, "key", "11111111", "o", 0), JG_OK);
    assert_err(get(store, "key", NOW, NULL), JG_OK);

    /* Its end of before must not take the new one along. */
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_KEY_END), 1);
    assert_err(jg_stored_keys_sweep(txn, NOW + 9, &(size_t){0}), JG_OK);
    assert_int_equal(jg_store_count(txn, JG_KIND_KEY_END), 0);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(get(store, "key", NOW, NULL), JG_OK);
    jg_store_close(store);
}

static void
every_part_has_its_limit(void **state)
{
    static char text[JG_KEY_SESSION_MAX + 1];
    const struct {
        struct jg_stored_key record;
        enum jg_err want;
    } rows[] = {
        {{.name = {text, 64}, .session = {text, JG_KEY_SESSION_MAX}}, JG_OK},
        {{.name = {text, 64}, .session = {text, JG_KEY_SESSION_MAX + 1}},
         JG_E_CONF_RANGE},
        {{.name = {text, 64}, .org_id = {text, JG_KEY_ORG_MAX}}, JG_OK},
        {{.name = {text, 64}, .org_id = {text, JG_KEY_ORG_MAX + 1}},
         JG_E_CONF_RANGE},
        {{.name = {text, 65}}, JG_E_CONF_RANGE}, /* no hash, nor the key */
        {{.name = {text, 0}}, JG_E_CONF_RANGE},
        {{.name = {text, JG_KEY_BYTES_MAX + 1}}, JG_E_CONF_RANGE},
    };
    struct jg_store *store = store_open(state, true);
    struct jg_key_id id = id_of("key"), own;
    struct jg_stored_key record = {.name = {text, JG_KEY_BYTES_MAX}};
    struct jg_txn *txn;

    memset(text, 'x', sizeof(text));
    assert_err(jg_key_id(record.name, &own), JG_OK);
    assert_err(jg_txn_write(store, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(jg_stored_key_put(txn, &id, &rows[i].record), rows[i].want);
    assert_err(jg_stored_key_put(txn, &own, &record), JG_OK);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static struct jg_key_seen
seen_of(struct jg_store *store, const char *key)
{
    struct jg_key_seen seen = {id_of(key), 0};
    struct jg_stored_key record;
    struct jg_txn *txn;

    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_stored_key_get(txn, &seen.id, NOW, &record), JG_OK);
    seen.revision = record.revision;
    jg_txn_abort(txn);
    return seen;
}

static enum jg_err
change(struct jg_store *store, const struct jg_key_seen *seen, int64_t now_s,
       struct jg_str session)
{
    struct jg_txn *txn;
    enum jg_err err;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    err = jg_stored_key_change(txn, seen, now_s, session);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static void
a_change_keeps_everything_but_the_session(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_stored_key record;
    struct jg_key_seen seen;
    struct jg_txn *txn;

    assert_err(put(store, "oalice", "5b44f5c0", "o", NOW + 1), JG_OK);
    seen = seen_of(store, "oalice");
    assert_err(change(store, &seen, NOW, JG_STR("{}")), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_stored_key_get(txn, &seen.id, NOW, &record), JG_OK);
    assert_str(record.name, "5b44f5c0");
    assert_str(record.org_id, "o");
    assert_str(record.session, "{}");
    assert_int_equal(record.ends_s, NOW + 1);
    assert_int_not_equal(record.revision, seen.revision);
    jg_txn_abort(txn);
    assert_int_equal(count(store, JG_KIND_KEY_NAME), 1);
    assert_int_equal(count(store, JG_KIND_KEY_END), 1);
    jg_store_close(store);
}

static void
whoever_was_there_first_is_not_overwritten(void **state)
{
    static char large[JG_KEY_SESSION_MAX + 1];
    struct jg_store *store = store_open(state, true);
    struct jg_key_seen seen, nobody = {id_of("nobody"), 1};

    assert_err(put(store, "key", NULL, "o", NOW + 1), JG_OK);
    seen = seen_of(store, "key");
    memset(large, 'x', sizeof(large));
    assert_err(change(store, &nobody, NOW, JG_STR("{}")), JG_E_NOT_FOUND);
    assert_err(change(store, &seen, NOW + 1, JG_STR("{}")), JG_E_NOT_FOUND);
    assert_err(change(store, &seen, NOW, (struct jg_str){large, sizeof(large)}),
               JG_E_CONF_RANGE);

    assert_err(put(store, "key", NULL, "o", NOW + 1), JG_OK); /* changed */
    assert_err(change(store, &seen, NOW, JG_STR("{}")), JG_E_NOT_FOUND);
    take_away(store, "key");
    assert_err(change(store, &seen, NOW, JG_STR("{}")), JG_E_NOT_FOUND);
    assert_err(put(store, "key", NULL, "o", 0), JG_OK); /* made anew */
    assert_err(change(store, &seen, NOW, JG_STR("{}")), JG_E_NOT_FOUND);
    assert_err(get(store, "key", NOW, NULL), JG_OK); /* as it was put */
    jg_store_close(store);
}

#define ZEROS_31 \
    "00000000000000000000000000000000000000000000000000000000000000"

static void
what_was_seen_is_a_text(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        {ZEROS_31 "00 0", true},
        {ZEROS_31 "ff 18446744073709551615", true},
        {ZEROS_31 "ff 18446744073709551616", false},
        {ZEROS_31 "fF 1", false},
        {ZEROS_31 "0g 1", false},
        {ZEROS_31 "0 1", false},
        {ZEROS_31 "000 1", false},
        {ZEROS_31 "00  1", false},
        {ZEROS_31 "00 1 ", false},
        {ZEROS_31 "00 -1", false},
        {ZEROS_31 "00 ", false},
        {ZEROS_31 "00", false},
        {" 1", false},
        {"", false},
    };
    struct jg_key_seen seen = {id_of("key"), UINT64_MAX}, again;
    char text[JG_KEY_SEEN_CHARS];

    (void)state;
    jg_key_seen_write(&seen, text);
    assert_int_equal(strlen(text), JG_KEY_SEEN_CHARS - 1);
    assert_true(jg_key_seen_read(jg_str(text), &again));
    assert_memory_equal(&seen.id, &again.id, sizeof(seen.id));
    assert_true(seen.revision == again.revision);
    for (size_t i = 0; i < LEN(rows); i++)
        if (jg_key_seen_read(jg_str(rows[i].text), &again) != rows[i].is)
            fail_msg("%s", rows[i].text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_key_is_found_by_all_of_it_and_by_its_name),
        in_folder_test(no_short_hash_admits_anybody),
        in_folder_test(of_several_keys_with_one_name_none_is_chosen),
        in_folder_test(one_name_has_so_many_keys),
        in_folder_test(a_key_that_is_written_again_has_another_revision),
        in_folder_test(a_key_is_gone_at_its_end_and_swept_then),
        in_folder_test(a_sweep_does_a_little_at_a_time),
        in_folder_test(keys_are_listed_by_organisation),
        in_folder_test(damage_is_noticed_and_can_be_replaced),
        in_folder_test(every_part_has_its_limit),
        in_folder_test(a_change_keeps_everything_but_the_session),
        in_folder_test(whoever_was_there_first_is_not_overwritten),
        cmocka_unit_test(what_was_seen_is_a_text),
    };

    return cmocka_run_group_tests_name("store/keys", tests, NULL, NULL);
}
