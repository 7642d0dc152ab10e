/* From records to the snapshot: order, sharing, and what is left out. */
#include "store/records.h"
#include "store_check.h"

#define API                                                     \
    "{\"api_id\":\"%s\",\"name\":\"%s\",\"active\":true,"       \
    "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/%s/\"," \
    "\"target_url\":\"http://up\"}}"
#define POLICY \
    "{\"id\":\"%s\",\"org_id\":\"o\",\"name\":\"%s\",\"access_rights\":{}}"

static void
put(struct jg_txn *txn, enum jg_kind kind, const char *key, const char *id,
    uint32_t order, const char *text)
{
    struct jg_document d = {.id = jg_str(id),
                            .version = jg_record_version(jg_str(text)),
                            .file = JG_STR("f.json"),
                            .text = jg_str(text)};
    struct jg_record_info info = {.order = order};

    assert_err(jg_record_put_document(txn, kind, jg_str(key), &d, &info),
               JG_OK);
}

static void
put_conf(struct jg_txn *txn, const char *text)
{
    put(txn, JG_KIND_CONF, JG_RECORD_CONF_KEY, "", 0, text);
}

static void
put_api(struct jg_txn *txn, const char *id, uint32_t order, const char *name)
{
    char text[512];

    snprintf(text, sizeof(text), API, id, name, id);
    put(txn, JG_KIND_API, id, id, order, text);
}

static void
put_policy(struct jg_txn *txn, const char *id, uint32_t order, const char *name)
{
    char text[512], key[64];

    snprintf(text, sizeof(text), POLICY, id, name);
    snprintf(key, sizeof(key), "o\n%s", id);
    put(txn, JG_KIND_POLICY, key, id, order, text);
}

/* The findings of one snapshot. */
struct findings {
    struct jg_arena arena;
    struct jg_diags diags;
};

static struct jg_snapshot *
snapshot(struct jg_store *store, const struct jg_snapshot *previous,
         struct findings *f)
{
    struct jg_snapshot *s = NULL;

    jg_arena_init(&f->arena, 16 * 1024, 1024 * 1024);
    jg_diags_init(&f->diags, &f->arena);
    assert_err(jg_records_snapshot(store, 5, previous, &f->diags, &s), JG_OK);
    return s;
}

static void
documents_have_the_order_of_loading(void **state)
{
    static const char *const apis[] = {"z", "m", "b", "a"};
    struct jg_store *store = store_open(state, true);
    struct jg_snapshot *s;
    struct findings f;
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put_conf(txn, "{\"listen_port\":1234}");
    put_api(txn, "a", 9, "A");
    put_api(txn, "z", 0, "Z");
    put_api(txn, "b", 5, "B");
    put_api(txn, "m", 4, "M");
    put_policy(txn, "q", 1, "Q");
    put_policy(txn, "p", 2, "P");
    assert_err(jg_txn_commit(txn), JG_OK);

    s = snapshot(store, NULL, &f);
    assert_int_equal(s->generation, 5);
    assert_int_equal(s->conf->listen_port, 1234);
    assert_int_equal(s->api_count, LEN(apis));
    for (size_t i = 0; i < LEN(apis); i++)
        assert_str(s->apis[i]->def.api_id, apis[i]);
    assert_int_equal(s->policy_count, 2);
    assert_str(s->policies[0]->id, "q");
    assert_non_null(jg_snapshot_policy(s, JG_STR("o"), JG_STR("p")));
    assert_non_null(jg_routes_find(s->routes, JG_STR("h"), JG_STR("/m/x")));
    assert_int_equal(f.diags.faults, 0);
    jg_snapshot_free(s);
    jg_arena_free(&f.arena);
    jg_store_close(store);
}

static void
without_a_configuration_there_is_none(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_snapshot *s = NULL;

    assert_err(jg_records_snapshot(store, 1, NULL, NULL, &s), JG_E_NOT_FOUND);
    store_put(store, JG_KIND_CONF, JG_RECORD_CONF_KEY, "junk");
    assert_err(jg_records_snapshot(store, 1, NULL, NULL, &s), JG_E_STORE);
    assert_null(s);
    jg_store_close(store);
}

static void
what_did_not_change_is_shared(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_snapshot *one, *two, *three;
    struct findings f[3];
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put_conf(txn, "{}");
    put_api(txn, "a", 0, "A");
    put_api(txn, "b", 1, "B");
    put_policy(txn, "p", 0, "P");
    put_policy(txn, "q", 1, "Q");
    assert_err(jg_txn_commit(txn), JG_OK);
    one = snapshot(store, NULL, &f[0]);

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put_api(txn, "b", 1, "changed");
    put_api(txn, "c", 2, "C");
    put_policy(txn, "q", 1, "changed");
    assert_err(jg_txn_commit(txn), JG_OK);
    two = snapshot(store, one, &f[1]);
    assert_ptr_equal(jg_snapshot_api(two, JG_STR("a")),
                     jg_snapshot_api(one, JG_STR("a")));
    assert_ptr_not_equal(jg_snapshot_api(two, JG_STR("b")),
                         jg_snapshot_api(one, JG_STR("b")));
    assert_str(jg_snapshot_api(two, JG_STR("b"))->def.name, "changed");
    assert_str(jg_snapshot_api(one, JG_STR("b"))->def.name, "B");
    assert_int_equal(two->api_count, 3);
    assert_ptr_equal(two->policies[0], one->policies[0]);
    assert_str(two->policies[1]->name, "changed");
    jg_snapshot_free(one);

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put_conf(txn, "{\"listen_port\":1}");
    assert_err(jg_txn_commit(txn), JG_OK);
    three = snapshot(store, two, &f[2]);
    assert_ptr_not_equal(jg_snapshot_api(three, JG_STR("a")),
                         jg_snapshot_api(two, JG_STR("a")));
    jg_snapshot_free(two);
    assert_str(jg_snapshot_api(three, JG_STR("a"))->def.name, "A");
    jg_snapshot_free(three);
    for (size_t i = 0; i < LEN(f); i++)
        jg_arena_free(&f[i].arena);
    jg_store_close(store);
}

/* Change the last byte of a record, which is its text's. */
static void
damage(struct jg_store *store, enum jg_kind kind, const char *key)
{
    struct jg_txn *txn;
    struct jg_str value;
    char bytes[1024];

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, kind, jg_str(key), &value), JG_OK);
    memcpy(bytes, value.p, value.len);
    bytes[value.len - 1] = ' ';
    assert_err(
        jg_store_put(txn, kind, jg_str(key), (struct jg_str){bytes, value.len}),
        JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static void
a_record_that_cannot_be_used_fails_alone(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_snapshot *one, *two;
    struct findings f[2];
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    put_conf(txn, "{}");
    put_api(txn, "a", 0, "A");
    put_api(txn, "b", 1, "B");
    put(txn, JG_KIND_API, "json", "json", 2, "{");
    put_policy(txn, "p", 0, "P");
    assert_err(jg_txn_commit(txn), JG_OK);
    store_put(store, JG_KIND_API, "junk", "no record at all");
    damage(store, JG_KIND_API, "b");
    damage(store, JG_KIND_POLICY, "o\np");

    one = snapshot(store, NULL, &f[0]);
    assert_int_equal(one->api_count, 1);
    assert_str(one->apis[0]->def.api_id, "a");
    assert_int_equal(one->policy_count, 0);
    assert_int_equal(f[0].diags.faults, 4);
    jg_arena_free(&f[0].arena);

    /* A worker has no list of findings; and what is shared is not read. */
    damage(store, JG_KIND_API, "a");
    assert_err(jg_records_snapshot(store, 2, one, NULL, &two), JG_OK);
    assert_int_equal(two->api_count, 1);
    assert_ptr_equal(two->apis[0], one->apis[0]);
    jg_snapshot_free(two);

    /* But it is, where another configuration makes the builder read it. */
    assert_err(jg_txn_write(store, &txn), JG_OK);
    put_conf(txn, "{\"listen_port\":1}");
    assert_err(jg_txn_commit(txn), JG_OK);
    two = snapshot(store, one, &f[1]);
    assert_int_equal(two->api_count, 0);
    jg_arena_free(&f[1].arena);
    jg_snapshot_free(one);
    jg_snapshot_free(two);
    jg_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(documents_have_the_order_of_loading),
        in_folder_test(without_a_configuration_there_is_none),
        in_folder_test(what_did_not_change_is_shared),
        in_folder_test(a_record_that_cannot_be_used_fails_alone),
    };

    return cmocka_run_group_tests_name("store/snapshots", tests, NULL, NULL);
}
