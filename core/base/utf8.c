/* UTF-8. */
#include "base/utf8.h"

size_t
jg_utf8_len(struct jg_str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t len = p[0] < 0x80   ? 1
                 : p[0] < 0xc2 ? 0
                 : p[0] < 0xe0 ? 2
                 : p[0] < 0xf0 ? 3
                 : p[0] < 0xf5 ? 4
                               : 0;

    if (len == 0 || len > s.len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

size_t
jg_utf8_next(struct jg_str s, uint32_t *out)
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = s.len == 0 ? 0 : jg_utf8_len(s);
    uint32_t c;

    if (len == 0)
        return 0;
    c = (unsigned char)s.p[0] ^ (uint32_t)marks[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
    *out = c;
    return len;
}

bool
jg_utf8_valid(struct jg_str s)
{
    while (s.len > 0) {
        size_t len = jg_utf8_len(s);

        if (len == 0)
            return false;
        s = jg_str_from(s, len);
    }
    return true;
}
