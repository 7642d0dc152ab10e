/* api_table.c: every member that Tyk writes is known, and few are warned of. */
#include "model/policy.h"
#include "model/stored_session.h"
#include "model_check.h"

/* As the Dashboard exports a JWT API that somebody only just made. */
static const char exported[] =
    "{'id':'5f0','name':'My JWT API','slug':'my-jwt-api','listen_port':0,"
    "'protocol':'','enable_proxy_protocol':false,'api_id':'my-jwt-api',"
    "'org_id':'default','use_keyless':false,'use_oauth2':false,"
    "'external_oauth':{'enabled':false,'providers':[]},'use_openid':false,"
    "'openid_options':{'providers':[],'segregate_by_client':false},"
    "'oauth_meta':{'allowed_access_types':[],'allowed_authorize_types':[],"
    "'auth_login_redirect':''},'auth':{'name':'','use_param':false,"
    "'param_name':'','use_cookie':false,'cookie_name':'','disable_header':"
    "false,'auth_header_name':'Authorization','use_certificate':false,"
    "'validate_signature':false,'signature':{'algorithm':'','header':'',"
    "'use_param':false,'param_name':'','secret':'','allowed_clock_skew':0,"
    "'error_code':0,'error_message':''}},'auth_configs':{'jwt':{'name':'',"
    "'use_param':false,'param_name':'','use_cookie':false,'cookie_name':'',"
    "'disable_header':false,'auth_header_name':'Authorization',"
    "'use_certificate':false,'validate_signature':false,'signature':{}}},"
    "'use_basic_auth':false,'basic_auth':{'disable_caching':false,'cache_ttl':"
    "0,'extract_from_body':false,'body_user_regexp':'','body_password_regexp':"
    "''},'use_mutual_tls_auth':false,'client_certificates':null,"
    "'upstream_certificates':{},'upstream_certificates_disabled':false,"
    "'pinned_public_keys':{},'certificate_pinning_disabled':false,"
    "'enable_jwt':true,'use_standard_auth':false,'use_go_plugin_auth':false,"
    "'enable_coprocess_auth':false,'custom_plugin_auth_enabled':false,"
    "'jwt_signing_method':'hmac','jwt_source':"
    "'SGVsbG8gdGhlcmUsIHRoaXMgaXMgMzIgYnl0ZXMhISE=','jwt_jwks_uris':null,"
    "'jwt_identity_base_field':'sub','jwt_client_base_field':'',"
    "'jwt_policy_field_name':'pol','jwt_default_policies':['p'],"
    "'jwt_issued_at_validation_skew':0,'jwt_expires_at_validation_skew':5,"
    "'jwt_not_before_validation_skew':0,'jwt_skip_kid':false,"
    "'scopes':{'jwt':{},'oidc':{}},'idp_client_id_mapping_disabled':false,"
    "'jwt_scope_to_policy_mapping':{},'jwt_scope_claim_name':'',"
    "'notifications':{'shared_secret':'','oauth_on_keychange_url':''},"
    "'enable_signature_checking':false,'hmac_allowed_clock_skew':-1,"
    "'hmac_allowed_algorithms':[],'request_signing':{'is_enabled':false,"
    "'secret':'','key_id':'','algorithm':'','header_list':null,"
    "'certificate_id':'','signature_header':''},'base_identity_provided_by':"
    "'','definition':{'enabled':false,'name':'','default':'','location':"
    "'header','key':'x-api-version','strip_path':false,"
    "'strip_versioning_data':false,'fallback_to_default':false,'versions':{}},"
    "'version_data':{'not_versioned':true,'default_version':'','versions':"
    "{'Default':{'name':'Default','expires':'','paths':{'ignored':[],"
    "'white_list':[],'black_list':[]},'use_extended_paths':true,"
    "'extended_paths':{'ignored':[],'white_list':[],'black_list':[],"
    "'persist_graphql':null,'rate_limit':null},'global_headers':{},"
    "'global_headers_remove':[],'global_headers_disabled':false,"
    "'global_response_headers':{},'global_response_headers_remove':[],"
    "'global_response_headers_disabled':false,'ignore_endpoint_case':false,"
    "'global_size_limit':0,'global_size_limit_disabled':false,"
    "'override_target':''}}},'uptime_tests':{'disabled':false,"
    "'poller_group':'','test_list':[],'config':{'expire_utime_after':0,"
    "'service_discovery':{},'recheck_wait':0}},'proxy':{"
    "'preserve_host_header':false,'listen_path':'/my-jwt-api/','target_url':"
    "'http://httpbin.org/','disable_strip_slash':false,'strip_listen_path':"
    "true,'enable_load_balancing':false,'target_list':[],"
    "'check_host_against_uptime_tests':false,'service_discovery':{"
    "'use_discovery_service':false,'query_endpoint':'','use_nested_query':"
    "false,'parent_data_path':'','data_path':'','port_data_path':'',"
    "'target_path':'','use_target_list':false,'cache_disabled':false,"
    "'cache_timeout':60,'endpoint_returns_list':false},'transport':{"
    "'ssl_insecure_skip_verify':false,'ssl_ciphers':[],'ssl_min_version':0,"
    "'ssl_max_version':0,'ssl_force_common_name_check':false,'proxy_url':"
    "''}},'disable_rate_limit':false,'disable_quota':false,"
    "'custom_middleware':{'pre':[],'post':[],'post_key_auth':[],'auth_check':{"
    "'name':'','path':'','require_session':false},'response':[],'driver':'',"
    "'id_extractor':{'extract_from':'','extract_with':'','extractor_config':"
    "{}}},'custom_middleware_bundle':'','cache_options':{'cache_timeout':60,"
    "'enable_cache':false,'cache_all_safe_requests':false,"
    "'cache_response_codes':[],'enable_upstream_cache_control':false,"
    "'cache_control_ttl_header':'','cache_by_headers':[]},"
    "'session_lifetime_respects_key_expiration':false,'session_lifetime':0,"
    "'active':true,'internal':false,'auth_provider':{'name':'',"
    "'storage_engine':'','meta':{}},'session_provider':{'name':'',"
    "'storage_engine':'','meta':{}},'event_handlers':{'events':{}},"
    "'enable_batch_request_support':false,'enable_ip_whitelisting':false,"
    "'allowed_ips':[],'enable_ip_blacklisting':false,'blacklisted_ips':[],"
    "'dont_set_quota_on_create':false,'expire_analytics_after':0,"
    "'response_processors':[],'CORS':{'enable':false,'allowed_origins':['*'],"
    "'allowed_methods':['GET','POST','HEAD'],'allowed_headers':['Origin',"
    "'Accept'],'exposed_headers':[],'allow_credentials':false,'max_age':24,"
    "'options_passthrough':false,'debug':false},'domain':'',"
    "'certificates':[],'do_not_track':false,'enable_context_vars':false,"
    "'config_data':{},'tag_headers':[],'global_rate_limit':{'rate':0,'per':0,"
    "'disabled':false},'strip_auth_data':false,'enable_detailed_recording':"
    "false,'graphql':{'enabled':false,'execution_mode':'proxyOnly','version':"
    "'2','schema':'','playground':{'enabled':false,'path':''},'engine':{"
    "'field_configs':[],'data_sources':[]},'proxy':{},'subgraph':{},"
    "'supergraph':{},'introspection':{}},'analytics_plugin':{},'tags':[],"
    "'is_oas':false,'detailed_tracing':false,'upstream_auth':{'enabled':false,"
    "'basic_auth':{},'oauth':{}},'security_requirements':null}";

static void
an_exported_definition_is_read_without_a_word(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "%s", exported);
    api = good_api(r);
    assert_quiet(r);
    assert_int_equal(api->mode, JG_AUTH_CALLERS);
    assert_int_equal(api->key_err, JG_OK);
    assert_str(api->def.org_id, "default");
    assert_str(api->def.jwt_identity_base_field, "sub");
    assert_str(api->def.jwt_policy_field_name, "pol");
    assert_int_equal(api->def.jwt_default_policies.count, 1);
    assert_int_equal(api->def.skew.exp_s, 5);
    assert_true(api->def.proxy.strip_listen_path);
    assert_str(api->headers->name, "Default");
    jg_api_free(api);
    free_reading(r);
}

static void
a_member_by_another_name_is_told_with_the_right_one(void **state)
{
    static const struct {
        const char *member;
        struct want want;
    } rows[] = {
        {"'enable_jwts':true",
         {JG_WARNING, JG_E_CONF_UNKNOWN, "enable_jwts", 2, 1,
          "did you mean \"enable_jwt\"?"}},
        {"'strip_auth_dta':true",
         {JG_WARNING, JG_E_CONF_UNKNOWN, "strip_auth_dta", 2, 1,
          "did you mean \"strip_auth_data\"?"}},
        {"'x_mine':true",
         {JG_WARNING, JG_E_CONF_UNKNOWN, "x_mine", 2, 1, "not a known field"}},
        {"'version_data':{'not_versioned':true,'versions':{'v':{'header':1}}}",
         {JG_WARNING, JG_E_CONF_UNKNOWN, "version_data.versions.v.header", 2,
          55, "not a known field"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" OPEN_API ",\n%s}", rows[i].member);
        api = good_api(r);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
        jg_api_free(api);
    }
    free_reading(r);
}

/* What Tyk would do and we do not, once each, with the effect in words. */
static void
what_is_not_enforced_is_said_with_its_effect(void **state)
{
#define VERSION_OPEN \
    "'version_data':{'not_versioned':true,'versions':{'Default':{"
#define VERSION_PATH "version_data.versions.Default."
    static const struct {
        const char *member;
        const char *path, *message;
    } rows[] = {
        {VERSION_OPEN "'use_extended_paths':true,'extended_paths':{"
                      "'validate_json':[{'path':'/x','method':'POST',"
                      "'schema':{}},{'path':'/y','disabled':true}]}}}}",
         VERSION_PATH "extended_paths.validate_json.0.path",
         "refused with 501"},
        {"'cache_options':{'enable_cache':true,'cache_timeout':60}",
         "cache_options.enable_cache", "not cached"},
        {"'custom_middleware':{'pre':[{'name':'x','path':'x.js'}]}",
         "custom_middleware.pre", "plugins do not run"},
        {"'custom_middleware_bundle':'b.zip'", "custom_middleware_bundle",
         "plugins do not run"},
        {"'graphql':{'enabled':true,'schema':'x','unknown':1}",
         "graphql.enabled", "not enforced"},
        {"'listen_port':8081", "listen_port", "gateway's own listen_port"},
        {"'request_signing':{'is_enabled':true}", "request_signing.is_enabled",
         "not signed"},
        {"'upstream_auth':{'enabled':true}", "upstream_auth.enabled",
         "does not log in"},
        {"'pinned_public_keys':{'*':'x'}", "pinned_public_keys", "not pinned"},
        {"'enable_batch_request_support':true", "enable_batch_request_support",
         "no tyk/batch/"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" OPEN_API ",\n%s}", rows[i].member);
        api = good_api(r);
        assert_int_equal(r->diags.warnings, 1);
        assert_int_equal(r->diags.first->err, JG_E_CONF_UNSUPPORTED);
        assert_str(r->diags.first->path, rows[i].path);
        assert_int_equal(r->diags.first->line, 2);
        if (!contains(r->diags.first->message, rows[i].message))
            print_findings(&r->diags);
        assert_true(contains(r->diags.first->message, rows[i].message));
        jg_api_free(api);
    }
    free_reading(r);
}

/* Every row of <table> is usable, and says why when it has no effect. */
static void
check_table(const struct jg_field_table *table, unsigned depth)
{
    assert_in_range(depth, 0, 8);
    for (size_t i = 0; i < table->count; i++) {
        const struct jg_field *f = &table->fields[i];
        bool nests = f->type == JG_FIELD_OBJECT || f->type == JG_FIELD_LIST ||
                     f->type == JG_FIELD_MAP || f->type == JG_FIELD_MADE;

        assert_true(f->name != NULL && f->name[0] != '\0');
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(f->name, table->fields[k].name);
        if (f->type == JG_FIELD_IGNORED)
            assert_non_null(f->note);
        if (f->type == JG_FIELD_INT || f->type == JG_FIELD_NUMBER ||
            f->type == JG_FIELD_STR || f->type == JG_FIELD_BOOL)
            assert_true(f->offset < table->size);
        assert_int_equal(f->table != NULL, nests);
        if (nests)
            check_table(f->table, depth + 1);
        if (f->type == JG_FIELD_OBJECT)
            assert_true(f->offset + f->table->size <= table->size ||
                        f->table->size == 0);
    }
}

static void
the_tables_are_sound(void **state)
{
    (void)state;
    check_table(&jg_api_table, 0);
    check_table(&jg_policy_table, 0);
    check_table(&jg_stored_session_table, 0);
    check_table(&jg_conf_table, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exported_definition_is_read_without_a_word),
        cmocka_unit_test(a_member_by_another_name_is_told_with_the_right_one),
        cmocka_unit_test(what_is_not_enforced_is_said_with_its_effect),
        cmocka_unit_test(the_tables_are_sound),
    };

    return cmocka_run_group_tests_name("model/api_table", tests, NULL, NULL);
}
