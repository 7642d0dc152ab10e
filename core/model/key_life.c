/* The end of a key's record. */
#include "model/key_life.h"

#define NEVER 0

struct jg_key_life
jg_key_life_of(const struct jg_stored_session *session)
{
    return (struct jg_key_life){
        .expires_s = session->expires_s,
        .session_lifetime_s = session->session_lifetime_s,
        .post_expiry_action = session->post_expiry_action,
        .post_expiry_grace_s = session->post_expiry_grace_s,
    };
}

static int64_t
after(int64_t from_s, int64_t lifetime_s)
{
    int64_t end_s;

    if (lifetime_s <= 0 || __builtin_add_overflow(from_s, lifetime_s, &end_s))
        return NEVER;
    return end_s;
}

/* Of two ends; never is later than any. */
static int64_t
later(int64_t a, int64_t b)
{
    if (a == NEVER || b == NEVER)
        return NEVER;
    return a > b ? a : b;
}

/* True: the action decides, and <out> is the end. */
static bool
end_by_action(const struct jg_key_life *life, int64_t *out)
{
    if (life->expires_s <= 0)
        return false;
    if (jg_str_eq(life->post_expiry_action, JG_STR("delete"))) {
        *out = life->expires_s;
        return true;
    }
    if (!jg_str_eq(life->post_expiry_action, JG_STR("retain")))
        return false;
    *out = life->post_expiry_grace_s == 0
               ? life->expires_s
               : after(life->expires_s, life->post_expiry_grace_s);
    return true;
}

/* On one API; NULL: on none. */
static int64_t
end_on(const struct jg_conf_keys *conf, const struct jg_api *api,
       const struct jg_key_life *life, int64_t now_s)
{
    int64_t lifetime_s = life->session_lifetime_s;
    bool respects = conf->session_lifetime_respects_key_expiration;
    int64_t end_s;

    if (api != NULL && lifetime_s <= 0)
        lifetime_s = api->def.session_lifetime_s;
    if (api != NULL)
        respects =
            respects || api->def.session_lifetime_respects_key_expiration;
    end_s = after(now_s, lifetime_s);
    if (end_s == NEVER || !respects)
        return end_s;
    return later(end_s, life->expires_s > 0 ? life->expires_s : NEVER);
}

int64_t
jg_key_life_end(const struct jg_snapshot *snapshot,
                const struct jg_list *rights, const struct jg_key_life *life,
                int64_t now_s)
{
    const struct jg_conf_keys *conf = &snapshot->conf->keys;
    const struct jg_access *access = rights->items;
    int64_t end_s = NEVER;
    bool found = false;

    if (conf->force_global_session_lifetime)
        return after(now_s, conf->global_session_lifetime_s);
    if (end_by_action(life, &end_s))
        return end_s;
    for (size_t i = 0; i < rights->count; i++) {
        const struct jg_api *api =
            jg_map_get(&snapshot->api_by_id, access[i].api_id);
        int64_t here_s;

        if (api == NULL)
            continue;
        here_s = end_on(conf, api, life, now_s);
        end_s = found ? later(end_s, here_s) : here_s;
        found = true;
    }
    return found ? end_s : end_on(conf, NULL, life, now_s);
}
