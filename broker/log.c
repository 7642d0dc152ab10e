/* One line per event on stderr. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define DIAG_MAX (64 * 1024) /* bytes of one finding in words */

static const struct {
    const char *name; /* in the configuration, and in the line */
    enum jg_log_level level;
} levels[] = {
    {"debug", JG_LOG_DEBUG},
    {"info", JG_LOG_INFO},
    {"warn", JG_LOG_WARN},
    {"error", JG_LOG_ERROR},
};

enum jg_log_level
jg_log_level(struct jg_str name)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (jg_str_eq_nocase(name, jg_str(levels[i].name)))
            return levels[i].level;
    return JG_LOG_INFO;
}

/* All of it in one write, so that lines of other processes do not mix in. */
static void
put(const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, p, len);

        if (n <= 0)
            return; /* nowhere left to complain */
        p += n;
        len -= (size_t)n;
    }
}

/* "2026-08-25T20:13:04.123Z warn service 2: ", into <line>. */
static size_t
prefix(const struct jg_log *log, enum jg_log_level level, char *line,
       size_t size)
{
    struct timespec now;
    struct tm utc;
    char day[32];
    int n;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
    n = snprintf(line, size, "%s.%03ldZ %s %s: ", day, now.tv_nsec / 1000000,
                 levels[level].name, log->who);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

void
jg_log(const struct jg_log *log, enum jg_log_level level, const char *format,
       ...)
{
    char line[JG_LOG_LINE_MAX];
    size_t room = sizeof(line) - 1; /* one for the newline */
    size_t len;
    va_list args;
    int n;

    if (level < log->least)
        return;
    len = prefix(log, level, line, room);
    va_start(args, format);
    n = vsnprintf(line + len, room - len, format, args);
    va_end(args);
    if (n > 0)
        len += (size_t)n < room - len ? (size_t)n : room - len - 1;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    put(line, len);
}

void
jg_log_diag(const struct jg_log *log, const struct jg_diag *diag)
{
    struct jg_buf b;

    if (log->least > JG_LOG_WARN && diag->severity == JG_WARNING)
        return;
    jg_buf_init(&b, DIAG_MAX);
    jg_diag_print(&b, diag);
    if (!b.failed)
        put(b.p, b.len);
    jg_buf_free(&b);
}
