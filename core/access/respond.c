/* Refusals as bytes: Tyk's two templates, and RFC 6750's header. */
#include "access/respond.h"

#include "model/error_template.h"

#define BODY_MAX (32 * 1024)
#define BASIC "Basic realm=\"" /* of RFC 7617; the API has a name for it */

/* The formats of an error, by the request's Content-Type. */
static const struct format {
    struct jg_str type;
    const char *content_type;
    bool xml;
} formats[] = {
    {{"application/xml", 15}, "application/xml", true},
    {{"text/xml", 8}, "text/xml", true},
    {{"application/soap+xml", 20}, "application/soap+xml", true},
    {{"", 0}, "application/json", false},
};

#define JSON_FORMAT (sizeof(formats) / sizeof(formats[0]) - 1)

static const struct format *
format_of(struct jg_str content_type)
{
    struct jg_str type =
        jg_str_trim(jg_str_head(content_type, jg_str_find(content_type, ';')));

    for (size_t i = 0; i < JSON_FORMAT; i++)
        if (jg_str_eq_nocase(type, formats[i].type))
            return &formats[i];
    return &formats[JSON_FORMAT];
}

static void
add_xml(struct jg_buf *b, struct jg_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];

        if (c == '&')
            jg_buf_add(b, JG_STR("&amp;"));
        else if (c == '<')
            jg_buf_add(b, JG_STR("&lt;"));
        else if (c == '>')
            jg_buf_add(b, JG_STR("&gt;"));
        else if (c == '"')
            jg_buf_add(b, JG_STR("&#34;"));
        else if (c == '\'')
            jg_buf_add(b, JG_STR("&#39;"));
        else
            jg_buf_addc(b, c);
    }
}

static void
add_message(struct jg_buf *b, const struct format *format, struct jg_str text)
{
    if (format->xml)
        add_xml(b, text);
    else
        jg_buf_add_json(b, text, true);
}

/* Tyk's own templates. */
static void
write_default(struct jg_buf *b, const struct format *format, struct jg_str text)
{
    jg_buf_add(b, format->xml ? JG_STR("<?xml version = \"1.0\" encoding = "
                                       "\"UTF-8\"?>\n<error>")
                              : JG_STR("{\n    \"error\": \""));
    add_message(b, format, text);
    jg_buf_add(b, format->xml ? JG_STR("</error>") : JG_STR("\"\n}"));
}

static void
write_template(struct jg_buf *b, const struct format *format,
               const struct jg_error_template *template,
               const struct jg_refusal *refusal, int status)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct jg_error_part *part = &template->parts[i];

        if (part->kind == JG_ERROR_TEXT)
            jg_buf_add(b, part->text);
        else if (part->kind == JG_ERROR_MESSAGE)
            add_message(b, format, refusal->text);
        else
            jg_buf_addf(b, "%d", status);
    }
}

/* A template of the owner's that makes too much of a message is passed over. */
static void
write_body(struct jg_buf *b, const struct jg_refusal *refusal, int status,
           const struct format **format)
{
    struct jg_str ext = (*format)->xml ? JG_STR("xml") : JG_STR("json");
    const struct jg_error_template *template =
        jg_error_template_find(refusal->conf, status, &ext);
    const struct format *own =
        jg_str_eq(ext, JG_STR("json")) ? &formats[JSON_FORMAT] : *format;

    if (template != NULL) {
        write_template(b, own, template, refusal, status);
        if (!b->failed) {
            *format = own;
            return;
        }
        jg_buf_reset(b);
    }
    write_default(b, *format, refusal->text);
}

static enum jg_err
make_body(const struct jg_refusal *refusal, int status,
          const struct format **format, struct jg_arena *a, struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, BODY_MAX);
    write_body(&b, refusal, status, format);
    *out = jg_arena_str(a, jg_buf_str(&b));
    if (b.failed)
        out->p = NULL;
    jg_buf_free(&b);
    return out->p == NULL ? JG_E_NOMEM : JG_OK;
}

/*
 * RFC 6750 3.1: what the client is to do about it. No error code without a
 * token (3). Reasons that no token can cure have no row.
 */
static const struct {
    enum jg_err first, last;
    const char *authenticate;
} challenges[] = {
    {JG_E_TOKEN_MISSING, JG_E_TOKEN_MISSING, "Bearer"},
    {JG_E_TOKEN_TWICE, JG_E_TOKEN_TWICE, "Bearer error=\"invalid_request\""},
    {JG_E_TOKEN_SIZE, JG_E_TOKEN_JWE, "Bearer error=\"invalid_token\""},
    {JG_E_ALG, JG_E_KEYSET_ISSUER, "Bearer error=\"invalid_token\""},
    {JG_E_CLAIM_EXP, JG_E_CLAIM_MATCH, "Bearer error=\"invalid_token\""},
    {JG_E_TOKEN_REVOKED, JG_E_TOKEN_REVOKED, "Bearer error=\"invalid_token\""},
    {JG_E_IDENTITY_NONE, JG_E_IDENTITY_SUB_EMPTY,
     "Bearer error=\"invalid_token\""},
    {JG_E_POLICY_UNKNOWN, JG_E_POLICY_NONE,
     "Bearer error=\"insufficient_scope\""},
    {JG_E_KEY_INACTIVE, JG_E_KEY_EXPIRED, "Bearer error=\"invalid_token\""},
    {JG_E_ACCESS, JG_E_ACCESS_PATH, "Bearer error=\"insufficient_scope\""},
    {JG_E_AUTH_TOKEN_MISSING, JG_E_AUTH_TOKEN_MISSING, "Bearer"},
    {JG_E_BASIC_MISSING, JG_E_BASIC_MISSING, BASIC "\""},
    {JG_E_BASIC_USER, JG_E_BASIC_POLICIES, BASIC "\""},
    {JG_E_AUTH_TOKEN, JG_E_ONE_TO_ONE_POLICIES,
     "Bearer error=\"invalid_token\""},
};

static struct jg_str
challenge_of(enum jg_err reason)
{
    for (size_t i = 0; i < sizeof(challenges) / sizeof(challenges[0]); i++)
        if (reason >= challenges[i].first && reason <= challenges[i].last)
            return jg_str(challenges[i].authenticate);
    return (struct jg_str){NULL, 0};
}

/* What Tyk refuses before it knows an API, and so without a template. */
static const struct {
    enum jg_err reason;
    struct jg_str body;
} plain[] = {
    {JG_E_ROUTE, {"Not Found", 9}},
    {JG_E_BODY_MAX, {"Request Entity Too Large\n", 25}},
};

static bool
is_plain(enum jg_err reason, struct jg_error_response *out)
{
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (plain[i].reason != reason)
            continue;
        *out = (struct jg_error_response){
            .status = jg_err_info(reason)->status,
            .content_type = "text/plain; charset=utf-8",
            .body = plain[i].body,
        };
        return true;
    }
    return false;
}

enum jg_err
jg_respond(const struct jg_refusal *refusal, struct jg_arena *a,
           struct jg_error_response *out)
{
    enum jg_err reason = refusal->reason;
    const struct format *format = format_of(refusal->content_type);
    struct jg_error_response response = {
        .status = refusal->status != 0 ? refusal->status
                                       : jg_err_info(reason)->status,
        .authenticate = challenge_of(reason),
        .generator = true,
        .retry_after_s =
            reason == JG_E_BROKER || reason == JG_E_KEYSET_STALE ? 1 : 0,
    };
    enum jg_err err;

    if (is_plain(reason, out))
        return JG_OK;
    err = make_body(refusal, response.status, &format, a, &response.body);
    response.content_type = format->content_type;
    if (err == JG_OK)
        *out = response;
    return err;
}

/* The name of an API may hold anything (RFC 9110 5.6.4). */
static enum jg_err
password_challenge(const struct jg_decision *d, struct jg_str *out)
{
    struct jg_str name = d->api->def.name;
    struct jg_buf b;

    jg_buf_init(&b, BODY_MAX);
    jg_buf_add(&b, JG_STR(BASIC));
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.p[i];

        if (c == '"' || c == '\\')
            jg_buf_addc(&b, '\\');
        if (c >= ' ' && c != 0x7f)
            jg_buf_addc(&b, (char)c);
    }
    jg_buf_addc(&b, '"');
    *out = jg_arena_str(d->arena, jg_buf_str(&b));
    if (b.failed)
        out->p = NULL;
    jg_buf_free(&b);
    return out->p == NULL ? JG_E_NOMEM : JG_OK;
}

enum jg_err
jg_respond_decision(const struct jg_decision *d, struct jg_error_response *out)
{
    const struct jg_header *type =
        jg_request_header(d->request, JG_STR("Content-Type"));
    const struct jg_refusal refusal = {
        .reason = d->reason,
        .status = jg_decision_status(d),
        .text = jg_decision_text(d),
        .content_type = type == NULL ? (struct jg_str){NULL, 0} : type->value,
        .conf = d->with.snapshot == NULL ? NULL : d->with.snapshot->conf,
    };
    enum jg_err err = jg_respond(&refusal, d->arena, out);

    if (err == JG_OK && jg_str_starts(out->authenticate, JG_STR(BASIC)))
        err = password_challenge(d, &out->authenticate);
    if (err != JG_OK)
        return err;
    if (d->retry_after_s > 0)
        out->retry_after_s = d->retry_after_s;
    return JG_OK;
}
