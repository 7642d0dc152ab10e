/* The hints: one row and one small function each. */
#include "access/hints.h"

#include "base/b64.h"
#include "base/buf.h"

#define HINT_MAX 600        /* bytes of one hint */
#define CLOCK_DRIFT_MAX 300 /* seconds; beyond it a clock is not the reason */

/* Writes the hint into <b> and is true, or is false: it does not apply. */
typedef bool hint(const struct jg_decision *d, struct jg_buf *b);

static struct jg_str
claim(const struct jg_decision *d, const char *name)
{
    return jg_json_string(jg_json_get(d->unverified, jg_str(name)));
}

static bool
opaque(const struct jg_decision *d, struct jg_buf *b)
{
    if (jg_str_find(d->token, '.') < d->token.len)
        return false;
    jg_buf_add(b, JG_STR("This is an opaque token, not a JWT. Auth0 issues one "
                         "when the client "
                         "asks without an audience: send \"audience\" with the "
                         "API's identifier "
                         "in the token request."));
    return true;
}

static bool
bearer_twice(const struct jg_decision *d, struct jg_buf *b)
{
    if (!jg_str_starts_nocase(d->token, JG_STR("Bearer")))
        return false;
    jg_buf_add(b, JG_STR("\"Bearer\" was sent twice: the token's own text "
                         "begins with it."));
    return true;
}

/* Proxies and cookies cut at round sizes. */
static bool
cut(const struct jg_decision *d, struct jg_buf *b)
{
    size_t len = d->token.len;

    if (len < 2000 || (len % 1024 > 8 && len % 1024 < 1016 && len != 4000))
        return false;
    jg_buf_addf(b,
                "The token has %zu bytes, a size at which proxies and "
                "cookies cut: compare its end with what was issued.",
                len);
    return true;
}

/* What is meant for the client itself goes to the API by mistake. */
static bool
id_token(const struct jg_decision *d, struct jg_buf *b)
{
    if (jg_json_get(d->unverified, JG_STR("at_hash")) == NULL &&
        jg_json_get(d->unverified, JG_STR("nonce")) == NULL &&
        !jg_str_eq(claim(d, "typ"), JG_STR("ID")))
        return false;
    jg_buf_add(b, JG_STR("This looks like an ID token (it has nonce, at_hash "
                         "or typ ID): send the access token."));
    return true;
}

static bool
audience_account(const struct jg_decision *d, struct jg_buf *b)
{
    const struct jg_json *aud = jg_json_get(d->unverified, JG_STR("aud"));
    struct jg_str one = jg_json_string(aud);

    if (aud != NULL && aud->type == JG_JSON_ARRAY && aud->count == 1)
        one = jg_json_string(&aud->items[0]);
    if (!jg_str_eq(one, JG_STR("account")))
        return false;
    jg_buf_add(
        b,
        JG_STR(
            "Keycloak puts aud \"account\" into every token. Add an audience "
            "mapper: Clients, the client, Client scopes, its -dedicated scope, "
            "Add mapper, By configuration, Audience."));
    return true;
}

static bool
clock_drift(const struct jg_decision *d, struct jg_buf *b)
{
    static const struct {
        enum jg_err reason;
        struct jg_str claim;
        const char *skew;
    } rows[] = {
        {JG_E_CLAIM_EXP, {"exp", 3}, "jwt_expires_at_validation_skew"},
        {JG_E_CLAIM_IAT, {"iat", 3}, "jwt_issued_at_validation_skew"},
        {JG_E_CLAIM_NBF, {"nbf", 3}, "jwt_not_before_validation_skew"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t t, away_s;

        if (rows[i].reason != d->reason ||
            !jg_claims_time(d->unverified, rows[i].claim, &t) ||
            __builtin_sub_overflow(d->with.now_s, t, &away_s) ||
            away_s < -CLOCK_DRIFT_MAX || away_s > CLOCK_DRIFT_MAX)
            continue;
        jg_buf_addf(b,
                    "%.*s and the gateway's clock are only %lld s apart: "
                    "compare the clocks of both machines, or allow for it with "
                    "%s.",
                    JG_STR_ARG(rows[i].claim),
                    (long long)(away_s < 0 ? -away_s : away_s), rows[i].skew);
        return true;
    }
    return false;
}

/* A shared secret where a key pair is expected, or the reverse. */
static bool
other_family(const struct jg_decision *d, struct jg_buf *b)
{
    const struct jg_alg *alg = d->header.alg;

    if (alg == NULL)
        return false;
    jg_buf_addf(b,
                "The token was signed with %s, and the API's "
                "jwt_signing_method is \"%.*s\": change one of them at the "
                "identity provider or in the definition. The token itself "
                "never chooses.",
                alg->name, JG_STR_ARG(d->api->def.jwt_signing_method));
    return true;
}

/* "https://host/realms/a" is not where the keys of "…/realms/b" come from. */
static bool
other_realm(const struct jg_decision *d, struct jg_buf *b)
{
    struct jg_str iss = claim(d, "iss");

    if (iss.len == 0 || d->api->key_url_count == 0)
        return false;
    for (size_t i = 0; i < d->api->key_url_count; i++)
        if (jg_str_starts(d->api->key_urls[i].url, iss))
            return false;
    jg_buf_addf(b,
                "The token was issued by %.*s, and the API's keys come from "
                "%.*s: another realm, tenant or environment?",
                JG_STR_ARG(jg_str_head(iss, 200)),
                JG_STR_ARG(jg_str_head(d->api->key_urls[0].url, 200)));
    return true;
}

/* The secret as it might be meant, in the arena; p == NULL: not different. */
typedef struct jg_str respelling(struct jg_str secret, struct jg_arena *a);

static struct jg_str
without_newline(struct jg_str s, struct jg_arena *a)
{
    size_t len = s.len;

    (void)a;
    while (len > 0 && (s.p[len - 1] == '\n' || s.p[len - 1] == '\r'))
        len--;
    return len < s.len ? jg_str_head(s, len) : (struct jg_str){NULL, 0};
}

static struct jg_str
with_newline(struct jg_str s, struct jg_arena *a)
{
    char *p = jg_arena_alloc(a, s.len + 1);

    if (p == NULL || s.len == 0)
        return (struct jg_str){NULL, 0};
    memcpy(p, s.p, s.len);
    p[s.len] = '\n';
    return (struct jg_str){p, s.len + 1};
}

static struct jg_str
without_quotes(struct jg_str s, struct jg_arena *a)
{
    (void)a;
    if (s.len < 3 || (s.p[0] != '"' && s.p[0] != '\'') ||
        s.p[s.len - 1] != s.p[0])
        return (struct jg_str){NULL, 0};
    return (struct jg_str){s.p + 1, s.len - 2};
}

static struct jg_str
decoded_again(struct jg_str s, struct jg_arena *a)
{
    struct jg_str out;

    if (jg_b64_decode_arena(s, a, &out) != JG_OK &&
        jg_b64url_decode_arena(s, a, &out) != JG_OK)
        return (struct jg_str){NULL, 0};
    return out;
}

static struct jg_str
encoded(struct jg_str s, struct jg_arena *a)
{
    char *p = jg_arena_alloc(a, s.len / 3 * 4 + 5);

    if (p == NULL)
        return (struct jg_str){NULL, 0};
    return (struct jg_str){p, jg_b64_encode(s, p)};
}

static const struct {
    respelling *make;
    const char *hint;
} respellings[] = {
    {without_newline, "The signature verifies when the newline at the end of "
                      "the secret is removed: make jwt_source with printf, not "
                      "echo."},
    {with_newline, "The signature verifies with a newline behind the secret: "
                   "the issuer reads its secret from a file that ends in one."},
    {without_quotes, "The signature verifies when the quotes around the secret "
                     "are removed."},
    {decoded_again, "The signature verifies with the secret decoded once more: "
                    "jwt_source is base64 of base64."},
    {encoded, "The signature verifies with the text of jwt_source itself: the "
              "issuer uses the base64 text as its secret, so encode that once "
              "more for jwt_source."},
};

static bool
verifies(const struct jg_decision *d, struct jg_str secret)
{
    struct jg_key *key = NULL;
    struct jg_str signature;
    bool does;

    if (secret.len == 0 || secret.len > JG_KEY_SECRET_MAX ||
        jg_jws_signature(&d->jws, d->header.alg, d->arena, &signature) !=
            JG_OK ||
        jg_key_from_secret(secret, &key, NULL) != JG_OK)
        return false;
    does = jg_key_verify(key, d->header.alg, d->jws.signed_part, signature) ==
           JG_OK;
    jg_key_free(key);
    return does;
}

/* The operator's own secret, spelt as people misspell it. */
static bool
near_miss(const struct jg_decision *d, struct jg_buf *b)
{
    struct jg_str secret;

    if (d->header.alg == NULL || d->header.alg->family != JG_HMAC ||
        jg_b64_decode_arena(d->api->def.jwt_source, d->arena, &secret) != JG_OK)
        return false;
    for (size_t i = 0; i < sizeof(respellings) / sizeof(respellings[0]); i++) {
        if (!verifies(d, respellings[i].make(secret, d->arena)))
            continue;
        jg_buf_add(b, jg_str(respellings[i].hint));
        return true;
    }
    return false;
}

/* Which hints are tried for which reason; JG_OK: for every one that comes
 * with a token. */
static const struct {
    enum jg_err reason;
    hint *find;
} hints[] = {
    {JG_E_TOKEN_SHAPE, opaque},
    {JG_OK, bearer_twice},
    {JG_E_TOKEN_SHAPE, cut},
    {JG_E_SIGNATURE_SIZE, cut},
    {JG_E_BASE64, cut},
    {JG_E_SIGNATURE, near_miss},
    {JG_E_SIGNATURE, other_realm},
    {JG_E_KEY_UNKNOWN, other_realm},
    {JG_E_KEYSET_ISSUER, other_realm},
    {JG_E_ALG, other_family},
    {JG_E_CLAIM_EXP, clock_drift},
    {JG_E_CLAIM_IAT, clock_drift},
    {JG_E_CLAIM_NBF, clock_drift},
    {JG_E_CLAIM_AUD, audience_account},
    {JG_OK, id_token},
};

static void
try(const struct jg_decision *d, hint *find, struct jg_hints *out)
{
    struct jg_buf b;

    jg_buf_init(&b, HINT_MAX);
    if (find(d, &b) && !b.failed)
        out->items[out->count] = jg_arena_str(d->arena, jg_buf_str(&b));
    if (out->items[out->count].p != NULL)
        out->count++;
    jg_buf_free(&b);
}

void
jg_hints_find(const struct jg_decision *d, struct jg_hints *out)
{
    *out = (struct jg_hints){.count = 0};
    if (d->reason == JG_OK || d->api == NULL || d->token.len == 0)
        return;
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (out->count < JG_HINTS_MAX &&
            (hints[i].reason == JG_OK || hints[i].reason == d->reason))
            try(d, hints[i].find, out);
}
