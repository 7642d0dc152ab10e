/* What tokens become for clients: split or sealed. */
#include "exchange_internal.h"

#include "base/b64.h"
#include "jose/sign.h"

#define SIGNATURE_MIN JG_SPLIT_HANDLE_MIN
#define REFRESH_BYTES 32 /* random, of a handle */
#define LIFE_DEFAULT_S 3600

static enum jg_err
seal(struct jg_exchange *x, enum jg_split_kind kind, struct jg_str text,
     struct jg_str *out)
{
    unsigned char random[JG_SEALED_RANDOM_BYTES];
    struct jg_exchange_seal s;
    enum jg_err err = jg_exchange_seal(x, kind, &s);

    if (err == JG_OK)
        err = jg_random(random, sizeof(random));
    if (err == JG_OK)
        err = jg_sealed_make(&s.ring, s.bound, random, text, x->arena, out);
    jg_mem_wipe(&s, sizeof(s));
    if (err == JG_OK && out->len > JG_TOKEN_MAX)
        return JG_E_IDP_OPAQUE; /* nobody could present it */
    return err;
}

static enum jg_err
seal_access(struct jg_exchange *x, struct jg_str token, struct jg_str *out)
{
    struct jg_str text =
        jg_sealed_access_text(x->api->def.api_id, token, x->arena);

    return text.p == NULL ? JG_E_NOMEM : seal(x, JG_SPLIT_ACCESS, text, out);
}

enum jg_err
jg_exchange_give_access(struct jg_exchange *x, struct jg_str token,
                        int64_t expires_in_s, struct jg_str *out,
                        struct jg_str *link)
{
    struct jg_jws jws;
    const struct jg_json *claims = jg_exchange_claims(x, token, &jws);
    struct jg_split split = {.kind = JG_SPLIT_ACCESS};
    enum jg_err err;

    if (claims == NULL || jws.signature.len < SIGNATURE_MIN ||
        jws.signature.len > JG_SPLIT_HANDLE_MAX)
        return JG_E_IDP_OPAQUE;
    split.ends_s = jg_exchange_end_of(x, claims, expires_in_s, LIFE_DEFAULT_S);
    if (split.ends_s <= x->world->now_s)
        return JG_E_IDP_ENDED;
    if (jg_exchange_terms(x)->mode == JG_SPLIT_SEALED) {
        err = jg_exchange_hash(x, jws.signed_part, link);
        return err == JG_OK ? seal_access(x, token, out) : err;
    }
    split.handle = *out = *link = jws.signature;
    split.text = jws.signed_part;
    return jg_exchange_change(x, JG_EXCHANGE_PUT, &split);
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

/* The handle that is used up goes; it must not have been revoked while the
 * provider was asked. */
static enum jg_err
use_up(struct jg_exchange *x)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH, .handle = x->handle};

    if (x->handle.len == 0)
        return JG_OK;
    if (jg_sealed_looks_so(x->handle))
        return jg_exchange_check_revoked(x, x->refresh);
    return jg_exchange_change(x, JG_EXCHANGE_REPLACE, &split);
}

enum jg_err
jg_exchange_give_refresh(struct jg_exchange *x, struct jg_str token,
                         int64_t expires_in_s, struct jg_str link,
                         struct jg_str *out)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH, .handle = x->handle};
    struct jg_jws jws;
    struct jg_exchange_refresh refresh = {
        token, link,
        jg_exchange_end_of(x, jg_exchange_claims(x, token, &jws), expires_in_s,
                           jg_exchange_terms(x)->refresh_s)};
    enum jg_err err = jg_exchange_refresh_text(x, &refresh, &split.text);

    split.ends_s = refresh.ends_s;
    if (err == JG_OK)
        err = use_up(x);
    if (err == JG_OK && jg_exchange_terms(x)->mode == JG_SPLIT_SEALED)
        return seal(x, JG_SPLIT_REFRESH, split.text, out);
    /* The provider's token is good for more than once: so is ours. */
    if (err == JG_OK &&
        (!jg_str_eq(token, x->refresh) || jg_sealed_looks_so(x->handle)))
        err = new_handle(x, &split.handle);
    *out = split.handle;
    return err == JG_OK ? jg_exchange_change(x, JG_EXCHANGE_PUT, &split) : err;
}
