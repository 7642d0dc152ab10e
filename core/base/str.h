/* Borrowed bytes with a length: how text travels through the core. */
#ifndef JG_BASE_STR_H
#define JG_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Borrowed bytes: no NUL at the end, not owned, never changed through this.
 * The empty string may have p == NULL.
 */
struct jg_str {
    const char *p;
    size_t len;
};

/* A string literal as a struct jg_str constant. */
#define JG_STR(literal) ((struct jg_str){(literal), sizeof(literal) - 1})

/* For printf: ("%.*s", JG_STR_ARG(s)). */
#define JG_STR_ARG(s) (int)(s).len, ((s).p != NULL ? (s).p : "")

/* The bytes of a C string; NULL gives the empty string. */
static inline struct jg_str
jg_str(const char *c)
{
    return (struct jg_str){c, c == NULL ? 0 : strlen(c)};
}

/* <s> from <from> to its end; empty when <from> is past it. */
static inline struct jg_str
jg_str_from(struct jg_str s, size_t from)
{
    if (from >= s.len)
        return (struct jg_str){s.p, 0};
    return (struct jg_str){s.p + from, s.len - from};
}

/* The first <len> bytes of <s>, or all of it when it is shorter. */
static inline struct jg_str
jg_str_head(struct jg_str s, size_t len)
{
    return (struct jg_str){s.p, len < s.len ? len : s.len};
}

/* Most texts that are compared differ in length or in their first byte: here,
 * where no call is needed to see it. */
static inline bool
jg_str_eq(struct jg_str a, struct jg_str b)
{
    return a.len == b.len &&
           (a.len == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.len) == 0));
}

/* The same for <len> bytes of both, when ASCII letters differ in case only. */
bool jg_bytes_eq_nocase(const char *a, const char *b, size_t len);

/* Equal when ASCII letters differ in case only (header names, schemes). */
static inline bool
jg_str_eq_nocase(struct jg_str a, struct jg_str b)
{
    return a.len == b.len && jg_bytes_eq_nocase(a.p, b.p, a.len);
}

/* Order of the bytes; shorter first when one is a prefix of the other. */
int jg_str_cmp(struct jg_str a, struct jg_str b);

/*
 * Equal, in a time that depends on the lengths only. For secrets. Both sides
 * are fixed by configuration or hashed first, so the length is no secret.
 */
bool jg_str_eq_secret(struct jg_str a, struct jg_str b);

bool jg_str_starts(struct jg_str s, struct jg_str prefix);
bool jg_str_starts_nocase(struct jg_str s, struct jg_str prefix);
bool jg_str_ends(struct jg_str s, struct jg_str suffix);

/* Is <part> somewhere in <s>? The empty string is in every one. */
bool jg_str_contains(struct jg_str s, struct jg_str part);

/* Index of the first <c> in <s>, or s.len. */
size_t jg_str_find(struct jg_str s, char c);

/*
 * Take the part of <rest> before the next <separator> into <part> and move
 * <rest> behind it. False when <rest> was used up, so that
 * "while (jg_str_next(&rest, ',', &part))" sees every part once. A string
 * that ends in the separator has one last, empty part; so has the empty one.
 * <rest> has p == NULL afterwards when it is used up.
 */
bool jg_str_next(struct jg_str *rest, char separator, struct jg_str *part);

/* Without the spaces, tabs, CR and LF at both ends. */
struct jg_str jg_str_trim(struct jg_str s);

/*
 * A decimal number without sign, space or leading '+' that fits. False, and
 * <out> untouched, for anything else, the empty string included.
 */
bool jg_str_to_u64(struct jg_str s, uint64_t *out);

/*
 * How many single-byte edits (insert, delete, replace) make <b> of <a>, for
 * "did you mean"; strings over 64 bytes count as 64 apart.
 */
size_t jg_str_distance(struct jg_str a, struct jg_str b);

#endif
