/* Durations as Go's time.ParseDuration() reads them. */
#include "base/duration.h"

#define NS_PER_MS 1000000
#define FRACTION_MAX 1000000000 /* digits behind a point that can matter */

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    {"ns", 1},           {"us", 1000},         {"\xc2\xb5s", 1000},
    {"\xce\xbcs", 1000}, {"ms", NS_PER_MS},    {"s", 1000000000},
    {"m", 60000000000},  {"h", 3600000000000},
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits that <s> begins with, moved past. */
static struct jg_str
take_digits(struct jg_str *s)
{
    struct jg_str digits = {s->p, 0};

    while (digits.len < s->len && is_digit(s->p[digits.len]))
        digits.len++;
    *s = jg_str_from(*s, digits.len);
    return digits;
}

/* Everything up to the next number is a unit; 0: not a known one. */
static uint64_t
take_unit(struct jg_str *s)
{
    size_t len = 0;
    struct jg_str name;

    while (len < s->len && !is_digit(s->p[len]) && s->p[len] != '.')
        len++;
    name = jg_str_head(*s, len);
    *s = jg_str_from(*s, len);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (jg_str_eq(name, jg_str(units[i].name)))
            return units[i].ns;
    return 0;
}

/* The nanoseconds in ".<digits>" of a unit of <ns>. */
static uint64_t
fraction_of(struct jg_str digits, uint64_t ns)
{
    uint64_t value = 0, scale = 1;

    for (size_t i = 0; i < digits.len && scale < FRACTION_MAX; i++) {
        value = value * 10 + (uint64_t)(digits.p[i] - '0');
        scale *= 10;
    }
    if (value == 0)
        return 0;
    /* The largest unit and the largest value have less than 2^74 together. */
    return (uint64_t)((double)value * ((double)ns / (double)scale));
}

/* One number and its unit, in nanoseconds, moved past. */
static bool
take_part(struct jg_str *s, uint64_t *out)
{
    struct jg_str whole = take_digits(s), fraction = {NULL, 0};
    uint64_t n = 0, ns;

    if (s->len > 0 && s->p[0] == '.') {
        *s = jg_str_from(*s, 1);
        fraction = take_digits(s);
    }
    if (whole.len + fraction.len == 0 ||
        (whole.len > 0 && !jg_str_to_u64(whole, &n)))
        return false;
    ns = take_unit(s);
    if (ns == 0 || n > INT64_MAX / ns)
        return false;
    *out = n * ns + fraction_of(fraction, ns);
    return *out <= INT64_MAX;
}

bool
jg_duration_ms(struct jg_str text, int64_t *out)
{
    uint64_t total = 0, part;

    if (text.len > 0 && text.p[0] == '+')
        text = jg_str_from(text, 1);
    if (text.len == 0)
        return false;
    if (jg_str_eq(text, JG_STR("0"))) {
        *out = 0;
        return true;
    }
    while (text.len > 0) {
        if (!take_part(&text, &part) || part > INT64_MAX - total)
            return false;
        total += part;
    }
    *out = (int64_t)(total / NS_PER_MS);
    return true;
}
