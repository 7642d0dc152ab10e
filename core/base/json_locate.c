/*
 * Places in a JSON text that was parsed before: the parser keeps none, so
 * the text is walked again when a message needs one.
 */
#include "base/json_internal.h"

/* A place in a text. Nothing is read behind <end>, whatever the text is. */
struct cursor {
    const char *p, *end;
};

static void
skip_spaces(struct cursor *c)
{
    while (c->p < c->end &&
           (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
        c->p++;
}

/* Past <want>, if it is next. */
static bool
take(struct cursor *c, char want)
{
    skip_spaces(c);
    if (c->p == c->end || *c->p != want)
        return false;
    c->p++;
    return true;
}

/* Past the string whose first quote is at the cursor; gives its inside. */
static struct jg_str
skip_string(struct cursor *c)
{
    const char *start = ++c->p;

    while (c->p < c->end && *c->p != '"')
        c->p += *c->p == '\\' && c->end - c->p > 1 ? 2 : 1;
    if (c->p == c->end)
        return (struct jg_str){start, (size_t)(c->end - start)};
    return (struct jg_str){start, (size_t)(c->p++ - start)};
}

/* Past the value at the cursor: to the comma or bracket that ends it. */
static void
skip_value(struct cursor *c)
{
    size_t depth = 0;

    while (c->p < c->end) {
        char now = *c->p;

        if (now == '"') {
            skip_string(c);
            continue;
        }
        if (depth == 0 && (now == ',' || now == ']' || now == '}'))
            return;
        if (now == '[' || now == '{')
            depth++;
        else if (now == ']' || now == '}')
            depth--;
        c->p++;
    }
}

/* Is <raw>, the inside of a string in the text, the text <want>? */
static bool
is_text(struct jg_str raw, struct jg_str want)
{
    while (raw.len > 0) {
        size_t took = 1, len = 1;
        char out[4] = {raw.p[0]};

        if (raw.p[0] == '\\') {
            took = jg_json_unescape(jg_str_from(raw, 1), out, &len) + 1;
            if (took == 1)
                return false;
        }
        if (!jg_str_starts(want, (struct jg_str){out, len}))
            return false;
        raw = jg_str_from(raw, took);
        want = jg_str_from(want, len);
    }
    return want.len == 0;
}

/* From an object to its member <name>: <at_name> is where that stands. */
static bool
enter_member(struct cursor *c, struct jg_str name, const char **at_name)
{
    if (!take(c, '{'))
        return false;
    do {
        skip_spaces(c);
        if (c->p == c->end || *c->p != '"')
            return false;
        *at_name = c->p;
        if (is_text(skip_string(c), name) && take(c, ':')) {
            skip_spaces(c);
            return true;
        }
        skip_value(c);
    } while (take(c, ','));
    return false;
}

size_t
jg_json_find_second(struct jg_str text, size_t offset, struct jg_str name)
{
    struct cursor c = {text.p + offset, text.p + text.len};
    unsigned seen = 0;

    if (!take(&c, '{'))
        return offset;
    do {
        const char *at_name;

        skip_spaces(&c);
        at_name = c.p;
        if (c.p == c.end || *c.p != '"')
            break;
        if (is_text(skip_string(&c), name) && ++seen == 2)
            return (size_t)(at_name - text.p);
        skip_value(&c);
    } while (take(&c, ','));
    return offset;
}

/* From an array to its item <index>. */
static bool
enter_item(struct cursor *c, struct jg_str index)
{
    uint64_t n;

    if (!jg_str_to_u64(index, &n) || !take(c, '['))
        return false;
    for (; n > 0; n--) {
        skip_value(c);
        if (!take(c, ','))
            return false;
    }
    skip_spaces(c);
    return c->p < c->end && *c->p != ']';
}

size_t
jg_json_find(struct jg_str text, const struct jg_str *path, size_t depth,
             bool name)
{
    struct cursor c = {text.p, text.p + text.len};
    const char *at_name = NULL;

    if (text.len == 0)
        return 0;
    skip_spaces(&c);
    for (size_t i = 0; i < depth; i++) {
        struct cursor inside = c;
        const char *inside_name = NULL;

        if (!enter_member(&inside, path[i], &inside_name)) {
            inside = c;
            inside_name = NULL;
            if (!enter_item(&inside, path[i]))
                break;
        }
        c = inside;
        at_name = inside_name;
    }
    return (size_t)((name && at_name != NULL ? at_name : c.p) - text.p);
}

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
jg_json_locate(struct jg_str text, const struct jg_str *path, size_t depth,
               unsigned *line, unsigned *column)
{
    jg_json_position(text, jg_json_find(text, path, depth, false), line,
                     column);
}
