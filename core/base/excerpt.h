/* The line of a JSON file that a message is about. Private to base. */
#ifndef JG_BASE_EXCERPT_H
#define JG_BASE_EXCERPT_H

#include "base/buf.h"

#define JG_EXCERPT_BEFORE 60 /* bytes shown in front of the place */
#define JG_EXCERPT_AFTER 60  /* and behind it */
#define JG_EXCERPT_MAX 400   /* bytes an excerpt can have */

/*
 * The bytes of <line> around its 1-based byte <column>, never in the middle
 * of a character: <before> in front of it and <after> from it on, at most.
 * <skipped> is how many were cut off in front.
 */
struct jg_str jg_excerpt_cut(struct jg_str line, unsigned column, size_t before,
                             size_t after, size_t *skipped);

/* What of the place itself may be seen. */
enum jg_excerpt {
    JG_EXCERPT_SHOW, /* the value there */
    JG_EXCERPT_HIDE, /* not the value there; a member's name is never hidden */
    JG_EXCERPT_STOP, /* nothing from there on: what follows is no JSON */
};

/*
 * Append the line of <text> that holds the byte at <offset>, or the part
 * around it. Texts in it that are no member names are shown as "...", for
 * they may be secrets; <what> tells how the one at <offset> is treated.
 * Returns the 1-based byte column of the place in what was appended.
 */
unsigned jg_excerpt(struct jg_buf *b, struct jg_str text, size_t offset,
                    enum jg_excerpt what);

#endif
