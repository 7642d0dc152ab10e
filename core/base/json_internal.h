/* What the json_*.c files, bind.c and excerpt.c share. Private to base. */
#ifndef JG_BASE_JSON_INTERNAL_H
#define JG_BASE_JSON_INTERNAL_H

#include "base/json.h"

/*
 * Hold <text> against <limits> without recursion, before any parser sees it.
 * Says nothing about whether it is JSON.
 *   JG_E_JSON_LIMIT  past one of <limits>; told to <fault> unless it is NULL
 */
enum jg_err jg_json_scan(struct jg_str text,
                         const struct jg_json_limits *limits,
                         struct jg_json_fault *fault);

/* Fill <fault>, unless it is NULL, for the byte at <offset> of <text>. */
void jg_json_blame(struct jg_json_fault *fault, struct jg_str text,
                   size_t offset, const char *what);

/* Line and column of the byte at <offset>, which may be the end. */
void jg_json_position(struct jg_str text, size_t offset, unsigned *line,
                      unsigned *column);

/*
 * The character that the escape <s> begins with, which starts behind the
 * backslash ("n", "u00e9", "ud83d\ude00"), as UTF-8 in <out>. Returns how
 * many bytes of <s> it took; 0: no escape of RFC 8259 7, or half a surrogate
 * pair, or U+0000, which no string of ours holds.
 */
size_t jg_json_unescape(struct jg_str s, char out[4], size_t *out_len);

/*
 * Offset of the value at <path> in <text>, as jg_json_locate() has it; with
 * <name>, of the member's name in front of it when it has one.
 */
size_t jg_json_find(struct jg_str text, const struct jg_str *path, size_t depth,
                    bool name);

#endif
