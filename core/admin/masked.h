/* Answers for who may only read. */
#ifndef JG_ADMIN_MASKED_H
#define JG_ADMIN_MASKED_H

#include "base/buf.h"

#define JG_HIDDEN "(hidden)" /* in place of a secret */

/*
 * Append <json>, one valid JSON text, with JG_HIDDEN in place of every string
 * that is a secret or may hold one; every other byte stays. Numbers are not
 * hidden. Too long, or without memory: <out> has failed.
 */
void jg_masked(struct jg_buf *out, struct jg_str json);

#endif
