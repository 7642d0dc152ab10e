/* What the tests of core/jose share: keys and JSON out of texts, tokens. */
#ifndef JG_TESTS_JOSE_CHECK_H
#define JG_TESTS_JOSE_CHECK_H

#include "../check.h"

#include "base/b64.h"
#include "base/buf.h"
#include "jose/jws.h"
#include "jose/sign.h"

#include "keys.h"

/* The JSON in <text>, in <a>. */
static inline const struct jg_json *
json_of(const char *text, struct jg_arena *a)
{
    const struct jg_json *json = NULL;

    assert_err(
        jg_json_parse(jg_str(text), &jg_json_limits_conf, a, &json, NULL),
        JG_OK);
    return json;
}

/* The result of jg_key_from_jwk() for the JWK in <text>. */
static inline enum jg_err
key_of_jwk(const char *text, struct jg_key **out, struct jg_key_fault *fault)
{
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 4096, 16 * 1024 * 1024);
    err = jg_key_from_jwk(json_of(text, &a), out, fault);
    jg_arena_free(&a);
    return err;
}

/* The same for keys that are right. */
static inline struct jg_key *
good_key_of_jwk(const char *text)
{
    struct jg_key *key = NULL;

    assert_err(key_of_jwk(text, &key, NULL), JG_OK);
    return key;
}

static inline struct jg_key *
good_key_of_pem(const char *pem)
{
    struct jg_key *key = NULL;

    assert_err(jg_key_from_public(jg_str(pem), &key, NULL), JG_OK);
    return key;
}

static inline struct jg_key *
good_key_of_secret(const char *secret)
{
    struct jg_key *key = NULL;

    assert_err(jg_key_from_secret(jg_str(secret), &key, NULL), JG_OK);
    return key;
}

static inline struct jg_signer *
good_signer_of_pem(const char *pem)
{
    struct jg_signer *signer = NULL;

    assert_err(jg_signer_from_pem(jg_str(pem), &signer, NULL), JG_OK);
    return signer;
}

/* The row of test_keys called <name>. */
static inline const struct test_key *
test_key(const char *name)
{
    for (size_t i = 0; i < LEN(test_keys); i++)
        if (strcmp(test_keys[i].name, name) == 0)
            return &test_keys[i];
    fail_msg("no test key %s", name);
    return NULL;
}

/* A token of <header> and <claims>, which the caller frees. */
static inline struct jg_buf
token_of(const struct jg_signer *signer, const char *alg, const char *header,
         const char *claims)
{
    struct jg_buf token;

    jg_buf_init(&token, 64 * 1024);
    assert_err(jg_sign(signer, jg_alg_find(jg_str(alg)), jg_str(header),
                       jg_str(claims), &token),
               JG_OK);
    return token;
}

/* Split, read and verify <token> with <set>, as the gateway does. */
static inline enum jg_err
check_token(struct jg_str token, const struct jg_jwks *set)
{
    const struct jg_key *key = NULL;
    struct jg_jws_header header;
    struct jg_jws jws;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 16 * 1024, 16 * 1024 * 1024);
    err = jg_jws_split(token, &jws);
    if (err == JG_OK)
        err = jg_jws_header(&jws, &a, &header);
    if (err == JG_OK)
        err = jg_jws_verify(&jws, &header, set, &a, &key);
    if (err == JG_OK)
        assert_non_null(key);
    else
        assert_null(key);
    jg_arena_free(&a);
    return err;
}

/* Is <word> one of the space-separated words of <list>? */
static inline bool
has_word(const char *list, const char *word)
{
    struct jg_str rest = jg_str(list);

    while (rest.len > 0) {
        const char *space = memchr(rest.p, ' ', rest.len);
        size_t len = space == NULL ? rest.len : (size_t)(space - rest.p);

        if (len == strlen(word) && memcmp(rest.p, word, len) == 0)
            return true;
        rest = jg_str_from(rest, len + (space != NULL));
    }
    return false;
}

#endif
