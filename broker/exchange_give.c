/* What tokens become for clients: split or sealed. */
#include "exchange_internal.h"

#include "base/b64.h"
#include "jose/sign.h"

#define SIGNATURE_MIN JG_SPLIT_HANDLE_MIN
#define LOGIN_BYTES 32 /* random: what a refresh token opens */
#define TURN_BYTES 16  /* random: which refresh token of its login it is */
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
    *link = (struct jg_str){NULL, 0};
    if (jg_exchange_terms(x)->mode == JG_SPLIT_SEALED) {
        err = jg_exchange_hash(x, jws.signed_part, link);
        return err == JG_OK ? seal_access(x, token, out) : err;
    }
    split.handle = *out = jws.signature;
    split.text = jws.signed_part;
    return jg_exchange_change(x, JG_EXCHANGE_PUT, &split);
}

/* <before>, and <count> random bytes as text. */
static enum jg_err
make_name(struct jg_exchange *x, struct jg_str before, size_t count,
          struct jg_str *out)
{
    char bytes[LOGIN_BYTES], text[JG_B64_ENCODED(LOGIN_BYTES)];
    size_t len;
    enum jg_err err = jg_random(bytes, count);

    if (err != JG_OK)
        return err;
    len = jg_b64url_encode((struct jg_str){bytes, count}, text);
    *out = jg_arena_join(x->arena, (const struct jg_str[]){before, {text, len}},
                         2);
    jg_mem_wipe(bytes, sizeof(bytes));
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

/* Only who knows the control API's secret may learn it. */
static enum jg_err
seal_note(struct jg_exchange *x, const struct jg_json *claims)
{
    struct jg_str secret = x->world->broker->conf->secret;
    const struct jg_split_note note = {
        .subject = jg_json_string(jg_json_get(claims, JG_STR("sub"))),
        .client = jg_claims_client(claims)};
    unsigned char nonce[JG_SEAL_NONCE_BYTES];
    enum jg_err err;

    if (secret.len == 0 || (note.subject.len == 0 && note.client.len == 0))
        return JG_OK;
    err = jg_random(nonce, sizeof(nonce));
    if (err != JG_OK)
        return err;
    return jg_split_note_seal(secret, x->api->def.api_id, nonce, &note,
                              x->arena, &x->note);
}

enum jg_err
jg_exchange_give_login(struct jg_exchange *x, struct jg_str token,
                       bool renewable)
{
    struct jg_jws jws;
    const struct jg_json *claims = jg_exchange_claims(x, token, &jws);
    struct jg_str turn;
    enum jg_err err;

    if (jg_exchange_terms(x)->mode == JG_SPLIT_SEALED || claims == NULL)
        return JG_OK;
    err = seal_note(x, claims);
    if (err != JG_OK || !renewable ||
        jg_exchange_login(x->handle, &x->login, &turn))
        return err;
    return make_name(x, JG_STR(JG_REFRESH_PREFIX), LOGIN_BYTES, &x->login);
}

/* The one that is used up goes; it must not have been revoked while the
 * provider was asked. */
static enum jg_err
use_up(struct jg_exchange *x)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH};

    if (x->handle.len == 0)
        return JG_OK;
    if (!jg_exchange_login(x->handle, &split.handle, &split.text))
        return jg_exchange_check_revoked(x, x->refresh);
    return jg_exchange_change(x, JG_EXCHANGE_REPLACE, &split);
}

/* Kept under the name of its login, with a turn that makes the ones before it
 * used up; the provider's token that is good for more than once keeps its. */
static enum jg_err
keep_refresh(struct jg_exchange *x, struct jg_exchange_refresh *refresh,
             struct jg_str *out)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH,
                             .handle = x->login,
                             .ends_s = refresh->ends_s};
    const struct jg_str dot = JG_STR(".");
    struct jg_str login;
    enum jg_err err = JG_OK;

    if (!jg_str_eq(refresh->token, x->refresh) ||
        !jg_exchange_login(x->handle, &login, &refresh->turn))
        err =
            make_name(x, (struct jg_str){NULL, 0}, TURN_BYTES, &refresh->turn);
    if (err == JG_OK)
        err = jg_exchange_refresh_text(x, refresh, &split.text);
    if (err != JG_OK)
        return err;
    *out = jg_arena_join(
        x->arena, (const struct jg_str[]){x->login, dot, refresh->turn}, 3);
    return out->p != NULL ? jg_exchange_change(x, JG_EXCHANGE_PUT, &split)
                          : JG_E_NOMEM;
}

enum jg_err
jg_exchange_give_refresh(struct jg_exchange *x, struct jg_str token,
                         int64_t expires_in_s, struct jg_str link,
                         struct jg_str *out)
{
    struct jg_jws jws;
    struct jg_exchange_refresh refresh = {
        .token = token,
        .link = link,
        .ends_s =
            jg_exchange_end_of(x, jg_exchange_claims(x, token, &jws),
                               expires_in_s, jg_exchange_terms(x)->refresh_s)};
    struct jg_str text;
    enum jg_err err = use_up(x);

    if (err != JG_OK)
        return err;
    if (jg_exchange_terms(x)->mode != JG_SPLIT_SEALED)
        return keep_refresh(x, &refresh, out);
    err = jg_exchange_refresh_text(x, &refresh, &text);
    return err == JG_OK ? seal(x, JG_SPLIT_REFRESH, text, out) : err;
}
