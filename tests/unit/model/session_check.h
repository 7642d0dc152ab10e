/* What the tests of merged policies share: policies out of texts, and rights
 * as one line of text. */
#ifndef JG_TESTS_SESSION_CHECK_H
#define JG_TESTS_SESSION_CHECK_H

#include "model/session.h"
#include "model_check.h"

#define POLICIES_MAX 8

/* Rights on "x" and nothing else, with more members of the policy. */
#define P(id, more) "{'id':'" id "','access_rights':{'x':{}}" more "}"

/* Policies, and a stored session if there is one. */
struct caller {
    struct jg_arena arena;
    struct jg_policy policies[POLICIES_MAX];
    struct jg_stored_session stored;
    struct jg_session session;
    struct jg_api api;
};

static inline const struct jg_json *
json_of(struct jg_arena *a, const char *text)
{
    struct jg_str quoted = jg_arena_str(a, jg_str(text));
    const struct jg_json *json = NULL;

    for (char *p = (char *)(uintptr_t)quoted.p; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    assert_err(jg_json_parse(quoted, &jg_json_limits_conf, a, &json, NULL),
               JG_OK);
    return json;
}

/* A caller of API "x" of organisation "o" with the policies of the list
 * <policies>, which belong to "o" unless they say otherwise. */
static inline struct caller *
new_caller(const char *policies, const char *stored)
{
    struct caller *c = calloc(1, sizeof(*c));
    struct jg_bind_source source = {0};
    const struct jg_json *list;

    assert_non_null(c);
    jg_arena_init(&c->arena, 16 * 1024, 64 * 1024 * 1024);
    list = json_of(&c->arena, policies);
    assert_in_range(list->count, 0, POLICIES_MAX);
    for (uint32_t i = 0; i < list->count; i++) {
        c->policies[i].org_id = JG_STR("o");
        assert_err(jg_policy_read_inner(&source, &list->items[i], &c->arena,
                                        &c->policies[i]),
                   JG_OK);
        assert_err(jg_session_add(&c->session, &c->policies[i]), JG_OK);
    }
    c->api.def.org_id = JG_STR("o");
    c->api.def.api_id = JG_STR("x");
    if (stored == NULL)
        return c;
    assert_err(jg_stored_session_read(&source, json_of(&c->arena, stored),
                                      &c->arena, &c->stored),
               JG_OK);
    c->session.stored = &c->stored;
    return c;
}

static inline void
free_caller(struct caller *c)
{
    jg_arena_free(&c->arena);
    free(c);
}

static inline void
print_limit(struct jg_buf *b, const struct jg_limit *l)
{
    jg_buf_addf(b, "r%g/%g q%lld/%lld t%g/%lld d%lld", l->rate, l->per_s,
                (long long)l->quota_max, (long long)l->quota_renewal_s,
                l->throttle_interval_s, (long long)l->throttle_retries,
                (long long)l->max_query_depth);
}

static inline void
print_strs(struct jg_buf *b, const struct jg_strs *strs)
{
    for (size_t i = 0; i < strs->count; i++) {
        jg_buf_add(b, i > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add(b, strs->items[i]);
    }
}

static inline void
print_urls(struct jg_buf *b, const struct jg_list *urls)
{
    const struct jg_url_right *url = urls->items;

    for (size_t i = 0; i < urls->count; i++) {
        jg_buf_addf(b, " u%.*s:", JG_STR_ARG(url[i].url));
        print_strs(b, &url[i].methods);
    }
}

static inline void
print_endpoints(struct jg_buf *b, const struct jg_list *endpoints)
{
    const struct jg_endpoint_limit *e = endpoints->items;

    for (size_t i = 0; i < endpoints->count; i++)
        jg_buf_addf(b, " e%.*s%.*s:%g/%g", JG_STR_ARG(e[i].method),
                    JG_STR_ARG(e[i].path), e[i].rate, e[i].per_s);
}

/* "-" for no rights; parts that are empty are left out. */
static inline void
print_access(struct jg_buf *b, const struct jg_access *access)
{
    if (access == NULL) {
        jg_buf_addc(b, '-');
        return;
    }
    print_limit(b, &access->limit);
    if (access->allowance_scope.len > 0)
        jg_buf_addf(b, " s:%.*s", JG_STR_ARG(access->allowance_scope));
    if (access->versions.count > 0)
        jg_buf_add(b, JG_STR(" v"));
    print_strs(b, &access->versions);
    print_urls(b, &access->allowed_urls);
    print_endpoints(b, &access->endpoints);
}

#endif
