/* names.c: the upstream names that may be looked up. */
#include "check.h"

#include "names.h"

#include <unistd.h>

/* A snapshot of APIs with these targets; only what names.c reads is set. */
static struct jg_target targets[JG_NAMES_MAX + 1];
static struct jg_api apis[3];
static struct jg_api *list[3] = {&apis[0], &apis[1], &apis[2]};
static const struct jg_snapshot snapshot = {.apis = list, .api_count = 3};

static void
fill(size_t api, bool active, const char *const *hosts, size_t count)
{
    static struct jg_target place[3][16];

    for (size_t i = 0; i < count; i++)
        place[api][i].host = jg_str(hosts[i]);
    apis[api].targets = place[api];
    apis[api].target_count = count;
    apis[api].def.active = active;
}

static void
names_are_collected_once_sorted_and_without_addresses(void **state)
{
    static const char *const first[] = {"b.example", "10.0.0.1", "a_b.example",
                                        "::1"};
    static const char *const second[] = {
        "a.example", "b.example", "", "caf\xc3\xa9.example", "a/b", "a\nb"};
    static const char *const switched_off[] = {"off.example"};
    struct jg_names names;
    struct jg_arena a;

    (void)state;
    fill(0, true, first, LEN(first));
    fill(1, true, second, LEN(second));
    fill(2, false, switched_off, 1);
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_names_collect(&snapshot, &a, &names), JG_OK);
    assert_int_equal(names.count, 3);
    assert_str(names.items[0], "a.example");
    assert_str(names.items[1], "a_b.example");
    assert_str(names.items[2], "b.example");
    assert_true(jg_names_have(&names, JG_STR("a_b.example")));
    assert_false(jg_names_have(&names, JG_STR("off.example")));
    assert_false(jg_names_have(&names, JG_STR("")));
    jg_arena_free(&a);
}

static void
no_api_means_no_name(void **state)
{
    const struct jg_snapshot empty = {0};
    struct jg_names names;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_names_collect(&empty, &a, &names), JG_OK);
    assert_int_equal(names.count, 0);
    assert_false(jg_names_have(&names, JG_STR("a")));
    jg_arena_free(&a);
}

static void
a_small_arena_and_too_many_names_are_errors(void **state)
{
    static char text[JG_NAMES_MAX + 1][8];
    struct jg_names names;
    struct jg_arena a;

    (void)state;
    for (size_t i = 0; i <= JG_NAMES_MAX; i++) {
        snprintf(text[i], sizeof(text[i]), "h%zu", i);
        targets[i].host = jg_str(text[i]);
    }
    memset(apis, 0, sizeof(apis));
    apis[0] = (struct jg_api){.def.active = true,
                              .targets = targets,
                              .target_count = JG_NAMES_MAX + 1};
    jg_arena_init(&a, 4096, 64 * 1024);
    assert_err(jg_names_collect(&snapshot, &a, &names), JG_E_NOMEM);
    jg_arena_free(&a);
    jg_arena_init(&a, 4096, 64 * 1024 * 1024);
    assert_err(jg_names_collect(&snapshot, &a, &names), JG_E_NOMEM);
    apis[0].target_count--;
    assert_err(jg_names_collect(&snapshot, &a, &names), JG_OK);
    assert_int_equal(names.count, JG_NAMES_MAX);
    jg_arena_free(&a);
}

static char folder[] = "/tmp/jotgate-names-XXXXXX";

static int
open_store(void **state)
{
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store_options options = {.path = folder,
                                       .max_bytes = 8 * 1024 * 1024,
                                       .writable = true,
                                       .group = (gid_t)-1};
    struct jg_store *store;

    assert_non_null(mkdtemp(folder));
    assert_err(jg_store_open(&options, &store, fault), JG_OK);
    *state = store;
    return 0;
}

static int
close_store(void **state)
{
    char path[100];

    jg_store_close(*state);
    snprintf(path, sizeof(path), "%s/data.mdb", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/lock.mdb", folder);
    unlink(path);
    return rmdir(folder);
}

static void
the_published_names_are_found_at_their_epoch(void **state)
{
    static const struct jg_str items[] = {{"a.example", 9}, {"b.example", 9}};
    const struct jg_names names = {items, LEN(items)};
    static const struct {
        const char *host;
        uint64_t epoch;
        enum jg_names_answer want;
    } rows[] = {
        {"a.example", 5, JG_NAMES_KNOWN},
        {"b.example", 5, JG_NAMES_KNOWN},
        {"b.example", 6, JG_NAMES_KNOWN}, /* a lookup more does no harm */
        {"c.example", 5, JG_NAMES_UNKNOWN},
        {"c.example", 6, JG_NAMES_STALE},
        {"", 5, JG_NAMES_UNKNOWN},
        {"5", 5, JG_NAMES_UNKNOWN},
        {"a.exampl", 5, JG_NAMES_UNKNOWN},
        {"a.example\nb.example", 5, JG_NAMES_UNKNOWN},
    };
    struct jg_txn *txn;

    assert_err(jg_txn_write(*state, &txn), JG_OK);
    assert_int_equal(jg_names_look(txn, 5, JG_STR("a.example")),
                     JG_NAMES_STALE); /* nothing is published yet */
    assert_err(jg_names_put(txn, 5, &names), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);

    assert_err(jg_txn_read(*state, &txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(
            jg_names_look(txn, rows[i].epoch, jg_str(rows[i].host)),
            rows[i].want);
    jg_txn_abort(txn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_collected_once_sorted_and_without_addresses),
        cmocka_unit_test(no_api_means_no_name),
        cmocka_unit_test(a_small_arena_and_too_many_names_are_errors),
        cmocka_unit_test_setup_teardown(
            the_published_names_are_found_at_their_epoch, open_store,
            close_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
