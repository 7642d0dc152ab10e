/* oas.c, oas_table.c: an OAS definition becomes what a classic one becomes. */
#include "oas_check.h"

static void
the_smallest_document_works(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_open(r, LISTEN ",", "'url':'http://up'", "");
    api = good_api(r);
    assert_quiet(r);
    assert_true(api->def.is_oas);
    assert_str(api->def.api_id, "a");
    assert_str(api->def.org_id, "o");
    assert_str(api->def.name, "A");
    assert_true(api->def.active);
    assert_false(api->def.internal);
    assert_true(api->def.not_versioned);
    assert_true(api->def.proxy.strip_listen_path);
    assert_int_equal(api->mode, JG_AUTH_KEYLESS);
    assert_str(api->listen_path, "/a/");
    assert_str(api->alias_path, "/a/");
    assert_str(api->host, "");
    assert_int_equal(api->target_count, 1);
    assert_str(api->targets[0].url, "http://up");
    assert_null(api->headers);
    jg_api_free(api);
    free_reading(r);
}

static void
every_part_reaches_its_field(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    r->conf.enable_custom_domains = true;
    set_open(r,
             "'listenPath':{'value':'/x'},'customDomain':{'enabled':true,"
             "'name':'Api.Example'},'protocol':'https',",
             "'url':'https://up/b','preserveHostHeader':{'enabled':true},"
             "'preserveTrailingSlash':{'enabled':true},"
             "'tlsTransport':{'insecureSkipVerify':true}",
             "'middleware':{'global':{'contextVariables':{'enabled':true},"
             "'transformRequestHeaders':{'enabled':true,'remove':['X-R'],"
             "'add':[{'name':'X-A','value':'1'},{'name':'X-B'}]},"
             "'transformResponseHeaders':{'enabled':true,'remove':['Y-R'],"
             "'add':[{'name':'y-a','value':'$tyk_context.path'}]}}}");
    api = good_api(r);
    assert_quiet(r);
    assert_int_equal(api->headers->request_headers.count, 2);
    assert_int_equal(api->headers->response_headers.count, 1);
    assert_str(api->headers->response_headers.rules[0].name, "Y-A");
    assert_int_equal(api->headers->response_headers.removed.count, 1);
    assert_str(api->listen_path, "/x");
    assert_false(api->def.proxy.strip_listen_path);
    assert_str(api->host, "api.example");
    assert_true(api->def.proxy.preserve_host_header);
    assert_true(api->def.proxy.disable_strip_slash);
    assert_true(api->def.proxy.ssl_insecure_skip_verify);
    assert_true(api->targets[0].tls);
    assert_true(api->def.enable_context_vars);
    assert_non_null(api->headers);
    assert_false(api->headers->global_headers_disabled);
    assert_int_equal(api->headers->global_headers.count, 2);
    assert_str(api->headers->global_headers.items[0].name, "X-A");
    assert_str(api->headers->global_headers.items[0].value, "1");
    assert_str(api->headers->global_headers.items[1].value, "");
    assert_int_equal(api->headers->global_headers_remove.count, 1);
    jg_api_free(api);

    /* Switched off: no domain, no headers. */
    set_open(r,
             LISTEN ",'customDomain':{'enabled':false,'name':'api.example'},",
             "'url':'http://up'",
             "'middleware':{'global':{'contextVariables':{'enabled':false},"
             "'transformRequestHeaders':{'remove':['X-R']}}}");
    api = good_api(r);
    assert_quiet(r);
    assert_str(api->host, "");
    assert_false(api->def.enable_context_vars);
    assert_true(api->headers->global_headers_disabled);
    jg_api_free(api);
    free_reading(r);
}

/* They outlive the memory that operations are bound into. */
static void
headers_of_operations_are_those_of_endpoints(void **state)
{
    struct reading *r = new_reading();
    const struct jg_headers_endpoint *e;
    const struct jg_endpoints *endpoints;
    struct jg_api *api;

    (void)state;
    set_open(
        r, LISTEN ",", "'url':'http://up'",
        "'middleware':{'global':{'transformRequestHeaders':{'enabled':"
        "true,'add':[{'name':'X-G','value':'g'}]}},'operations':{'op':{"
        "'transformRequestHeaders':{'enabled':true,'remove':['X-R'],"
        "'add':[{'name':'x-a','value':'$tyk_meta.a'}]},"
        "'transformResponseHeaders':{'add':[{'name':'Y','value':'1'}]}}}}");
    api = good_api(r);
    endpoints = api->headers->endpoints;
    assert_int_equal(endpoints->kinds[JG_ENDPOINT_RESPONSE_HEADERS].count, 0);
    assert_int_equal(endpoints->kinds[JG_ENDPOINT_REQUEST_HEADERS].count, 1);
    e = endpoints->kinds[JG_ENDPOINT_REQUEST_HEADERS].items;
    assert_str(e->endpoint.method, "GET");
    assert_int_equal(e->transform.count, 2);
    assert_str(e->transform.rules[0].name, "X-G");
    assert_str(e->transform.rules[1].name, "X-A");
    assert_int_equal(e->transform.removed.count, 2);
    assert_str(e->transform.removed.items[0], "X-A");
    assert_str(e->transform.removed.items[1], "X-R");
    assert_int_equal(api->headers->request_headers.removed.count, 1);
    jg_api_free(api);
    free_reading(r);
}

/* They outlive the memory that operations are bound into, too. */
static void
virtual_endpoints_of_operations_are_those_of_classic_definitions(void **state)
{
    static const struct {
        const char *said, *function, *type, *uri;
        bool session, proxy;
    } rows[] = {
        {"'functionName':'f','name':'old','path':'a.js','proxyOnError':true",
         "f", "file", "a.js", false, true},
        {"'name':'old','body':'Zg==','path':'a.js','requireSession':true",
         "old", "blob", "Zg==", true, false},
        {"", "", "file", "", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reading *r = new_reading();
        const struct jg_virtual_endpoint *e;
        const struct jg_list *list;
        struct jg_api *api;
        char text[256];

        snprintf(text, sizeof(text),
                 "'middleware':{'operations':{'op':{'virtualEndpoint':{"
                 "'enabled':true%s%s}}}}",
                 rows[i].said[0] != '\0' ? "," : "", rows[i].said);
        set_open(r, LISTEN ",", "'url':'http://up'", text);
        api = good_api(r);
        list = &api->headers->endpoints->kinds[JG_ENDPOINT_VIRTUAL];
        assert_int_equal(list->count, 1);
        e = list->items;
        assert_str(e->endpoint.path, "/pets/{id}");
        assert_str(e->endpoint.method, "GET");
        assert_str(e->function, rows[i].function);
        assert_str(e->source_type, rows[i].type);
        assert_str(e->source_uri, rows[i].uri);
        assert_int_equal(e->use_session, rows[i].session);
        assert_int_equal(e->proxy_on_error, rows[i].proxy);
        jg_api_free(api);
        free_reading(r);
    }
}

static void
rates_of_api_and_operation_are_as_in_classic_definitions(void **state)
{
    struct reading *r = new_reading();
    const struct jg_rate_endpoint *e;
    struct jg_api *api;

    (void)state;
    set_open(r, LISTEN ",",
             "'url':'http://up','rateLimit':{'enabled':true,'rate':90,"
             "'per':'1m30s'}",
             "'middleware':{'global':{'skipRateLimit':true,'skipQuota':true},"
             "'operations':{'op':{'rateLimit':{'enabled':true,'rate':2.5,"
             "'per':'500ms'}}}}");
    api = good_api(r);
    assert_quiet(r);
    assert_true(api->def.disable_rate_limit && api->def.disable_quota);
    assert_false(api->def.global_rate->disabled);
    assert_true(api->def.global_rate->rate == 90);
    assert_true(api->def.global_rate->per_s == 90);
    e = api->headers->endpoints->kinds[JG_ENDPOINT_RATE_LIMIT].items;
    assert_str(e->endpoint.path, "/pets/{id}");
    assert_str(e->endpoint.method, "GET");
    assert_true(e->rate == 2.5 && e->per_s == 0.5);
    jg_api_free(api);
    set_open(r, LISTEN ",",
             "'url':'http://up','rateLimit':{'rate':90,'per':'1s'}", "");
    api = good_api(r); /* not enabled */
    assert_null(api->def.global_rate);
    jg_api_free(api);
    free_reading(r);
}

static void
weights_become_a_list(void **state)
{
    static const struct {
        const char *targets;
        const char *hosts; /* the first letter of each */
    } rows[] = {
        {"{'url':'http://a','weight':1}", "a"},
        {"{'url':'http://a','weight':2},{'url':'http://b','weight':1}", "aab"},
        {"{'url':'http://a','weight':50},{'url':'http://b','weight':50}", "ab"},
        {"{'url':'http://a','weight':100},{'url':'http://b','weight':75}",
         "aaaabbb"},
        {"{'url':'http://a','weight':7},{'url':'http://b'}", "a"},
        {"{'url':'http://a','weight':0},{'url':'http://b','weight':9}", "b"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char upstream[512];
        struct jg_api *api;

        snprintf(upstream, sizeof(upstream),
                 "'url':'http://z','loadBalancing':{'enabled':true,'targets':"
                 "[%s]}",
                 rows[i].targets);
        set_open(r, LISTEN ",", upstream, "");
        api = good_api(r);
        assert_quiet(r);
        assert_int_equal(api->target_count, strlen(rows[i].hosts));
        for (size_t k = 0; k < api->target_count; k++)
            assert_int_equal(api->targets[k].host.p[0], rows[i].hosts[k]);
        jg_api_free(api);

        snprintf(upstream, sizeof(upstream),
                 "'url':'http://z','loadBalancing':{'targets':[%s]}",
                 rows[i].targets);
        set_open(r, LISTEN ",", upstream, "");
        api = good_api(r); /* not enabled: the one URL */
        assert_int_equal(api->target_count, 1);
        assert_str(api->targets[0].host, "z");
        jg_api_free(api);
    }
    free_reading(r);
}

#define BALANCE(targets)                                                       \
    "'url':'http://z','loadBalancing':{'enabled':true,'targets':[" targets "]" \
    "}"
#define TARGETS EXT ".upstream.loadBalancing.targets"

static void
faults_have_the_places_of_the_document(void **state)
{
    static const struct {
        const char *server, *upstream, *more;
        enum jg_err err;
        struct want want;
    } rows[] = {
        {"'listenPath':{'value':'/{x}'},",
         "'url':'http://up'",
         "",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, EXT ".server.listenPath.value", 2, 33,
          "patterns in a listen path"}},
        {"",
         "'url':'http://up'",
         "",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, EXT ".server.listenPath.value", 2, 10,
          "the listen path is missing"}},
        {LISTEN ",",
         "'url':'ftp://up'",
         "",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, EXT ".upstream.url", 3, 19,
          "neither http nor https"}},
        {LISTEN ",",
         "",
         "",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, EXT ".upstream.url", 3, 12,
          "the target URL is missing"}},
        {LISTEN ",'protocol':'tcp',",
         "'url':'http://up'",
         "",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, EXT ".server.protocol", 2, 64,
          "expected \"http\""}},
        {LISTEN ",",
         BALANCE("{'url':'http://a'},{'url':'http://b'}"),
         "",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, TARGETS, 3, 72, "every weight is 0"}},
        {LISTEN ",",
         BALANCE("{'url':'http://a','weight':1},{'url':'x y'}"),
         "",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, TARGETS ".1.url", 3, 110, "host name"}},
        {LISTEN ",",
         BALANCE("{'url':'http://a','weight':1000},{'url':'http://b',"
                 "'weight':1}"),
         "",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, TARGETS, 3, 72, "256 at most"}},
        {LISTEN ",",
         BALANCE("{'url':'http://a','weight':-1}"),
         "",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, TARGETS ".0.weight", 3, 100,
          "from 0 to 1000000"}},
        {LISTEN ",",
         "'url':'http://up'",
         "'middleware':{'global':{'transformRequestHeaders':{'add':[{}]}}}",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING,
          EXT ".middleware.global.transformRequestHeaders.add.0.name", 4, 59,
          "the header's name is missing"}},
        {LISTEN ",",
         "'url':'http://up'",
         "'middleware':{'global':{'transformRequestHeaders':{'enabled':true,"
         "'add':[{'name':'a b'}]}}}",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE,
          EXT ".middleware.global.transformRequestHeaders", 4, 51,
          "none of a header"}},
        {LISTEN ",",
         "'url':'http://up'",
         "'middleware':{'global':{'transformResponseHeaders':{'enabled':true,"
         "'add':[{'name':'a','value':'\\n'}]}}}",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE,
          EXT ".middleware.global.transformResponseHeaders", 4, 52,
          "control character"}},
        {LISTEN ",",
         "'url':'http://up'",
         "'middleware':{'operations':{'x':[]}}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, EXT ".middleware.operations.x", 4, 33,
          "expected an object"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_open(r, rows[i].server, rows[i].upstream, rows[i].more);
        assert_err(read_api(r, &api), rows[i].err);
        assert_null(api);
        assert_finding(r, &rows[i].want);
    }
    free_reading(r);
}

static void
an_id_is_needed(void **state)
{
    static const struct {
        const char *info;
        struct want want;
    } rows[] = {
        {"{}",
         {JG_FAULT, JG_E_CONF_MISSING, EXT ".info.id", 2, 8, "is missing"}},
        {"{'id':'a/b'}",
         {JG_FAULT, JG_E_CONF_VALUE, EXT ".info.id", 2, 14,
          "expected letters"}},
        {"{'id':7}",
         {JG_FAULT, JG_E_CONF_TYPE, EXT ".info.id", 2, 14,
          "expected a string"}},
        {"{'id':'a','orgId':'\\n'}",
         {JG_FAULT, JG_E_CONF_VALUE, EXT ".info.orgId", 2, 26,
          "no control characters"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r,
                 "{" NATIVE ",'" EXT "':{\n'info':%s," UPSTREAM
                 ",'server':{" LISTEN ",'authentication':{}}}}",
                 rows[i].info);
        assert_int_not_equal(read_api(r, &api), JG_OK);
        assert_finding(r, &rows[i].want);
    }
    free_reading(r);
}

static void
what_has_no_effect_is_said_once(void **state)
{
    static const struct {
        const char *where; /* 's'erver, 'u'pstream, 'm'iddleware: of <member> */
        const char *member, *path, *message;
    } rows[] = {
        {"u", "'mutualTLS':{'enabled':true}", "upstream.mutualTLS.enabled",
         "shows no certificate"},
        {"u", "'authentication':{'enabled':true}",
         "upstream.authentication.enabled", "does not log in"},
        {"u", "'proxy':{'enabled':true,'url':'http://p'}",
         "upstream.proxy.enabled", "connected directly"},
        {"u", "'tlsTransport':{'minVersion':'1.3'}",
         "upstream.tlsTransport.minVersion", "TLS 1.2"},
        {"s", "'port':8088", "server.port", "own listen_port"},
        {"s", "'batchProcessing':{'enabled':true}",
         "server.batchProcessing.enabled", "tyk/batch"},
        {"m", "'global':{'cache':{'enabled':true,'timeout':5}}",
         "middleware.global.cache.enabled", "not cached"},
        {"m", "'global':{'prePlugins':[{'enabled':true}]}",
         "middleware.global.prePlugins", "plugins do not run"},
        {"m",
         "'operations':{'op':{'mockResponse':{'enabled':true,"
         "'fromOASExamples':{'enabled':true}}}}",
         "middleware.operations.op.mockResponse.fromOASExamples",
         "the upstream answers"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char server[256] = LISTEN ",", upstream[256] = "'url':'http://up'";
        char middleware[256] = "", path[160];
        struct jg_api *api;

        if (rows[i].where[0] == 's')
            snprintf(server, sizeof(server), LISTEN ",%s,", rows[i].member);
        else if (rows[i].where[0] == 'u')
            snprintf(upstream, sizeof(upstream), "'url':'http://up',%s",
                     rows[i].member);
        else
            snprintf(middleware, sizeof(middleware), "'middleware':{%s}",
                     rows[i].member);
        set_open(r, server, upstream, middleware);
        api = good_api(r);
        snprintf(path, sizeof(path), EXT ".%s", rows[i].path);
        if (r->diags.kept != 1 ||
            r->diags.first->err != JG_E_CONF_UNSUPPORTED ||
            !jg_str_eq(r->diags.first->path, jg_str(path)) ||
            !contains(r->diags.first->message, rows[i].message)) {
            print_findings(&r->diags);
            fail_msg("row %zu", i);
        }
        jg_api_free(api);
    }
    free_reading(r);
}

static void
names_are_checked_inside_of_tyks_part_only(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" NATIVE ",'x-other':{'a':1},'servers':[{'url':'/'}],'" EXT
                "':{" INFO "," UPSTREAM ",'server':{" LISTEN
                ",'authentication':{'enabled':false}},\n'midleware':{}}}");
    api = good_api(r);
    assert_int_equal(r->diags.kept, 1);
    assert_finding(
        r, &((struct want){JG_WARNING, JG_E_CONF_UNKNOWN, EXT ".midleware", 2,
                           1, "did you mean \"middleware\""}));
    jg_api_free(api);
    free_reading(r);
}

static void
a_document_without_tyks_part_is_none(void **state)
{
    static const struct {
        const char *text;
        enum jg_err err;
    } rows[] = {
        {"{'openapi':'3.0.3'}", JG_E_CONF_UNSUPPORTED},
        {"{'openapi':'3.0.3','X-Tyk-Api-Gateway':{}}", JG_E_CONF_UNSUPPORTED},
        {"{'openapi':'3.0.3','" EXT "':7}", JG_E_CONF_TYPE},
        {"{'openapi':'3.0.3','" EXT "':null}", JG_E_CONF_MISSING},
        {"{'openapi':'3.0.3','" EXT "':{}}", JG_E_CONF_MISSING},
        {"{'openapi':'3.0.3','" EXT "':{'server':[]}}", JG_E_CONF_TYPE},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "%s", rows[i].text);
        assert_err(read_api(r, &api), rows[i].err);
        assert_null(api);
        assert_true(r->diags.faults > 0);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_document_works),
        cmocka_unit_test(every_part_reaches_its_field),
        cmocka_unit_test(headers_of_operations_are_those_of_endpoints),
        cmocka_unit_test(
            virtual_endpoints_of_operations_are_those_of_classic_definitions),
        cmocka_unit_test(
            rates_of_api_and_operation_are_as_in_classic_definitions),
        cmocka_unit_test(weights_become_a_list),
        cmocka_unit_test(faults_have_the_places_of_the_document),
        cmocka_unit_test(an_id_is_needed),
        cmocka_unit_test(what_has_no_effect_is_said_once),
        cmocka_unit_test(names_are_checked_inside_of_tyks_part_only),
        cmocka_unit_test(a_document_without_tyks_part_is_none),
    };

    return cmocka_run_group_tests_name("model/oas", tests, NULL, NULL);
}
