/* The text of a JSON object: where its members are, and setting one. */
#include "admin/text.h"

#include <stdint.h>

bool
jg_text_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct jg_str
skip_space(struct jg_str s)
{
    while (s.len > 0 && jg_text_is_space(s.p[0]))
        s = jg_str_from(s, 1);
    return s;
}

size_t
jg_text_string_len(struct jg_str s)
{
    size_t i = 1;

    while (i < s.len && s.p[i] != '"')
        i += s.p[i] == '\\' ? 2 : 1;
    return i < s.len ? i + 1 : s.len;
}

/* Length of the array or object that <s> begins with. */
static size_t
nested_len(struct jg_str s)
{
    size_t i = 0, depth = 0;

    while (i < s.len) {
        char c = s.p[i];

        if (c == '"') {
            i += jg_text_string_len(jg_str_from(s, i));
            continue;
        }
        i++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            break;
    }
    return i;
}

static size_t
value_len(struct jg_str s)
{
    size_t i = 0;

    if (s.len > 0 && s.p[0] == '"')
        return jg_text_string_len(s);
    if (s.len > 0 && (s.p[0] == '{' || s.p[0] == '['))
        return nested_len(s);
    while (i < s.len && s.p[i] != ',' && s.p[i] != '}' && s.p[i] != ']' &&
           !jg_text_is_space(s.p[i]))
        i++;
    return i;
}

void
jg_text_walk(struct jg_text_walk *walk, struct jg_str text)
{
    walk->rest = jg_str_from(skip_space(text), 1); /* behind the '{' or '[' */
}

bool
jg_text_next(struct jg_text_walk *walk, struct jg_str *value)
{
    struct jg_str s = skip_space(walk->rest);

    if (s.len > 0 && s.p[0] == ',')
        s = skip_space(jg_str_from(s, 1));
    if (s.len == 0 || s.p[0] != '"')
        return false;
    s = skip_space(jg_str_from(s, jg_text_string_len(s)));
    s = skip_space(jg_str_from(s, 1)); /* the colon */
    *value = jg_str_head(s, value_len(s));
    walk->rest = jg_str_from(s, value->len);
    return true;
}

bool
jg_text_next_item(struct jg_text_walk *walk, struct jg_str *value)
{
    struct jg_str s = skip_space(walk->rest);

    if (s.len > 0 && s.p[0] == ',')
        s = skip_space(jg_str_from(s, 1));
    if (s.len == 0 || s.p[0] == ']')
        return false;
    *value = jg_str_head(s, value_len(s));
    walk->rest = jg_str_from(s, value->len);
    return true;
}

struct jg_str
jg_text_find(struct jg_str text, const struct jg_json *object,
             struct jg_str name)
{
    struct jg_text_walk walk;
    struct jg_str value;

    jg_text_walk(&walk, text);
    for (uint32_t i = 0; i < object->count; i++) {
        if (!jg_text_next(&walk, &value))
            break;
        if (jg_str_eq(object->members[i].name, name))
            return value;
    }
    return (struct jg_str){NULL, 0};
}

/* "name": "value" in front, indented as the member that was the first. */
static void
put_first(struct jg_buf *b, struct jg_str text, const struct jg_json *object,
          struct jg_str name, struct jg_str value)
{
    struct jg_str body = jg_str_from(skip_space(text), 1);
    struct jg_str next = skip_space(body);
    struct jg_str space = jg_str_head(body, body.len - next.len);

    jg_buf_add(b, jg_str_head(text, text.len - body.len));
    if (object->count > 0)
        jg_buf_add(b, space);
    jg_buf_add_quoted(b, name);
    jg_buf_addc(b, ':');
    if (space.len > 0)
        jg_buf_addc(b, ' ');
    jg_buf_add(b, value);
    if (object->count > 0)
        jg_buf_addc(b, ',');
    jg_buf_add(b, body);
}

/* What is in <b>, moved into <a>. */
static enum jg_err
take(struct jg_buf *b, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str made = {NULL, 0};

    if (!b->failed)
        made = jg_arena_str(a, jg_buf_str(b));
    jg_buf_free(b);
    if (made.p == NULL)
        return JG_E_NOMEM;
    *out = made;
    return JG_OK;
}

enum jg_err
jg_text_put(struct jg_str text, const struct jg_json *object,
            struct jg_str name, struct jg_str value, struct jg_arena *a,
            struct jg_str *out)
{
    struct jg_str old = jg_text_find(text, object, name);
    struct jg_buf b;

    jg_buf_init(&b, SIZE_MAX / 2);
    if (old.p != NULL) {
        jg_buf_add(&b, jg_str_head(text, (size_t)(old.p - text.p)));
        jg_buf_add(&b, value);
        jg_buf_add(&b, jg_str_from(text, (size_t)(old.p - text.p) + old.len));
    } else {
        put_first(&b, text, object, name, value);
    }
    return take(&b, a, out);
}

enum jg_err
jg_text_set(struct jg_str text, const struct jg_json *object,
            struct jg_str name, struct jg_str value, struct jg_arena *a,
            struct jg_str *out)
{
    struct jg_str quoted;
    struct jg_buf b;
    enum jg_err err;

    jg_buf_init(&b, SIZE_MAX / 2);
    jg_buf_add_quoted(&b, value);
    err = take(&b, a, &quoted);
    return err == JG_OK ? jg_text_put(text, object, name, quoted, a, out) : err;
}
