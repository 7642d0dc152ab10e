/* snapshot.c: built once, shared with the one before, read by everybody. */
#include <malloc.h>
#include <time.h>

#include "model_check.h"

/* A builder in the making, and where its findings go. */
struct making {
    struct reading *r;
    struct jg_snapshot_builder *b;
};

static struct making
begin(struct reading *r, const struct jg_snapshot *previous, const char *conf)
{
    struct making m = {r, NULL};
    char text[400];
    size_t len = strlen(conf);

    assert_true(len < sizeof(text));
    for (size_t i = 0; i <= len; i++)
        text[i] = conf[i] == '\'' ? '"' : conf[i];
    forget(r);
    assert_err(jg_snapshot_begin(previous, 5, jg_str(text), 20, 20, &m.b),
               JG_OK);
    return m;
}

/* A keyless API; <more> are members that begin with ','. */
static enum jg_err
add_api(struct making *m, const char *id, const char *listen, uint64_t version,
        const char *more)
{
    struct jg_document document = {.id = jg_str(id), .version = version};

    document.text = set_text(
        m->r,
        "{'api_id':'%s','use_keyless':true,'proxy':{'target_url':'http://up',"
        "'listen_path':\n'%s'}%s}",
        id, listen, more);
    document.file = JG_STR("a.json");
    return jg_snapshot_add_api(m->b, &document, &m->r->diags);
}

static enum jg_err
add_policy(struct making *m, const char *id, const char *org, uint64_t version)
{
    struct jg_document document = {.id = jg_str(id), .version = version};

    document.text =
        set_text(m->r, "{'org_id':'%s','access_rights':{'a':{}}}", org);
    return jg_snapshot_add_policy(m->b, &document, &m->r->diags);
}

static struct jg_snapshot *
finish(struct making *m)
{
    struct jg_snapshot *s = NULL;

    assert_err(jg_snapshot_finish(m->b, &s), JG_OK);
    assert_int_equal(s->references, 1);
    return s;
}

#define ACTIVE ",'active':true"

/* Id and alias mark of what serves <path>: "a", "a*", or "" for nothing. */
static const char *
served_by(const struct jg_snapshot *s, const char *host, const char *path)
{
    static char out[64];
    const struct jg_route *route =
        jg_routes_find(s->routes, jg_str(host), jg_str(path));

    if (route == NULL)
        return "";
    snprintf(out, sizeof(out), "%.*s%s", JG_STR_ARG(route->api->def.api_id),
             route->alias ? "*" : "");
    return out;
}

static void
everything_is_found_in_it(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "{'hide_generator_header':true}");
    struct jg_snapshot *s;

    (void)state;
    assert_err(add_api(&m, "a", "/x/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "b", "/x/y/", 1, ACTIVE), JG_OK);
    assert_err(add_policy(&m, "p", "", 1), JG_OK);
    assert_err(add_policy(&m, "p", "o", 1), JG_OK); /* as Tyk allows */
    s = finish(&m);
    assert_quiet(r);
    assert_int_equal(s->generation, 5);
    assert_true(s->conf->hide_generator_header);
    assert_int_equal(s->api_count, 2);
    assert_str(s->apis[1]->def.api_id, "b");
    assert_str(jg_snapshot_api(s, JG_STR("b"))->listen_path, "/x/y/");
    assert_null(jg_snapshot_api(s, JG_STR("c")));
    assert_string_equal(served_by(s, "h", "/x/1"), "a");
    assert_string_equal(served_by(s, "h", "/x/y/1"), "b");
    assert_string_equal(served_by(s, "h", "/b/1"), "b*");
    assert_string_equal(served_by(s, "h", "/b"), "");
    assert_str(jg_snapshot_policy(s, JG_STR(""), JG_STR("p"))->org_id, "");
    assert_str(jg_snapshot_policy(s, JG_STR("o"), JG_STR("p"))->org_id, "o");
    assert_null(jg_snapshot_policy(s, JG_STR("o"), JG_STR("q")));
    assert_null(jg_snapshot_policy(s, JG_STR("o\np"), JG_STR("")));
    assert_null(jg_snapshot_policy(s, JG_STR(""), JG_STR("o\np")));
    assert_ptr_equal(jg_snapshot_ref(s), s);
    jg_snapshot_free(s);
    assert_string_equal(served_by(s, "h", "/x/1"), "a");
    jg_snapshot_free(s);
    jg_snapshot_free(NULL);
    jg_snapshot_abandon(NULL);
    free_reading(r);
}

static void
a_claim_cannot_be_longer_than_an_id(void **state)
{
    static char long_id[64 * 1024];
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "");
    struct jg_snapshot *s = finish(&m);

    (void)state;
    memset(long_id, 'a', sizeof(long_id));
    for (size_t len = JG_ID_MAX - 1; len < JG_ID_MAX + 3; len++) {
        struct jg_str id = {long_id, len};

        assert_null(jg_snapshot_policy(s, id, id));
        assert_null(jg_snapshot_policy(s, JG_STR(""), id));
    }
    assert_null(jg_snapshot_policy(s, JG_STR(""),
                                   (struct jg_str){long_id, sizeof(long_id)}));
    jg_snapshot_free(s);
    free_reading(r);
}

static void
what_did_not_change_is_shared(void **state)
{
    static const struct {
        const char *conf;
        bool apis; /* shared */
    } rows[] = {
        {"{'workers':1}", true},
        {"{'workers':2}", false},
        {"{}", false},
    };
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, rows[0].conf);
    struct jg_snapshot *old;

    (void)state;
    assert_err(add_api(&m, "same", "/s/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "new", "/n/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "gone", "/g/", 1, ACTIVE), JG_OK);
    assert_err(add_policy(&m, "same", "", 1), JG_OK);
    assert_err(add_policy(&m, "new", "", 1), JG_OK);
    old = finish(&m);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_snapshot *s;

        m = begin(r, old, rows[i].conf);
        /* Not read again: what is wrong with it does not matter. */
        assert_err(add_api(&m, "same", rows[i].apis ? "{" : "/s/", 1, ACTIVE),
                   JG_OK);
        assert_err(add_api(&m, "new", "/n2/", 2, ACTIVE), JG_OK);
        assert_err(add_policy(&m, "same", "", 1), JG_OK);
        assert_err(add_policy(&m, "new", "", 2), JG_OK);
        s = finish(&m);
        assert_quiet(r);
        assert_int_equal(jg_snapshot_api(s, JG_STR("same")) ==
                             jg_snapshot_api(old, JG_STR("same")),
                         rows[i].apis);
        assert_ptr_not_equal(jg_snapshot_api(s, JG_STR("new")),
                             jg_snapshot_api(old, JG_STR("new")));
        assert_ptr_equal(jg_snapshot_policy(s, JG_STR(""), JG_STR("same")),
                         jg_snapshot_policy(old, JG_STR(""), JG_STR("same")));
        assert_ptr_not_equal(
            jg_snapshot_policy(s, JG_STR(""), JG_STR("new")),
            jg_snapshot_policy(old, JG_STR(""), JG_STR("new")));
        assert_null(jg_snapshot_api(s, JG_STR("gone")));
        assert_string_equal(served_by(s, "", "/s/"), "same");
        assert_string_equal(served_by(s, "", "/n2/"), "new");
        assert_string_equal(served_by(s, "", "/n/"), "");
        assert_string_equal(served_by(old, "", "/n/"), "new");
        jg_snapshot_free(s);
    }

    /* The old one goes first: the new one keeps what it needs. */
    m = begin(r, old, rows[0].conf);
    assert_err(add_api(&m, "same", "/s/", 1, ACTIVE), JG_OK);
    {
        struct jg_snapshot *s = finish(&m);

        jg_snapshot_free(old);
        assert_int_equal(s->apis[0]->references, 1);
        assert_string_equal(served_by(s, "", "/s/"), "same");
        jg_snapshot_free(s);
    }
    free_reading(r);
}

static void
inactive_and_internal_apis_are_kept_but_not_routed(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "");
    struct jg_snapshot *s;

    (void)state;
    assert_err(add_api(&m, "off", "/a/", 1, ",'active':false"), JG_OK);
    assert_err(add_api(&m, "unsaid", "/a/", 1, ""), JG_OK);
    assert_err(add_api(&m, "inner", "/a/", 1, ACTIVE ",'internal':true"),
               JG_OK);
    assert_err(add_api(&m, "on", "/a/", 1, ACTIVE), JG_OK);
    s = finish(&m);
    assert_quiet(r);
    assert_int_equal(s->api_count, 4);
    assert_string_equal(served_by(s, "", "/a/"), "on");
    assert_string_equal(served_by(s, "", "/off/"), "");
    assert_string_equal(served_by(s, "", "/inner/"), "");
    jg_snapshot_free(s);
    free_reading(r);
}

static void
a_taken_listen_path_gets_the_id_appended(void **state)
{
    static const struct want want = {
        JG_WARNING,
        JG_E_CONF_DUPLICATE,
        "proxy.listen_path",
        2,
        1,
        "API \"a\" has this listen path: this one is served at /x/-b"};
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "{'enable_custom_domains':true}");
    struct jg_snapshot *s;

    (void)state;
    assert_err(add_api(&m, "a", "/x/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "b", "/x/", 1, ACTIVE), JG_OK);
    assert_finding(r, &want);
    assert_int_equal(r->diags.kept, 1);
    assert_err(add_api(&m, "c", "/x/-d", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "d", "/x/", 1, ACTIVE), JG_OK);
    assert_true(contains(r->diags.last->message, "served at /x/-d_"));
    /* On another host it is free, and taken there only once. */
    assert_err(add_api(&m, "e", "/x/", 1, ACTIVE ",'domain':'h.example'"),
               JG_OK);
    assert_int_equal(r->diags.kept, 2);
    assert_err(add_api(&m, "f", "/x/", 1, ACTIVE ",'domain':'H.example'"),
               JG_OK);
    assert_int_equal(r->diags.kept, 3);
    s = finish(&m);
    assert_string_equal(served_by(s, "", "/x/1"), "a");
    assert_string_equal(served_by(s, "", "/x/-b/1"), "b");
    assert_string_equal(served_by(s, "", "/x/-d"), "c");
    assert_string_equal(served_by(s, "", "/x/-d_"), "d");
    assert_string_equal(served_by(s, "h.example", "/x/1"), "e");
    assert_string_equal(served_by(s, "h.example", "/x/-f"), "f");
    assert_str(jg_snapshot_api(s, JG_STR("b"))->listen_path, "/x/");
    jg_snapshot_free(s);
    free_reading(r);
}

static void
a_listen_path_wins_over_the_alias_of_another_api(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "");
    struct jg_snapshot *s;

    (void)state;
    assert_err(add_api(&m, "a", "/b/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "b", "/x/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "own", "/own/", 1, ACTIVE), JG_OK);
    s = finish(&m);
    assert_quiet(r);
    assert_string_equal(served_by(s, "", "/b/"), "a");
    assert_string_equal(served_by(s, "", "/own/"), "own"); /* stripped */
    jg_snapshot_free(s);
    free_reading(r);
}

static void
a_domain_is_the_only_host_of_its_api(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "{'enable_custom_domains':true}");
    struct jg_snapshot *s;

    (void)state;
    assert_err(add_api(&m, "a", "/x/", 1, ACTIVE ",'domain':'h.example'"),
               JG_OK);
    s = finish(&m);
    assert_quiet(r);
    assert_string_equal(served_by(s, "H.EXAMPLE:80", "/x/"), "a");
    assert_string_equal(served_by(s, "h.example", "/a/"), "a*");
    assert_string_equal(served_by(s, "other", "/x/"), "");
    assert_string_equal(served_by(s, "other", "/a/"), "");
    jg_snapshot_free(s);
    free_reading(r);
}

static void
strict_routes_end_at_a_slash(void **state)
{
    static const struct {
        const char *conf, *path, *want;
    } rows[] = {
        {"", "/xy", "a"},
        {"{'http_server_options':{'enable_strict_routes':true}}", "/xy", ""},
        {"{'http_server_options':{'enable_strict_routes':true}}", "/x/y", "a"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct making m = begin(r, NULL, rows[i].conf);
        struct jg_snapshot *s;

        assert_err(add_api(&m, "a", "/x", 1, ACTIVE), JG_OK);
        s = finish(&m);
        assert_string_equal(served_by(s, "", rows[i].path), rows[i].want);
        jg_snapshot_free(s);
    }
    free_reading(r);
}

static void
a_faulty_document_is_left_out_and_the_others_go_on(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "");
    struct jg_document broken = {.id = JG_STR("z"), .text = JG_STR("{")};
    struct jg_document wrong = {.id = JG_STR("z")};
    struct jg_snapshot *s;

    (void)state;
    assert_err(jg_snapshot_add_api(m.b, &broken, &r->diags), JG_E_CONF_JSON);
    assert_err(jg_snapshot_add_policy(m.b, &broken, &r->diags), JG_E_CONF_JSON);
    assert_err(jg_snapshot_add_policy(m.b, &broken, NULL), JG_E_CONF_JSON);
    assert_err(add_api(&m, "a", "/{x}/", 1, ACTIVE), JG_E_CONF_VALUE);
    wrong.text = set_text(r, "{" OPEN_API "}");
    assert_err(jg_snapshot_add_api(m.b, &wrong, &r->diags), JG_E_CONF_VALUE);
    assert_finding(r, &((struct want){JG_FAULT, JG_E_CONF_VALUE, "api_id", 1,
                                      11, "the record of \"z\""}));
    assert_err(add_api(&m, "a", "/x/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "a", "/y/", 2, ACTIVE), JG_E_CONF_DUPLICATE);
    assert_finding(r, &((struct want){JG_FAULT, JG_E_CONF_DUPLICATE, "api_id",
                                      1, 11, "another definition"}));
    assert_err(add_policy(&m, "p", "o", 1), JG_OK);
    assert_err(add_policy(&m, "p", "o", 2), JG_E_CONF_DUPLICATE);
    assert_finding(r, &((struct want){JG_FAULT, JG_E_CONF_DUPLICATE, "id", 1, 1,
                                      "another policy"}));
    s = finish(&m);
    assert_int_equal(s->api_count, 1);
    assert_int_equal(s->policy_count, 1);
    assert_string_equal(served_by(s, "", "/x/"), "a");
    assert_string_equal(served_by(s, "", "/y/"), "");
    jg_snapshot_free(s);
    free_reading(r);
}

static void
there_is_room_for_what_was_announced_and_no_more(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "");
    struct jg_snapshot *s;
    char id[8];

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof(id), "a%d", i);
        assert_err(add_api(&m, id, "/same/", 1, ACTIVE), JG_OK);
        assert_err(add_policy(&m, id, "", 1), JG_OK);
    }
    assert_err(add_api(&m, "b", "/b/", 1, ACTIVE), JG_E_NOMEM);
    assert_err(add_policy(&m, "b", "", 1), JG_E_NOMEM);
    s = finish(&m);
    assert_int_equal(s->api_count, 20);
    jg_snapshot_free(s);
    free_reading(r);
}

static void
a_builder_may_be_given_up(void **state)
{
    struct reading *r = new_reading();
    struct making m = begin(r, NULL, "");
    struct jg_snapshot_builder *b = NULL;
    struct jg_snapshot *s;

    (void)state;
    assert_err(add_api(&m, "a", "/x/", 1, ACTIVE), JG_OK);
    s = finish(&m);
    m = begin(r, s, "");
    assert_err(add_api(&m, "a", "/x/", 1, ACTIVE), JG_OK);
    assert_err(add_api(&m, "b", "/y/", 1, ACTIVE), JG_OK);
    assert_int_equal(s->apis[0]->references, 2);
    jg_snapshot_abandon(m.b);
    assert_int_equal(s->apis[0]->references, 1);
    jg_snapshot_free(s);
    assert_err(jg_snapshot_begin(NULL, 1, JG_STR("[]"), 1, 1, &b),
               JG_E_CONF_TYPE);
    assert_err(jg_snapshot_begin(NULL, 1, JG_STR("x"), 1, 1, &b),
               JG_E_CONF_JSON);
    assert_null(b);
    free_reading(r);
}

#define MANY 10000

/* Of one API with its routes, and of the same with a secret of its own, which
 * takes 0.8 KiB for three algorithms. */
#define API_BYTES_MAX 2112
#define API_AND_KEY_BYTES_MAX 3072

/* What somebody really writes, with a secret of its own. */
static struct jg_str
typical_api(struct reading *r, int i)
{
    char secret[40];

    snprintf(secret, sizeof(secret), "a secret of API number %09d", i);
    return set_text(
        r,
        "{'name':'Service %d','slug':'service-%d','api_id':"
        "'0f3a5c7e9b1d4f6a8c0e2b4d%08x','org_id':'default','active':true,"
        "'enable_jwt':true,'jwt_signing_method':'hmac','jwt_source':'%s',"
        "'jwt_identity_base_field':'sub','jwt_policy_field_name':'pol',"
        "'jwt_default_policies':['default-policy'],'auth_configs':{'jwt':{"
        "'auth_header_name':'Authorization'}},'enable_context_vars':true,"
        "'version_data':{'not_versioned':true,'versions':{'Default':{'name':"
        "'Default','global_headers':{'X-User':'$tyk_context.jwt_claims_sub'},"
        "'global_headers_remove':[]}}},'proxy':{'listen_path':"
        "'/service-%d/','target_url':'http://service-%d.internal:8000/',"
        "'strip_listen_path':true}}",
        i, i, (unsigned)i, base64(jg_str(secret)), i, i);
}

static struct jg_snapshot *
build_many(struct reading *r, const struct jg_snapshot *previous, int changed)
{
    struct jg_snapshot_builder *b;
    struct jg_snapshot *s;

    assert_err(jg_snapshot_begin(previous, 1, JG_STR(""), MANY, 10, &b), JG_OK);
    for (int i = 0; i < MANY; i++) {
        char id[40];
        struct jg_document document = {.version = i == changed ? 2 : 1};

        snprintf(id, sizeof(id), "0f3a5c7e9b1d4f6a8c0e2b4d%08x", (unsigned)i);
        document.id = jg_str(id);
        if (previous == NULL || i == changed)
            document.text = typical_api(r, i);
        assert_err(jg_snapshot_add_api(b, &document, &r->diags), JG_OK);
    }
    assert_err(jg_snapshot_finish(b, &s), JG_OK);
    assert_quiet(r);
    return s;
}

static double
milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* What the key of such an API takes, in the middle of a few. */
static size_t
key_bytes(void)
{
    struct jg_jwks *keys[100];
    size_t before = 0;
    bool known;
    jg_algs algs = jg_alg_method(JG_STR("hmac"), &known);

    for (size_t i = 0; i < LEN(keys); i++) {
        if (i == LEN(keys) / 2) /* OpenSSL and malloc have settled */
            before = mallinfo2().uordblks;
        assert_err(
            jg_jwks_from_source(JG_STR("a secret of API number 123456789"),
                                algs, &keys[i], NULL),
            JG_OK);
    }
    before = mallinfo2().uordblks - before;
    for (size_t i = 0; i < LEN(keys); i++)
        jg_jwks_free(keys[i]);
    return before / (LEN(keys) / 2);
}

static void
many_apis_take_little_memory(void **state)
{
    struct reading *r = new_reading();
    size_t key = key_bytes(), before = mallinfo2().uordblks, bytes;
    double start = milliseconds(), built, rebuilt;
    struct jg_snapshot *s = build_many(r, NULL, -1), *next;

    (void)state;
    built = milliseconds();
    bytes = (mallinfo2().uordblks - before) / MANY;
    next = build_many(r, s, 4711);
    rebuilt = milliseconds();
    print_message("# %d APIs: %zu bytes each, %zu of them its key; built in "
                  "%.0f ms, one change in %.1f ms\n",
                  MANY, bytes, key, built - start, rebuilt - built);
    assert_true(bytes <= key + API_BYTES_MAX); /* 0 under sanitizers */
    assert_true(bytes <= API_AND_KEY_BYTES_MAX);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(next->apis[i] == s->apis[i], i != 4711);
    assert_string_equal(served_by(next, "", "/service-4711/x"),
                        "0f3a5c7e9b1d4f6a8c0e2b4d00001267");
    jg_snapshot_free(s);
    jg_snapshot_free(next);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_found_in_it),
        cmocka_unit_test(a_claim_cannot_be_longer_than_an_id),
        cmocka_unit_test(what_did_not_change_is_shared),
        cmocka_unit_test(inactive_and_internal_apis_are_kept_but_not_routed),
        cmocka_unit_test(a_taken_listen_path_gets_the_id_appended),
        cmocka_unit_test(a_listen_path_wins_over_the_alias_of_another_api),
        cmocka_unit_test(a_domain_is_the_only_host_of_its_api),
        cmocka_unit_test(strict_routes_end_at_a_slash),
        cmocka_unit_test(a_faulty_document_is_left_out_and_the_others_go_on),
        cmocka_unit_test(there_is_room_for_what_was_announced_and_no_more),
        cmocka_unit_test(a_builder_may_be_given_up),
        cmocka_unit_test(many_apis_take_little_memory),
    };

    return cmocka_run_group_tests_name("model/snapshot", tests, NULL, NULL);
}
