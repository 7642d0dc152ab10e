/* JSON objects into structs, by tables of fields. */
#include <stdio.h>

#include "base/bind_internal.h"
#include "base/duration.h"

#define TYPOS_MAX 3 /* edits that "did you mean" forgives */
#define FIX_BYTES 160

/*
 * Bind <value> to the memory <to> of a field. False when it was reported as
 * wrong, or without memory; <to> is then as it was.
 */
typedef bool (*binder)(struct jg_bind *b, const struct jg_field *f,
                       const struct jg_json *value, void *to,
                       const struct jg_place *at);

static void bind_members(struct jg_bind *b, const struct jg_field_table *table,
                         const struct jg_json *object, char *out,
                         const struct jg_place *at);

static bool
no_memory(struct jg_bind *b)
{
    b->no_memory = true;
    return false;
}

static bool
bind_bool(struct jg_bind *b, const struct jg_field *f,
          const struct jg_json *value, void *to, const struct jg_place *at)
{
    if (value->type != JG_JSON_BOOL)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE, "true or false");
    *(bool *)to = value->boolean;
    return true;
}

static bool
in_range(const struct jg_field *f, double n)
{
    return !(f->min < f->max) || (n >= f->min && n <= f->max);
}

static bool
wrong_number(struct jg_bind *b, const struct jg_field *f,
             const struct jg_json *value, const struct jg_place *at,
             enum jg_err err, const char *what)
{
    if (!(f->min < f->max))
        return jg_bind_wrong(b, f, value, at, err, "%s", what);
    return jg_bind_wrong(b, f, value, at, err, "%s from %.15g to %.15g", what,
                         f->min, f->max);
}

static bool
bind_int(struct jg_bind *b, const struct jg_field *f,
         const struct jg_json *value, void *to, const struct jg_place *at)
{
    int64_t n;

    if (!jg_json_to_int(value, &n))
        return wrong_number(b, f, value, at, JG_E_CONF_TYPE, "a whole number");
    if (!in_range(f, (double)n))
        return wrong_number(b, f, value, at, JG_E_CONF_RANGE, "a whole number");
    *(int64_t *)to = n;
    return true;
}

static bool
bind_number(struct jg_bind *b, const struct jg_field *f,
            const struct jg_json *value, void *to, const struct jg_place *at)
{
    double n;

    if (value->type == JG_JSON_INT)
        n = (double)value->integer;
    else if (value->type == JG_JSON_REAL)
        n = value->real;
    else
        return wrong_number(b, f, value, at, JG_E_CONF_TYPE, "a number");
    if (!in_range(f, n))
        return wrong_number(b, f, value, at, JG_E_CONF_RANGE, "a number");
    *(double *)to = n;
    return true;
}

static bool
bind_duration(struct jg_bind *b, const struct jg_field *f,
              const struct jg_json *value, void *to, const struct jg_place *at)
{
    int64_t ms = 0;

    if (value->type != JG_JSON_STRING)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE,
                             "a duration in quotes, for example \"5m\"");
    if (value->string.len > 0 && !jg_duration_ms(value->string, &ms))
        jg_bind_member(b, JG_WARNING, at, JG_E_CONF_VALUE,
                       "for example \"500ms\", \"30s\", \"5m\" or \"1h30m\"",
                       "not a duration: counts as 0, as in Tyk");
    *(int64_t *)to = ms;
    return true;
}

/* A string that the field has room for. */
static bool
bind_str(struct jg_bind *b, const struct jg_field *f,
         const struct jg_json *value, void *to, const struct jg_place *at)
{
    size_t max = f->max > 0 ? (size_t)f->max : JG_FIELD_STR_MAX;
    struct jg_str copy;

    if (value->type != JG_JSON_STRING)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE, "a string");
    if (value->string.len > max)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_RANGE,
                             "at most %zu bytes", max);
    copy = jg_arena_str(b->a, value->string);
    if (copy.p == NULL)
        return no_memory(b);
    *(struct jg_str *)to = copy;
    return true;
}

/* As Go has it, null in a list of strings is the empty one. */
static bool
bind_strs(struct jg_bind *b, const struct jg_field *f,
          const struct jg_json *value, void *to, const struct jg_place *at)
{
    struct jg_str *items;
    bool good = true;

    if (value->type != JG_JSON_ARRAY)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE,
                             "a list of strings");
    items = jg_arena_array(b->a, value->count, sizeof(*items));
    if (items == NULL)
        return no_memory(b);
    for (uint32_t i = 0; i < value->count && !b->no_memory; i++) {
        struct jg_place item;

        jg_place_item(&item, at, i);
        if (value->items[i].type != JG_JSON_NULL &&
            !bind_str(b, f, &value->items[i], &items[i], &item))
            good = false;
    }
    if (good)
        *(struct jg_strs *)to = (struct jg_strs){items, value->count};
    return good;
}

static bool
bind_str_map(struct jg_bind *b, const struct jg_field *f,
             const struct jg_json *value, void *to, const struct jg_place *at)
{
    struct jg_pair *pairs;
    bool good = true;

    if (value->type != JG_JSON_OBJECT)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE,
                             "an object with strings");
    pairs = jg_arena_array(b->a, value->count, sizeof(*pairs));
    if (pairs == NULL)
        return no_memory(b);
    for (uint32_t i = 0; i < value->count; i++) {
        const struct jg_json_member *m = &value->members[i];
        struct jg_place member;

        jg_place_member(&member, at, m->name);
        pairs[i].name = jg_arena_str(b->a, m->name);
        if (pairs[i].name.p == NULL)
            return no_memory(b);
        if (m->value.type != JG_JSON_NULL &&
            !bind_str(b, f, &m->value, &pairs[i].value, &member))
            good = false;
    }
    if (good)
        *(struct jg_pairs *)to = (struct jg_pairs){pairs, value->count};
    return good;
}

static bool
bind_object(struct jg_bind *b, const struct jg_field *f,
            const struct jg_json *value, void *to, const struct jg_place *at)
{
    if (value->type != JG_JSON_OBJECT)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE, "an object");
    bind_members(b, f->table, value, to, at);
    return true;
}

/* <count> structs of <table> with its defaults; NULL without memory. */
static char *
new_structs(struct jg_bind *b, const struct jg_field_table *table,
            uint32_t count)
{
    char *items = jg_arena_array(b->a, count, table->size);

    if (items == NULL)
        b->no_memory = true;
    else if (table->defaults != NULL)
        for (uint32_t i = 0; i < count; i++)
            memcpy(items + i * table->size, table->defaults, table->size);
    return items;
}

static bool
bind_made(struct jg_bind *b, const struct jg_field *f,
          const struct jg_json *value, void *to, const struct jg_place *at)
{
    char *made;

    if (value->type != JG_JSON_OBJECT)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE, "an object");
    made = new_structs(b, f->table, 1);
    if (made == NULL)
        return false;
    bind_members(b, f->table, value, made, at);
    *(void **)to = made;
    return true;
}

static bool
bind_list(struct jg_bind *b, const struct jg_field *f,
          const struct jg_json *value, void *to, const struct jg_place *at)
{
    char *items;

    if (value->type != JG_JSON_ARRAY)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE,
                             "a list of objects");
    items = new_structs(b, f->table, value->count);
    for (uint32_t i = 0; i < value->count && !b->no_memory; i++) {
        struct jg_place item;

        jg_place_item(&item, at, i);
        if (value->items[i].type != JG_JSON_NULL)
            bind_object(b, f, &value->items[i], items + i * f->table->size,
                        &item);
    }
    *(struct jg_list *)to = (struct jg_list){items, value->count};
    return true;
}

static bool
bind_map(struct jg_bind *b, const struct jg_field *f,
         const struct jg_json *value, void *to, const struct jg_place *at)
{
    char *items;

    if (value->type != JG_JSON_OBJECT)
        return jg_bind_wrong(b, f, value, at, JG_E_CONF_TYPE,
                             "an object of objects");
    items = new_structs(b, f->table, value->count);
    for (uint32_t i = 0; i < value->count && !b->no_memory; i++) {
        const struct jg_json_member *m = &value->members[i];
        char *item = items + i * f->table->size;
        struct jg_str name = jg_arena_str(b->a, m->name);
        struct jg_place member;

        if (name.p == NULL)
            return no_memory(b);
        jg_place_member(&member, at, m->name);
        if (m->value.type != JG_JSON_NULL)
            bind_object(b, f, &m->value, item, &member);
        *(struct jg_str *)item = name; /* whatever a member says */
    }
    *(struct jg_list *)to = (struct jg_list){items, value->count};
    return true;
}

static bool
bind_any(struct jg_bind *b, const struct jg_field *f,
         const struct jg_json *value, void *to, const struct jg_place *at)
{
    struct jg_json *copy = jg_arena_alloc(b->a, sizeof(*copy));

    (void)f;
    (void)at;
    if (copy == NULL || !jg_json_copy(value, b->a, copy))
        return no_memory(b);
    *(const struct jg_json **)to = copy;
    return true;
}

bool
jg_bind_is_set(const struct jg_json *value)
{
    switch (value->type) {
    case JG_JSON_BOOL:
        return value->boolean;
    case JG_JSON_INT:
        return value->integer != 0;
    case JG_JSON_REAL:
        return value->real != 0;
    case JG_JSON_STRING:
        return value->string.len > 0;
    case JG_JSON_ARRAY:
    case JG_JSON_OBJECT:
        return value->count > 0;
    case JG_JSON_NULL:
        break;
    }
    return false;
}

static bool
bind_ignored(struct jg_bind *b, const struct jg_field *f,
             const struct jg_json *value, void *to, const struct jg_place *at)
{
    (void)to;
    if (jg_bind_is_set(value))
        jg_bind_member(b, JG_WARNING, at, JG_E_CONF_UNSUPPORTED, "remove it",
                       "has no effect here%s%s", f->note != NULL ? ": " : "",
                       f->note != NULL ? f->note : "");
    return true;
}

static const binder binders[] = {
    [JG_FIELD_BOOL] = bind_bool,         [JG_FIELD_INT] = bind_int,
    [JG_FIELD_NUMBER] = bind_number,     [JG_FIELD_STR] = bind_str,
    [JG_FIELD_STRS] = bind_strs,         [JG_FIELD_STR_MAP] = bind_str_map,
    [JG_FIELD_OBJECT] = bind_object,     [JG_FIELD_LIST] = bind_list,
    [JG_FIELD_MAP] = bind_map,           [JG_FIELD_ANY] = bind_any,
    [JG_FIELD_IGNORED] = bind_ignored,   [JG_FIELD_SILENT] = NULL,
    [JG_FIELD_DURATION] = bind_duration, [JG_FIELD_MADE] = bind_made,
};

static const struct jg_field *
field_named(const struct jg_field_table *table, struct jg_str name)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *known = table->fields[i].name;

        /* Most differ in the first byte, and tables are long. */
        if (name.len > 0 && known[0] == name.p[0] &&
            jg_str_eq(jg_str(known), name))
            return &table->fields[i];
    }
    return NULL;
}

/* The field called <name> when letter case does not count. */
static const struct jg_field *
field_like(const struct jg_field_table *table, struct jg_str name)
{
    for (size_t i = 0; i < table->count; i++)
        if (jg_str_eq_nocase(jg_str(table->fields[i].name), name))
            return &table->fields[i];
    return NULL;
}

const struct jg_field *
jg_bind_field(const struct jg_field_table *table, struct jg_str name)
{
    const struct jg_field *f = field_named(table, name);

    return f != NULL ? f : field_like(table, name);
}

/* The field whose name <name> was probably meant to be, or NULL. */
static const struct jg_field *
nearest_field(const struct jg_field_table *table, struct jg_str name)
{
    const struct jg_field *best = NULL;
    size_t least = name.len / 3 + 1; /* "id" is not "is" with a typo */

    if (least > TYPOS_MAX + 1)
        least = TYPOS_MAX + 1;
    for (size_t i = 0; i < table->count; i++) {
        struct jg_str known = jg_str(table->fields[i].name);
        size_t distance = jg_str_distance(known, name);

        if (table->fields[i].type != JG_FIELD_SILENT && distance < least) {
            least = distance;
            best = &table->fields[i];
        }
    }
    return best;
}

static void
tell_unknown(struct jg_bind *b, const struct jg_field_table *table,
             struct jg_str name, const struct jg_place *at)
{
    enum jg_severity severity = table->strict ? JG_FAULT : JG_WARNING;
    const char *ignored = table->strict ? "" : ", and ignored";
    const struct jg_field *near = NULL;
    char fix[FIX_BYTES];

    if (jg_bind_is_heard(b->source))
        near = nearest_field(table, name);
    if (near == NULL) {
        jg_bind_member(b, severity, at, JG_E_CONF_UNKNOWN, NULL,
                       "not a known field%s", ignored);
        return;
    }
    snprintf(fix, sizeof(fix), "rename it to \"%s\", or remove it", near->name);
    jg_bind_member(b, severity, at, JG_E_CONF_UNKNOWN, fix,
                   "not a known field%s; did you mean \"%s\"?", ignored,
                   near->name);
}

/* Is the field set by its exact name, or by a member before <index>? */
static bool
is_set_elsewhere(const struct jg_json *object, uint32_t index,
                 const struct jg_field *f)
{
    if (jg_json_get(object, jg_str(f->name)) != NULL)
        return true;
    for (uint32_t i = 0; i < index; i++)
        if (jg_str_eq_nocase(object->members[i].name, jg_str(f->name)))
            return true;
    return false;
}

/* The field that the member <index> sets, or NULL: warned, unless open. */
static const struct jg_field *
field_of(struct jg_bind *b, const struct jg_field_table *table,
         const struct jg_json *object, uint32_t index,
         const struct jg_place *at)
{
    struct jg_str name = object->members[index].name;
    const struct jg_field *f = field_named(table, name);
    char fix[FIX_BYTES];

    if (f != NULL)
        return f;
    f = field_like(table, name);
    if (f == NULL) {
        if (!table->open)
            tell_unknown(b, table, name, at);
        return NULL;
    }
    snprintf(fix, sizeof(fix), "rename it to \"%s\"", f->name);
    if (is_set_elsewhere(object, index, f)) {
        jg_bind_member(b, JG_WARNING, at, JG_E_CONF_UNKNOWN,
                       "remove one of the two", "ignored: \"%s\" is there, too",
                       f->name);
        return NULL;
    }
    jg_bind_member(b, JG_WARNING, at, JG_E_CONF_UNKNOWN, fix, "spelt \"%s\"",
                   f->name);
    return f;
}

static void
bind_members(struct jg_bind *b, const struct jg_field_table *table,
             const struct jg_json *object, char *out, const struct jg_place *at)
{
    if (object->count > JG_BIND_MEMBERS_MAX) {
        jg_bind_wrong(b, NULL, object, at, JG_E_CONF_RANGE,
                      "at most %d members", JG_BIND_MEMBERS_MAX);
        return;
    }
    for (uint32_t i = 0; i < object->count && !b->no_memory; i++) {
        const struct jg_json_member *m = &object->members[i];
        const struct jg_field *f;
        struct jg_place member;

        jg_place_member(&member, at, m->name);
        f = field_of(b, table, object, i, &member);
        if (f != NULL && m->value.type != JG_JSON_NULL &&
            binders[f->type] != NULL)
            binders[f->type](b, f, &m->value, out + f->offset, &member);
    }
}

enum jg_err
jg_bind(const struct jg_field_table *table, const struct jg_json *object,
        void *out, struct jg_arena *a, const struct jg_bind_source *source)
{
    struct jg_bind b = {.source = source, .a = a};

    if (object->type != JG_JSON_OBJECT)
        jg_bind_wrong(&b, NULL, object, NULL, JG_E_CONF_TYPE, "an object");
    else
        bind_members(&b, table, object, out, NULL);
    if (b.no_memory)
        return JG_E_NOMEM;
    return b.faulty ? JG_E_CONF_TYPE : JG_OK;
}

enum jg_err
jg_bind_parse(const struct jg_bind_source *source,
              const struct jg_json_limits *limits, struct jg_arena *a,
              const struct jg_json **out)
{
    struct jg_json_fault fault = {0};
    enum jg_err err = jg_json_parse(source->text, limits, a, out, &fault);

    if (err == JG_OK || err == JG_E_NOMEM)
        return err;
    jg_bind_not_json(source, &fault);
    return JG_E_CONF_JSON;
}
