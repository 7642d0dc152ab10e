/* The revocation endpoint (RFC 7009): whoever holds a token may end it. */
#include "exchange_internal.h"

#define KEPT_DEFAULT_S (366 * 86400) /* of a token that has no end itself */

/* Sealed ones cannot be taken away: they are refused until they end. */
static enum jg_err
forget_sealed(struct jg_exchange *x, struct jg_str whole)
{
    struct jg_jws jws;
    const struct jg_json *claims = jg_exchange_claims(x, whole, &jws);
    int64_t ends_s = jg_exchange_end_of(x, claims, 0, KEPT_DEFAULT_S);
    struct jg_str hash;
    enum jg_err err;

    if (claims == NULL || ends_s <= x->world->now_s)
        return JG_OK; /* nobody would take it anyway */
    err = jg_exchange_hash(x, jws.signed_part, &hash);
    if (err != JG_OK)
        return err;
    return jg_exchange_change_revoke(x, JG_REVOKE_SIGNED, hash, ends_s);
}

static enum jg_err
forget_access(struct jg_exchange *x, struct jg_str given, struct jg_str whole)
{
    struct jg_split split = {.kind = JG_SPLIT_ACCESS, .handle = given};

    return jg_sealed_looks_so(given)
               ? forget_sealed(x, whole)
               : jg_exchange_change(x, JG_EXCHANGE_DELETE, &split);
}

static enum jg_err
forget_sealed_refresh(struct jg_exchange *x,
                      const struct jg_exchange_refresh *found)
{
    struct jg_str hash;
    enum jg_err err = jg_exchange_hash(x, found->token, &hash);

    if (err == JG_OK)
        err =
            jg_exchange_change_revoke(x, JG_REVOKE_TOKEN, hash, found->ends_s);
    if (err == JG_OK && found->link.len > 0)
        err = jg_exchange_change_revoke(x, JG_REVOKE_SIGNED, found->link,
                                        found->ends_s);
    return err;
}

/* With the access tokens of its login (RFC 7009 2.1). */
static enum jg_err
forget_refresh(struct jg_exchange *x, struct jg_str given,
               const struct jg_exchange_refresh *found)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH};
    struct jg_str turn;

    if (!jg_exchange_login(given, &split.handle, &turn))
        return forget_sealed_refresh(x, found);
    return jg_exchange_change(x, JG_EXCHANGE_FORGET, &split);
}

/* Whatever <given> is, it is to be nothing any more. <real>: what this API's
 * provider calls it; empty: it does not know it. */
static enum jg_err
forget(struct jg_exchange *x, struct jg_str given, struct jg_str *real)
{
    struct jg_exchange_refresh refresh;
    struct jg_exchange_access access;
    enum jg_err err = jg_exchange_open_access(x, given, &access);

    *real = (struct jg_str){NULL, 0};
    if (err == JG_OK) {
        if (jg_str_eq(access.api_id, x->api->def.api_id))
            *real = access.whole;
        return forget_access(x, given, access.whole);
    }
    if (err == JG_E_NOT_FOUND)
        err = jg_exchange_open_refresh(x, given, &refresh);
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err != JG_OK)
        return err;
    *real = refresh.token;
    return forget_refresh(x, given, &refresh);
}

/* The provider's token, and the credentials that the client showed. */
static enum jg_err
write_form(struct jg_exchange *x, const struct jg_form *form,
           const struct jg_exchange_client *client, struct jg_str real,
           struct jg_str *out)
{
    static const char *const passed[] = {
        "client_id", "client_secret", "client_assertion",
        "client_assertion_type", "token_type_hint"};
    struct jg_buf b;

    jg_buf_init(&b, 3 * JG_EXCHANGE_BODY_MAX + 3 * JG_SPLIT_TEXT_MAX);
    jg_form_add(&b, JG_STR("token"), real);
    for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
        const struct jg_form_param *p = jg_form_get(form, passed[i]);

        if (p != NULL && !(client->own && i < 4))
            jg_form_add(&b, p->name, p->value);
    }
    return jg_form_take(&b, x->arena, out);
}

void
jg_exchange_tell(struct jg_exchange *x, const struct jg_scgi *scgi,
                 const struct jg_form *form, struct jg_str real)
{
    struct jg_str url = jg_exchange_terms(x)->revocation_url, body;
    struct jg_exchange_client client;

    if (real.len > 0 && url.len > 0 &&
        jg_exchange_passes(x, jg_exchange_client(x, scgi, form, &client)) &&
        jg_exchange_passes(x, write_form(x, form, &client, real, &body)))
        jg_exchange_call(x, url, body, &client);
}

/* RFC 7009 2.2: also a token that nobody knows is revoked now. */
void
jg_exchange_begin_revoke(struct jg_exchange *x, const struct jg_scgi *scgi,
                         const struct jg_form *form)
{
    struct jg_str given = jg_form_value(form, "token"), real;

    if (given.len == 0) {
        jg_exchange_refuse(x, 400, "invalid_request", "token is missing");
        return;
    }
    if (!jg_exchange_passes(x, forget(x, given, &real)))
        return;
    jg_exchange_answer(x, 200, (struct jg_str){NULL, 0});
    jg_exchange_tell(x, scgi, form, real);
}

/* It is revoked here in any case; the client could do nothing about it. */
void
jg_exchange_end_revoke(struct jg_exchange *x,
                       const struct jg_call_result *result)
{
    if (result->failed || result->status / 100 != 2) {
        x->reason = JG_E_IDP_ANSWER;
        x->cause = "the revocation was not taken by the provider";
    }
}
