/* A traced decision for people and for programs. */
#ifndef JG_ACCESS_EXPLAIN_H
#define JG_ACCESS_EXPLAIN_H

#include "access/decide.h"

/*
 * One line a step, and below the one that failed what was expected, the
 * reason and its help:
 *   ok    1 path        /my-jwt-api/get
 *   FAIL  9 claims      exp 2026-11-25 12:01:03
 *           expected    now 2026-11-25 12:06:03 UTC, skew 0 s
 *           reason      JG301 401 Key not authorized: token has expired
 *           help        The exp claim is in the past, ...
 */
void jg_explain_print(struct jg_buf *b, const struct jg_decision *d);

/*
 * The same as one JSON object on one line: verdict (allow, deny, want), and of
 * a refusal reason, status, text, help; steps of {name, outcome, meaning, seen,
 * expected, reason, help}. Every step of the table is there; an outcome is
 * pass, skip, fail, wait or not_reached.
 */
void jg_explain_json(struct jg_buf *b, const struct jg_decision *d);

/* Its members without the braces, for an object that has more of them. */
void jg_explain_members(struct jg_buf *b, const struct jg_decision *d);

#endif
