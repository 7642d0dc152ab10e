/*
 * Any bytes as a stored session with policies inside: what is accepted has the
 * same rights for one API as among all of them, and what is shown of it can be
 * stored again. As meta data that a script returns, it gives and takes no
 * rights, and what nobody changed stays.
 */
#include <stdlib.h>

#include "model/key_meta.h"
#include "model/session_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
    if (!good)
        abort();
}

static bool
same_limit(const struct jg_limit *a, const struct jg_limit *b)
{
    return a->rate == b->rate && a->per_s == b->per_s &&
           a->quota_max == b->quota_max &&
           a->quota_renewal_s == b->quota_renewal_s &&
           a->throttle_retries == b->throttle_retries &&
           a->throttle_interval_s == b->throttle_interval_s;
}

static void
check_same(const struct jg_access *one, const struct jg_access *other)
{
    check((one == NULL) == (other == NULL));
    if (one == NULL)
        return;
    check(same_limit(&one->limit, &other->limit));
    check(jg_str_eq(one->allowance_scope, other->allowance_scope));
    check(one->versions.count == other->versions.count);
    check(one->allowed_urls.count == other->allowed_urls.count);
    check(one->endpoints.count == other->endpoints.count);
}

static void
check_api(const struct jg_session *session, const struct jg_session_all *all,
          struct jg_str org_id, struct jg_str api_id, struct jg_arena *a)
{
    struct jg_api api = {.def = {.org_id = org_id, .api_id = api_id}};
    struct jg_session one = *session;

    check(jg_session_apply(&one, &api, a) == JG_OK);
    check(one.is_inactive == all->is_inactive);
    check(!one.is_master || all->access_rights.count == 0);
    check_same(one.access, jg_access_find(&all->access_rights, api_id));
}

/* Nothing is lost, and it is whole. */
static void
check_whole(const struct jg_json *shown, struct jg_arena *a)
{
    struct jg_json whole, again;

    check(jg_session_whole(shown, a, &whole) == JG_OK);
    for (uint32_t i = 0; i < shown->count; i++)
        check(jg_json_get(&whole, shown->members[i].name) != NULL);
    check(jg_session_whole(&whole, a, &again) == JG_OK);
    check(again.count == whole.count && jg_json_equal(&again, &whole));
}

static bool
same_value(const struct jg_json *a, const struct jg_json *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || jg_json_equal(a, b));
}

/* <own> is told, and the script returns <meta>. */
static void
check_meta(const struct jg_json *own, const struct jg_json *meta,
           struct jg_arena *a)
{
    const struct jg_str rights = JG_STR("policies");
    struct jg_json next, again;

    check(jg_key_meta_merge(own, own, meta, a, &next) == JG_OK);
    check(same_value(jg_json_get(&next, rights), jg_json_get(own, rights)));
    for (uint32_t i = 0; i < next.count; i++)
        check(same_value(
            &next.members[i].value,
            jg_json_get(jg_str_eq(next.members[i].name, rights) ? own : meta,
                        next.members[i].name)));
    check(jg_key_meta_merge(&next, &next, &next, a, &again) == JG_OK);
    check(jg_json_equal(&next, &again));
}

static void
check_shown(const struct jg_json *json, const struct jg_session *session,
            const struct jg_session_all *all, struct jg_arena *a)
{
    struct jg_bind_source source = {0};
    struct jg_stored_session again;
    const struct jg_json *shown;

    check(jg_session_to_json(json, session, all, NULL, NULL, a, &shown) ==
          JG_OK);
    check_whole(shown, a);
    if (jg_session_meta(session, JG_STR("policies")) !=
        jg_json_get(session->stored->meta_data, JG_STR("policies")))
        return; /* a policy brings others along, of any kind */
    check(jg_stored_session_read(&source, shown, a, &again) == JG_OK);
    check(again.access_rights.count == all->access_rights.count);
    check(same_limit(&again.limit, &all->limit));
}

static void
check_session(const struct jg_json *json,
              const struct jg_stored_session *stored, struct jg_arena *a)
{
    struct jg_session session = {.stored = stored};
    struct jg_str org = {NULL, 0};
    struct jg_session_all all;
    const struct jg_access *access;
    enum jg_err err;

    if (stored->custom_policy_count > 0)
        org = stored->custom_policies[0]->org_id;
    for (size_t i = 0; i < stored->custom_policy_count; i++)
        check(jg_session_add(&session, stored->custom_policies[i]) == JG_OK);
    err = jg_session_apply_all(&session, org, a, &all);
    if (session.policy_count > 0)
        check(err == jg_session_check(&session, org));
    if (err != JG_OK)
        return;
    access = all.access_rights.items;
    for (size_t i = 0; i < all.access_rights.count && i < 16; i++)
        check_api(&session, &all, org, access[i].api_id, a);
    check_api(&session, &all, org, JG_STR("no such API"), a);
    check_shown(json, &session, &all, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str text = {(const char *)data, size};
    struct jg_bind_source source = {.text = text};
    struct jg_stored_session stored;
    const struct jg_json *json;
    struct jg_arena a;

    jg_arena_init(&a, 16 * 1024, 256 * 1024 * 1024);
    if (jg_json_parse(text, &jg_json_limits_conf, &a, &json, NULL) == JG_OK &&
        jg_stored_session_read(&source, json, &a, &stored) == JG_OK) {
        check_session(json, &stored, &a);
        check_meta(stored.meta_data, json, &a);
        check_meta(json, stored.meta_data, &a);
    }
    jg_arena_free(&a);
    return 0;
}
