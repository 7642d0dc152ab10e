/* Forms: read, and written. */
#include "form.h"

#include "access/fields.h"
#include "base/escape.h"

#include <ctype.h>

bool
jg_form_is_type(struct jg_str type)
{
    return jg_str_eq_nocase(
        jg_str_trim(jg_str_head(type, jg_str_find(type, ';'))), JG_FORM_TYPE);
}

static const struct jg_form_param *
find(const struct jg_form *form, struct jg_str name)
{
    for (size_t i = 0; i < form->count; i++)
        if (jg_str_eq(form->items[i].name, name))
            return &form->items[i];
    return NULL;
}

const struct jg_form_param *
jg_form_get(const struct jg_form *form, const char *name)
{
    return find(form, jg_str(name));
}

/* RFC 6749 8.2. "grant_type[]" would be grant_type to some. */
static bool
is_name(struct jg_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '-' &&
            name.p[i] != '.' && name.p[i] != '_')
            return false;
    return name.len > 0;
}

/* NULL, or what is wrong with the parameter. */
static const char *
add(struct jg_form *form, const struct jg_pair_text *pair, struct jg_arena *a)
{
    struct jg_form_param p;

    if (jg_query_decode(pair->name, a, &p.name) != JG_OK ||
        jg_query_decode(pair->value, a, &p.value) != JG_OK)
        return "The form is broken: an escape is not %XX";
    if (!is_name(p.name))
        return "The form is broken: a parameter's name has characters other "
               "than letters, digits, '-', '.' and '_'";
    if (p.value.len == 0)
        return NULL;
    if (!jg_str_eq(p.name, JG_STR("resource")) && find(form, p.name) != NULL)
        return "The form has a parameter twice";
    if (form->count == JG_FORM_PARAMS_MAX)
        return "The form has more than 64 parameters";
    form->items[form->count++] = p;
    return NULL;
}

bool
jg_form_read(struct jg_str body, struct jg_arena *a, struct jg_form *out,
             const char **why)
{
    struct jg_pair_text pair;

    out->count = 0;
    *why = NULL;
    while (body.len > 0 && *why == NULL && jg_query_next(&body, &pair))
        if (pair.all.len > 0)
            *why = add(out, &pair, a);
    return *why == NULL;
}

struct jg_str
jg_form_value(const struct jg_form *form, const char *name)
{
    const struct jg_form_param *p = jg_form_get(form, name);

    return p != NULL ? p->value : (struct jg_str){NULL, 0};
}

void
jg_form_encode(struct jg_buf *b, struct jg_str s)
{
    jg_buf_add_escaped(b, s, "%20");
}

void
jg_form_add(struct jg_buf *b, struct jg_str name, struct jg_str value)
{
    if (b->len > 0)
        jg_buf_addc(b, '&');
    jg_buf_add_escaped(b, name, "+");
    jg_buf_addc(b, '=');
    jg_buf_add_escaped(b, value, "+");
}

enum jg_err
jg_form_take(struct jg_buf *b, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str text = jg_arena_str(a, jg_buf_str(b));
    bool failed = b->failed || text.p == NULL;

    if (b->p != NULL)
        jg_mem_wipe(b->p, b->len);
    jg_buf_free(b);
    if (failed)
        return JG_E_NOMEM;
    *out = text;
    return JG_OK;
}
