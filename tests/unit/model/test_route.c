/* route.c: the longest listen path, found like by looking at all of them. */
#include "model_check.h"

#define ARENA_MAX (64 * 1024 * 1024)

static const struct jg_routes *
build(struct jg_arena *a, const struct jg_route *routes, size_t count,
      bool strict)
{
    const struct jg_routes *out = NULL;

    assert_err(jg_routes_build(routes, count, strict, a, &out), JG_OK);
    return out;
}

static struct jg_route
route(const char *host, const char *path)
{
    return (struct jg_route){.host = jg_str(host), .path = jg_str(path)};
}

static void
the_longest_listen_path_wins(void **state)
{
    struct jg_route routes[] = {
        route("", "/"),          route("", "/sample"), route("", "/sample/"),
        route("", "/sample/v2"), route("", "/other/"), route("", "/o"),
        route("", "/same/"),     route("", "/same/"),
    };
    static const struct {
        const char *path;
        int loose, strict; /* index of the route */
    } rows[] = {
        {"/", 0, 0},           {"/x", 0, 0},
        {"/sample", 1, 1},     {"/samplefoo", 1, 0},
        {"/sampl", 0, 0},      {"/sample/", 2, 2},
        {"/sample/x", 2, 2},   {"/sample/v2", 3, 3},
        {"/sample/v2/", 3, 3}, {"/sample/v22", 3, 2},
        {"/other", 5, 0},      {"/other/", 4, 4},
        {"/other/x/y", 4, 4},  {"/o/x", 5, 5},
        {"/same/x", 6, 6}, /* the first of equals */
    };

    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        struct jg_arena a;
        const struct jg_routes *tree;

        jg_arena_init(&a, 4096, ARENA_MAX);
        tree = build(&a, routes, LEN(routes), strict);
        for (size_t i = 0; i < LEN(rows); i++)
            assert_ptr_equal(
                jg_routes_find(tree, JG_STR("h"), jg_str(rows[i].path)),
                &routes[strict ? rows[i].strict : rows[i].loose]);
        jg_arena_free(&a);
    }
}

static void
nothing_is_found_where_nothing_listens(void **state)
{
    struct jg_route routes[] = {route("", "/a/"), route("h", "/b/")};
    struct jg_arena a;
    const struct jg_routes *tree, *empty;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX);
    empty = build(&a, NULL, 0, false);
    assert_null(jg_routes_find(empty, JG_STR("h"), JG_STR("/")));
    tree = build(&a, routes, 2, false);
    assert_null(jg_routes_find(tree, JG_STR("x"), JG_STR("/")));
    assert_null(jg_routes_find(tree, JG_STR("x"), JG_STR("/a")));
    assert_null(jg_routes_find(tree, JG_STR("x"), JG_STR("/b/")));
    assert_null(jg_routes_find(tree, JG_STR("x"), JG_STR("")));
    assert_null(jg_routes_find(tree, JG_STR("h"), JG_STR("/c")));
    tree = build(&a, routes + 1, 1, false); /* only with a host */
    assert_null(jg_routes_find(tree, JG_STR(""), JG_STR("/b/")));
    jg_arena_free(&a);
}

static void
hosts_are_matched_without_case_port_and_last_dot(void **state)
{
    struct jg_route routes[] = {
        route("", "/"),
        route("api.example.com", "/"),
        route("api.example.com", "/v2/"),
        route("2001:db8::1", "/"),
        route("", "/any/long/path/"),
    };
    static char long_host[400];
    const struct {
        const char *host, *path;
        int want;
    } rows[] = {
        {"api.example.com", "/", 1},
        {"API.Example.COM", "/x", 1},
        {"api.example.com:8080", "/v2/", 2},
        {"api.example.com.", "/v2/x", 2},
        {"api.example.com.:80", "/v2/x", 2},
        {"[2001:DB8::1]:80", "/", 3},
        {"[2001:db8::1]", "/", 3},
        {"api.example.com", "/any/long/path/", 1}, /* the host comes first */
        {"other", "/any/long/path/x", 4},
        {"other", "/x", 0},
        {"xapi.example.com", "/x", 0},
        {"api.example.co", "/x", 0},
        {"", "/x", 0},
        {".", "/x", 0},
        {":80", "/x", 0},
        {"[", "/x", 0},
        {"[]", "/x", 0},
        {long_host, "/x", 0},
    };
    struct jg_arena a;
    const struct jg_routes *tree;

    (void)state;
    memset(long_host, 'a', sizeof(long_host) - 1);
    jg_arena_init(&a, 4096, ARENA_MAX);
    tree = build(&a, routes, LEN(routes), false);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_ptr_equal(
            jg_routes_find(tree, jg_str(rows[i].host), jg_str(rows[i].path)),
            &routes[rows[i].want]);
    jg_arena_free(&a);
}

static void
where_a_host_has_no_path_the_others_are_asked(void **state)
{
    struct jg_route routes[] = {route("h", "/only/"), route("", "/all/")};
    struct jg_arena a;
    const struct jg_routes *tree;

    (void)state;
    jg_arena_init(&a, 4096, ARENA_MAX);
    tree = build(&a, routes, 2, false);
    assert_ptr_equal(jg_routes_find(tree, JG_STR("h"), JG_STR("/all/x")),
                     &routes[1]);
    assert_ptr_equal(jg_routes_find(tree, JG_STR("h"), JG_STR("/only/x")),
                     &routes[0]);
    jg_arena_free(&a);
}

/* What the header promises, in the plainest way. */
static bool
serves(const struct jg_route *r, struct jg_str path, bool strict)
{
    return jg_str_starts(path, r->path) &&
           (!strict || path.len == r->path.len ||
            jg_str_ends(r->path, JG_STR("/")) || path.p[r->path.len] == '/');
}

static const struct jg_route *
find_plainly(const struct jg_route *routes, size_t count, struct jg_str host,
             struct jg_str path, bool strict)
{
    const struct jg_route *best = NULL;

    for (size_t i = 0; i < count; i++)
        if (jg_str_eq(routes[i].host, host) &&
            serves(&routes[i], path, strict) &&
            (best == NULL || routes[i].path.len > best->path.len))
            best = &routes[i];
    if (best == NULL && host.len > 0)
        return find_plainly(routes, count, JG_STR(""), path, strict);
    return best;
}

/* A small generator, so that every run looks at the same paths. */
static unsigned
next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

/* Few letters and many slashes, so that prefixes are shared. */
static struct jg_str
random_path(uint64_t *seed, char *out, size_t max)
{
    size_t len = 1 + next_random(seed) % max;

    out[0] = '/';
    for (size_t i = 1; i < len; i++)
        out[i] = "ab/\xc3"[next_random(seed) % 4];
    return (struct jg_str){out, len};
}

#define RANDOM_ROUTES 300
#define RANDOM_LOOKUPS 2000
#define RANDOM_ROUNDS 50

static void
random_lookups_agree_with_looking_at_every_route(void **state)
{
    static const char *const hosts[] = {"", "h", "g"};
    static char texts[RANDOM_ROUTES][16];
    static struct jg_route routes[RANDOM_ROUTES];
    uint64_t seed = 1;
    unsigned found = 0;

    (void)state;
    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        size_t count = 1 + next_random(&seed) % RANDOM_ROUTES;
        const struct jg_routes *trees[2];
        struct jg_arena a;

        jg_arena_init(&a, 64 * 1024, ARENA_MAX);
        for (size_t i = 0; i < count; i++)
            routes[i] = (struct jg_route){
                .host = jg_str(hosts[next_random(&seed) % LEN(hosts)]),
                .path = random_path(&seed, texts[i], sizeof(texts[i]))};
        trees[0] = build(&a, routes, count, false);
        trees[1] = build(&a, routes, count, true);
        for (int i = 0; i < RANDOM_LOOKUPS; i++) {
            char text[24];
            struct jg_str path = random_path(&seed, text, sizeof(text));
            struct jg_str host = jg_str(hosts[next_random(&seed) % 3]);
            bool strict = next_random(&seed) % 2;
            const struct jg_route *want =
                find_plainly(routes, count, host, path, strict);

            assert_ptr_equal(jg_routes_find(trees[strict], host, path), want);
            found += want != NULL;
        }
        jg_arena_free(&a);
    }
    assert_true(found > RANDOM_ROUNDS * RANDOM_LOOKUPS / 4);
    assert_true(found < RANDOM_ROUNDS * RANDOM_LOOKUPS);
}

static void
every_byte_can_begin_a_branch(void **state)
{
    static char texts[256][3];
    static struct jg_route routes[256];
    struct jg_arena a;
    const struct jg_routes *tree;

    (void)state;
    for (int i = 0; i < 256; i++) {
        texts[i][0] = '/';
        texts[i][1] = (char)i;
        texts[i][2] = 'x';
        routes[i] = (struct jg_route){.path = {texts[i], 3}};
    }
    jg_arena_init(&a, 4096, ARENA_MAX);
    tree = build(&a, routes, 256, false);
    for (int i = 0; i < 256; i++)
        assert_ptr_equal(
            jg_routes_find(tree, JG_STR(""), (struct jg_str){texts[i], 3}),
            &routes[i]);
    jg_arena_free(&a);
}

static void
a_chain_of_prefixes_is_no_burden(void **state)
{
    static char text[JG_LISTEN_PATH_MAX];
    static struct jg_route routes[JG_LISTEN_PATH_MAX];
    struct jg_arena a;
    const struct jg_routes *tree;

    (void)state;
    memset(text, '/', sizeof(text));
    for (size_t i = 0; i < LEN(routes); i++)
        routes[i] = (struct jg_route){.path = {text, i + 1}};
    jg_arena_init(&a, 4096, ARENA_MAX);
    tree = build(&a, routes, LEN(routes), true);
    for (size_t i = 0; i < LEN(routes); i++)
        assert_ptr_equal(
            jg_routes_find(tree, JG_STR(""), (struct jg_str){text, i + 1}),
            &routes[i]);
    jg_arena_free(&a);
}

static void
without_memory_nothing_is_built(void **state)
{
    struct jg_route routes[] = {route("", "/a/"), route("h", "/b/"),
                                route("", "/ab")};

    (void)state;
    for (size_t max = 1; max < 4096; max += 16) {
        const struct jg_routes *tree = NULL;
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 16, max);
        err = jg_routes_build(routes, LEN(routes), false, &a, &tree);
        assert_true(err == JG_OK || err == JG_E_NOMEM);
        assert_int_equal(tree != NULL, err == JG_OK);
        if (err == JG_OK)
            assert_ptr_equal(jg_routes_find(tree, JG_STR("h"), JG_STR("/b/")),
                             &routes[1]);
        jg_arena_free(&a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_listen_path_wins),
        cmocka_unit_test(nothing_is_found_where_nothing_listens),
        cmocka_unit_test(hosts_are_matched_without_case_port_and_last_dot),
        cmocka_unit_test(where_a_host_has_no_path_the_others_are_asked),
        cmocka_unit_test(random_lookups_agree_with_looking_at_every_route),
        cmocka_unit_test(every_byte_can_begin_a_branch),
        cmocka_unit_test(a_chain_of_prefixes_is_no_burden),
        cmocka_unit_test(without_memory_nothing_is_built),
    };

    return cmocka_run_group_tests_name("model/route", tests, NULL, NULL);
}
