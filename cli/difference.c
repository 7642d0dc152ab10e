/* Two JSON documents, field by field: what a change would change. */
#include <stdio.h>

#include "plan.h"

#define PATH_BYTES 300
#define VALUE_BYTES 56 /* shown of one */
#define LINES_MAX 1000

struct difference {
    struct jg_buf *out;
    unsigned lines;
};

static void compare(struct difference *d, const struct jg_field *field,
                    const struct jg_field_table *table, const char *path,
                    const struct jg_json *was, const struct jg_json *is);

/* A value on one line; a secret is not shown, nor what holds one. */
static void
add_value(struct jg_buf *out, const struct jg_field *field,
          const struct jg_json *value)
{
    struct jg_buf text;
    size_t len;

    if (field != NULL && field->secret) {
        jg_buf_add(out, JG_STR("(secret)"));
        return;
    }
    jg_buf_init(&text, CLI_TEXT_MAX);
    jg_json_write(&text, value, 0);
    len = text.len < VALUE_BYTES ? text.len : VALUE_BYTES;
    while (len < text.len && len > 0 && (text.p[len] & 0xc0) == 0x80)
        len--; /* no half of a character */
    jg_buf_add(out, jg_str_head(jg_buf_str(&text), len));
    jg_buf_add(out, len < text.len ? JG_STR("...") : JG_STR(""));
    jg_buf_free(&text);
}

static void
add_line(struct difference *d, char sign, const struct jg_field *field,
         const char *path, const struct jg_json *was, const struct jg_json *is)
{
    if (d->lines++ >= LINES_MAX)
        return;
    jg_buf_addf(d->out, "    %c %s: ", sign, path);
    if (was != NULL)
        add_value(d->out, field, was);
    if (was != NULL && is != NULL)
        jg_buf_add(d->out, JG_STR(" -> "));
    if (is != NULL)
        add_value(d->out, field, is);
    jg_buf_addc(d->out, '\n');
}

/* <path>.<name> */
static void
join(char out[static PATH_BYTES], const char *path, struct jg_str name)
{
    snprintf(out, PATH_BYTES, "%s%s%.*s", path, path[0] != '\0' ? "." : "",
             JG_STR_ARG(jg_str_head(name, 100)));
}

/* What only one side has: member by member where there is a table, since one
 * of them may be a secret. */
static void
one_sided(struct difference *d, char sign, const struct jg_field *field,
          const struct jg_field_table *table, const char *path,
          const struct jg_json *was, const struct jg_json *is)
{
    const struct jg_json *value = was != NULL ? was : is;
    const struct jg_json nothing = {.type = value->type};
    bool nested = value->type == JG_JSON_OBJECT || value->type == JG_JSON_ARRAY;

    if (table != NULL && nested && value->count > 0)
        compare(d, field, table, path, was != NULL ? was : &nothing,
                is != NULL ? is : &nothing);
    else
        add_line(d, sign, field, path, was, is);
}

/* The table of a member's own members. */
static const struct jg_field_table *
table_below(bool map, const struct jg_field_table *table,
            const struct jg_field *field)
{
    if (map)
        return table;
    return field != NULL ? field->table : NULL;
}

static void
compare_objects(struct difference *d, const struct jg_field *up,
                const struct jg_field_table *table, const char *path,
                const struct jg_json *was, const struct jg_json *is)
{
    /* The names of a map are the document's own. */
    bool map = up != NULL && up->type == JG_FIELD_MAP && table == up->table;
    char inner[PATH_BYTES];

    for (uint32_t i = 0; i < was->count; i++) {
        struct jg_str name = was->members[i].name;
        const struct jg_field *field = map ? NULL : jg_field_find(table, name);
        const struct jg_field_table *below = table_below(map, table, field);
        const struct jg_json *other = jg_json_get(is, name);

        join(inner, path, name);
        if (other == NULL)
            one_sided(d, '-', field, below, inner, &was->members[i].value,
                      NULL);
        else
            compare(d, field, below, inner, &was->members[i].value, other);
    }
    for (uint32_t i = 0; i < is->count; i++) {
        struct jg_str name = is->members[i].name;
        const struct jg_field *field = map ? NULL : jg_field_find(table, name);

        join(inner, path, name);
        if (jg_json_get(was, name) == NULL)
            one_sided(d, '+', field, table_below(map, table, field), inner,
                      NULL, &is->members[i].value);
    }
}

static void
compare_arrays(struct difference *d, const struct jg_field *field,
               const struct jg_field_table *table, const char *path,
               const struct jg_json *was, const struct jg_json *is)
{
    uint32_t count = was->count > is->count ? was->count : is->count;

    for (uint32_t i = 0; i < count; i++) {
        char inner[PATH_BYTES], index[16];

        snprintf(index, sizeof(index), "%u", (unsigned)i);
        join(inner, path, jg_str(index));
        if (i >= is->count)
            one_sided(d, '-', field, table, inner, &was->items[i], NULL);
        else if (i >= was->count)
            one_sided(d, '+', field, table, inner, NULL, &is->items[i]);
        else
            compare(d, field, table, inner, &was->items[i], &is->items[i]);
    }
}

static void
compare(struct difference *d, const struct jg_field *field,
        const struct jg_field_table *table, const char *path,
        const struct jg_json *was, const struct jg_json *is)
{
    if (d->lines > LINES_MAX || jg_json_equal(was, is))
        return;
    if (field != NULL && field->secret)
        add_line(d, '~', field, path, was, is);
    else if (was->type == JG_JSON_OBJECT && is->type == JG_JSON_OBJECT)
        compare_objects(d, field, table, path, was, is);
    else if (was->type == JG_JSON_ARRAY && is->type == JG_JSON_ARRAY)
        compare_arrays(d, field, table, path, was, is);
    else
        add_line(d, '~', field, path, was, is);
}

void
cli_difference(struct jg_buf *out, const struct jg_field_table *table,
               const struct jg_json *was, const struct jg_json *is)
{
    struct difference d = {.out = out};

    compare(&d, NULL, table, "", was, is);
    if (d.lines > LINES_MAX)
        jg_buf_add(out, JG_STR("    ... and more\n"));
}
