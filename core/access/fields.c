/* Queries and Cookie headers, read as Go's net/url and net/http do. */
#include "access/fields.h"

/* name=value of <text>; without '=' the value is empty. */
static void
cut(struct jg_str text, struct jg_pair_text *out)
{
    size_t mark = jg_str_find(text, '=');

    out->name = jg_str_head(text, mark);
    out->value = jg_str_from(text, mark + 1);
}

bool
jg_query_next(struct jg_str *rest, struct jg_pair_text *out)
{
    if (rest->p == NULL || !jg_str_next(rest, '&', &out->all))
        return false;
    cut(out->all, out);
    return true;
}

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Take one decoded byte off <text>: -1 at a broken escape. */
static int
next_byte(struct jg_str *text)
{
    char c = text->p[0];
    int high, low;

    if (c != '%') {
        *text = jg_str_from(*text, 1);
        return c == '+' ? ' ' : (unsigned char)c;
    }
    if (text->len < 3)
        return -1;
    high = hex(text->p[1]);
    low = hex(text->p[2]);
    *text = jg_str_from(*text, 3);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

enum jg_err
jg_query_decode(struct jg_str text, struct jg_arena *a, struct jg_str *out)
{
    char *p;
    size_t len = 0;

    if (memchr(text.p == NULL ? "" : text.p, '%', text.len) == NULL &&
        memchr(text.p == NULL ? "" : text.p, '+', text.len) == NULL) {
        *out = text;
        return JG_OK;
    }
    p = jg_arena_alloc(a, text.len);
    if (p == NULL)
        return JG_E_NOMEM;
    while (text.len > 0) {
        int c = next_byte(&text);

        if (c < 0)
            return JG_E_REQUEST;
        p[len++] = (char)c;
    }
    *out = (struct jg_str){p, len};
    return JG_OK;
}

bool
jg_query_name_is(struct jg_str name, struct jg_str plain)
{
    size_t i = 0;

    for (; name.len > 0 && i < plain.len; i++)
        if (next_byte(&name) != (unsigned char)plain.p[i])
            return false;
    return name.len == 0 && i == plain.len;
}

/* What net/http takes as a cookie's value: RFC 6265, and spaces and commas. */
static bool
value_is_clean(struct jg_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if (c < 0x20 || c >= 0x7f || c == '"' || c == ';' || c == '\\')
            return false;
    }
    return true;
}

bool
jg_cookie_next(struct jg_str *rest, struct jg_pair_text *out)
{
    struct jg_str v;

    if (rest->p == NULL || !jg_str_next(rest, ';', &out->all))
        return false;
    cut(jg_str_trim(out->all), out);
    v = out->value;
    if (v.len > 1 && v.p[0] == '"' && v.p[v.len - 1] == '"')
        v = (struct jg_str){v.p + 1, v.len - 2};
    out->value = value_is_clean(v) ? v : (struct jg_str){NULL, 0};
    return true;
}
