/* Project Wycheproof's vectors: every case, and how many there were. */
#include "vectors.h"

#define W "wycheproof/"
#define GROUPS_MAX_BYTES (256 * 1024 * 1024)

/* The bytes of a hex string, in <a>. */
static struct jg_str
unhex(struct jg_str hex, struct jg_arena *a)
{
    static const char digits[] = "0123456789abcdef";
    char *out = jg_arena_alloc(a, hex.len / 2 + 1);

    assert_non_null(out);
    for (size_t i = 0; i + 1 < hex.len; i += 2)
        out[i / 2] = (char)((strchr(digits, hex.p[i]) - digits) << 4 |
                            (strchr(digits, hex.p[i + 1]) - digits));
    return (struct jg_str){out, hex.len / 2};
}

/* Cases that a gateway of JWTs answers differently from a library of JWS. */
static const struct {
    const char *file;
    int64_t test;
    bool accept;
} own_answers[] = {
    /* signed emptiness is a JWS, but no JWT */
    {"json_web_signature_test.json", 259, false},
    {"json_web_signature_test.json", 264, false},
    {"json_web_signature_test.json", 268, false},
    {"json_web_signature_test.json", 272, false},
    {"json_web_signature_test.json", 320, false},
    {"json_web_signature_test.json", 325, false},
    /* the second key of that kid is not canonical base64url: it is skipped,
     * and what is left is not ambiguous */
    {"json_web_key_test.json", 4, true},
};

/* What the strict profile says about a case of a JOSE file. */
static bool
strict_accepts(const struct jg_json *profile, const char *file,
               const struct jg_json *test)
{
    const struct jg_json *rows = member(profile, "deviations");

    for (size_t i = 0; i < LEN(own_answers); i++)
        if (strcmp(own_answers[i].file, file) == 0 &&
            own_answers[i].test == number_of(test, "tcId"))
            return own_answers[i].accept;
    for (uint32_t i = 0; i < rows->count; i++)
        if (jg_str_eq(text_of(&rows->items[i], "file"), jg_str(file)) &&
            number_of(&rows->items[i], "tcId") == number_of(test, "tcId"))
            return jg_str_eq(text_of(&rows->items[i], "strict"),
                             JG_STR("accept"));
    return jg_str_eq(text_of(test, "result"), JG_STR("valid"));
}

/* The verdict on a token whose payload is no JSON, but must be base64url. */
static bool
accepts(struct jg_str token, const struct jg_jwks *set)
{
    struct jg_arena a;
    struct jg_jws jws;
    struct jg_str payload;
    bool good;

    jg_arena_init(&a, 4096, 1024 * 1024);
    good = check_token(token, set) == JG_OK &&
           jg_jws_split(token, &jws) == JG_OK &&
           jg_b64url_decode_arena(jws.payload, &a, &payload) == JG_OK;
    jg_arena_free(&a);
    return good;
}

static void
every_jose_case_ends_as_the_strict_profile_says(void **state)
{
    static const char *const files[] = {"json_web_signature_test.json",
                                        "json_web_key_test.json"};
    size_t cases = 0, accepted = 0, risky = 0, wrong = 0;
    const struct jg_json *profile;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 1024 * 1024, GROUPS_MAX_BYTES);
    profile = vector_json(W "STRICT-PROFILE.json", &a);
    for (size_t f = 0; f < LEN(files); f++) {
        char name[100];
        const struct jg_json *groups;

        snprintf(name, sizeof(name), W "%s", files[f]);
        groups = member(vector_json(name, &a), "testGroups");
        for (uint32_t g = 0; g < groups->count; g++) {
            const struct jg_json *group = &groups->items[g];
            const struct jg_json *keys = jg_json_get(group, JG_STR("public"));
            const struct jg_json *tests = member(group, "tests");
            struct jg_jwks *set =
                set_of(keys != NULL ? keys : member(group, "private"), false);

            for (uint32_t t = 0; t < tests->count; t++) {
                const struct jg_json *test = &tests->items[t];
                bool good = accepts(text_of(test, "jws"), set);
                bool strict = good && !is_risky(set);

                cases++;
                accepted += strict;
                risky += good && !strict;
                if (strict != strict_accepts(profile, files[f], test)) {
                    print_error("%s tcId %d: %s\n", files[f],
                                (int)number_of(test, "tcId"),
                                strict ? "accepted" : "refused");
                    wrong++;
                }
            }
            jg_jwks_free(set);
        }
    }
    print_message("# wycheproof JOSE: %zu cases, %zu accepted, %zu more only "
                  "with a warning (ROCA, 1024 bits, short secrets)\n",
                  cases, accepted, risky);
    assert_int_equal(wrong, 0);
    assert_int_equal(cases, 427);
    jg_arena_free(&a);
}

/* Does the padding of this PSS group follow RFC 7518 3.5? */
static bool
is_jose_pss(const struct jg_json *group)
{
    struct jg_str sha = text_of(group, "sha");
    uint64_t bits = 0;

    return jg_str_to_u64(jg_str_from(sha, 4), &bits) &&
           jg_str_eq(sha, text_of(group, "mgfSha")) &&
           number_of(group, "sLen") * 8 == (int64_t)bits;
}

/* Files of raw signatures, the algorithm that they are tried with, and how. */
enum mode {
    AS_SAID, /* "valid" verifies, everything else does not */
    PSS,     /* "valid" verifies if the parameters are JOSE's */
    NOTHING, /* nothing verifies */
};

static const struct {
    const char *file;
    const char *alg; /* NULL: by the group's "sha", with PS */
    enum mode mode;
    int64_t except; /* a case that must verify against the file */
} raw_files[] = {
    {"ecdsa_secp256r1_sha256_p1363", "ES256", AS_SAID, 0},
    {"ecdsa_secp384r1_sha384_p1363", "ES384", AS_SAID, 0},
    {"ecdsa_secp521r1_sha512_p1363", "ES512", AS_SAID, 0},
    {"ecdsa_secp256k1_sha256_p1363", "ES256K", AS_SAID, 0},
    {"ecdsa_secp256r1_sha256", "ES256", NOTHING, 0}, /* DER */
    {"rsa_signature_2048_sha256", "RS256", AS_SAID, 0},
    {"rsa_signature_2048_sha384", "RS384", AS_SAID, 0},
    {"rsa_signature_2048_sha512", "RS512", AS_SAID, 0},
    {"rsa_signature_3072_sha256", "RS256", AS_SAID, 0},
    {"rsa_signature_3072_sha384", "RS384", AS_SAID, 0},
    {"rsa_signature_3072_sha512", "RS512", AS_SAID, 0},
    {"rsa_signature_4096_sha256", "RS256", AS_SAID, 0},
    {"rsa_signature_4096_sha384", "RS384", AS_SAID, 0},
    {"rsa_signature_4096_sha512", "RS512", AS_SAID, 0},
    {"rsa_pss_2048_sha256_mgf1_32", "PS256", AS_SAID, 0},
    {"rsa_pss_2048_sha384_mgf1_48", "PS384", AS_SAID, 0},
    {"rsa_pss_3072_sha256_mgf1_32", "PS256", AS_SAID, 0},
    {"rsa_pss_4096_sha256_mgf1_32", "PS256", AS_SAID, 0},
    {"rsa_pss_4096_sha384_mgf1_48", "PS384", AS_SAID, 0},
    {"rsa_pss_4096_sha512_mgf1_64", "PS512", AS_SAID, 0},
    /* salted with 0 or 20 bytes: none is JOSE's but one "invalid" of 32 */
    {"rsa_pss_2048_sha256_mgf1_0", "PS256", PSS, 69},
    {"rsa_pss_2048_sha256_mgf1sha1_20", "PS256", PSS, 0},
    {"rsa_pss_misc", NULL, PSS, 0},
    {"ed25519", "EdDSA", AS_SAID, 0},
    {"ed25519", "Ed25519", AS_SAID, 0},
    {"ed448", "EdDSA", AS_SAID, 0},
    {"ed448", "Ed448", AS_SAID, 0},
};

/* The algorithm of a group: the row's, or PS with the group's hash. */
static const struct jg_alg *
group_alg(const char *alg, const struct jg_json *group)
{
    char name[20];

    if (alg != NULL)
        return jg_alg_find(jg_str(alg));
    snprintf(name, sizeof(name), "PS%.*s",
             JG_STR_ARG(jg_str_from(text_of(group, "sha"), 4)));
    return jg_alg_find(jg_str(name));
}

static void
every_raw_signature_ends_as_jose_wants(void **state)
{
    size_t cases = 0, accepted = 0, wrong = 0, foreign = 0;

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t f = 0; f < LEN(raw_files); f++) {
        const struct jg_json *groups;
        struct jg_arena a;
        char name[100];

        jg_arena_init(&a, 1024 * 1024, GROUPS_MAX_BYTES);
        snprintf(name, sizeof(name), W "%s_test.json", raw_files[f].file);
        groups = member(vector_json(name, &a), "testGroups");
        for (uint32_t g = 0; g < groups->count; g++) {
            const struct jg_json *group = &groups->items[g];
            const struct jg_json *tests = member(group, "tests");
            const struct jg_alg *alg = group_alg(raw_files[f].alg, group);
            struct jg_key *key = NULL;

            if (alg == NULL) { /* SHA-1, SHA-224: no JOSE algorithm */
                foreign += tests->count;
                continue;
            }
            assert_err(
                jg_key_from_public(text_of(group, "publicKeyPem"), &key, NULL),
                JG_OK);
            for (uint32_t t = 0; t < tests->count; t++) {
                const struct jg_json *test = &tests->items[t];
                enum jg_err err =
                    jg_key_verify(key, alg, unhex(text_of(test, "msg"), &a),
                                  unhex(text_of(test, "sig"), &a));
                bool want = jg_str_eq(text_of(test, "result"), JG_STR("valid"));

                if (raw_files[f].mode == NOTHING ||
                    (raw_files[f].mode == PSS && !is_jose_pss(group)))
                    want = false;
                if (raw_files[f].except == number_of(test, "tcId"))
                    want = true;
                if ((err == JG_OK) != want ||
                    (err != JG_OK && err != JG_E_SIGNATURE &&
                     err != JG_E_SIGNATURE_SIZE)) {
                    print_error("%s tcId %d: %s\n", name,
                                (int)number_of(test, "tcId"),
                                jg_err_info(err)->name);
                    wrong++;
                }
                cases++;
                accepted += err == JG_OK;
            }
            jg_key_free(key);
        }
        jg_arena_free(&a);
    }
    print_message("# wycheproof signatures: %zu cases, %zu accepted, %zu of "
                  "hashes outside JOSE left out\n",
                  cases, accepted, foreign);
    assert_int_equal(wrong, 0);
    assert_true(cases > 5000);
}

static void
every_mac_is_compared_in_full(void **state)
{
    static const struct {
        const char *file, *alg;
    } files[] = {
        {W "hmac_sha256_test.json", "HS256"},
        {W "hmac_sha384_test.json", "HS384"},
        {W "hmac_sha512_test.json", "HS512"},
    };
    size_t cases = 0, accepted = 0;

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t f = 0; f < LEN(files); f++) {
        const struct jg_alg *alg = jg_alg_find(jg_str(files[f].alg));
        const struct jg_json *groups;
        struct jg_arena a;

        jg_arena_init(&a, 1024 * 1024, GROUPS_MAX_BYTES);
        groups = member(vector_json(files[f].file, &a), "testGroups");
        for (uint32_t g = 0; g < groups->count; g++) {
            const struct jg_json *tests = member(&groups->items[g], "tests");
            bool whole = number_of(&groups->items[g], "tagSize") ==
                         (int64_t)alg->signature_bytes * 8;

            for (uint32_t t = 0; t < tests->count; t++) {
                const struct jg_json *test = &tests->items[t];
                bool valid =
                    jg_str_eq(text_of(test, "result"), JG_STR("valid"));
                struct jg_key *key = NULL;

                assert_err(jg_key_from_secret(unhex(text_of(test, "key"), &a),
                                              &key, NULL),
                           JG_OK);
                assert_err(jg_key_verify(key, alg,
                                         unhex(text_of(test, "msg"), &a),
                                         unhex(text_of(test, "tag"), &a)),
                           !whole  ? JG_E_SIGNATURE_SIZE
                           : valid ? JG_OK
                                   : JG_E_SIGNATURE);
                cases++;
                accepted += whole && valid;
                jg_key_free(key);
            }
        }
        jg_arena_free(&a);
    }
    print_message("# wycheproof HMAC: %zu cases, %zu accepted\n", cases,
                  accepted);
    assert_int_equal(cases, 522);
}

static void
points_off_their_curve_are_refused(void **state)
{
    static const struct {
        const char *name;
        const char *crv; /* keys on other curves prove nothing here */
        bool signs;
    } files[] = {
        {W "ecdh_secp256r1_webcrypto_test.json", "P-256", true},
        {W "ecdh_secp384r1_webcrypto_test.json", "P-384", true},
        {W "ecdh_secp521r1_webcrypto_test.json", "P-521", true},
        {W "x25519_jwk_test.json", "X25519", false},
    };
    size_t cases = 0, refused = 0, wrong = 0;

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t f = 0; f < LEN(files); f++) {
        const struct jg_json *groups;
        struct jg_arena a;

        jg_arena_init(&a, 1024 * 1024, GROUPS_MAX_BYTES);
        groups = member(vector_json(files[f].name, &a), "testGroups");
        for (uint32_t g = 0; g < groups->count; g++) {
            const struct jg_json *tests = member(&groups->items[g], "tests");

            for (uint32_t t = 0; t < tests->count; t++) {
                const struct jg_json *test = &tests->items[t];
                const struct jg_json *jwk = member(test, "public");
                bool good = files[f].signs &&
                            jg_str_eq(text_of(test, "result"), JG_STR("valid"));
                struct jg_key *key = NULL;
                enum jg_err err = jg_key_from_jwk(jwk, &key, NULL);

                cases++;
                refused += err == JG_E_KEY;
                jg_key_free(key);
                if (!jg_str_eq(text_of(jwk, "crv"), jg_str(files[f].crv)) ||
                    err == (good ? JG_OK : JG_E_KEY))
                    continue;
                print_error("%s tcId %d: %s\n", files[f].name,
                            (int)number_of(test, "tcId"),
                            jg_err_info(err)->name);
                wrong++;
            }
        }
        jg_arena_free(&a);
    }
    print_message("# wycheproof key agreement: %zu JWKs, %zu refused\n", cases,
                  refused);
    assert_int_equal(wrong, 0);
    assert_true(cases > 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_jose_case_ends_as_the_strict_profile_says),
        cmocka_unit_test(every_raw_signature_ends_as_jose_wants),
        cmocka_unit_test(every_mac_is_compared_in_full),
        cmocka_unit_test(points_off_their_curve_are_refused),
    };

    return cmocka_run_group_tests_name("jose/wycheproof", tests, NULL, NULL);
}
