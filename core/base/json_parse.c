/*
 * JSON text into the arena: one pass, no recursion, every limit checked before
 * the memory is taken. Written here because this runs for every new token:
 * jansson's tree costs several times as much, its copy comes on top, it drops
 * bytes of a text when memory is short, and takes a NUL behind a number for a
 * space. It is the judge of this parser in the tests.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json_internal.h"

#define FEW_MEMBERS 16 /* up to here, names are compared each with each */
#define NAME_SHOWN 64  /* bytes of a name in a message */

const struct jg_json_limits jg_json_limits_token = {64 * 1024, 32, 1000,
                                                    64 * 1024};
const struct jg_json_limits jg_json_limits_conf = {10 * 1024 * 1024, 64, 500000,
                                                   10 * 1024 * 1024};

/* Twice as many slots; the first ones are part of the parser. */
static bool
grow(struct jg_json_parser *p)
{
    bool first = p->slots == p->first_slots;
    size_t cap = p->cap * 2;
    struct jg_json_member *slots =
        jg_mem_grow(first ? NULL : p->slots, cap * sizeof(*slots));

    if (slots == NULL)
        return false;
    if (first)
        memcpy(slots, p->first_slots, sizeof(p->first_slots));
    p->slots = slots;
    p->cap = cap;
    return true;
}

/* A slot for the next value, which counts. */
static enum jg_err
push(struct jg_json_parser *p, struct jg_json_member **out)
{
    if (++p->values > p->limits->max_values)
        return jg_json_refuse(p, JG_E_JSON_LIMIT, "too many values");
    if (p->used == p->cap && !grow(p))
        return JG_E_NOMEM;
    *out = &p->slots[p->used++];
    **out = (struct jg_json_member){0};
    return JG_OK;
}

/* Past the bracket of an array or object, whose slot is the newest. */
static enum jg_err
open_container(struct jg_json_parser *p, struct jg_json *out)
{
    if (++p->depth > p->limits->max_depth)
        return jg_json_refuse(p, JG_E_JSON_LIMIT, "nested too deeply");
    out->type = *p->at == '[' ? JG_JSON_ARRAY : JG_JSON_OBJECT;
    out->count = (uint32_t)p->open;
    out->string.p = p->at++;
    p->open = p->used - 1;
    return JG_OK;
}

/* The member name at the cursor, and the colon. */
static enum jg_err
read_name(struct jg_json_parser *p, struct jg_str *out)
{
    enum jg_err err;

    if (!jg_json_next_is(p, '"'))
        return jg_json_refuse(p, JG_E_JSON, "expected a member name in quotes");
    err = jg_json_read_string(p, out);
    if (err != JG_OK)
        return err;
    jg_json_skip_spaces(p);
    if (!jg_json_next_is(p, ':'))
        return jg_json_refuse(p, JG_E_JSON, "expected ':'");
    p->at++;
    jg_json_skip_spaces(p);
    return JG_OK;
}

/* The value at the cursor; of an array or object only its beginning. */
static enum jg_err
read_value(struct jg_json_parser *p, struct jg_json *out)
{
    if (p->at == p->end)
        return jg_json_refuse(p, JG_E_JSON, "expected a value");
    if (*p->at == '"') {
        out->type = JG_JSON_STRING;
        return jg_json_read_string(p, &out->string);
    }
    if (*p->at == '{' || *p->at == '[')
        return open_container(p, out);
    if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9'))
        return jg_json_read_number(p, out);
    return jg_json_read_word(p, out);
}

/* Is the innermost open container an object? */
static bool
in_object(const struct jg_json_parser *p)
{
    return p->depth > 0 && p->slots[p->open].value.type == JG_JSON_OBJECT;
}

static char
closing(const struct jg_json_parser *p)
{
    return in_object(p) ? '}' : ']';
}

static int
by_name(const void *a, const void *b)
{
    const struct jg_str *m = a, *n = b;

    return jg_str_cmp(*m, *n);
}

/* A name that occurs twice among <count> sorted ones. */
static enum jg_err
check_sorted(struct jg_json_parser *p, const struct jg_json_member *members,
             size_t count)
{
    struct jg_str *names = jg_mem_grow(NULL, count * sizeof(*names));
    enum jg_err err = JG_OK;

    if (names == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        names[i] = members[i].name;
    qsort(names, count, sizeof(*names), by_name);
    for (size_t i = 1; i < count && err == JG_OK; i++) {
        if (!jg_str_eq(names[i - 1], names[i]))
            continue;
        p->twice = names[i];
        err = JG_E_JSON_DUPLICATE;
    }
    jg_mem_free(names);
    return err;
}

/* JG_E_JSON_DUPLICATE when two of <members> have the same name. */
static enum jg_err
check_names(struct jg_json_parser *p, const struct jg_json_member *members,
            size_t count)
{
    if (count > FEW_MEMBERS)
        return check_sorted(p, members, count);
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (members[i].name.len != members[k].name.len ||
                !jg_str_eq(members[i].name, members[k].name))
                continue;
            p->twice = members[i].name;
            return JG_E_JSON_DUPLICATE;
        }
    }
    return JG_OK;
}

/* Move the <count> values behind the open object's slot to the arena. */
static enum jg_err
keep_members(struct jg_json_parser *p, struct jg_json *object, size_t count)
{
    const struct jg_json_member *from = &p->slots[p->open + 1];
    struct jg_json_member *to = jg_arena_array(p->a, count, sizeof(*to));
    const char *start = object->string.p;
    enum jg_err err = check_names(p, from, count);

    if (err == JG_E_JSON_DUPLICATE)
        p->at = start; /* from there on the second one is looked for */
    if (err != JG_OK)
        return err;
    if (to == NULL)
        return JG_E_NOMEM;
    memcpy(to, from, count * sizeof(*to));
    object->members = to;
    return JG_OK;
}

static enum jg_err
keep_items(struct jg_json_parser *p, struct jg_json *array, size_t count)
{
    const struct jg_json_member *from = &p->slots[p->open + 1];
    struct jg_json *to = jg_arena_array(p->a, count, sizeof(*to));

    if (to == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        to[i] = from[i].value;
    array->items = to;
    return JG_OK;
}

/* Past the closing bracket of the innermost container, which is complete. */
static enum jg_err
close_container(struct jg_json_parser *p)
{
    struct jg_json *value = &p->slots[p->open].value;
    size_t count = p->used - p->open - 1;
    uint32_t around = value->count;
    enum jg_err err = value->type == JG_JSON_OBJECT
                          ? keep_members(p, value, count)
                          : keep_items(p, value, count);

    if (err != JG_OK)
        return err;
    value->count = (uint32_t)count;
    p->used = p->open + 1;
    p->open = around;
    p->depth--;
    p->at++;
    return JG_OK;
}

/* One value, named when it is a member, up to its first bracket. */
static enum jg_err
begin_value(struct jg_json_parser *p, bool *opened)
{
    struct jg_json_member *slot;
    unsigned depth = p->depth;
    enum jg_err err = push(p, &slot);

    if (err == JG_OK && in_object(p))
        err = read_name(p, &slot->name);
    if (err == JG_OK)
        err = read_value(p, &slot->value);
    if (err != JG_OK)
        return err;
    *opened = p->depth > depth;
    jg_json_skip_spaces(p);
    return JG_OK;
}

/* What may follow a value: brackets that close, then a comma or the end. */
static enum jg_err
end_value(struct jg_json_parser *p)
{
    while (p->depth > 0) {
        enum jg_err err;

        if (jg_json_next_is(p, ',')) {
            p->at++;
            jg_json_skip_spaces(p);
            return JG_OK;
        }
        if (!jg_json_next_is(p, closing(p)))
            return jg_json_refuse(p, JG_E_JSON,
                                  in_object(p) ? "expected ',' or '}'"
                                               : "expected ',' or ']'");
        err = close_container(p);
        if (err != JG_OK)
            return err;
        jg_json_skip_spaces(p);
    }
    if (p->at < p->end)
        return jg_json_refuse(p, JG_E_JSON, "something follows the value");
    return JG_OK;
}

static enum jg_err
parse(struct jg_json_parser *p)
{
    enum jg_err err;
    bool opened;

    if (p->text.len > p->limits->max_bytes)
        return jg_json_refuse(p, JG_E_JSON_LIMIT, "too long");
    p->strings = jg_arena_alloc(p->a, p->text.len + 1);
    if (p->strings == NULL)
        return JG_E_NOMEM;
    jg_json_skip_spaces(p);
    do {
        err = begin_value(p, &opened);
        if (err == JG_OK && (!opened || jg_json_next_is(p, closing(p))))
            err = end_value(p);
    } while (err == JG_OK && p->depth > 0);
    return err;
}

static void
tell(const struct jg_json_parser *p, enum jg_err err,
     struct jg_json_fault *fault)
{
    size_t offset = (size_t)(p->at - p->text.p);

    if (fault == NULL)
        return;
    if (err == JG_E_JSON_DUPLICATE)
        offset = jg_json_find_second(p->text, offset, p->twice);
    jg_json_position(p->text, offset, &fault->line, &fault->column);
    if (err == JG_E_JSON_DUPLICATE)
        snprintf(fault->what, sizeof(fault->what),
                 "the member \"%.*s\" occurs twice in this object",
                 JG_STR_ARG(jg_str_head(p->twice, NAME_SHOWN)));
    else
        snprintf(fault->what, sizeof(fault->what), "%s",
                 p->what != NULL ? p->what : "out of memory");
    for (char *c = fault->what; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7f) /* the name is anybody's */
            *c = '?';
}

enum jg_err
jg_json_parse(struct jg_str text, const struct jg_json_limits *limits,
              struct jg_arena *a, const struct jg_json **out,
              struct jg_json_fault *fault)
{
    struct jg_json_parser p; /* by hand: its slots are set when used */
    struct jg_json *root;
    enum jg_err err;

    if (text.p == NULL)
        text = JG_STR("");
    p.text = text;
    p.at = text.p;
    p.end = text.p + text.len;
    p.limits = limits;
    p.a = a;
    p.what = NULL;
    p.slots = p.first_slots;
    p.cap = JG_JSON_STACK_SLOTS;
    p.used = p.open = 0;
    p.depth = p.values = 0;
    err = parse(&p);
    root = err == JG_OK ? jg_arena_alloc(a, sizeof(*root)) : NULL;
    if (root != NULL)
        *root = p.slots[0].value;
    else if (err == JG_OK)
        err = JG_E_NOMEM;
    if (p.slots != p.first_slots)
        jg_mem_free(p.slots);
    if (err != JG_OK)
        tell(&p, err, fault);
    else
        *out = root;
    return err;
}
