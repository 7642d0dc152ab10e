/*
 * Merged policies against a second implementation of reference 3.2: slow,
 * for all APIs at once, written down step by step. Random policies of a few
 * APIs, numbers and versions, so that everything meets everything.
 */
#include "session_check.h"

#define ROUNDS 20000
#define APIS 3
#define VERSIONS 4
#define PATHS 3
#define MANY 6 /* policies of one caller, at most */

static const char api_ids[APIS][2] = {"w", "x", "y"};
static const char version_names[VERSIONS][2] = {"1", "2", "3", "4"};
static const char paths[PATHS][3] = {"/1", "/2", "/3"};

/* A random policy, and room for what it points to. */
struct random_policy {
    struct jg_policy policy;
    char id[3];
    struct jg_access rights[APIS];
    struct jg_str versions[APIS][VERSIONS];
    struct jg_endpoint_limit endpoints[APIS][PATHS];
};

struct random {
    uint64_t state;
};

static unsigned
pick(struct random *r, unsigned below)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (unsigned)(r->state >> 33) % below;
}

static struct jg_limit
random_limit(struct random *r)
{
    static const double rates[] = {0, 1, 2, 4, -1}, pers[] = {0, 1, 2, 8};
    static const int64_t quotas[] = {0, 5, 9, -1, -2}, renewals[] = {0, 3, 7};

    if (pick(r, 4) == 0)
        return (struct jg_limit){0};
    return (struct jg_limit){
        .rate = rates[pick(r, LEN(rates))],
        .per_s = pers[pick(r, LEN(pers))],
        .quota_max = quotas[pick(r, LEN(quotas))],
        .quota_renewal_s = renewals[pick(r, LEN(renewals))],
        .throttle_interval_s = pick(r, 3),
        .throttle_retries = pick(r, 3),
        .max_query_depth = (int64_t)pick(r, 4) - 1,
    };
}

static void
random_rights(struct random *r, struct random_policy *p, size_t api)
{
    struct jg_access *access =
        &((struct jg_access *)
              p->policy.access_rights.items)[p->policy.access_rights.count++];
    size_t versions = 0, endpoints = 0;

    *access = (struct jg_access){.api_id = jg_str(api_ids[api])};
    if (pick(r, 2) == 0)
        access->limit = random_limit(r);
    for (size_t i = 0; i < VERSIONS; i++)
        if (pick(r, 3) == 0)
            p->versions[api][versions++] = jg_str(version_names[i]);
    for (size_t i = 0; i < PATHS; i++)
        if (pick(r, 3) == 0)
            p->endpoints[api][endpoints++] =
                (struct jg_endpoint_limit){.path = jg_str(paths[i]),
                                           .method = JG_STR("GET"),
                                           .rate = pick(r, 4),
                                           .per_s = 1 + pick(r, 3)};
    access->versions = (struct jg_strs){p->versions[api], versions};
    access->endpoints = (struct jg_list){p->endpoints[api], endpoints};
}

static void
random_policy(struct random *r, struct random_policy *p, unsigned number,
              unsigned kind)
{
    unsigned parts = 1 + pick(r, 15);

    memset(p, 0, sizeof(*p));
    snprintf(p->id, sizeof(p->id), "p%u", number);
    p->policy.id = jg_str(p->id);
    p->policy.org_id = JG_STR("o");
    p->policy.limit = random_limit(r);
    p->policy.access_rights.items = p->rights;
    if (kind == 1)
        p->policy.partitions =
            (struct jg_policy_partitions){.quota = parts & 1,
                                          .rate_limit = parts & 2,
                                          .complexity = parts & 4,
                                          .acl = parts & 8};
    else if (kind == 2)
        p->policy.partitions.per_api = true;
    if (pick(r, 8) == 0)
        return; /* a master policy */
    for (size_t i = 0; i < APIS; i++)
        if (pick(r, 2) == 0)
            random_rights(r, p, i);
}

/* The second implementation: what it knows of one API. */
struct slow {
    bool there, did_acl, did_quota, did_rate, did_complexity;
    struct jg_limit limit;
    struct jg_str scope, set_by;
    struct jg_str versions[VERSIONS];
    size_t version_count;
    struct jg_endpoint_limit endpoints[PATHS];
    size_t endpoint_count;
};

static bool
greater(int64_t first, int64_t second)
{
    if (first == -1)
        return true;
    if (second == -1)
        return false;
    return first > second;
}

static double
duration(double rate, double per)
{
    return rate <= 0 || per <= 0 ? 0 : per / rate;
}

static void
slow_rate(struct jg_limit *to, const struct jg_limit *from)
{
    if (from->rate == 0 || from->per_s == 0)
        return;
    if (to->rate == 0 || to->per_s == 0 ||
        duration(to->rate, to->per_s) > duration(from->rate, from->per_s)) {
        to->rate = from->rate;
        to->per_s = from->per_s;
    }
}

static void
slow_endpoints(struct slow *s, const struct jg_access *access)
{
    const struct jg_endpoint_limit *e = access->endpoints.items;

    for (size_t i = 0; i < access->endpoints.count; i++) {
        struct jg_endpoint_limit *known = NULL;
        double new_gap = duration(e[i].rate, e[i].per_s), gap;

        for (size_t k = 0; k < s->endpoint_count; k++)
            if (jg_str_eq(s->endpoints[k].path, e[i].path))
                known = &s->endpoints[k];
        if (known == NULL) {
            s->endpoints[s->endpoint_count++] = e[i];
            continue;
        }
        gap = duration(known->rate, known->per_s);
        if (new_gap < gap || (new_gap == gap && e[i].rate > known->rate))
            *known = e[i];
    }
}

static void
slow_versions(struct slow *s, const struct jg_access *access)
{
    for (size_t i = 0; i < access->versions.count; i++) {
        bool known = false;

        for (size_t k = 0; k < s->version_count; k++)
            known =
                known || jg_str_eq(s->versions[k], access->versions.items[i]);
        if (!known)
            s->versions[s->version_count++] = access->versions.items[i];
    }
}

static bool
all_zero(const struct jg_limit *l)
{
    return l->rate == 0 && l->per_s == 0 && l->quota_max == 0 &&
           l->quota_renewal_s == 0 && l->throttle_interval_s == 0 &&
           l->throttle_retries == 0 && l->max_query_depth == 0;
}

static void
slow_per_api(struct slow *s, const struct jg_policy *p,
             const struct jg_access *access)
{
    struct slow before = *s;
    struct jg_str scope = access->api_id;
    bool updated = false;

    memset(s, 0, sizeof(*s));
    s->there = s->did_acl = s->did_quota = true;
    s->did_rate = s->did_complexity = true;
    s->limit = access->limit;
    if (all_zero(&access->limit)) {
        s->limit = p->limit;
        scope = p->id;
    }
    s->scope = s->set_by = scope;
    slow_versions(s, access);
    if (!before.there) {
        slow_endpoints(s, access);
        return;
    }
    if (duration(s->limit.rate, s->limit.per_s) >
        duration(before.limit.rate, before.limit.per_s)) {
        s->limit.rate = before.limit.rate;
        s->limit.per_s = before.limit.per_s;
        updated = true;
    }
    if (before.limit.quota_max != s->limit.quota_max &&
        greater(before.limit.quota_max, s->limit.quota_max)) {
        s->limit.quota_max = before.limit.quota_max;
        updated = true;
    }
    if (greater(before.limit.quota_renewal_s, s->limit.quota_renewal_s))
        s->limit.quota_renewal_s = before.limit.quota_renewal_s;
    if (s->limit.quota_max == -1)
        s->limit.quota_renewal_s = 0;
    if (updated) {
        s->scope = before.scope;
        s->set_by = before.set_by;
    }
    memcpy(s->endpoints, before.endpoints, sizeof(s->endpoints));
    s->endpoint_count = before.endpoint_count;
    slow_endpoints(s, access);
}

static bool
any_part(const struct jg_policy *p)
{
    return p->partitions.acl || p->partitions.quota ||
           p->partitions.rate_limit || p->partitions.complexity;
}

static void
slow_parts(struct slow *s, struct jg_limit *root, const struct jg_policy *p,
           const struct jg_access *access)
{
    bool all = !any_part(p);
    const struct jg_limit *l = &p->limit;

    s->there = true;
    if (all || p->partitions.acl) {
        s->did_acl = true;
        s->set_by = p->id;
        slow_versions(s, access);
    }
    if (all || p->partitions.quota) {
        s->did_quota = true;
        if (greater(l->quota_max, s->limit.quota_max)) {
            s->limit.quota_max = l->quota_max;
            if (greater(l->quota_max, root->quota_max))
                root->quota_max = l->quota_max;
        }
        if (l->quota_renewal_s > s->limit.quota_renewal_s) {
            s->limit.quota_renewal_s = l->quota_renewal_s;
            if (l->quota_renewal_s > root->quota_renewal_s)
                root->quota_renewal_s = l->quota_renewal_s;
        }
    }
    if (all || p->partitions.rate_limit) {
        s->did_rate = true;
        slow_rate(&s->limit, l);
        slow_rate(root, l);
        slow_endpoints(s, access);
        if (l->throttle_retries > s->limit.throttle_retries) {
            s->limit.throttle_retries = l->throttle_retries;
            if (l->throttle_retries > root->throttle_retries)
                root->throttle_retries = l->throttle_retries;
        }
        if (l->throttle_interval_s > s->limit.throttle_interval_s) {
            s->limit.throttle_interval_s = l->throttle_interval_s;
            if (l->throttle_interval_s > root->throttle_interval_s)
                root->throttle_interval_s = l->throttle_interval_s;
        }
    }
    if (all || p->partitions.complexity) {
        s->did_complexity = true;
        if (greater(l->max_query_depth, s->limit.max_query_depth)) {
            s->limit.max_query_depth = l->max_query_depth;
            if (greater(l->max_query_depth, root->max_query_depth))
                root->max_query_depth = l->max_query_depth;
        }
    }
}

static void
slow_clear(struct jg_limit *root, const struct jg_session *session)
{
    for (size_t i = 0; i < session->policy_count; i++) {
        const struct jg_policy *p = session->policies[i];
        bool all = !any_part(p);

        if (all || p->partitions.quota)
            root->quota_max = 0;
        if (all || p->partitions.rate_limit) {
            root->rate = root->per_s = root->throttle_interval_s = 0;
            root->throttle_retries = 0;
        }
        if (all || p->partitions.complexity)
            root->max_query_depth = 0;
    }
}

static void
slow_master(struct jg_limit *root, const struct jg_policy *p)
{
    bool all = !any_part(p);

    if (all || p->partitions.rate_limit) {
        root->rate = p->limit.rate;
        root->per_s = p->limit.per_s;
        root->throttle_interval_s = p->limit.throttle_interval_s;
        root->throttle_retries = p->limit.throttle_retries;
    }
    if (all || p->partitions.complexity)
        root->max_query_depth = p->limit.max_query_depth;
    if (all || p->partitions.quota) {
        root->quota_max = p->limit.quota_max;
        root->quota_renewal_s = p->limit.quota_renewal_s;
    }
}

static void
slow_finish(struct slow apis[APIS], struct jg_limit *root)
{
    size_t quotas = 0, rates = 0, depths = 0;
    bool several = false;

    for (size_t i = 0; i < APIS; i++)
        for (size_t k = 0; k < APIS; k++)
            several =
                several || (apis[i].set_by.len > 0 && apis[k].set_by.len > 0 &&
                            !jg_str_eq(apis[i].set_by, apis[k].set_by));
    for (size_t i = 0; i < APIS; i++) {
        struct slow *s = &apis[i];

        quotas += s->did_quota;
        rates += s->did_rate;
        depths += s->did_complexity;
        if (!s->did_rate) {
            s->limit.rate = root->rate;
            s->limit.per_s = root->per_s;
            s->limit.throttle_interval_s = root->throttle_interval_s;
            s->limit.throttle_retries = root->throttle_retries;
        }
        if (!s->did_quota) {
            s->limit.quota_max = root->quota_max;
            s->limit.quota_renewal_s = root->quota_renewal_s;
        }
        if (!s->did_complexity)
            s->limit.max_query_depth = root->max_query_depth;
        if (several && s->scope.len == 0)
            s->scope = s->set_by;
    }
    for (size_t i = 0; i < APIS; i++)
        if (quotas == 1 && rates == 1 && depths == 1 && apis[i].did_acl) {
            root->rate = apis[i].limit.rate;
            root->per_s = apis[i].limit.per_s;
            root->quota_max = apis[i].limit.quota_max;
            root->quota_renewal_s = apis[i].limit.quota_renewal_s;
            root->max_query_depth = apis[i].limit.max_query_depth;
        }
}

/* 3.2, from its first to its last step. */
static enum jg_err
slow_apply(const struct jg_session *session, struct slow apis[APIS],
           struct jg_limit *root)
{
    bool per_api = false, partitioned = false, granted = false;

    memset(apis, 0, APIS * sizeof(apis[0]));
    slow_clear(root, session);
    for (size_t i = 0; i < session->policy_count; i++) {
        const struct jg_policy *p = session->policies[i];
        const struct jg_access *access = p->access_rights.items;

        if ((p->partitions.per_api && partitioned) || (any_part(p) && per_api))
            return JG_E_POLICY_MIXED;
        for (size_t k = 0; k < p->access_rights.count; k++) {
            size_t api = (size_t)(access[k].api_id.p[0] - 'w');

            if (p->partitions.per_api)
                slow_per_api(&apis[api], p, &access[k]);
            else
                slow_parts(&apis[api], root, p, &access[k]);
        }
        if (p->access_rights.count == 0 && !p->partitions.per_api)
            slow_master(root, p);
        partitioned = partitioned || any_part(p);
        per_api =
            per_api || (p->partitions.per_api && p->access_rights.count > 0);
    }
    slow_finish(apis, root);
    for (size_t i = 0; i < APIS; i++)
        granted = granted || apis[i].did_acl;
    return granted ? JG_OK : JG_E_POLICY_EMPTY;
}

static void
print_slow(struct jg_buf *b, const struct slow *s)
{
    struct jg_access access = {
        .limit = s->limit,
        .allowance_scope = s->scope,
        .versions = {s->versions, s->version_count},
        .endpoints = {(void *)(uintptr_t)s->endpoints,
                      s->did_rate ? s->endpoint_count : 0},
    };

    jg_buf_reset(b);
    print_access(b, s->did_acl ? &access : NULL);
}

/* Without a quota it does not matter when it would be renewed. */
static const struct jg_limit *
quiet(const struct jg_limit *limit, struct jg_limit *copy)
{
    *copy = *limit;
    if (limit->quota_max == 0)
        copy->quota_renewal_s = 0;
    return copy;
}

static void
check_api(struct jg_session *session, size_t api, const struct slow *slow,
          const struct jg_limit *root, struct jg_arena *a)
{
    struct jg_api x = {
        .def = {.org_id = JG_STR("o"), .api_id = jg_str(api_ids[api])}};
    bool own = slow->did_acl && !all_zero(&slow->limit);
    struct jg_limit one;
    struct jg_buf got, want;

    jg_buf_init(&got, 10000);
    jg_buf_init(&want, 10000);
    assert_err(jg_session_apply(session, &x, a), JG_OK);
    print_slow(&want, slow);
    print_access(&got, session->access);
    if (slow->did_acl) { /* otherwise the caller is refused */
        print_limit(&want, quiet(own ? &slow->limit : root, &one));
        print_limit(&got, quiet(&session->limit, &one));
    }
    jg_buf_addc(&want, '\0');
    assert_str(jg_buf_str(&got), want.p);
    jg_buf_free(&got);
    jg_buf_free(&want);
}

static void
check_whole(const struct jg_session *session, const struct slow apis[APIS],
            const struct jg_limit *root, struct jg_arena *a)
{
    struct jg_session_all all;
    struct jg_buf got, want;

    jg_buf_init(&got, 10000);
    jg_buf_init(&want, 10000);
    assert_err(jg_session_apply_all(session, JG_STR("o"), a, &all), JG_OK);
    for (size_t i = 0; i < APIS; i++) {
        print_slow(&want, &apis[i]);
        jg_buf_addc(&want, '\0');
        jg_buf_reset(&got);
        print_access(&got,
                     jg_access_find(&all.access_rights, jg_str(api_ids[i])));
        assert_str(jg_buf_str(&got), want.p);
    }
    jg_buf_reset(&want);
    jg_buf_reset(&got);
    print_limit(&want, root);
    print_limit(&got, &all.limit);
    jg_buf_addc(&want, '\0');
    assert_str(jg_buf_str(&got), want.p);
    jg_buf_free(&got);
    jg_buf_free(&want);
}

/* Some rounds have whole policies only, some partitioned ones, some per_api. */
static void
random_session(struct random *r, struct random_policy policies[MANY],
               struct jg_session *session, struct jg_stored_session *stored)
{
    unsigned count = 1 + pick(r, MANY), kind = pick(r, 3);

    *session = (struct jg_session){0};
    for (unsigned i = 0; i < count; i++) {
        bool mixed = pick(r, 4) == 0;

        random_policy(r, &policies[i], i, mixed ? pick(r, 3) : kind);
        assert_err(jg_session_add(session, &policies[i].policy), JG_OK);
    }
    if (pick(r, 2) == 0) {
        *stored = (struct jg_stored_session){.limit = random_limit(r)};
        session->stored = stored;
    }
}

static void
both_implementations_agree(void **state)
{
    static struct random_policy policies[MANY];
    struct random r = {0x9e3779b97f4a7c15};
    size_t good = 0, mixed = 0;

    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct jg_session session;
        struct jg_stored_session stored;
        struct slow apis[APIS];
        struct jg_limit root = {0};
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 4096, 1024 * 1024);
        random_session(&r, policies, &session, &stored);
        if (session.stored != NULL)
            root = stored.limit;
        err = slow_apply(&session, apis, &root);
        assert_err(jg_session_check(&session, JG_STR("o")), err);
        if (err == JG_OK) {
            check_whole(&session, apis, &root, &a);
            for (size_t i = 0; i < APIS; i++)
                check_api(&session, i, &apis[i], &root, &a);
        }
        good += err == JG_OK;
        mixed += err == JG_E_POLICY_MIXED;
        jg_arena_free(&a);
    }
    assert_in_range(good, ROUNDS / 2, ROUNDS);
    assert_in_range(mixed, ROUNDS / 100, ROUNDS / 2);
}

/* Nothing of it depends on the order, when no policy is special: only under
 * which name it is counted, and the order of lists. */
static void
limits_do_not_depend_on_the_order(void **state)
{
    static struct random_policy policies[MANY];
    static const struct jg_api api = {
        .def = {.org_id = {"o", 1}, .api_id = {"x", 1}}};
    struct random r = {42};

    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct jg_session one = {0}, other = {0};
        struct jg_arena a;
        enum jg_err err;

        jg_arena_init(&a, 4096, 1024 * 1024);
        for (unsigned i = 0; i < MANY; i++) {
            random_policy(&r, &policies[i], i, pick(&r, 2));
            if (policies[i].policy.access_rights.count == 0)
                random_rights(&r, &policies[i], 1);
            jg_session_add(&one, &policies[i].policy);
        }
        for (unsigned i = MANY; i-- > 0;)
            jg_session_add(&other, &policies[i].policy);
        err = jg_session_apply(&one, &api, &a);
        assert_err(jg_session_apply(&other, &api, &a), err);
        assert_int_equal(one.access == NULL, other.access == NULL);
        assert_int_equal(one.limit.quota_max, other.limit.quota_max);
        assert_int_equal(one.limit.quota_renewal_s,
                         other.limit.quota_renewal_s);
        assert_true(duration(one.limit.rate, one.limit.per_s) ==
                    duration(other.limit.rate, other.limit.per_s));
        assert_true(one.limit.throttle_interval_s ==
                    other.limit.throttle_interval_s);
        assert_int_equal(one.limit.throttle_retries,
                         other.limit.throttle_retries);
        if (one.access != NULL)
            assert_int_equal(one.access->versions.count,
                             other.access->versions.count);
        jg_arena_free(&a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_implementations_agree),
        cmocka_unit_test(limits_do_not_depend_on_the_order),
    };

    return cmocka_run_group_tests_name("model/session_property", tests, NULL,
                                       NULL);
}
