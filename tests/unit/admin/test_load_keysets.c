/* load_keysets.c: records of key sets follow what the definitions name. */
#include "admin_check.h"

#include "store/keysets.h"

/* A definition with key sets by URL; <more> holds its sources. */
#define URL_API(id, more)                                                 \
    "{\"api_id\":\"" id "\",\"active\":true,\"enable_jwt\":true,"         \
    "\"jwt_signing_method\":\"rsa\"," more ",\"proxy\":{\"listen_path\":" \
    "\"/" id "/\",\"target_url\":\"http://127.0.0.1:9/\"},"               \
    "\"version_data\":{\"not_versioned\":true}}"
#define SOURCE(url) "\"jwt_source\":\"" url "\""
#define URIS(list) "\"jwt_jwks_uris\":[" list "]"
#define URI(url) "{\"url\":\"" url "\"}"
#define AGED(url, age) "{\"url\":\"" url "\",\"cache_timeout\":\"" age "\"}"

static enum jg_err
note_record(void *arg, struct jg_str key, struct jg_str value)
{
    struct jg_keyset keyset;

    assert_int_equal(key.len, JG_KEY_URL_ID_BYTES);
    assert_err(jg_keyset_decode(value, &keyset), JG_OK);
    jg_buf_addf(arg, "%.*s %.*s %d%d %d %d;", JG_STR_ARG(keyset.url),
                JG_STR_ARG(keyset.issuer), keyset.discover, keyset.insecure,
                (int)keyset.ttl_s, (int)keyset.refresh_s);
    return JG_OK;
}

static enum jg_err
note_use(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    jg_buf_addf(arg, "%.*s:%.*s;", JG_STR_ARG(api_id), JG_STR_ARG(url->url));
    return JG_OK;
}

static int
compare(const void *a, const void *b)
{
    return jg_str_cmp(*(const struct jg_str *)a, *(const struct jg_str *)b);
}

/* All records ("url issuer discover insecure ttl refresh;"), sorted, since
 * their ids are not readable. In g->arena. */
static struct jg_str
records(struct gateway *g)
{
    struct jg_str parts[64], rest, out;
    struct jg_buf b, sorted;
    struct jg_txn *txn;
    size_t count = 0;

    jg_buf_init(&b, 64 * 1024);
    jg_buf_init(&sorted, 64 * 1024);
    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_store_each(txn, JG_KIND_KEYSET, note_record, &b), JG_OK);
    jg_txn_abort(txn);
    rest = jg_buf_str(&b);
    while (rest.len > 0 && count < LEN(parts))
        jg_str_next(&rest, ';', &parts[count++]);
    qsort(parts, count, sizeof(parts[0]), compare);
    for (size_t i = 0; i < count; i++)
        jg_buf_addf(&sorted, "%.*s;", JG_STR_ARG(parts[i]));
    out = jg_arena_str(&g->arena, jg_buf_str(&sorted));
    jg_buf_free(&b);
    jg_buf_free(&sorted);
    return out;
}

static struct jg_str
uses(struct gateway *g)
{
    struct jg_str out;
    struct jg_txn *txn;
    struct jg_buf b;

    jg_buf_init(&b, 64 * 1024);
    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_keyset_each_use(txn, note_use, &b), JG_OK);
    jg_txn_abort(txn);
    out = jg_arena_str(&g->arena, jg_buf_str(&b));
    jg_buf_free(&b);
    return out;
}

/* The id of the only record. */
static enum jg_err
take_id(void *arg, struct jg_str key, struct jg_str value)
{
    (void)value;
    assert_int_equal(key.len, JG_KEY_URL_ID_BYTES);
    memcpy(arg, key.p, key.len);
    return JG_OK;
}

/* As after a fetch at <fetched_s> of the only record. */
static void
fetched(struct gateway *g, int64_t fetched_s, int64_t refresh_s)
{
    char id[JG_KEY_URL_ID_BYTES];
    struct jg_str key = {id, sizeof(id)};
    struct jg_keyset keyset;
    struct jg_txn *txn;

    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_store_each(txn, JG_KIND_KEYSET, take_id, id), JG_OK);
    assert_err(jg_keyset_get(txn, key, &keyset), JG_OK);
    keyset.body = JG_STR("{\"keys\":[]}");
    keyset.etag = JG_STR("\"e\"");
    keyset.fetched_s = keyset.tried_s = fetched_s;
    keyset.refresh_s = refresh_s;
    assert_err(jg_keyset_put(txn, key, &keyset), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static void
each_url_becomes_a_stub(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://one/")));
    put_file(g.apps, "b.json",
             URL_API("b", URIS(URI("https://two/") "," URI("https://one/"))));
    put_file(g.apps, "c.json",
             URL_API("c", "\"jwt_issuer\":\"https://idp/r\""));
    put_file(g.apps, "open.json", API("open"));
    load_clean(&g, JG_LOAD_START);
    assert_str(records(&g),
               "https://idp/r/.well-known/openid-configuration https://idp/r "
               "10 0 0;https://one/  00 0 0;https://two/  00 0 0;");
    assert_str(uses(&g), "a:https://one/;b:https://two/;b:https://one/;"
                         "c:https://idp/r/.well-known/openid-configuration;");
    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.changed, 0);
    gateway_close(&g);
}

/* 500 definitions on one URL: one record, and so one fetch. */
static void
apis_share_the_record_of_one_url(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (int i = 0; i < 500; i++) {
        char name[32], text[512];

        snprintf(name, sizeof(name), "%d.json", i);
        snprintf(text, sizeof(text), URL_API("%d", "%s"), i,
                 i % 2 == 0 ? SOURCE("https://one/")
                            : SOURCE("https://one/") ",\"jwt_issuer\":\"i\"",
                 i);
        put_file(g.apps, name, text);
    }
    load_clean(&g, JG_LOAD_START);
    assert_int_equal(g.result.apis, 500);
    assert_str(records(&g), "https://one/  00 0 0;");
    gateway_close(&g);
}

static void
records_follow_the_definitions(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://one/")));
    put_file(g.apps, "b.json", URL_API("b", SOURCE("https://two/")));
    load_clean(&g, JG_LOAD_START);
    load_clean(&g, JG_LOAD_RELOAD); /* no file is read again */
    assert_str(records(&g), "https://one/  00 0 0;https://two/  00 0 0;");

    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://three/")));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "https://three/  00 0 0;https://two/  00 0 0;");
    assert_str(uses(&g), "a:https://three/;b:https://two/;");

    drop_file(g.apps, "b.json");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "https://three/  00 0 0;");

    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "");
    assert_str(uses(&g), "");
    gateway_close(&g);
}

static void
what_was_fetched_outlives_loads(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_START);
    fetched(&g, 1000, 1240);
    load_clean(&g, JG_LOAD_START);
    assert_str(records(&g), "https://one/  00 0 1240;");
    put_file(g.apps, "b.json", URL_API("b", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "https://one/  00 0 1240;");
    gateway_close(&g);
}

/* The shortest age that an API asks for counts, from the last fetch on. */
static void
an_age_is_shared_and_counts_at_once(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", URIS(AGED("https://one/", "5m"))));
    put_file(g.apps, "b.json", URL_API("b", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_START);
    assert_str(records(&g), "https://one/  00 300 0;");
    fetched(&g, 1000, 1240);
    put_file(g.apps, "b.json", URL_API("b", URIS(AGED("https://one/", "1m"))));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "https://one/  00 60 1060;");
    drop_file(g.apps, "a.json");
    drop_file(g.apps, "b.json");
    put_file(g.apps, "c.json", URL_API("c", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "https://one/  00 0 1060;");
    gateway_close(&g);
}

static void
apis_that_serve_nobody_name_nothing(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json",
             URL_API("a", SOURCE("https://one/") ",\"name\":\"x\""));
    put_file(g.apps, "off.json",
             "{\"api_id\":\"off\",\"active\":false,\"enable_jwt\":true,"
             "\"jwt_signing_method\":\"rsa\"," SOURCE(
                 "https://two/") ","
                                 "\"proxy\":{\"listen_path\":\"/off/"
                                 "\",\"target_url\":"
                                 "\"http://127.0.0.1:9/\"}}");
    put_file(g.apps, "far.json", URL_API("far", SOURCE("http://far/")));
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_finding(&g, JG_E_CONF_VALUE, "http://far/");
    assert_int_equal(g.result.apis, 3); /* far is closed, and routed */
    assert_str(records(&g), "https://one/  00 0 0;");
    gateway_close(&g);
}

/* A definition that becomes faulty keeps its record, and its key set. */
static void
a_kept_definition_keeps_its_key_set(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("http://far/")));
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_str(records(&g), "https://one/  00 0 0;");
    put_file(g.apps, "a.json", "{");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_str(records(&g), "https://one/  00 0 0;");
    assert_err(load(&g, JG_LOAD_START), JG_OK);
    assert_str(records(&g), "");
    gateway_close(&g);
}

static void
another_setting_makes_other_records(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_START);
    fetched(&g, 1000, 1240);
    g.conf.jwt_ssl_insecure_skip_verify = true;
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g),
               "https://one/  01 0 0;"); /* nothing is taken over */
    gateway_close(&g);
}

static void
a_damaged_record_becomes_a_stub(void **state)
{
    char id[JG_KEY_URL_ID_BYTES];
    struct gateway g;
    struct jg_txn *txn;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", URL_API("a", SOURCE("https://one/")));
    load_clean(&g, JG_LOAD_START);
    assert_err(jg_txn_write(g.store, &txn), JG_OK);
    assert_err(jg_store_each(txn, JG_KIND_KEYSET, take_id, id), JG_OK);
    assert_err(jg_store_put(txn, JG_KIND_KEYSET,
                            (struct jg_str){id, sizeof(id)}, JG_STR("?")),
               JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(records(&g), "https://one/  00 0 0;");
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_url_becomes_a_stub),
        cmocka_unit_test(apis_share_the_record_of_one_url),
        cmocka_unit_test(records_follow_the_definitions),
        cmocka_unit_test(what_was_fetched_outlives_loads),
        cmocka_unit_test(an_age_is_shared_and_counts_at_once),
        cmocka_unit_test(apis_that_serve_nobody_name_nothing),
        cmocka_unit_test(a_kept_definition_keeps_its_key_set),
        cmocka_unit_test(another_setting_makes_other_records),
        cmocka_unit_test(a_damaged_record_becomes_a_stub),
    };

    return cmocka_run_group_tests_name("admin/load_keysets", tests, NULL, NULL);
}
