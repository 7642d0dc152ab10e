/* JSON text into the arena, through jansson. */
#include <jansson.h>

#include "base/json_internal.h"

/* Never JSON_ALLOW_NUL: C strings end there. */
#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)

static enum jg_err copy(const json_t *from, struct jg_arena *a,
                        struct jg_json *to);

static enum jg_err
copy_string(struct jg_arena *a, const char *p, size_t len, struct jg_str *to)
{
    *to = jg_arena_str(a, (struct jg_str){p, len});
    return to->p == NULL ? JG_E_NOMEM : JG_OK;
}

static enum jg_err
copy_array(const json_t *from, struct jg_arena *a, struct jg_json *to)
{
    size_t count = json_array_size(from);
    struct jg_json *items = jg_arena_array(a, count, sizeof(*items));

    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        enum jg_err err = copy(json_array_get(from, i), a, &items[i]);

        if (err != JG_OK)
            return err;
    }
    to->count = (uint32_t)count;
    to->items = items;
    return JG_OK;
}

static enum jg_err
copy_object(json_t *from, struct jg_arena *a, struct jg_json *to)
{
    size_t count = json_object_size(from);
    struct jg_json_member *members = jg_arena_array(a, count, sizeof(*members));
    size_t i = 0;

    if (members == NULL)
        return JG_E_NOMEM;
    for (void *at = json_object_iter(from); at != NULL;
         at = json_object_iter_next(from, at), i++) {
        enum jg_err err =
            copy_string(a, json_object_iter_key(at),
                        json_object_iter_key_len(at), &members[i].name);

        if (err == JG_OK)
            err = copy(json_object_iter_value(at), a, &members[i].value);
        if (err != JG_OK)
            return err;
    }
    to->count = (uint32_t)count;
    to->members = members;
    return JG_OK;
}

/* As deep as the limits let the text be. */
static enum jg_err
copy(const json_t *from, struct jg_arena *a, struct jg_json *to)
{
    switch (json_typeof(from)) {
    case JSON_NULL:
        to->type = JG_JSON_NULL;
        return JG_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        to->type = JG_JSON_BOOL;
        to->boolean = json_is_true(from);
        return JG_OK;
    case JSON_INTEGER:
        to->type = JG_JSON_INT;
        to->integer = json_integer_value(from);
        return JG_OK;
    case JSON_REAL:
        to->type = JG_JSON_REAL;
        to->real = json_real_value(from);
        return JG_OK;
    case JSON_STRING:
        to->type = JG_JSON_STRING;
        return copy_string(a, json_string_value(from), json_string_length(from),
                           &to->string);
    case JSON_ARRAY:
        to->type = JG_JSON_ARRAY;
        return copy_array(from, a, to);
    case JSON_OBJECT:
        to->type = JG_JSON_OBJECT;
        return copy_object((json_t *)from, a, to);
    }
    return JG_E_INTERNAL;
}

static enum jg_err
why_not(const json_error_t *error)
{
    switch ((int)json_error_code(error)) {
    case json_error_duplicate_key:
        return JG_E_JSON_DUPLICATE;
    case json_error_stack_overflow:
        return JG_E_JSON_LIMIT;
    case json_error_unknown: /* jansson's word for some failed mallocs */
    case json_error_out_of_memory:
        return JG_E_NOMEM;
    default:
        return JG_E_JSON;
    }
}

enum jg_err
jg_json_parse(struct jg_str text, const struct jg_json_limits *limits,
              struct jg_arena *a, const struct jg_json **out,
              struct jg_json_fault *fault)
{
    enum jg_err err = jg_json_scan(text, limits, fault);
    struct jg_json *value;
    json_error_t error;
    json_t *tree;

    if (err != JG_OK)
        return err;
    tree = json_loadb(text.len == 0 ? "" : text.p, text.len, FLAGS, &error);
    if (tree == NULL) {
        jg_json_blame(fault, text,
                      error.position > 0 ? (size_t)error.position - 1 : 0,
                      error.text);
        return why_not(&error);
    }
    value = jg_arena_alloc(a, sizeof(*value));
    err = value == NULL ? JG_E_NOMEM : copy(tree, a, value);
    json_decref(tree);
    if (err == JG_OK)
        *out = value;
    return err;
}
