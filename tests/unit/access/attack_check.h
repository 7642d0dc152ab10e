/* What the tests of known attacks share: APIs to attack, and the reason why a
 * request was refused. */
#ifndef JG_TESTS_ATTACK_CHECK_H
#define JG_TESTS_ATTACK_CHECK_H

#include "access_check.h"

static const struct doc apis[] = {
    JWT_API("hmac", ",\"auth_configs\":{\"jwt\":{\"use_param\":true,"
                    "\"param_name\":\"jwt\",\"use_cookie\":true,"
                    "\"cookie_name\":\"jwt\"}}"),
    JWT_API("twin", ""),
    JWT_API("pinned", ",\"jwt_algorithms\":[\"HS256\"]"),
    JWT_API("strict", ",\"jwt_profile\":\"strict\""),
    {"good", "{\"api_id\":\"good\",\"org_id\":\"default\",\"active\":true,"
             "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
             "\"jwt_source\":\"" STRONG_BASE64 "\",\"jwt_profile\":\"strict\","
             "\"jwt_policy_field_name\":\"pol\","
             "\"proxy\":{\"listen_path\":\"/good/\","
             "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    /* no method is hmac, as in Tyk: a public key there closes the API */
    {"unsaid", "{\"api_id\":\"unsaid\",\"org_id\":\"default\",\"active\":true,"
               "\"enable_jwt\":true,\"jwt_source\":\"%PEM%\","
               "\"jwt_policy_field_name\":\"pol\","
               "\"proxy\":{\"listen_path\":\"/unsaid/\","
               "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    JWT_API("scoped", ",\"scopes\":{\"jwt\":{\"scope_claim_name\":\"scope\","
                      "\"scope_to_policy\":{\"admin\":\"all\"}}}"),
    JWT_API("torn", ",\"jwt_default_policies\":[\"all\",\"off\"]"),
    JWT_API("named",
            ",\"enable_context_vars\":true,\"version_data\":{"
            "\"not_versioned\":true,\"versions\":{\"Default\":{\"name\":"
            "\"Default\",\"global_headers\":{\"X-User\":"
            "\"$tyk_context.jwt_claims_sub\",\"X-Roles\":"
            "\"$tyk_context.jwt_claims_roles\",\"X-Empty\":\"\","
            "\"Host\":\"evil\",\"Content-Length\":\"0\"}}}}"),
    {"rsa", "{\"api_id\":\"rsa\",\"org_id\":\"default\",\"active\":true,"
            "\"enable_jwt\":true,\"jwt_signing_method\":\"rsa\","
            "\"jwt_source\":\"%PEM%\",\"jwt_policy_field_name\":\"pol\","
            "\"proxy\":{\"listen_path\":\"/rsa/\","
            "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"ec", "{\"api_id\":\"ec\",\"org_id\":\"default\",\"active\":true,"
           "\"enable_jwt\":true,\"jwt_signing_method\":\"ecdsa\","
           "\"jwt_source\":\"%SET%\",\"jwt_policy_field_name\":\"pol\","
           "\"proxy\":{\"listen_path\":\"/ec/\","
           "\"target_url\":\"http://127.0.0.1:8000\"}}"},
};

#define ALL                                                                    \
    ",\"access_rights\":{\"hmac\":{},\"twin\":{},\"pinned\":{},\"strict\":{}," \
    "\"good\":{},\"rsa\":{},\"ec\":{},\"unsaid\":{},\"scoped\":{},"            \
    "\"torn\":{},\"named\":{}}"
static const struct doc policies[] = {
    POLICY("all", ALL), POLICY("off", ALL ",\"is_inactive\":true")};

static const char rsa_pem[] =
    "-----BEGIN PUBLIC KEY-----\\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\\n"
    "4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u\\n"
    "+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyeh\\n"
    "kd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ\\n"
    "0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdg\\n"
    "cKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbc\\n"
    "mwIDAQAB\\n"
    "-----END PUBLIC KEY-----\\n";

/* RFC 7517 A.1, and a P-384 key beside it. */
static const char ec_set[] =
    "{\\\"keys\\\":[{\\\"kty\\\":\\\"EC\\\",\\\"kid\\\":\\\"1\\\","
    "\\\"crv\\\":\\\"P-256\\\","
    "\\\"x\\\":\\\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\\\","
    "\\\"y\\\":\\\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\\\"}]}";

#define HEADER(more) "{\"alg\":\"HS256\"" more "}"
#define CLAIMS(more) "{\"sub\":\"a\",\"pol\":\"all\"" more "}"
#define BEARER "Authorization: Bearer %T"

struct world {
    struct jg_snapshot *snapshot;
    struct jg_signer *signer, *strong;
    struct jg_token_cache *cache;
    struct jg_buf token;
};

static inline const char *
with_text(const char *text, const char *mark, const char *value)
{
    const char *at = strstr(text, mark);
    size_t size = strlen(text) + strlen(value) + 1;
    char *out;

    if (at == NULL)
        return text;
    out = malloc(size);
    snprintf(out, size, "%.*s%s%s", (int)(at - text), text, value,
             at + strlen(mark));
    return out;
}

static inline int
setup(void **state)
{
    static const struct jg_hash_key key = {3, 4};
    static struct doc docs[LEN(apis)];
    struct world *w = calloc(1, sizeof(*w));

    for (size_t i = 0; i < LEN(apis); i++)
        docs[i] = (struct doc){
            apis[i].id, with_text(with_text(apis[i].text, "%PEM%", rsa_pem),
                                  "%SET%", ec_set)};
    w->snapshot =
        snapshot_with(NULL, 1, "{}", docs, LEN(docs), policies, LEN(policies));
    for (size_t i = 0; i < LEN(apis); i++)
        if (docs[i].text != apis[i].text)
            free((char *)(uintptr_t)docs[i].text);
    w->signer = signer_of_secret(SECRET);
    w->strong = signer_of_secret(STRONG);
    assert_err(jg_cache_new(1024 * 1024, &key, &w->cache), JG_OK);
    jg_buf_init(&w->token, 1024 * 1024);
    *state = w;
    return 0;
}

static inline int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_cache_free(w->cache);
    jg_signer_free(w->strong);
    jg_signer_free(w->signer);
    jg_snapshot_free(w->snapshot);
    free(w);
    return 0;
}

/* The reason for one request; it is the same a second time, from the cache. */
static inline enum jg_err
reason_of(struct world *w, const char *target, const char *lines,
          struct jg_str token)
{
    enum jg_err reasons[2];

    for (size_t i = 0; i < 2; i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;
        enum jg_verdict verdict;

        make_request(&c, target, lines, token);
        start_decision(&d, w->snapshot, &c, &a);
        d.with.cache = w->cache;
        verdict = jg_decide(&d);
        reasons[i] = d.reason;
        assert_verdict(verdict, d.reason == JG_OK ? JG_ALLOW : JG_DENY);
        if (verdict == JG_DENY) {
            assert_in_range(jg_decision_status(&d), 400, 499);
            assert_true(jg_decision_text(&d).len < 100);
        }
        end_decision(&d);
        end_request(&c);
    }
    assert_err(reasons[1], reasons[0]);
    return reasons[0];
}

static inline enum jg_err
reason_of_token(struct world *w, const char *target, const char *header,
                const char *claims)
{
    make_token(w->signer, header, claims, &w->token);
    return reason_of(w, target, BEARER, jg_buf_str(&w->token));
}

/* The same token with any text as its three parts. */
static inline enum jg_err
reason_of_parts(struct world *w, const char *target, const char *header,
                const char *claims, const char *signature)
{
    char part[4096];
    size_t len;

    jg_buf_reset(&w->token);
    len = jg_b64url_encode(jg_str(header), part);
    jg_buf_add(&w->token, (struct jg_str){part, len});
    jg_buf_addc(&w->token, '.');
    len = jg_b64url_encode(jg_str(claims), part);
    jg_buf_add(&w->token, (struct jg_str){part, len});
    jg_buf_addc(&w->token, '.');
    jg_buf_add(&w->token, jg_str(signature));
    return reason_of(w, target, BEARER, jg_buf_str(&w->token));
}

#endif
