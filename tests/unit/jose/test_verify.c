/* verify.c: which signatures verify, and how everything else fails. */
#include "jose_check.h"

/* Tokens printed in RFCs, whole: header.payload.signature. */
static const struct {
    const char *where;
    const char *jwk;
    const char *token;
} published[] = {
    {"RFC 7515 A.1",
     "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1"
     "qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOj"
     "EzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJ"
     "eZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    {"RFC 7515 A.2",
     "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9"
     "k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD"
     "1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
     "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4L"
     "T6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb5"
     "4h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
     "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogIm"
     "h0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrh"
     "uB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGb"
     "ds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArL"
     "IARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsq"
     "tFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWk"
     "WywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    {"RFC 7515 A.3",
     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76"
     "e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
     "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogIm"
     "h0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKA"
     "M6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
    {"RFC 7515 A.4",
     "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AekpBQ8ST8a8VcfVOTNl353vSrDCL"
     "LJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\",\"y\":\"A"
     "DSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZ"
     "mh9ubmf63e3kyMj2\"}",
     "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxM"
     "i70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJ"
     "ZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"},
    {"RFC 8037 A.4",
     "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcv"
     "PapiMlrwIaaPcHURo\"}",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0"
     "JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KA"
     "g"},
    {"RFC 7520 4.1",
     "{\"kty\":\"RSA\",\"n\":\"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHL"
     "d4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsY"
     "OYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd"
     "1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tV"
     "TU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkq"
     "gc5gHdrNP5zw\",\"e\":\"AQAB\"}",
     "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ"
     "9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZ"
     "G9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlv"
     "dXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB"
     "0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtain"
     "oFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDL"
     "JK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocS"
     "adnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0K"
     "LUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"},
    {"RFC 7520 4.2",
     "{\"kty\":\"RSA\",\"n\":\"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHL"
     "d4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsY"
     "OYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd"
     "1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tV"
     "TU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkq"
     "gc5gHdrNP5zw\",\"e\":\"AQAB\"}",
     "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ"
     "9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZ"
     "G9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlv"
     "dXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB"
     "0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEs"
     "nk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWX"
     "zg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0"
     "TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTl"
     "qRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"},
    {"RFC 7520 4.3",
     "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AHKZLLOsCOzz5cY97ewNUajB957y-"
     "C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt\",\"y\":\"A"
     "dymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmb"
     "nX9cwlGfP-HqHZR1\"}",
     "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ"
     "9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZ"
     "G9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlv"
     "dXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB"
     "0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC"
     "9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890"
     "jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"},
    {"RFC 7520 4.4",
     "{\"kty\":\"oct\",\"k\":\"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg\"}",
     "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJ"
     "jNzAzNyJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0I"
     "HlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBr"
     "ZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJ"
     "lIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0"},
};

/* The bytes of a base64url text, in <a>. */
static struct jg_str
bytes_of(struct jg_str text, struct jg_arena *a)
{
    struct jg_str bytes;

    assert_err(jg_b64url_decode_arena(text, a, &bytes), JG_OK);
    return bytes;
}

static void
published_tokens_verify_and_changed_ones_do_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(published); i++) {
        struct jg_key *key = good_key_of_jwk(published[i].jwk);
        struct jg_jws_header header;
        struct jg_str signature;
        struct jg_jws jws;
        struct jg_arena a;
        char *bad;

        jg_arena_init(&a, 4096, 1024 * 1024);
        assert_err(jg_jws_split(jg_str(published[i].token), &jws), JG_OK);
        assert_err(jg_jws_header(&jws, &a, &header), JG_OK);
        signature = bytes_of(jws.signature, &a);
        assert_err(jg_key_verify(key, header.alg, jws.signed_part, signature),
                   JG_OK);

        /* every byte counts: the first, one in the middle, the last */
        bad = (char *)jg_arena_str(&a, signature).p;
        for (size_t at = 0; at < 3; at++) {
            size_t pos = at * (signature.len - 1) / 2;

            bad[pos] ^= 1;
            assert_err(jg_key_verify(key, header.alg, jws.signed_part,
                                     (struct jg_str){bad, signature.len}),
                       JG_E_SIGNATURE);
            bad[pos] ^= 1;
        }
        bad = (char *)jg_arena_str(&a, jws.signed_part).p;
        bad[jws.signed_part.len - 1] ^= 1;
        assert_err(jg_key_verify(key, header.alg,
                                 (struct jg_str){bad, jws.signed_part.len},
                                 signature),
                   JG_E_SIGNATURE);
        jg_key_free(key);
        jg_arena_free(&a);
    }
}

static void
only_the_exact_length_is_looked_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(published); i++) {
        struct jg_key *key = good_key_of_jwk(published[i].jwk);
        struct jg_jws_header header;
        struct jg_str signature;
        struct jg_jws jws;
        struct jg_arena a;
        char *longer;

        jg_arena_init(&a, 4096, 1024 * 1024);
        assert_err(jg_jws_split(jg_str(published[i].token), &jws), JG_OK);
        assert_err(jg_jws_header(&jws, &a, &header), JG_OK);
        signature = bytes_of(jws.signature, &a);
        longer = jg_arena_alloc(&a, signature.len + 1);
        memcpy(longer + 1, signature.p, signature.len);

        for (size_t len = 0; len < signature.len; len += 1 + len / 8)
            assert_err(jg_key_verify(key, header.alg, jws.signed_part,
                                     jg_str_head(signature, len)),
                       JG_E_SIGNATURE_SIZE);
        assert_err(jg_key_verify(key, header.alg, jws.signed_part,
                                 (struct jg_str){longer, signature.len + 1}),
                   JG_E_SIGNATURE_SIZE);
        jg_key_free(key);
        jg_arena_free(&a);
    }
}

/* RFC 7515 A.3's key, and r || s that ECDSA must refuse. */
static void
ecdsa_numbers_of_zero_or_past_the_order_are_refused(void **state)
{
    /* the order of P-256 */
    static const char order[] =
        "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc"
        "\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
    static const char zero[32];
    static const char one[32] = {[31] = 1};
    char most[32];
    const char *numbers[4] = {zero, one, order, most};
    struct jg_key *key = good_key_of_jwk(published[2].jwk);

    (void)state;
    memset(most, 0xff, sizeof(most));
    for (size_t r = 0; r < 4; r++)
        for (size_t s = 0; s < 4; s++) {
            char raw[64];

            memcpy(raw, numbers[r], 32);
            memcpy(raw + 32, numbers[s], 32);
            assert_err(jg_key_verify(key, jg_alg_find(JG_STR("ES256")),
                                     JG_STR("message"),
                                     (struct jg_str){raw, sizeof(raw)}),
                       JG_E_SIGNATURE);
        }
    jg_key_free(key);
}

/* Every algorithm against every type of key: only the rows' own pairs. */
static void
only_exact_pairs_of_algorithm_and_key_verify(void **state)
{
    static const char zeros[5000];
    const struct jg_alg *alg;

    (void)state;
    for (size_t k = 0; k <= LEN(test_keys); k++) {
        bool is_secret = k == LEN(test_keys);
        struct jg_key *key = is_secret
                                 ? good_key_of_secret("0123456789abcdef")
                                 : good_key_of_pem(test_keys[k].public_pem);
        const char *algs = is_secret ? "HS256 HS384 HS512" : test_keys[k].algs;

        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
            bool fits = has_word(algs, alg->name);

            assert_int_equal((jg_key_algs(key) & jg_alg_bit(alg)) != 0, fits);
            assert_err(jg_key_verify(key, alg, JG_STR("a.b"),
                                     (struct jg_str){zeros, sizeof(zeros)}),
                       fits ? JG_E_SIGNATURE_SIZE : JG_E_KEY_FIT);
            assert_err(jg_key_verify(key, alg, JG_STR("a.b"),
                                     (struct jg_str){zeros, 0}),
                       fits ? JG_E_SIGNATURE_SIZE : JG_E_KEY_FIT);
        }
        jg_key_free(key);
    }
}

/* A signature of each alg, tried as every other alg of the same key. */
static void
a_signature_serves_one_algorithm_of_its_key(void **state)
{
    const struct jg_alg *made, *tried;

    (void)state;
    for (size_t k = 0; k < LEN(test_keys); k++) {
        struct jg_signer *signer = good_signer_of_pem(test_keys[k].private_pem);
        struct jg_key *key = good_key_of_pem(test_keys[k].public_pem);

        for (size_t i = 0; (made = jg_alg_at(i)) != NULL; i++) {
            struct jg_buf token;
            struct jg_jws jws;
            struct jg_arena a;
            struct jg_str signature;

            if (!has_word(test_keys[k].algs, made->name))
                continue;
            token = token_of(signer, made->name, "{}", "{}");
            jg_arena_init(&a, 4096, 1024 * 1024);
            assert_err(jg_jws_split(jg_buf_str(&token), &jws), JG_OK);
            signature = bytes_of(jws.signature, &a);
            for (size_t j = 0; (tried = jg_alg_at(j)) != NULL; j++) {
                /* EdDSA is only another name of the same algorithm */
                bool good = made == tried || (made->family == JG_EDDSA &&
                                              tried->family == JG_EDDSA);

                if (has_word(test_keys[k].algs, tried->name))
                    assert_err(
                        jg_key_verify(key, tried, jws.signed_part, signature),
                        good ? JG_OK : JG_E_SIGNATURE);
            }
            jg_arena_free(&a);
            jg_buf_free(&token);
        }
        jg_key_free(key);
        jg_signer_free(signer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_tokens_verify_and_changed_ones_do_not),
        cmocka_unit_test(only_the_exact_length_is_looked_at),
        cmocka_unit_test(ecdsa_numbers_of_zero_or_past_the_order_are_refused),
        cmocka_unit_test(only_exact_pairs_of_algorithm_and_key_verify),
        cmocka_unit_test(a_signature_serves_one_algorithm_of_its_key),
    };

    return cmocka_run_group_tests_name("jose/verify", tests, NULL, NULL);
}
