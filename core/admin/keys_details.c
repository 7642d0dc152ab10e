/* What a list of keys says of each beside its name: GET /tyk/keys?details=true.
 */
#include "admin/keys_internal.h"

/* Of the session as it was stored. Nothing that is secret, or may be long. */
static const char *const shown[] = {
    "alias",       "org_id",       "apply_policies", "expires",
    "is_inactive", "date_created", "last_updated",
};

static void
add_members(struct jg_buf *b, const struct jg_json *session)
{
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        struct jg_str name = jg_str(shown[i]);
        const struct jg_json *value = jg_json_get(session, name);

        if (value == NULL || value->type == JG_JSON_NULL)
            continue;
        jg_buf_addc(b, ',');
        jg_buf_add_quoted(b, name);
        jg_buf_addc(b, ':');
        jg_json_write(b, value, 0);
    }
}

bool
jg_key_details_add(struct jg_buf *b, const struct jg_stored_key *key)
{
    const struct jg_json *session;
    struct jg_arena a;

    jg_arena_init(&a, 16 * 1024, 64 * 1024 * 1024);
    jg_buf_add(b, JG_STR("{\"key\":"));
    jg_buf_add_quoted(b, key->name);
    if (jg_json_parse(key->session, &jg_stored_session_limits, &a, &session,
                      NULL) == JG_OK)
        add_members(b, session);
    jg_buf_addc(b, '}');
    jg_arena_free(&a);
    return !b->failed;
}
