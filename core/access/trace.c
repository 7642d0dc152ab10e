/* What explain says about each step. Costs one comparison when nobody asks. */
#include "access/step.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define TRACE_TEXT_MAX 400

static struct jg_trace_step *
row_of(struct jg_decision *d)
{
    return d->trace == NULL ? NULL : &d->trace->steps[d->step];
}

/* Claims may hold anything: terminals and logs must not obey it. */
static size_t
clean(char *p, size_t len)
{
    struct jg_str rest = {p, len};
    uint32_t c;

    while (rest.len > 0) {
        size_t bytes = jg_utf8_next(rest, &c);
        size_t at = len - rest.len;

        if (bytes == 0 && rest.len < 4) /* cut in the middle of a character */
            return at;
        if (bytes == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
            memset(p + at, '?', bytes == 0 ? 1 : bytes);
        rest = jg_str_from(rest, bytes == 0 ? 1 : bytes);
    }
    return len;
}

static void write_text(struct jg_decision *d, struct jg_str *out,
                       const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void
write_text(struct jg_decision *d, struct jg_str *out, const char *format,
           va_list args)
{
    char text[TRACE_TEXT_MAX];
    int n = vsnprintf(text, sizeof(text), format, args);
    size_t len = n < 0 ? 0 : (size_t)n;

    if (len >= sizeof(text))
        len = sizeof(text) - 1;
    *out = jg_arena_str(d->arena, (struct jg_str){text, clean(text, len)});
    if (out->p == NULL) /* explaining is no reason to fail */
        out->len = 0;
}

void
jg_trace_seen(struct jg_decision *d, const char *format, ...)
{
    struct jg_trace_step *row = row_of(d);
    va_list args;

    if (row == NULL)
        return;
    va_start(args, format);
    write_text(d, &row->seen, format, args);
    va_end(args);
}

void
jg_trace_expected(struct jg_decision *d, const char *format, ...)
{
    struct jg_trace_step *row = row_of(d);
    va_list args;

    if (row == NULL)
        return;
    va_start(args, format);
    write_text(d, &row->expected, format, args);
    va_end(args);
}

void
jg_trace_skip(struct jg_decision *d)
{
    struct jg_trace_step *row = row_of(d);

    if (row != NULL)
        row->outcome = JG_STEP_SKIP;
}

const char *
jg_http_time(int64_t t, char out[static JG_HTTP_TIME_MAX])
{
    time_t seconds = (time_t)t;
    struct tm tm;

    if (t < 0 || t > JG_TIME_MAX_S || gmtime_r(&seconds, &tm) == NULL ||
        strftime(out, JG_HTTP_TIME_MAX, "%a, %d %b %Y %H:%M:%S UTC", &tm) == 0)
        snprintf(out, JG_HTTP_TIME_MAX, "no time");
    return out;
}

const char *
jg_trace_time(int64_t t, char out[static JG_TRACE_TIME_MAX])
{
    time_t seconds = (time_t)t;
    struct tm tm;

    if (t < 0 || t > JG_TIME_MAX_S || gmtime_r(&seconds, &tm) == NULL ||
        strftime(out, JG_TRACE_TIME_MAX, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        snprintf(out, JG_TRACE_TIME_MAX, "no time");
    return out;
}
