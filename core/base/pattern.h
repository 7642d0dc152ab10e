/*
 * Regular expressions of configuration: compiled once into an arena, then
 * matched against what clients send, in bounded time and memory.
 *
 * The language is RE2's as far as PCRE2 speaks it, too: what Go refuses and
 * would be dangerous here (backreferences, lookaround, recursion, callouts,
 * possessive repetition) is refused. Nothing has to be freed: all memory is
 * the arena's.
 */
#ifndef JG_BASE_PATTERN_H
#define JG_BASE_PATTERN_H

#include "base/arena.h"
#include "base/err.h"

#define JG_PATTERN_MAX 1024 /* bytes of one expression */

/* Beyond any of these a match is UNKNOWN. */
#define JG_PATTERN_SUBJECT_MAX 2048 /* bytes that an expression looks at */
#define JG_PATTERN_STEPS_MAX 10000  /* PCRE2's match limit, of one start */
#define JG_PATTERN_STARTS_MAX 64    /* places where one may begin */
#define JG_PATTERN_HEAP_KIB 64      /* PCRE2's memory for one match */

/*
 * Did it match? Who allows by a pattern takes UNKNOWN for a no, who forbids
 * by one for a yes.
 */
enum jg_match {
    JG_MATCH_NO,
    JG_MATCH_YES,
    JG_MATCH_UNKNOWN, /* a limit was reached, or memory ran out */
};

/* What a pattern is, once its text is understood. */
enum jg_pattern_form {
    JG_PATTERN_REGEX,    /* an expression */
    JG_PATTERN_CONTAINS, /* these and below: <literal>, there */
    JG_PATTERN_STARTS,
    JG_PATTERN_ENDS,
    JG_PATTERN_EQUALS,
};

/* Immutable once compiled; lives in its arena. */
struct jg_pattern {
    enum jg_pattern_form form;
    bool ignore_case;
    bool anchored;         /* it begins at the first byte */
    struct jg_str head;    /* how each match begins; may be empty */
    struct jg_str literal; /* a part of each match; may be empty */
    void *code;            /* PCRE2's, or NULL */
};

/*
 * What matches share that run one after the other: memory from <arena>, taken
 * at the first one that needs it, 20 KiB or more. Zero the rest.
 */
struct jg_matching {
    struct jg_arena *arena;
    void *data;
};

/*
 * One with an arena of its own, for a process to keep: requests that work on a
 * copy of it take no memory for their matches. JG_E_NOMEM.
 */
enum jg_err jg_matching_new(struct jg_matching **out);
void jg_matching_free(struct jg_matching *m); /* NULL is fine */

/*
 * Compile <text> into <out>, which stays untouched on failure.
 *   JG_E_CONF_VALUE  <why> says what is wrong, in <a>
 *   JG_E_NOMEM
 */
enum jg_err jg_pattern_compile(struct jg_str text, bool ignore_case,
                               struct jg_arena *a, struct jg_pattern *out,
                               struct jg_str *why);

/* Does <pattern> match somewhere in <subject>? One that is not UTF-8 is
 * UNKNOWN to expressions. */
enum jg_match jg_pattern_match(const struct jg_pattern *pattern,
                               struct jg_str subject, struct jg_matching *m);

#endif
