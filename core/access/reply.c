/* Answers that a definition has in itself: replies of method_actions, mocks. */
#include "access/step.h"

#include "base/header.h"

#define REPLY_STATUS 200 /* of a reply that names none, or none of HTTP's */
#define SNIFFED 512      /* bytes that Go looks at */

/* What Go takes for a page (net/http, DetectContentType), with a space or '>'
 * behind it. */
static const struct jg_str pages[] = {
    {"<!DOCTYPE HTML", 14},
    {"<HTML", 5},
    {"<HEAD", 5},
    {"<SCRIPT", 7},
    {"<IFRAME", 7},
    {"<H1", 3},
    {"<DIV", 4},
    {"<FONT", 5},
    {"<TABLE", 6},
    {"<A", 2},
    {"<STYLE", 6},
    {"<TITLE", 6},
    {"<B", 2},
    {"<BODY", 5},
    {"<BR", 3},
    {"<P", 2},
    {"<!--", 4},
};

static bool
is_page(struct jg_str s)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        size_t len = pages[i].len;

        if (jg_str_starts_nocase(s, pages[i]) && s.len > len &&
            (s.p[len] == ' ' || s.p[len] == '>'))
            return true;
    }
    return false;
}

/* Bytes that no text has. */
static bool
is_binary(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c <= 8 || c == 11 || (c >= 14 && c <= 26) || (c >= 28 && c <= 31))
            return true;
    }
    return false;
}

/* The type that Go gives to a body without one. */
static struct jg_str
guess_type(struct jg_str body)
{
    struct jg_str s = jg_str_head(body, SNIFFED);
    size_t i = 0;

    if (s.len == 0)
        return s;
    while (i < s.len && strchr("\t\n\f\r ", s.p[i]) != NULL && s.p[i] != 0)
        i++;
    if (is_page(jg_str_from(s, i)))
        return JG_STR("text/html; charset=utf-8");
    if (jg_str_starts(jg_str_from(s, i), JG_STR("<?xml")))
        return JG_STR("text/xml; charset=utf-8");
    return is_binary(s) ? JG_STR("application/octet-stream")
                        : JG_STR("text/plain; charset=utf-8");
}

/* Not the HTTP engine's own, and nothing that would break the response. */
static bool
may_be_set(const struct jg_pair *header)
{
    return jg_header_is_name(header->name) &&
           jg_header_is_value(header->value) &&
           !jg_header_is_framing(header->name) &&
           !jg_header_is_hop_by_hop(header->name);
}

enum jg_err
jg_reply_as_defined(struct jg_decision *d,
                    const struct jg_endpoint_reply *reply)
{
    bool valid = reply->code >= 200 && reply->code <= 599;
    struct jg_answer answer = {
        .status = valid ? (int)reply->code : REPLY_STATUS,
        .content_type = guess_type(reply->body),
        .body = reply->body,
    };

    for (size_t i = 0; i < reply->headers.count; i++) {
        struct jg_str name = reply->headers.items[i].name;
        struct jg_str value = reply->headers.items[i].value;
        enum jg_err err = JG_OK;

        if (jg_str_eq_nocase(name, JG_STR("Content-Type")) &&
            jg_header_is_value(value))
            answer.content_type = value;
        else if (may_be_set(&reply->headers.items[i]))
            err = jg_respond_set(d, name, value);
        if (err != JG_OK)
            return err;
    }
    d->answer = answer;
    jg_trace_seen(d, "a reply of its own, %d", d->answer.status);
    return JG_OK;
}

static bool
has(const struct jg_decision *d, enum jg_endpoint_kind kind)
{
    return d->version != NULL && d->version->endpoints != NULL &&
           d->version->endpoints->kinds[kind].count > 0;
}

/* Instead of the upstream: whoever is answered has passed everything. */
enum jg_err
jg_step_mock(struct jg_decision *d)
{
    const struct jg_mock_endpoint *found = NULL;

    if (has(d, JG_ENDPOINT_OAS_MOCK) && !d->passthrough)
        found = (const struct jg_mock_endpoint *)jg_endpoint_find(
            d->version, JG_ENDPOINT_OAS_MOCK, d->request->method, &d->forms,
            &d->matching, false);
    if (found != NULL)
        return jg_reply_as_defined(d, &found->reply);
    jg_trace_skip(d);
    return JG_OK;
}
