/* Durations as Go writes them: "5m", "1h30m", "500ms". */
#ifndef JG_BASE_DURATION_H
#define JG_BASE_DURATION_H

#include "base/str.h"

/*
 * The milliseconds in <text>, their fraction cut: numbers, each with its unit
 * (ns us ms s m h), or "0". False, and <out> untouched, for anything else, for
 * a negative duration, and for one of more than 292 years.
 */
bool jg_duration_ms(struct jg_str text, int64_t *out);

#endif
