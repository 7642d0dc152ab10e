/* conf.c, conf_table.c: tyk.conf, its defaults and its checks. */
#include "model_check.h"

static enum jg_err
read_conf(struct reading *r, struct jg_conf *out)
{
    struct jg_bind_source source = source_of(r);

    forget(r);
    return jg_conf_read(&source, NULL, &r->arena, out);
}

static void
an_empty_configuration_is_all_defaults(void **state)
{
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "{}");
    assert_err(read_conf(r, &conf), JG_OK);
    assert_quiet(r);
    assert_str(conf.listen_address, "");
    assert_int_equal(conf.listen_port, 8080);
    assert_int_equal(conf.control_api_port, 0);
    assert_str(conf.control_api_hostname, "127.0.0.1");
    assert_str(conf.secret, "");
    assert_str(conf.app_path, "apps/");
    assert_str(conf.middleware_path, "middleware/");
    assert_str(conf.template_path, "templates/");
    assert_str(conf.policies.policy_path, "");
    assert_str(conf.storage.type, "");
    assert_str(conf.storage.path, "data/");
    assert_int_equal(conf.storage.max_bytes, 1 << 30);
    assert_int_equal(conf.http.read_timeout_s, 120);
    assert_int_equal(conf.http.write_timeout_s, 120);
    assert_int_equal(conf.http.max_request_body_size, 0);
    assert_false(conf.http.enable_websockets);
    assert_str(conf.health_check_endpoint_name, "hello");
    assert_str(conf.readiness_check_endpoint_name, "ready");
    assert_true(conf.proxy_default_timeout_s == 30.0);
    assert_int_equal(conf.max_idle_connections_per_host, 64);
    assert_int_equal(conf.graceful_shutdown_timeout_s, 30);
    assert_str(conf.log_level, "info");
    assert_int_equal(conf.workers, 0);
    assert_int_equal(conf.broker_processes, 4);
    assert_int_equal(conf.broker_deadline_s, 30);
    assert_int_equal(conf.dns_refresh_s, 30);
    assert_int_equal(conf.jwt_cache_max_bytes, 64 << 20);
    assert_false(conf.jwt_ssl_insecure_skip_verify);
    assert_int_equal(conf.jwks.cache_timeout_s, 240);
    assert_int_equal(conf.jwks.min_refresh_interval_s, 30);
    assert_int_equal(conf.jwks.wait_ms, 2000);
    assert_int_equal(conf.jwks.max_stale_s, 86400);
    assert_false(conf.jwks.allow_http);
    assert_int_equal(conf.jwks.allow_addresses.count, 0);
    assert_str(conf.jwks.proxy, "");
    assert_str(conf.jwks.ca_file, "");
    free_reading(r);
}

static void
key_sets_by_url_have_settings(void **state)
{
    static const struct {
        const char *text, *path;
    } risks[] = {
        {"{'jwt_ssl_insecure_skip_verify':true}",
         "jwt_ssl_insecure_skip_verify"},
        {"{'jwks':{'allow_http':true}}", "jwks.allow_http"},
    };
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "{'jwks':{'cache':{'timeout':60},'min_refresh_interval':5,"
                "'wait_ms':0,'max_stale':1,'allow_addresses':['fe80::/10'],"
                "'proxy':'http://p:3128','ca_file':'ca.pem'}}");
    assert_err(read_conf(r, &conf), JG_OK);
    assert_quiet(r);
    assert_int_equal(conf.jwks.cache_timeout_s, 60);
    assert_int_equal(conf.jwks.min_refresh_interval_s, 5);
    assert_int_equal(conf.jwks.wait_ms, 0);
    assert_int_equal(conf.jwks.max_stale_s, 1);
    assert_str(conf.jwks.allow_addresses.items[0], "fe80::/10");
    assert_str(conf.jwks.proxy, "http://p:3128");
    assert_str(conf.jwks.ca_file, "ca.pem");

    for (int timeout = -1; timeout <= 0; timeout++) {
        set_text(r, "{'jwks':{'cache':{'timeout':%d}}}", timeout);
        assert_err(read_conf(r, &conf), JG_OK);
        assert_int_equal(conf.jwks.cache_timeout_s, 240);
    }
    for (size_t i = 0; i < LEN(risks); i++) {
        set_text(r, "%s", risks[i].text);
        assert_err(read_conf(r, &conf), JG_OK);
        assert_int_equal(r->diags.kept, 1);
        assert_err(r->diags.first->err, JG_E_CONF_RISK);
        assert_str(r->diags.first->path, risks[i].path);
    }
    set_text(r, "{'jwks':{'proxy':'http://user:hunter2@p','min_refresh_"
                "interval':0}}");
    assert_err(read_conf(r, &conf), JG_E_CONF_TYPE);
    check_not_shown(&r->diags, "hunter2");
    free_reading(r);
}

static void
zero_and_empty_mean_the_default_where_tyk_has_it_so(void **state)
{
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "{'app_path':'','control_api_hostname':'','log_level':'',"
                "'health_check_endpoint_name':'','proxy_default_timeout':0,"
                "'http_server_options':{'read_timeout':0,'write_timeout':0}}");
    assert_err(read_conf(r, &conf), JG_OK);
    assert_quiet(r);
    assert_str(conf.app_path, "apps/");
    assert_str(conf.control_api_hostname, "127.0.0.1");
    assert_str(conf.log_level, "info");
    assert_str(conf.health_check_endpoint_name, "hello");
    assert_true(conf.proxy_default_timeout_s == 30.0);
    assert_int_equal(conf.http.read_timeout_s, 120);
    free_reading(r);
}

/* tyk.standalone.conf, as it comes with Tyk's packages. */
static const char standalone[] =
    "{'listen_address':'','listen_port':8081,'secret':"
    "'352d20ee67be67f6340b4c0605b044b7','template_path':'./templates',"
    "'use_db_app_configs':false,'app_path':'./apps','middleware_path':"
    "'./middleware','tyk_js_path':'./js/tyk.js','storage':{'type':'redis',"
    "'host':'redis','port':6379,'username':'','password':'hunter2','database':"
    "0,'optimisation_max_idle':2000,'optimisation_max_active':4000},"
    "'enable_analytics':false,'analytics_config':{'type':'','ignored_ips':[]},"
    "'dns_cache':{'enabled':false,'ttl':3600,'check_interval':60},"
    "'allow_master_keys':false,'policies':{'policy_source':'file',"
    "'policy_record_name':'./policies/policies.json'},'hash_keys':true,"
    "'hash_key_function':'murmur64','suppress_redis_signal_reload':false,"
    "'force_global_session_lifetime':false,'max_idle_connections_per_host':500,"
    "'enable_non_transactional_rate_limiter':true,'health_check':{"
    "'enable_health_checks':true,'health_check_value_timeouts':60},"
    "'optimisations_use_async_session_write':true,'enforce_org_data_age':true,"
    "'close_connections':false,'http_server_options':{'enable_websockets':"
    "true},'coprocess_options':{'enable_coprocess':true},"
    "'enable_bundle_downloader':true,'bundle_base_url':'http://b/',"
    "'global_session_lifetime':100,'allow_insecure_configs':true}";

static void
a_configuration_of_tyk_starts_with_two_warnings(void **state)
{
    static const struct want wants[] = {
        {JG_WARNING, JG_E_CONF_RISK, "secret", 1, 50,
         "the secret of Tyk's documentation"},
        {JG_WARNING, JG_E_CONF_VALUE, "storage.type", 1, 241,
         "records are kept on this machine"},
    };
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "%s", standalone);
    assert_err(read_conf(r, &conf), JG_OK);
    for (size_t i = 0; i < LEN(wants); i++)
        assert_finding(r, &wants[i]);
    assert_int_equal(r->diags.kept, LEN(wants));
    check_not_shown(&r->diags, "352d20ee");
    check_not_shown(&r->diags, "hunter2");
    assert_int_equal(conf.listen_port, 8081);
    assert_str(conf.policies.policy_record_name, "./policies/policies.json");
    assert_int_equal(conf.max_idle_connections_per_host, 500);
    assert_true(conf.http.enable_websockets);
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
        {"'listen_port':'80a'",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "listen_port", 2, 15,
          "expected a whole number from 1 to 65535"}},
        {"'listen_port':0",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "listen_port", 2, 15, "from 1 to 65535"}},
        {"'listen_port':65536",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "listen_port", 2, 15, "from 1 to 65535"}},
        {"'control_api_port':-1",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "control_api_port", 2, 20,
          "from 0 to 65535"}},
        {"'control_api_port':8080",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "control_api_port", 2, 20,
          "this is the listen_port, too"}},
        {"'proxy_default_timeout':86401",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "proxy_default_timeout", 2, 25,
          "a number from 0 to 86400"}},
        {"'storage':{'max_bytes':1}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "storage.max_bytes", 2, 24,
          "from 1048576"}},
        {"'broker_processes':0",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "broker_processes", 2, 20,
          "from 1 to 256"}},
        {"'http_server_options':{'use_ssl':true}",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, "http_server_options.certificates", 2,
          23, "at least one certificate"}},
        {"'http_server_options':{'use_ssl':true,'certificates':[{'cert_file':"
         "'a'}]}",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, "http_server_options.certificates", 2,
          54, "certificate 1 needs cert_file and key_file"}},
        {"'secret':1234567",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "secret", 2, 10, "expected a string"}},
        {"'log_level':'loud'",
         JG_OK,
         {JG_WARNING, JG_E_CONF_VALUE, "log_level", 2, 13, "\"info\" is used"}},
        {"'policies':{'policy_source':'service'}",
         JG_OK,
         {JG_WARNING, JG_E_CONF_VALUE, "policies.policy_source", 2, 29,
          "policies come from policy_record_name or policy_path"}},
        {"'use_db_app_configs':true",
         JG_OK,
         {JG_WARNING, JG_E_CONF_UNSUPPORTED, "use_db_app_configs", 2, 1,
          "come from files"}},
        {"'security':{'control_api_use_mutual_tls':true}",
         JG_OK,
         {JG_WARNING, JG_E_CONF_UNSUPPORTED,
          "security.control_api_use_mutual_tls", 2, 13, "no certificate"}},
        {"'slave_options':{'use_rpc':true,'api_key':'x'}",
         JG_OK,
         {JG_WARNING, JG_E_CONF_UNSUPPORTED, "slave_options.use_rpc", 2, 18,
          "come from files"}},
        {"'listen_prot':1",
         JG_OK,
         {JG_WARNING, JG_E_CONF_UNKNOWN, "listen_prot", 2, 1,
          "did you mean \"listen_port\"?"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_conf conf;

        set_text(r, "{\n%s}", rows[i].member);
        assert_err(read_conf(r, &conf), rows[i].err);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
        check_not_shown(&r->diags, "1234567");
    }
    free_reading(r);
}

static void
what_is_no_object_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum jg_err err;
        unsigned line, column;
    } rows[] = {
        {"", JG_E_CONF_JSON, 1, 1},
        {"[]", JG_E_CONF_TYPE, 1, 1},
        {"{\n'a':1,\n'a':2}", JG_E_CONF_JSON, 3, 1},
        {"{} x", JG_E_CONF_JSON, 1, 4},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_conf conf = {.listen_port = 7};

        set_text(r, "%s", rows[i].text);
        assert_err(read_conf(r, &conf), rows[i].err);
        assert_int_equal(conf.listen_port, 7);
        assert_int_equal(r->diags.faults, 1);
        assert_int_equal(r->diags.first->err, rows[i].err);
        assert_int_equal(r->diags.first->line, rows[i].line);
        assert_int_equal(r->diags.first->column, rows[i].column);
    }
    free_reading(r);
}

static void
certificates_are_read(void **state)
{
    const struct jg_conf_certificate *certificate;
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "{'http_server_options':{'use_ssl':true,'certificates':[{"
                "'domain_name':'*.x','cert_file':'c','key_file':'k'}]}}");
    assert_err(read_conf(r, &conf), JG_OK);
    assert_quiet(r);
    assert_int_equal(conf.http.certificates.count, 1);
    certificate = conf.http.certificates.items;
    assert_str(certificate->domain_name, "*.x");
    assert_str(certificate->cert_file, "c");
    assert_str(certificate->key_file, "k");
    free_reading(r);
}

static void
messages_can_be_overridden_by_their_ids(void **state)
{
    struct reading *r = new_reading();
    const struct jg_conf_message *m;
    struct jg_conf conf;

    (void)state;
    set_text(r, "{'override_messages':{'auth.auth_field_missing':{'message':"
                "'Who are you?','code':400},'auth.key_not_found':{'code':499},"
                "'oauth.client_deleted':{'message':'x'}}}");
    assert_err(read_conf(r, &conf), JG_OK);
    assert_int_equal(r->diags.warnings, 1);
    assert_non_null(memmem(r->diags.first->message.p,
                           r->diags.first->message.len,
                           "\"oauth.client_deleted\" has no effect", 36));
    m = jg_conf_message(&conf, JG_E_AUTH_TOKEN_MISSING);
    assert_str(m->message, "Who are you?");
    assert_int_equal(m->code, 400);
    for (int reason = JG_E_AUTH_TOKEN; reason <= JG_E_AUTH_TOKEN_ORG; reason++)
        assert_int_equal(jg_conf_message(&conf, (enum jg_err)reason)->code,
                         499);
    assert_null(jg_conf_message(&conf, JG_E_TOKEN_MISSING)); /* of JWTs */
    assert_null(jg_conf_message(&conf, JG_OK));

    set_text(r, "{'override_messages':{'auth.key_not_found':{'code':100}}}");
    assert_err(read_conf(r, &conf), JG_E_CONF_VALUE);
    set_text(r, "{'override_messages':{'auth.key_not_found':{'code':600}}}");
    assert_err(read_conf(r, &conf), JG_E_CONF_TYPE);
    set_text(r, "{'override_messages':{'auth.key_not_found':{'code':'x'}}}");
    assert_err(read_conf(r, &conf), JG_E_CONF_TYPE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_configuration_is_all_defaults),
        cmocka_unit_test(messages_can_be_overridden_by_their_ids),
        cmocka_unit_test(key_sets_by_url_have_settings),
        cmocka_unit_test(zero_and_empty_mean_the_default_where_tyk_has_it_so),
        cmocka_unit_test(a_configuration_of_tyk_starts_with_two_warnings),
        cmocka_unit_test(faults_are_reported_with_their_place),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(certificates_are_read),
    };

    return cmocka_run_group_tests_name("model/conf", tests, NULL, NULL);
}
