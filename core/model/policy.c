/* Policies: bound by a table, their rights sorted to be found quickly. */
#include <stdlib.h>

#include "model/api.h"
#include "model/policy.h"

#define POLICY_CHUNK_BYTES 512
#define POLICY_MAX_BYTES (64 * 1024 * 1024)
#define EXPIRES_MAX_S 3155760000 /* a hundred years */

#define POLICY(field) offsetof(struct jg_policy, field)
#define ACCESS(field) offsetof(struct jg_access, field)
#define LIMIT(field) offsetof(struct jg_limit, field)
#define PARTITION(field) offsetof(struct jg_policy_partitions, field)

static const char later[] = "not in this version";
static const char graphql[] = "GraphQL is passed on without being looked at";

static const struct jg_field limit_rows[] = {
    {"rate", JG_FIELD_NUMBER, LIMIT(rate), .note = later},
    {"per", JG_FIELD_NUMBER, LIMIT(per_s), .note = later},
    {"quota_max", JG_FIELD_INT, LIMIT(quota_max), .note = later},
    {"quota_renews", JG_FIELD_SILENT, .note = later},
    {"quota_remaining", JG_FIELD_SILENT, .note = later},
    {"quota_renewal_rate", JG_FIELD_SILENT, .note = later},
    {"throttle_interval", JG_FIELD_SILENT, .note = later},
    {"throttle_retry_limit", JG_FIELD_SILENT, .note = later},
    {"max_query_depth", JG_FIELD_SILENT, .note = graphql},
    {"smoothing", JG_FIELD_SILENT, .note = later},
    {"set_by_policy", JG_FIELD_SILENT},
};
static const struct jg_field_table limit_table = {
    sizeof(struct jg_limit), limit_rows, JG_FIELD_COUNT(limit_rows)};

static const struct jg_field access_rows[] = {
    {"api_name", JG_FIELD_STR, ACCESS(api_name), .max = 1024},
    {"api_id", JG_FIELD_SILENT, .note = "the member name counts"},
    {"versions", JG_FIELD_STRS, ACCESS(versions)},
    {"limit", JG_FIELD_OBJECT, ACCESS(limit), &limit_table},
    {"allowed_urls", JG_FIELD_IGNORED,
     .note = "not enforced in this version: every method and path of this "
             "API is allowed"},
    {"endpoints", JG_FIELD_IGNORED,
     .note = "requests to single endpoints are not limited"},
    {"restricted_types", JG_FIELD_IGNORED, .note = graphql},
    {"allowed_types", JG_FIELD_IGNORED, .note = graphql},
    {"field_access_rights", JG_FIELD_IGNORED, .note = graphql},
    {"disable_introspection", JG_FIELD_IGNORED, .note = graphql},
    {"allowance_scope", JG_FIELD_SILENT, .note = "set by Tyk itself"},
};
static const struct jg_field_table access_table = {
    sizeof(struct jg_access), access_rows, JG_FIELD_COUNT(access_rows)};

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
    {"access_rights", JG_FIELD_MAP, POLICY(access_rights), &access_table},
    {"partitions", JG_FIELD_OBJECT, POLICY(partitions), &partition_table},
    {"rate", JG_FIELD_NUMBER, POLICY(limit.rate), .note = later},
    {"per", JG_FIELD_NUMBER, POLICY(limit.per_s), .note = later},
    {"quota_max", JG_FIELD_INT, POLICY(limit.quota_max), .note = later},
    {"quota_renewal_rate", JG_FIELD_SILENT, .note = later},
    {"throttle_interval", JG_FIELD_SILENT, .note = later},
    {"throttle_retry_limit", JG_FIELD_SILENT, .note = later},
    {"smoothing", JG_FIELD_SILENT, .note = later},
    {"max_query_depth", JG_FIELD_SILENT, .note = graphql},
    {"graphql_access_rights", JG_FIELD_SILENT, .note = graphql},
    {"tags", JG_FIELD_SILENT, .note = "no record is sent to Tyk Pump"},
    {"meta_data", JG_FIELD_IGNORED,
     .note = "there are no $tyk_meta variables in this version"},
    {"hmac_enabled", JG_FIELD_SILENT, .note = "not offered"},
    {"enable_http_signature_validation", JG_FIELD_SILENT,
     .note = "not offered"},
    {"post_expiry_action", JG_FIELD_SILENT, .note = "sessions are not stored"},
    {"post_expiry_grace_period", JG_FIELD_SILENT,
     .note = "sessions are not stored"},
    {"last_updated", JG_FIELD_SILENT},
    {"date_created", JG_FIELD_SILENT},
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

static bool
is_partitioned(const struct jg_policy *policy)
{
    const struct jg_policy_partitions *p = &policy->partitions;

    return p->quota || p->rate_limit || p->complexity || p->acl;
}

static enum jg_err
check_partitions(const struct jg_bind_source *source,
                 const struct jg_policy *policy)
{
    if (!policy->partitions.per_api || !is_partitioned(policy))
        return JG_OK;
    return jg_bind_report(source, JG_FAULT, JG_E_CONF_VALUE, "partitions", NULL,
                          "switch per_api off, or all of the others",
                          "Tyk does not apply a policy that has per_api and "
                          "any other partition set");
}

static bool
limits(const struct jg_limit *limit)
{
    return (limit->rate > 0 && limit->per_s > 0) || limit->quota_max > 0;
}

/* One warning a policy, wherever its limits are. */
static void
warn_of_limits(const struct jg_bind_source *source,
               const struct jg_policy *policy)
{
    const struct jg_access *access = policy->access_rights.items;
    bool any = limits(&policy->limit);

    for (size_t i = 0; i < policy->access_rights.count; i++)
        any = any || limits(&access[i].limit);
    if (any)
        jg_bind_report(source, JG_WARNING, JG_E_CONF_UNSUPPORTED,
                       policy->limit.quota_max > 0 ? "quota_max" : "rate", NULL,
                       NULL,
                       "rates and quotas are not enforced in this version: "
                       "callers with this policy are not limited");
}

static int
by_api_id(const void *a, const void *b)
{
    const struct jg_access *x = a, *y = b;

    return jg_str_cmp(x->api_id, y->api_id);
}

static enum jg_err
read_policy(const struct jg_bind_source *source, const struct jg_json *json,
            struct jg_str id, struct jg_policy *policy)
{
    enum jg_err err =
        jg_bind(&jg_policy_table, json, policy, &policy->arena, source);

    if (err == JG_OK)
        err = read_id(source, json, id, policy);
    if (err == JG_OK)
        err = check_partitions(source, policy);
    if (err != JG_OK)
        return err;
    if (policy->key_expires_in_s < 0)
        policy->key_expires_in_s = 0;
    warn_of_limits(source, policy);
    if (policy->access_rights.count == 0)
        jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, "access_rights",
                       NULL, "{\"API_ID\": {\"versions\": [\"Default\"]}}",
                       "the policy gives access to no API");
    else
        qsort(policy->access_rights.items, policy->access_rights.count,
              sizeof(struct jg_access), by_api_id);
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
           (policy->partitions.acl || !is_partitioned(policy));
}

const struct jg_access *
jg_policy_access(const struct jg_policy *policy, struct jg_str api_id)
{
    const struct jg_access key = {.api_id = api_id};

    if (policy->access_rights.count == 0)
        return NULL;
    return bsearch(&key, policy->access_rights.items,
                   policy->access_rights.count, sizeof(key), by_api_id);
}
