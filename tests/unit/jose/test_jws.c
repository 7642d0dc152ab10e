/* jws.c: tokens cut at their dots, headers read, the whole verified. */
#include "jose_check.h"

static void
split_wants_exactly_two_dots(void **state)
{
    static const struct {
        const char *token;
        enum jg_err want;
    } rows[] = {
        {"h.p.s", JG_OK},
        {"h.p.", JG_OK}, /* an empty signature is refused with its alg */
        {"", JG_E_TOKEN_SIZE},
        {"h", JG_E_TOKEN_SHAPE},
        {"h.p", JG_E_TOKEN_SHAPE},
        {".", JG_E_TOKEN_SHAPE},
        {"..", JG_E_TOKEN_SHAPE},
        {".p.s", JG_E_TOKEN_SHAPE},
        {"h..s", JG_E_TOKEN_SHAPE},
        {"h..", JG_E_TOKEN_SHAPE},
        {"h.p.s.x", JG_E_TOKEN_SHAPE},
        {"h.p.s.", JG_E_TOKEN_SHAPE},
        {"a.b.c.d.e", JG_E_TOKEN_JWE},
        {"a..c.d.e", JG_E_TOKEN_JWE},
        {"....", JG_E_TOKEN_JWE},
        {"a.b.c.d.e.f", JG_E_TOKEN_SHAPE},
        {".....", JG_E_TOKEN_SHAPE},
        {"{\"payload\":\"a\",\"signatures\":[]}", JG_E_TOKEN_SHAPE},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jws jws = {.header = JG_STR("untouched")};

        assert_err(jg_jws_split(jg_str(rows[i].token), &jws), rows[i].want);
        if (rows[i].want != JG_OK)
            assert_str(jws.header, "untouched");
    }
}

static void
split_points_into_the_token(void **state)
{
    static const char token[] = "head.body.sign";
    struct jg_jws jws;

    (void)state;
    assert_err(jg_jws_split(jg_str(token), &jws), JG_OK);
    assert_str(jws.signed_part, "head.body");
    assert_str(jws.header, "head");
    assert_str(jws.payload, "body");
    assert_str(jws.signature, "sign");
    assert_ptr_equal(jws.header.p, token);
    assert_ptr_equal(jws.signed_part.p, token);
    assert_ptr_equal(jws.payload.p, token + 5);
    assert_ptr_equal(jws.signature.p, token + 10);
}

static void
split_takes_up_to_64_kib_and_any_number_of_dots(void **state)
{
    static char text[JG_TOKEN_MAX + 1];
    static const size_t dots[] = {6, 100, 8000, JG_TOKEN_MAX};
    struct jg_jws jws;

    (void)state;
    memset(text, 'a', sizeof(text));
    text[1] = text[3] = '.';
    assert_err(jg_jws_split((struct jg_str){text, JG_TOKEN_MAX}, &jws), JG_OK);
    assert_err(jg_jws_split((struct jg_str){text, JG_TOKEN_MAX + 1}, &jws),
               JG_E_TOKEN_SIZE);
    memset(text, '.', sizeof(text));
    for (size_t i = 0; i < LEN(dots); i++)
        assert_err(jg_jws_split((struct jg_str){text, dots[i]}, &jws),
                   JG_E_TOKEN_SHAPE);
}

/* The header <json>, encoded and read. */
static enum jg_err
read_header(const char *json, struct jg_arena *a, struct jg_jws_header *out)
{
    static char text[JG_B64_ENCODED(70000)];
    struct jg_jws jws = {0};

    jws.header.p = text;
    jws.header.len = jg_b64url_encode(jg_str(json), text);
    return jg_jws_header(&jws, a, out);
}

static void
headers_obey_the_rules(void **state)
{
    static const struct {
        const char *json;
        enum jg_err want;
    } rows[] = {
        {"{\"alg\":\"HS256\"}", JG_OK},
        {"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\"}", JG_OK},
        {" {\"alg\":\"none\"}\n", JG_OK},  /* known, and fits no key */
        {"{\"alg\":\"whatever\"}", JG_OK}, /* alg == NULL */
        {"{\"alg\":\"\"}", JG_OK},
        {"{\"alg\":\"HS256\",\"kid\":5}", JG_OK}, /* as if absent */
        {"{\"alg\":\"HS256\",\"kid\":null}", JG_OK},
        /* keys inside tokens are no keys, and no reason to fail either */
        {"{\"alg\":\"HS256\",\"jwk\":{},\"jku\":\"http://127.0.0.1/\","
         "\"x5u\":\"x\",\"x5c\":[],\"cty\":\"JWT\"}",
         JG_OK},

        {"{}", JG_E_TOKEN_HEADER},
        {"{\"ALG\":\"HS256\"}", JG_E_TOKEN_HEADER},
        {"{\"alg\":null}", JG_E_TOKEN_HEADER},
        {"{\"alg\":0}", JG_E_TOKEN_HEADER},
        {"{\"alg\":true}", JG_E_TOKEN_HEADER},
        {"{\"alg\":[]}", JG_E_TOKEN_HEADER},
        {"{\"alg\":[\"HS256\"]}", JG_E_TOKEN_HEADER},
        {"{\"alg\":{}}", JG_E_TOKEN_HEADER},
        {"{\"alg\":\"HS256\",\"typ\":null}", JG_E_TOKEN_HEADER},
        {"{\"alg\":\"HS256\",\"typ\":1}", JG_E_TOKEN_HEADER},
        {"{\"alg\":\"HS256\",\"typ\":[\"JWT\"]}", JG_E_TOKEN_HEADER},

        {"{\"alg\":\"HS256\",\"crit\":[]}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":[\"exp\",\"exp\"]}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":[\"alg\"]}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}",
         JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":\"exp\"}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":{}}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":null}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":0}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":false}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"crit\":[1]}", JG_E_TOKEN_CRIT},
        {"{\"crit\":[\"x\"],\"x\":1}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"b64\":false}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"b64\":true}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"zip\":\"DEF\"}", JG_E_TOKEN_CRIT},
        {"{\"alg\":\"HS256\",\"enc\":\"A128GCM\"}", JG_E_TOKEN_JWE},
        {"{\"alg\":\"dir\",\"enc\":null}", JG_E_TOKEN_JWE},

        {"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", JG_E_JSON_DUPLICATE},
        {"{\"alg\":\"none\",\"alg\":\"HS256\"}", JG_E_JSON_DUPLICATE},
        {"{\"alg\":\"HS256\",\"kid\":\"a\",\"k\\u0069d\":\"b\"}",
         JG_E_JSON_DUPLICATE},
        {"", JG_E_JSON},
        {"[]", JG_E_JSON},
        {"\"alg\"", JG_E_JSON},
        {"5", JG_E_JSON},
        {"{\"alg\":\"HS256\"}x", JG_E_JSON},
        {"{\"alg\":\"HS256\"}{}", JG_E_JSON},
        {"\xef\xbb\xbf{\"alg\":\"HS256\"}", JG_E_JSON},
        {"{\"alg\":\"HS\\u0000256\"}", JG_E_JSON},
        {"{\"alg\":\"HS256\xff\"}", JG_E_JSON},
        {"{\"alg\":HS256}", JG_E_JSON},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jws_header header = {.kid = JG_STR("untouched")};
        struct jg_arena a;

        jg_arena_init(&a, 4096, 256 * 1024);
        assert_err(read_header(rows[i].json, &a, &header), rows[i].want);
        if (rows[i].want != JG_OK)
            assert_str(header.kid, "untouched");
        jg_arena_free(&a);
    }
}

static void
header_fields_come_out_as_they_are(void **state)
{
    struct jg_jws_header header;
    struct jg_arena a;
    char long_kid[400];

    (void)state;
    jg_arena_init(&a, 4096, 256 * 1024);
    assert_err(
        read_header("{\"alg\":\"ES256\",\"kid\":\"a/../b\"}", &a, &header),
        JG_OK);
    assert_ptr_equal(header.alg, jg_alg_find(JG_STR("ES256")));
    assert_str(header.kid, "a/../b");
    assert_null(header.typ.p);
    assert_int_equal(header.json->count, 2);
    assert_err(
        read_header("{\"alg\":\"Es256\",\"typ\":\"\",\"kid\":7}", &a, &header),
        JG_OK);
    assert_null(header.alg);
    assert_null(header.kid.p);
    assert_non_null(header.typ.p);
    assert_int_equal(header.typ.len, 0);

    snprintf(long_kid, sizeof(long_kid),
             "{\"alg\":\"ES256\",\"kid\":\"%0256d\"}", 0);
    assert_err(read_header(long_kid, &a, &header), JG_OK);
    assert_int_equal(header.kid.len, 256);
    snprintf(long_kid, sizeof(long_kid),
             "{\"alg\":\"ES256\",\"kid\":\"%0257d\"}", 0);
    assert_err(read_header(long_kid, &a, &header), JG_E_TOKEN_HEADER);
    jg_arena_free(&a);
}

static void
base64url_has_one_spelling(void **state)
{
    /* {"alg":"HS256"} is 15 bytes: 20 characters, no spare bits */
    static const struct {
        const char *header;
        enum jg_err want;
    } rows[] = {
        {"eyJhbGciOiJIUzI1NiJ9", JG_OK},
        {"eyJhbGciOiJIUzI1NiJ9IA", JG_OK},         /* a space behind */
        {"eyJhbGciOiJIUzI1NiJ9IB", JG_E_BASE64},   /* the same, not canonical */
        {"eyJhbGciOiJIUzI1NiJ9IA==", JG_E_BASE64}, /* padded */
        {"eyJhbGciOiJIUzI1NiJ9=", JG_E_BASE64},
        {"eyJhbGciOiJIUzI1NiJ9I", JG_E_BASE64}, /* 4n + 1 */
        {"eyJhbGciOiJIUzI1NiJ9\n", JG_E_BASE64},
        {"eyJhbGci\r\nOiJIUzI1NiJ9", JG_E_BASE64},
        {" eyJhbGciOiJIUzI1NiJ9", JG_E_BASE64},
        {"eyJhbGciOiJIUzI1NiJ?", JG_E_BASE64},
        {"eyJhbGciOiJIUzI1NiJ+", JG_E_BASE64},
        {"eyJhbGciOiJIUzI1NiJ/", JG_E_BASE64},
        {"eyJhbGciOiJIUzI1Ni%39", JG_E_BASE64},
        {"{\"alg\":\"HS256\"}", JG_E_BASE64},
        {"eyJhbGciOiJIUzI1NiJ\xc3\xa9", JG_E_BASE64},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jws jws = {.header = jg_str(rows[i].header),
                             .payload = jg_str(rows[i].header)};
        const struct jg_json *claims = NULL;
        struct jg_jws_header header;
        struct jg_arena a;

        jg_arena_init(&a, 4096, 64 * 1024);
        assert_err(jg_jws_header(&jws, &a, &header), rows[i].want);
        assert_err(jg_jws_claims(&jws, &a, &claims), rows[i].want);
        jg_arena_free(&a);
    }
}

static void
claims_are_one_json_object(void **state)
{
    static const struct {
        const char *json;
        enum jg_err want;
    } rows[] = {
        {"{}", JG_OK},
        {"{\"sub\":\"a\",\"exp\":1.5,\"x\":[1,{\"y\":null}]}", JG_OK},
        {"", JG_E_JSON},
        {"[]", JG_E_JSON},
        {"[{\"sub\":\"a\"}]", JG_E_JSON},
        {"\"x\"", JG_E_JSON},
        {"1", JG_E_JSON},
        {"null", JG_E_JSON},
        {"{\"sub\":\"a\"},", JG_E_JSON},
        {"{\"sub\":\"a\"}{\"sub\":\"b\"}", JG_E_JSON},
        {"{\"sub\":\"a\",\"sub\":\"a\"}", JG_E_JSON_DUPLICATE},
        {"{\"a\":{\"b\":1,\"b\":2}}", JG_E_JSON_DUPLICATE},
        {"{\"sub\":\"admin\\u0000x\"}", JG_E_JSON},
        {"{\"exp\":1e309}", JG_E_JSON},
        {"{\"exp\":99999999999999999999}", JG_E_JSON},
        {"{\"exp\":NaN}", JG_E_JSON},
        {"{\"sub\":\"\\ud800\"}", JG_E_JSON},
        {"{'sub':'a'}", JG_E_JSON},
    };
    static char deep[200000];

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char text[200];
        struct jg_jws jws = {0};
        const struct jg_json *claims = NULL;
        struct jg_arena a;

        jws.payload.p = text;
        jws.payload.len = jg_b64url_encode(jg_str(rows[i].json), text);
        jg_arena_init(&a, 4096, 64 * 1024);
        assert_err(jg_jws_claims(&jws, &a, &claims), rows[i].want);
        assert_int_equal(claims != NULL, rows[i].want == JG_OK);
        jg_arena_free(&a);
    }
    for (size_t depth = 33; depth < 40000; depth *= 7) {
        struct jg_jws jws = {.payload = {deep, 0}};
        const struct jg_json *claims = NULL;
        char *json = malloc(6 * depth + 2);
        struct jg_arena a;
        size_t n = 0;

        for (size_t i = 0; i < depth; i++)
            memcpy(json + 5 * i, "{\"a\":", 5);
        n = 5 * depth;
        json[n++] = '1';
        for (size_t i = 0; i < depth; i++)
            json[n++] = '}';
        if (JG_B64_ENCODED(n) <= sizeof(deep)) {
            jws.payload.len = jg_b64url_encode((struct jg_str){json, n}, deep);
            jg_arena_init(&a, 4096, 1024 * 1024);
            assert_err(jg_jws_claims(&jws, &a, &claims), JG_E_JSON_LIMIT);
            jg_arena_free(&a);
        }
        free(json);
    }
}

/* The token of section "JWT" of Tyk's documentation; its secret is tyk123. */
static const char tyk_token[] =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6"
    "IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.7u0ls1snw4tPEzd0JTFaf19oXoOvQYtowi"
    "HEAZnan74";

static struct jg_jwks *
set_of_secret(const char *secret)
{
    struct jg_jwks *set = NULL;

    assert_err(jg_jwks_of_key(good_key_of_secret(secret), &set), JG_OK);
    return set;
}

static void
a_token_verifies_with_its_secret_only(void **state)
{
    static const struct {
        const char *secret;
        enum jg_err want;
    } rows[] = {
        {"tyk123", JG_OK},          {"tyk123\n", JG_E_SIGNATURE},
        {"tyk12", JG_E_SIGNATURE},  {"astyk123", JG_E_SIGNATURE},
        {"TYK123", JG_E_SIGNATURE},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jwks *set = set_of_secret(rows[i].secret);

        assert_err(check_token(jg_str(tyk_token), set), rows[i].want);
        jg_jwks_free(set);
    }
}

static void
every_part_of_a_token_is_covered(void **state)
{
    struct jg_jwks *set = set_of_secret("tyk123");
    char text[sizeof(tyk_token)];

    (void)state;
    for (size_t i = 0; i < sizeof(tyk_token) - 1; i++) {
        memcpy(text, tyk_token, sizeof(text));
        if (text[i] == '.')
            continue;
        text[i] = text[i] == 'A' ? 'B' : 'A';
        assert_int_not_equal(check_token(jg_str(text), set), JG_OK);
    }
    for (size_t len = 0; len < sizeof(tyk_token) - 1; len++)
        assert_int_not_equal(check_token((struct jg_str){tyk_token, len}, set),
                             JG_OK);
    jg_jwks_free(set);
}

/* The verdict on "header.e30.signature", with a secret. */
static enum jg_err
check_parts(const char *header, const char *signature,
            const struct jg_jwks *set)
{
    struct jg_buf token;
    char text[JG_B64_ENCODED(400)];
    enum jg_err err;

    jg_buf_init(&token, JG_TOKEN_MAX);
    jg_buf_add(&token,
               (struct jg_str){text, jg_b64url_encode(jg_str(header), text)});
    jg_buf_add(&token, JG_STR(".e30."));
    jg_buf_add(&token, jg_str(signature));
    assert_false(token.failed);
    err = check_token(jg_buf_str(&token), set);
    jg_buf_free(&token);
    return err;
}

/* alg none in every spelling, with no, wrong and somebody else's signature */
static void
unsigned_tokens_never_verify(void **state)
{
    static const char *const algs[] = {
        "\"none\"",
        "\"None\"",
        "\"NONE\"",
        "\"nOnE\"",
        "\"none \"",
        "\"\"",
        "\"n\"",
        "\"no\"",
        "\"non\"",
        "null",
        "0",
        "[]",
        "{}",
        "\"none\\n\"",
        "[\"none\"]",
        "\"HS256\"",
        "\"none\\u0020\"",
    };
    static const char *const signatures[] = {
        "",
        "A",
        "AA",
        "e30",
        "7u0ls1snw4tPEzd0JTFaf19oXoOvQYtowiHEAZnan74",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    struct jg_jwks *sets[3] = {NULL};

    (void)state;
    sets[0] = set_of_secret("tyk123");
    assert_err(jg_jwks_of_key(good_key_of_pem(test_key("rsa2048")->public_pem),
                              &sets[1]),
               JG_OK);
    assert_err(jg_jwks_of_key(good_key_of_pem(test_key("P-256")->public_pem),
                              &sets[2]),
               JG_OK);
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < LEN(algs); i++)
            for (size_t s = 0; s < LEN(signatures); s++) {
                char header[60];

                snprintf(header, sizeof(header), "{\"alg\":%s}", algs[i]);
                assert_int_not_equal(
                    check_parts(header, signatures[s], sets[k]), JG_OK);
            }
        jg_jwks_free(sets[k]);
    }
}

static void
the_reason_of_a_refusal_is_exact(void **state)
{
    static char huge[21831];
    struct jg_jwks *secret = set_of_secret("tyk123");
    struct jg_jwks *ec = NULL;
    static const struct {
        const char *header;
        const char *signature;
        bool secret; /* or the EC key */
        enum jg_err want;
    } rows[] = {
        {"{\"alg\":\"HS256\"}", "", true, JG_E_SIGNATURE_SIZE},
        {"{\"alg\":\"HS256\"}", "AAAA", true, JG_E_SIGNATURE_SIZE},
        {"{\"alg\":\"HS256\"}", "!!!!", true, JG_E_BASE64},
        {"{\"alg\":\"HS256\"}", "AAB", true, JG_E_BASE64},
        {"{\"alg\":\"HS256\"}", huge, true, JG_E_SIGNATURE_SIZE},
        {"{\"alg\":\"ES256\"}", huge, false, JG_E_SIGNATURE_SIZE},
        {"{\"alg\":\"RS256\"}", huge, false, JG_E_SIGNATURE_SIZE},
        {"{\"alg\":\"RS256\"}", "AAAA", true, JG_E_KEY_FIT},
        {"{\"alg\":\"none\"}", "AAAA", true, JG_E_KEY_FIT},
        {"{\"alg\":\"none\"}", "", true, JG_E_SIGNATURE_SIZE},
        {"{\"alg\":\"hs256\"}", "AAAA", true, JG_E_KEY_FIT},
        {"{\"alg\":\"HS256\"}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         true, JG_E_SIGNATURE},
        {"{\"alg\":\"HS512\"}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         true, JG_E_SIGNATURE_SIZE},
    };

    (void)state;
    memset(huge, '_', sizeof(huge) - 1);
    assert_err(
        jg_jwks_of_key(good_key_of_pem(test_key("P-256")->public_pem), &ec),
        JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(check_parts(rows[i].header, rows[i].signature,
                               rows[i].secret ? secret : ec),
                   rows[i].want);
    jg_jwks_free(secret);
    jg_jwks_free(ec);
}

/* Three keys, and a token that names one of them, none, or another. */
static void
the_kid_chooses_the_key_and_nothing_else_does(void **state)
{
    static const char set_text[] =
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"b25l\"},"
        "{\"kty\":\"oct\",\"kid\":\"two\",\"k\":\"dHdv\"},"
        "{\"kty\":\"oct\",\"kid\":\"three\",\"k\":\"dGhyZWU\"}]}";
    static const struct {
        const char *header;
        enum jg_err want;
    } rows[] = {
        {"{\"alg\":\"HS256\",\"kid\":\"two\"}", JG_OK},
        {"{\"alg\":\"HS256\",\"kid\":\"one\"}", JG_E_SIGNATURE},
        {"{\"alg\":\"HS256\",\"kid\":\"four\"}", JG_E_KEY_UNKNOWN},
        {"{\"alg\":\"HS256\",\"kid\":\"TWO\"}", JG_E_KEY_UNKNOWN},
        {"{\"alg\":\"HS256\",\"kid\":\"two \"}", JG_E_KEY_UNKNOWN},
        {"{\"alg\":\"HS256\"}", JG_OK}, /* all that fit are tried */
        {"{\"alg\":\"HS256\",\"kid\":7}", JG_OK},
        /* a token brings no keys */
        {"{\"alg\":\"HS256\",\"kid\":\"one\",\"jwk\":{\"kty\":\"oct\","
         "\"k\":\"dHdv\"}}",
         JG_E_SIGNATURE},
    };
    struct jg_signer *signer = NULL;
    struct jg_jwks *set = NULL;

    (void)state;
    assert_err(jg_jwks_parse(jg_str(set_text), false, &set, NULL), JG_OK);
    assert_err(jg_signer_from_secret(JG_STR("two"), &signer, NULL), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_buf token = token_of(signer, "HS256", rows[i].header, "{}");

        assert_err(check_token(jg_buf_str(&token), set), rows[i].want);
        jg_buf_free(&token);
    }
    jg_signer_free(signer);
    jg_jwks_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_wants_exactly_two_dots),
        cmocka_unit_test(split_points_into_the_token),
        cmocka_unit_test(split_takes_up_to_64_kib_and_any_number_of_dots),
        cmocka_unit_test(headers_obey_the_rules),
        cmocka_unit_test(header_fields_come_out_as_they_are),
        cmocka_unit_test(base64url_has_one_spelling),
        cmocka_unit_test(claims_are_one_json_object),
        cmocka_unit_test(a_token_verifies_with_its_secret_only),
        cmocka_unit_test(every_part_of_a_token_is_covered),
        cmocka_unit_test(unsigned_tokens_never_verify),
        cmocka_unit_test(the_reason_of_a_refusal_is_exact),
        cmocka_unit_test(the_kid_chooses_the_key_and_nothing_else_does),
    };

    return cmocka_run_group_tests_name("jose/jws", tests, NULL, NULL);
}
