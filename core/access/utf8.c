/* A strict UTF-8 reader, one row per length of a character. */
#include "access/utf8.h"

static const struct form {
    unsigned char mask, lead; /* of the first byte */
    unsigned char bytes;
    uint32_t min; /* smaller code points have a shorter form */
} forms[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

static size_t
read_form(struct jg_str s, const struct form *form, uint32_t *out)
{
    uint32_t c = (unsigned char)s.p[0] & (unsigned char)~form->mask;

    if (s.len < form->bytes)
        return 0;
    for (size_t i = 1; i < form->bytes; i++) {
        if (((unsigned char)s.p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
    }
    if (c < form->min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return form->bytes;
}

size_t
jg_utf8_next(struct jg_str s, uint32_t *out)
{
    if (s.len == 0)
        return 0;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (((unsigned char)s.p[0] & forms[i].mask) == forms[i].lead)
            return read_form(s, &forms[i], out);
    return 0;
}

bool
jg_utf8_valid(struct jg_str s)
{
    uint32_t c;

    while (s.len > 0) {
        size_t bytes = jg_utf8_next(s, &c);

        if (bytes == 0)
            return false;
        s = jg_str_from(s, bytes);
    }
    return true;
}
