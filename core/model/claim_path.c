/* Paths into claims: the simple forms of gjson. */
#include "model/claim_path.h"

/* What gjson gives a meaning that we do not offer, anywhere in a part... */
static const struct {
    char c;
    const char *why;
} special[] = {
    {'*', "wildcards are not available"},
    {'?', "wildcards are not available"},
    {'|', "pipes are not available"},
};

/* ... and at its beginning. */
static const struct {
    char c;
    const char *why;
} leading[] = {
    {'@', "modifiers (@...) are not available"},
    {'!', "literals (!...) are not available"},
    {'{', "multipaths are not available"},
    {'[', "multipaths are not available"},
};

static const char *
byte_fault(char c)
{
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if (special[i].c == c)
            return special[i].why;
    return (unsigned char)c < 0x20 || c == 0x7f
               ? "a path holds no control characters"
               : NULL;
}

/* What is wrong with the part that <raw> begins with, or NULL. */
static const char *
beginning_fault(struct jg_str raw)
{
    if (raw.len == 0 || raw.p[0] == '.')
        return "a part of the path is empty";
    for (size_t i = 0; i < sizeof(leading) / sizeof(leading[0]); i++)
        if (leading[i].c == raw.p[0])
            return leading[i].why;
    if (raw.p[0] == '#' && raw.len > 1 && raw.p[1] != '.')
        return "queries (#(...)) are not available";
    return NULL;
}

/* The part at the beginning of <rest>, moved past it and its dot; its bytes,
 * without backslashes, go to <to>. NULL, or what is wrong. */
static const char *
take_part(struct jg_str *rest, char *to, struct jg_claim_part *out)
{
    const char *why = beginning_fault(*rest);
    size_t i = 0, len = 0;

    if (why != NULL)
        return why;
    out->each = rest->p[0] == '#';
    while (i < rest->len && rest->p[i] != '.') {
        bool escaped = rest->p[i] == '\\';

        if (escaped && ++i == rest->len)
            return "a backslash at the end";
        why = escaped ? NULL : byte_fault(rest->p[i]);
        if (why != NULL)
            return why;
        to[len++] = rest->p[i++];
    }
    out->name = (struct jg_str){to, len};
    if (i < rest->len && i + 1 == rest->len)
        return "a part of the path is empty";
    /* Tyk has none with a backslash; this one is a mistake for sure. */
    if (i < rest->len && to[len - 1] == '.')
        return "an escaped dot in front of a dot";
    *rest = jg_str_from(*rest, i + 1);
    return NULL;
}

static size_t
count_parts(struct jg_str text)
{
    size_t count = 1;

    for (size_t i = 0; i < text.len; i++)
        count += text.p[i] == '.';
    return count; /* or less, where a dot is escaped */
}

enum jg_err
jg_claim_path_parse(struct jg_str text, struct jg_arena *a,
                    struct jg_claim_path *out, const char **why)
{
    size_t max = count_parts(text), count = 0;
    struct jg_claim_part *parts;
    struct jg_str rest = text;
    char *names;

    *why = NULL;
    if (max > JG_CLAIM_PARTS_MAX)
        *why = "the path has more than 32 parts";
    if (text.len == 0)
        *why = "the path is empty";
    if (*why != NULL)
        return JG_E_CONF_VALUE;
    parts = jg_arena_array(a, max, sizeof(*parts));
    names = jg_arena_alloc(a, text.len);
    if (parts == NULL || names == NULL)
        return JG_E_NOMEM;
    do {
        *why = take_part(&rest, names, &parts[count]);
        if (*why != NULL)
            return JG_E_CONF_VALUE;
        names += parts[count++].name.len;
    } while (rest.len > 0);
    *out = (struct jg_claim_path){text, parts, count};
    return JG_OK;
}

/* Item <name> of an array: only digits are an index. */
static const struct jg_json *
item_of(const struct jg_json *array, struct jg_str name)
{
    uint64_t i;

    if (!jg_str_to_u64(name, &i) || i >= array->count)
        return NULL;
    return &array->items[i];
}

static struct jg_json *
new_value(struct jg_arena *a, struct jg_json value)
{
    struct jg_json *copy = jg_arena_alloc(a, sizeof(*copy));

    if (copy != NULL)
        *copy = value;
    return copy;
}

static enum jg_err find_part(const struct jg_claim_part *parts, size_t count,
                             const struct jg_json *value, struct jg_arena *a,
                             const struct jg_json **out);

/* What the <count> parts find in each item of <array>: a new array. */
static enum jg_err
find_in_each(const struct jg_claim_part *parts, size_t count,
             const struct jg_json *array, struct jg_arena *a,
             const struct jg_json **out)
{
    struct jg_json *items = jg_arena_array(a, array->count, sizeof(*items));
    struct jg_json made = {.type = JG_JSON_ARRAY, .items = items};

    if (items == NULL)
        return JG_E_NOMEM;
    for (uint32_t i = 0; i < array->count; i++) {
        const struct jg_json *found;
        enum jg_err err = find_part(parts, count, &array->items[i], a, &found);

        if (err != JG_OK)
            return err;
        if (found != NULL)
            items[made.count++] = *found;
    }
    *out = new_value(a, made);
    return *out != NULL ? JG_OK : JG_E_NOMEM;
}

/* The <count> parts in <value>. They are few, and each item is visited once
 * for each "#", so the work is bounded by the size of the claims. */
static enum jg_err
find_part(const struct jg_claim_part *parts, size_t count,
          const struct jg_json *value, struct jg_arena *a,
          const struct jg_json **out)
{
    *out = NULL;
    for (; count > 0 && value != NULL; parts++, count--) {
        if (value->type != JG_JSON_ARRAY) {
            value = jg_json_get(value, parts->name);
            continue;
        }
        if (parts->each && count > 1)
            return find_in_each(parts + 1, count - 1, value, a, out);
        if (parts->each) {
            *out = new_value(a, (struct jg_json){.type = JG_JSON_INT,
                                                 .integer = value->count});
            return *out != NULL ? JG_OK : JG_E_NOMEM;
        }
        value = item_of(value, parts->name);
    }
    *out = value;
    return JG_OK;
}

enum jg_err
jg_claim_path_find(const struct jg_claim_path *path,
                   const struct jg_json *claims, struct jg_arena *a,
                   const struct jg_json **out)
{
    const struct jg_json *literal = jg_json_get(claims, path->text);

    if (literal != NULL) {
        *out = literal;
        return JG_OK;
    }
    return find_part(path->parts, path->count, claims, a, out);
}
