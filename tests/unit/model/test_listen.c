/* listen.c: listen paths, hosts and domains. */
#include "model/model_internal.h"
#include "model_check.h"

static void
listen_paths_are_cleaned_as_in_tyk(void **state)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"/", "/"},
        {"/a/", "/a/"},
        {"/a", "/a"},
        {"a", "/a"},
        {"a/", "/a/"},
        {"a/b", "/a/b"},
        {"//a///b//", "/a/b/"},
        {"/./a/./", "/a/"},
        {"/a/.", "/a"},
        {"/a/../b/", "/b/"},
        {"/a/..", "/"},
        {"/a/../", "/"},
        {"/../../a", "/a"},
        {"..", "/"},
        {".", "/"},
        {"/a..b/", "/a..b/"},
        {"/...", "/..."},
        {"/Gro\xc3\x9f/", "/Gro\xc3\x9f/"},
        {"/a*b+(c)/", "/a*b+(c)/"},
        {"", "/"}, /* jg_api_read() refuses it before */
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str out = {NULL, 0};
        const char *why = NULL;

        assert_err(
            jg_listen_path_clean(jg_str(rows[i].path), &r->arena, &out, &why),
            JG_OK);
        assert_str(out, rows[i].want);
        assert_null(why);
    }
    free_reading(r);
}

static void
listen_paths_that_cannot_match_are_refused(void **state)
{
    static const struct {
        const char *path; /* as in JSON */
        const char *message;
    } rows[] = {
        {"/{id}/", "patterns in a listen path"},
        {"/a}/", "patterns in a listen path"},
        {"/a?b", "no query"},
        {"/a#b", "no fragment"},
        {"/a%20b", "written decoded"},
        {"/a b/", "cannot hold spaces"},
        {" ", "cannot hold spaces"},
        {"/a\\\\b", "backslash"},
        {"/a\\tb", "control characters"},
        {"/a\\u007f", "control characters"},
        {"", "the listen path is missing"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bool missing = rows[i].path[0] == '\0';
        struct want want = {JG_FAULT,
                            missing ? JG_E_CONF_MISSING : JG_E_CONF_VALUE,
                            "proxy.listen_path",
                            4,
                            17,
                            rows[i].message};
        struct jg_api *api;

        set_text(r,
                 "{'api_id':'a','use_keyless':true,\n'proxy':{\n"
                 "'target_url':'http://up',\n  'listen_path':'%s'}}",
                 rows[i].path);
        assert_err(read_api(r, &api), want.err);
        assert_null(api);
        assert_finding(r, &want);
        assert_int_equal(r->diags.kept, 1);
    }
    free_reading(r);
}

static void
a_missing_listen_path_is_said_where_it_should_be(void **state)
{
    static const struct want want = {
        JG_FAULT, JG_E_CONF_MISSING,           "proxy.listen_path", 2,
        9,        "the listen path is missing"};
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{'api_id':'a','use_keyless':true,\n"
                "'proxy':{'target_url':'http://up'}}");
    assert_err(read_api(r, &api), JG_E_CONF_MISSING);
    assert_finding(r, &want);
    free_reading(r);
}

static void
hosts_are_read_with_and_without_port(void **state)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
    } rows[] = {
        {"example.com", "example.com", 0},
        {"Example.COM:8080", "example.com", 8080},
        {"localhost:1", "localhost", 1},
        {"a_b-c.d:65535", "a_b-c.d", 65535},
        {"10.0.0.1:80", "10.0.0.1", 80},
        {"[::1]", "::1", 0},
        {"[2001:DB8::A]:443", "2001:db8::a", 443},
        {"xn--bcher-kva.example", "xn--bcher-kva.example", 0},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str host = {NULL, 0};
        uint16_t port = 7;
        const char *why = NULL;

        assert_err(
            jg_host_read(jg_str(rows[i].text), &r->arena, &host, &port, &why),
            JG_OK);
        assert_str(host, rows[i].host);
        assert_int_equal(port, rows[i].port);
    }
    free_reading(r);
}

#define LABEL63 \
    "123456789012345678901234567890123456789012345678901234567890123"

static void
faulty_hosts_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "the host is missing"},
        {":80", "the host is missing"},
        {"a..b", "1 to 63 bytes"},
        {".a", "1 to 63 bytes"},
        {"a.", "1 to 63 bytes"},
        {LABEL63 "4.example", "1 to 63 bytes"},
        {LABEL63 "." LABEL63 "." LABEL63 "." LABEL63, "longer than 253"},
        {"b\xc3\xbc"
         "cher.example",
         "xn--"},
        {"a b", "only letters"},
        {"a/b", "only letters"},
        {"a\\b", "only letters"},
        {"*.example.com", "only letters"},
        {"user@host", "only letters"},
        {"a:", "the port is not a number"},
        {"a:0", "the port is not a number"},
        {"a:65536", "the port is not a number"},
        {"a:80x", "the port is not a number"},
        {"a:-1", "the port is not a number"},
        {"a:1:2", "the port is not a number"},
        {"::1", "the host is missing"},
        {"[::1", "no ']'"},
        {"[]", "IPv6 address is malformed"},
        {"[::1%eth0]", "IPv6 address is malformed"},
        {"[1.2.3.4]", "IPv6 address is malformed"},
        {"[::1]x", "only a port can follow"},
        {"[::1]:", "the port is not a number"},
        {"[1234567890123456789012345678901234567890123456789]",
         "IPv6 address is malformed"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str host = {NULL, 0};
        uint16_t port;
        const char *why = NULL;

        assert_err(
            jg_host_read(jg_str(rows[i].text), &r->arena, &host, &port, &why),
            JG_E_CONF_VALUE);
        assert_non_null(why);
        if (strstr(why, rows[i].why) == NULL)
            print_error("%s: %s\n", rows[i].text, why);
        assert_non_null(strstr(why, rows[i].why));
        assert_null(host.p);
    }
    free_reading(r);
}

static void
a_domain_counts_only_where_domains_are_on(void **state)
{
    static const struct {
        const char *members;
        bool enabled;
        const char *host;
        unsigned warnings;
    } rows[] = {
        {"'domain':'Api.Example.com'", true, "api.example.com", 0},
        {"'domain':'api.example.com:8080'", true, "api.example.com", 0},
        {"'domain':'[::1]'", true, "::1", 0},
        {"'domain':''", true, "", 0},
        {"'domain':'a.example','domain_disabled':true", true, "", 0},
        {"'domain':'a.example','domain_disabled':true", false, "", 0},
        {"'domain':'a.example'", false, "", 1},
        {"'domain':'{no}thing'", false, "", 1},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        r->conf.enable_custom_domains = rows[i].enabled;
        set_text(r, "{" OPEN_API ",%s}", rows[i].members);
        api = good_api(r);
        assert_str(api->host, rows[i].host);
        assert_int_equal(r->diags.warnings, rows[i].warnings);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
a_domain_without_effect_or_meaning_is_reported(void **state)
{
    static const struct {
        const char *domain;
        bool enabled;
        struct want want;
    } rows[] = {
        {"a.example",
         false,
         {JG_WARNING, JG_E_CONF_VALUE, "domain", 2, 10,
          "enable_custom_domains is off"}},
        {"{sub}.example",
         true,
         {JG_FAULT, JG_E_CONF_VALUE, "domain", 2, 10, "patterns in a domain"}},
        {"a b",
         true,
         {JG_FAULT, JG_E_CONF_VALUE, "domain", 2, 10, "only letters"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;
        bool fault = rows[i].want.severity == JG_FAULT;

        r->conf.enable_custom_domains = rows[i].enabled;
        set_text(r, "{" OPEN_API ",\n'domain':'%s'}", rows[i].domain);
        assert_err(read_api(r, &api), fault ? JG_E_CONF_VALUE : JG_OK);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
        jg_api_free(api);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listen_paths_are_cleaned_as_in_tyk),
        cmocka_unit_test(listen_paths_that_cannot_match_are_refused),
        cmocka_unit_test(a_missing_listen_path_is_said_where_it_should_be),
        cmocka_unit_test(hosts_are_read_with_and_without_port),
        cmocka_unit_test(faulty_hosts_are_refused_with_the_reason),
        cmocka_unit_test(a_domain_counts_only_where_domains_are_on),
        cmocka_unit_test(a_domain_without_effect_or_meaning_is_reported),
    };

    return cmocka_run_group_tests_name("model/listen", tests, NULL, NULL);
}
