/* Percent-encoding (RFC 3986 2.1). */
#ifndef JG_BASE_ESCAPE_H
#define JG_BASE_ESCAPE_H

#include "base/buf.h"

#define JG_ESCAPE_BYTES 3

/* '%' and two digits for the byte <c>; without a NUL. */
void jg_escape_byte(unsigned char c, char out[static JG_ESCAPE_BYTES]);

/* ALPHA, DIGIT, "-._~": what is never encoded (RFC 3986 2.3). */
bool jg_is_unreserved(char c);

/* <s> with every byte encoded that is not unreserved, and <space> ("%20", or
 * the "+" of forms) in the place of spaces. */
void jg_buf_add_escaped(struct jg_buf *b, struct jg_str s, const char *space);

#endif
