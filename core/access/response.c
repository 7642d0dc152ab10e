/* Headers of the response, whoever makes it. */
#include "access/step.h"

enum jg_err
jg_respond_set(struct jg_decision *d, struct jg_str name, struct jg_str value)
{
    const struct jg_respond_headers *old = &d->respond;
    struct jg_forward_header *set;
    size_t i = 0;

    if (old->set_count == JG_FORWARD_HEADERS_MAX)
        return JG_E_INTERNAL;
    set = jg_arena_array(d->arena, old->set_count + 1, sizeof(*set));
    if (set == NULL)
        return JG_E_NOMEM;
    if (old->set_count > 0)
        memcpy(set, old->set, old->set_count * sizeof(*set));
    while (i < old->set_count && !jg_str_eq_nocase(set[i].name, name))
        i++;
    set[i] = (struct jg_forward_header){name, value};
    d->respond.set = set;
    d->respond.set_count += i == old->set_count;
    return JG_OK;
}
