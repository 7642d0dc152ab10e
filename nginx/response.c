/*
 * The headers of a response, as the decision wants them: first what it says
 * about answers of the upstream, then what it says about every response. Each
 * time those that are removed go, then those that are set take the place of
 * their namesakes.
 */
#include "ngx_http_jotgate.h"

#include <stddef.h>

/*
 * Headers that nginx keeps a second note of, and makes one from when the list
 * has none. <own> is where the note is; it says what is sent in the end, but
 * for Location: nginx would make an absolute URL of one that it knows of.
 */
static const struct note {
    struct jg_str name;
    size_t own; /* in ngx_http_headers_out_t, an ngx_table_elt_t * */
    bool kept;  /* the note follows what is set */
} notes[] = {
    {{"Date", 4}, offsetof(ngx_http_headers_out_t, date), true},
    {{"Location", 8}, offsetof(ngx_http_headers_out_t, location), false},
    {{"Refresh", 7}, offsetof(ngx_http_headers_out_t, refresh), false},
    {{"Last-Modified", 13},
     offsetof(ngx_http_headers_out_t, last_modified),
     true},
    {{"ETag", 4}, offsetof(ngx_http_headers_out_t, etag), true},
    {{"Expires", 7}, offsetof(ngx_http_headers_out_t, expires), true},
    {{"Accept-Ranges", 13},
     offsetof(ngx_http_headers_out_t, accept_ranges),
     true},
    {{"Content-Encoding", 16},
     offsetof(ngx_http_headers_out_t, content_encoding),
     true},
    {{"Content-Range", 13},
     offsetof(ngx_http_headers_out_t, content_range),
     true},
    {{"WWW-Authenticate", 16},
     offsetof(ngx_http_headers_out_t, www_authenticate),
     true},
};

/* <h> is the new one, or NULL. */
static void
take_note(ngx_http_headers_out_t *out, struct jg_str name, ngx_table_elt_t *h)
{
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        const struct note *note = &notes[i];

        if (!jg_str_eq_nocase(note->name, name))
            continue;
        *(ngx_table_elt_t **)(void *)((char *)out + note->own) =
            note->kept ? h : NULL;
        if (note->own == offsetof(ngx_http_headers_out_t, last_modified))
            out->last_modified_time = -1;
    }
}

/* Content-Type is in no list. */
static bool
is_type(struct jg_str name)
{
    return jg_str_eq_nocase(name, JG_STR("Content-Type"));
}

static void
set_type(ngx_http_headers_out_t *out, struct jg_str value)
{
    out->content_type = ngx_http_jotgate_ngx_str(value);
    out->content_type_len = value.len;
    out->content_type_lowcase = NULL;
    ngx_str_null(&out->charset);
}

static void
drop(ngx_http_request_t *r, struct jg_str name)
{
    const ngx_list_part_t *part = &r->headers_out.headers.part;

    for (; part != NULL; part = part->next) {
        ngx_table_elt_t *h = part->elts;

        for (ngx_uint_t i = 0; i < part->nelts; i++)
            if (jg_str_eq_nocase(ngx_http_jotgate_str(&h[i].key), name))
                h[i].hash = 0; /* not sent */
    }
    if (is_type(name))
        set_type(&r->headers_out, (struct jg_str){NULL, 0});
    take_note(&r->headers_out, name, NULL);
}

/* The decision's bytes live as long as the request. */
static ngx_int_t
set(ngx_http_request_t *r, const struct jg_forward_header *from)
{
    ngx_table_elt_t *h;

    drop(r, from->name);
    if (is_type(from->name)) {
        set_type(&r->headers_out, from->value);
        return NGX_OK;
    }
    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL)
        return NGX_ERROR;
    ngx_memzero(h, sizeof(*h));
    h->hash = 1;
    h->key = ngx_http_jotgate_ngx_str(from->name);
    h->value = ngx_http_jotgate_ngx_str(from->value);
    take_note(&r->headers_out, from->name, h);
    return NGX_OK;
}

/* Caches look at all of them together (RFC 9110 12.5.5). */
static ngx_int_t
add_vary(ngx_http_request_t *r, struct jg_str value)
{
    ngx_table_elt_t *h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL)
        return NGX_ERROR;
    ngx_memzero(h, sizeof(*h));
    h->hash = 1;
    ngx_str_set(&h->key, "Vary");
    h->value = ngx_http_jotgate_ngx_str(value);
    return NGX_OK;
}

static ngx_int_t
apply(ngx_http_request_t *r, const struct jg_respond_headers *headers)
{
    for (size_t i = 0; i < headers->removed_count; i++)
        drop(r, headers->removed[i]);
    for (size_t i = 0; i < headers->set_count; i++)
        if (set(r, &headers->set[i]) != NGX_OK)
            return NGX_ERROR;
    return headers->vary.len > 0 ? add_vary(r, headers->vary) : NGX_OK;
}

ngx_int_t
ngx_http_jotgate_response_headers(ngx_http_request_t *r,
                                  const struct ngx_http_jotgate_ctx *ctx)
{
    const struct jg_decision *d = &ctx->decision;

    /* A reason means that the response is a refusal, or nginx's own. */
    if (ctx->reason == JG_OK && apply(r, &d->forward.respond) != NGX_OK)
        return NGX_ERROR;
    return apply(r, &d->respond);
}
