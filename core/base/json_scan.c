/*
 * Limits of a JSON text, checked byte by byte before a parser sees it, so
 * that depth and counts are bounded whatever the parser does.
 */
#include <stdio.h>

#include "base/json_internal.h"

const struct jg_json_limits jg_json_limits_token = {64 * 1024, 32, 1000,
                                                    64 * 1024};
const struct jg_json_limits jg_json_limits_conf = {10 * 1024 * 1024, 64, 500000,
                                                   10 * 1024 * 1024};

void
jg_json_position(struct jg_str text, size_t offset, unsigned *line,
                 unsigned *column)
{
    struct jg_str before = jg_str_head(text, offset);
    size_t start = 0;
    unsigned lines = 1;

    for (size_t i = 0; i < before.len; i++) {
        if (before.p[i] == '\n') {
            lines++;
            start = i + 1;
        }
    }
    *line = lines;
    *column = (unsigned)(before.len - start) + 1;
}

void
jg_json_blame(struct jg_json_fault *fault, struct jg_str text, size_t offset,
              const char *what)
{
    if (fault == NULL)
        return;
    jg_json_position(text, offset, &fault->line, &fault->column);
    snprintf(fault->what, sizeof(fault->what), "%s", what);
}

/* Index behind the string whose inside begins at <i>, or text.len. */
static size_t
string_end(struct jg_str text, size_t i)
{
    for (; i < text.len; i++) {
        if (text.p[i] == '"')
            return i + 1;
        if (text.p[i] == '\\')
            i++;
    }
    return text.len;
}

/* What has been seen so far. */
struct scan {
    unsigned depth, values;
    char last; /* byte outside of strings, no space */
};

/* Which limit the byte <c>, outside of strings, passes; NULL: none. */
static const char *
count(struct scan *s, char c, const struct jg_json_limits *limits)
{
    bool ends_value = false;

    if (c == '[' || c == '{') {
        if (++s->depth > limits->max_depth)
            return "nested too deeply";
    } else if (c == ']' || c == '}') {
        if (s->depth > 0)
            s->depth--;
        ends_value = s->last != '[' && s->last != '{';
    } else {
        ends_value = c == ',';
    }
    s->last = c;
    if (ends_value && ++s->values > limits->max_values)
        return "too many values";
    return NULL;
}

enum jg_err
jg_json_scan(struct jg_str text, const struct jg_json_limits *limits,
             struct jg_json_fault *fault)
{
    struct scan s = {0, 1, 0}; /* the root is a value */
    const char *what = NULL;
    size_t i = 0;

    if (text.len > limits->max_bytes)
        what = "too long";
    while (what == NULL && i < text.len) {
        char c = text.p[i++];

        if (c == '"') {
            size_t end = string_end(text, i);

            if (end - i > limits->max_string + 1) /* its last quote */
                what = "string too long";
            else
                i = end;
            s.last = c;
        } else if (c > ' ') {
            what = count(&s, c, limits);
        }
    }
    if (what == NULL)
        return JG_OK;
    jg_json_blame(fault, text, i == 0 ? 0 : i - 1, what);
    return JG_E_JSON_LIMIT;
}
