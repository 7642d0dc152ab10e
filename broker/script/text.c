/* UTF-8 and CESU-8. */
#include "text.h"

#include "base/utf8.h"

#define SURROGATE_BYTES 3
#define REPLACEMENT "\xef\xbf\xbd"

static bool
is_ascii(struct jg_str s)
{
    unsigned char all = 0;

    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.p[i];
    return all < 0x80;
}

static void
add_surrogate(struct jg_buf *b, uint32_t unit)
{
    jg_buf_addc(b, (char)(0xe0 | unit >> 12));
    jg_buf_addc(b, (char)(0x80 | (unit >> 6 & 0x3f)));
    jg_buf_addc(b, (char)(0x80 | (unit & 0x3f)));
}

/* <s> begins with four bytes of UTF-8. */
static void
add_pair(struct jg_buf *b, struct jg_str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t c =
        ((uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
         (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f)) -
        0x10000;

    add_surrogate(b, 0xd800 + (c >> 10));
    add_surrogate(b, 0xdc00 + (c & 0x3ff));
}

struct jg_str
jg_text_to_script(struct jg_str text, struct jg_buf *b)
{
    if (is_ascii(text))
        return text;
    jg_buf_reset(b);
    while (text.len > 0) {
        size_t len = jg_utf8_len(text);

        if (len == 0)
            jg_buf_add(b, JG_STR(REPLACEMENT));
        else if (len == 4)
            add_pair(b, text);
        else
            jg_buf_add(b, jg_str_head(text, len));
        text = jg_str_from(text, len > 0 ? len : 1);
    }
    return b->failed ? (struct jg_str){NULL, 0} : jg_buf_str(b);
}

/* The surrogate that <s> begins with, or 0. */
static uint32_t
surrogate(struct jg_str s)
{
    const unsigned char *p = (const unsigned char *)s.p;

    if (s.len < SURROGATE_BYTES || p[0] != 0xed || p[1] < 0xa0 || p[1] > 0xbf ||
        (p[2] & 0xc0) != 0x80)
        return 0;
    return 0xd000 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
}

/* How many bytes of <s> the surrogates have that are one character or none. */
static size_t
add_surrogates(struct jg_buf *b, struct jg_str s, uint32_t high)
{
    uint32_t low = surrogate(jg_str_from(s, SURROGATE_BYTES)), c;

    if (high >= 0xdc00 || low < 0xdc00) {
        jg_buf_add(b, JG_STR(REPLACEMENT));
        return SURROGATE_BYTES;
    }
    c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    jg_buf_addc(b, (char)(0xf0 | c >> 18));
    jg_buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
    jg_buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
    jg_buf_addc(b, (char)(0x80 | (c & 0x3f)));
    return (size_t)2 * SURROGATE_BYTES;
}

struct jg_str
jg_text_from_script(struct jg_str text, struct jg_buf *b)
{
    if (is_ascii(text))
        return text;
    jg_buf_reset(b);
    while (text.len > 0) {
        uint32_t half = surrogate(text);
        size_t len =
            half != 0 ? add_surrogates(b, text, half) : jg_utf8_len(text);

        if (len == 0)
            jg_buf_add(b, JG_STR(REPLACEMENT));
        else if (half == 0)
            jg_buf_add(b, jg_str_head(text, len));
        text = jg_str_from(text, len > 0 ? len : 1);
    }
    return b->failed ? (struct jg_str){NULL, 0} : jg_buf_str(b);
}
