/* What of a script's meta data a key keeps. */
#include "model/key_meta.h"

/* Are they rights (reference 3.2, 0)? */
static bool
is_rights(struct jg_str name)
{
    return jg_str_eq(name, JG_STR("policies"));
}

/* What the key has of <member>; NULL: it is not the key's. */
static const struct jg_json *
value_of(const struct jg_json *own, const struct jg_json *told,
         const struct jg_json_member *member)
{
    const struct jg_json *was = jg_json_get(told, member->name);

    if (is_rights(member->name) ||
        (was != NULL && jg_json_equal(was, &member->value)))
        return jg_json_get(own, member->name);
    return &member->value;
}

enum jg_err
jg_key_meta_merge(const struct jg_json *own, const struct jg_json *told,
                  const struct jg_json *meta, struct jg_arena *a,
                  struct jg_json *out)
{
    const struct jg_json *rights = jg_json_get(own, JG_STR("policies"));
    bool has = meta != NULL && meta->type == JG_JSON_OBJECT;
    size_t room = (has ? meta->count : 0) + 1;
    struct jg_json_member *members = jg_arena_array(a, room, sizeof(*members));
    uint32_t count = 0;

    if (members == NULL)
        return JG_E_NOMEM;
    for (uint32_t i = 0; has && i < meta->count; i++) {
        const struct jg_json_member *from = &meta->members[i];
        const struct jg_json *value = value_of(own, told, from);

        if (value != NULL)
            members[count++] = (struct jg_json_member){from->name, *value};
    }
    if (rights != NULL && jg_json_get(meta, JG_STR("policies")) == NULL)
        members[count++] = (struct jg_json_member){JG_STR("policies"), *rights};
    *out = (struct jg_json){JG_JSON_OBJECT, count, .members = members};
    return JG_OK;
}
