/* The configuration in the store holds no secret. */
#include "check.h"

#include "admin/load_internal.h"

/* Read <text>, with <environment>, and make the record's text of it. */
static struct jg_str
record(struct jg_arena *a, const char *text, const char *const *environment)
{
    const struct jg_bind_source source = {.text = jg_str(text)};
    struct jg_conf conf;
    struct jg_str out;

    assert_err(jg_conf_read(&source, environment, a, &conf), JG_OK);
    assert_err(jg_load_conf_text(&conf, source.text, a, &out), JG_OK);
    return out;
}

static void
secrets_are_left_out_wherever_they_stand(void **state)
{
    static const char *const rows[] = {
        "{\"secret\":\"s3cr3t\",\"listen_port\":1}",
        "{\"Secret\":\"s3cr3t\",\"NODE_SECRET\":\"s3cr3t\"}",
        "{\"storage\":{\"path\":\"p\",\"password\":\"s3cr3t\"},\"a\":1}",
        "{\"storage\":{\"secrets\":{\"a\":\"s3cr3t\"}}}",
        "{\"b\":[{\"password\":\"s3cr3t\"}]}",
        "{\"slave_options\":{\"api_key\":\"s3cr3t\"}}",
        "{\"x\":{\"y\":[[{\"token\":{\"z\":\"s3cr3t\"}}]]}}",
    };
    static const char *const environment[] = {"TYK_GW_SECRET=s3cr3t", NULL};
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str got = record(&a, rows[i], environment);

        assert_null(memmem(got.p, got.len, "s3cr3t", 6));
    }
    jg_arena_free(&a);
}

/* Workers put them into headers, and they know nothing of the environment. */
static void
the_secrets_of_headers_reach_the_workers(void **state)
{
    static const char *const environment[] = {"TYK_SECRET_A=of the environment",
                                              "TYK_SECRET_B=\xff\n",
                                              "TYK_SECRET_=x",
                                              "TYK_SECRET_C",
                                              "TYK_SECRET_D E=x",
                                              NULL};
    struct jg_bind_source source = {
        .text = JG_STR("{\"secrets\":{\"k\":\"v\"},\"environment_secrets\":"
                       "{\"A\":\"of the file\",\"Z\":\"z\"}}")};
    struct jg_conf conf, again;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_conf_read(&source, environment, &a, &conf), JG_OK);
    assert_err(jg_load_conf_text(&conf, source.text, &a, &source.text), JG_OK);
    assert_err(jg_conf_read(&source, NULL, &a, &again), JG_OK);
    assert_int_equal(again.secrets.count, 1);
    assert_str(again.secrets.items[0].name, "k");
    assert_str(again.secrets.items[0].value, "v");
    assert_int_equal(again.environment_secrets.count, 3);
    assert_str(again.environment_secrets.items[0].name, "Z");
    assert_str(again.environment_secrets.items[1].name, "A");
    assert_str(again.environment_secrets.items[1].value, "of the environment");
    assert_str(again.environment_secrets.items[2].value, "\xef\xbf\xbd\n");
    jg_arena_free(&a);
}

static bool
same_strings(const void *a, const void *b)
{
    return jg_str_eq(*(const struct jg_str *)a, *(const struct jg_str *)b);
}

/* A worker that reads the record has the configuration that is in force. */
static void
the_values_in_force_come_back(void **state)
{
    static const char *const environment[] = {
        "TYK_GW_HTTPSERVEROPTIONS_ENABLESTRICTROUTES=true",
        "TYK_GW_CLOSECONNECTIONS=true",
        "TYK_GW_APPPATH=/srv/\"apps\"",
        "TYK_GW_JWTCACHEMAXBYTES=12345",
        "TYK_GW_PROXYDEFAULTTIMEOUT=2.5",
        NULL,
    };
    static const char text[] =
        "{\"http_server_options\":{\"enable_strict_routes\":false,"
        "\"server_name\":\"n\",\"certificates\":[{\"domain_name\":\"d\","
        "\"cert_file\":\"c\",\"key_file\":\"k\"}]},"
        "\"listen_port\":8181,\"enable_custom_domains\":true,"
        "\"hash_keys\":true,\"no_such_setting\":[1,{}]}";
    struct jg_bind_source source = {.text = JG_STR(text)};
    const struct jg_conf_certificate *certificate;
    struct jg_conf conf, again;
    const struct jg_json *json;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_conf_read(&source, environment, &a, &conf), JG_OK);
    assert_err(jg_load_conf_text(&conf, source.text, &a, &source.text), JG_OK);
    assert_err(jg_conf_read(&source, NULL, &a, &again), JG_OK);
    assert_true(again.http.enable_strict_routes);
    assert_true(again.close_connections);
    assert_true(again.enable_custom_domains);
    assert_int_equal(again.listen_port, 8181);
    assert_int_equal(again.jwt_cache_max_bytes, 12345);
    assert_true(again.proxy_default_timeout_s == 2.5);
    assert_true(same_strings(&again.app_path, &conf.app_path));
    assert_str(again.app_path, "/srv/\"apps\"");
    assert_int_equal(again.http.certificates.count, 1);
    certificate = again.http.certificates.items;
    assert_str(certificate->key_file, "k");

    assert_err(
        jg_json_parse(source.text, &jg_json_limits_conf, &a, &json, NULL),
        JG_OK);
    assert_non_null(jg_json_get(json, JG_STR("no_such_setting")));
    assert_non_null(jg_json_get(json, JG_STR("hash_keys")));
    assert_str(jg_json_string(jg_json_path(
                   json, JG_STR("http_server_options.server_name"))),
               "n");
    jg_arena_free(&a);
}

static void
the_record_of_a_record_is_the_same(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"policies\":{\"policy_path\":\"p\"},\"x\":[]}",
        "{\"storage\":{\"type\":\"lmdb\",\"host\":\"h\"}}",
        ("{\"override_messages\":{\"auth.key_not_found\":{\"message\":"
         "\"\\\"no\\\"\",\"code\":418},\"x.y\":{}}}"),
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str once = record(&a, rows[i], NULL);

        assert_str(record(&a, once.p, NULL), once.p);
    }
    jg_arena_free(&a);
}

/* Of every type that a configuration uses, values reach the record. */
static bool
is_written(enum jg_field_type type)
{
    return type != JG_FIELD_ANY;
}

static void
assert_written(const struct jg_field_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct jg_field *field = &table->fields[i];

        if (!is_written(field->type))
            fail_msg("%s: its type has no writer", field->name);
        if (field->table != NULL)
            assert_written(field->table);
    }
}

static void
every_type_of_the_table_is_written(void **state)
{
    (void)state;
    assert_written(&jg_conf_table);
}

static void
what_is_not_json_is_refused(void **state)
{
    struct jg_conf conf = {0};
    struct jg_arena a;
    struct jg_str got;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_load_conf_text(&conf, JG_STR("{\"secret\":"), &a, &got),
               JG_E_CONF_JSON);
    assert_err(jg_load_conf_text(&conf, JG_STR(" \n"), &a, &got), JG_OK);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_left_out_wherever_they_stand),
        cmocka_unit_test(the_secrets_of_headers_reach_the_workers),
        cmocka_unit_test(the_values_in_force_come_back),
        cmocka_unit_test(the_record_of_a_record_is_the_same),
        cmocka_unit_test(every_type_of_the_table_is_written),
        cmocka_unit_test(what_is_not_json_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
