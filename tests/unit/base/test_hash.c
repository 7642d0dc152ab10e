/* SipHash-2-4 and FNV-1a against their authors' vectors. */
#include "base/hash.h"
#include "check.h"

/*
 * vectors_sip64 of the reference implementation: key 00 01 .. 0f, input the
 * first <i> bytes of 00 01 02 .., output read as a little-endian number.
 */
static const uint64_t sip64[] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
    0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
    0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462,
    0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
    0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
    0xa129ca6149be45e5,
};

static void
siphash_gives_the_authors_values(void **state)
{
    static const struct jg_hash_key key = {0x0706050403020100,
                                           0x0f0e0d0c0b0a0908};
    char input[LEN(sip64)];

    (void)state;
    for (size_t i = 0; i < sizeof(input); i++)
        input[i] = (char)i;
    for (size_t i = 0; i < LEN(sip64); i++)
        assert_int_equal(jg_hash_keyed(&key, (struct jg_str){input, i}),
                         sip64[i]);
    assert_int_equal(jg_hash_keyed(&key, jg_str(NULL)), sip64[0]);
}

/* The first bytes of 00 01 02 .., out of OpenSSL's SIPHASH with size:16. */
static void
siphash_of_128_bits_gives_its_peers_values(void **state)
{
    static const struct jg_hash_key key = {0x0706050403020100,
                                           0x0f0e0d0c0b0a0908};
    static const struct {
        size_t len;
        uint64_t a, b;
    } rows[] = {
        {0, 0xe6a825ba047f81a3, 0x930255c71472f66d},
        {1, 0x44af996bd8c187da, 0x45fc229b11597634},
        {8, 0x61f55862baa9623b, 0xb49714f364e2830f},
        {15, 0x11a8b03399e99354, 0xd9c3cf970fec087e},
        {63, 0x4a83502f77d15051, 0x7cbd3f979a063e50},
    };
    char input[64];

    (void)state;
    for (size_t i = 0; i < sizeof(input); i++)
        input[i] = (char)i;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_hash_128 hash =
            jg_hash_keyed_128(&key, (struct jg_str){input, rows[i].len});

        assert_int_equal(hash.a, rows[i].a);
        assert_int_equal(hash.b, rows[i].b);
    }
}

static void
another_key_gives_another_hash(void **state)
{
    static const struct jg_hash_key a = {1, 2}, b = {1, 3}, c = {0, 2};
    struct jg_str s = JG_STR("the same bytes");

    (void)state;
    assert_int_not_equal(jg_hash_keyed(&a, s), jg_hash_keyed(&b, s));
    assert_int_not_equal(jg_hash_keyed(&a, s), jg_hash_keyed(&c, s));
}

static void
alignment_does_not_matter(void **state)
{
    static const struct jg_hash_key key = {1, 2};
    char text[64] = {0};
    uint64_t want = 0;

    (void)state;
    for (size_t shift = 0; shift < 16; shift++) {
        uint64_t got;

        memcpy(text + shift, "0123456789abcdefghijk", 21);
        got = jg_hash_keyed(&key, (struct jg_str){text + shift, 21});
        if (shift == 0)
            want = got;
        assert_int_equal(got, want);
    }
}

static void
fnv_gives_the_authors_values(void **state)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } rows[] = {
        {"", 0xcbf29ce484222325},
        {"a", 0xaf63dc4c8601ec8c},
        {"foobar", 0x85944171f73967e8},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_hash_plain(jg_str(rows[i].text)), rows[i].hash);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_gives_the_authors_values),
        cmocka_unit_test(siphash_of_128_bits_gives_its_peers_values),
        cmocka_unit_test(another_key_gives_another_hash),
        cmocka_unit_test(alignment_does_not_matter),
        cmocka_unit_test(fnv_gives_the_authors_values),
    };

    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
