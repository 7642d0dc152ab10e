/* Sessions as JSON, in the words of Tyk (reference 7.5). */
#include "model/session_json.h"

/* What every function here needs. */
struct making {
    const struct jg_json *document;
    const struct jg_session *session;
    const struct jg_session_all *all;
    jg_quota_look *look;
    void *data;
    struct jg_arena *a;
    bool no_memory;
};

/* An object or array that grows up to a known size. */
struct growing {
    struct jg_json_member *members;
    uint32_t count, room;
};

static struct jg_json
no_memory(struct making *m)
{
    m->no_memory = true;
    return (struct jg_json){0};
}

static struct jg_json
of_int(int64_t n)
{
    return (struct jg_json){JG_JSON_INT, .integer = n};
}

static struct jg_json
of_bool(bool b)
{
    return (struct jg_json){JG_JSON_BOOL, .boolean = b};
}

static struct jg_json
of_str(struct jg_str s)
{
    return (struct jg_json){JG_JSON_STRING,
                            .string = s.p != NULL ? s : JG_STR("")};
}

static struct growing
begin(struct making *m, size_t room)
{
    struct growing g = {jg_arena_array(m->a, room, sizeof(*g.members)), 0,
                        (uint32_t)room};

    if (g.members == NULL) {
        m->no_memory = true;
        g.room = 0;
    }
    return g;
}

/* Put <value> under <name>, in place of what is there; which is among the first
 * <among> members, or nowhere. */
static void
put(struct growing *g, uint32_t among, struct jg_str name, struct jg_json value)
{
    for (uint32_t i = 0; i < among; i++)
        if (jg_str_eq(g->members[i].name, name)) {
            g->members[i].value = value;
            return;
        }
    if (g->count < g->room)
        g->members[g->count++] = (struct jg_json_member){name, value};
}

static void
set(struct growing *g, const char *name, struct jg_json value)
{
    put(g, g->count, jg_str(name), value);
}

static struct jg_json
of_object(const struct growing *g)
{
    return (struct jg_json){JG_JSON_OBJECT, g->count, .members = g->members};
}

/* The members of <from>, which may be NULL, and room for <more>. */
static struct growing
begin_with(struct making *m, const struct jg_json *from, size_t more)
{
    bool has = from != NULL && from->type == JG_JSON_OBJECT;
    struct growing g = begin(m, (has ? from->count : 0) + more);

    for (uint32_t i = 0; has && i < from->count && i < g.room; i++)
        g.members[g.count++] = from->members[i];
    return g;
}

/* <count> values; NULL without memory. */
static struct jg_json *
new_items(struct making *m, size_t count)
{
    struct jg_json *items = jg_arena_array(m->a, count, sizeof(*items));

    if (items == NULL)
        m->no_memory = true;
    return items;
}

static struct jg_json
of_strs(struct making *m, const struct jg_strs *strs)
{
    struct jg_json *items = new_items(m, strs->count);

    if (items == NULL)
        return no_memory(m);
    for (size_t i = 0; i < strs->count; i++)
        items[i] = of_str(strs->items[i]);
    return (struct jg_json){JG_JSON_ARRAY, (uint32_t)strs->count,
                            .items = items};
}

static struct jg_json
of_urls(struct making *m, const struct jg_list *urls)
{
    const struct jg_url_right *url = urls->items;
    struct jg_json *items = new_items(m, urls->count);

    for (size_t i = 0; items != NULL && i < urls->count; i++) {
        struct growing g = begin(m, 2);

        set(&g, "url", of_str(url[i].url));
        set(&g, "methods", of_strs(m, &url[i].methods));
        items[i] = of_object(&g);
    }
    return (struct jg_json){JG_JSON_ARRAY, (uint32_t)urls->count,
                            .items = items};
}

static struct jg_json
of_method(struct making *m, const struct jg_endpoint_limit *limit)
{
    struct growing method = begin(m, 2), rate = begin(m, 2);

    set(&rate, "rate", jg_json_of_number(limit->rate));
    set(&rate, "per", jg_json_of_number(limit->per_s));
    set(&method, "name", of_str(limit->method));
    set(&method, "limit", of_object(&rate));
    return of_object(&method);
}

/* One entry a path and method: Tyk reads that as it reads longer ones. */
static struct jg_json
of_endpoints(struct making *m, const struct jg_list *endpoints)
{
    const struct jg_endpoint_limit *limit = endpoints->items;
    struct jg_json *items = new_items(m, endpoints->count);

    for (size_t i = 0; items != NULL && i < endpoints->count; i++) {
        struct growing g = begin(m, 2);
        struct jg_json *methods = new_items(m, 1);

        if (methods == NULL)
            return no_memory(m);
        methods[0] = of_method(m, &limit[i]);
        set(&g, "path", of_str(limit[i].path));
        set(&g, "methods",
            (struct jg_json){JG_JSON_ARRAY, 1, .items = methods});
        items[i] = of_object(&g);
    }
    return (struct jg_json){JG_JSON_ARRAY, (uint32_t)endpoints->count,
                            .items = items};
}

/* The members of a limit: of an API or, for NULL, of the session itself. */
#define LIMIT_MEMBERS 9
static void
set_limit(struct making *m, struct growing *g, const struct jg_limit *limit,
          const struct jg_access *access)
{
    struct jg_quota_left left = {limit->quota_max, 0};

    if (m->look != NULL)
        m->look(m->data, limit, access, &left);
    set(g, "rate", jg_json_of_number(limit->rate));
    set(g, "per", jg_json_of_number(limit->per_s));
    set(g, "throttle_interval", jg_json_of_number(limit->throttle_interval_s));
    set(g, "throttle_retry_limit", of_int(limit->throttle_retries));
    set(g, "max_query_depth", of_int(limit->max_query_depth));
    set(g, "quota_max", of_int(limit->quota_max));
    set(g, "quota_renews", of_int(left.renews_s));
    set(g, "quota_remaining", of_int(left.remaining));
    set(g, "quota_renewal_rate", of_int(limit->quota_renewal_s));
}

#define ACCESS_MEMBERS 7
static struct jg_json
of_access(struct making *m, const struct jg_access *access)
{
    bool own = m->session->policy_count == 0;
    const struct jg_json *all =
        jg_json_get(m->document, JG_STR("access_rights"));
    const struct jg_json *old = own ? jg_json_get(all, access->api_id) : NULL;
    struct growing g = begin_with(m, old, ACCESS_MEMBERS);
    struct growing limit =
        begin_with(m, jg_json_get(old, JG_STR("limit")), LIMIT_MEMBERS);

    set_limit(m, &limit, &access->limit, access);
    set(&g, "api_name", of_str(access->api_name));
    set(&g, "api_id", of_str(access->api_id));
    set(&g, "versions", of_strs(m, &access->versions));
    set(&g, "allowed_urls", of_urls(m, &access->allowed_urls));
    set(&g, "limit", of_object(&limit));
    set(&g, "allowance_scope", of_str(access->allowance_scope));
    if (access->endpoints.count > 0)
        set(&g, "endpoints", of_endpoints(m, &access->endpoints));
    return of_object(&g);
}

static struct jg_json
of_rights(struct making *m)
{
    const struct jg_access *access = m->all->access_rights.items;
    size_t count = m->all->access_rights.count;
    struct growing g = begin(m, count);

    /* Sorted and each once: no need to look for its name. */
    for (size_t i = 0; i < count && !m->no_memory; i++)
        g.members[g.count++] =
            (struct jg_json_member){access[i].api_id, of_access(m, &access[i])};
    return of_object(&g);
}

enum jg_err
jg_session_meta_data(const struct jg_session *session,
                     const struct jg_json *own, struct jg_arena *a,
                     struct jg_json *out)
{
    struct making m = {.a = a};
    size_t more = 0;
    struct growing g;

    for (size_t i = 0; i < session->policy_count; i++)
        if (session->policies[i]->meta_data != NULL)
            more += session->policies[i]->meta_data->count;
    g = begin_with(&m, own, more);
    if (m.no_memory)
        return JG_E_NOMEM;
    for (size_t i = 0; i < session->policy_count; i++) {
        const struct jg_json *meta = session->policies[i]->meta_data;
        uint32_t among = g.count; /* no object has a name twice */

        for (uint32_t k = 0; meta != NULL && k < meta->count; k++)
            put(&g, among, meta->members[k].name, meta->members[k].value);
    }
    *out = of_object(&g);
    return JG_OK;
}

const struct jg_json *
jg_session_without_password(const struct jg_json *document, struct jg_arena *a)
{
    const struct jg_str name = JG_STR("basic_auth_data");
    const struct jg_json *data = jg_json_get(document, name);
    struct making m = {.a = a};
    struct growing g, inner;
    struct jg_json *json;

    if (jg_json_get(data, JG_STR("password")) == NULL)
        return document;
    g = begin_with(&m, document, 0);
    inner = begin_with(&m, data, 0);
    json = new_items(&m, 1);
    set(&inner, "password", of_str(JG_STR("")));
    put(&g, g.count, name, of_object(&inner));
    if (m.no_memory)
        return NULL;
    *json = of_object(&g);
    return json;
}

#define SESSION_MEMBERS (LIMIT_MEMBERS + 7)
enum jg_err
jg_session_to_json(const struct jg_json *document,
                   const struct jg_session *session,
                   const struct jg_session_all *all, jg_quota_look *look,
                   void *data, struct jg_arena *a, const struct jg_json **out)
{
    struct making m = {document, session, all, look, data, a, false};
    const struct jg_json *own = jg_json_get(document, JG_STR("meta_data"));
    const struct jg_json *shown = jg_session_without_password(document, a);
    struct jg_json *json = new_items(&m, 1);
    struct growing g = begin_with(&m, shown, SESSION_MEMBERS);
    struct jg_json meta;

    if (jg_session_meta_data(session, own, a, &meta) != JG_OK)
        return JG_E_NOMEM;
    set_limit(&m, &g, &all->limit, NULL);
    set(&g, "access_rights", of_rights(&m));
    set(&g, "is_inactive", of_bool(all->is_inactive));
    set(&g, "tags", of_strs(&m, &all->tags));
    set(&g, "meta_data", meta);
    set(&g, "last_updated", of_str(all->last_updated));
    set(&g, "post_expiry_action", of_str(all->post_expiry_action));
    set(&g, "post_expiry_grace_period", of_int(all->post_expiry_grace_s));
    if (m.no_memory || (document != NULL && shown == NULL))
        return JG_E_NOMEM;
    *json = of_object(&g);
    *out = json;
    return JG_OK;
}
