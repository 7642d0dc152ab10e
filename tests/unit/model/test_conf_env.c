/* conf_env.c: the environment overrides tyk.conf, as in Tyk. */
#include "model_check.h"

static enum jg_err
read_conf(struct reading *r, const char *const *environment,
          struct jg_conf *out)
{
    struct jg_bind_source source = source_of(r);

    forget(r);
    return jg_conf_read(&source, environment, &r->arena, out);
}

static void
every_kind_of_field_has_a_variable(void **state)
{
    static const char *const environment[] = {
        "PATH=/bin",
        "TYK_GW_LISTENPORT=8090",
        "TYK_GW_LISTENADDRESS=10.0.0.1",
        "TYK_GW_SECRET=a=b",
        "TYK_GW_PROXYDEFAULTTIMEOUT=2.5",
        "TYK_GW_ENABLECUSTOMDOMAINS=true",
        "TYK_GW_HIDEGENERATORHEADER=1",
        "TYK_GW_CLOSECONNECTIONS=F",
        "TYK_GW_STORAGE_PATH=/var/x",
        "TYK_GW_HTTPSERVEROPTIONS_ENABLESTRICTROUTES=TRUE",
        "TYK_GW_POLICIES_POLICYPATH=p",
        "TYK_GW_HTTPSERVEROPTIONS_CERTIFICATES="
        "[{\"cert_file\":\"c\",\"key_file\":\"k\"}]",
        "TYK_GW_HASHKEYFUNCTIONFALLBACK=sha256,murmur32",
        "TYK_GW_SECRETS=url:http://a/b?c,key:s",
        NULL,
    };
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "{'listen_port':1,'close_connections':true,'app_path':'mine',"
                "'http_server_options':{'enable_websockets':true},"
                "'policies':{'policy_path':'other','policy_record_name':'n'}}");
    assert_err(read_conf(r, environment, &conf), JG_OK);
    assert_quiet(r);
    assert_int_equal(conf.listen_port, 8090);
    assert_str(conf.listen_address, "10.0.0.1");
    assert_str(conf.secret, "a=b");
    assert_int_equal(conf.secrets.count, 2);
    assert_str(conf.secrets.items[0].name, "url");
    assert_str(conf.secrets.items[0].value, "http://a/b?c");
    assert_str(conf.secrets.items[1].value, "s");
    assert_int_equal(conf.keys.hash_key_function_fallback.count, 2);
    assert_str(conf.keys.hash_key_function_fallback.items[1], "murmur32");
    assert_true(conf.proxy_default_timeout_s == 2.5);
    assert_true(conf.enable_custom_domains);
    assert_true(conf.hide_generator_header);
    assert_false(conf.close_connections);
    assert_str(conf.storage.path, "/var/x");
    assert_true(conf.http.enable_strict_routes);
    assert_str(conf.policies.policy_path, "p");
    assert_int_equal(conf.http.certificates.count, 1);

    /* What no variable names stays. */
    assert_str(conf.app_path, "mine");
    assert_true(conf.http.enable_websockets);
    assert_str(conf.policies.policy_record_name, "n");
    free_reading(r);
}

/* The name of the variable for <f>, behind <prefix>. */
static size_t
variable_name(char *out, const char *prefix, const char *name)
{
    size_t len = (size_t)sprintf(out, "%s_", prefix);

    for (; *name != '\0'; name++)
        if (*name != '_')
            out[len++] =
                (char)(*name >= 'a' && *name <= 'z' ? *name - 32 : *name);
    out[len] = '\0';
    return len;
}

static void
lists_are_written_with_commas_too(void **state)
{
    static const struct {
        const char *variable;
        enum jg_err want;
        size_t fallbacks, secrets;
    } rows[] = {
        {"TYK_GW_HASHKEYFUNCTIONFALLBACK=", JG_OK, 0, 0},
        {"TYK_GW_HASHKEYFUNCTIONFALLBACK=sha256", JG_OK, 1, 0},
        {"TYK_GW_HASHKEYFUNCTIONFALLBACK=[\"a\",\"b\"]", JG_OK, 2, 0},
        {"TYK_GW_SECRETS=", JG_OK, 0, 0},
        {"TYK_GW_SECRETS={\"a\":\"b\"}", JG_OK, 0, 1},
        {"TYK_GW_SECRETS=a:b,c", JG_E_CONF_TYPE, 0, 0},
        {"TYK_GW_SECRETS=a", JG_E_CONF_TYPE, 0, 0},
    };
    struct reading *r = new_reading();

    (void)state;
    set_text(r, "{}");
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *const environment[] = {rows[i].variable, NULL};
        struct jg_conf conf;

        assert_err(read_conf(r, environment, &conf), rows[i].want);
        if (rows[i].want != JG_OK)
            continue;
        assert_int_equal(conf.keys.hash_key_function_fallback.count,
                         rows[i].fallbacks);
        assert_int_equal(conf.secrets.count, rows[i].secrets);
    }
    free_reading(r);
}

static void
check_variables(struct reading *r, const struct jg_field_table *table,
                const char *prefix)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct jg_field *f = &table->fields[i];
        const char *environment[] = {NULL, NULL};
        char name[400];
        struct jg_conf conf;
        size_t len = variable_name(name, prefix, f->name);

        if (f->type == JG_FIELD_OBJECT) {
            check_variables(r, f->table, name);
            continue;
        }
        strcpy(name + len, "=\x01");
        environment[0] = name;
        read_conf(r, environment, &conf);
        for (const struct jg_diag *d = r->diags.first; d != NULL; d = d->next)
            if (d->err == JG_E_CONF_UNKNOWN)
                fail_msg("%s is not known", name);
        if (f->type == JG_FIELD_BOOL || f->type == JG_FIELD_INT)
            assert_int_equal(r->diags.faults, 1);
    }
}

static void
every_field_is_found_by_its_own_variable(void **state)
{
    struct reading *r = new_reading();

    (void)state;
    set_text(r, "{}");
    check_variables(r, &jg_conf_table, "TYK_GW");
    free_reading(r);
}

static void
what_is_wrong_is_told_with_the_variables_name(void **state)
{
    static const struct {
        const char *variable;
        enum jg_err err; /* of the whole */
        const char *file;
        enum jg_err found;
        const char *path, *message;
    } rows[] = {
        {"TYK_GW_LISTENPORT=80a", JG_E_CONF_TYPE, "TYK_GW_LISTENPORT",
         JG_E_CONF_TYPE, "listen_port",
         "expected a whole number from 1 to 65535"},
        {"TYK_GW_LISTENPORT=", JG_E_CONF_TYPE, "TYK_GW_LISTENPORT",
         JG_E_CONF_TYPE, "listen_port", "expected a whole number"},
        {"TYK_GW_LISTENPORT=0", JG_E_CONF_TYPE, "TYK_GW_LISTENPORT",
         JG_E_CONF_RANGE, "listen_port", "from 1 to 65535"},
        {"TYK_GW_ENABLECUSTOMDOMAINS=yes", JG_E_CONF_TYPE,
         "TYK_GW_ENABLECUSTOMDOMAINS", JG_E_CONF_TYPE, "enable_custom_domains",
         "expected true or false"},
        {"TYK_GW_STORAGE_MAXBYTES=x", JG_E_CONF_TYPE, "TYK_GW_STORAGE_MAXBYTES",
         JG_E_CONF_TYPE, "storage.max_bytes", "expected a whole number"},
        {"TYK_GW_HTTPSERVEROPTIONS_CERTIFICATES=[", JG_E_CONF_TYPE,
         "TYK_GW_HTTPSERVEROPTIONS_CERTIFICATES", JG_E_CONF_TYPE,
         "http_server_options.certificates", "expected a list of objects"},
        {"TYK_GW_LISTENPRT=1", JG_OK, "TYK_GW_LISTENPRT", JG_E_CONF_UNKNOWN, "",
         "no field of the configuration"},
        {"TYK_GW_=1", JG_OK, "TYK_GW_", JG_E_CONF_UNKNOWN, "",
         "no field of the configuration"},
        {"TYK_GW_STORAGE=x", JG_E_CONF_TYPE, "TYK_GW_STORAGE", JG_E_CONF_TYPE,
         "storage", "expected an object"},
        {"TYK_GW_STORAGE_=x", JG_OK, "TYK_GW_STORAGE_", JG_E_CONF_UNKNOWN, "",
         "no field of the configuration"},
        {"TYK_GW_STORAGE_PATH_X=x", JG_OK, "TYK_GW_STORAGE_PATH_X",
         JG_E_CONF_UNKNOWN, "", "no field of the configuration"},
        {"TYK_GW_ENABLEANALYTICS=true", JG_OK, "TYK_GW_ENABLEANALYTICS",
         JG_E_CONF_UNSUPPORTED, "enable_analytics", "has no effect"},
        {"TYK_GW_ERROROVERRIDES_X=60", JG_OK, "TYK_GW_ERROROVERRIDES_X",
         JG_E_CONF_UNSUPPORTED, "error_overrides", "has no effect"},
        {"TYK_GW_JWKS_CACHE_TIMEOUT=x", JG_E_CONF_TYPE,
         "TYK_GW_JWKS_CACHE_TIMEOUT", JG_E_CONF_TYPE, "jwks.cache.timeout",
         "expected a whole number"},
    };
    struct reading *r = new_reading();

    (void)state;
    set_text(r, "{}");
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *const environment[] = {rows[i].variable, NULL};
        struct jg_conf conf;

        assert_err(read_conf(r, environment, &conf), rows[i].err);
        assert_int_equal(r->diags.kept, 1);
        assert_str(r->diags.first->file, rows[i].file);
        assert_int_equal(r->diags.first->err, rows[i].found);
        assert_str(r->diags.first->path, rows[i].path);
        assert_int_equal(r->diags.first->line, 0);
        assert_true(contains(r->diags.first->message, rows[i].message));
    }
    free_reading(r);
}

static void
variables_that_mean_nothing_here_are_passed_over(void **state)
{
    static const char *const environment[] = {
        "TYK_GW_STORAGE_HOST=redis",
        "TYK_GW_ANALYTICSCONFIG_TYPE=csv",
        "TYK_GW_SLAVEOPTIONS_APIKEY=secret",
        "TYK_GW_SLAVEOPTIONS_USERPC=false",
        "TYK_GW_HASHKEYS=true",
        "TYK_LOGLEVEL=debug",
        "TYK_GW_LISTENPORT", /* without '=': nobody set it */
        "",
        NULL,
    };
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    set_text(r, "{}");
    assert_err(read_conf(r, environment, &conf), JG_OK);
    assert_quiet(r);
    assert_int_equal(conf.listen_port, 8080);
    free_reading(r);
}

static void
a_secret_in_a_variable_is_never_shown(void **state)
{
    static char variable[3000] = "TYK_GW_SECRET=hunter2";
    const char *environment[] = {variable, NULL};
    struct reading *r = new_reading();
    struct jg_conf conf;

    (void)state;
    memset(variable + strlen(variable), 'x', 2000);
    set_text(r, "{}");
    assert_err(read_conf(r, environment, &conf), JG_E_CONF_TYPE);
    assert_int_equal(r->diags.faults, 1);
    assert_int_equal(r->diags.first->err, JG_E_CONF_RANGE);
    check_not_shown(&r->diags, "hunter2");
    free_reading(r);
}

static void
faults_of_file_and_environment_are_told_together(void **state)
{
    static const char *const environment[] = {"TYK_GW_LISTENPORT=x",
                                              "TYK_GW_WORKERS=-1", NULL};
    struct reading *r = new_reading();
    struct jg_conf conf = {.listen_port = 7};

    (void)state;
    set_text(r, "{'broker_processes':'many'}");
    assert_err(read_conf(r, environment, &conf), JG_E_CONF_TYPE);
    assert_int_equal(r->diags.faults, 3);
    assert_int_equal(conf.listen_port, 7);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_field_has_a_variable),
        cmocka_unit_test(lists_are_written_with_commas_too),
        cmocka_unit_test(every_field_is_found_by_its_own_variable),
        cmocka_unit_test(what_is_wrong_is_told_with_the_variables_name),
        cmocka_unit_test(variables_that_mean_nothing_here_are_passed_over),
        cmocka_unit_test(a_secret_in_a_variable_is_never_shown),
        cmocka_unit_test(faults_of_file_and_environment_are_told_together),
    };

    return cmocka_run_group_tests_name("model/conf_env", tests, NULL, NULL);
}
