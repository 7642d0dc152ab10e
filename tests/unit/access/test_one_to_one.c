/* one_to_one.c: each caller's token is verified with a key of his own. */
#include "jose/export.h"
#include "stored_check.h"

#define ONE(id, more)                                                        \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\",\"proxy\":" \
            "{\"listen_path\":\"/" id "/\",\"target_url\":"                  \
            "\"http://127.0.0.1:8000\"}" more "}"                            \
    }

static const struct doc apis[] = {
    ONE("hmac", ""),
    ONE("skip", ",\"jwt_skip_kid\":true,\"jwt_identity_base_field\":\"who\""),
    ONE("strict", ",\"jwt_profile\":\"strict\""),
    {"ecdsa", "{\"api_id\":\"ecdsa\",\"org_id\":\"default\",\"active\":true,"
              "\"enable_jwt\":true,\"jwt_signing_method\":\"ecdsa\",\"proxy\":"
              "{\"listen_path\":\"/ecdsa/\",\"target_url\":"
              "\"http://127.0.0.1:8000\"}}"},
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"hmac\":{},\"skip\":{}}"),
};

#define RIGHTS_ALL \
    "\"access_rights\":{\"hmac\":{},\"skip\":{},\"strict\":{},\"ecdsa\":{}}"
#define KEY_OF(secret) \
    "{" RIGHTS_ALL ",\"jwt_data\":{\"secret\":\"" secret "\"}}"
#define HEADER(kid) "{\"alg\":\"HS256\",\"kid\":\"" kid "\"}"

static struct world *
open_world(void)
{
    static struct world w;

    world_open(&w, "{}", apis, LEN(apis), policies, LEN(policies));
    return &w;
}

/* Decide about a token of these texts, signed with <secret>. */
static void
ask_with(struct world *w, const char *target, const char *header,
         const char *claims, const char *secret, struct answer *out)
{
    struct jg_signer *signer = signer_of_secret(secret);
    struct jg_buf token;

    jg_buf_init(&token, 64 * 1024);
    make_token(signer, header, claims, &token);
    ask(w, target, "Authorization: Bearer %T", jg_buf_str(&token), out);
    jg_buf_free(&token);
    jg_signer_free(signer);
}

static void
the_kid_or_the_identity_names_the_key(void **state)
{
    static const struct {
        const char *target, *header, *claims, *secret;
        enum jg_err reason;
        int status;
        const char *text;
    } rows[] = {
        {"/hmac/", HEADER("alice"), "{}", SECRET, JG_OK, 200, ""},
        {"/hmac/", HEADER("alice"), "{\"sub\":\"bob\"}", SECRET, JG_OK, 200,
         ""},
        {"/hmac/", HS256, "{\"sub\":\"alice\"}", SECRET, JG_OK, 200, ""},
        {"/skip/", HEADER("bob"), "{\"who\":\"alice\"}", SECRET, JG_OK, 200,
         ""},
        {"/skip/", HEADER("bob"), "{\"sub\":\"alice\"}", SECRET, JG_OK, 200,
         ""},
        {"/hmac/", HEADER("policy"), "{}", SECRET, JG_OK, 200, ""},
        /* Of somebody else. */
        {"/hmac/", HEADER("bob"), "{\"sub\":\"alice\"}", SECRET, JG_E_SIGNATURE,
         403, "Key not authorized"},
        {"/skip/", HEADER("alice"), "{\"who\":\"bob\"}", SECRET, JG_E_SIGNATURE,
         403, "Key not authorized"},
        /* Of nobody. */
        {"/hmac/", HEADER("carol"), "{\"sub\":\"alice\"}", SECRET,
         JG_E_ONE_TO_ONE, 403, "Key not authorized"},
        {"/hmac/", HEADER(""), "{\"sub\":\"alice\"}", SECRET, JG_E_ONE_TO_ONE,
         403, "Key not authorized"},
        {"/hmac/", HS256, "{}", SECRET, JG_E_ONE_TO_ONE, 403,
         "Key not authorized"},
        {"/hmac/", HS256, "{\"sub\":\"\"}", SECRET, JG_E_ONE_TO_ONE, 403,
         "Key not authorized"},
        {"/skip/", HEADER("alice"), "{\"who\":\"\",\"sub\":\"alice\"}", SECRET,
         JG_E_ONE_TO_ONE, 403, "Key not authorized"},
        {"/hmac/", HEADER("no session"), "{}", SECRET, JG_E_ONE_TO_ONE, 403,
         "Key not authorized"},
        /* A key without a usable secret. */
        {"/hmac/", HEADER("no secret"), "{}", SECRET, JG_E_ONE_TO_ONE_SECRET,
         403, "Key not authorized"},
        {"/hmac/", HEADER("public"), "{}", SECRET, JG_E_ONE_TO_ONE_SECRET, 403,
         "Key not authorized"},
        {"/hmac/", HEADER("no policy"), "{}", SECRET, JG_E_ONE_TO_ONE_POLICIES,
         403, "Key not authorized"},
        /* What comes later is as ever. */
        {"/hmac/", "{\"alg\":\"RS256\",\"kid\":\"alice\"}", "{}", SECRET,
         JG_E_ALG, 403, "Key not authorized: Unexpected signing method"},
        {"/hmac/", HEADER("alice"), "{\"exp\":1}", SECRET, JG_E_CLAIM_EXP, 401,
         "Key not authorized: token has expired"},
        {"/hmac/", HEADER("expired"), "{}", SECRET, JG_E_KEY_EXPIRED, 401,
         "Key has expired, please renew"},
        {"/hmac/", HEADER("elsewhere"), "{}", SECRET, JG_E_ACCESS, 403,
         "Access to this API has been disallowed"},
    };
    struct world *w = open_world();

    (void)state;
    store_key(w, "defaultalice", KEY_OF(SECRET));
    store_key(w, "bob", KEY_OF("another"));
    store_key(w, "policy",
              "{\"apply_policies\":[\"all\"],\"jwt_data\":{"
              "\"secret\":\"" SECRET "\"}}");
    store_key(w, "no policy",
              "{\"apply_policies\":[\"gone\"],\"jwt_data\":{"
              "\"secret\":\"" SECRET "\"}}");
    store_key(w, "no secret", "{" RIGHTS_ALL "}");
    store_key(w, "no session", "[]");
    store_key(w, "public", KEY_OF("-----BEGIN PUBLIC KEY-----"));
    store_key(w, "expired",
              "{" RIGHTS_ALL ",\"expires\":1,\"jwt_data\":{"
              "\"secret\":\"" SECRET "\"}}");
    store_key(w, "elsewhere",
              "{\"access_rights\":{\"x\":{}},\"jwt_data\":{"
              "\"secret\":\"" SECRET "\"}}");
    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer answer;

        ask_with(w, rows[i].target, rows[i].header, rows[i].claims,
                 rows[i].secret, &answer);
        if (answer.reason != rows[i].reason)
            print_error("row %zu\n", i);
        assert_err(answer.reason, rows[i].reason);
        assert_int_equal(answer.status, rows[i].status);
        assert_string_equal(answer.text, rows[i].text);
        assert_null(strstr(answer.seen, SECRET));
    }
    world_close(w);
}

/* The empty secret signs what everybody can sign. */
static void
an_empty_secret_verifies_nothing(void **state)
{
    struct world *w = open_world();
    struct answer answer;

    (void)state;
    store_key(w, "alice", KEY_OF(""));
    ask_with(w, "/hmac/", HEADER("alice"), "{}", "x", &answer);
    assert_err(answer.reason, JG_E_ONE_TO_ONE_SECRET);
    world_close(w);
}

static void
a_strict_api_takes_no_weak_secret(void **state)
{
    static const char claims[] =
        "{\"exp\":1700000100,\"iss\":\"i\",\"aud\":\"a\",\"sub\":\"s\"}";
    struct world *w = open_world();
    struct answer answer;

    (void)state;
    store_key(w, "weak", KEY_OF(SECRET));
    store_key(w, "good", KEY_OF("eb2c8d1f0a7e4b6c9d3f5a1e7c2b8d4f"));
    ask_with(w, "/strict/", HEADER("weak"), claims, SECRET, &answer);
    assert_err(answer.reason, JG_E_ONE_TO_ONE_SECRET);
    assert_int_equal(answer.status, 401);
    ask_with(w, "/strict/", HEADER("good"), claims,
             "eb2c8d1f0a7e4b6c9d3f5a1e7c2b8d4f", &answer);
    assert_err(answer.reason, JG_OK);
    world_close(w);
}

/* A public key of the caller's, as a PEM in JSON. */
static void
store_public_key(struct world *w, const char *key, const struct jg_signer *s)
{
    struct jg_buf pair, pem, session;
    struct jg_key *public;

    jg_buf_init(&pair, 4096);
    jg_buf_init(&pem, 4096);
    jg_buf_init(&session, 8192);
    assert_err(jg_pem_write_private(s, &pair), JG_OK);
    assert_err(jg_key_from_public(jg_buf_str(&pair), &public, NULL), JG_OK);
    assert_err(jg_pem_write(public, &pem), JG_OK);
    jg_key_free(public);
    jg_buf_add(&session, JG_STR("{" RIGHTS_ALL ",\"jwt_data\":{\"secret\":"));
    jg_buf_add_quoted(&session, jg_buf_str(&pem));
    jg_buf_add(&session, JG_STR("}}"));
    jg_buf_addc(&session, '\0');
    store_key(w, key, session.p);
    jg_buf_free(&pair);
    jg_buf_free(&pem);
    jg_buf_free(&session);
}

static void
a_caller_may_have_a_key_pair(void **state)
{
    const struct jg_alg *es256 = jg_alg_find(JG_STR("ES256"));
    struct world *w = open_world();
    struct jg_signer *alice = NULL, *bob = NULL;
    struct answer answer;
    struct jg_buf token;

    (void)state;
    assert_err(jg_signer_generate(es256, 0, &alice, NULL), JG_OK);
    assert_err(jg_signer_generate(es256, 0, &bob, NULL), JG_OK);
    store_public_key(w, "alice", alice);
    store_public_key(w, "bob", bob);
    store_key(w, "secret", KEY_OF(SECRET));
    jg_buf_init(&token, 4096);
    assert_err(jg_sign(alice, es256,
                       JG_STR("{\"alg\":\"ES256\",\"kid\":\"alice\"}"),
                       JG_STR("{}"), &token),
               JG_OK);
    ask(w, "/ecdsa/", "Authorization: %T", jg_buf_str(&token), &answer);
    assert_err(answer.reason, JG_OK);
    jg_buf_reset(&token);
    assert_err(jg_sign(alice, es256,
                       JG_STR("{\"alg\":\"ES256\",\"kid\":\"bob\"}"),
                       JG_STR("{}"), &token),
               JG_OK);
    ask(w, "/ecdsa/", "Authorization: %T", jg_buf_str(&token), &answer);
    assert_err(answer.reason, JG_E_SIGNATURE);
    jg_buf_reset(&token);
    assert_err(jg_sign(alice, es256,
                       JG_STR("{\"alg\":\"ES256\",\"kid\":\"secret\"}"),
                       JG_STR("{}"), &token),
               JG_OK);
    ask(w, "/ecdsa/", "Authorization: %T", jg_buf_str(&token), &answer);
    assert_err(answer.reason, JG_E_ONE_TO_ONE_SECRET);
    jg_buf_free(&token);
    jg_signer_free(alice);
    jg_signer_free(bob);
    world_close(w);
}

static void
a_changed_secret_verifies_no_token_from_before(void **state)
{
    static const struct jg_hash_key key = {1, 2};
    struct world *w = open_world();
    struct answer answer;

    (void)state;
    assert_err(jg_cache_new(1024 * 1024, &key, &w->cache), JG_OK);
    store_key(w, "alice", KEY_OF(SECRET));
    for (int i = 0; i < 2; i++) {
        ask_with(w, "/hmac/", HEADER("alice"), "{}", SECRET, &answer);
        assert_err(answer.reason, JG_OK);
        assert_int_equal(answer.cached, i > 0);
    }
    store_key(w, "alice", KEY_OF("changed"));
    ask_with(w, "/hmac/", HEADER("alice"), "{}", SECRET, &answer);
    assert_err(answer.reason, JG_E_SIGNATURE);
    /* The same content again is another one: the token is verified anew. */
    store_key(w, "alice", KEY_OF(SECRET));
    ask_with(w, "/hmac/", HEADER("alice"), "{}", SECRET, &answer);
    assert_err(answer.reason, JG_OK);
    assert_false(answer.cached);
    /* What comes before it in the order of the lookup counts at once. */
    store_key(w, "defaultalice", KEY_OF("changed"));
    ask_with(w, "/hmac/", HEADER("alice"), "{}", SECRET, &answer);
    assert_err(answer.reason, JG_E_SIGNATURE);
    drop_key(w, "defaultalice");
    drop_key(w, "alice");
    ask_with(w, "/hmac/", HEADER("alice"), "{}", SECRET, &answer);
    assert_err(answer.reason, JG_E_ONE_TO_ONE);
    world_close(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kid_or_the_identity_names_the_key),
        cmocka_unit_test(an_empty_secret_verifies_nothing),
        cmocka_unit_test(a_strict_api_takes_no_weak_secret),
        cmocka_unit_test(a_caller_may_have_a_key_pair),
        cmocka_unit_test(a_changed_secret_verifies_no_token_from_before),
    };

    return cmocka_run_group_tests_name("access/one_to_one", tests, NULL, NULL);
}
