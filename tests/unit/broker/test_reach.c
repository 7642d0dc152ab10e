/* reach.c: which addresses may be connected to. */
#include "check.h"

#include "reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct sockaddr_storage
address(const char *text)
{
    struct sockaddr_storage out;

    if (!jg_reach_literal(text, &out))
        fail_msg("not an address: %s", text);
    return out;
}

static const char *
verdict(const struct jg_reach *reach, const char *text)
{
    struct sockaddr_storage a = address(text);

    return jg_reach_forbidden(reach, (const struct sockaddr *)&a);
}

static void
forbidden_addresses_are_so_in_every_spelling(void **state)
{
    static const char *const rows[] = {
        "0.0.0.0",
        "0.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "febf:ffff::1",
        "fec0::1",
        "ff00::",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::ffff:a9fe:a9fe",
        "::169.254.169.254",
        "::0.0.0.2",
        "::ffff:0:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2002:e000:1::",
    };
    const struct jg_reach reach = {0};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (verdict(&reach, rows[i]) == NULL)
            fail_msg("allowed: %s", rows[i]);
}

static void
identity_providers_may_live_in_private_networks(void **state)
{
    static const char *const rows[] = {
        "127.0.0.1",
        "127.255.255.255",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.199",
        "1.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "223.255.255.255",
        "8.8.8.8",
        "::1",
        "fd00::1",
        "fd00:ec2::253",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "64:ff9b::8.8.8.8",
        "2002:a00:1::1",
    };
    const struct jg_reach reach = {0};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *why = verdict(&reach, rows[i]);

        if (why != NULL)
            fail_msg("refused: %s: %s", rows[i], why);
    }
}

static void
other_families_are_refused(void **state)
{
    const struct jg_reach reach = {0};
    struct sockaddr_storage a = {.ss_family = AF_UNIX};

    (void)state;
    assert_non_null(jg_reach_forbidden(&reach, (const struct sockaddr *)&a));
    assert_false(jg_reach_is_loopback((const struct sockaddr *)&a));
}

static void
the_configuration_may_allow_a_range(void **state)
{
    static const struct {
        const char *range, *address;
        bool allowed;
    } rows[] = {
        {"169.254.169.254", "169.254.169.254", true},
        {"169.254.169.254", "169.254.169.253", false},
        {"169.254.169.254/32", "::ffff:169.254.169.254", true},
        {"169.254.0.0/16", "169.254.3.4", true},
        {"169.254.128.0/17", "169.254.127.255", false},
        {"169.254.128.0/17", "169.254.128.0", true},
        {"0.0.0.0/0", "224.0.0.1", true},
        {"0.0.0.0/0", "fe80::1", false},
        {"::/0", "fe80::1", true},
        {"::/0", "169.254.1.1", true},
        {"fe80::/10", "fe80::1234", true},
        {"fe80::/64", "fe80:0:0:1::1", false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_network range;
        struct jg_reach reach = {.allowed = {&range, 1}};
        bool allowed;

        assert_err(jg_network_read(jg_str(rows[i].range), &range), JG_OK);
        allowed = verdict(&reach, rows[i].address) == NULL;
        if (allowed != rows[i].allowed)
            fail_msg("%s with %s allowed", rows[i].address, rows[i].range);
    }
}

static void
what_is_no_range_is_not_read(void **state)
{
    static const char *const rows[] = {
        "",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8x",
        "::/129",
        "10.0.0",
        "10.0.0.0/8/8",
        "host",
        "10.0.0.0/99999999999999",
        " 10.0.0.0",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999",
        "0000000000000000000000000000000000000000000000000000000000000/1",
    };
    struct jg_network range;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (jg_network_read(jg_str(rows[i]), &range) == JG_OK)
            fail_msg("read: \"%s\"", rows[i]);
}

static void
loopback_is_known_by_address_and_by_name(void **state)
{
    static const struct {
        const char *text;
        bool loopback;
    } addresses[] =
        {
            {"127.0.0.1", true},        {"127.1.2.3", true},
            {"128.0.0.1", false},       {"::1", true},
            {"::ffff:127.0.0.1", true}, {"::2", false},
        },
      names[] = {
          {"localhost", true},
          {"LOCALHOST", true},
          {"idp.localhost", true},
          {"notlocalhost", false},
          {"localhost.x", false},
          {".localhost", true},
          {"", false},
      };

    (void)state;
    for (size_t i = 0; i < LEN(addresses); i++) {
        struct sockaddr_storage a = address(addresses[i].text);

        if (jg_reach_is_loopback((const struct sockaddr *)&a) !=
            addresses[i].loopback)
            fail_msg("%s", addresses[i].text);
    }
    for (size_t i = 0; i < LEN(names); i++)
        if (jg_reach_is_loopback_name(jg_str(names[i].text)) !=
            names[i].loopback)
            fail_msg("%s", names[i].text);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_addresses_are_so_in_every_spelling),
        cmocka_unit_test(identity_providers_may_live_in_private_networks),
        cmocka_unit_test(other_families_are_refused),
        cmocka_unit_test(the_configuration_may_allow_a_range),
        cmocka_unit_test(what_is_no_range_is_not_read),
        cmocka_unit_test(loopback_is_known_by_address_and_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
