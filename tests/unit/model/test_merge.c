/* merge.c, merge_lists.c: part by part, for one API and for all of them. */
#include "session_check.h"

#define RATE(rate, per) ",'rate':" #rate ",'per':" #per
#define QUOTA(max, renewal) \
    ",'quota_max':" #max ",'quota_renewal_rate':" #renewal
#define PARTS(parts) ",'partitions':{" parts "}"
#define LIMIT(limit) "{'limit':{" limit "}}"

static const struct merge_row {
    const char *what;
    const char *policies; /* a list */
    const char *stored;   /* a session, or NULL */
    enum jg_err err;
    const char *access; /* of API x */
    const char *limit;  /* the one that counts; NULL: the one of access */
} merges[] = {
    {"one policy gives all of its parts",
     "[" P("p", RATE(5, 10) QUOTA(
                    7, 60) ",'throttle_interval':0.5,"
                           "'throttle_retry_limit':3,'max_query_depth':4") "]",
     NULL, JG_OK, "r5/10 q7/60 t0.5/3 d4", NULL},
    {"the limits of an API count in per_api policies only",
     "[{'id':'p','rate':5,'per':10,'access_rights':{'x':" LIMIT(
         "'rate':1,'per':1") "}}]",
     NULL, JG_OK, "r5/10 q0/0 t0/0 d0", NULL},
    {"policies without any limit give none", "[" P("p", "") "]", NULL, JG_OK,
     "r0/0 q0/0 t0/0 d0", NULL},

    /* The greater number wins, whatever the order. */
    {"the faster rate of two",
     "[" P("p", RATE(5, 10)) "," P("q", RATE(2, 1)) "]", NULL, JG_OK,
     "r2/1 q0/0 t0/0 d0", NULL},
    {"the faster rate comes first",
     "[" P("q", RATE(2, 1)) "," P("p", RATE(5, 10)) "]", NULL, JG_OK,
     "r2/1 q0/0 t0/0 d0", NULL},
    {"equally fast: the first stays",
     "[" P("p", RATE(5, 10)) "," P("q", RATE(10, 20)) "]", NULL, JG_OK,
     "r5/10 q0/0 t0/0 d0", NULL},
    {"no rate is passed over",
     "[" P("p", RATE(5, 10)) "," P("q", RATE(0, 10)) "," P("r", RATE(9, 0)) "]",
     NULL, JG_OK, "r5/10 q0/0 t0/0 d0", NULL},
    {"a negative rate is none at all",
     "[" P("p", RATE(5, 10)) "," P("q", RATE(-1, 1)) "," P("r",
                                                           RATE(99, 1)) "]",
     NULL, JG_OK, "r-1/1 q0/0 t0/0 d0", NULL},
    {"the larger quota and the longer renewal",
     "[" P("p", QUOTA(7, 60)) "," P("q", QUOTA(5, 600)) "]", NULL, JG_OK,
     "r0/0 q7/600 t0/0 d0", NULL},
    {"-1 is the largest quota",
     "[" P("p", QUOTA(-1, 0)) "," P("q", QUOTA(5, 60)) "]", NULL, JG_OK,
     "r0/0 q-1/60 t0/0 d0", NULL},
    {"other negative quotas are small", "[" P("p", QUOTA(-2, 0)) "]", NULL,
     JG_OK, "r0/0 q0/0 t0/0 d0", NULL},
    {"throttles and depth are raised, too",
     "[" P("p", ",'throttle_interval':2,'throttle_retry_limit':1,"
                "'max_query_depth':-1") "," P("q", ",'throttle_interval':1,'"
                                                   "throttle_retry_limit':5,"
                                                   "'max_query_depth':9") "]",
     NULL, JG_OK, "r0/0 q0/0 t2/5 d-1", NULL},

    /* Lists are united in order of appearance. */
    {"versions",
     "[{'id':'p','access_rights':{'x':{'versions':['a','b']}}},"
     "{'id':'q','access_rights':{'x':{'versions':['c','a']}}}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0 va,b,c", NULL},
    {"URLs by their text, with the methods of both",
     "[{'id':'p','access_rights':{'x':{'allowed_urls':["
     "{'url':'/a','methods':['GET']},{'url':'/b','methods':['GET']}]}}},"
     "{'id':'q','access_rights':{'x':{'allowed_urls':["
     "{'url':'/c','methods':['GET']},{'url':'/a','methods':['PUT','GET']}"
     "]}}}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0 u/a:GET,PUT u/b:GET u/c:GET", NULL},
    {"a policy without URLs adds none",
     "[{'id':'p','access_rights':{'x':{'allowed_urls':["
     "{'url':'/a','methods':['GET']}]}}}," P("q", "") "]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0 u/a:GET", NULL},
#define ENDPOINT(path, method, rate, per)            \
    "{'path':'" path "','methods':[{'name':'" method \
    "','limit':{'rate':" #rate ",'per':" #per "}}]}"
#define ENDPOINTS(id, list) \
    "{'id':'" id "','access_rights':{'x':{'endpoints':[" list "]}}}"
    {"endpoints by path and method, with the faster limit",
     "[" ENDPOINTS(
         "p",
         ENDPOINT("/a", "GET", 1, 1) "," ENDPOINT("/b", "GET", 5, 1) "," ENDPOINT(
             "/c", "GET", 0,
             0)) "," ENDPOINTS("q",
                               ENDPOINT("/a", "GET", 2, 1) "," ENDPOINT(
                                   "/a", "PUT", 3,
                                   1) "," ENDPOINT("/b", "GET", 4,
                                                   1) "," ENDPOINT("/c", "GET",
                                                                   100, 1)) "]",
     NULL, JG_OK,
     "r0/0 q0/0 t0/0 d0 eGET/a:2/1 eGET/b:5/1 eGET/c:0/0 ePUT/a:3/1", NULL},
    {"of two equally fast endpoints the one with more room",
     "[" ENDPOINTS("p", ENDPOINT("/a", "GET", 5, 30)) "," ENDPOINTS(
         "q", ENDPOINT("/a", "GET", 10, 60)) "," ENDPOINTS("r",
                                                           ENDPOINT("/a", "GET",
                                                                    5, 30)) "]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0 eGET/a:10/60", NULL},

    /* Partitions. */
    {"parts of several policies come together",
     "[" P("p", RATE(5, 10) QUOTA(1, 1) PARTS("'acl':true")) "," P(
         "q",
         QUOTA(7, 60) RATE(1, 1) PARTS(
             "'quota':true")) "," P("r",
                                    RATE(9, 1) QUOTA(9, 9)
                                        PARTS(
                                            "'rate_limit':true")) "," P("s",
                                                                        ",'max_"
                                                                        "query_"
                                                                        "depth'"
                                                                        ":"
                                                                        "3" PARTS(
                                                                            "'c"
                                                                            "om"
                                                                            "pl"
                                                                            "ex"
                                                                            "it"
                                                                            "y'"
                                                                            ":t"
                                                                            "ru"
                                                                            "e")) "]",
     NULL, JG_OK, "r9/1 q7/60 t0/0 d3", NULL},
    {"endpoints belong to the rate",
     "[{'id':'p','access_rights':{'x':{'endpoints':[" ENDPOINT(
         "/a", "GET", 1, 1) "]}}" PARTS("'acl':true") "}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0", NULL},
    {"rights without acl are dropped",
     "[{'id':'p','access_rights':{'y':{}}" PARTS("'acl':true") "}," P(
         "q", QUOTA(7, 60) PARTS("'quota':true")) "]",
     NULL, JG_OK, "-", "r0/0 q7/60 t0/0 d0"},
    {"what is missing comes from the session itself",
     "[" P("p",
           PARTS("'acl':true")) ","
                                "{'id':'q','access_rights':{'y':{}}" RATE(5, 10)
                                    QUOTA(7, 60) PARTS(
                                        "'quota':true,'rate_limit':true") "}]",
     NULL, JG_OK, "r5/10 q7/60 t0/0 d0", NULL},
    {"what no policy says the stored session says",
     "[" P("p", QUOTA(7, 60) PARTS("'acl':true,'quota':true")) "]",
     "{'rate':3,'per':4,'quota_max':99,'quota_renewal_rate':99,"
     "'throttle_interval':1,'throttle_retry_limit':2,'max_query_depth':5}",
     JG_OK, "r3/4 q7/60 t1/2 d5", NULL},
    {"a whole policy replaces all of the stored session", "[" P("p", "") "]",
     "{'rate':3,'per':4,'quota_max':99,'throttle_interval':1,"
     "'throttle_retry_limit':2,'max_query_depth':5,"
     "'access_rights':{'x':{'versions':['old']}}}",
     JG_OK, "r0/0 q0/0 t0/0 d0", NULL},
    {"no policy grants anything", "[" P("p", PARTS("'quota':true")) "]",
     "{'access_rights':{'x':{}}}", JG_E_POLICY_EMPTY, NULL, NULL},

    /* Policies without access_rights. */
    {"a master policy alone grants nothing", "[{'id':'p'" RATE(1, 1) "}]", NULL,
     JG_E_POLICY_EMPTY, NULL, NULL},
    {"a master policy replaces the limits of the session",
     "[{'id':'q','access_rights':{'y':{}}" RATE(99, 1) "}," P(
         "p", PARTS("'acl':true")) ",{'id':'m'" RATE(2, 1) QUOTA(3, 4) "}]",
     NULL, JG_OK, "r2/1 q3/4 t0/0 d0 s:p", NULL},
    {"a later policy raises only what it raises in an API",
     "[{'id':'q','access_rights':{'y':{}}" QUOTA(
         100, 1) "},"
                 "{'id':'m'" QUOTA(10, 1) "},{'id':'r','access_rights':{'y':{}"
                                          "}" QUOTA(50, 1) "}," P(
                                              "p", PARTS("'acl':true")) "]",
     NULL, JG_OK, "r0/0 q10/1 t0/0 d0 s:p", NULL},

    /* The limit that counts is the session's where the API has none. */
    {"an API without limits under a session with some",
     "[" P("p", "") ",{'id':'q','access_rights':{'y':{}}" RATE(5, 10) "}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0 s:p", "r5/10 q0/0 t0/0 d0"},

    /* Whose counters count (allowance_scope). */
    {"one policy for two APIs", "[{'id':'p','access_rights':{'x':{},'y':{}}}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0", NULL},
    {"two policies for one API", "[" P("p", "") "," P("q", "") "]", NULL, JG_OK,
     "r0/0 q0/0 t0/0 d0", NULL},
    {"two policies for two APIs",
     "[" P("p", RATE(1, 1)) ",{'id':'q','access_rights':{'y':{}}}]", NULL,
     JG_OK, "r1/1 q0/0 t0/0 d0 s:p", NULL},
    {"two policies for two APIs, the other way round",
     "[{'id':'q','access_rights':{'y':{}}}," P("p", RATE(1, 1)) "]", NULL,
     JG_OK, "r1/1 q0/0 t0/0 d0 s:p", NULL},
    {"the last policy has all APIs of the others",
     "[" P("p", "") ",{'id':'q','access_rights':{'y':{},'x':{},'a':{}}}]", NULL,
     JG_OK, "r0/0 q0/0 t0/0 d0", NULL},
    {"the last policy that grants is not the last one",
     "[" P("p",
           "") ",{'id':'q','access_rights':{'y':{}}" PARTS("'quota':true") "}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0", NULL},

    /* per_api. */
    {"per_api: the API's own limit",
     "[{'id':'p','partitions':{'per_api':true},'rate':9,'per':9,"
     "'access_rights':{'x':" LIMIT("'rate':1,'per':2,'quota_max':3") "}}]",
     NULL, JG_OK, "r1/2 q3/0 t0/0 d0 s:x", NULL},
    {"per_api: the policy's limit, where the API has none",
     "[" P("p", RATE(5, 10) QUOTA(7, 60) PARTS("'per_api':true")) "]", NULL,
     JG_OK, "r5/10 q7/60 t0/0 d0 s:p", NULL},
#define PER_API(id, limit) \
    "{'id':'" id           \
    "','partitions':{'per_api':true},'access_rights':{'x':" LIMIT(limit) "}}"
    {"per_api: the better of two, under the name of whom it came from",
     "[" P("p", RATE(5, 1) PARTS("'per_api':true")) "," PER_API(
         "q", "'rate':2,'per':1,'quota_max':9,'quota_renewal_rate':8") "]",
     NULL, JG_OK, "r5/1 q9/8 t0/0 d0 s:p", NULL},
    {"per_api: the later one when it is better in all",
     "[" P("p", RATE(1, 1) PARTS("'per_api':true")) "," PER_API(
         "q", "'rate':2,'per':1,'quota_max':9,'quota_renewal_rate':8") "]",
     NULL, JG_OK, "r2/1 q9/8 t0/0 d0 s:x", NULL},
    {"per_api: without quota nothing is renewed",
     "[" PER_API("p", "'rate':1,'per':1,'quota_max':-1") "," PER_API(
         "q", "'rate':1,'per':1,'quota_max':5,'quota_renewal_rate':60") "]",
     NULL, JG_OK, "r1/1 q-1/0 t0/0 d0 s:x", NULL},
    {"per_api: the later rights replace the earlier ones",
     "[{'id':'p','partitions':{'per_api':true},'access_rights':{'x':{"
     "'versions':['a'],'allowed_urls':[{'url':'/a'}]}}},"
     "{'id':'q','partitions':{'per_api':true},'access_rights':{'x':{"
     "'versions':['b']}}}]",
     NULL, JG_OK, "r0/0 q0/0 t0/0 d0 s:q vb", NULL},
    {"per_api beside a whole policy",
     "[" P("p", RATE(5, 1) PARTS("'per_api':true")) "," P("q", RATE(9, 1)) "]",
     NULL, JG_OK, "r9/1 q0/0 t0/0 d0 s:p", NULL},
    {"a whole policy for another API beside per_api",
     "[{'id':'q','access_rights':{'y':{}}}," P(
         "p", RATE(5, 1) PARTS("'per_api':true")) "]",
     NULL, JG_OK, "r5/1 q0/0 t0/0 d0 s:p", NULL},
    {"per_api after partitions",
     "[" P("p", PARTS("'acl':true")) "," P("q", PARTS("'per_api':true")) "]",
     NULL, JG_E_POLICY_MIXED, NULL, NULL},
    {"partitions after per_api",
     "[" P("p", PARTS("'per_api':true")) "," P("q", PARTS("'quota':true")) "]",
     NULL, JG_E_POLICY_MIXED, NULL, NULL},
    {"one with both",
     "[" P("p", "") "," P("q", PARTS("'per_api':true,'quota':true")) "]", NULL,
     JG_E_POLICY_PARTITIONS, NULL, NULL},
    {"another organisation", "[" P("p", "") "," P("q", ",'org_id':'else'") "]",
     NULL, JG_E_POLICY_ORG, NULL, NULL},

    /* Stored sessions without policies. */
    {"a key with rights", "[]",
     "{'rate':3,'per':4,'access_rights':{'x':{'versions':['a']}}}", JG_OK,
     "r0/0 q0/0 t0/0 d0 va", "r3/4 q0/0 t0/0 d0"},
    {"a key with limits for the API", "[]",
     "{'rate':3,'per':4,'access_rights':{'x':" LIMIT("'rate':1,'per':1") "}}",
     JG_OK, "r1/1 q0/0 t0/0 d0 s:x", NULL},
    {"a key with rights on another API", "[]",
     "{'rate':3,'per':4,'access_rights':{'y':{}}}", JG_OK, "-",
     "r3/4 q0/0 t0/0 d0"},
    {"a key that Tyk gave a scope", "[]",
     "{'rate':3,'per':4,'access_rights':{'x':{'allowance_scope':'z'}}}", JG_OK,
     "r0/0 q0/0 t0/0 d0 s:z", "r3/4 q0/0 t0/0 d0"},
    {"a master key", "[]", "{'rate':3,'per':4}", JG_OK, "-",
     "r3/4 q0/0 t0/0 d0"},
};

/* The same out of all APIs at once. */
static void
check_all(struct caller *c, const struct merge_row *row, struct jg_buf *b)
{
    struct jg_session_all all;
    const struct jg_access *access;

    assert_err(jg_session_apply_all(&c->session, JG_STR("o"), &c->arena, &all),
               row->err);
    if (row->err != JG_OK)
        return;
    access = jg_access_find(&all.access_rights, JG_STR("x"));
    jg_buf_reset(b);
    print_access(b, access);
    assert_str(jg_buf_str(b), row->access);
    assert_int_equal(all.is_inactive, c->session.is_inactive);
}

static void
policies_are_merged_part_by_part(void **state)
{
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 10000);
    for (size_t i = 0; i < LEN(merges); i++) {
        const struct merge_row *row = &merges[i];
        struct caller *c = new_caller(row->policies, row->stored);
        enum jg_err err = jg_session_apply(&c->session, &c->api, &c->arena);

        if (err != row->err)
            print_message("# %s\n", row->what);
        assert_err(err, row->err);
        check_all(c, row, &b);
        if (err == JG_OK) {
            jg_buf_reset(&b);
            print_access(&b, c->session.access);
            if (!jg_str_eq(jg_buf_str(&b), jg_str(row->access)))
                print_message("# %s\n", row->what);
            assert_str(jg_buf_str(&b), row->access);
            jg_buf_reset(&b);
            print_limit(&b, &c->session.limit);
            assert_true(jg_str_starts(
                jg_str(row->limit != NULL ? row->limit : row->access),
                jg_buf_str(&b)));
        }
        free_caller(c);
    }
    jg_buf_free(&b);
}

#define LONG 60 /* entries: more than are looked through one by one */

/* A policy with LONG versions, URLs and endpoints from number <from> on. */
static void
add_long_policy(struct jg_buf *b, const char *id, int from)
{
    jg_buf_addf(b, "{'id':'%s','access_rights':{'x':{'versions':['v'", id);
    for (int i = from; i < from + LONG; i++)
        jg_buf_addf(b, ",'v%d'", i);
    jg_buf_addf(b, "],'allowed_urls':[{'url':''}");
    for (int i = from; i < from + LONG; i++)
        jg_buf_addf(b, ",{'url':'/%d','methods':['%s']}", i, id);
    jg_buf_addf(b, "],'endpoints':[{'path':'','methods':[{'name':''}]}");
    for (int i = from; i < from + LONG; i++)
        jg_buf_addf(b,
                    ",{'path':'/%d','methods':[{'name':'GET','limit':{"
                    "'rate':%d,'per':1}}]}",
                    i, from + 1);
    jg_buf_addf(b, "]}}}");
}

static struct caller *
new_long_caller(void)
{
    struct caller *c;
    struct jg_buf b;

    jg_buf_init(&b, 1024 * 1024);
    jg_buf_addc(&b, '[');
    add_long_policy(&b, "p", 0);
    jg_buf_addc(&b, ',');
    add_long_policy(&b, "q", LONG / 2);
    jg_buf_addc(&b, ']');
    jg_buf_addc(&b, '\0');
    c = new_caller(b.p, NULL);
    jg_buf_free(&b);
    return c;
}

static void
long_lists_are_united_like_short_ones(void **state)
{
    struct caller *c = new_long_caller();
    const struct jg_access *access;
    const struct jg_endpoint_limit *limit;
    const struct jg_url_right *url;
    char text[16];

    (void)state;
    assert_err(jg_session_apply(&c->session, &c->api, &c->arena), JG_OK);
    access = c->session.access;
    url = access->allowed_urls.items;
    limit = access->endpoints.items;
    assert_int_equal(access->versions.count, 1 + LONG * 3 / 2);
    assert_int_equal(access->allowed_urls.count, 1 + LONG * 3 / 2);
    assert_int_equal(access->endpoints.count, 1 + LONG * 3 / 2);
    for (int i = 0; i < LONG * 3 / 2; i++) {
        bool shared = i >= LONG / 2 && i < LONG;

        snprintf(text, sizeof(text), "v%d", i);
        assert_str(access->versions.items[1 + i], text);
        text[0] = '/';
        assert_str(url[1 + i].url, text);
        assert_int_equal(url[1 + i].methods.count, shared ? 2 : 1);
        assert_str(limit[1 + i].path, text);
        assert_true(limit[1 + i].rate == (i < LONG / 2 ? 1 : LONG / 2 + 1));
    }
    free_caller(c);
}

/* However little memory there is: no answer, or the right one. */
static void
memory_may_run_out_anywhere(void **state)
{
    static const char *const rows[] = {
        "[{'id':'p','rate':1,'per':1,'access_rights':{'x':{}}},"
        "{'id':'q','access_rights':{'x':{},'y':{}}}]",
        "[{'id':'p','access_rights':{'x':{}}},{'id':'m','rate':1,'per':1}]",
        NULL, /* the long one */
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct caller *c =
            rows[i] != NULL ? new_caller(rows[i], NULL) : new_long_caller();
        enum jg_err err = JG_E_NOMEM, all_err = JG_E_NOMEM;

        for (size_t max = 1; err != JG_OK || all_err != JG_OK;
             max += max / 8 + 1) {
            struct jg_session_all all;
            struct jg_arena a;

            jg_arena_init(&a, 64, max);
            err = jg_session_apply(&c->session, &c->api, &a);
            jg_arena_free(&a);
            jg_arena_init(&a, 64, max);
            all_err = jg_session_apply_all(&c->session, JG_STR("o"), &a, &all);
            jg_arena_free(&a);
            assert_true(err == JG_OK || err == JG_E_NOMEM);
            assert_true(all_err == JG_OK || all_err == JG_E_NOMEM);
            assert_in_range(max, 1, 1024 * 1024);
        }
        free_caller(c);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_are_merged_part_by_part),
        cmocka_unit_test(long_lists_are_united_like_short_ones),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };

    return cmocka_run_group_tests_name("model/merge", tests, NULL, NULL);
}
