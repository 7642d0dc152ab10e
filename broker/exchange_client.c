/* With whose credentials the provider is asked. */
#include "exchange_internal.h"

#include "access/fields.h"
#include "base/b64.h"

#define CREDENTIAL_MAX 4096

static bool
is_basic(struct jg_str authorization)
{
    return jg_str_starts_nocase(authorization, JG_STR("Basic "));
}

/* "Basic ..." of the gateway's own credentials (RFC 6749 2.3.1). */
static enum jg_err
own_basic(struct jg_exchange *x, struct jg_str *out)
{
    struct jg_buf plain, b;
    char *text;

    jg_buf_init(&plain, CREDENTIAL_MAX * 3);
    jg_form_encode(&plain, jg_exchange_terms(x)->client_id);
    jg_buf_addc(&plain, ':');
    jg_form_encode(&plain, jg_exchange_terms(x)->client_secret);
    text = jg_arena_alloc(x->arena, JG_B64_ENCODED(plain.len) + 1);
    jg_buf_init(&b, CREDENTIAL_MAX * 6);
    jg_buf_add(&b, JG_STR("Basic "));
    if (text != NULL)
        jg_buf_add(
            &b, (struct jg_str){text, jg_b64_encode(jg_buf_str(&plain), text)});
    b.failed = b.failed || plain.failed || text == NULL;
    if (plain.p != NULL)
        jg_mem_wipe(plain.p, plain.len);
    jg_buf_free(&plain);
    return jg_form_take(&b, x->arena, out);
}

/* Does the client show who it is? */
static bool
shows_itself(const struct jg_form *form, struct jg_str authorization)
{
    return is_basic(authorization) ||
           jg_form_get(form, "client_secret") != NULL ||
           jg_form_get(form, "client_assertion") != NULL;
}

enum jg_err
jg_exchange_client(struct jg_exchange *x, const struct jg_scgi *scgi,
                   const struct jg_form *form, struct jg_exchange_client *out)
{
    struct jg_str authorization =
        jg_scgi_get(scgi, JG_STR("HTTP_AUTHORIZATION"));

    *out = (struct jg_exchange_client){
        .own = jg_exchange_terms(x)->client_id.len > 0 &&
               !shows_itself(form, authorization)};
    if (out->own)
        return own_basic(x, &out->authorization);
    if (is_basic(authorization))
        out->authorization = authorization;
    return JG_OK;
}

void
jg_exchange_call(struct jg_exchange *x, struct jg_str url, struct jg_str form,
                 const struct jg_exchange_client *client)
{
    size_t n = 0;

    x->headers[n++] =
        (struct jg_call_header){JG_STR("Content-Type"), JG_FORM_TYPE};
    x->headers[n++] =
        (struct jg_call_header){JG_STR("Accept"), JG_STR("application/json")};
    if (client->authorization.len > 0)
        x->headers[n++] = (struct jg_call_header){JG_STR("Authorization"),
                                                  client->authorization};
    x->call = (struct jg_call_request){
        .method = JG_STR("POST"),
        .url = url,
        .body = form,
        .headers = x->headers,
        .header_count = n,
        .timeout_ms = jg_exchange_terms(x)->timeout_s * 1000};
}

bool
jg_exchange_basic(struct jg_exchange *x, struct jg_str authorization,
                  struct jg_str *id, struct jg_str *secret)
{
    struct jg_str text = jg_str_trim(jg_str_from(authorization, 6)), plain;
    size_t colon;

    if (!is_basic(authorization) || text.len > CREDENTIAL_MAX * 6 ||
        jg_b64_decode_arena(text, x->arena, &plain) != JG_OK)
        return false;
    colon = jg_str_find(plain, ':');
    return colon < plain.len &&
           jg_query_decode(jg_str_head(plain, colon), x->arena, id) == JG_OK &&
           jg_query_decode(jg_str_from(plain, colon + 1), x->arena, secret) ==
               JG_OK;
}
