/* What pattern.c asks about the text of an expression: pattern_text.c. */
#ifndef JG_BASE_PATTERN_INTERNAL_H
#define JG_BASE_PATTERN_INTERNAL_H

#include "base/pattern.h"

/* What Go's regular expressions do not have, and PCRE2's do: static text, or
 * NULL when there is nothing of it. */
const char *jg_pattern_fault(struct jg_str text);

/*
 * Fill form, anchored, head and literal of <p>, as far as they are certain;
 * texts into <a>. <text> has no fault.  JG_E_NOMEM
 */
enum jg_err jg_pattern_understand(struct jg_str text, struct jg_arena *a,
                                  struct jg_pattern *p);

#endif
