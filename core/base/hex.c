/* Bytes as hex digits. */
#include "base/hex.h"

static const char digits[] = "0123456789abcdef";

void
jg_hex_encode(const unsigned char *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

bool
jg_hex_decode(struct jg_str text, unsigned char *out)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *at = memchr(digits, text.p[i], sizeof(digits) - 1);

        if (at == NULL)
            return false;
        if (i % 2 == 0)
            out[i / 2] = (unsigned char)((at - digits) << 4);
        else
            out[i / 2] |= (unsigned char)(at - digits);
    }
    return text.len % 2 == 0;
}
