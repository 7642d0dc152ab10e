/* Comparing, cutting and reading borrowed bytes. */
#include "base/str.h"

#define DISTANCE_MAX 64 /* longest text that "did you mean" looks at */

/* ASCII only: tolower() would ask the locale. */
static unsigned char
lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

bool
jg_bytes_eq_nocase(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

int
jg_str_cmp(struct jg_str a, struct jg_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : memcmp(a.p, b.p, shorter);

    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool
jg_str_eq_secret(struct jg_str a, struct jg_str b)
{
    volatile unsigned char differs = 0; /* or the loop may end early */

    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        differs |= (unsigned char)(a.p[i] ^ b.p[i]);
    return differs == 0;
}

bool
jg_str_starts(struct jg_str s, struct jg_str prefix)
{
    return s.len >= prefix.len && jg_str_eq(jg_str_head(s, prefix.len), prefix);
}

bool
jg_str_starts_nocase(struct jg_str s, struct jg_str prefix)
{
    return s.len >= prefix.len &&
           jg_str_eq_nocase(jg_str_head(s, prefix.len), prefix);
}

bool
jg_str_ends(struct jg_str s, struct jg_str suffix)
{
    return s.len >= suffix.len &&
           jg_str_eq(jg_str_from(s, s.len - suffix.len), suffix);
}

bool
jg_str_contains(struct jg_str s, struct jg_str part)
{
    if (part.len == 0 || s.len < part.len)
        return part.len == 0;
    return memmem(s.p, s.len, part.p, part.len) != NULL;
}

size_t
jg_str_find(struct jg_str s, char c)
{
    const char *at = s.len == 0 ? NULL : memchr(s.p, c, s.len);

    return at == NULL ? s.len : (size_t)(at - s.p);
}

bool
jg_str_next(struct jg_str *rest, char separator, struct jg_str *part)
{
    size_t at;

    if (rest->p == NULL)
        return false;
    at = jg_str_find(*rest, separator);
    *part = jg_str_head(*rest, at);
    if (at == rest->len)
        *rest = (struct jg_str){NULL, 0};
    else
        *rest = jg_str_from(*rest, at + 1);
    return true;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct jg_str
jg_str_trim(struct jg_str s)
{
    while (s.len > 0 && is_space(s.p[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_space(s.p[0]))
        s = jg_str_from(s, 1);
    return s;
}

bool
jg_str_to_u64(struct jg_str s, uint64_t *out)
{
    uint64_t n = 0;

    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(n, 10u, &n) ||
            __builtin_add_overflow(n, (unsigned)(s.p[i] - '0'), &n))
            return false;
    }
    *out = n;
    return true;
}

/* Levenshtein's distance with one row of his table. */
size_t
jg_str_distance(struct jg_str a, struct jg_str b)
{
    size_t row[DISTANCE_MAX + 1];

    if (a.len > DISTANCE_MAX || b.len > DISTANCE_MAX)
        return DISTANCE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replaced = diagonal + (a.p[i - 1] != b.p[j - 1]);

            diagonal = row[j];
            if (row[j - 1] < row[j])
                row[j] = row[j - 1];
            row[j]++;
            if (replaced < row[j])
                row[j] = replaced;
        }
    }
    return row[b.len];
}
