/* The token endpoint: a grant on its way to the provider. */
#include "exchange_internal.h"

static const char *const grants[] = {"client_credentials", "password",
                                     "refresh_token", "authorization_code"};

static bool
is_offered(struct jg_str grant)
{
    for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++)
        if (jg_str_eq(grant, jg_str(grants[i])))
            return true;
    return false;
}

/*
 * RFC 9700 4.14.2: a refresh token that was used up is in two hands, and nobody
 * knows which of them is the thief's. So all of its login is ended, here and,
 * where it can be told, at the provider.
 */
static void
end_login(struct jg_exchange *x, const struct jg_scgi *scgi,
          const struct jg_form *form, const struct jg_exchange_refresh *found)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH};
    struct jg_str turn;

    jg_exchange_refuse(x, 400, "invalid_grant",
                       "The refresh token was used before; what was given "
                       "after it has been revoked, too: log in again");
    x->reused = true;
    x->reason = JG_E_SPLIT_REUSED;
    if (jg_exchange_login(jg_form_value(form, "refresh_token"), &split.handle,
                          &turn) &&
        jg_exchange_passes(x,
                           jg_exchange_change(x, JG_EXCHANGE_FORGET, &split)))
        jg_exchange_tell(x, scgi, form, found->token);
}

/* What the client calls its refresh token, as the provider calls it. False:
 * answered. */
static bool
open_handle(struct jg_exchange *x, const struct jg_scgi *scgi,
            const struct jg_form *form)
{
    struct jg_str given = jg_form_value(form, "refresh_token");
    struct jg_exchange_refresh found;
    enum jg_err err = jg_exchange_open_refresh(x, given, &found);

    if (err == JG_E_NOT_FOUND) {
        jg_exchange_refuse(x, 400, "invalid_grant",
                           "The refresh token is not known here, has ended, "
                           "or was revoked");
        return false;
    }
    if (!jg_exchange_passes(x, err))
        return false;
    if (found.used) {
        end_login(x, scgi, form, &found);
        return false;
    }
    x->handle = given;
    x->handle_ends_s = found.ends_s;
    x->refresh = found.token;
    return true;
}

/* Written anew from what was read, so that the provider reads the same. */
static enum jg_err
write_form(struct jg_exchange *x, const struct jg_form *form,
           const struct jg_exchange_client *client, struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, 3 * JG_EXCHANGE_BODY_MAX + 3 * JG_SPLIT_TEXT_MAX);
    for (size_t i = 0; i < form->count; i++) {
        const struct jg_form_param *p = &form->items[i];

        if (client->own && jg_str_eq(p->name, JG_STR("client_id")))
            continue; /* it is ours now */
        if (x->handle.len > 0 && jg_str_eq(p->name, JG_STR("refresh_token")))
            jg_form_add(&b, p->name, x->refresh);
        else
            jg_form_add(&b, p->name, p->value);
    }
    return jg_form_take(&b, x->arena, out);
}

/* False: answered. */
static bool
is_fine(struct jg_exchange *x, const struct jg_scgi *scgi,
        const struct jg_form *form)
{
    struct jg_str grant = jg_form_value(form, "grant_type");

    if (grant.len == 0)
        jg_exchange_refuse(x, 400, "invalid_request", "grant_type is missing");
    else if (!is_offered(grant))
        jg_exchange_refuse(
            x, 400, "unsupported_grant_type",
            "Offered are client_credentials, password, refresh_token and "
            "authorization_code");
    else
        return !jg_str_eq(grant, JG_STR("refresh_token")) ||
               open_handle(x, scgi, form);
    return false;
}

void
jg_exchange_begin_grant(struct jg_exchange *x, const struct jg_scgi *scgi,
                        const struct jg_form *form)
{
    struct jg_exchange_client client;
    struct jg_str body;

    if (!is_fine(x, scgi, form) ||
        !jg_exchange_passes(x, jg_exchange_client(x, scgi, form, &client)))
        return;
    /* Ours are for those who have something else to show. */
    if (client.own && jg_str_eq(jg_form_value(form, "grant_type"),
                                JG_STR("client_credentials"))) {
        jg_exchange_refuse(x, 401, "invalid_client",
                           "The client shows no credentials");
        return;
    }
    if (jg_exchange_passes(x, write_form(x, form, &client, &body)))
        jg_exchange_call(x, jg_exchange_terms(x)->token_url, body, &client);
}
