/* What an exchange changes in the store, and facts about tokens for it. */
#include "exchange_internal.h"

#include "jose/sign.h"

#define GRACE_S 60 /* kept after its exp: refused for that, then */
#define HEX_BYTES 65

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

enum jg_err
jg_exchange_change(struct jg_exchange *x, enum jg_exchange_change_kind kind,
                   const struct jg_split *split)
{
    struct jg_exchange_change *c = change(x, kind);

    if (c == NULL)
        return JG_E_INTERNAL;
    c->split = *split;
    c->split.org_id = x->api->def.org_id;
    c->split.api_id = x->api->def.api_id;
    c->split.note = x->note;
    c->split.login = x->login;
    return JG_OK;
}

enum jg_err
jg_exchange_change_revoke(struct jg_exchange *x, enum jg_revoke_by by,
                          struct jg_str hash, int64_t expires_s)
{
    struct jg_exchange_change *c = change(x, JG_EXCHANGE_REVOKE);

    if (c == NULL)
        return JG_E_INTERNAL;
    c->revocation = (struct jg_revocation){
        .by = by,
        .value = hash,
        .created_s = x->world->now_s,
        .expires_s = expires_s,
        .note = JG_STR("by its holder, at the revocation endpoint"),
    };
    return JG_OK;
}

enum jg_err
jg_exchange_hash(struct jg_exchange *x, struct jg_str text, struct jg_str *out)
{
    char hex[HEX_BYTES];
    enum jg_err err = jg_sha256_hex(text, hex);

    if (err != JG_OK)
        return err;
    *out = jg_arena_str(x->arena, jg_str(hex));
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

int64_t
jg_exchange_end_of(const struct jg_exchange *x, const struct jg_json *claims,
                   int64_t expires_in_s, int64_t default_s)
{
    int64_t skew_s = x->api->def.skew.exp_s;
    int64_t exp_s;

    /* 0 is as good as none, to those who check it. */
    if (claims != NULL && jg_claims_time(claims, JG_STR("exp"), &exp_s) &&
        exp_s != 0)
        return exp_s < 0 ? 0 : exp_s + (skew_s > 0 ? skew_s : 0) + GRACE_S;
    if (expires_in_s <= 0)
        return x->world->now_s + default_s;
    if (expires_in_s > JG_TIME_MAX_S)
        return JG_TIME_MAX_S;
    return x->world->now_s + expires_in_s;
}

const struct jg_json *
jg_exchange_claims(struct jg_exchange *x, struct jg_str token,
                   struct jg_jws *jws)
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
jg_exchange_seal(struct jg_exchange *x, enum jg_split_kind kind,
                 struct jg_exchange_seal *out)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(x->world->broker->store, &txn);

    if (err != JG_OK)
        return err;
    out->ring.conf = x->world->broker->conf;
    err = jg_split_own(txn, out->own, &out->ring.own);
    jg_txn_abort(txn);
    out->bound = jg_split_bound(kind, x->api->def.org_id, x->arena);
    return err == JG_OK && out->bound.p == NULL ? JG_E_NOMEM : err;
}

static enum jg_err
put(struct jg_exchange *x, const struct jg_split *split, struct jg_txn *txn)
{
    unsigned char nonce[JG_SEAL_NONCE_BYTES];
    enum jg_err err = jg_random(nonce, sizeof(nonce));

    if (err != JG_OK)
        return err;
    return jg_split_put(txn, split, x->world->now_s, nonce, x->arena);
}

/* JG_E_NOT_FOUND: it is another one now, or none. */
static enum jg_err
replace(struct jg_exchange *x, const struct jg_split *split, struct jg_txn *txn)
{
    struct jg_split old = *split;
    bool found;
    enum jg_err err = jg_split_get(txn, &old, x->world->now_s, x->arena);

    if (err == JG_OK && !jg_exchange_is_turn(old.text, split->text))
        return JG_E_NOT_FOUND;
    return err == JG_OK ? jg_split_delete(txn, split, &found) : err;
}

static enum jg_err
write_change(struct jg_exchange *x, const struct jg_exchange_change *c,
             struct jg_txn *txn)
{
    char id[JG_REVOCATION_ID_BYTES + 1];
    size_t removed = 0;
    bool found;

    switch (c->kind) {
    case JG_EXCHANGE_PUT:
        return put(x, &c->split, txn);
    case JG_EXCHANGE_DELETE:
        return jg_split_delete(txn, &c->split, &found);
    case JG_EXCHANGE_REPLACE:
        return replace(x, &c->split, txn);
    case JG_EXCHANGE_FORGET:
        return jg_split_forget_login(txn, c->split.org_id, c->split.handle,
                                     &removed);
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

/* Workers remember access tokens only. */
bool
jg_exchange_takes_away(const struct jg_exchange *x)
{
    for (size_t i = 0; i < x->change_count; i++) {
        const struct jg_exchange_change *c = &x->changes[i];

        if (c->kind == JG_EXCHANGE_REVOKE || c->kind == JG_EXCHANGE_FORGET ||
            (c->kind == JG_EXCHANGE_DELETE && c->split.kind == JG_SPLIT_ACCESS))
            return true;
    }
    return false;
}
