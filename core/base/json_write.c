/* JSON values as text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_internal.h"

#define REAL_DIGITS 17 /* enough to tell any two doubles apart */
#define REAL_BYTES 32

/* The shortest digits that read back as the same number. */
static void
write_real(struct jg_buf *b, double real)
{
    char text[REAL_BYTES];

    for (int digits = REAL_DIGITS - 2; digits <= REAL_DIGITS; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, real);
        if (strtod(text, NULL) == real)
            break;
    }
    jg_buf_add(b, jg_str(text));
    if (strpbrk(text, ".e") == NULL)
        jg_buf_add(b, JG_STR(".0")); /* or 1e20 would read as an integer */
}

static void
new_line(struct jg_buf *b, unsigned spaces)
{
    jg_buf_addc(b, '\n');
    for (unsigned i = 0; i < spaces; i++)
        jg_buf_addc(b, ' ');
}

static void write_value(struct jg_buf *b, const struct jg_json *value,
                        unsigned indent, unsigned depth);

/* What stands between the brackets of an array or object. */
static void
write_inside(struct jg_buf *b, const struct jg_json *value, unsigned indent,
             unsigned depth)
{
    for (uint32_t i = 0; i < value->count && !b->failed; i++) {
        if (i > 0)
            jg_buf_addc(b, ',');
        if (indent > 0)
            new_line(b, indent * depth);
        if (value->type == JG_JSON_ARRAY) {
            write_value(b, &value->items[i], indent, depth);
            continue;
        }
        jg_buf_add_quoted(b, value->members[i].name);
        jg_buf_add(b, indent > 0 ? JG_STR(": ") : JG_STR(":"));
        write_value(b, &value->members[i].value, indent, depth);
    }
    if (indent > 0 && value->count > 0)
        new_line(b, indent * (depth - 1));
}

static void
write_value(struct jg_buf *b, const struct jg_json *value, unsigned indent,
            unsigned depth)
{
    switch (value->type) {
    case JG_JSON_NULL:
        jg_buf_add(b, JG_STR("null"));
        break;
    case JG_JSON_BOOL:
        jg_buf_add(b, value->boolean ? JG_STR("true") : JG_STR("false"));
        break;
    case JG_JSON_INT:
        jg_buf_addf(b, "%" PRId64, value->integer);
        break;
    case JG_JSON_REAL:
        write_real(b, value->real);
        break;
    case JG_JSON_STRING:
        jg_buf_add_quoted(b, value->string);
        break;
    case JG_JSON_ARRAY:
        jg_buf_addc(b, '[');
        write_inside(b, value, indent, depth + 1);
        jg_buf_addc(b, ']');
        break;
    case JG_JSON_OBJECT:
        jg_buf_addc(b, '{');
        write_inside(b, value, indent, depth + 1);
        jg_buf_addc(b, '}');
        break;
    }
}

void
jg_json_write(struct jg_buf *b, const struct jg_json *value, unsigned indent)
{
    write_value(b, value, indent, 0);
}
