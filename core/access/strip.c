/* strip_auth_data: what carried the token does not go on (reference 6.4). */
#include "access/fields.h"
#include "access/step.h"

#include "base/buf.h"

/* The names under which one entry of auth_configs may carry a token. */
struct carrier {
    struct jg_str header, param, cookie;
    bool use_param;
};

static struct carrier
carrier_of(const struct jg_auth_config *config)
{
    struct carrier c;

    c.header = config->auth_header_name.len > 0 ? config->auth_header_name
                                                : JG_STR("Authorization");
    c.param = config->param_name.len > 0 ? config->param_name : c.header;
    c.cookie = config->cookie_name.len > 0 ? config->cookie_name : c.header;
    c.use_param = config->use_param;
    return c;
}

/* The other parameters keep their order and spelling; Tyk sorts them. */
enum jg_err
jg_strip_param(struct jg_decision *d, struct jg_str name)
{
    struct jg_str rest = d->query;
    struct jg_pair_text param;
    bool found = false;
    size_t len = 0;
    char *p;

    while (!found && jg_query_next(&rest, &param))
        found = jg_query_name_is(param.name, name);
    if (!found)
        return JG_OK;
    p = jg_arena_alloc(d->arena, d->query.len);
    if (p == NULL)
        return JG_E_NOMEM;
    rest = d->query;
    while (jg_query_next(&rest, &param)) {
        if (jg_query_name_is(param.name, name))
            continue;
        if (len > 0)
            p[len++] = '&';
        memcpy(p + len, param.all.p, param.all.len);
        len += param.all.len;
    }
    d->query = (struct jg_str){len > 0 ? p : NULL, len};
    return JG_OK;
}

static void
strip_header(const struct jg_request *request, struct jg_str name, bool *drop)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (jg_header_same(request->headers[i].name, name))
            drop[i] = true;
}

/*
 * The cookies of <text> without those whose text begins with <name>, with
 * their own white space; as Tyk, so that "Authorization2" goes too.
 */
static enum jg_err
strip_cookie(struct jg_str *text, struct jg_str name, struct jg_arena *a,
             bool *stripped)
{
    char *p = jg_arena_alloc(a, text->len);
    struct jg_str rest = *text, part;
    size_t len = 0;

    if (p == NULL)
        return JG_E_NOMEM;
    while (jg_str_next(&rest, ';', &part)) {
        if (jg_str_starts(jg_str_trim(part), name)) {
            *stripped = true;
            continue;
        }
        if (len > 0)
            p[len++] = ';';
        memcpy(p + len, part.p, part.len);
        len += part.len;
    }
    *text = jg_str_trim((struct jg_str){p, len});
    return JG_OK;
}

/* All Cookie headers as one; p == NULL: there is none. */
static enum jg_err
join_cookies(const struct jg_decision *d, struct jg_str *out)
{
    const struct jg_request *request = d->request;
    size_t len = 0;
    char *p;

    for (size_t i = 0; i < request->header_count; i++)
        if (jg_str_eq_nocase(request->headers[i].name, JG_STR("Cookie")))
            len += request->headers[i].value.len + 2;
    *out = (struct jg_str){NULL, 0};
    if (len == 0)
        return JG_OK;
    p = jg_arena_alloc(d->arena, len);
    if (p == NULL)
        return JG_E_NOMEM;
    len = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        struct jg_str value = request->headers[i].value;

        if (!jg_str_eq_nocase(request->headers[i].name, JG_STR("Cookie")) ||
            value.len == 0)
            continue;
        if (len > 0) {
            memcpy(p + len, "; ", 2);
            len += 2;
        }
        memcpy(p + len, value.p, value.len);
        len += value.len;
    }
    *out = (struct jg_str){p, len};
    return JG_OK;
}

static enum jg_err
strip_carrier(struct jg_decision *d, const struct carrier *c, bool *drop,
              struct jg_str *cookies, bool *stripped)
{
    enum jg_err err = JG_OK;

    strip_header(d->request, c->header, drop);
    if (c->use_param)
        err = jg_strip_param(d, c->param);
    if (err == JG_OK && cookies->len > 0)
        err = strip_cookie(cookies, c->cookie, d->arena, stripped);
    return err;
}

enum jg_err
jg_strip_auth_data(struct jg_decision *d, bool drop[static JG_HEADERS_MAX],
                   struct jg_str *cookies)
{
    const struct jg_auth_config *configs = d->api->def.auth_configs.items;
    size_t count = d->api->def.auth_configs.count;
    struct jg_str text;
    bool stripped = false;
    enum jg_err err = join_cookies(d, &text);

    if (count == 0) {
        configs = jg_api_single_auth(&d->api->def);
        count = 1;
    }
    for (size_t i = 0; i < count && err == JG_OK; i++) {
        struct carrier c = carrier_of(&configs[i]);

        err = strip_carrier(d, &c, drop, &text, &stripped);
    }
    if (err != JG_OK || !stripped)
        return err;
    strip_header(d->request, JG_STR("Cookie"), drop);
    *cookies = text;
    return JG_OK;
}
