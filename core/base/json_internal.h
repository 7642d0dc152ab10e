/* What the json_*.c files, bind.c and excerpt.c share. Private to base. */
#ifndef JG_BASE_JSON_INTERNAL_H
#define JG_BASE_JSON_INTERNAL_H

#include "base/json.h"

#define JG_JSON_STACK_SLOTS 64 /* values that need nothing but the arena */

/* A text while it is parsed, see json_parse.c. */
struct jg_json_parser {
    struct jg_str text;
    const char *at, *end;
    const struct jg_json_limits *limits;
    struct jg_arena *a;
    const char *what;    /* is wrong at <at>; static text */
    struct jg_str twice; /* the member name that is */

    /* All strings, one behind the other. Decoded, each with its NUL, they
     * need no more than the text, where each has two quotes. */
    char *strings;

    /* Finished values of the arrays and objects that are open, each behind
     * the slot of its container. While that is open, its count is the slot of
     * the one around it, and its string.p where it begins. */
    struct jg_json_member *slots;
    size_t used, cap;
    size_t open; /* slot of the innermost container */
    unsigned depth, values;
    struct jg_json_member first_slots[JG_JSON_STACK_SLOTS];
};

/* What is wrong at the cursor, and its error, for the caller to return. */
static inline enum jg_err
jg_json_refuse(struct jg_json_parser *p, enum jg_err err, const char *what)
{
    p->what = what;
    return err;
}

static inline void
jg_json_skip_spaces(struct jg_json_parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' ||
                              *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

static inline bool
jg_json_next_is(const struct jg_json_parser *p, char c)
{
    return p->at < p->end && *p->at == c;
}

/*
 * Read the string whose first quote, the number whose first byte, the word
 * whose first letter is at the cursor, and move it behind.
 *   JG_E_JSON, JG_E_JSON_LIMIT
 */
enum jg_err jg_json_read_string(struct jg_json_parser *p, struct jg_str *out);
enum jg_err jg_json_read_number(struct jg_json_parser *p, struct jg_json *out);
enum jg_err jg_json_read_word(struct jg_json_parser *p, struct jg_json *out);

/*
 * Offset of the second member name <name> of the object at <offset> in
 * <text>; of the object, when there are no two.
 */
size_t jg_json_find_second(struct jg_str text, size_t offset,
                           struct jg_str name);

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
