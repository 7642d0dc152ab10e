/* What is sealed opens with the same secret and purpose only. */
#include "jose_check.h"

#include "base/b64.h"
#include "jose/seal.h"

static const unsigned char nonce[JG_SEAL_NONCE_BYTES] = "0123456789a";

static struct jg_str
from_hex(const char *hex, char *out)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        unsigned byte;

        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (char)byte;
    }
    return (struct jg_str){out, len};
}

/* RFC 5869 A.1, the first 32 of its 42 bytes: HKDF's output is a stream. */
static void
keys_are_derived_as_in_rfc_5869(void **state)
{
    struct jg_seal_key key;
    char secret[32], salt[32], want[32];

    (void)state;
    assert_err(
        jg_seal_derive(
            from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", secret),
            from_hex("000102030405060708090a0b0c", salt),
            "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", &key),
        JG_OK);
    from_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
             want);
    assert_memory_equal(key.bytes, want, sizeof(want));
    assert_err(jg_seal_derive(JG_STR(""), JG_STR(""), "x", &key),
               JG_E_CONF_VALUE);
}

/* NIST's GCM test case 16 (AES-256, with bound data). */
static void
texts_are_sealed_as_in_the_gcm_specification(void **state)
{
    static const char want[] =
        "cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0"
        "c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9"
        "f66276fc6ece0f4e1768cddf8853bb2d551b";
    struct jg_str sealed, opened;
    struct jg_seal_key key;
    char text[64], bound[32], iv[12], expected[128];
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
             (char *)key.bytes);
    from_hex("cafebabefacedbaddecaf888", iv);
    assert_err(
        jg_seal(&key, (unsigned char *)iv,
                from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", bound),
                from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c3"
                         "03d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa"
                         "0de657ba637b39",
                         text),
                &a, &sealed),
        JG_OK);
    assert_true(jg_str_eq(sealed, from_hex(want, expected)));
    assert_err(jg_unseal(&key, (struct jg_str){bound, 20}, sealed, &a, &opened),
               JG_OK);
    assert_true(jg_str_eq(opened, (struct jg_str){text, 60}));
    jg_arena_free(&a);
}

static void
nothing_else_opens_it(void **state)
{
    struct jg_str text = JG_STR("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0");
    struct jg_seal_key key, other;
    struct jg_str sealed, out;
    struct jg_arena a;
    char *bytes;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_seal_derive(JG_STR("secret"), JG_STR("s"), "split", &key),
               JG_OK);
    assert_err(jg_seal(&key, nonce, JG_STR("api"), text, &a, &sealed), JG_OK);
    assert_int_equal(sealed.len, text.len + JG_SEAL_OVERHEAD);
    assert_err(jg_unseal(&key, JG_STR("api"), sealed, &a, &out), JG_OK);
    assert_true(jg_str_eq(out, text));

    assert_err(jg_unseal(&key, JG_STR("ap"), sealed, &a, &out), JG_E_SIGNATURE);
    jg_seal_derive(JG_STR("secret"), JG_STR("s"), "other", &other);
    assert_err(jg_unseal(&other, JG_STR("api"), sealed, &a, &out),
               JG_E_SIGNATURE);
    jg_seal_derive(JG_STR("secret"), JG_STR("t"), "split", &other);
    assert_err(jg_unseal(&other, JG_STR("api"), sealed, &a, &out),
               JG_E_SIGNATURE);
    jg_seal_derive(JG_STR("secreT"), JG_STR("s"), "split", &other);
    assert_err(jg_unseal(&other, JG_STR("api"), sealed, &a, &out),
               JG_E_SIGNATURE);

    /* Every byte counts, and so does every length. */
    bytes = (char *)(uintptr_t)sealed.p;
    for (size_t i = 0; i < sealed.len; i++) {
        bytes[i] ^= 1;
        assert_err(jg_unseal(&key, JG_STR("api"), sealed, &a, &out),
                   JG_E_SIGNATURE);
        bytes[i] ^= 1;
    }
    for (size_t len = 0; len < sealed.len; len++)
        assert_err(
            jg_unseal(&key, JG_STR("api"), jg_str_head(sealed, len), &a, &out),
            JG_E_SIGNATURE);
    jg_arena_free(&a);
}

static void
empty_texts_and_limits_hold(void **state)
{
    static char large[JG_SEAL_MAX + 1];
    struct jg_seal_key key;
    struct jg_str sealed, out;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 4 * JG_SEAL_MAX);
    jg_seal_derive(JG_STR("secret"), JG_STR(""), "split", &key);
    assert_err(jg_seal(&key, nonce, JG_STR(""), JG_STR(""), &a, &sealed),
               JG_OK);
    assert_err(jg_unseal(&key, JG_STR(""), sealed, &a, &out), JG_OK);
    assert_int_equal(out.len, 0);
    assert_err(jg_seal(&key, nonce, JG_STR(""),
                       (struct jg_str){large, JG_SEAL_MAX}, &a, &sealed),
               JG_OK);
    assert_err(jg_seal(&key, nonce, JG_STR(""),
                       (struct jg_str){large, JG_SEAL_MAX + 1}, &a, &sealed),
               JG_E_CONF_RANGE);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_derived_as_in_rfc_5869),
        cmocka_unit_test(texts_are_sealed_as_in_the_gcm_specification),
        cmocka_unit_test(nothing_else_opens_it),
        cmocka_unit_test(empty_texts_and_limits_hold),
    };

    return cmocka_run_group_tests_name("jose/seal", tests, NULL, NULL);
}
