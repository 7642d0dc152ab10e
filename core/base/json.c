/* Reading, comparing and copying JSON values. */
#include "base/json_internal.h"

const struct jg_json *
jg_json_get(const struct jg_json *object, struct jg_str name)
{
    if (object == NULL || object->type != JG_JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++)
        if (jg_str_eq(object->members[i].name, name))
            return &object->members[i].value;
    return NULL;
}

const struct jg_json *
jg_json_path(const struct jg_json *object, struct jg_str path)
{
    const struct jg_json *value = jg_json_get(object, path);
    struct jg_str part;

    if (value != NULL || path.p == NULL)
        return value;
    value = object;
    while (value != NULL && jg_str_next(&path, '.', &part))
        value = jg_json_get(value, part);
    return value;
}

struct jg_str
jg_json_string(const struct jg_json *value)
{
    if (value == NULL || value->type != JG_JSON_STRING)
        return (struct jg_str){NULL, 0};
    return value->string;
}

bool
jg_json_is_true(const struct jg_json *value)
{
    return value != NULL && value->type == JG_JSON_BOOL && value->boolean;
}

const char *
jg_json_type_name(const struct jg_json *value)
{
    static const char *const names[] = {
        [JG_JSON_NULL] = "null",     [JG_JSON_BOOL] = "boolean",
        [JG_JSON_INT] = "number",    [JG_JSON_REAL] = "number",
        [JG_JSON_STRING] = "string", [JG_JSON_ARRAY] = "array",
        [JG_JSON_OBJECT] = "object",
    };

    return value == NULL ? "nothing" : names[value->type];
}

bool
jg_json_to_int(const struct jg_json *value, int64_t *out)
{
    if (value == NULL)
        return false;
    if (value->type == JG_JSON_INT) {
        *out = value->integer;
        return true;
    }
    /* Both bounds are exact as doubles; the upper one is 2^63 itself. */
    if (value->type != JG_JSON_REAL || !(value->real >= (double)INT64_MIN) ||
        !(value->real < -(double)INT64_MIN) ||
        (double)(int64_t)value->real != value->real)
        return false;
    *out = (int64_t)value->real;
    return true;
}

struct jg_json
jg_json_of_number(double n)
{
    const double exact = 9007199254740992.0; /* 2^53 */

    if (n > -exact && n < exact && (double)(int64_t)n == n)
        return (struct jg_json){JG_JSON_INT, .integer = (int64_t)n};
    return (struct jg_json){JG_JSON_REAL, .real = n};
}

static bool
numbers_equal(const struct jg_json *a, const struct jg_json *b)
{
    int64_t m, n;

    if (a->type == JG_JSON_REAL && b->type == JG_JSON_REAL)
        return a->real == b->real;
    return jg_json_to_int(a, &m) && jg_json_to_int(b, &n) && m == n;
}

static bool
members_equal(const struct jg_json *a, const struct jg_json *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        struct jg_str name = a->members[i].name;
        const struct jg_json *other = jg_str_eq(b->members[i].name, name)
                                          ? &b->members[i].value
                                          : jg_json_get(b, name);

        if (other == NULL || !jg_json_equal(&a->members[i].value, other))
            return false;
    }
    return true;
}

static bool
items_equal(const struct jg_json *a, const struct jg_json *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (!jg_json_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

bool
jg_json_equal(const struct jg_json *a, const struct jg_json *b)
{
    if (a->type == JG_JSON_INT || a->type == JG_JSON_REAL)
        return numbers_equal(a, b);
    if (a->type != b->type || a->count != b->count)
        return false;
    switch (a->type) {
    case JG_JSON_BOOL:
        return a->boolean == b->boolean;
    case JG_JSON_STRING:
        return jg_str_eq(a->string, b->string);
    case JG_JSON_ARRAY:
        return items_equal(a, b);
    case JG_JSON_OBJECT:
        return members_equal(a, b);
    case JG_JSON_NULL:
    case JG_JSON_INT:
    case JG_JSON_REAL:
        break;
    }
    return true;
}

static bool
copy_items(struct jg_json *value, struct jg_arena *a)
{
    struct jg_json *items = jg_arena_array(a, value->count, sizeof(*items));

    if (items == NULL)
        return false;
    for (uint32_t i = 0; i < value->count; i++)
        if (!jg_json_copy(&value->items[i], a, &items[i]))
            return false;
    value->items = items;
    return true;
}

static bool
copy_members(struct jg_json *value, struct jg_arena *a)
{
    struct jg_json_member *members =
        jg_arena_array(a, value->count, sizeof(*members));

    if (members == NULL)
        return false;
    for (uint32_t i = 0; i < value->count; i++) {
        members[i].name = jg_arena_str(a, value->members[i].name);
        if (members[i].name.p == NULL ||
            !jg_json_copy(&value->members[i].value, a, &members[i].value))
            return false;
    }
    value->members = members;
    return true;
}

bool
jg_json_copy(const struct jg_json *from, struct jg_arena *a, struct jg_json *to)
{
    *to = *from;
    if (from->type == JG_JSON_STRING) {
        to->string = jg_arena_str(a, from->string);
        return to->string.p != NULL;
    }
    if (from->type == JG_JSON_ARRAY)
        return copy_items(to, a);
    return from->type != JG_JSON_OBJECT || copy_members(to, a);
}
