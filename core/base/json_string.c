/* Characters of JSON strings: UTF-8, and escapes (RFC 8259 7). */
#include "base/json_internal.h"

#define HEX_DIGITS 4

/* The four hex digits that <s> begins with; false when they are none. */
static bool
hex4(struct jg_str s, uint32_t *out)
{
    uint32_t n = 0;

    if (s.len < HEX_DIGITS)
        return false;
    for (size_t i = 0; i < HEX_DIGITS; i++) {
        char c = s.p[i];

        if (c >= '0' && c <= '9')
            n = n * 16 + (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            n = n * 16 + (uint32_t)((c | 0x20) - 'a') + 10;
        else
            return false;
    }
    *out = n;
    return true;
}

static size_t
utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* <s> is behind "\u"; returns how many of its bytes make one character. */
static size_t
unescape_u(struct jg_str s, char out[4], size_t *out_len)
{
    size_t took = HEX_DIGITS;
    uint32_t c, low;

    if (!hex4(s, &c) || c == 0 || (c >= 0xdc00 && c <= 0xdfff))
        return 0;
    if (c >= 0xd800 && c <= 0xdbff) { /* the first half of a pair */
        s = jg_str_from(s, HEX_DIGITS);
        if (!jg_str_starts(s, JG_STR("\\u")) || !hex4(jg_str_from(s, 2), &low))
            return 0;
        if (low < 0xdc00 || low > 0xdfff)
            return 0;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        took += 2 + HEX_DIGITS;
    }
    *out_len = utf8_encode(c, out);
    return took;
}

size_t
jg_json_unescape(struct jg_str s, char out[4], size_t *out_len)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at;

    if (s.len == 0)
        return 0;
    if (s.p[0] == 'u') {
        size_t took = unescape_u(jg_str_from(s, 1), out, out_len);

        return took == 0 ? 0 : took + 1;
    }
    at = s.p[0] == 0 ? NULL : strchr(from, s.p[0]);
    if (at == NULL)
        return 0;
    out[0] = to[at - from];
    *out_len = 1;
    return 1;
}
