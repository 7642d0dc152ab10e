/* Forms: read, and written. */
#include "form.h"

#include "access/fields.h"

bool
jg_form_read(struct jg_str body, struct jg_arena *a, struct jg_form *out)
{
    struct jg_pair_text pair;

    out->count = 0;
    while (body.len > 0 && jg_query_next(&body, &pair)) {
        struct jg_form_param *p = &out->items[out->count];

        if (out->count == JG_FORM_PARAMS_MAX)
            return false;
        if (jg_query_decode(pair.name, a, &p->name) != JG_OK ||
            jg_query_decode(pair.value, a, &p->value) != JG_OK)
            return false;
        p->all = pair.all;
        for (size_t i = 0; i < out->count; i++)
            if (jg_str_eq(out->items[i].name, p->name))
                return false;
        out->count++;
    }
    return true;
}

const struct jg_form_param *
jg_form_get(const struct jg_form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (jg_str_eq(form->items[i].name, jg_str(name)))
            return &form->items[i];
    return NULL;
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
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] != '\0' && strchr(plain, s.p[i]) != NULL)
            jg_buf_addc(b, s.p[i]);
        else
            jg_buf_addf(b, "%%%02X", (unsigned char)s.p[i]);
}

void
jg_form_add(struct jg_buf *b, const char *name, struct jg_str value)
{
    if (b->len > 0)
        jg_buf_addc(b, '&');
    jg_buf_add(b, jg_str(name));
    jg_buf_addc(b, '=');
    jg_form_encode(b, value);
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
