/* Reading and writing points in time, always in UTC. */
#include <stdio.h>
#include <time.h>

#include "jose/claims.h"
#include "times.h"

/* The units of "+15m", and of "15 minutes ago". */
static const struct {
    char letter;
    int64_t seconds;
    const char *name;
} units[] = {
    {0, 31556952, "year"}, {0, 2629746, "month"}, {'w', 604800, NULL},
    {'d', 86400, "day"},   {'h', 3600, "hour"},   {'m', 60, "minute"},
    {'s', 1, "second"},
};

#define COUNT (sizeof(units) / sizeof(units[0]))

static bool
read_offset(struct jg_str text, int64_t *out)
{
    uint64_t n;

    if (text.len < 2 || !jg_str_to_u64(jg_str_head(text, text.len - 1), &n) ||
        n > (uint64_t)JG_TIME_MAX_S)
        return false;
    for (size_t i = 0; i < COUNT; i++)
        if (units[i].letter != 0 && units[i].letter == text.p[text.len - 1])
            return !__builtin_mul_overflow((int64_t)n, units[i].seconds, out);
    return false;
}

static bool
read_date(const char *text, int64_t *out)
{
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"};

    for (size_t i = 0; i < 2; i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);

        if (end == NULL || *end != '\0')
            continue;
        *out = timegm(&tm);
        return true;
    }
    return false;
}

bool
cli_time_read(const char *text, int64_t now_s, int64_t *out)
{
    int64_t t = now_s, offset;
    uint64_t n;

    if (text[0] == '+' || text[0] == '-') {
        if (!read_offset(jg_str(text + 1), &offset))
            return false;
        t += text[0] == '+' ? offset : -offset;
    } else if (jg_str_to_u64(jg_str(text), &n)) {
        if (n > (uint64_t)JG_TIME_MAX_S)
            return false;
        t = (int64_t)n;
    } else if (strcmp(text, "now") != 0 && !read_date(text, &t)) {
        return false;
    }
    if (t < 0 || t > JG_TIME_MAX_S)
        return false;
    *out = t;
    return true;
}

bool
cli_time_read_json(const struct jg_json *value, int64_t *out)
{
    struct jg_str s = jg_json_string(value);
    char text[40];

    snprintf(text, sizeof(text), "%.*sZ",
             JG_STR_ARG(jg_str_head(s, jg_str_find(s, '.'))));
    return jg_str_find(s, '.') < s.len && read_date(text, out);
}

bool
cli_time_read_ms(const struct jg_json *value, int64_t *out)
{
    struct jg_str s = jg_json_string(value);
    struct jg_str ms = jg_str_from(s, jg_str_find(s, '.') + 1);
    uint64_t n;

    if (!cli_time_read_json(value, out))
        return false;
    *out *= 1000;
    if (ms.len == 4 && jg_str_to_u64(jg_str_head(ms, 3), &n))
        *out += (int64_t)n;
    return true;
}

void
cli_time_write(struct jg_buf *out, int64_t t, int64_t now_s)
{
    int64_t apart = t > now_s ? t - now_s : now_s - t;
    time_t time = (time_t)t;
    char text[40];
    struct tm tm;
    size_t i = 0;

    if (gmtime_r(&time, &tm) == NULL ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
        jg_buf_addf(out, "%lld", (long long)t);
        return;
    }
    while (i + 1 < COUNT && (apart < units[i].seconds || units[i].name == NULL))
        i++;
    apart /= units[i].seconds;
    if (apart == 0)
        jg_buf_addf(out, "%s (now)", text);
    else
        jg_buf_addf(out, "%s (%s%lld %s%s%s)", text, t > now_s ? "in " : "",
                    (long long)apart, units[i].name, apart == 1 ? "" : "s",
                    t > now_s ? "" : " ago");
}
