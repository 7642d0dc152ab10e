/* Base64 by table, in both alphabets; only the canonical spelling is taken. */
#include "base/b64.h"

#define BAD 0x80 /* no letter of the alphabet: the only values above 63 */

/* clang-format off */
#define ROW16(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
#define UPPER 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,    \
    18, 19, 20, 21, 22, 23, 24, 25
#define LOWER 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,  \
    42, 43, 44, 45, 46, 47, 48, 49, 50, 51
#define DIGITS 52, 53, 54, 55, 56, 57, 58, 59, 60, 61

static const unsigned char url_value[256] = {
    ROW16(BAD), ROW16(BAD),
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    62 /* - */, BAD, BAD, DIGITS, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, UPPER, BAD, BAD, BAD, BAD, 63 /* _ */,
    BAD, LOWER, BAD, BAD, BAD, BAD, BAD,
    ROW16(BAD), ROW16(BAD), ROW16(BAD), ROW16(BAD),
    ROW16(BAD), ROW16(BAD), ROW16(BAD), ROW16(BAD),
};

static const unsigned char std_value[256] = {
    ROW16(BAD), ROW16(BAD),
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    62 /* + */, BAD, BAD, BAD, 63 /* / */, DIGITS, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, UPPER, BAD, BAD, BAD, BAD, BAD,
    BAD, LOWER, BAD, BAD, BAD, BAD, BAD,
    ROW16(BAD), ROW16(BAD), ROW16(BAD), ROW16(BAD),
    ROW16(BAD), ROW16(BAD), ROW16(BAD), ROW16(BAD),
};
/* clang-format on */

static const char url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char std_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The last two or three letters; the bits they leave over must be zero. */
static enum jg_err
decode_tail(const unsigned char value[static 256], const unsigned char *p,
            size_t len, unsigned char *out)
{
    unsigned a = value[p[0]], b = value[p[1]];
    unsigned c = len == 3 ? value[p[2]] : 0;

    if (((a | b | c) & BAD) != 0 || (len == 2 ? b & 15 : c & 3) != 0)
        return JG_E_BASE64;
    out[0] = (unsigned char)(a << 2 | b >> 4);
    if (len == 3)
        out[1] = (unsigned char)(b << 4 | c >> 2);
    return JG_OK;
}

/* Letters only, no padding. */
static enum jg_err
decode(const unsigned char value[static 256], struct jg_str text,
       unsigned char *out, size_t *out_len)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t whole = text.len / 4, tail = text.len % 4;
    unsigned seen = 0; /* looked at once, behind the loop */

    if (tail == 1)
        return JG_E_BASE64;
    for (size_t i = 0; i < whole; i++, p += 4) {
        unsigned a = value[p[0]], b = value[p[1]];
        unsigned c = value[p[2]], d = value[p[3]];

        seen |= a | b | c | d;
        out[3 * i] = (unsigned char)(a << 2 | b >> 4);
        out[3 * i + 1] = (unsigned char)(b << 4 | c >> 2);
        out[3 * i + 2] = (unsigned char)(c << 6 | d);
    }
    if ((seen & BAD) != 0)
        return JG_E_BASE64;
    if (tail != 0 && decode_tail(value, p, tail, out + 3 * whole) != JG_OK)
        return JG_E_BASE64;
    *out_len = 3 * whole + (tail == 0 ? 0 : tail - 1);
    return JG_OK;
}

enum jg_err
jg_b64url_decode(struct jg_str text, unsigned char *out, size_t *out_len)
{
    return decode(url_value, text, out, out_len);
}

static enum jg_err
decode_arena(const unsigned char value[static 256], struct jg_str text,
             struct jg_arena *a, struct jg_str *out)
{
    unsigned char *bytes = jg_arena_alloc(a, JG_B64_DECODED(text.len) + 1);
    enum jg_err err;
    size_t len;

    if (bytes == NULL)
        return JG_E_NOMEM;
    err = decode(value, text, bytes, &len);
    if (err != JG_OK)
        return err;
    bytes[len] = 0;
    *out = (struct jg_str){(const char *)bytes, len};
    return JG_OK;
}

enum jg_err
jg_b64url_decode_arena(struct jg_str text, struct jg_arena *a,
                       struct jg_str *out)
{
    return decode_arena(url_value, text, a, out);
}

enum jg_err
jg_b64_decode_arena(struct jg_str text, struct jg_arena *a, struct jg_str *out)
{
    char *letters = jg_arena_alloc(a, text.len);
    size_t len = 0, padding = 0;

    if (letters == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] != '\r' && text.p[i] != '\n')
            letters[len++] = text.p[i];
    if (len % 4 != 0)
        return JG_E_BASE64;
    while (padding < 2 && padding < len && letters[len - padding - 1] == '=')
        padding++;
    return decode_arena(std_value, (struct jg_str){letters, len - padding}, a,
                        out);
}

static size_t
encode(const char letters[static 64], struct jg_str bytes, char *out)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t left = bytes.len;
    char *start = out;

    for (; left >= 3; left -= 3, p += 3) {
        *out++ = letters[p[0] >> 2];
        *out++ = letters[(p[0] << 4 | p[1] >> 4) & 63];
        *out++ = letters[(p[1] << 2 | p[2] >> 6) & 63];
        *out++ = letters[p[2] & 63];
    }
    if (left > 0) {
        *out++ = letters[p[0] >> 2];
        *out++ = letters[(p[0] << 4 | (left == 2 ? p[1] >> 4 : 0)) & 63];
    }
    if (left == 2)
        *out++ = letters[p[1] << 2 & 63];
    return (size_t)(out - start);
}

size_t
jg_b64url_encode(struct jg_str bytes, char *out)
{
    return encode(url_letters, bytes, out);
}

size_t
jg_b64_encode(struct jg_str bytes, char *out)
{
    size_t len = encode(std_letters, bytes, out);

    while (len % 4 != 0)
        out[len++] = '=';
    return len;
}
