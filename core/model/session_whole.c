/* Sessions with all of their members (reference 7.5). */
#include "model/session_json.h"

#define NAMED(text)            \
    {                          \
        text, sizeof(text) - 1 \
    }
#define INT(text)       \
    {                   \
        NAMED(text),    \
        {               \
            JG_JSON_INT \
        }               \
    }
#define BOOL(text)       \
    {                    \
        NAMED(text),     \
        {                \
            JG_JSON_BOOL \
        }                \
    }
#define STR(text)                               \
    {                                           \
        NAMED(text),                            \
        {                                       \
            JG_JSON_STRING, .string = NAMED("") \
        }                                       \
    }
#define LIST(text)        \
    {                     \
        NAMED(text),      \
        {                 \
            JG_JSON_ARRAY \
        }                 \
    }
#define MAP(text)          \
    {                      \
        NAMED(text),       \
        {                  \
            JG_JSON_OBJECT \
        }                  \
    }
#define HAS(text, inner)                                                       \
    {                                                                          \
        NAMED(text),                                                           \
        {                                                                      \
            JG_JSON_OBJECT, sizeof(inner) / sizeof(inner[0]), .members = inner \
        }                                                                      \
    }

static const struct jg_json_member password[] = {STR("password"),
                                                 STR("hash_type")};
static const struct jg_json_member secret[] = {STR("secret")};
static const struct jg_json_member monitor[] = {LIST("trigger_limits")};

static const struct jg_json_member zeros[] = {
    INT("last_check"),
    INT("allowance"),
    INT("rate"),
    INT("per"),
    INT("throttle_interval"),
    INT("throttle_retry_limit"),
    INT("max_query_depth"),
    {NAMED("date_created"),
     {JG_JSON_STRING, .string = NAMED("0001-01-01T00:00:00Z")}},
    INT("expires"),
    INT("quota_max"),
    INT("quota_renews"),
    INT("quota_remaining"),
    INT("quota_renewal_rate"),
    MAP("access_rights"),
    STR("org_id"),
    STR("oauth_client_id"),
    MAP("oauth_keys"),
    STR("certificate"),
    HAS("basic_auth_data", password),
    HAS("jwt_data", secret),
    BOOL("hmac_enabled"),
    BOOL("enable_http_signature_validation"),
    STR("hmac_string"),
    STR("rsa_certificate_id"),
    BOOL("is_inactive"),
    STR("apply_policy_id"),
    LIST("apply_policies"),
    INT("data_expires"),
    HAS("monitor", monitor),
    BOOL("enable_detail_recording"),
    BOOL("enable_detailed_recording"),
    MAP("meta_data"),
    LIST("tags"),
    STR("alias"),
    STR("last_updated"),
    INT("id_extractor_deadline"),
    INT("session_lifetime"),
    STR("post_expiry_action"),
    INT("post_expiry_grace_period"),
};
#define ZEROS (sizeof(zeros) / sizeof(zeros[0]))

static bool
is_one_of_them(struct jg_str name)
{
    for (size_t i = 0; i < ZEROS; i++)
        if (jg_str_eq(zeros[i].name, name))
            return true;
    return false;
}

enum jg_err
jg_session_whole(const struct jg_json *shown, struct jg_arena *a,
                 struct jg_json *out)
{
    size_t room = ZEROS + shown->count;
    struct jg_json_member *members = jg_arena_array(a, room, sizeof(*members));
    uint32_t count = 0;

    if (members == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < ZEROS; i++) {
        const struct jg_json *value = jg_json_get(shown, zeros[i].name);

        members[count] = zeros[i];
        if (value != NULL)
            members[count].value = *value;
        count++;
    }
    for (uint32_t i = 0; i < shown->count; i++)
        if (!is_one_of_them(shown->members[i].name))
            members[count++] = shown->members[i];
    *out = (struct jg_json){JG_JSON_OBJECT, count, .members = members};
    return JG_OK;
}
