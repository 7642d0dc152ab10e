/* SCGI requests: a pure parser, and a thin loop that feeds it. */
#include "scgi.h"

#include "stream.h"

/* Digits of a netstring's length. More cannot be within any limit. */
#define LENGTH_DIGITS_MAX 8

/* A decimal number in its one canonical spelling. */
static bool
number(struct jg_str s, uint64_t *out)
{
    return jg_str_to_u64(s, out) && (s.p[0] != '0' || s.len == 1);
}

/*
 * The netstring that <bytes> begins with. <need> as in jg_scgi_parse(), with
 * one more byte than the block has, for the comma.
 */
static enum jg_err
split_netstring(struct jg_str bytes, struct jg_str *block, size_t *need)
{
    struct jg_str digits = {bytes.p, jg_str_find(bytes, ':')};
    uint64_t len;

    *need = 1;
    if (digits.len > LENGTH_DIGITS_MAX)
        digits.len = LENGTH_DIGITS_MAX;
    if (digits.len == bytes.len) { /* no colon yet */
        if (bytes.len == 0 || jg_str_to_u64(digits, &len))
            return JG_OK;
        return JG_E_REQUEST;
    }
    if (!number(digits, &len) || bytes.p[digits.len] != ':')
        return JG_E_REQUEST;
    if (len > JG_SCGI_HEADER_MAX)
        return JG_E_REQUEST_SIZE;

    *block = jg_str_from(bytes, digits.len + 1);
    *need = block->len > len ? 0 : (size_t)len + 1 - block->len;
    if (*need == 0 && block->p[len] != ',')
        return JG_E_REQUEST;
    block->len = *need == 0 ? (size_t)len : 0;
    return JG_OK;
}

/* name NUL value NUL name NUL value NUL ... */
static enum jg_err
split_params(struct jg_str block, struct jg_scgi *out)
{
    out->count = 0;
    while (block.len > 0) {
        struct jg_scgi_param *param = &out->params[out->count];

        if (out->count == JG_SCGI_PARAMS_MAX)
            return JG_E_REQUEST_SIZE;
        param->name = jg_str_head(block, jg_str_find(block, '\0'));
        block = jg_str_from(block, param->name.len + 1);
        param->value = jg_str_head(block, jg_str_find(block, '\0'));
        if (param->name.len == 0 || param->value.len == block.len)
            return JG_E_REQUEST;
        block = jg_str_from(block, param->value.len + 1);
        out->count++;
    }
    return JG_OK;
}

/* The length of the body: the first parameter, by the protocol. */
static enum jg_err
body_length(const struct jg_scgi *scgi, size_t *out)
{
    uint64_t len;

    if (scgi->count == 0 ||
        !jg_str_eq(scgi->params[0].name, JG_STR("CONTENT_LENGTH")) ||
        !number(scgi->params[0].value, &len))
        return JG_E_REQUEST;
    if (len > JG_SCGI_BODY_MAX)
        return JG_E_REQUEST_SIZE;
    *out = (size_t)len;
    return JG_OK;
}

enum jg_err
jg_scgi_parse(struct jg_str bytes, struct jg_scgi *out, size_t *need)
{
    struct jg_str block = {NULL, 0};
    struct jg_str rest;
    size_t len;
    enum jg_err err = split_netstring(bytes, &block, need);

    if (err != JG_OK || *need > 0)
        return err;
    err = split_params(block, out);
    if (err == JG_OK)
        err = body_length(out, &len);
    if (err != JG_OK)
        return err;

    rest.p = block.p + block.len + 1; /* behind the comma, or the end */
    rest.len = bytes.len - (size_t)(rest.p - bytes.p);
    *need = rest.len < len ? len - rest.len : 0;
    out->body = jg_str_head(rest, len);
    return JG_OK;
}

struct jg_str
jg_scgi_get(const struct jg_scgi *scgi, struct jg_str name)
{
    for (size_t i = 0; i < scgi->count; i++)
        if (jg_str_eq(scgi->params[i].name, name))
            return scgi->params[i].value;
    return (struct jg_str){NULL, 0};
}

enum jg_err
jg_scgi_read(int fd, int64_t until_ms, struct jg_buf *input,
             struct jg_scgi *out)
{
    char part[JG_SCGI_READ_MAX];
    size_t need = 1;

    for (;;) {
        size_t got = 0;
        enum jg_err err = jg_scgi_parse(jg_buf_str(input), out, &need);

        if (err != JG_OK || need == 0)
            return err;
        while (need > 0) {
            err = jg_stream_read(fd, until_ms, part, sizeof(part), &got);
            if (err != JG_OK)
                return err;
            jg_buf_add(input, (struct jg_str){part, got});
            if (input->failed)
                return JG_E_NOMEM;
            need = got < need ? need - got : 0;
        }
    }
}
