/* From files to records: starts, reloads, and what stays when one is faulty. */
#include "admin_check.h"

#define BAD_KEY_API                                                         \
    "{\"api_id\":\"a\",\"name\":\"a\",\"active\":true,\"enable_jwt\":true," \
    "\"jwt_signing_method\":\"rsa\",\"jwt_source\":"                        \
    "\"LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KQUFBQQ==\","                     \
    "\"proxy\":{\"listen_path\":\"/a/\",\"target_url\":\"http://h/\"},"     \
    "\"version_data\":{\"not_versioned\":true}}"

static void
each_file_becomes_a_record(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "b.json", API("b"));
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, ".hidden.json", "not json");
    put_file(g.apps, "a-oas.json", "{\"openapi\":\"3.0.3\"}");
    put_file(g.apps, "notes.txt", "not json");
    put_file(g.policies, "p.json", POLICY("gold"));
    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.apis, 2);
    assert_int_equal(g.result.policies, 1);
    assert_int_equal(g.result.changed, 4); /* with the configuration */
    assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
    assert_str(record_text(&g, JG_KIND_POLICY, "o\ngold"), POLICY("gold"));
    assert_true(jg_str_starts(record_text(&g, JG_KIND_CONF, JG_RECORD_CONF_KEY),
                              JG_STR("{")));

    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.apis, 2);
    assert_int_equal(g.result.changed, 0);
    gateway_close(&g);
}

static void
a_reload_follows_the_files(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, "b.json", API("b"));
    put_file(g.apps, "c.json", API("c"));
    load_clean(&g, JG_LOAD_START);

    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 0);
    assert_int_equal(g.result.apis, 3);

    put_file(g.apps, "b.json", " " API("b"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 1);
    assert_str(record_text(&g, JG_KIND_API, "b"), " " API("b"));

    drop_file(g.apps, "a.json");
    put_file(g.apps, "bb.json", API("new"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 2);
    assert_int_equal(g.result.apis, 3);
    assert_str(record_text(&g, JG_KIND_API, "a"), "(none)");
    assert_str(record_text(&g, JG_KIND_API, "new"), API("new"));
    gateway_close(&g);
}

static void
an_api_may_move_between_files(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, "b.json", API("b"));
    load_clean(&g, JG_LOAD_START);
    /* Each takes the other's id. */
    put_file(g.apps, "a.json", API("b"));
    put_file(g.apps, "b.json", API("a"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 2);
    drop_file(g.apps, "a.json");
    put_file(g.apps, "z.json", API("b"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 2);
    assert_str(record_text(&g, JG_KIND_API, "b"), API("b"));
    gateway_close(&g);
}

static void
a_faulty_file_is_left_out_at_a_start(void **state)
{
    static const char *const faulty[] = {
        "",
        "{",
        "[]",
        "\"a\"",
        "{\"api_id\":\"a\",\"api_id\":\"a\"}",
        "{\"api_id\":7}",
        "{\"name\":\"no id\"}",
        "{\"api_id\":\"a\",\"proxy\":{\"listen_path\":\"/a/\"}}",
    };

    (void)state;
    for (size_t i = 0; i < LEN(faulty); i++) {
        struct gateway g;

        gateway_open(&g);
        put_file(g.apps, "a.json", API("a"));
        put_file(g.apps, "b.json", API("b"));
        put_file(g.policies, "p.json", POLICY("p"));
        load_clean(&g, JG_LOAD_START);
        put_file(g.apps, "a.json", faulty[i]);
        put_file(g.policies, "p.json", i == 7 ? "{}" : faulty[i]);
        assert_err(load(&g, JG_LOAD_START), JG_OK);
        assert_true(g.diags.faults >= 2);
        assert_int_equal(g.result.apis, 1);
        assert_int_equal(g.result.policies, 0);
        assert_int_equal(g.result.kept, 0);
        assert_str(record_text(&g, JG_KIND_API, "a"), "(none)");
        assert_str(record_text(&g, JG_KIND_API, "b"), API("b"));
        gateway_close(&g);
    }
}

static void
a_faulty_file_keeps_its_last_good_record_at_a_reload(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, "b.json", API("b"));
    put_file(g.policies, "p.json", POLICY("p"));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "a.json", "{ \"api_id\": ");
    put_file(g.apps, "c.json", "also broken, and never was good");
    put_file(g.policies, "p.json", "{\"id\":\"p\",\"org_id\":3}");
    for (int i = 0; i < 3; i++) { /* and stays, and is said every time */
        assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
        assert_int_equal(g.diags.faults, 3);
        assert_int_equal(g.result.apis, 2);
        assert_int_equal(g.result.policies, 1);
        assert_int_equal(g.result.kept, 2);
        assert_int_equal(g.result.changed, 0);
        assert_finding(&g, JG_E_CONF_VALUE,
                       "of this API definition stays in force");
        assert_finding(&g, JG_E_CONF_VALUE, "of this policy stays in force");
        assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
        assert_str(record_text(&g, JG_KIND_POLICY, "o\np"), POLICY("p"));
    }
    put_file(g.apps, "a.json", " " API("a"));
    put_file(g.policies, "p.json", POLICY("p"));
    drop_file(g.apps, "c.json");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 1);
    assert_str(record_text(&g, JG_KIND_API, "a"), " " API("a"));
    gateway_close(&g);
}

static void
the_kept_version_is_named_by_its_time(void **state)
{
    struct timespec times[2] = {{1787308272, 0}, {1787308272, 0}};
    struct gateway g;
    char path[256];

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    snprintf(path, sizeof(path), "%s/a.json", g.apps);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "a.json", "{");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_finding(&g, JG_E_CONF_VALUE,
                   "the version of 2026-08-21 10:31:12 UTC of this");
    gateway_close(&g);
}

static void
a_good_file_wins_over_a_kept_record(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "a.json", "{");
    put_file(g.apps, "b.json", " " API("a"));
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_int_equal(g.result.apis, 1);
    assert_int_equal(g.result.kept, 0);
    assert_str(record_text(&g, JG_KIND_API, "a"), " " API("a"));
    gateway_close(&g);
}

static void
a_removed_faulty_file_removes_its_record(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "a.json", "{");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    drop_file(g.apps, "a.json");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(record_text(&g, JG_KIND_API, "a"), "(none)");
    gateway_close(&g);
}

static void
of_two_files_with_one_id_the_first_is_used(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "b.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "c.json", " " API("a"));
    put_file(g.policies, "x.json", POLICY("p"));
    put_file(g.policies, "y.json", POLICY("p"));
    for (int i = 0; i < 2; i++) {
        assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
        assert_int_equal(g.diags.faults, 2);
        assert_finding(&g, JG_E_CONF_DUPLICATE, "\"a\" is already the id of");
        assert_finding(&g, JG_E_CONF_DUPLICATE, "\"p\" is already the id of");
        assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
    }
    /* The file that the record came from is now the second one. */
    put_file(g.apps, "a.json", "  " API("a"));
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_int_equal(g.diags.faults, 3);
    assert_str(record_text(&g, JG_KIND_API, "a"), "  " API("a"));
    assert_int_equal(g.result.apis, 1);
    gateway_close(&g);
}

static void
one_policy_id_may_live_in_two_organisations(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.policies, "1.json", "{\"id\":\"p\",\"org_id\":\"x\"}");
    put_file(g.policies, "2.json", "{\"id\":\"p\",\"org_id\":\"y\"}");
    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.policies, 2);
    gateway_close(&g);
}

static void
an_unusable_key_closes_the_api_and_keeps_its_route(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", BAD_KEY_API);
    for (int i = 0; i < 3; i++) { /* is said at every load */
        assert_err(load(&g, i == 0 ? JG_LOAD_START : JG_LOAD_RELOAD), JG_OK);
        assert_int_equal(g.diags.faults, 1);
        assert_int_equal(g.result.apis, 1);
        assert_int_equal(g.result.kept, 0);
        assert_str(record_text(&g, JG_KIND_API, "a"), BAD_KEY_API);
    }
    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_RELOAD);
    /* Now there is a good version: it stays. */
    put_file(g.apps, "a.json", BAD_KEY_API);
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_int_equal(g.result.kept, 1);
    assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
    /* ... until a start, where the files alone count. */
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_str(record_text(&g, JG_KIND_API, "a"), BAD_KEY_API);
    gateway_close(&g);
}

static void
without_the_folder_a_start_says_so_and_a_reload_keeps_all(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.policies, "p.json", POLICY("p"));
    load_clean(&g, JG_LOAD_START);
    g.conf.app_path = JG_STR("/nonexistent/apps");
    g.conf.policies.policy_path = JG_STR("/nonexistent/policies");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_int_equal(g.diags.faults, 2);
    assert_int_equal(g.result.apis, 1);
    assert_int_equal(g.result.policies, 1);
    assert_int_equal(g.result.changed, 1); /* the configuration */
    assert_finding(&g, JG_E_NOT_FOUND,
                   "app_path \"/nonexistent/apps\": there is no such folder; "
                   "everything loaded before stays in force");
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_int_equal(g.diags.faults, 2);
    assert_int_equal(g.result.apis, 0);
    assert_finding(&g, JG_E_NOT_FOUND, "policies.policy_path \"/nonexistent");
    assert_str(record_text(&g, JG_KIND_API, "a"), "(none)");
    gateway_close(&g);
}

static void
without_policy_settings_there_are_no_policies(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.policies, "p.json", POLICY("p"));
    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.policies, 1);
    g.conf.policies.policy_path = JG_STR("");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.policies, 0);
    assert_str(record_text(&g, JG_KIND_POLICY, "o\np"), "(none)");
    gateway_close(&g);
}

static void
a_check_only_looks(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, "b.json", "{");
    put_file(g.policies, "p.json", POLICY("p"));
    assert_err(load(&g, JG_LOAD_CHECK), JG_OK);
    assert_int_equal(g.result.apis, 1);
    assert_int_equal(g.result.policies, 1);
    assert_int_equal(g.result.changed, 0);
    assert_int_equal(g.diags.faults, 1);
    assert_str(record_text(&g, JG_KIND_API, "a"), "(none)");
    gateway_close(&g);
}

static void
a_file_that_cannot_be_read_keeps_its_last_good_record(void **state)
{
    (void)state;
    for (int large = 0; large < 2; large++) {
        struct gateway g;
        char path[256];

        gateway_open(&g);
        put_file(g.apps, "a.json", API("a"));
        load_clean(&g, JG_LOAD_START);
        snprintf(path, sizeof(path), "%s/a.json", g.apps);
        if (large) {
            assert_int_equal(truncate(path, JG_FILE_MAX + 1), 0);
        } else {
            drop_file(g.apps, "a.json");
            assert_int_equal(symlink("nowhere.json", path), 0);
        }
        assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
        assert_finding(&g, large ? JG_E_CONF_RANGE : JG_E_NOT_FOUND,
                       large ? "larger than 10 MiB" : "leads nowhere");
        assert_int_equal(g.result.kept, 1);
        assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
        gateway_close(&g);
    }
}

/* Damage the text of the record <key>, behind the store's back. */
static void
damage(struct gateway *g, const char *key, bool head)
{
    struct jg_str value;
    struct jg_txn *txn;
    char *copy;

    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_API, jg_str(key), &value), JG_OK);
    copy = malloc(value.len);
    assert_non_null(copy);
    memcpy(copy, value.p, value.len);
    copy[head ? 0 : value.len - 1] ^= 1;
    assert_err(jg_store_put(txn, JG_KIND_API, jg_str(key),
                            (struct jg_str){copy, value.len}),
               JG_OK);
    free(copy);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static void
a_damaged_record_is_written_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        enum jg_load_mode mode = i < 2 ? JG_LOAD_START : JG_LOAD_RELOAD;
        struct gateway g;

        gateway_open(&g);
        put_file(g.apps, "a.json", API("a"));
        load_clean(&g, JG_LOAD_START);
        damage(&g, "a", i % 2 == 0);
        assert_str(record_text(&g, JG_KIND_API, "a"), "(none)");
        load_clean(&g, mode);
        assert_str(record_text(&g, JG_KIND_API, "a"), API("a"));
        gateway_close(&g);
    }
}

static void
a_changed_configuration_reads_every_file_again(void **state)
{
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    g.conf.listen_port = 8181;
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 1);
    assert_int_equal(g.result.apis, 1);
    got = record_text(&g, JG_KIND_CONF, JG_RECORD_CONF_KEY);
    assert_non_null(memmem(got.p, got.len, "\"listen_port\":8181", 18));
    gateway_close(&g);
}

static void
a_file_without_a_stamp_is_compared_by_its_text(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    g.now_s = 1; /* "changed" in the future: no stamp counts */
    load_clean(&g, JG_LOAD_START);
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 0);
    assert_int_equal(g.result.apis, 1);
    put_file(g.apps, "a.json", API("A"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.changed, 2); /* one came, one went */
    gateway_close(&g);
}

static void
what_was_loaded_becomes_a_snapshot(void **state)
{
    struct jg_snapshot *snapshot;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    put_file(g.apps, "b.json", "{");
    put_file(g.policies, "p.json", POLICY("p"));
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_err(jg_records_snapshot(g.store, 1, NULL, &g.diags, &snapshot),
               JG_OK);
    assert_int_equal(snapshot->api_count, 1);
    assert_non_null(jg_snapshot_api(snapshot, JG_STR("a")));
    assert_non_null(jg_snapshot_policy(snapshot, JG_STR("o"), JG_STR("p")));
    jg_snapshot_free(snapshot);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_becomes_a_record),
        cmocka_unit_test(a_reload_follows_the_files),
        cmocka_unit_test(an_api_may_move_between_files),
        cmocka_unit_test(a_faulty_file_is_left_out_at_a_start),
        cmocka_unit_test(a_faulty_file_keeps_its_last_good_record_at_a_reload),
        cmocka_unit_test(the_kept_version_is_named_by_its_time),
        cmocka_unit_test(a_good_file_wins_over_a_kept_record),
        cmocka_unit_test(a_removed_faulty_file_removes_its_record),
        cmocka_unit_test(of_two_files_with_one_id_the_first_is_used),
        cmocka_unit_test(one_policy_id_may_live_in_two_organisations),
        cmocka_unit_test(an_unusable_key_closes_the_api_and_keeps_its_route),
        cmocka_unit_test(
            without_the_folder_a_start_says_so_and_a_reload_keeps_all),
        cmocka_unit_test(without_policy_settings_there_are_no_policies),
        cmocka_unit_test(a_check_only_looks),
        cmocka_unit_test(a_file_that_cannot_be_read_keeps_its_last_good_record),
        cmocka_unit_test(a_damaged_record_is_written_anew),
        cmocka_unit_test(a_changed_configuration_reads_every_file_again),
        cmocka_unit_test(what_was_loaded_becomes_a_snapshot),
        cmocka_unit_test(a_file_without_a_stamp_is_compared_by_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
