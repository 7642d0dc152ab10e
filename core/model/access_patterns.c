/* The path patterns in rights on APIs, compiled when a policy is read. */
#include <stdio.h>

#include "model/policy.h"

#define PLACE_BYTES 512

/* What all patterns of one list of rights are compiled with. */
struct compiling {
    const struct jg_bind_source *source;
    struct jg_path_rules rules;
    struct jg_arena *a;
};

static enum jg_err
compile(const struct compiling *c, const char *place, struct jg_str text,
        struct jg_right_pattern *out)
{
    out->is_compiled = true;
    return jg_path_pattern_read(c->source, place, text, c->rules, c->a,
                                &out->pattern);
}

static enum jg_err
compile_urls(const struct compiling *c, const struct jg_access *access)
{
    struct jg_url_right *rights = access->allowed_urls.items;
    char place[PLACE_BYTES];

    for (size_t i = 0; i < access->allowed_urls.count; i++) {
        enum jg_err err;

        snprintf(place, sizeof(place),
                 "access_rights.%.*s.allowed_urls.%zu.url",
                 JG_STR_ARG(access->api_id), i);
        err = compile(c, place, rights[i].url, &rights[i].pattern);
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

/* Those that follow each other with one path share its pattern. */
static enum jg_err
compile_endpoints(const struct compiling *c, const struct jg_access *access)
{
    struct jg_endpoint_limit *limits = access->endpoints.items;
    char place[PLACE_BYTES];

    snprintf(place, sizeof(place), "access_rights.%.*s.endpoints",
             JG_STR_ARG(access->api_id));
    for (size_t i = 0; i < access->endpoints.count; i++) {
        enum jg_err err = JG_OK;

        if (i > 0 && jg_str_eq(limits[i].path, limits[i - 1].path))
            limits[i].pattern = limits[i - 1].pattern;
        else
            err = compile(c, place, limits[i].path, &limits[i].pattern);
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

enum jg_err
jg_access_compile(const struct jg_bind_source *source, struct jg_list *rights,
                  const struct jg_conf *conf, struct jg_arena *a)
{
    const struct compiling c = {source, jg_path_rules(conf, false), a};
    const struct jg_access *access = rights->items;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < rights->count && err == JG_OK; i++) {
        err = compile_urls(&c, &access[i]);
        if (err == JG_OK)
            err = compile_endpoints(&c, &access[i]);
    }
    return err;
}
