/* Points in time as people write and read them. */
#ifndef JG_CLI_TIMES_H
#define JG_CLI_TIMES_H

#include "base/buf.h"
#include "base/json.h"

/*
 * "now", "+15m" or "-2h" (s m h d w), "2026-12-31", "2026-12-31T23:59:59Z", or
 * unix seconds. False when <text> is none of these.
 */
bool cli_time_read(const char *text, int64_t now_s, int64_t *out);

/* A time of an answer, "2026-12-31T23:59:59.123Z", in whole seconds. */
bool cli_time_read_json(const struct jg_json *value, int64_t *out);

/* The same in milliseconds. */
bool cli_time_read_ms(const struct jg_json *value, int64_t *out);

#define CLI_TIME_HELP "+15m, 2026-12-31, 2026-12-31T08:00:00Z or unix seconds"

/* Append "2026-12-31T08:00:00Z (in 3 months)". */
void cli_time_write(struct jg_buf *out, int64_t t, int64_t now_s);

#endif
