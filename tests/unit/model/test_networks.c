/* networks.c: addresses and networks of definitions. */
#include "model/networks.h"

#include "model_check.h"

static struct jg_network
network(const char *text)
{
    struct jg_network out = {.bits = 0};

    assert_err(jg_network_read(jg_str(text), &out), JG_OK);
    return out;
}

static void
an_address_is_in_a_network_or_not(void **state)
{
    static const struct {
        const char *network, *address;
        bool want;
    } rows[] = {
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.1", "10.0.0.2", false},
        {"10.0.0.0/8", "10.255.1.2", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.1.2.3/8", "10.9.9.9", true}, /* the rest does not count */
        {"10.0.0.128/25", "10.0.0.129", true},
        {"10.0.0.128/25", "10.0.0.127", false},
        {"10.0.0.0/31", "10.0.0.1", true},
        {"10.0.0.0/31", "10.0.0.2", false},
        {"0.0.0.0/0", "1.2.3.4", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "1.2.3.4", true}, /* as ::ffff:1.2.3.4 */
        {"2001:db8::/32", "2001:db8:1::7", true},
        {"2001:db8::/32", "2001:db9::7", false},
        {"2001:db8::1", "2001:0DB8:0:0:0:0:0:1", true},
        {"::1", "::1", true},
        {"10.0.0.1", "::ffff:10.0.0.1", true},
        {"::ffff:10.0.0.0/104", "10.1.1.1", true},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_network one = network(rows[i].network);
        struct jg_network address = network(rows[i].address);
        struct jg_networks networks = {&one, 1};

        assert_int_equal(jg_networks_have(&networks, &address), rows[i].want);
    }
}

static void
what_is_neither_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "localhost",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.1/33",
        "10.0.0.1/",
        "10.0.0.1/-1",
        "10.0.0.1/a",
        "/8",
        "::1/129",
        "10.0.0.1 ",
        "10.0.0.1:80",
        "[::1]",
        "010.0.0.1",
        "10.0.0.0/8/8",
        "::1%eth0",
        "10.0.0.1/0008",
        "0x0a.0.0.1",
        "167772161",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa",
    };
    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct jg_network out = {.bits = 77};

        assert_err(jg_network_read(jg_str(texts[i]), &out), JG_E_CONF_VALUE);
        assert_int_equal(out.bits, 77);
    }
    assert_err(jg_network_read((struct jg_str){"10.0.0.1\0/8", 11},
                               &(struct jg_network){.bits = 0}),
               JG_E_CONF_VALUE);
}

static void
a_list_is_compiled_when_it_is_switched_on(void **state)
{
    static const struct {
        const char *members;
        bool only_allowed;
        size_t allowed, blocked; /* entries */
    } rows[] = {
        {"'allowed_ips':['10.0.0.1']", false, 0, 0},
        {"'enable_ip_whitelisting':true", false, 0, 0},
        {"'enable_ip_whitelisting':true,'allowed_ips':[]", false, 0, 0},
        {"'enable_ip_whitelisting':true,'allowed_ips':['::1',' 10.0.0.1 ']",
         true, 2, 0},
        {"'enable_ip_blacklisting':true,'blacklisted_ips':['10.0.0.0/8']",
         false, 0, 1},
    };
    static const struct jg_caller_rules none = {.only_allowed = false};
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_caller_rules *rules;
        struct jg_api *api;

        set_text(r, "{" OPEN_API ",%s}", rows[i].members);
        api = good_api(r);
        assert_quiet(r);
        rules = api->callers != NULL ? api->callers : &none;
        assert_int_equal(rules->only_allowed, rows[i].only_allowed);
        assert_int_equal(rules->allowed.count, rows[i].allowed);
        assert_int_equal(rules->blocked.count, rows[i].blocked);
        jg_api_free(api);
    }
    free_reading(r);
}

/* The list lets nobody in then, where without it everybody came in. */
static void
an_entry_that_lets_nobody_in_is_a_warning(void **state)
{
    static const struct want want = {JG_WARNING,
                                     JG_E_CONF_VALUE,
                                     "allowed_ips.0",
                                     1,
                                     0,
                                     "neither an address nor a network"};
    struct reading *r = new_reading();
    struct jg_api *api;
    struct want at = want;

    (void)state;
    set_text(r, "{" OPEN_API ",'enable_ip_whitelisting':true,"
                "'allowed_ips':['localhost']}");
    api = good_api(r);
    at.column = r->diags.first->column;
    assert_finding(r, &at);
    assert_true(api->callers->only_allowed);
    assert_int_equal(api->callers->allowed.count, 0);
    jg_api_free(api);
    free_reading(r);
}

static void
an_entry_that_would_block_nobody_is_a_fault(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" OPEN_API ",'enable_ip_blacklisting':true,"
                "'blacklisted_ips':['10.0.0.0/33']}");
    assert_err(read_api(r, &api), JG_E_CONF_VALUE);
    free_reading(r);
}

/* One address is too many. */
static void
a_list_has_a_limit(void **state)
{
    static char list[JG_NETWORKS_MAX * sizeof("'::1'") + 1];
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    for (size_t i = 0; i < JG_NETWORKS_MAX; i++)
        memcpy(list + i * 6, "'::1',", 6);
    list[sizeof(list) - 2] = '\0';
    set_text(r,
             "{" OPEN_API ",'enable_ip_blacklisting':true,"
             "'blacklisted_ips':[%s]}",
             list);
    jg_api_free(good_api(r));
    set_text(r,
             "{" OPEN_API ",'enable_ip_blacklisting':true,"
             "'blacklisted_ips':[%s,'::2']}",
             list);
    assert_err(read_api(r, &api), JG_E_CONF_VALUE);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_in_a_network_or_not),
        cmocka_unit_test(what_is_neither_is_refused),
        cmocka_unit_test(a_list_is_compiled_when_it_is_switched_on),
        cmocka_unit_test(an_entry_that_lets_nobody_in_is_a_warning),
        cmocka_unit_test(an_entry_that_would_block_nobody_is_a_fault),
        cmocka_unit_test(a_list_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
