/* UTF-8, strictly (RFC 3629), where the core has to look at characters. */
#ifndef JG_ACCESS_UTF8_H
#define JG_ACCESS_UTF8_H

#include "base/str.h"

/*
 * How many bytes the first character of <s> has, and its code point in <out>;
 * 0, and <out> untouched, when <s> is empty or does not begin with one:
 * overlong forms, surrogates and code points over 10FFFF are none.
 */
size_t jg_utf8_next(struct jg_str s, uint32_t *out);

/* Is all of <s> UTF-8? */
bool jg_utf8_valid(struct jg_str s);

#endif
