/* Strings, numbers and words of a JSON text (RFC 8259 3, 6, 7). */
#include <math.h>
#include <stdlib.h>

#include "base/json_internal.h"
#include "base/utf8.h"

/* May stand in a string as it is: ASCII but controls, quote and backslash. */
static bool
is_plain(char c)
{
    return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

/* Decode what is not plain at the cursor to p->strings. */
static enum jg_err
read_special(struct jg_json_parser *p)
{
    struct jg_str rest = {p->at, (size_t)(p->end - p->at)};
    size_t took, len;

    if (rest.p[0] == '\\') {
        took = jg_json_unescape(jg_str_from(rest, 1), p->strings, &len);
        if (took == 0)
            return jg_json_refuse(p, JG_E_JSON, "not an escape that JSON has");
        p->at += took + 1;
        p->strings += len;
        return JG_OK;
    }
    if ((unsigned char)rest.p[0] < 0x20)
        return jg_json_refuse(p, JG_E_JSON, "control character in a string");
    len = jg_utf8_len(rest);
    if (len == 0)
        return jg_json_refuse(p, JG_E_JSON, "not UTF-8");
    memcpy(p->strings, rest.p, len);
    p->at += len;
    p->strings += len;
    return JG_OK;
}

enum jg_err
jg_json_read_string(struct jg_json_parser *p, struct jg_str *out)
{
    const char *quote = p->at++;
    char *start = p->strings;

    for (;;) {
        const char *run = p->at;
        enum jg_err err;

        while (p->at < p->end && is_plain(*p->at))
            p->at++;
        memcpy(p->strings, run, (size_t)(p->at - run));
        p->strings += p->at - run;
        if (p->at == p->end)
            return jg_json_refuse(p, JG_E_JSON, "a string does not end");
        if (*p->at == '"')
            break;
        err = read_special(p);
        if (err != JG_OK)
            return err;
    }
    if ((size_t)(p->at - quote) - 1 > p->limits->max_string)
        return jg_json_refuse(p, JG_E_JSON_LIMIT, "string too long");
    p->at++;
    *out = (struct jg_str){start, (size_t)(p->strings - start)};
    *p->strings++ = '\0';
    return JG_OK;
}

/* Past the digits at the cursor; false when there are none. */
static bool
skip_digits(struct jg_json_parser *p)
{
    const char *start = p->at;

    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > start;
}

/* Past fraction and exponent, where there are some. */
static enum jg_err
skip_real(struct jg_json_parser *p)
{
    if (jg_json_next_is(p, '.')) {
        p->at++;
        if (!skip_digits(p))
            return jg_json_refuse(p, JG_E_JSON, "expected a digit");
    }
    if (jg_json_next_is(p, 'e') || jg_json_next_is(p, 'E')) {
        p->at++;
        if (jg_json_next_is(p, '+') || jg_json_next_is(p, '-'))
            p->at++;
        if (!skip_digits(p))
            return jg_json_refuse(p, JG_E_JSON, "expected a digit");
    }
    return JG_OK;
}

/* The digits from <start> to the cursor, by libc, which wants a NUL. */
static enum jg_err
read_real(struct jg_json_parser *p, const char *start, struct jg_json *out)
{
    size_t len;
    enum jg_err err = skip_real(p);

    if (err != JG_OK)
        return err;
    len = (size_t)(p->at - start);
    memcpy(p->strings, start, len); /* only for now: the next string's place */
    p->strings[len] = '\0';
    out->type = JG_JSON_REAL;
    out->real = strtod(p->strings, NULL);
    if (!isfinite(out->real))
        return jg_json_refuse(p, JG_E_JSON, "number too large");
    return JG_OK;
}

static enum jg_err
read_int(struct jg_json_parser *p, const char *start, struct jg_json *out)
{
    bool negative = *start == '-';
    int64_t n = 0;

    /* Negative all the way: that side reaches one further. */
    for (start += negative; start < p->at; start++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_sub_overflow(n, *start - '0', &n))
            return jg_json_refuse(p, JG_E_JSON, "whole number too large");
    if (!negative && __builtin_sub_overflow((int64_t)0, n, &n))
        return jg_json_refuse(p, JG_E_JSON, "whole number too large");
    out->type = JG_JSON_INT;
    out->integer = n;
    return JG_OK;
}

enum jg_err
jg_json_read_number(struct jg_json_parser *p, struct jg_json *out)
{
    const char *start = p->at;

    if (*p->at == '-')
        p->at++;
    if (jg_json_next_is(p, '0'))
        p->at++; /* whatever follows it is no part of a number */
    else if (!skip_digits(p))
        return jg_json_refuse(p, JG_E_JSON, "expected a digit");
    if (jg_json_next_is(p, '.') || jg_json_next_is(p, 'e') ||
        jg_json_next_is(p, 'E'))
        return read_real(p, start, out);
    return read_int(p, start, out);
}

enum jg_err
jg_json_read_word(struct jg_json_parser *p, struct jg_json *out)
{
    static const struct {
        struct jg_str text;
        enum jg_json_type type;
        bool boolean;
    } words[] = {
        {{"true", 4}, JG_JSON_BOOL, true},
        {{"false", 5}, JG_JSON_BOOL, false},
        {{"null", 4}, JG_JSON_NULL, false},
    };
    struct jg_str rest = {p->at, (size_t)(p->end - p->at)};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!jg_str_starts(rest, words[i].text))
            continue;
        out->type = words[i].type;
        out->boolean = words[i].boolean;
        p->at += words[i].text.len;
        return JG_OK;
    }
    return jg_json_refuse(p, JG_E_JSON, "expected a value");
}
