/* UTF-8 (RFC 3629). */
#ifndef JG_BASE_UTF8_H
#define JG_BASE_UTF8_H

#include "base/str.h"

/*
 * Length of the sequence that <s>, not empty, begins with, by the table of RFC
 * 3629 4: no overlong form, no surrogate, nothing above U+10FFFF. 0: none.
 */
size_t jg_utf8_len(struct jg_str s);

/* The same of any <s>, with the code point in <out>, which stays untouched when
 * <s> is empty or begins with none. */
size_t jg_utf8_next(struct jg_str s, uint32_t *out);

/* Is all of <s> UTF-8? */
bool jg_utf8_valid(struct jg_str s);

#endif
