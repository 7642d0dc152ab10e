/* Tokens for clients, and back: split or sealed. */
#include "exchange.h"

#include "base/b64.h"
#include "jose/jws.h"
#include "jose/sign.h"

#define SIGNATURE_MIN JG_SPLIT_HANDLE_MIN
#define REFRESH_BYTES 32 /* random, of a handle */
#define GRACE_S 60       /* kept after its exp: refused for that, then */
#define LIFE_DEFAULT_S 3600
#define HEX_BYTES 65

static int64_t
now(const struct jg_exchange *x)
{
    return x->world->now_s;
}

static struct jg_exchange_change *
change(struct jg_exchange *x, enum jg_exchange_change_kind kind)
{
    struct jg_exchange_change *c = &x->changes[x->change_count];

    if (x->change_count == JG_EXCHANGE_CHANGES_MAX)
        return NULL;
    x->change_count++;
    c->kind = kind;
    return c;
}

static enum jg_err
change_split(struct jg_exchange *x, enum jg_exchange_change_kind kind,
             const struct jg_split *split)
{
    struct jg_exchange_change *c = change(x, kind);

    if (c == NULL)
        return JG_E_INTERNAL;
    c->split = *split;
    c->split.org_id = x->api->def.org_id;
    return JG_OK;
}

/* A seal needs the installation's secret, where tyk.conf has no keys. */
static enum jg_err
ring_of(const struct jg_exchange *x, char own[static JG_SPLIT_OWN_BYTES],
        struct jg_sealed_ring *out)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(x->world->broker->store, &txn);

    if (err != JG_OK)
        return err;
    out->conf = x->world->broker->conf;
    err = jg_split_own(txn, own, &out->own);
    jg_txn_abort(txn);
    return err;
}

static enum jg_err
seal(struct jg_exchange *x, enum jg_split_kind kind, struct jg_str text,
     struct jg_str *out)
{
    struct jg_str bound = jg_split_bound(kind, x->api->def.org_id, x->arena);
    unsigned char random[JG_SEALED_RANDOM_BYTES];
    char own[JG_SPLIT_OWN_BYTES];
    struct jg_sealed_ring ring;
    enum jg_err err = ring_of(x, own, &ring);

    if (bound.p == NULL)
        return JG_E_NOMEM;
    if (err == JG_OK)
        err = jg_random(random, sizeof(random));
    if (err == JG_OK)
        err = jg_sealed_make(&ring, bound, random, text, x->arena, out);
    jg_mem_wipe(own, sizeof(own));
    return err;
}

static enum jg_err
unseal(struct jg_exchange *x, enum jg_split_kind kind, struct jg_str given,
       struct jg_str *out)
{
    struct jg_str bound = jg_split_bound(kind, x->api->def.org_id, x->arena);
    char own[JG_SPLIT_OWN_BYTES];
    struct jg_sealed_ring ring;
    enum jg_err err = ring_of(x, own, &ring);

    if (bound.p == NULL)
        return JG_E_NOMEM;
    if (err == JG_OK)
        err = jg_sealed_open(&ring, bound, given, x->arena, out);
    jg_mem_wipe(own, sizeof(own));
    return err == JG_E_SPLIT_SEALED ? JG_E_NOT_FOUND : err;
}

static enum jg_err
find(struct jg_exchange *x, struct jg_split *split)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(x->world->broker->store, &txn);

    if (err != JG_OK)
        return err;
    split->org_id = x->api->def.org_id;
    err = jg_split_get(txn, split, now(x), x->arena);
    jg_txn_abort(txn);
    return err;
}

/* 64 hex digits in the arena, as revocations name a token. */
static enum jg_err
hash_of(struct jg_exchange *x, struct jg_str text, struct jg_str *out)
{
    char hex[HEX_BYTES];
    enum jg_err err = jg_sha256_hex(text, hex);

    if (err != JG_OK)
        return err;
    *out = jg_arena_str(x->arena, jg_str(hex));
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

/* When a token ends: what it says itself, else what the provider says. */
static int64_t
end_of(const struct jg_exchange *x, const struct jg_json *claims,
       int64_t expires_in_s, int64_t default_s)
{
    int64_t skew_s = x->api->def.skew.exp_s;
    int64_t exp_s;

    if (claims != NULL && jg_claims_time(claims, JG_STR("exp"), &exp_s))
        return exp_s < 0 ? 0 : exp_s + (skew_s > 0 ? skew_s : 0) + GRACE_S;
    if (expires_in_s <= 0)
        return now(x) + default_s;
    if (expires_in_s > JG_TIME_MAX_S)
        return JG_TIME_MAX_S;
    return now(x) + expires_in_s;
}

/* The claims of a text that looks like a JWT; NULL: it does not. */
static const struct jg_json *
claims_of(struct jg_exchange *x, struct jg_str token, struct jg_jws *jws)
{
    const struct jg_json *claims = NULL;
    struct jg_jws_header header;

    if (jg_jws_split(token, jws) != JG_OK ||
        jg_jws_header(jws, x->arena, &header) != JG_OK ||
        jg_jws_claims(jws, x->arena, &claims) != JG_OK)
        return NULL;
    return claims;
}

enum jg_err
jg_exchange_give_access(struct jg_exchange *x, struct jg_str token,
                        int64_t expires_in_s, struct jg_str *out,
                        struct jg_str *link)
{
    struct jg_jws jws;
    const struct jg_json *claims = claims_of(x, token, &jws);
    struct jg_split split = {.kind = JG_SPLIT_ACCESS};
    enum jg_err err;

    if (claims == NULL || jws.signature.len < SIGNATURE_MIN ||
        jws.signature.len > JG_SPLIT_HANDLE_MAX)
        return JG_E_IDP_OPAQUE;
    if (x->api->def.split_token->mode == JG_SPLIT_SEALED) {
        err = hash_of(x, jws.signed_part, link);
        return err == JG_OK ? seal(x, JG_SPLIT_ACCESS, token, out) : err;
    }
    split.handle = *out = *link = jws.signature;
    split.text = jws.signed_part;
    split.ends_s = end_of(x, claims, expires_in_s, LIFE_DEFAULT_S);
    return change_split(x, JG_EXCHANGE_PUT, &split);
}

/* "<end> <link>\n<token>": what is sealed of a refresh token. */
static enum jg_err
refresh_text(struct jg_exchange *x, int64_t ends_s, struct jg_str link,
             struct jg_str token, struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, JG_SPLIT_TEXT_MAX);
    jg_buf_addf(&b, "%lld ", (long long)ends_s);
    jg_buf_add(&b, link);
    jg_buf_addc(&b, '\n');
    jg_buf_add(&b, token);
    *out = jg_arena_str(x->arena, jg_buf_str(&b));
    if (b.failed)
        out->p = NULL;
    if (b.p != NULL)
        jg_mem_wipe(b.p, b.len);
    jg_buf_free(&b);
    if (out->p == NULL)
        return JG_E_IDP_ANSWER; /* there is no such long token */
    return JG_OK;
}

static enum jg_err
new_handle(struct jg_exchange *x, struct jg_str *out)
{
    char bytes[REFRESH_BYTES];
    char text[sizeof(JG_REFRESH_PREFIX) + JG_B64_ENCODED(REFRESH_BYTES)] =
        JG_REFRESH_PREFIX;
    size_t len = sizeof(JG_REFRESH_PREFIX) - 1;
    enum jg_err err = jg_random(bytes, sizeof(bytes));

    if (err != JG_OK)
        return err;
    len += jg_b64url_encode((struct jg_str){bytes, sizeof(bytes)}, text + len);
    *out = jg_arena_str(x->arena, (struct jg_str){text, len});
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

enum jg_err
jg_exchange_give_refresh(struct jg_exchange *x, struct jg_str token,
                         int64_t expires_in_s, struct jg_str link,
                         struct jg_str *out)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH, .handle = x->handle};
    bool same = x->handle.len > 0 && jg_str_eq(token, x->refresh);
    struct jg_jws jws;
    enum jg_err err = JG_OK;

    split.ends_s = end_of(x, claims_of(x, token, &jws), expires_in_s,
                          x->api->def.split_token->refresh_s);
    err = refresh_text(x, split.ends_s, link, token, &split.text);
    if (err == JG_OK && x->handle.len > 0 && !jg_sealed_looks_so(x->handle))
        err = change_split(x, JG_EXCHANGE_REPLACE, &split);
    if (err == JG_OK && x->api->def.split_token->mode == JG_SPLIT_SEALED)
        return seal(x, JG_SPLIT_REFRESH, split.text, out);
    /* The provider's token is good for more than once: so is ours. */
    if (err == JG_OK && (!same || jg_sealed_looks_so(x->handle)))
        err = new_handle(x, &split.handle);
    *out = split.handle;
    return err == JG_OK ? change_split(x, JG_EXCHANGE_PUT, &split) : err;
}

enum jg_err
jg_exchange_open_access(struct jg_exchange *x, struct jg_str given,
                        struct jg_str *whole)
{
    struct jg_split split = {.kind = JG_SPLIT_ACCESS, .handle = given};
    char *p;
    enum jg_err err;

    if (jg_sealed_looks_so(given))
        return unseal(x, JG_SPLIT_ACCESS, given, whole);
    err = find(x, &split);
    if (err != JG_OK)
        return err;
    p = jg_arena_alloc(x->arena, split.text.len + 1 + given.len);
    if (p == NULL)
        return JG_E_NOMEM;
    memcpy(p, split.text.p, split.text.len);
    p[split.text.len] = '.';
    memcpy(p + split.text.len + 1, given.p, given.len);
    *whole = (struct jg_str){p, split.text.len + 1 + given.len};
    return JG_OK;
}

static bool
read_refresh_text(struct jg_str text, struct jg_exchange_refresh *out)
{
    struct jg_str head, number;
    uint64_t ends_s;

    if (!jg_str_next(&text, '\n', &head) || text.p == NULL ||
        !jg_str_next(&head, ' ', &number) || head.p == NULL ||
        !jg_str_to_u64(number, &ends_s) || ends_s > JG_TIME_MAX_S * 2)
        return false;
    *out = (struct jg_exchange_refresh){text, head, (int64_t)ends_s};
    return true;
}

/* A sealed one cannot be taken away: it is on the list of the revoked. */
static enum jg_err
check_revoked(struct jg_exchange *x, struct jg_str token)
{
    const struct jg_broker *broker = x->world->broker;
    struct jg_str hash;
    enum jg_err err =
        jg_revoked_refresh(x->world->revoked, broker->store, broker->counters);

    if (err == JG_OK)
        err = hash_of(x, token, &hash);
    if (err == JG_OK && jg_revoked_has(x->world->revoked, JG_REVOKE_TOKEN, hash,
                                       x->api->def.api_id, now(x)))
        err = JG_E_NOT_FOUND;
    return err;
}

enum jg_err
jg_exchange_open_refresh(struct jg_exchange *x, struct jg_str given,
                         struct jg_exchange_refresh *out)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH, .handle = given};
    bool sealed = jg_sealed_looks_so(given);
    enum jg_err err;

    if (sealed)
        err = unseal(x, JG_SPLIT_REFRESH, given, &split.text);
    else if (jg_str_starts(given, JG_STR(JG_REFRESH_PREFIX)))
        err = find(x, &split);
    else
        err = JG_E_NOT_FOUND;
    if (err != JG_OK)
        return err;
    if (!read_refresh_text(split.text, out) || out->ends_s <= now(x))
        return JG_E_NOT_FOUND;
    return sealed ? check_revoked(x, out->token) : JG_OK;
}

static enum jg_err
revoke(struct jg_exchange *x, enum jg_revoke_by by, struct jg_str hash,
       int64_t expires_s)
{
    struct jg_exchange_change *c = change(x, JG_EXCHANGE_REVOKE);

    if (c == NULL)
        return JG_E_INTERNAL;
    c->revocation = (struct jg_revocation){
        .by = by,
        .value = hash,
        .created_s = now(x),
        .expires_s = expires_s,
        .note = JG_STR("by its holder, at the revocation endpoint"),
    };
    return JG_OK;
}

static enum jg_err
forget_access(struct jg_exchange *x, struct jg_str given, struct jg_str whole)
{
    struct jg_split split = {.kind = JG_SPLIT_ACCESS, .handle = given};
    const struct jg_json *claims;
    struct jg_str hash;
    struct jg_jws jws;
    enum jg_err err;

    if (!jg_sealed_looks_so(given))
        return change_split(x, JG_EXCHANGE_DELETE, &split);
    claims = claims_of(x, whole, &jws);
    if (claims == NULL)
        return JG_OK;
    err = hash_of(x, jws.signed_part, &hash);
    if (err != JG_OK)
        return err;
    return revoke(x, JG_REVOKE_SIGNED, hash, end_of(x, claims, 0, 366 * 86400));
}

/* With the access token that came with it (RFC 7009 2.1). */
static enum jg_err
forget_refresh(struct jg_exchange *x, struct jg_str given,
               const struct jg_exchange_refresh *found)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH, .handle = given};
    struct jg_split access = {.kind = JG_SPLIT_ACCESS, .handle = found->link};
    struct jg_str hash;
    enum jg_err err;

    if (!jg_sealed_looks_so(given)) {
        err = change_split(x, JG_EXCHANGE_DELETE, &split);
        return err == JG_OK ? change_split(x, JG_EXCHANGE_DELETE, &access)
                            : err;
    }
    err = hash_of(x, found->token, &hash);
    if (err == JG_OK)
        err = revoke(x, JG_REVOKE_TOKEN, hash, found->ends_s);
    if (err == JG_OK && found->link.len > 0)
        err = revoke(x, JG_REVOKE_SIGNED, found->link, found->ends_s);
    return err;
}

enum jg_err
jg_exchange_forget(struct jg_exchange *x, struct jg_str given,
                   struct jg_str *real)
{
    struct jg_exchange_refresh refresh;
    enum jg_err err = jg_exchange_open_access(x, given, real);

    if (err == JG_OK)
        return forget_access(x, given, *real);
    if (err != JG_E_NOT_FOUND)
        return err;
    *real = (struct jg_str){NULL, 0};
    err = jg_exchange_open_refresh(x, given, &refresh);
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err != JG_OK)
        return err;
    *real = refresh.token;
    return forget_refresh(x, given, &refresh);
}

static enum jg_err
write_change(struct jg_exchange *x, const struct jg_exchange_change *c,
             struct jg_txn *txn)
{
    char id[JG_REVOCATION_ID_BYTES + 1];
    unsigned char nonce[JG_SEAL_NONCE_BYTES];
    bool found;
    enum jg_err err;

    switch (c->kind) {
    case JG_EXCHANGE_PUT:
        err = jg_random(nonce, sizeof(nonce));
        return err != JG_OK ? err
                            : jg_split_put(txn, &c->split, x->world->now_s,
                                           nonce, x->arena);
    case JG_EXCHANGE_DELETE:
        return jg_split_delete(txn, &c->split, &found);
    case JG_EXCHANGE_REPLACE:
        err = jg_split_delete(txn, &c->split, &found);
        return err == JG_OK && !found ? JG_E_NOT_FOUND : err;
    case JG_EXCHANGE_REVOKE:
        return jg_revocation_put(txn, &c->revocation, id, &found);
    }
    return JG_E_INTERNAL;
}

enum jg_err
jg_exchange_write(struct jg_exchange *x, struct jg_txn *txn)
{
    enum jg_err err = JG_OK;
    size_t done = 0;
    bool found;

    while (done < x->change_count && err == JG_OK)
        err = write_change(x, &x->changes[done++], txn);
    for (size_t i = 0; err != JG_OK && i + 1 < done; i++)
        if (x->changes[i].kind == JG_EXCHANGE_PUT) /* nothing half kept */
            (void)jg_split_delete(txn, &x->changes[i].split, &found);
    if (err == JG_OK || err == JG_E_STORE || err == JG_E_STORE_FULL)
        return err;
    if (err == JG_E_NOT_FOUND)
        jg_exchange_refuse(x, 400, "invalid_grant",
                           "The refresh token was revoked");
    else
        jg_exchange_fail(x, err, NULL);
    return JG_OK;
}
