/* The table of errors.def, by number and by public code. */
#include "base/err.h"

static const struct jg_err_info rows[] = {
#define JG_ERROR(name, code, status, text, help) \
    {#name, code, status, text, help},
#include "base/errors.def"
#undef JG_ERROR
};

const struct jg_err_info *
jg_err_info(enum jg_err err)
{
    if ((unsigned)err >= JG_E_COUNT)
        return &rows[JG_E_INTERNAL];
    return &rows[err];
}

enum jg_err
jg_err_by_code(struct jg_str code)
{
    for (unsigned i = 0; i < JG_E_COUNT; i++)
        if (jg_str_eq(code, jg_str(rows[i].code)))
            return (enum jg_err)i;
    return JG_OK;
}
