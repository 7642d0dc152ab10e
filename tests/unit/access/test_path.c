/* One canonical form for every path: rows, and properties of all of them. */
#include "access_check.h"

#include "access/path.h"
#include "base/utf8.h"

/* decoded == NULL: refused. */
static const struct {
    const char *target, *decoded, *wire, *query;
} rows[] = {
    {"/", "/", "/", NULL},
    {"/a", "/a", "/a", NULL},
    {"/a/", "/a/", "/a/", NULL},
    {"/a?", "/a", "/a", ""},
    {"/a?b=c?d", "/a", "/a", "b=c?d"},
    {"/a-._~!$&'()*+,;=:@", "/a-._~!$&'()*+,;=:@", "/a-._~!$&'()*+,;=:@", NULL},
    {"//", "/", "/", NULL},
    {"///a///b//", "/a/b/", "/a/b/", NULL},
    {"/.", "/", "/", NULL},
    {"/./", "/", "/", NULL},
    {"/./a", "/a", "/a", NULL},
    {"/a/.", "/a/", "/a/", NULL},
    {"/a/..", "/", "/", NULL},
    {"/a/../", "/", "/", NULL},
    {"/a/../b", "/b", "/b", NULL},
    {"/a/b/../../c", "/c", "/c", NULL},
    {"/a/./b/../c/", "/a/c/", "/a/c/", NULL},
    {"/a//../b", "/b", "/b", NULL},
    {"/...", "/...", "/...", NULL},
    {"/.a", "/.a", "/.a", NULL},
    {"/..a", "/..a", "/..a", NULL},
    {"/a..", "/a..", "/a..", NULL},
    {"/a;b/c", "/a;b/c", "/a;b/c", NULL},
    {"/..a;b", "/..a;b", "/..a;b", NULL},
    {"/%61%2D%2e%5F%7E", "/a-._~", "/a-._~", NULL},
    {"/%2e", "/", "/", NULL},
    {"/a/%2e%2e/b", "/b", "/b", NULL},
    {"/a/%2E./b", "/b", "/b", NULL},
    {"/a/.%2e/b", "/b", "/b", NULL},
    {"/%20", "/ ", "/%20", NULL},
    {"/%25", "/%", "/%25", NULL},
    {"/%252e%252e", "/%2e%2e", "/%252e%252e", NULL},
    {"/%252f", "/%2f", "/%252f", NULL},
    {"/%3f%23", "/?#", "/%3F%23", NULL},
    {"/%22%3c%3e%5b%5d%5e%60%7b%7c%7d", "/\"<>[]^`{|}",
     "/%22%3C%3E%5B%5D%5E%60%7B%7C%7D", NULL},
    {"/\"<>[]^`{|}", "/\"<>[]^`{|}", "/%22%3C%3E%5B%5D%5E%60%7B%7C%7D", NULL},
    {"/\xc3\xa4", "/\xc3\xa4", "/%C3%A4", NULL},
    {"/%c3%a4", "/\xc3\xa4", "/%C3%A4", NULL},
    {"/%F0%9F%98%80", "/\xf0\x9f\x98\x80", "/%F0%9F%98%80", NULL},
    {"/a%3bb", "/a;b", "/a;b", NULL},
    {"/a?%2f%00%zz../\\", "/a", "/a", "%2f%00%zz../\\"},
    {"/A%4a", "/AJ", "/AJ", NULL},

    {"", NULL, NULL, NULL},
    {"a", NULL, NULL, NULL},
    {"*", NULL, NULL, NULL},
    {"?a", NULL, NULL, NULL},
    {"http://x/", NULL, NULL, NULL},
    {"\\a", NULL, NULL, NULL},
    {"/..", NULL, NULL, NULL},
    {"/../", NULL, NULL, NULL},
    {"/a/../..", NULL, NULL, NULL},
    {"/a/../../b", NULL, NULL, NULL},
    {"/%2e%2e", NULL, NULL, NULL},
    {"//..", NULL, NULL, NULL},
    {"/a%2fb", NULL, NULL, NULL},
    {"/a%2Fb", NULL, NULL, NULL},
    {"/a%5cb", NULL, NULL, NULL},
    {"/a\\b", NULL, NULL, NULL},
    {"/%00", NULL, NULL, NULL},
    {"/%0a", NULL, NULL, NULL},
    {"/%0d%0a", NULL, NULL, NULL},
    {"/%1f", NULL, NULL, NULL},
    {"/%7f", NULL, NULL, NULL},
    {"/\x01", NULL, NULL, NULL},
    {"/\x7f", NULL, NULL, NULL},
    {"/a b", NULL, NULL, NULL},
    {"/a#b", NULL, NULL, NULL},
    {"/a?b#c", NULL, NULL, NULL},
    {"/a?b c", NULL, NULL, NULL},
    {"/a?\x01", NULL, NULL, NULL},
    {"/a?\x7f", NULL, NULL, NULL},
    {"/%", NULL, NULL, NULL},
    {"/%2", NULL, NULL, NULL},
    {"/%zz", NULL, NULL, NULL},
    {"/%2g", NULL, NULL, NULL},
    {"/%%41", NULL, NULL, NULL},
    {"/a/..;x/b", NULL, NULL, NULL},
    {"/a/..;/b", NULL, NULL, NULL},
    {"/a/.;x", NULL, NULL, NULL},
    {"/a/..%3bx/b", NULL, NULL, NULL},
    {"/a/%2e%2e;x/b", NULL, NULL, NULL},
    {"/\x80", NULL, NULL, NULL},
    {"/%ff", NULL, NULL, NULL},
    {"/%c0%ae%c0%ae/", NULL, NULL, NULL}, /* overlong dots */
    {"/%c0%af", NULL, NULL, NULL},        /* overlong slash */
    {"/%e0%80%af", NULL, NULL, NULL},
    {"/%ed%a0%80", NULL, NULL, NULL}, /* a surrogate */
    {"/%f4%90%80%80", NULL, NULL, NULL},
    {"/%c3", NULL, NULL, NULL},
};

static void
paths_have_one_form_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_path path = {.query = {"untouched", 9}}, again;
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 4096, 1024 * 1024);
        err = jg_path_read(jg_str(rows[i].target), &a, &path);
        if ((err == JG_OK) != (rows[i].decoded != NULL))
            print_error("row %s\n", rows[i].target);
        if (rows[i].decoded == NULL) {
            assert_err(err, JG_E_PATH);
            assert_str(path.query, "untouched");
        } else {
            assert_err(err, JG_OK);
            assert_str(path.decoded, rows[i].decoded);
            assert_str(path.wire, rows[i].wire);
            assert_int_equal(path.query.p != NULL, rows[i].query != NULL);
            assert_str(path.query, rows[i].query);
            /* Reading the result changes nothing any more. */
            assert_err(jg_path_read(path.wire, &a, &again), JG_OK);
            assert_str(again.decoded, rows[i].decoded);
            assert_str(again.wire, rows[i].wire);
        }
        jg_arena_free(&a);
    }
}

/* All texts of up to seven of the bytes that matter. */
static void
short_paths_are_canonical_after_one_reading(void **state)
{
    static const char *const pieces[] = {"/", ".",   "%2e", ";",
                                         "a", "%41", "%25"};
    size_t good = 0, total = 1;

    (void)state;
    for (size_t i = 0; i < 7; i++)
        total *= LEN(pieces);
    for (size_t n = 0; n < total; n++) {
        struct jg_path path, again;
        struct jg_arena a;
        char target[64] = "/", seed[1024];
        size_t rest = n, len = 1;

        for (size_t i = 0; i < 7; i++, rest /= LEN(pieces))
            len += (size_t)snprintf(target + len, sizeof(target) - len, "%s",
                                    pieces[rest % LEN(pieces)]);
        jg_arena_init(&a, 256, 64 * 1024);
        jg_arena_seed(&a, seed, sizeof(seed));
        if (jg_path_read(jg_str(target), &a, &path) == JG_OK) {
            good++;
            if (path.decoded.p[0] != '/' ||
                jg_path_read(path.wire, &a, &again) != JG_OK ||
                !jg_str_eq(again.wire, path.wire) ||
                !jg_str_eq(again.decoded, path.decoded))
                fail_msg("%s", target);
        }
        jg_arena_free(&a);
    }
    assert_true(good > total / 10);
}

static void
long_targets_are_refused(void **state)
{
    static char target[JG_REQUEST_TARGET_MAX + 2];
    struct jg_path path;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    memset(target, '/', sizeof(target) - 1);
    assert_err(
        jg_path_read((struct jg_str){target, JG_REQUEST_TARGET_MAX}, &a, &path),
        JG_OK);
    assert_str(path.decoded, "/");
    assert_err(jg_path_read((struct jg_str){target, JG_REQUEST_TARGET_MAX + 1},
                            &a, &path),
               JG_E_PATH);
    jg_arena_free(&a);
}

static void
memory_may_run_out(void **state)
{
    struct jg_path path;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 1, 1);
    assert_err(jg_path_read(JG_STR("/plain"), &a, &path), JG_OK);
    assert_err(jg_path_read(JG_STR("/%41"), &a, &path), JG_E_NOMEM);
}

static void
the_wire_form_is_cut_where_the_decoded_one_is(void **state)
{
    static const struct {
        const char *target;
        size_t decoded_len;
        const char *rest;
    } cases[] = {
        {"/api/x", 4, "/x"},
        {"/api/x", 5, "x"},
        {"/api", 4, ""},
        {"/api", 9, ""},
        {"/a%20b/c", 4, "/c"},
        {"/%61pi/x%20", 5, "x%20"},
        {"/m%c3%a4/x%20y", 5, "x%20y"},
        {"/a", 0, "/a"},
        {"/%20", 0, "/%20"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (size_t i = 0; i < LEN(cases); i++) {
        struct jg_path path;

        assert_err(jg_path_read(jg_str(cases[i].target), &a, &path), JG_OK);
        assert_str(jg_path_wire_from(&path, cases[i].decoded_len),
                   cases[i].rest);
    }
    jg_arena_free(&a);
}

static void
dots_at_the_front_are_seen(void **state)
{
    static const struct {
        const char *rest;
        bool want;
    } cases[] = {
        {"", false},    {"/", false},    {"x", false},    {"..", true},
        {".", true},    {"../x", true},  {"/../x", true}, {"./", true},
        {"...", false}, {"..x", false},  {"..;x", true},  {".;", true},
        {"//..", true}, {"x/..", false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++)
        assert_int_equal(jg_path_begins_with_dots(jg_str(cases[i].rest)),
                         cases[i].want);
}

static void
characters_are_read_strictly(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        uint32_t c;
    } cases[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"", 0, 0},
        {"\x80", 0, 0},
        {"\xbf", 0, 0},
        {"\xc1\xbf", 0, 0},
        {"\xc2", 0, 0},
        {"\xc2\x41", 0, 0},
        {"\xe0\x9f\xbf", 0, 0},
        {"\xed\xa0\x80", 0, 0},
        {"\xed\xbf\xbf", 0, 0},
        {"\xf0\x8f\xbf\xbf", 0, 0},
        {"\xf4\x90\x80\x80", 0, 0},
        {"\xf5\x80\x80\x80", 0, 0},
        {"\xf8\x88\x80\x80\x80", 0, 0},
        {"\xff", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        uint32_t c = 0;

        assert_int_equal(jg_utf8_next(jg_str(cases[i].bytes), &c),
                         cases[i].len);
        assert_int_equal(c, cases[i].c);
        if (cases[i].bytes[0] != '\0')
            assert_int_equal(jg_utf8_valid(jg_str(cases[i].bytes)),
                             cases[i].len > 0);
    }
    assert_true(jg_utf8_valid(JG_STR("")));
    assert_false(jg_utf8_valid(JG_STR("abc\xff")));
}

static void
headers_are_the_same_in_every_spelling(void **state)
{
    static const struct {
        const char *a, *b;
        bool want;
    } cases[] = {
        {"X-User-Id", "x-user-id", true},
        {"X-User-Id", "X_User.ID", true},
        {"X-User", "X-User-", false},
        {"X-User", "XUser", false},
        {"X-User", "X User", false},
        {"a", "A", true},
        {"@", "`", false},
        {"[", "{", false},
        {"", "", true},
        {"-", "_", true},
        {"\xc3\xa4", "\xc3\x84", false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++)
        assert_int_equal(jg_header_same(jg_str(cases[i].a), jg_str(cases[i].b)),
                         cases[i].want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_have_one_form_or_none),
        cmocka_unit_test(short_paths_are_canonical_after_one_reading),
        cmocka_unit_test(long_targets_are_refused),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(the_wire_form_is_cut_where_the_decoded_one_is),
        cmocka_unit_test(dots_at_the_front_are_seen),
        cmocka_unit_test(characters_are_read_strictly),
        cmocka_unit_test(headers_are_the_same_in_every_spelling),
    };

    return cmocka_run_group_tests_name("access/path", tests, NULL, NULL);
}
