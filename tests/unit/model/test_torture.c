/*
 * Every allocation fails once while documents are read and snapshots built.
 * Nothing may crash, leak (under ASan), or be half made.
 */
#include "model/key_name.h"
#include "model_check.h"
#include "torture.h"

#define CONF                                                               \
    "{\"enable_custom_domains\":true,\"error_templates\":{\"error.json\":" \
    "\"{{.Message}}\"}}"

static const char api_text[] =
    "{\"api_id\":\"%c\",\"org_id\":\"o\",\"active\":true,\"enable_jwt\":true,"
    "\"domain\":\"H.example\",\"jwt_signing_method\":\"hmac\",\"jwt_source\":"
    "\"dHlrMTIz\",\"jwt_algorithms\":[\"HS256\",\"RS256\"],"
    "\"auth_configs\":{\"jwt\":{\"auth_header_name\":\"X\"}},\"version_data\":"
    "{\"not_versioned\":true,\"versions\":{\"v\":{\"global_headers\":{\"A\":"
    "\"b$secret_conf.k$secret_conf.k$tyk_meta.m$secret_vault.x\",\"Host\":"
    "\"x\"},"
    "\"use_extended_paths\":true,\"extended_paths\":{"
    "\"transform_headers\":[{\"path\":\"/x\",\"add_headers\":{\"E\":"
    "\"$tyk_meta.e\"}}],\"transform_response_headers\":[{\"path\":\"/x\","
    "\"delete_headers\":[\"F\"]}]},\"global_response_headers\":{\"B\":\"c\"}}}}"
    ",\"response_processors\":[{"
    "\"name\":\"x\"},{\"name\":\"header_injector\",\"options\":{"
    "\"add_headers\":{\"C\":\"d\"},\"remove_headers\":[\"D\"]}}],\"proxy\":{"
    "\"listen_path\":\"x//y/\",\"enable_load_balancing\":"
    "true,\"target_list\":[\"http://Up/a b?c d\",\"http://[::1]:81/\"]}}";

/* A closed API, and one that is not routed: these report, too. */
static const char closed_text[] =
    "{\"api_id\":\"%c\",\"enable_jwt\":true,\"jwt_source\":\"=\","
    "\"CORS\":{\"enable\":true,\"allowed_origins\":[\"https://a\"],"
    "\"exposed_headers\":[\"x\"],\"max_age\":1},"
    "\"proxy\":{\"listen_path\":\"/\","
    "\"target_url\":\"up\"}}";

/* Key sets by URL: good ones; and one that closes the API. */
static const char urls_text[] =
    "{\"api_id\":\"a\",\"active\":true,\"enable_jwt\":true,"
    "\"jwt_signing_method\":\"rsa\",\"jwt_issuer\":\"https://i/\","
    "\"jwt_jwks_uris\":[{\"url\":\"https://Idp/\",\"cache_timeout\":\"x\"},"
    "{\"url\":\"http://127.0.0.1/\",\"issuer\":\"j\"}],\"proxy\":{"
    "\"listen_path\":\"/\",\"target_url\":\"http://up\"}}";
static const char issuer_text[] =
    "{\"api_id\":\"a\",\"active\":true,\"enable_jwt\":true,"
    "\"jwt_signing_method\":\"rsa\",\"jwt_issuer\":\"https://Idp/r/\","
    "\"proxy\":{\"listen_path\":\"/\",\"target_url\":\"http://up\"}}";
static const char bad_url_text[] =
    "{\"api_id\":\"a\",\"active\":true,\"enable_jwt\":true,"
    "\"jwt_signing_method\":\"rsa\",\"jwt_source\":\"http://Idp/\","
    "\"proxy\":{\"listen_path\":\"/\",\"target_url\":\"http://up\"}}";

/* An OAS definition with rules of every kind, and with findings. */
static const char oas_text[] =
    "{\"openapi\":\"3.0.3\",\"components\":{\"securitySchemes\":{\"j\":{"
    "\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"}}},"
    "\"security\":[{\"j\":[]},{\"x\":[]}],\"x-tyk-api-gateway\":{\"info\":"
    "{\"id\":\"a\",\"orgId\":\"o\",\"state\":{\"active\":true}},"
    "\"upstream\":{\"loadBalancing\":{\"enabled\":true,\"targets\":[{\"url\":"
    "\"http://Up/\",\"weight\":2}]}},\"server\":{\"listenPath\":{\"value\":"
    "\"/z\"},\"authentication\":{\"enabled\":true,\"securitySchemes\":{\"j\":"
    "{\"enabled\":true,\"source\":\"dHlrMTIz\",\"signingMethod\":\"hmac\","
    "\"subjectClaims\":[\"a\"],\"allowedIssuers\":[\"i\"],"
    "\"customClaimValidation\":{\"a.#.b\":{\"type\":\"contains\","
    "\"allowedValues\":[[1],{\"x\":\"y\"}]},\"c|d\":{\"type\":\"required\""
    "}}}}}},\"middleware\":{\"global\":{\"transformRequestHeaders\":{"
    "\"enabled\":true,\"add\":[{\"name\":\"A\",\"value\":\"b\"}]}},"
    "\"operations\":{\"op\":{\"allow\":{\"enabled\":true}}}}}}";

static const char policy_text[] =
    "{\"org_id\":\"o\",\"rate\":1,\"per\":1,\"access_rights\":{\"b\":{"
    "\"versions\":[\"v\"]},\"a\":{\"limit\":{\"quota_max\":1}}}}";

static const char *const environment[] = {
    "TYK_GW_STORAGE_PATH=/x",
    "TYK_GW_HTTPSERVEROPTIONS_CERTIFICATES=[{\"cert_file\":\"c\"}]",
    "TYK_GW_UNKNOWN=1",
    "TYK_SECRET_A=b",
    NULL,
};

/* Where findings go: memory for them fails, too. */
struct findings {
    struct jg_arena arena;
    struct jg_diags list;
};

static void
open_findings(struct findings *f)
{
    jg_arena_init(&f->arena, 1024, 1024 * 1024);
    jg_diags_init(&f->list, &f->arena);
}

static struct jg_bind_source
source_in(struct findings *f, struct jg_str text)
{
    return (struct jg_bind_source){
        .file = JG_STR("f"), .text = text, .diags = &f->list};
}

static enum jg_err
try_api(const char *text)
{
    struct jg_conf conf = {.enable_custom_domains = true};
    struct jg_bind_source source;
    struct jg_api *api = NULL;
    struct findings f;
    enum jg_err err;

    open_findings(&f);
    source = source_in(&f, jg_str(text));
    err = jg_api_read(&source, 1, &conf, &api);
    assert_int_equal(api != NULL, err == JG_OK);
    jg_api_free(api);
    jg_arena_free(&f.arena);
    return err;
}

static enum jg_err
try_good_api(void)
{
    char text[1024];

    snprintf(text, sizeof(text), api_text, 'a');
    return try_api(text);
}

static enum jg_err
try_closed_api(void)
{
    char text[1024];

    snprintf(text, sizeof(text), closed_text, 'a');
    return try_api(text);
}

static enum jg_err
try_key_sets(void)
{
    return try_api(urls_text);
}

static enum jg_err
try_issuer(void)
{
    return try_api(issuer_text);
}

static enum jg_err
try_bad_url(void)
{
    return try_api(bad_url_text);
}

static enum jg_err
try_oas_api(void)
{
    return try_api(oas_text);
}

static enum jg_err
try_conf(void)
{
    struct jg_conf conf = {.listen_port = 7};
    struct jg_bind_source source;
    struct jg_arena a;
    struct findings f;
    enum jg_err err;

    jg_arena_init(&a, 64, 1024 * 1024);
    open_findings(&f);
    source = source_in(&f, JG_STR(CONF));
    err = jg_conf_read(&source, environment, &a, &conf);
    assert_int_equal(conf.listen_port, err == JG_OK ? 8080 : 7);
    jg_arena_free(&a);
    jg_arena_free(&f.arena);
    return err;
}

/* All the keys that one may stand for, and the name of each. */
static enum jg_err
try_key_names(void)
{
    static const struct jg_str fallback[] = {JG_STR("sha256"), JG_STR("")};
    struct jg_conf conf = {
        .keys = {.hash_keys = true,
                 .hash_key_function = JG_STR("murmur64"),
                 .hash_key_function_fallback = {fallback, 2}}};
    struct jg_key_candidates found = {.count = 0};
    struct jg_arena a;
    struct jg_str name;
    enum jg_err err;

    jg_arena_init(&a, 64, 1024 * 1024);
    err = jg_key_candidates(&conf, JG_STR("org"),
                            JG_STR("eyJvcmciOiJhIiwiaCI6IngifQ=="), &a, &found);
    assert_true(err != JG_OK || found.count == 4);
    for (size_t i = 0; i < found.count && err == JG_OK; i++)
        err = jg_key_name(&conf, found.keys[i], &a, &name);
    jg_arena_free(&a);
    return err;
}

/* One document after the other; one that fails is left out. */
static enum jg_err
fill(struct jg_snapshot_builder *b, struct findings *f, uint64_t version)
{
    struct jg_document policy = {JG_STR("p"), version, JG_STR("f"),
                                 jg_str(policy_text)};
    enum jg_err worst = jg_snapshot_add_policy(b, &policy, &f->list);

    for (char id = 'a'; id <= 'c'; id++) {
        struct jg_document api = {.version = version};
        char text[1024];
        enum jg_err err;

        snprintf(text, sizeof(text), id == 'c' ? closed_text : api_text, id);
        api.id = (struct jg_str){&id, 1};
        api.text = jg_str(text);
        err = jg_snapshot_add_api(b, &api, &f->list);
        if (err != JG_OK)
            worst = err;
    }
    return worst;
}

static enum jg_err
build(const struct jg_snapshot *previous, struct findings *f, uint64_t version,
      struct jg_snapshot **out)
{
    struct jg_snapshot_builder *b = NULL;
    enum jg_err err =
        jg_snapshot_begin(previous, version, JG_STR(CONF), 4, 4, &b);
    enum jg_err finished;

    assert_int_equal(b != NULL, err == JG_OK);
    if (err != JG_OK)
        return err;
    err = fill(b, f, version);
    finished = jg_snapshot_finish(b, out);
    assert_int_equal(*out != NULL, finished == JG_OK);
    return err != JG_OK ? err : finished;
}

static enum jg_err
try_snapshots(void)
{
    struct jg_snapshot *first = NULL, *second = NULL;
    struct findings f;
    enum jg_err err, again;

    open_findings(&f);
    err = build(NULL, &f, 1, &first);
    again = build(first, &f, 1, &second);
    jg_snapshot_free(first);
    jg_snapshot_free(second);
    jg_arena_free(&f.arena);
    return err != JG_OK ? err : again;
}

/*
 * Run <run> with the first allocation failing, then with the second, ...
 * until none fails. Lost findings are no reason to fail.
 */
static void
torture(enum jg_err (*run)(void), const char *name)
{
    unsigned long total, failed = 0;

    assert_err(run(), JG_OK); /* warm */
    fail_at = 0;
    allocations = 0;
    assert_err(run(), JG_OK);
    total = allocations;
    assert_true(total > 0);
    for (unsigned long n = 1; n <= total; n++) {
        enum jg_err err;

        allocations = 0;
        fail_at = n;
        err = run();
        fail_at = 0;
        if (err != JG_OK)
            assert_err(err, JG_E_NOMEM);
        failed += err != JG_OK;
    }
    assert_err(run(), JG_OK);
    print_message("# %s: %lu allocations, %lu of them needed\n", name, total,
                  failed);
    assert_true(failed > 0);
}

static void
definitions_are_read_or_refused_but_never_half_made(void **state)
{
    (void)state;
    torture(try_good_api, "API");
    torture(try_closed_api, "closed API");
    torture(try_oas_api, "OAS definition");
    torture(try_key_sets, "key sets");
    torture(try_issuer, "issuer");
    torture(try_bad_url, "bad URL");
    torture(try_conf, "configuration");
    torture(try_key_names, "keys by name");
}

static void
snapshots_are_whole_or_not_there(void **state)
{
    (void)state;
    torture(try_snapshots, "snapshots");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_are_read_or_refused_but_never_half_made),
        cmocka_unit_test(snapshots_are_whole_or_not_there),
    };

    return cmocka_run_group_tests_name("model/torture", tests, NULL, NULL);
}
