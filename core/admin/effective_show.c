/* What several policies make of rights and limits, as an answer. */
#include "admin/effective.h"

#include <inttypes.h>

#include "model/merge.h"

#define SHARED_MAX 20 /* APIs that a conflict names */

static void
add_texts(struct jg_buf *b, const char *name, const struct jg_str *texts,
          size_t count)
{
    jg_buf_addf(b, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        jg_buf_add(b, i > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add_quoted(b, texts[i]);
    }
    jg_buf_addc(b, ']');
}

/* The policies that were found, in the order of their use. */

static void
add_partitions(struct jg_buf *b, const struct jg_policy_partitions *p)
{
    const struct {
        const char *name;
        bool on;
    } rows[] = {
        {"quota", p->quota},           {"rate_limit", p->rate_limit},
        {"complexity", p->complexity}, {"acl", p->acl},
        {"per_api", p->per_api},
    };
    const char *comma = "";

    jg_buf_add(b, JG_STR(",\"partitions\":["));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].on)
            continue;
        jg_buf_addf(b, "%s\"%s\"", comma, rows[i].name);
        comma = ",";
    }
    jg_buf_addc(b, ']');
}

static void
add_policies(struct jg_buf *b, const struct jg_effective *e)
{
    jg_buf_add(b, JG_STR(",\"policies\":["));
    for (size_t i = 0; i < e->session.policy_count; i++) {
        const struct jg_policy *policy = e->session.policies[i];

        jg_buf_add(b, i > 0 ? JG_STR(",{\"id\":") : JG_STR("{\"id\":"));
        jg_buf_add_quoted(b, policy->id);
        jg_answer_text(b, "name", policy->name);
        jg_buf_addf(b, ",\"active\":%s",
                    policy->is_inactive ? "false" : "true");
        if (e->because[i] != NULL)
            jg_answer_text(b, "scope", e->because[i]->string);
        add_partitions(b, &policy->partitions);
        jg_buf_addc(b, '}');
    }
    jg_buf_addc(b, ']');
}

/* Conflicts: of one policy with itself, of two with each other. */

/* Ids of APIs that both have rights on. */
static void
add_shared(struct jg_buf *b, const struct jg_policy *one,
           const struct jg_policy *two)
{
    const struct jg_access *access = one->access_rights.items;
    size_t count = 0;

    jg_buf_add(b, JG_STR(",\"apis\":["));
    for (size_t i = 0; i < one->access_rights.count; i++) {
        if (two == NULL || count == SHARED_MAX ||
            jg_policy_access(two, access[i].api_id) == NULL)
            continue;
        jg_buf_add(b, count++ > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add_quoted(b, access[i].api_id);
    }
    jg_buf_addc(b, ']');
}

struct conflict {
    const char *severity; /* "fault": they do not apply */
    struct jg_str reason, message;
    const struct jg_policy *one, *two; /* <two> may be NULL */
};

static void
add_conflict(struct jg_buf *b, const struct conflict *c, bool *any)
{
    jg_buf_addf(b, "%s{\"severity\":\"%s\"", *any ? "," : "", c->severity);
    jg_answer_text(b, "reason", c->reason);
    jg_answer_text(b, "message", c->message);
    jg_buf_add(b, JG_STR(",\"policies\":["));
    jg_buf_add_quoted(b, c->one->id);
    if (c->two != NULL) {
        jg_buf_addc(b, ',');
        jg_buf_add_quoted(b, c->two->id);
    }
    jg_buf_addc(b, ']');
    add_shared(b, c->one, c->two);
    jg_buf_addc(b, '}');
    *any = true;
}

static void
add_fault(struct jg_buf *b, const struct jg_effective *e, enum jg_err err,
          const struct jg_policy *one, const struct jg_policy *two, bool *any)
{
    const struct conflict c = {
        .severity = "fault",
        .reason = jg_str(jg_err_info(err)->code),
        .message = jg_policy_fault(e->call->arena, err, one->id),
        .one = one,
        .two = two,
    };

    add_conflict(b, &c, any);
    b->failed = b->failed || c.message.p == NULL;
}

static bool
share_api(const struct jg_policy *one, const struct jg_policy *two)
{
    const struct jg_access *access = one->access_rights.items;

    for (size_t i = 0; i < one->access_rights.count; i++)
        if (jg_policy_access(two, access[i].api_id) != NULL)
            return true;
    return false;
}

/* Two that are right by themselves. */
static void
add_pair(struct jg_buf *b, const struct jg_effective *e,
         const struct jg_policy *one, const struct jg_policy *two, bool *any)
{
    const struct jg_policy *const pair[] = {one, two};
    const struct jg_policies both = {pair, 2};
    enum jg_err err = jg_merge_check(&both, e->org_id);
    const struct conflict replaced = {
        .severity = "warning",
        .reason = JG_STR(""),
        .message = JG_STR(
            "both have per_api and rights on the same API: there the paths "
            "and versions of the later one replace those of the earlier, and "
            "of the limits the higher ones count"),
        .one = one,
        .two = two,
    };

    if (err != JG_OK)
        add_fault(b, e, err, one, two, any);
    else if (one->partitions.per_api && two->partitions.per_api &&
             share_api(one, two))
        add_conflict(b, &replaced, any);
}

static enum jg_err
check_alone(const struct jg_effective *e, const struct jg_policy *policy)
{
    const struct jg_policies alone = {&policy, 1};

    return jg_merge_check(&alone, e->org_id);
}

static void
add_conflicts(struct jg_buf *b, const struct jg_effective *e)
{
    const struct jg_policy *const *all = e->session.policies;
    bool any = false;

    jg_buf_add(b, JG_STR(",\"conflicts\":["));
    for (size_t i = 0; i < e->session.policy_count; i++) {
        enum jg_err err = check_alone(e, all[i]);

        if (err != JG_OK)
            add_fault(b, e, err, all[i], NULL, &any);
        for (size_t j = 0; j < i && err == JG_OK; j++)
            if (check_alone(e, all[j]) == JG_OK)
                add_pair(b, e, all[j], all[i], &any);
    }
    jg_buf_addc(b, ']');
}

/* Limits, in Tyk's words, and whose they are. */

static void
add_number(struct jg_buf *b, const char *name, double n)
{
    struct jg_json json = jg_json_of_number(n);

    jg_buf_addf(b, "\"%s\":", name);
    jg_json_write(b, &json, 0);
}

static void
add_limit(struct jg_buf *b, const struct jg_limit *limit)
{
    jg_buf_add(b, JG_STR(",\"limit\":{"));
    add_number(b, "rate", limit->rate);
    jg_buf_addc(b, ',');
    add_number(b, "per", limit->per_s);
    jg_buf_addc(b, ',');
    add_number(b, "throttle_interval", limit->throttle_interval_s);
    jg_buf_addf(b,
                ",\"throttle_retry_limit\":%" PRId64
                ",\"max_query_depth\":%" PRId64 ",\"quota_max\":%" PRId64
                ",\"quota_renewal_rate\":%" PRId64 "}",
                limit->throttle_retries, limit->max_query_depth,
                limit->quota_max, limit->quota_renewal_s);
}

static void
add_winners(struct jg_buf *b, const struct jg_effective_winners *won)
{
    static const char *const names[] = {
        [JG_NUMBER_RATE] = "rate",
        [JG_NUMBER_THROTTLE] = "throttle_interval",
        [JG_NUMBER_QUOTA] = "quota_max",
        [JG_NUMBER_DEPTH] = "max_query_depth",
    };
    const char *comma = "";

    jg_buf_add(b, JG_STR(",\"won_by\":{"));
    for (int i = 0; i < JG_NUMBER_COUNT; i++) {
        if (won->of[i] == NULL)
            continue;
        jg_buf_addf(b, "%s\"%s\":", comma, names[i]);
        jg_buf_add_quoted(b, won->of[i]->id);
        comma = ",";
    }
    jg_buf_addc(b, '}');
}

/* Rights. */

static void
add_urls(struct jg_buf *b, const struct jg_list *urls)
{
    const struct jg_url_right *url = urls->items;

    jg_buf_add(b, JG_STR(",\"allowed_urls\":["));
    for (size_t i = 0; i < urls->count; i++) {
        jg_buf_add(b, i > 0 ? JG_STR(",{\"url\":") : JG_STR("{\"url\":"));
        jg_buf_add_quoted(b, url[i].url);
        add_texts(b, "methods", url[i].methods.items, url[i].methods.count);
        jg_buf_addc(b, '}');
    }
    jg_buf_addc(b, ']');
}

/* The policies with rights on an API. */
static void
add_granters(struct jg_buf *b, const struct jg_effective *e,
             struct jg_str api_id)
{
    const char *comma = "";

    jg_buf_add(b, JG_STR(",\"granted_by\":["));
    for (size_t i = 0; i < e->session.policy_count; i++) {
        const struct jg_policy *policy = e->session.policies[i];

        if (!jg_policy_grants(policy) ||
            jg_policy_access(policy, api_id) == NULL)
            continue;
        jg_buf_addf(b, "%s", comma);
        jg_buf_add_quoted(b, policy->id);
        comma = ",";
    }
    jg_buf_addc(b, ']');
}

static void
add_right(struct jg_buf *b, const struct jg_effective *e,
          const struct jg_effective_right *right)
{
    const struct jg_access *access = right->access;

    jg_buf_add(b, JG_STR("{\"api_id\":"));
    jg_buf_add_quoted(b, access->api_id);
    jg_answer_text(b, "api_name", access->api_name);
    add_texts(b, "versions", access->versions.items, access->versions.count);
    add_urls(b, &access->allowed_urls);
    add_granters(b, e, access->api_id);
    add_limit(b, &access->limit);
    add_winners(b, &right->won);
    jg_buf_addc(b, '}');
}

static void
add_result(struct jg_buf *b, const struct jg_effective *e)
{
    add_limit(b, &e->all.limit);
    add_winners(b, &e->root_won);
    jg_buf_addf(b, ",\"is_inactive\":%s,\"apis\":[",
                e->all.is_inactive ? "true" : "false");
    for (size_t i = 0; i < e->all.access_rights.count; i++) {
        jg_buf_add(b, i > 0 ? JG_STR(",") : JG_STR(""));
        add_right(b, e, &e->rights[i]);
    }
    jg_buf_addc(b, ']');
}

/* What stands against it when no two of them do. */
static void
add_reason(struct jg_buf *b, const struct jg_effective *e)
{
    const struct jg_err_info *info = jg_err_info(e->err);
    const struct jg_policy *guilty = jg_session_partitioned(&e->session);
    struct jg_str text = jg_policy_fault(
        e->call->arena, e->err, guilty != NULL ? guilty->id : JG_STR(""));

    jg_answer_text(b, "reason", jg_str(info->code));
    jg_answer_text(b, "message", text);
    b->failed = b->failed || text.p == NULL;
}

void
jg_effective_answer(const struct jg_effective *e)
{
    struct jg_buf *b = jg_answer_json(e->call, 200);

    jg_buf_addf(b, "{\"verdict\":\"%s\"",
                e->err == JG_OK ? "merged" : "refused");
    add_policies(b, e);
    add_texts(b, "unknown", e->unknown, e->unknown_count);
    add_texts(b, "unmapped", e->unmapped, e->unmapped_count);
    add_conflicts(b, e);
    if (e->err == JG_OK)
        add_result(b, e);
    else
        add_reason(b, e);
    jg_buf_add(b, JG_STR("}\n"));
}
