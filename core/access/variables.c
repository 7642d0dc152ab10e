/* The text of a header's value for one request (reference 6.2). */
#include "access/rewrite.h"

#include "base/header.h"

/*
 * One variable, checked: whatever a claim or a parameter holds, it begins no
 * other header, and all of them together stay small.
 */
static enum jg_err
variable(const struct jg_decision *d, const struct jg_part *part, size_t *bytes,
         struct jg_str *out)
{
    enum jg_err err = jg_part_text(d, part, out);

    if (err != JG_OK)
        return err;
    if (!jg_header_is_value(*out))
        return JG_E_HEADER_VALUE;
    *bytes += out->len;
    return *bytes > JG_HEADER_BYTES_MAX ? JG_E_HEADER_SIZE : JG_OK;
}

enum jg_err
jg_template_text(const struct jg_decision *d, const struct jg_template *t,
                 size_t *bytes, struct jg_str *out)
{
    struct jg_str texts[JG_TEMPLATE_PARTS_MAX];

    for (size_t i = 0; i < t->count; i++) {
        enum jg_err err = JG_OK;

        if (t->parts[i].kind == JG_PART_TEXT)
            texts[i] = t->parts[i].text;
        else
            err = variable(d, &t->parts[i], bytes, &texts[i]);
        if (err != JG_OK)
            return err;
    }
    if (t->count <= 1) {
        *out = t->count == 0 ? JG_STR("") : texts[0];
        return JG_OK;
    }
    *out = jg_arena_join(d->arena, texts, t->count);
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}
