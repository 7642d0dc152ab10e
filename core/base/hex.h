/* Bytes as hex digits, small ones. */
#ifndef JG_BASE_HEX_H
#define JG_BASE_HEX_H

#include "base/str.h"

/* Two digits for each of <len> bytes, and a NUL: <out> has room for 2 * <len>
 * + 1. */
void jg_hex_encode(const unsigned char *bytes, size_t len, char *out);

/* The bytes of <text>, two digits each: <out> has room for text.len / 2. False,
 * and <out> may have changed, when a digit is missing or no small one. */
bool jg_hex_decode(struct jg_str text, unsigned char *out);

#endif
