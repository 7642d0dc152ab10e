/* Base64 of any text: one spelling for each byte string, in both alphabets. */
#include <stdlib.h>

#include "base/b64.h"

#define TEXT_MAX 65536

/* Whatever decodes is what encoding it again gives, byte for byte. */
static void
check_url(struct jg_str text, struct jg_arena *a)
{
    static char again[JG_B64_ENCODED(TEXT_MAX)];
    static unsigned char out[JG_B64_DECODED(TEXT_MAX)];
    struct jg_str bytes = {NULL, 0};
    size_t len = 0;
    enum jg_err err = jg_b64url_decode(text, out, &len);

    if (jg_b64url_decode_arena(text, a, &bytes) != err)
        abort();
    if (err != JG_OK)
        return;
    if (len > JG_B64_DECODED(text.len) || bytes.p[bytes.len] != '\0' ||
        !jg_str_eq(bytes, (struct jg_str){(const char *)out, len}))
        abort();
    len = jg_b64url_encode(bytes, again);
    if (!jg_str_eq(text, (struct jg_str){again, len}))
        abort();
}

/* The same for the standard alphabet, where CR and LF may stand anywhere. */
static void
check_standard(struct jg_str text, struct jg_arena *a)
{
    static char again[JG_B64_ENCODED(TEXT_MAX)];
    struct jg_str bytes = {NULL, 0};
    size_t len, at = 0;

    if (jg_b64_decode_arena(text, a, &bytes) != JG_OK)
        return;
    len = jg_b64_encode(bytes, again);
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '\r' || text.p[i] == '\n')
            continue;
        if (at >= len || again[at++] != text.p[i])
            abort();
    }
    if (at != len)
        abort();
}

/* Any bytes come back from their own encoding. */
static void
check_bytes(struct jg_str bytes, struct jg_arena *a)
{
    static char text[JG_B64_ENCODED(TEXT_MAX)];
    struct jg_str back = {NULL, 0};
    size_t len = jg_b64url_encode(bytes, text);

    if (len > JG_B64_ENCODED(bytes.len) ||
        jg_b64url_decode_arena((struct jg_str){text, len}, a, &back) != JG_OK ||
        !jg_str_eq(back, bytes))
        abort();
    len = jg_b64_encode(bytes, text);
    if (len > JG_B64_ENCODED(bytes.len) ||
        jg_b64_decode_arena((struct jg_str){text, len}, a, &back) != JG_OK ||
        !jg_str_eq(back, bytes))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str input = {(const char *)data, size};
    struct jg_arena a;

    if (size > TEXT_MAX)
        return 0;
    jg_arena_init(&a, 4096, 4 * 1024 * 1024);
    check_url(input, &a);
    check_standard(input, &a);
    check_bytes(input, &a);
    jg_arena_free(&a);
    return 0;
}
