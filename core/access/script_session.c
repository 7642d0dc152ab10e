/* The session of a caller, for the script of a virtual endpoint
 * (reference 8.2).
 */
#include "access/limits.h"
#include "access/step.h"
#include "base/buf.h"
#include "model/session_json.h"

#define SESSION_MAX (128 * 1024) /* bytes of what a script is told */
#define RIGHTS_MAX                                                \
    256 /* with more, only those on the API at hand are told: the \
         * others would have to be merged for it, each time */

/* What is left of the quota of <access>; without counters, all of it. */
static void
look(void *data, const struct jg_limit *limit, const struct jg_access *access,
     struct jg_quota_left *out)
{
    struct jg_decision *d = data;
    struct jg_limit_state state;
    struct jg_meter meter;
    struct jg_str scope = access != NULL ? access->allowance_scope : JG_STR("");

    if (!jg_quota_limits(limit) || jg_meter_of_scope(d, scope, &meter) != JG_OK)
        return;
    jg_meter_quota_look(d->with.counters, &meter, limit, d->with.now_ms,
                        &state);
    out->remaining = state.remaining;
    out->renews_s = (state.reset_ms + 999) / 1000;
}

/* Of a verified token (reference 2.10, 7). */
static struct jg_str
client_id(const struct jg_decision *d)
{
    static const struct jg_str names[] = {
        {"clientId", 8}, {"cid", 3}, {"client_id", 9}};
    struct jg_str id = {NULL, 0};

    for (size_t i = 0; i < 3 && id.len == 0; i++)
        id = jg_json_string(jg_json_get(d->claims, names[i]));
    return id;
}

/* The ids of the policies that count, as JSON. */
static enum jg_err
list_policies(const struct jg_decision *d, struct jg_json *out)
{
    size_t count = d->session.policy_count;
    struct jg_json *items = jg_arena_array(d->arena, count, sizeof(*items));

    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        items[i] = (struct jg_json){JG_JSON_STRING,
                                    .string = d->session.policies[i]->id};
    *out = (struct jg_json){JG_JSON_ARRAY, (uint32_t)count, .items = items};
    return JG_OK;
}

static enum jg_err
own_meta(const struct jg_decision *d, struct jg_json *out)
{
    const struct jg_str name = JG_STR("TykJWTSessionID");
    struct jg_json_member *member = jg_arena_alloc(d->arena, sizeof(*member));
    struct jg_str id;
    enum jg_err err = jg_session_id(d, &id);

    if (err != JG_OK)
        return err;
    if (member == NULL)
        return JG_E_NOMEM;
    *member = (struct jg_json_member){name, {JG_JSON_STRING, .string = id}};
    *out =
        (struct jg_json){JG_JSON_OBJECT, id.len > 0 ? 1 : 0, .members = member};
    return JG_OK;
}

#define COMPUTED_MEMBERS 6

/* What would be stored of a session that is computed. */
static enum jg_err
compute_document(const struct jg_decision *d, const struct jg_json **out)
{
    const struct jg_json_member members[COMPUTED_MEMBERS] = {
        {JG_STR("expires"), {JG_JSON_INT, .integer = d->session.expires_s}},
        {JG_STR("org_id"), {JG_JSON_STRING, .string = d->api->def.org_id}},
        {JG_STR("oauth_client_id"), {JG_JSON_STRING, .string = client_id(d)}},
        {JG_STR("alias"), {JG_JSON_STRING, .string = d->session.identity}},
        {JG_STR("apply_policies"), {JG_JSON_NULL}},
        {JG_STR("meta_data"), {JG_JSON_NULL}},
    };
    struct jg_json_member *m =
        jg_arena_array(d->arena, COMPUTED_MEMBERS, sizeof(*m));
    struct jg_json *json = jg_arena_alloc(d->arena, sizeof(*json));
    enum jg_err err;

    if (m == NULL || json == NULL)
        return JG_E_NOMEM;
    memcpy(m, members, sizeof(members));
    err = list_policies(d, &m[COMPUTED_MEMBERS - 2].value);
    if (err == JG_OK)
        err = own_meta(d, &m[COMPUTED_MEMBERS - 1].value);
    *json = (struct jg_json){JG_JSON_OBJECT, COMPUTED_MEMBERS, .members = m};
    *out = json;
    return err;
}

static bool
has_many_rights(const struct jg_session *session)
{
    size_t count = 0;

    if (session->stored != NULL && session->policy_count == 0)
        count = session->stored->access_rights.count;
    for (size_t i = 0; i < session->policy_count; i++)
        count += session->policies[i]->access_rights.count;
    return count > RIGHTS_MAX;
}

/* The session, with the rights on all APIs or on this one only. */
static enum jg_err
show(struct jg_decision *d, const struct jg_json *document, bool all_rights,
     const struct jg_json **out)
{
    const struct jg_session *session = &d->session;
    struct jg_session_all all;
    enum jg_err err;

    if (all_rights)
        err = jg_session_apply_all(session, d->api->def.org_id, d->arena, &all);
    else
        err = jg_session_apply_here(session, d->arena, &all);
    if (err != JG_OK)
        return err;
    return jg_session_to_json(document, session, &all,
                              d->with.counters != NULL ? look : NULL, d,
                              d->arena, out);
}

static enum jg_err
write_whole(struct jg_decision *d, const struct jg_json *shown,
            struct jg_str *out)
{
    struct jg_json whole;
    struct jg_buf b;
    enum jg_err err = jg_session_whole(shown, d->arena, &whole);

    if (err != JG_OK)
        return err;
    jg_buf_init(&b, SESSION_MAX);
    jg_json_write(&b, &whole, 0);
    if (b.failed) {
        err = JG_E_HEADER_SIZE;
    } else {
        *out = jg_arena_str(d->arena, jg_buf_str(&b));
        err = out->p != NULL ? JG_OK : JG_E_NOMEM;
    }
    jg_buf_free(&b);
    return err;
}

static enum jg_err
tell(struct jg_decision *d, const struct jg_json *document, bool all_rights,
     struct jg_str *out)
{
    const struct jg_json *shown;
    enum jg_err err = show(d, document, all_rights, &shown);

    return err == JG_OK ? write_whole(d, shown, out) : err;
}

enum jg_err
jg_script_session(struct jg_decision *d, struct jg_str *out)
{
    const struct jg_json nothing = {JG_JSON_OBJECT, 0, .members = NULL};
    const struct jg_json *document;
    bool all_rights = !has_many_rights(&d->session);
    enum jg_err err = JG_OK;

    if (!jg_has_caller(d))
        return write_whole(d, &nothing, out);
    if (d->session.stored != NULL)
        document = d->session.stored->document;
    else
        err = compute_document(d, &document);
    if (err == JG_OK)
        err = tell(d, document, all_rights, out);
    if (err == JG_E_HEADER_SIZE && all_rights)
        err = tell(d, document, false, out);
    return err;
}
