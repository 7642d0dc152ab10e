/* api.c: a definition as a whole. */
#include "model_check.h"

static void
the_smallest_definition_works(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" OPEN_API ",'org_id':'o','name':'A'}");
    api = good_api(r);
    assert_quiet(r);
    assert_str(api->def.api_id, "a");
    assert_str(api->def.org_id, "o");
    assert_str(api->def.name, "A");
    assert_true(api->def.active);
    assert_true(api->def.not_versioned); /* without version_data */
    assert_int_equal(api->mode, JG_AUTH_KEYLESS);
    assert_str(api->listen_path, "/a/");
    assert_str(api->alias_path, "/a/");
    assert_str(api->host, "");
    assert_int_equal(api->target_count, 1);
    assert_str(api->targets[0].url, "http://up");
    assert_null(api->headers);
    assert_null(api->keys);
    assert_int_equal(api->key_err, JG_OK);
    assert_int_equal(api->version, 1);
    assert_int_equal(api->references, 1);
    jg_api_free(api);
    free_reading(r);
}

static void
references_are_counted(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" OPEN_API "}");
    api = good_api(r);
    assert_ptr_equal(jg_api_ref(api), api);
    assert_int_equal(api->references, 2);
    jg_api_free(api);
    assert_str(api->def.api_id, "a");
    jg_api_free(api);
    jg_api_free(NULL);
    free_reading(r);
}

static void
what_is_no_definition_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum jg_err err;
        struct want want;
    } rows[] = {
        {"", JG_E_CONF_JSON, {JG_FAULT, JG_E_CONF_JSON, "", 1, 1, ""}},
        {"{\n'api_id':}",
         JG_E_CONF_JSON,
         {JG_FAULT, JG_E_CONF_JSON, "", 2, 10, ""}},
        {"{'api_id':'a',\n'api_id':'b'}",
         JG_E_CONF_JSON,
         {JG_FAULT, JG_E_CONF_JSON, "", 2, 1, ""}},
        {"[]",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "", 1, 1, "expected an object"}},
        {"{'openapi':'3.0.3',\n'info':{}}",
         JG_E_CONF_UNSUPPORTED,
         {JG_FAULT, JG_E_CONF_UNSUPPORTED, "openapi", 1, 12,
          "without x-tyk-api-gateway"}},
        {"{'swagger':'2.0'}",
         JG_E_CONF_UNSUPPORTED,
         {JG_FAULT, JG_E_CONF_UNSUPPORTED, "swagger", 1, 12,
          "OpenAPI 2 document"}},
        {"{'hook_references':[],\n'api_definition':{}}",
         JG_E_CONF_UNSUPPORTED,
         {JG_FAULT, JG_E_CONF_UNSUPPORTED, "api_definition", 2, 18,
          "an export of the Dashboard"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "%s", rows[i].text);
        assert_err(read_api(r, &api), rows[i].err);
        assert_null(api);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
    }
    free_reading(r);
}

static void
faults_are_reported_with_their_place(void **state)
{
    static const struct {
        const char *member; /* stands in line 2 */
        enum jg_err err;
        struct want want;
    } rows[] = {
        {"'active':'yes'",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "active", 2, 10, "expected true or false"}},
        {"'name':7",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "name", 2, 8, "expected a string"}},
        {"'jwt_source':12345",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "jwt_source", 2, 14, "expected a string"}},
        {"'jwt_issued_at_validation_skew':1000000000000000",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "jwt_issued_at_validation_skew", 2, 33,
          "from 0 to 999999999999999"}},
        {"'jwt_expires_at_validation_skew':-1",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "jwt_expires_at_validation_skew", 2, 34,
          "from 0 to 999999999999999"}},
        {"'jwt_not_before_validation_skew':'5'",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "jwt_not_before_validation_skew", 2, 34,
          "a whole number from 0 to 999999999999999"}},
        {"'auth_configs':{'jwt':{'use_cookie':1}}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "auth_configs.jwt.use_cookie", 2, 37,
          "expected true or false"}},
        {"'jwt_default_policies':'p'",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "jwt_default_policies", 2, 24,
          "expected a list of strings"}},
        {"'version_data':{'versions':{'v':{'global_headers':{'X':1}}}}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "version_data.versions.v.global_headers.X",
          2, 56, "expected a string"}},
        {"'protocol':'tcp'",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "protocol", 2, 12,
          "expected \"http\" or \"https\""}},
        {"'org_id':'a\\nb'",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "org_id", 2, 10, "no control characters"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{'api_id':'a','use_keyless':true," PROXY ",\n%s}",
                 rows[i].member);
        assert_err(read_api(r, &api), rows[i].err);
        assert_null(api);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
    }
    check_not_shown(&r->diags, "12345");
    free_reading(r);
}

static void
an_id_is_needed_and_fits_into_a_path(void **state)
{
    static char long_id[JG_ID_MAX + 2];
    const struct {
        const char *id;
        enum jg_err err;
        struct want want;
    } rows[] = {
        {"",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, "api_id", 2, 10, "is missing"}},
        {"a/b",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "api_id", 2, 10, "expected letters"}},
        {"a b",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "api_id", 2, 10, "expected letters"}},
        {"..",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "api_id", 2, 10, "expected letters"}},
        {".hidden",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "api_id", 2, 10, "expected letters"}},
        {"\xc3\xbc",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "api_id", 2, 10, "expected letters"}},
        {"a\\u0000", JG_E_CONF_JSON, {JG_FAULT, JG_E_CONF_JSON, "", 2, 12, ""}},
        {long_id,
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "api_id", 2, 10, "at most 255 bytes"}},
        {"Aa0.-_~", JG_OK, {.path = NULL}},
    };
    struct reading *r = new_reading();

    (void)state;
    memset(long_id, 'a', sizeof(long_id) - 1);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{'use_keyless':true," PROXY ",\n'api_id':'%s'}",
                 rows[i].id);
        assert_err(read_api(r, &api), rows[i].err);
        if (rows[i].want.path != NULL)
            assert_finding(r, &rows[i].want);
        else
            assert_str(api->alias_path, "/Aa0.-_~/");
        jg_api_free(api);
    }
    set_text(r, "{'use_keyless':true," PROXY "}");
    assert_err(read_api(r, &(struct jg_api *){NULL}), JG_E_CONF_MISSING);
    assert_finding(r, &((struct want){JG_FAULT, JG_E_CONF_MISSING, "api_id", 1,
                                      1, "is missing"}));
    free_reading(r);
}

static void
every_problem_is_reported_not_only_the_first(void **state)
{
    static const struct want wants[] = {
        {JG_FAULT, JG_E_CONF_MISSING, "api_id", 1, 1, "is missing"},
        {JG_FAULT, JG_E_CONF_VALUE, "protocol", 1, 13, "expected"},
        {JG_FAULT, JG_E_CONF_VALUE, "proxy.listen_path", 2, 24, "patterns"},
        {JG_FAULT, JG_E_CONF_VALUE, "proxy.target_url", 2, 44, "http nor"},
        {JG_WARNING, JG_E_CONF_VALUE, "use_standard_auth", 1, 1,
         "no authentic"},
    };
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{'protocol':'tls',\n"
                "'proxy':{'listen_path':'/{a}','target_url':'x://'}}");
    assert_err(read_api(r, &api), JG_E_CONF_MISSING);
    for (size_t i = 0; i < LEN(wants); i++)
        assert_finding(r, &wants[i]);
    assert_int_equal(r->diags.kept, LEN(wants));
    free_reading(r);
}

static void
one_version_is_the_default_one(void **state)
{
    static const struct {
        const char *data;
        const char *version; /* NULL: none */
        const char *path;    /* of a warning, or NULL */
        const char *message;
    } rows[] = {
        {"{'not_versioned':true}", NULL, NULL, NULL},
        {"{'not_versioned':true,'versions':{'x':{}}}", "x", NULL, NULL},
        {"{'not_versioned':true,'versions':{'x':null}}", "x", NULL, NULL},
        {"{'not_versioned':true,'versions':{'x':{},'Default':{}}}", "Default",
         "version_data.versions", "there are several"},
        {"{'not_versioned':true,'versions':{'x':{},'y':{}}}", "x",
         "version_data.versions", "there are several"},
        {"{}", NULL, "version_data.versions", "every request is refused"},
        {"{'versions':{'x':{},'y':{}}}", NULL, NULL, NULL},
        {"{'default_version':'y','versions':{'x':{},'y':{}}}", "y", NULL, NULL},
        {"{'default_version':'z','versions':{'x':{},'y':{}}}", NULL, NULL,
         NULL},
        {"{'not_versioned':true,'versions':{'x':{'expires':'-1'}}}", "x", NULL,
         NULL},
        {"{'not_versioned':true,'versions':{'x':{'expires':'1'}}}", "x", NULL,
         NULL},
        {"{'not_versioned':true,'versions':{'x':{"
         "'expires':'2001-02-03 04:05'}}}",
         "x", NULL, NULL},
        {"{'not_versioned':true,'versions':{'x':{'expires':'soon'}}}", "x",
         "version_data.versions", "\"soon\" is no time"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" OPEN_API ",'version_data':%s}", rows[i].data);
        api = good_api(r);
        if (rows[i].version == NULL)
            assert_null(api->headers);
        else
            assert_str(api->headers->name, rows[i].version);
        assert_int_equal(r->diags.warnings, rows[i].path != NULL);
        if (rows[i].path != NULL) {
            assert_str(r->diags.first->path, rows[i].path);
            assert_true(contains(r->diags.first->message, rows[i].message));
        }
        jg_api_free(api);
    }
    free_reading(r);
}

static void
headers_of_the_version_are_kept(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{" OPEN_API ",'enable_context_vars':true,"
                "'version_data':{'not_versioned':true,'versions':"
                "{'Default':{'name':'other','global_headers':{'X-A':'1','X-B':"
                "'$tyk_context.jwt_claims_sub'},"
                "'global_headers_remove':['X-C']}}}}");
    api = good_api(r);
    assert_quiet(r);
    assert_str(api->headers->name, "Default");
    assert_int_equal(api->headers->global_headers.count, 2);
    assert_str(api->headers->global_headers.items[0].name, "X-A");
    assert_str(api->headers->global_headers.items[0].value, "1");
    assert_int_equal(api->headers->global_headers_remove.count, 1);
    assert_str(api->headers->global_headers_remove.items[0], "X-C");
    jg_api_free(api);
    free_reading(r);
}

static void
nobody_needs_to_listen_to_the_findings(void **state)
{
    static const char *const texts[] = {
        "{",
        "[]",
        "{'openapi':'3.0'}",
        "{'active':1}",
        "{'unknown':1}",
        "{" JWT_API "}",
        "{" OPEN_API ",'use_oauth2':true,'CORS':{'enable':true}}",
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct jg_bind_source source = {.diags = NULL};
        struct jg_api *api = NULL, *heard;
        enum jg_err err;

        source.text = set_text(r, "%s", texts[i]);
        err = jg_api_read(&source, 1, &r->conf, &api);
        assert_err(read_api(r, &heard), err);
        jg_api_free(api);
        jg_api_free(heard);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_definition_works),
        cmocka_unit_test(references_are_counted),
        cmocka_unit_test(what_is_no_definition_is_refused),
        cmocka_unit_test(faults_are_reported_with_their_place),
        cmocka_unit_test(an_id_is_needed_and_fits_into_a_path),
        cmocka_unit_test(every_problem_is_reported_not_only_the_first),
        cmocka_unit_test(one_version_is_the_default_one),
        cmocka_unit_test(headers_of_the_version_are_kept),
        cmocka_unit_test(nobody_needs_to_listen_to_the_findings),
    };

    return cmocka_run_group_tests_name("model/api", tests, NULL, NULL);
}
