/* Which headers go on: reference 0.4, 6.1, 6.2, 6.4, as rows. */
#include "access_check.h"

#define OPEN_API(id, more)                                                   \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/" id "/\","  \
            "\"target_url\":\"http://127.0.0.1:8000\"}" more "}"             \
    }
#define VERSION(members)                                                    \
    ",\"version_data\":{\"not_versioned\":true,\"versions\":{\"Default\":{" \
    "\"name\":\"Default\"," members "}}}"

static const struct doc apis[] = {
    OPEN_API("open", ""),
    OPEN_API("set", VERSION("\"global_headers\":{\"X-User\":\"gateway\","
                            "\"x-second\":\"2\"}")),
    OPEN_API("remove", VERSION("\"global_headers_remove\":[\"X-Secret\","
                               "\"User-Agent\",\"Content-Length\",\"Host\"]")),
    OPEN_API("off", VERSION("\"global_headers_disabled\":true,"
                            "\"global_headers\":{\"X-User\":\"gateway\"},"
                            "\"global_headers_remove\":[\"X-Secret\"]")),
    OPEN_API("framing",
             VERSION("\"global_headers\":{\"Host\":\"evil\",\"Content-Length\":"
                     "\"1\",\"Transfer-Encoding\":\"chunked\",\"Connection\":"
                     "\"x\",\"Upgrade\":\"h2c\",\"content_length\":\"7\"}")),
    OPEN_API("agent", VERSION("\"global_headers\":{\"User-Agent\":\"own\"}")),
    OPEN_API("hops",
             VERSION("\"global_headers\":{\"X-Forwarded-For\":\"10.0.0.1\"}")),
    OPEN_API("vars", VERSION("\"global_headers\":{\"X-A\":\"a$tyk_meta.x-y.z "
                             "b\",\"X-B\":\"$secret_conf.key\",\"X-C\":"
                             "\"$tyk_context.jwt_claims_sub\",\"X-D\":\"$5\","
                             "\"X-E\":\"$tyk_meta.\"}")),
    OPEN_API("context", ",\"enable_context_vars\":true" VERSION(
                            "\"global_headers\":{\"X-C\":\"<$tyk_context."
                            "jwt_claims_sub>\"}")),
    OPEN_API("ends",
             VERSION("\"use_extended_paths\":true,\"global_headers\":{\"X-G\":"
                     "\"g\",\"X-B\":\"g\"},\"global_response_headers\":{"
                     "\"Y-G\":\"g\"},\"global_response_headers_remove\":["
                     "\"Y-A\"],\"extended_paths\":{\"transform_headers\":[{"
                     "\"path\":\"/off\",\"disabled\":true,\"add_headers\":{"
                     "\"X-A\":\"off\"}},{\"path\":\"/a\",\"method\":\"GET\","
                     "\"delete_headers\":[\"X-Del\",\"X-B\"],\"add_headers\":{"
                     "\"X-A\":\"a\",\"X-User\":\"$tyk_meta.user\"}},{"
                     "\"path\":\"/a\",\"add_headers\":{\"X-A\":\"second\"}},{"
                     "\"path\":\"/post\",\"method\":\"POST\",\"add_headers\":{"
                     "\"X-A\":\"post\"}}],\"transform_response_headers\":[{"
                     "\"path\":\"/a\",\"method\":\"GET\",\"delete_headers\":["
                     "\"Y-Del\"],\"add_headers\":{\"Y-A\":\"a\",\"Y-G\":"
                     "\"own\",\"Y-Own\":\"a\"}}]}")),
    OPEN_API("keyless", ",\"strip_auth_data\":true"),
    JWT_API("pass", ""),
    JWT_API("strip", ",\"strip_auth_data\":true"),
    JWT_API("stripall",
            ",\"strip_auth_data\":true,\"auth_configs\":{\"jwt\":"
            "{\"use_param\":true,\"param_name\":\"jwt\",\"use_cookie\":true,"
            "\"cookie_name\":\"jwt\"},\"authToken\":{\"auth_header_name\":"
            "\"X-Key\"}}"),
    JWT_API("replace", ",\"strip_auth_data\":true" VERSION(
                           "\"global_headers\":{\"Authorization\":\"new\"}")),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"pass\":{},\"strip\":{},"
                  "\"stripall\":{},\"replace\":{}}")};

/* Names in <gone> must be removed, those in <kept> not; <set> is "name=value"
 * or "name" for one that is not set. All of them lists with '|'. */
static const struct {
    const char *target, *lines, *gone, *kept, *set;
} rows[] = {
    /* Nothing asked for: X-Forwarded-For and User-Agent only. */
    {"/open/", "Accept: x\nUser-Agent: curl", "", "Accept|User-Agent",
     "X-Forwarded-For=192.0.2.7|User-Agent"},
    {"/open/", "", "", "", "User-Agent=Tyk/" JG_VERSION},
    {"/open/", "User-Agent:", "", "User-Agent", "User-Agent"},
    {"/open/", "User_Agent: x", "User_Agent", "", "User-Agent=Tyk/" JG_VERSION},
    {"/open/", "Authorization: Bearer x", "", "Authorization", ""},

    /* Hop by hop. */
    {"/open/",
     "Connection: keep-alive\nKeep-Alive: 5\nProxy-Connection: x\n"
     "Proxy-Authenticate: x\nProxy-Authorization: x\nTE: gzip\nTrailer: x\n"
     "Transfer-Encoding: chunked\nUpgrade: h2c\nHTTP2-Settings: x\n"
     "Expect: 100-continue\nX-Keep: 1",
     "Connection|Keep-Alive|Proxy-Connection|Proxy-Authenticate|"
     "Proxy-Authorization|TE|Trailer|Transfer-Encoding|Upgrade|"
     "HTTP2-Settings|Expect",
     "X-Keep", "TE|Connection|Upgrade"},
    {"/open/", "keep_alive: 5\nproxy.connection: x",
     "Keep-Alive|"
     "Proxy-Connection",
     "", ""},
    {"/open/",
     "Connection: X-One , x-two,close, ,\nX-One: 1\nX_Two: 2\n"
     "X-Three: 3\nClose: 4",
     "Connection|X-One|X-Two", "X-Three|Close", ""},
    {"/open/", "Connection: Content-Length, Host\nContent-Length: 5\nHost: x",
     "Connection", "Content-Length|Host", ""},
    {"/open/", "Connection: X-Forwarded-For\nX-Forwarded-For: 1.1.1.1",
     "X-Forwarded-For", "", "X-Forwarded-For=192.0.2.7"},
    {"/open/", "TE: trailers", "TE", "", "TE=trailers"},
    {"/open/", "TE: deflate, Trailers", "TE", "", "TE=trailers"},
    {"/open/", "Proxy: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: x", "",
     "Proxy|X-Forwarded-Proto|X-Forwarded-Host", ""},

    /* What only CGI takes for framing. */
    {"/open/",
     "Content_Length: 5\nContent-Length: 6\nTransfer_Encoding: x\n"
     "content.length: 7",
     "Content_Length|Transfer_Encoding", "", ""},

    /* X-Forwarded-For. */
    {"/open/", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For", "",
     "X-Forwarded-For=1.1.1.1, 192.0.2.7"},
    {"/open/", "X-Forwarded-For: 1.1.1.1\nx-forwarded-for: 2.2.2.2, 3.3.3.3",
     "X-Forwarded-For", "",
     "X-Forwarded-For=1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.7"},
    {"/open/", "X_Forwarded_For: 1.1.1.1", "X_Forwarded_For", "",
     "X-Forwarded-For=192.0.2.7"},
    {"/hops/", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For", "",
     "X-Forwarded-For=10.0.0.1, 192.0.2.7"},

    /* global_headers; what we set is removed in every spelling first. */
    {"/set/", "X-User: client", "X-User", "", "X-User=gateway|X-Second=2"},
    {"/set/", "x_user: client\nX.User: client\nX-USER: client\nXUser: 1",
     "x_user|X.User|X-USER", "XUser", "X-User=gateway"},
    {"/set/", "Connection: X-User\nX-User: client", "X-User", "",
     "X-User=gateway"},
    {"/set/", "", "", "", "X-User=gateway"},
    {"/remove/", "X-Secret: 1\nX_SECRET: 2\nX-Public: 3", "X-Secret|X_SECRET",
     "X-Public", "X-Secret"},
    {"/remove/", "User-Agent: curl", "User-Agent", "",
     "User-Agent=Tyk/" JG_VERSION},
    {"/remove/", "Content-Length: 5\nHost: x", "", "Content-Length|Host", ""},
    {"/off/", "X-Secret: 1\nX-User: client", "", "X-Secret|X-User", "X-User"},
    {"/framing/", "", "", "",
     "Host|Content-Length|Transfer-Encoding|Connection|Upgrade|"
     "content_length"},
    {"/agent/", "User-Agent: curl", "User-Agent", "", "User-Agent=own"},

    /* Variables: none is known, so each is empty. */
    {"/vars/", "", "", "", "X-A=a b|X-B=|X-C=|X-D=$5|X-E=$tyk_meta."},
    {"/context/", "X-C: client", "X-C", "", "X-C=<>"},

    /* Of endpoints: the first that matches, after the version's. */
    {"/ends/a", "X-Del: 1\nX_A: c\nX-User: root\nX-Keep: 1", "X-Del|X_A|X-User",
     "X-Keep", "X-G=g|X-B|X-A=a|X-User="},
    {"/ends/off", "X-A: c\nX-Del: 1", "", "X-A|X-Del", "X-G=g|X-B=g|X-A"},
    {"/ends/post", "X-A: c", "", "X-A", "X-A"},
    {"/ends/", "X-User: root\nx_user: root\nX-B: c", "X-User|x_user|X-B", "",
     "X-User|X-B=g"},

    /* strip_auth_data. */
    {"/pass/", "Authorization: Bearer %T", "", "Authorization", ""},
    {"/strip/", "Authorization: Bearer %T\nX: y", "Authorization", "X",
     "Authorization|Cookie"},
    {"/strip/", "Authorization: Bearer %T\nCookie: a=1; Authorization=x; b=2",
     "Authorization|Cookie", "", "Cookie=a=1; b=2"},
    {"/strip/", "Authorization: Bearer %T\nCookie: Authorization2=x",
     "Authorization|Cookie", "", "Cookie"},
    {"/strip/", "Authorization: Bearer %T\nCookie: a=1;  b=2", "Authorization",
     "Cookie", "Cookie"},
    {"/stripall/", "X-Key: k\nCookie: jwt=%T; a=1\nCookie: b=2", "X-Key|Cookie",
     "", "Cookie=a=1; b=2"},
    {"/replace/", "Authorization: Bearer %T", "Authorization", "",
     "Authorization=new"},
    {"/keyless/", "Authorization: Bearer %T", "", "Authorization", ""},
};

struct world {
    struct jg_snapshot *snapshot;
    struct jg_buf token;
};

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct jg_signer *signer = signer_of_secret(SECRET);

    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    make_token(signer, HS256, "{\"sub\":\"a\",\"pol\":\"all\"}", &w->token);
    jg_signer_free(signer);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_snapshot_free(w->snapshot);
    free(w);
    return 0;
}

static void
check_removed(const struct jg_forward *forward, const char *names, bool want)
{
    struct jg_str rest = jg_str(names), name;

    while (rest.len > 0 && jg_str_next(&rest, '|', &name)) {
        char text[64];

        snprintf(text, sizeof(text), "%.*s", JG_STR_ARG(name));
        if (header_removed(forward, text) != want)
            print_error("%s should%s be removed\n", text, want ? "" : " not");
        assert_int_equal(header_removed(forward, text), want);
    }
}

static void
check_set(const struct jg_forward *forward, const char *list)
{
    struct jg_str rest = jg_str(list), part;

    while (rest.len > 0 && jg_str_next(&rest, '|', &part)) {
        size_t mark = jg_str_find(part, '=');
        struct jg_str value;
        char name[64];

        snprintf(name, sizeof(name), "%.*s", (int)mark, part.p);
        value = header_set(forward, name);
        if (mark == part.len) {
            if (value.p != NULL)
                print_error("%s is set\n", name);
            assert_null(value.p);
            continue;
        }
        if (value.p == NULL || !jg_str_eq(value, jg_str_from(part, mark + 1)))
            print_error("%s: got \"%.*s\"\n", name, JG_STR_ARG(value));
        assert_non_null(value.p);
        assert_true(jg_str_eq(value, jg_str_from(part, mark + 1)));
    }
}

/* Every name that is removed is the request's own, in its own spelling. */
static void
check_spelling(const struct jg_decision *d)
{
    for (size_t i = 0; i < d->forward.removed_count; i++) {
        bool found = false;

        for (size_t k = 0; k < d->request->header_count; k++)
            found |=
                jg_str_eq(d->forward.removed[i], d->request->headers[k].name);
        assert_true(found);
    }
}

static void
headers_go_on_as_behind_tyk(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, rows[i].target, rows[i].lines, jg_buf_str(&w->token));
        start_decision(&d, w->snapshot, &c, &a);
        if (jg_decide(&d) != JG_ALLOW)
            print_error("row %zu %s: %s\n", i, rows[i].target,
                        jg_err_info(d.reason)->name);
        assert_err(d.reason, JG_OK);
        check_removed(&d.forward, rows[i].gone, true);
        check_removed(&d.forward, rows[i].kept, false);
        check_set(&d.forward, rows[i].set);
        check_spelling(&d);
        end_decision(&d);
        end_request(&c);
    }
}

static struct jg_str
respond_set(const struct jg_respond_headers *respond, const char *name)
{
    for (size_t i = 0; i < respond->set_count; i++)
        if (jg_str_eq_nocase(respond->set[i].name, jg_str(name)))
            return respond->set[i].value;
    return (struct jg_str){NULL, 0};
}

/* Of answers the endpoint's come first, and the version's have the last word;
 * both are of answers of the upstream only. */
static void
headers_of_answers_come_from_endpoint_and_version(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < 2; i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, i == 0 ? "/ends/a" : "/ends/b", "", JG_STR(""));
        start_decision(&d, w->snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_ALLOW);
        assert_int_equal(d.respond.set_count + d.respond.removed_count, 0);
        assert_str(respond_set(&d.forward.respond, "Y-G"), "g");
        assert_null(respond_set(&d.forward.respond, "Y-A").p);
        assert_int_equal(d.forward.respond.removed_count, i == 0 ? 2 : 1);
        assert_int_equal(d.forward.respond.set_count, /* X-RateLimit-*, too */
                         (i == 0 ? 2 : 1) + 3);
        end_decision(&d);
        end_request(&c);
    }
}

static void
without_a_peer_address_nothing_is_appended(void **state)
{
    struct world *w = *state;
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    make_request(&c, "/open/", "X-Forwarded-For: 1.1.1.1", JG_STR(""));
    c.request.peer = JG_STR("");
    start_decision(&d, w->snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    assert_str(header_set(&d.forward, "X-Forwarded-For"), "1.1.1.1");
    end_decision(&d);
    c.request.header_count = 0;
    start_decision(&d, w->snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    assert_null(header_set(&d.forward, "X-Forwarded-For").p);
    end_decision(&d);
    end_request(&c);
}

static void
upgrades_pass_only_to_websocket_and_where_enabled(void **state)
{
    static const struct {
        const char *conf;
        bool asked, want;
    } cases[] = {
        {"{}", false, false},
        {"{}", true, false},
        {"{\"http_server_options\":{\"enable_websockets\":true}}", true, true},
        {"{\"http_server_options\":{\"enable_websockets\":true}}", false,
         false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_snapshot *snapshot =
            snapshot_with(NULL, 1, cases[i].conf, apis, LEN(apis), NULL, 0);
        struct jg_decision d;
        struct client c;
        struct jg_arena a;

        make_request(&c, "/open/", "Connection: Upgrade\nUpgrade: websocket",
                     JG_STR(""));
        c.request.websocket = cases[i].asked;
        start_decision(&d, snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_ALLOW);
        assert_int_equal(d.forward.websocket, cases[i].want);
        assert_true(header_removed(&d.forward, "Upgrade"));
        assert_true(header_removed(&d.forward, "Connection"));
        end_decision(&d);
        end_request(&c);
        jg_snapshot_free(snapshot);
    }
}

/* Each name costs a look at every header: a client cannot ask for more. */
static void
a_connection_header_names_a_few_headers_only(void **state)
{
    static const struct {
        size_t names;
        enum jg_verdict want;
    } cases[] = {{64, JG_ALLOW}, {65, JG_DENY}, {40000, JG_DENY}};
    static char lines[100000];

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_snapshot *snapshot =
            snapshot_with(NULL, 1, "{}", apis, LEN(apis), NULL, 0);
        struct jg_decision d;
        struct client c;
        struct jg_arena a;
        size_t len = (size_t)snprintf(lines, sizeof(lines), "Connection: x");

        for (size_t k = 1; k < cases[i].names; k++) {
            memcpy(lines + len, ",x", 2);
            len += 2;
        }
        lines[len] = '\0';
        make_request(&c, "/open/", lines, JG_STR(""));
        start_decision(&d, snapshot, &c, &a);
        assert_verdict(jg_decide(&d), cases[i].want);
        if (cases[i].want == JG_DENY)
            assert_err(d.reason, JG_E_HEADERS);
        end_decision(&d);
        end_request(&c);
        jg_snapshot_free(snapshot);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_go_on_as_behind_tyk),
        cmocka_unit_test(headers_of_answers_come_from_endpoint_and_version),
        cmocka_unit_test(without_a_peer_address_nothing_is_appended),
        cmocka_unit_test(upgrades_pass_only_to_websocket_and_where_enabled),
        cmocka_unit_test(a_connection_header_names_a_few_headers_only),
    };

    return cmocka_run_group_tests_name("access/rewrite", tests, setup,
                                       teardown);
}
