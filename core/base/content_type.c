/* Content types by the first bytes, as Go's server finds them. */
#include "base/content_type.h"

#define SNIFFED 512 /* bytes that are looked at */

/* HTML begins with one of these, in any case, and a space or '>' behind it. */
static const struct jg_str html[] = {
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
is_space(char c)
{
    return c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static bool
is_html(struct jg_str text)
{
    for (size_t i = 0; i < sizeof(html) / sizeof(html[0]); i++)
        if (text.len > html[i].len && jg_str_starts_nocase(text, html[i]) &&
            (text.p[html[i].len] == ' ' || text.p[html[i].len] == '>'))
            return true;
    return false;
}

/* Control characters that no text has. */
static bool
is_binary(struct jg_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c <= 0x08 || c == 0x0b || (c >= 0x0e && c <= 0x1a) ||
            (c >= 0x1c && c <= 0x1f))
            return true;
    }
    return false;
}

struct jg_str
jg_content_type_of(struct jg_str body)
{
    struct jg_str all = jg_str_head(body, SNIFFED), text = all;

    while (text.len > 0 && is_space(text.p[0]))
        text = jg_str_from(text, 1);
    if (is_html(text))
        return JG_STR("text/html; charset=utf-8");
    if (jg_str_starts(text, JG_STR("<?xml")))
        return JG_STR("text/xml; charset=utf-8");
    if (jg_str_starts(all, JG_STR("%PDF-")))
        return JG_STR("application/pdf");
    if (jg_str_starts(all, JG_STR("%!PS-Adobe-")))
        return JG_STR("application/postscript");
    return is_binary(all) ? JG_STR("application/octet-stream")
                          : JG_STR("text/plain; charset=utf-8");
}
