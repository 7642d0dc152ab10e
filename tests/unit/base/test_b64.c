/* Base64: RFC 4648's vectors, and that there is one spelling only. */
#include "base/b64.h"
#include "check.h"

/* RFC 4648 10, and bytes that reach the last two letters. */
static const struct {
    struct jg_str bytes;
    const char *std, *url;
} vectors[] = {
    {{"", 0}, "", ""},
    {{"f", 1}, "Zg==", "Zg"},
    {{"fo", 2}, "Zm8=", "Zm8"},
    {{"foo", 3}, "Zm9v", "Zm9v"},
    {{"foob", 4}, "Zm9vYg==", "Zm9vYg"},
    {{"fooba", 5}, "Zm9vYmE=", "Zm9vYmE"},
    {{"foobar", 6}, "Zm9vYmFy", "Zm9vYmFy"},
    {{"\xfb\xff\xfe", 3}, "+//+", "-__-"},
    {{"\0\0", 2}, "AAA=", "AAA"},
};

static void
vectors_go_both_ways(void **state)
{
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(vectors); i++) {
        struct jg_str bytes = vectors[i].bytes, got;
        unsigned char raw[16];
        char text[16];
        size_t len;

        assert_str(((struct jg_str){text, jg_b64_encode(bytes, text)}),
                   vectors[i].std);
        assert_str(((struct jg_str){text, jg_b64url_encode(bytes, text)}),
                   vectors[i].url);
        assert_err(jg_b64url_decode(jg_str(vectors[i].url), raw, &len), JG_OK);
        assert_int_equal(len, bytes.len);
        assert_memory_equal(raw, bytes.p, len);
        assert_err(jg_b64url_decode_arena(jg_str(vectors[i].url), &a, &got),
                   JG_OK);
        assert_true(jg_str_eq(got, bytes));
        assert_int_equal(got.p[got.len], '\0');
        assert_err(jg_b64_decode_arena(jg_str(vectors[i].std), &a, &got),
                   JG_OK);
        assert_true(jg_str_eq(got, bytes));
    }
    jg_arena_free(&a);
}

static void
url_takes_the_canonical_spelling_only(void **state)
{
    static const char *const rows[] = {
        "A",          "AAAAA",       /* six bits are no byte */
        "Zg==",       "Zm8=",   "=", /* padding */
        "Zh",         "Zm9",         /* bits behind the last byte */
        "Zm 9v",      "Zm9v\n", " ", /* white space */
        "+//+",       "Zm9/",        /* the other alphabet */
        "Zm\xc3\xb6",                /* not ASCII */
        "Zm9v.",      "Zm9,",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        unsigned char raw[16];
        size_t len = 42;

        assert_err(jg_b64url_decode(jg_str(rows[i]), raw, &len), JG_E_BASE64);
        assert_int_equal(len, 42);
    }
    for (size_t i = 0; i < 4; i++) {
        char text[] = "AAAA";
        unsigned char raw[16];
        size_t len;

        text[i] = '\0'; /* a NUL is a bad letter in every place */
        assert_err(jg_b64url_decode((struct jg_str){text, 4}, raw, &len),
                   JG_E_BASE64);
    }
}

static void
standard_skips_line_ends_and_nothing_else(void **state)
{
    static const struct {
        const char *text;
        const char *bytes; /* NULL: refused */
    } rows[] = {
        {"Zm9v\r\nYmFy\n", "foobar"},
        {"Z\nm\n8\n=\n", "fo"},
        {"\n", ""},
        {"Zm8", NULL},   /* padding is missing */
        {"Zm8==", NULL}, /* too much of it */
        {"Zg=", NULL},
        {"Zg===", NULL},
        {"=", NULL},
        {"==", NULL},
        {"====", NULL},
        {"Z===", NULL},
        {"Zg==Zg==", NULL},
        {"Zm9v Zm9v", NULL},
        {"-__-", NULL}, /* the other alphabet */
        {"Zh==", NULL}, /* bits behind the last byte */
        {"Zm9=", NULL},
        {"Zm\t8=", NULL},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str got = {"untouched", 9};
        bool good = rows[i].bytes != NULL;

        assert_err(jg_b64_decode_arena(jg_str(rows[i].text), &a, &got),
                   good ? JG_OK : JG_E_BASE64);
        assert_str(got, good ? rows[i].bytes : "untouched");
    }
    jg_arena_free(&a);
}

/* Every pair and every triple of letters: decoding and encoding is identity. */
static void
every_accepted_tail_is_the_only_spelling(void **state)
{
    unsigned accepted = 0;

    (void)state;
    for (unsigned n = 0; n < 1u << 16; n++) {
        char text[3] = {(char)(n & 255), (char)(n >> 8), 'A'}, again[8];

        for (size_t tail = 2; tail <= 3; tail++) {
            unsigned char raw[8];
            size_t len;

            if (jg_b64url_decode((struct jg_str){text, tail}, raw, &len) !=
                JG_OK)
                continue;
            accepted++;
            len = jg_b64url_encode((struct jg_str){(char *)raw, len}, again);
            assert_int_equal(len, tail);
            assert_memory_equal(again, text, tail);
        }
    }
    assert_int_equal(accepted, 64 * 4 + 64 * 64);
}

static void
without_memory_nothing_is_decoded(void **state)
{
    struct jg_str got = {"untouched", 9};
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 16, 16);
    assert_err(jg_b64url_decode_arena(JG_STR("Zm9v"), &a, &got), JG_E_NOMEM);
    assert_err(jg_b64_decode_arena(JG_STR("Zm9v"), &a, &got), JG_E_NOMEM);
    assert_str(got, "untouched");
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_go_both_ways),
        cmocka_unit_test(url_takes_the_canonical_spelling_only),
        cmocka_unit_test(standard_skips_line_ends_and_nothing_else),
        cmocka_unit_test(every_accepted_tail_is_the_only_spelling),
        cmocka_unit_test(without_memory_nothing_is_decoded),
    };

    return cmocka_run_group_tests_name("base/b64", tests, NULL, NULL);
}
