/* A growing byte buffer that cannot be made without its maximum. */
#ifndef JG_BASE_BUF_H
#define JG_BASE_BUF_H

#include "base/str.h"

/*
 * Appending past the maximum, or without memory, marks the buffer as failed
 * and changes nothing; later appends do nothing. So a writer appends many
 * times and checks <failed> once. Owner: whoever called jg_buf_init().
 */
struct jg_buf {
    char *p;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void jg_buf_init(struct jg_buf *b, size_t max);
void jg_buf_free(struct jg_buf *b);

/* Empty it and forget a failure; the memory stays for the next use. */
void jg_buf_reset(struct jg_buf *b);

void jg_buf_add(struct jg_buf *b, struct jg_str s);
void jg_buf_addc(struct jg_buf *b, char c);
void jg_buf_addf(struct jg_buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * <s> as the inside of a JSON string, without the quotes: control characters,
 * quotes and backslashes escaped; with <html> also < > & and U+2028/2029 as
 * \u003c ..., as Go's encoding/json and Tyk do. Bytes that are not UTF-8
 * become U+FFFD, so the result is always valid JSON.
 */
void jg_buf_add_json(struct jg_buf *b, struct jg_str s, bool html);

/* A quoted JSON string, without HTML escapes. */
void jg_buf_add_quoted(struct jg_buf *b, struct jg_str s);

/* What was appended; valid until the next append. */
struct jg_str jg_buf_str(const struct jg_buf *b);

#endif
