/* The introspection endpoint (RFC 7662): what a token says, for services. */
#include "exchange_internal.h"

#include "clock.h"

#include "access/decide.h"

/* Who may ask: those whom the definition names, and who has the gateway's own
 * credentials at the provider. */
static bool
is_known(const struct jg_split_token *terms, struct jg_str id,
         struct jg_str secret)
{
    bool known = terms->client_id.len > 0 && jg_str_eq(id, terms->client_id) &&
                 jg_str_eq_secret(secret, terms->client_secret);

    for (size_t i = 0; i < terms->introspect_clients.count; i++)
        if (jg_str_eq(id, terms->introspect_clients.items[i].name) &&
            jg_str_eq_secret(secret, terms->introspect_clients.items[i].value))
            known = true;
    return known;
}

/* By Basic, or in the form. */
static bool
may_ask(struct jg_exchange *x, const struct jg_scgi *scgi,
        const struct jg_form *form)
{
    struct jg_str id = jg_form_value(form, "client_id");
    struct jg_str secret = jg_form_value(form, "client_secret");

    if (secret.len == 0 &&
        !jg_exchange_basic(x, jg_scgi_get(scgi, JG_STR("HTTP_AUTHORIZATION")),
                           &id, &secret))
        return false;
    return is_known(jg_exchange_terms(x), id, secret);
}

/* Guessing takes time. */
static void
refuse(struct jg_exchange *x, const struct jg_scgi *scgi)
{
    jg_exchange_refuse(x, 401, "invalid_client",
                       "Introspection is for the services in "
                       "split_token.introspect_clients");
    x->pause_ms = jg_throttle_failed(&x->world->broker->pool->throttle,
                                     jg_scgi_get(scgi, JG_STR("REMOTE_ADDR")),
                                     jg_clock_ms())
                      .pause_ms;
}

/* Would the API take <whole>? Its signature is the provider's own business:
 * it came from there. JG_OK: yes. */
static enum jg_err
look_at(struct jg_exchange *x, struct jg_str whole,
        const struct jg_json **claims)
{
    const struct jg_broker *broker = x->world->broker;
    struct jg_decision d = {.with = {.store = broker->store,
                                     .counters = broker->counters,
                                     .revoked = x->world->revoked,
                                     .now_s = x->world->now_s},
                            .arena = x->arena,
                            .api = x->api,
                            .token = whole};
    struct jg_jws jws;
    enum jg_err err = jg_jws_split(whole, &jws);

    if (err == JG_OK)
        err = jg_jws_header(&jws, x->arena, &d.header);
    if (err == JG_OK)
        err = jg_jws_claims(&jws, x->arena, claims);
    if (err == JG_OK)
        err = jg_claims_check_time(*claims, d.with.now_s, &x->api->def.skew);
    d.claims = err == JG_OK ? *claims : NULL;
    return err == JG_OK ? jg_decide_revocation(&d) : err;
}

/* <claims>: NULL for a token that counts for nothing. */
static enum jg_err
write_claims(struct jg_exchange *x, const struct jg_json *claims,
             struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, JG_EXCHANGE_ANSWER_MAX);
    jg_buf_addf(&b, "{\"active\":%s", claims != NULL ? "true" : "false");
    for (uint32_t i = 0; claims != NULL && i < claims->count; i++) {
        if (jg_str_eq(claims->members[i].name, JG_STR("active")))
            continue;
        jg_buf_addc(&b, ',');
        jg_buf_add_quoted(&b, claims->members[i].name);
        jg_buf_addc(&b, ':');
        jg_json_write(&b, &claims->members[i].value, 0);
    }
    jg_buf_addc(&b, '}');
    return jg_form_take(&b, x->arena, out);
}

/* Faults of ours say nothing about the token. */
static bool
is_ours(enum jg_err err)
{
    return err == JG_E_STORE || err == JG_E_NOMEM || err == JG_E_CRYPTO ||
           err == JG_E_REVOCATIONS;
}

void
jg_exchange_begin_introspect(struct jg_exchange *x, const struct jg_scgi *scgi,
                             const struct jg_form *form)
{
    struct jg_str given = jg_form_value(form, "token"), body;
    struct jg_exchange_access access;
    const struct jg_json *claims = NULL;
    enum jg_err err;

    if (!may_ask(x, scgi, form)) {
        refuse(x, scgi);
        return;
    }
    if (given.len == 0) {
        jg_exchange_refuse(x, 400, "invalid_request", "token is missing");
        return;
    }
    err = jg_exchange_open_access(x, given, &access);
    if (err == JG_OK)
        err = look_at(x, access.whole, &claims);
    if (is_ours(err))
        jg_exchange_fail(x, err, NULL);
    else if (jg_exchange_passes(
                 x, write_claims(x, err == JG_OK ? claims : NULL, &body)))
        jg_exchange_answer(x, 200, body);
}
