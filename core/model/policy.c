/* Policies: bound by a table, their rights sorted to be found quickly. */
#include "model/policy.h"
#include "model/api.h"

#define POLICY_CHUNK_BYTES 512
#define POLICY_MAX_BYTES (64 * 1024 * 1024)
#define EXPIRES_MAX_S 3155760000 /* a hundred years */

#define POLICY(field) offsetof(struct jg_policy, field)
#define PARTITION(field) offsetof(struct jg_policy_partitions, field)

static const char graphql[] = "GraphQL is passed on without being looked at";

static const struct jg_field partition_rows[] = {
    {"quota", JG_FIELD_BOOL, PARTITION(quota)},
    {"rate_limit", JG_FIELD_BOOL, PARTITION(rate_limit)},
    {"complexity", JG_FIELD_BOOL, PARTITION(complexity)},
    {"acl", JG_FIELD_BOOL, PARTITION(acl)},
    {"per_api", JG_FIELD_BOOL, PARTITION(per_api)},
};
static const struct jg_field_table partition_table = {
    sizeof(struct jg_policy_partitions), partition_rows,
    JG_FIELD_COUNT(partition_rows)};

static const struct jg_field rows[] = {
    {"id", JG_FIELD_STR, POLICY(id), .max = JG_ID_MAX},
    {"_id", JG_FIELD_SILENT, .note = "the id of a policy without \"id\""},
    {"org_id", JG_FIELD_STR, POLICY(org_id), .max = JG_ID_MAX},
    {"name", JG_FIELD_STR, POLICY(name), .max = 1024},
    {"is_inactive", JG_FIELD_BOOL, POLICY(is_inactive)},
    {"active", JG_FIELD_SILENT, .note = "is_inactive counts, as in Tyk"},
    {"key_expires_in", JG_FIELD_INT, POLICY(key_expires_in_s), .min = -1,
     .max = EXPIRES_MAX_S},
    {"access_rights", JG_FIELD_MAP, POLICY(access_rights), &jg_access_table},
    {"partitions", JG_FIELD_OBJECT, POLICY(partitions), &partition_table},
    {"rate", JG_FIELD_NUMBER, POLICY(limit.rate)},
    {"per", JG_FIELD_NUMBER, POLICY(limit.per_s)},
    {"quota_max", JG_FIELD_INT, POLICY(limit.quota_max)},
    {"quota_renewal_rate", JG_FIELD_INT, POLICY(limit.quota_renewal_s)},
    {"throttle_interval", JG_FIELD_NUMBER, POLICY(limit.throttle_interval_s)},
    {"throttle_retry_limit", JG_FIELD_INT, POLICY(limit.throttle_retries)},
    {"smoothing", JG_FIELD_SILENT,
     .note = "a rate counts from the first request on"},
    {"max_query_depth", JG_FIELD_INT, POLICY(limit.max_query_depth),
     .note = graphql},
    {"graphql_access_rights", JG_FIELD_SILENT, .note = graphql},
    {"tags", JG_FIELD_STRS, POLICY(tags)},
    {"meta_data", JG_FIELD_ANY, POLICY(meta_data)},
    {"hmac_enabled", JG_FIELD_SILENT, .note = "not offered"},
    {"enable_http_signature_validation", JG_FIELD_SILENT,
     .note = "not offered"},
    {"post_expiry_action", JG_FIELD_STR, POLICY(post_expiry_action), .max = 64,
     .note = "of keys, not of tokens: their sessions are not stored"},
    {"post_expiry_grace_period", JG_FIELD_INT, POLICY(post_expiry_grace_s),
     .note = "see post_expiry_action"},
    {"last_updated", JG_FIELD_STR, POLICY(last_updated), .max = 1024},
    {"date_created", JG_FIELD_SILENT, .note = "the Dashboard's own"},
};

const struct jg_field_table jg_policy_table = {sizeof(struct jg_policy), rows,
                                               JG_FIELD_COUNT(rows)};

/* The id that counts, and both ids as one key. */
static enum jg_err
read_id(const struct jg_bind_source *source, const struct jg_json *json,
        struct jg_str id, struct jg_policy *policy)
{
    struct jg_str org = policy->org_id;
    struct jg_str own = policy->id;
    char *key;

    if (id.len > 0 && own.len > 0 && !jg_str_eq(id, own))
        jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, "id",
                       jg_json_get(json, JG_STR("id")), NULL,
                       "not used: this policy is known by its name in the "
                       "file, \"%.*s\"",
                       JG_STR_ARG(id));
    if (id.len == 0)
        id = own;
    if (id.len == 0)
        id = jg_json_string(jg_json_get(json, JG_STR("_id")));
    if (id.len == 0)
        return jg_bind_report(source, JG_FAULT, JG_E_CONF_MISSING, "id", NULL,
                              NULL, "the id of the policy is missing");
    if (id.len > JG_ID_MAX)
        return jg_bind_report(source, JG_FAULT, JG_E_CONF_VALUE, "id", NULL,
                              NULL, "the id is longer than %d bytes",
                              JG_ID_MAX);

    key = jg_arena_alloc(&policy->arena, org.len + 1 + id.len + 1);
    if (key == NULL)
        return JG_E_NOMEM;
    if (org.len > 0)
        memcpy(key, org.p, org.len);
    memcpy(key + org.len + 1, id.p, id.len);
    for (size_t i = 0; i < org.len + 1 + id.len; i++)
        if ((unsigned char)key[i] < 0x20 && i != org.len)
            return jg_bind_report(source, JG_FAULT, JG_E_CONF_VALUE,
                                  i < org.len ? "org_id" : "id", NULL, NULL,
                                  "an id holds no control characters");
    key[org.len] = '\n';
    policy->key = (struct jg_str){key, org.len + 1 + id.len};
    policy->id = (struct jg_str){key + org.len + 1, id.len};
    return JG_OK;
}

bool
jg_policy_is_partitioned(const struct jg_policy *policy)
{
    const struct jg_policy_partitions *p = &policy->partitions;

    return p->quota || p->rate_limit || p->complexity || p->acl;
}

/* It is kept all the same, so that it is refused and not passed over. */
static void
warn_of_partitions(const struct jg_bind_source *source,
                   const struct jg_policy *policy)
{
    if (policy->partitions.per_api && jg_policy_is_partitioned(policy))
        jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, "partitions", NULL,
                       "switch per_api off, or all of the others",
                       "every caller with this policy is refused: it has "
                       "per_api and another partition set");
}

static enum jg_err
check_meta_data(const struct jg_bind_source *source,
                const struct jg_policy *policy)
{
    if (policy->meta_data == NULL || policy->meta_data->type == JG_JSON_OBJECT)
        return JG_OK;
    return jg_bind_report(source, JG_FAULT, JG_E_CONF_TYPE, "meta_data",
                          policy->meta_data, NULL, "expected an object");
}

/* All but the id. */
static enum jg_err
bind_policy(const struct jg_bind_source *source, const struct jg_json *json,
            struct jg_arena *a, struct jg_policy *policy)
{
    enum jg_err err = jg_bind(&jg_policy_table, json, policy, a, source);

    if (err == JG_OK)
        err = check_meta_data(source, policy);
    if (err == JG_OK)
        err = jg_access_prepare(&policy->access_rights, a);
    if (err == JG_OK && policy->key_expires_in_s < 0)
        policy->key_expires_in_s = 0;
    return err;
}

static enum jg_err
read_policy(const struct jg_bind_source *source, const struct jg_json *json,
            struct jg_str id, struct jg_policy *policy)
{
    enum jg_err err = bind_policy(source, json, &policy->arena, policy);

    if (err == JG_OK)
        err = read_id(source, json, id, policy);
    if (err == JG_OK)
        warn_of_partitions(source, policy);
    if (err == JG_OK && policy->access_rights.count == 0)
        jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, "access_rights",
                       NULL, "{\"API_ID\": {\"versions\": [\"Default\"]}}",
                       "the policy gives access to no API");
    return err;
}

enum jg_err
jg_policy_read_inner(const struct jg_bind_source *source,
                     const struct jg_json *json, struct jg_arena *a,
                     struct jg_policy *out)
{
    enum jg_err err = bind_policy(source, json, a, out);
    struct jg_str id;

    if (err != JG_OK || out->id.len > 0)
        return err;
    id = jg_arena_str(a, jg_json_string(jg_json_get(json, JG_STR("_id"))));
    if (id.p == NULL)
        return JG_E_NOMEM;
    out->id = id;
    return JG_OK;
}

enum jg_err
jg_policy_read(const struct jg_bind_source *source, const struct jg_json *json,
               struct jg_str id, uint64_t version, struct jg_policy **out)
{
    struct jg_arena a;
    struct jg_policy *policy;
    enum jg_err err;

    jg_arena_init(&a, POLICY_CHUNK_BYTES, POLICY_MAX_BYTES);
    policy = jg_arena_alloc(&a, sizeof(*policy));
    if (policy == NULL)
        return JG_E_NOMEM;
    policy->version = version;
    policy->references = 1;
    policy->arena = a;
    err = read_policy(source, json, id, policy);
    if (err == JG_OK)
        *out = policy;
    else
        jg_policy_free(policy);
    return err;
}

struct jg_policy *
jg_policy_ref(struct jg_policy *policy)
{
    policy->references++;
    return policy;
}

void
jg_policy_free(struct jg_policy *policy)
{
    struct jg_arena a;

    if (policy == NULL || --policy->references > 0)
        return;
    a = policy->arena; /* the policy lies in it */
    jg_arena_free(&a);
}

bool
jg_policy_grants(const struct jg_policy *policy)
{
    return policy->access_rights.count > 0 &&
           (policy->partitions.acl || !jg_policy_is_partitioned(policy));
}

const struct jg_access *
jg_policy_access(const struct jg_policy *policy, struct jg_str api_id)
{
    return jg_access_find(&policy->access_rights, api_id);
}
