/* Which path, host and addresses a request goes to: reference 0.4, as rows. */
#include "access_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

/* A keyless API at <listen> with target <url> and more members of proxy. */
#define PROXY_API(id, listen, url, more)                                     \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"" listen      \
            "\",\"target_url\":\"" url "\"" more "}}"                        \
    }
#define STRIP ",\"strip_listen_path\":true"
#define KEEP_SLASH ",\"disable_strip_slash\":true"
#define LIST(urls) ",\"enable_load_balancing\":true,\"target_list\":[" urls "]"

static const struct doc apis[] = {
    PROXY_API("root", "/", "http://127.0.0.1", ""),
    PROXY_API("plain", "/plain/", "http://127.0.0.1", ""),
    PROXY_API("strip", "/strip/", "http://127.0.0.1", STRIP),
    PROXY_API("bare", "/bare", "http://127.0.0.1:81", STRIP),
    PROXY_API("base", "/base/", "http://127.0.0.1/v1", STRIP),
    PROXY_API("slash", "/slash/", "http://127.0.0.1/v1/", STRIP),
    PROXY_API("keep", "/keep/", "http://127.0.0.1/v1/", STRIP KEEP_SLASH),
    PROXY_API("keep2", "/keep2/", "http://127.0.0.1/v1", STRIP KEEP_SLASH),
    PROXY_API("keep3", "/keep3/", "http://127.0.0.1/", STRIP KEEP_SLASH),
    PROXY_API("query", "/query/", "http://127.0.0.1/q?a=1&b=2", STRIP),
    PROXY_API("seven", "/seven", "http://127.0.0.1/q?a=1", STRIP),
    PROXY_API("whole", "/whole/", "http://127.0.0.1/v1", ""),
    PROXY_API("name", "/name/", "http://Upstream.example:8080", STRIP),
    PROXY_API("tls", "/tls/", "https://127.0.0.1", STRIP),
    PROXY_API("six", "/six/", "http://[::1]:8080", STRIP),
    PROXY_API("host", "/host/", "http://127.0.0.1:81",
              STRIP ",\"preserve_host_header\":true"),
    PROXY_API("insecure", "/insecure/", "https://127.0.0.1",
              STRIP ",\"transport\":{\"ssl_insecure_skip_verify\":true}"),
    PROXY_API("list", "/list/", "http://unused",
              LIST("\"http://127.0.0.1:1\",\"http://127.0.0.1:2\","
                   "\"http://127.0.0.1:3\"")),
    PROXY_API("mixed", "/mixed/", "http://unused",
              LIST("\"http://127.0.0.1:1/a\",\"http://127.0.0.1:2/b\","
                   "\"https://127.0.0.1:3/a\",\"http://127.0.0.1:4/a\"")),
    PROXY_API("names", "/names/", "http://unused",
              LIST("\"http://one.example\",\"http://two.example\"")),
    PROXY_API("umlaut", "/m\xc3\xa4/", "http://127.0.0.1", STRIP),
};

static const struct {
    const char *target, *uri, *host;
    bool tls;
} rows[] = {
    {"/", "/", "127.0.0.1", false},
    {"/x/y", "/x/y", "127.0.0.1", false},
    {"/x?", "/x", "127.0.0.1", false},
    {"/x?a=1&b", "/x?a=1&b", "127.0.0.1", false},
    {"/x?%zz=;&&", "/x?%zz=;&&", "127.0.0.1", false},
    {"/x??a", "/x??a", "127.0.0.1", false},
    {"/x//y/./z/../w", "/x/y/w", "127.0.0.1", false},
    {"/%41%2d%7e%20%25", "/A-~%20%25", "127.0.0.1", false},
    {"/a%3fb?c", "/a%3Fb?c", "127.0.0.1", false},
    {"/a%23b", "/a%23b", "127.0.0.1", false},
    {"/\xc3\xa4", "/%C3%A4", "127.0.0.1", false},
    {"/%c3%a4;v=1", "/%C3%A4;v=1", "127.0.0.1", false},

    {"/plain/x", "/plain/x", "127.0.0.1", false},
    {"/strip/", "/", "127.0.0.1", false},
    {"/strip/x", "/x", "127.0.0.1", false},
    {"/strip/x/", "/x/", "127.0.0.1", false},
    {"/strip/x%20y?q", "/x%20y?q", "127.0.0.1", false},
    {"/%73trip/x%20y", "/x%20y", "127.0.0.1", false},
    {"/strip/?q", "/?q", "127.0.0.1", false},
    {"/strip//x", "/x", "127.0.0.1", false},
    {"/bare", "/", "127.0.0.1:81", false},
    {"/bare?x", "/?x", "127.0.0.1:81", false},
    {"/bare/", "/", "127.0.0.1:81", false},
    {"/bare/x", "/x", "127.0.0.1:81", false},
    {"/barefoot", "/foot", "127.0.0.1:81", false}, /* a prefix, as in Tyk */
    {"/bare%20x", "/%20x", "127.0.0.1:81", false},
    {"/base/", "/v1", "127.0.0.1", false},
    {"/base/x", "/v1/x", "127.0.0.1", false},
    {"/base/x/", "/v1/x/", "127.0.0.1", false},
    {"/slash/", "/v1", "127.0.0.1", false},
    {"/slash/x", "/v1/x", "127.0.0.1", false},
    {"/keep/", "/v1/", "127.0.0.1", false},
    {"/keep/x", "/v1/x", "127.0.0.1", false},
    {"/keep2/", "/v1", "127.0.0.1", false},
    {"/keep3/", "/", "127.0.0.1", false},
    {"/query/", "/q?a=1&b=2", "127.0.0.1", false},
    {"/query/x?c=3", "/q/x?a=1&b=2&c=3", "127.0.0.1", false},
    {"/query/x?", "/q/x?a=1&b=2", "127.0.0.1", false},
    {"/sevenx?c=3", "/q/x?a=1&c=3", "127.0.0.1", false}, /* all pieces */
    {"/whole/x", "/v1/whole/x", "127.0.0.1", false},
    {"/strip/root/", "/root/", "127.0.0.1", false},
    {"/base", "/base", "127.0.0.1", false}, /* of the API at / */

    {"/m%c3%a4/%C3%A4", "/%C3%A4", "127.0.0.1", false},
    {"/m\xc3\xa4/x%20", "/x%20", "127.0.0.1", false},
    {"/tls/x", "/x", "127.0.0.1", true},
    {"/six/x", "/x", "[::1]:8080", false},
    {"/host/x", "/x", "gateway.example", false},
};

static struct jg_snapshot *
new_snapshot(void)
{
    return snapshot_with(NULL, 1, "{}", apis, LEN(apis), NULL, 0);
}

static void
paths_are_stripped_and_joined_as_in_tyk(void **state)
{
    struct jg_snapshot *snapshot = new_snapshot();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, rows[i].target, "", JG_STR(""));
        start_decision(&d, snapshot, &c, &a);
        if (jg_decide(&d) != JG_ALLOW)
            print_error("row %s: %s\n", rows[i].target,
                        jg_err_info(d.reason)->name);
        assert_err(d.reason, JG_OK);
        if (!jg_str_eq(d.forward.uri, jg_str(rows[i].uri)))
            print_error("row %s\n", rows[i].target);
        assert_str(d.forward.uri, rows[i].uri);
        assert_str(d.forward.host, rows[i].host);
        assert_int_equal(d.forward.target->tls, rows[i].tls);
        end_decision(&d);
        end_request(&c);
    }
    jg_snapshot_free(snapshot);
}

static void
taking_the_listen_path_off_makes_no_way_up(void **state)
{
    static const char *const targets[] = {"/bare..", "/bare../x", "/bare./x",
                                          "/bare..;a/x", "/bare%2e%2e/x"};
    struct jg_snapshot *snapshot = new_snapshot();

    (void)state;
    for (size_t i = 0; i < LEN(targets); i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, targets[i], "", JG_STR(""));
        start_decision(&d, snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_DENY);
        assert_err(d.reason, JG_E_PATH);
        end_decision(&d);
        end_request(&c);
    }
    jg_snapshot_free(snapshot);
}

static void
certificates_are_verified_unless_somebody_said_no(void **state)
{
    static const struct {
        const char *conf, *target;
        bool want;
    } cases[] = {
        {"{}", "/tls/", true},
        {"{}", "/insecure/", false},
        {"{\"proxy_ssl_insecure_skip_verify\":true}", "/tls/", false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_snapshot *snapshot =
            snapshot_with(NULL, 1, cases[i].conf, apis, LEN(apis), NULL, 0);
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, cases[i].target, "", JG_STR(""));
        start_decision(&d, snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_ALLOW);
        assert_int_equal(d.forward.tls_verify, cases[i].want);
        end_decision(&d);
        end_request(&c);
        jg_snapshot_free(snapshot);
    }
}

static unsigned
port_of(const struct jg_peer *peer)
{
    struct sockaddr_in in;

    memcpy(&in, peer->address.bytes, sizeof(in));
    assert_int_equal(in.sin_family, AF_INET);
    return ntohs(in.sin_port);
}

/* A store and counters in a folder that goes away with them. */
struct files {
    char folder[32], counters_path[64];
    struct jg_store *store;
    struct jg_counters *counters;
    struct jg_address_cache *addresses;
};

static void
open_files(struct files *f)
{
    char fault[JG_STORE_FAULT_MAX];

    snprintf(f->folder, sizeof(f->folder), "/tmp/jg-access-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->counters_path, sizeof(f->counters_path), "%s/counters",
             f->folder);
    assert_err(jg_store_open(&(struct jg_store_options){.path = f->folder,
                                                        .max_bytes = 1 << 20,
                                                        .writable = true,
                                                        .group = (gid_t)-1},
                             &f->store, fault),
               JG_OK);
    assert_err(jg_counters_open(f->counters_path, &f->counters), JG_OK);
    assert_err(jg_address_cache_new(&f->addresses), JG_OK);
}

static void
close_files(struct files *f)
{
    char command[64];

    jg_address_cache_free(f->addresses);
    jg_counters_close(f->counters);
    jg_store_close(f->store);
    snprintf(command, sizeof(command), "rm -r %s", f->folder);
    assert_int_equal(system(command), 0);
}

static void
resolve(struct files *f, const char *host, const char *const *texts,
        size_t count)
{
    struct jg_addresses addresses = {.count = count};
    struct jg_txn *txn;

    for (size_t i = 0; i < count; i++)
        assert_true(jg_address_literal(jg_str(texts[i]), &addresses.items[i]));
    assert_err(jg_txn_write(f->store, &txn), JG_OK);
    assert_err(jg_record_put_addresses(txn, jg_str(host), &addresses), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    jg_counters_bump_addresses(f->counters);
}

static void
targets_take_turns_and_stand_in_for_each_other(void **state)
{
    struct jg_snapshot *snapshot = new_snapshot();
    struct files f;
    unsigned seen[4] = {0};

    (void)state;
    open_files(&f);
    for (size_t i = 0; i < 30; i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;
        unsigned first;

        make_request(&c, "/list/x", "", JG_STR(""));
        start_decision(&d, snapshot, &c, &a);
        d.with.counters = f.counters;
        assert_verdict(jg_decide(&d), JG_ALLOW);
        assert_int_equal(d.forward.peer_count, 3);
        first = port_of(&d.forward.peers[0]);
        assert_in_range(first, 1, 3);
        assert_int_equal(port_of(&d.forward.peers[1]), first % 3 + 1);
        assert_int_equal(port_of(&d.forward.peers[2]), (first + 1) % 3 + 1);
        assert_ptr_equal(d.forward.peers[0].target, d.forward.target);
        seen[first]++;
        end_decision(&d);
        end_request(&c);
    }
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(seen[i], 10);
    close_files(&f);
    jg_snapshot_free(snapshot);
}

static void
only_targets_with_the_same_path_and_scheme_stand_in(void **state)
{
    struct jg_snapshot *snapshot = new_snapshot();
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    (void)state;
    make_request(&c, "/mixed/x", "", JG_STR(""));
    start_decision(&d, snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    assert_str(d.forward.uri, "/a/mixed/x");
    assert_int_equal(d.forward.peer_count, 2);
    assert_int_equal(port_of(&d.forward.peers[0]), 1);
    assert_int_equal(port_of(&d.forward.peers[1]), 4);
    end_decision(&d);
    end_request(&c);
    jg_snapshot_free(snapshot);
}

static void
a_name_is_wanted_once_and_then_known(void **state)
{
    static const char *const texts[] = {"192.0.2.1", "2001:db8::1"};
    struct jg_snapshot *snapshot = new_snapshot();
    struct files f;
    struct jg_trace trace;
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    (void)state;
    memset(&trace, 0, sizeof(trace));
    open_files(&f);
    make_request(&c, "/name/x", "", JG_STR(""));
    start_decision(&d, snapshot, &c, &a);
    d.with.store = f.store;
    d.with.counters = f.counters;
    d.with.addresses = f.addresses;
    d.trace = &trace;
    assert_verdict(jg_decide(&d), JG_WANT);
    assert_int_equal(d.want.kind, JG_WANT_ADDRESS);
    assert_str(d.want.name, "upstream.example");
    assert_int_equal(trace.steps[trace.count - 1].outcome, JG_STEP_WAIT);
    assert_verdict(jg_decide(&d), JG_WANT); /* nobody fetched it */
    resolve(&f, "upstream.example", texts, 2);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    assert_int_equal(trace.steps[trace.count - 1].outcome, JG_STEP_PASS);
    assert_int_equal(d.forward.peer_count, 2);
    assert_int_equal(port_of(&d.forward.peers[0]), 8080);
    assert_int_equal(d.forward.peers[1].address.len,
                     sizeof(struct sockaddr_in6));
    assert_str(d.forward.host, "upstream.example:8080");
    assert_str(d.forward.uri, "/x");
    end_decision(&d);
    end_request(&c);
    close_files(&f);
    jg_snapshot_free(snapshot);
}

static enum jg_err
reason_with(const struct jg_snapshot *snapshot, const struct files *f,
            const char *target, struct jg_want *want)
{
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    make_request(&c, target, "", JG_STR(""));
    start_decision(&d, snapshot, &c, &a);
    d.with.store = f->store;
    d.with.counters = f->counters;
    d.with.addresses = f->addresses;
    jg_decide(&d);
    *want = d.want;
    end_decision(&d);
    end_request(&c);
    return d.reason;
}

static void
a_name_without_address_is_refused_until_it_has_one(void **state)
{
    static const char *const text = "192.0.2.1";
    struct jg_snapshot *snapshot = new_snapshot();
    struct jg_want want;
    struct files f;

    (void)state;
    open_files(&f);
    resolve(&f, "upstream.example", NULL, 0);
    assert_err(reason_with(snapshot, &f, "/name/", &want),
               JG_E_UPSTREAM_LOOKUP);
    assert_err(reason_with(snapshot, &f, "/name/", &want),
               JG_E_UPSTREAM_LOOKUP);
    resolve(&f, "upstream.example", &text, 1);
    assert_err(reason_with(snapshot, &f, "/name/", &want), JG_OK);
    assert_int_equal(want.kind, JG_WANT_NOTHING);
    close_files(&f);
    jg_snapshot_free(snapshot);
}

static void
one_known_name_of_several_is_enough(void **state)
{
    static const char *const text = "192.0.2.1";
    struct jg_snapshot *snapshot = new_snapshot();
    struct jg_want want;
    struct files f;
    unsigned wants = 0, passes = 0;

    (void)state;
    open_files(&f);
    resolve(&f, "one.example", NULL, 0);
    resolve(&f, "two.example", &text, 1);
    for (size_t i = 0; i < 4; i++)
        assert_err(reason_with(snapshot, &f, "/names/", &want), JG_OK);
    resolve(&f, "two.example", NULL, 0);
    assert_err(reason_with(snapshot, &f, "/names/", &want),
               JG_E_UPSTREAM_LOOKUP);
    close_files(&f);

    /* Only the first choice is waited for. */
    open_files(&f);
    resolve(&f, "two.example", &text, 1);
    for (size_t i = 0; i < 4; i++) {
        assert_err(reason_with(snapshot, &f, "/names/", &want), JG_OK);
        wants += want.kind == JG_WANT_ADDRESS;
        passes += want.kind == JG_WANT_NOTHING;
    }
    assert_int_equal(wants, 2);
    assert_int_equal(passes, 2);
    close_files(&f);
    jg_snapshot_free(snapshot);
}

static void
the_api_id_as_a_path_is_never_stripped(void **state)
{
    static const struct doc api =
        PROXY_API("thing", "/elsewhere/", "http://127.0.0.1", STRIP);
    struct jg_snapshot *snapshot =
        snapshot_with(NULL, 1, "{}", &api, 1, NULL, 0);
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    (void)state;
    make_request(&c, "/thing/x", "", JG_STR(""));
    start_decision(&d, snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    assert_str(d.forward.uri, "/thing/x");
    end_decision(&d);
    end_request(&c);
    jg_snapshot_free(snapshot);
}

/* strip_auth_data takes the parameter off, and nothing else. */
static void
the_tokens_parameter_does_not_go_on(void **state)
{
    static const struct doc api = JWT_API(
        "q", ",\"strip_auth_data\":true,\"jwt_default_policies\":[\"all\"],"
             "\"auth_configs\":{\"jwt\":{\"use_param\":true,"
             "\"param_name\":\"jwt\"}}");
    static const struct doc policy = POLICY("all", RIGHTS("q"));
    static const struct {
        const char *target, *uri;
    } cases[] = {
        {"/q/?jwt=%T", "/"},
        {"/q/x?jwt=%T&a=1", "/x?a=1"},
        {"/q/x?a=1&jwt=%T&b=%20", "/x?a=1&b=%20"},
        {"/q/x?a=1&%6awt=%T", "/x?a=1"},
        {"/q/x?a&jwt=%T&JWT=2&jwt=&b=", "/x?a&JWT=2&b="},
    };
    struct jg_snapshot *snapshot =
        snapshot_with(NULL, 1, "{}", &api, 1, &policy, 1);
    struct jg_signer *signer = signer_of_secret(SECRET);
    struct jg_buf token;

    (void)state;
    jg_buf_init(&token, JG_TOKEN_MAX);
    make_token(signer, HS256, "{\"sub\":\"a\"}", &token);
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, cases[i].target, "", jg_buf_str(&token));
        start_decision(&d, snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_ALLOW);
        assert_str(d.forward.uri, cases[i].uri);
        end_decision(&d);
        end_request(&c);
    }
    jg_buf_free(&token);
    jg_signer_free(signer);
    jg_snapshot_free(snapshot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_stripped_and_joined_as_in_tyk),
        cmocka_unit_test(taking_the_listen_path_off_makes_no_way_up),
        cmocka_unit_test(certificates_are_verified_unless_somebody_said_no),
        cmocka_unit_test(targets_take_turns_and_stand_in_for_each_other),
        cmocka_unit_test(only_targets_with_the_same_path_and_scheme_stand_in),
        cmocka_unit_test(a_name_is_wanted_once_and_then_known),
        cmocka_unit_test(a_name_without_address_is_refused_until_it_has_one),
        cmocka_unit_test(one_known_name_of_several_is_enough),
        cmocka_unit_test(the_api_id_as_a_path_is_never_stripped),
        cmocka_unit_test(the_tokens_parameter_does_not_go_on),
    };

    return cmocka_run_group_tests_name("access/target", tests, NULL, NULL);
}
