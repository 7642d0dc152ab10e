/* Stored sessions (reference 7.5), and the policies inside them (3.2, 0). */
#include "model/stored_session.h"
#include "model/api.h"

#define SESSION(field) offsetof(struct read, session.field)
#define READ(field) offsetof(struct read, field)

/* A session as it is bound: with what is only looked at here. */
struct read {
    struct jg_stored_session session;
    struct jg_str apply_policy_id;
};

const struct jg_json_limits jg_stored_session_limits = {
    .max_bytes = 256 * 1024,
    .max_depth = 32,
    .max_values = 20000,
    .max_string = 256 * 1024,
};

static const char none[] = "not offered";

static const struct jg_field jwt_rows[] = {
    {"secret", JG_FIELD_STR, SESSION(jwt_secret), .secret = true},
};
static const struct jg_field_table jwt_table = {
    sizeof(struct read), jwt_rows, JG_FIELD_COUNT(jwt_rows), .open = true};

static const struct jg_field basic_rows[] = {
    {"password", JG_FIELD_STR, SESSION(basic_password), .secret = true},
    {"hash_type", JG_FIELD_STR, SESSION(basic_hash_type)},
};
static const struct jg_field_table basic_table = {
    sizeof(struct read), basic_rows, JG_FIELD_COUNT(basic_rows), .open = true};

static const struct jg_field rows[] = {
    {"org_id", JG_FIELD_STR, SESSION(org_id), .max = JG_ID_MAX},
    {"alias", JG_FIELD_STR, SESSION(alias)},
    {"apply_policies", JG_FIELD_STRS, SESSION(apply_policies)},
    {"apply_policy_id", JG_FIELD_STR, READ(apply_policy_id),
     .note = "deprecated: counts without apply_policies"},
    {"access_rights", JG_FIELD_MAP, SESSION(access_rights), &jg_access_table},
    {"rate", JG_FIELD_NUMBER, SESSION(limit.rate)},
    {"per", JG_FIELD_NUMBER, SESSION(limit.per_s)},
    {"quota_max", JG_FIELD_INT, SESSION(limit.quota_max)},
    {"quota_renewal_rate", JG_FIELD_INT, SESSION(limit.quota_renewal_s)},
    {"throttle_interval", JG_FIELD_NUMBER, SESSION(limit.throttle_interval_s)},
    {"throttle_retry_limit", JG_FIELD_INT, SESSION(limit.throttle_retries)},
    {"max_query_depth", JG_FIELD_INT, SESSION(limit.max_query_depth)},
    {"expires", JG_FIELD_INT, SESSION(expires_s)},
    {"is_inactive", JG_FIELD_BOOL, SESSION(is_inactive)},
    {"tags", JG_FIELD_STRS, SESSION(tags)},
    {"meta_data", JG_FIELD_ANY, SESSION(meta_data)},
    {"jwt_data", JG_FIELD_OBJECT, 0, &jwt_table},
    {"basic_auth_data", JG_FIELD_OBJECT, 0, &basic_table},
    {"oauth_client_id", JG_FIELD_STR, SESSION(oauth_client_id)},
    {"last_updated", JG_FIELD_STR, SESSION(last_updated)},
    {"post_expiry_action", JG_FIELD_STR, SESSION(post_expiry_action)},
    {"post_expiry_grace_period", JG_FIELD_INT, SESSION(post_expiry_grace_s)},
    {"session_lifetime", JG_FIELD_INT, SESSION(session_lifetime_s)},
    {"hmac_enabled", JG_FIELD_IGNORED, .note = none},
    {"enable_http_signature_validation", JG_FIELD_IGNORED, .note = none},
    {"certificate", JG_FIELD_IGNORED, .note = none},
};

const struct jg_field_table jg_stored_session_table = {
    sizeof(struct read), rows, JG_FIELD_COUNT(rows), .open = true};

static enum jg_err
wrong_type(const struct jg_bind_source *source, const char *path,
           const struct jg_json *found)
{
    return jg_bind_report(source, JG_FAULT, JG_E_CONF_TYPE, path, found, NULL,
                          "expected an object");
}

/* The policies that the session brings along, or NULL: a list of anything
 * else under this name is somebody's own data. */
static const struct jg_json *
inner_policies(const struct jg_stored_session *session)
{
    const struct jg_json *list =
        jg_json_get(session->meta_data, JG_STR("policies"));

    if (list == NULL || list->type != JG_JSON_ARRAY || list->count == 0)
        return NULL;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].type != JG_JSON_OBJECT)
            return NULL;
    return list;
}

/* Of two with one id the later one counts, as in Tyk's map of them. */
static size_t
place_of(const struct jg_policy *const *known, size_t count, struct jg_str id)
{
    size_t i = 0;

    while (i < count && !jg_str_eq(known[i]->id, id))
        i++;
    return i;
}

static enum jg_err
read_inner_policies(const struct jg_bind_source *source,
                    const struct jg_json *list, struct jg_arena *a,
                    struct jg_stored_session *session)
{
    struct jg_policy *policies =
        jg_arena_array(a, list->count, sizeof(*policies));
    const struct jg_policy **custom =
        jg_arena_array(a, list->count, sizeof(*custom));
    size_t count = 0;

    if (policies == NULL || custom == NULL)
        return JG_E_NOMEM;
    for (uint32_t i = 0; i < list->count; i++) {
        enum jg_err err =
            jg_policy_read_inner(source, &list->items[i], a, &policies[i]);
        size_t place;

        if (err != JG_OK)
            return err;
        place = place_of(custom, count, policies[i].id);
        custom[place] = &policies[i];
        count += place == count;
    }
    session->custom_policies = custom;
    session->custom_policy_count = count;
    return JG_OK;
}

static enum jg_err
read_meta_data(const struct jg_bind_source *source, struct jg_arena *a,
               struct jg_stored_session *session)
{
    const struct jg_json *list;

    if (session->meta_data == NULL)
        return JG_OK;
    if (session->meta_data->type != JG_JSON_OBJECT)
        return wrong_type(source, "meta_data", session->meta_data);
    list = inner_policies(session);
    if (list == NULL)
        return JG_OK;
    if (list->count > JG_CUSTOM_POLICIES_MAX)
        return jg_bind_report(
            source, JG_FAULT, JG_E_CONF_RANGE, "meta_data.policies", NULL, NULL,
            "at most %d policies in one session", JG_CUSTOM_POLICIES_MAX);
    return read_inner_policies(source, list, a, session);
}

/* The deprecated single policy counts when there is no list. */
static enum jg_err
take_single_policy(struct read *read, struct jg_arena *a)
{
    struct jg_str *id;

    if (read->session.apply_policies.count > 0 ||
        read->apply_policy_id.len == 0)
        return JG_OK;
    id = jg_arena_alloc(a, sizeof(*id));
    if (id == NULL)
        return JG_E_NOMEM;
    *id = read->apply_policy_id;
    read->session.apply_policies = (struct jg_strs){id, 1};
    return JG_OK;
}

enum jg_err
jg_stored_session_read(const struct jg_bind_source *source,
                       const struct jg_json *json, struct jg_arena *a,
                       struct jg_stored_session *out)
{
    struct read read = {0};
    enum jg_err err = jg_bind(&jg_stored_session_table, json, &read, a, source);

    if (err == JG_OK)
        err = jg_access_prepare(&read.session.access_rights, a);
    if (err == JG_OK)
        err = read_meta_data(source, a, &read.session);
    if (err == JG_OK)
        err = take_single_policy(&read, a);
    if (err != JG_OK)
        return err;
    read.session.document = json;
    *out = read.session;
    return JG_OK;
}
