/* The growing buffer: bytes, printf, and JSON strings. */
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#define FIRST_BYTES 256 /* the smallest piece of memory asked for */

void
jg_buf_init(struct jg_buf *b, size_t max)
{
    *b = (struct jg_buf){.max = max};
}

void
jg_buf_free(struct jg_buf *b)
{
    jg_mem_free(b->p);
    jg_buf_init(b, b->max);
}

void
jg_buf_reset(struct jg_buf *b)
{
    b->len = 0;
    b->failed = false;
}

/* Make room for <more> bytes, and one that printf's NUL may use. */
static bool
reserve(struct jg_buf *b, size_t more)
{
    size_t need, cap;
    char *p;

    if (b->failed)
        return false;
    b->failed = true;
    if (more > b->max - b->len ||
        __builtin_add_overflow(b->len + more, 1u, &need))
        return false;
    if (need > b->cap) {
        cap = b->cap > SIZE_MAX / 2 ? need : b->cap * 2;
        if (cap < need)
            cap = need;
        if (cap < FIRST_BYTES)
            cap = FIRST_BYTES;
        p = jg_mem_grow(b->p, cap);
        if (p == NULL)
            return false;
        b->p = p;
        b->cap = cap;
    }
    b->failed = false;
    return true;
}

void
jg_buf_add(struct jg_buf *b, struct jg_str s)
{
    if (!reserve(b, s.len) || s.len == 0)
        return;
    memcpy(b->p + b->len, s.p, s.len);
    b->len += s.len;
}

void
jg_buf_addc(struct jg_buf *b, char c)
{
    if (reserve(b, 1))
        b->p[b->len++] = c;
}

void
jg_buf_addf(struct jg_buf *b, const char *format, ...)
{
    va_list args, again;
    int len;

    if (!reserve(b, 0))
        return;
    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(b->p + b->len, b->cap - b->len, format, args);
    if (len < 0) {
        b->failed = true;
    } else if (reserve(b, (size_t)len)) {
        vsnprintf(b->p + b->len, b->cap - b->len, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

/* The escape of <c>, or NULL: those that have a short one. */
static const char *
short_escape(char c)
{
    static const struct {
        char c;
        char text[3];
    } rows[] = {
        {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"},
        {'\t', "\\t"}, {'\b', "\\b"},  {'\f', "\\f"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].c == c)
            return rows[i].text;
    return NULL;
}

static bool
is_plain(unsigned char c, bool html)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' &&
           !(html && (c == '<' || c == '>' || c == '&'));
}

/* One character that is not plain ASCII; returns how many bytes it had. */
static size_t
add_special(struct jg_buf *b, struct jg_str s, bool html)
{
    size_t len = jg_utf8_len(s);
    const char *escape = short_escape(s.p[0]);

    if (len == 0) {
        jg_buf_add(b, JG_STR("\\ufffd"));
        return 1;
    }
    if (escape != NULL)
        jg_buf_add(b, jg_str(escape));
    else if (len == 1)
        jg_buf_addf(b, "\\u%04x", (unsigned)s.p[0]);
    else if (html && len == 3 && memcmp(s.p, "\xe2\x80\xa8", 3) == 0)
        jg_buf_add(b, JG_STR("\\u2028"));
    else if (html && len == 3 && memcmp(s.p, "\xe2\x80\xa9", 3) == 0)
        jg_buf_add(b, JG_STR("\\u2029"));
    else
        jg_buf_add(b, jg_str_head(s, len));
    return len;
}

void
jg_buf_add_json(struct jg_buf *b, struct jg_str s, bool html)
{
    size_t start = b->len;
    size_t i = 0;

    while (i < s.len && !b->failed) {
        size_t from = i;

        while (i < s.len && is_plain((unsigned char)s.p[i], html))
            i++;
        jg_buf_add(b, (struct jg_str){s.p + from, i - from});
        if (i < s.len)
            i += add_special(b, jg_str_from(s, i), html);
    }
    if (b->failed)
        b->len = start;
}

void
jg_buf_add_quoted(struct jg_buf *b, struct jg_str s)
{
    size_t start = b->len;

    jg_buf_addc(b, '"');
    jg_buf_add_json(b, s, false);
    jg_buf_addc(b, '"');
    if (b->failed)
        b->len = start;
}

struct jg_str
jg_buf_str(const struct jg_buf *b)
{
    return (struct jg_str){b->p, b->len};
}
