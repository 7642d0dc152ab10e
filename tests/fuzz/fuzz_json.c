/*
 * Any bytes: what we take for JSON, jansson takes for the same value, and what
 * we refuse, it refuses; what we write reads back as the value it was.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/json.h"

#define ARENA_MAX_BYTES (16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

static void same(const struct jg_json *ours, json_t *theirs);

static void
same_members(const struct jg_json *ours, json_t *theirs)
{
    void *at = json_object_iter(theirs);

    must(ours->count == json_object_size(theirs));
    for (uint32_t i = 0; i < ours->count; i++) {
        const struct jg_json_member *m = &ours->members[i];

        must(jg_str_eq(m->name, jg_str(json_object_iter_key(at))));
        must(m->name.p[m->name.len] == '\0');
        must(jg_json_get(ours, m->name) == &m->value);
        same(&m->value, json_object_iter_value(at));
        at = json_object_iter_next(theirs, at);
    }
}

/* The same type and value, member for member. */
static void
same(const struct jg_json *ours, json_t *theirs)
{
    switch (ours->type) {
    case JG_JSON_NULL:
        must(json_is_null(theirs));
        break;
    case JG_JSON_BOOL:
        must(json_is_boolean(theirs) && ours->boolean == json_is_true(theirs));
        break;
    case JG_JSON_INT:
        must(json_is_integer(theirs) &&
             ours->integer == json_integer_value(theirs));
        break;
    case JG_JSON_REAL:
        must(json_is_real(theirs) && ours->real == json_real_value(theirs));
        break;
    case JG_JSON_STRING:
        must(json_is_string(theirs) &&
             ours->string.len == json_string_length(theirs) &&
             memcmp(ours->string.p, json_string_value(theirs),
                    ours->string.len + 1) == 0);
        break;
    case JG_JSON_ARRAY:
        must(json_is_array(theirs) && ours->count == json_array_size(theirs));
        for (uint32_t i = 0; i < ours->count; i++)
            same(&ours->items[i], json_array_get(theirs, i));
        break;
    case JG_JSON_OBJECT:
        must(json_is_object(theirs));
        same_members(ours, theirs);
        break;
    }
}

/* Written with <indent>, it reads back, and is found where it was. */
static void
round_trip(const struct jg_json *value, unsigned indent)
{
    static const struct jg_json_limits wide = {ARENA_MAX_BYTES, 33, 2000,
                                               ARENA_MAX_BYTES};
    const struct jg_json *again = NULL;
    struct jg_json copy;
    struct jg_arena a;
    struct jg_buf b;

    jg_arena_init(&a, 16 * 1024, 4 * ARENA_MAX_BYTES);
    jg_buf_init(&b, ARENA_MAX_BYTES);
    jg_json_write(&b, value, indent);
    must(!b.failed);
    must(jg_json_parse(jg_buf_str(&b), &wide, &a, &again, NULL) == JG_OK);
    must(jg_json_equal(value, again));
    must(jg_json_copy(value, &a, &copy) && jg_json_equal(&copy, again));
    jg_buf_free(&b);
    jg_arena_free(&a);
}

/* Walk down by the first members: their places are in the text. */
static void
places(struct jg_str text, const struct jg_json *value)
{
    struct jg_str path[40] = {{NULL, 0}};
    unsigned line, column, last_line = 0, last_column = 0;
    size_t depth = 0;

    for (;;) {
        jg_json_locate(text, path, depth, &line, &column);
        must(line > last_line || (line == last_line && column > last_column));
        last_line = line;
        last_column = column;
        if (value->count == 0 || depth == 40)
            return;
        if (value->type == JG_JSON_OBJECT) {
            path[depth++] = value->members[0].name;
            value = &value->members[0].value;
        } else if (value->type == JG_JSON_ARRAY) {
            path[depth++] = JG_STR("0");
            value = &value->items[0];
        } else {
            return;
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str text = {(const char *)data, size};
    struct jg_json_fault fault = {0};
    const struct jg_json *value = NULL;
    json_error_t error;
    json_t *judge =
        json_loadb(size == 0 ? "" : text.p, size,
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 1024, ARENA_MAX_BYTES);
    err = jg_json_parse(text, &jg_json_limits_token, &a, &value, &fault);
    if (err == JG_OK) {
        must(judge != NULL);
        same(value, judge);
        round_trip(value, 0);
        round_trip(value, 3);
        places(text, value);
    } else {
        must(value == NULL && fault.what[0] != '\0' && fault.line > 0);
        /* jansson takes a NUL behind a number for a space. */
        must(judge == NULL || err == JG_E_JSON_LIMIT ||
             jg_str_find(text, '\0') < size);
        must(err != JG_E_JSON_DUPLICATE ||
             json_error_code(&error) == json_error_duplicate_key ||
             jg_str_find(text, '\0') < size);
    }
    json_decref(judge);
    jg_arena_free(&a);
    return 0;
}
