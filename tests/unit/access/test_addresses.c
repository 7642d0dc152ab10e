/* Addresses: literal ones, and those that a process keeps. */
#include "access_check.h"

#include "access/addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static void
literal_addresses_need_no_lookup(void **state)
{
    static const struct {
        const char *host;
        int family; /* 0: a name */
    } cases[] = {
        {"127.0.0.1", AF_INET},
        {"255.255.255.255", AF_INET},
        {"::1", AF_INET6},
        {"2001:db8::1", AF_INET6},
        {"::ffff:1.2.3.4", AF_INET6},
        {"127.0.0", 0},
        {"127.0.0.1.", 0},
        {"1.2.3.4.5", 0},
        {"256.1.1.1", 0},
        {"0x7f000001", 0},
        {"2130706433", 0},
        {"017700000001", 0},
        {"localhost", 0},
        {"4chan.example", 0},
        {"", 0},
        {"1", 0},
        {":", 0},
        {"1::2::3", 0},
        {"1234567890123456789012345678901234567890123456", 0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_address address = {.len = 77};
        struct sockaddr_in6 in;

        assert_int_equal(jg_address_literal(jg_str(cases[i].host), &address),
                         cases[i].family != 0);
        if (cases[i].family == 0) {
            assert_int_equal(address.len, 77);
            continue;
        }
        jg_address_set_port(&address, 8080);
        memcpy(&in, address.bytes, sizeof(in));
        assert_int_equal(in.sin6_family, cases[i].family);
        assert_int_equal(ntohs(in.sin6_port), 8080);
    }
}

/* A store and counters in a folder of their own. */
struct world {
    char folder[32];
    struct jg_store *store;
    struct jg_counters *counters;
    struct jg_address_cache *cache;
};

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    char fault[JG_STORE_FAULT_MAX], path[64];
    struct jg_store_options options;

    snprintf(w->folder, sizeof(w->folder), "/tmp/jg-access-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    options = (struct jg_store_options){.path = w->folder,
                                        .max_bytes = 1 << 20,
                                        .writable = true,
                                        .group = (gid_t)-1};
    assert_err(jg_store_open(&options, &w->store, fault), JG_OK);
    snprintf(path, sizeof(path), "%s/counters", w->folder);
    assert_err(jg_counters_open(path, &w->counters), JG_OK);
    assert_err(jg_address_cache_new(&w->cache), JG_OK);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;
    char command[64];

    jg_address_cache_free(w->cache);
    jg_counters_close(w->counters);
    jg_store_close(w->store);
    snprintf(command, sizeof(command), "rm -r %s", w->folder);
    assert_int_equal(system(command), 0);
    free(w);
    return 0;
}

static void
write_count(struct world *w, const char *host, size_t count)
{
    struct jg_addresses addresses = {.count = count};
    struct jg_txn *txn;

    for (size_t i = 0; i < count; i++)
        assert_true(
            jg_address_literal(JG_STR("192.0.2.1"), &addresses.items[i]));
    assert_err(jg_txn_write(w->store, &txn), JG_OK);
    assert_err(jg_record_put_addresses(txn, jg_str(host), &addresses), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static size_t
count_of(struct world *w, struct jg_address_cache *cache, const char *host)
{
    const struct jg_addresses *out = NULL;
    struct jg_addresses scratch;

    assert_err(jg_addresses_find(cache, w->store, w->counters, jg_str(host),
                                 &scratch, &out),
               JG_OK);
    return out->count;
}

static void
an_entry_is_kept_as_long_as_the_epoch(void **state)
{
    struct world *w = *state;

    write_count(w, "a.example", 1);
    assert_int_equal(count_of(w, w->cache, "a.example"), 1);
    write_count(w, "a.example", 2);
    assert_int_equal(count_of(w, w->cache, "a.example"), 1);
    assert_int_equal(count_of(w, NULL, "a.example"), 2);
    jg_counters_bump_addresses(w->counters);
    assert_int_equal(count_of(w, w->cache, "a.example"), 2);
    write_count(w, "a.example", 0);
    jg_counters_bump_addresses(w->counters);
    assert_int_equal(count_of(w, w->cache, "a.example"), 0);
}

static void
what_is_not_there_is_asked_for_again(void **state)
{
    struct world *w = *state;
    const struct jg_addresses *out = NULL;
    struct jg_addresses scratch;

    for (size_t i = 0; i < 2; i++)
        assert_err(jg_addresses_find(w->cache, w->store, w->counters,
                                     JG_STR("late.example"), &scratch, &out),
                   JG_E_NOT_FOUND);
    write_count(w, "late.example", 3); /* without a new epoch */
    assert_int_equal(count_of(w, w->cache, "late.example"), 3);
}

static void
without_a_store_no_name_is_known(void **state)
{
    struct world *w = *state;
    const struct jg_addresses *out = NULL;
    struct jg_addresses scratch;

    assert_err(jg_addresses_find(NULL, NULL, NULL, JG_STR("a.example"),
                                 &scratch, &out),
               JG_E_NOT_FOUND);
    assert_err(jg_addresses_find(w->cache, NULL, w->counters,
                                 JG_STR("never.example"), &scratch, &out),
               JG_E_NOT_FOUND);
    assert_null(out);
}

/* More names than slots: they take turns, and are never mixed up. */
static void
names_are_never_mixed_up(void **state)
{
    struct world *w = *state;
    struct jg_txn *txn;

    assert_err(jg_txn_write(w->store, &txn), JG_OK);
    for (size_t i = 0; i < 1000; i++) {
        struct jg_addresses addresses = {.count = i % JG_ADDRESSES_MAX};
        char host[32];

        for (size_t k = 0; k < addresses.count; k++)
            assert_true(
                jg_address_literal(JG_STR("192.0.2.1"), &addresses.items[k]));
        snprintf(host, sizeof(host), "h%zu.example", i);
        assert_err(jg_record_put_addresses(txn, jg_str(host), &addresses),
                   JG_OK);
    }
    assert_err(jg_txn_commit(txn), JG_OK);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < 1000; i++) {
            char host[32];

            snprintf(host, sizeof(host), "h%zu.example", i);
            assert_int_equal(count_of(w, w->cache, host), i % JG_ADDRESSES_MAX);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal_addresses_need_no_lookup),
        cmocka_unit_test(an_entry_is_kept_as_long_as_the_epoch),
        cmocka_unit_test(what_is_not_there_is_asked_for_again),
        cmocka_unit_test(without_a_store_no_name_is_known),
        cmocka_unit_test(names_are_never_mixed_up),
    };

    return cmocka_run_group_tests_name("access/addresses", tests, setup,
                                       teardown);
}
