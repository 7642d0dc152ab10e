/*
 * Texts on their way to scripts and back. Duktape has a character above U+FFFF
 * as two surrogates (CESU-8), so that its length is 2 as JavaScript has it, and
 * takes texts that begin with certain bytes for its own secret names: neither
 * is UTF-8, and nothing else passes here.
 */
#ifndef JG_SCRIPT_TEXT_H
#define JG_SCRIPT_TEXT_H

#include "base/buf.h"

/*
 * UTF-8 for Duktape, and back. The result is <text> itself when nothing is to
 * be changed, else in <b>, which is reset. What is no UTF-8, and a surrogate
 * without its other half, becomes U+FFFD. p == NULL: no memory.
 */
struct jg_str jg_text_to_script(struct jg_str text, struct jg_buf *b);
struct jg_str jg_text_from_script(struct jg_str text, struct jg_buf *b);

#endif
