/*
 * Any bytes as an API definition, a policy, tyk.conf, one of its variables, a
 * target URL, a template: what is accepted can be served, and a refusal is
 * explained.
 */
#include <stdlib.h>

#include "model/error_template.h"
#include "model/key_url.h"
#include "model/model_internal.h"
#include "model/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the findings of one document go. */
struct findings {
    struct jg_arena arena;
    struct jg_diags list;
};

static void
check(bool good)
{
    if (!good)
        abort();
}

static struct jg_bind_source
open_findings(struct findings *f, struct jg_str text)
{
    jg_arena_init(&f->arena, 16 * 1024, 64 * 1024 * 1024);
    jg_diags_init(&f->list, &f->arena);
    return (struct jg_bind_source){
        .file = JG_STR("file"), .text = text, .diags = &f->list};
}

/* Nothing is refused in silence, and nothing good has a fault. */
static void
close_findings(struct findings *f, enum jg_err err, bool closed)
{
    struct jg_buf b;

    if (err != JG_E_NOMEM)
        check((f->list.faults > 0) == (err != JG_OK || closed));
    jg_buf_init(&b, 16 * 1024);
    for (const struct jg_diag *d = f->list.first; d != NULL; d = d->next) {
        jg_buf_reset(&b);
        jg_diag_print(&b, d);
    }
    jg_buf_free(&b);
    jg_arena_free(&f->arena);
}

static void
check_host(struct jg_str host)
{
    for (size_t i = 0; i < host.len; i++)
        check(host.p[i] > 0x20 && host.p[i] != '/' && host.p[i] != '@' &&
              !(host.p[i] >= 'A' && host.p[i] <= 'Z'));
}

static void
check_target(const struct jg_target *t)
{
    check(t->host.len > 0 && t->port > 0 && t->host_header.len > 0);
    check_host(t->host);
    check(t->path.len == 0 || t->path.p[0] == '/');
    check(!jg_str_ends(t->path, JG_STR("/")));
    for (size_t i = 0; i < t->path.len; i++)
        check(t->path.p[i] > 0x20 && t->path.p[i] < 0x7f);
    for (size_t i = 0; i < t->query.len; i++)
        check(t->query.p[i] > 0x20 && t->query.p[i] < 0x7f);
}

/* What may be fetched: ids of their own, https or this machine. */
static void
check_key_urls(const struct jg_api *api)
{
    check(api->key_url_count <= JG_KEY_URLS_MAX);
    for (size_t i = 0; i < api->key_url_count; i++) {
        const struct jg_key_url *url = &api->key_urls[i];
        char id[JG_KEY_URL_ID_BYTES + 1];
        const char *why;

        check(jg_key_url_check(url->url, false, &why) == JG_OK);
        check(jg_key_url_id(url, id) == JG_OK);
        check(jg_str_eq(url->id, jg_str(id)));
        check(url->ttl_s >= 0);
        check(!url->discover || url->issuer.len > 0);
    }
}

static void
check_api(const struct jg_api *api)
{
    check(api->listen_path.len > 0 && api->listen_path.p[0] == '/');
    check(jg_str_starts(api->alias_path, JG_STR("/")));
    check(api->target_count > 0 && api->target_count <= JG_TARGETS_MAX);
    for (size_t i = 0; i < api->target_count; i++)
        check_target(&api->targets[i]);
    check_host(api->host);
    check(api->token_source != NULL);
    check(api->def.skew.exp_s >= 0 && api->def.skew.exp_s <= JG_SKEW_MAX_S);

    /* Either there is a source of keys, or a reason why there is none. */
    check((api->keys != NULL || api->key_url_count > 0 || api->one_to_one) ==
          ((api->methods & JG_METHOD_JWT) != 0 && api->key_err == JG_OK));
    check(api->keys == NULL || api->key_url_count == 0);
    check_key_urls(api);
    check((api->key_err != JG_OK) == (api->key_fault.len > 0));
    check(api->mode != JG_AUTH_CLOSED || api->key_err != JG_OK);
}

static void
as_api(struct jg_str text)
{
    const struct jg_conf conf = {.enable_custom_domains = true};
    struct findings f;
    struct jg_bind_source source = open_findings(&f, text);
    struct jg_api *api = NULL;
    enum jg_err err = jg_api_read(&source, 1, &conf, &api);

    check((api != NULL) == (err == JG_OK));
    if (api != NULL)
        check_api(api);
    close_findings(&f, err, api != NULL && api->key_err != JG_OK);
    jg_api_free(api);
}

static void
as_policy(struct jg_str text)
{
    struct findings f;
    struct jg_bind_source source = open_findings(&f, text);
    struct jg_policy *policy = NULL;
    const struct jg_json *json;
    enum jg_err err =
        jg_bind_parse(&source, &jg_json_limits_conf, &f.arena, &json);

    if (err == JG_OK)
        err = jg_policy_read(&source, json, JG_STR(""), 1, &policy);
    check((policy != NULL) == (err == JG_OK));
    if (policy != NULL) {
        const struct jg_access *access = policy->access_rights.items;
        size_t end = jg_str_find(policy->key, '\n');

        check(end == policy->org_id.len && policy->id.len > 0);
        check(policy->key_expires_in_s >= 0);
        for (size_t i = 0; i < policy->access_rights.count; i++)
            check(jg_policy_access(policy, access[i].api_id) == &access[i]);
    }
    close_findings(&f, err, false);
    jg_policy_free(policy);
}

static void
as_conf(struct jg_str text, const char *const *environment)
{
    struct findings f;
    struct jg_bind_source source = open_findings(&f, text);
    struct jg_conf conf;
    enum jg_err err = jg_conf_read(&source, environment, &f.arena, &conf);

    if (err == JG_OK) {
        check(conf.listen_port >= 1 && conf.listen_port <= 65535);
        check(conf.control_api_port != conf.listen_port);
        check(conf.app_path.len > 0 && conf.storage.path.len > 0);
        check(conf.proxy_default_timeout_s > 0);
    }
    close_findings(&f, err, false);
}

static void
as_variable(struct jg_str text)
{
    const char *environment[] = {NULL, NULL};
    struct jg_buf b;

    jg_buf_init(&b, 64 * 1024);
    jg_buf_add(&b, JG_STR("TYK_GW_"));
    jg_buf_add(&b, text);
    jg_buf_addc(&b, '\0');
    if (!b.failed) {
        environment[0] = b.p;
        as_conf(JG_STR("{}"), environment);
    }
    jg_buf_free(&b);
}

static void
as_key_url(struct jg_str text)
{
    const char *why = NULL;
    struct jg_str url;
    struct jg_arena a;

    if (jg_key_url_check(text, false, &why) == JG_OK) {
        struct jg_str rest = jg_str_from(text, jg_str_find(text, '/') + 2);

        for (size_t i = 0; i < text.len; i++)
            check(text.p[i] > 0x20 && text.p[i] < 0x7f && text.p[i] != '#');
        /* No user: a path may hold any number of these. */
        check(jg_str_find(rest, '@') >= jg_str_find(rest, '/') ||
              jg_str_find(rest, '@') > jg_str_find(rest, '?'));
    } else {
        check(why != NULL);
    }
    jg_arena_init(&a, 4096, 64 * 1024);
    if (jg_key_url_discovery(text, &a, &url, &why) == JG_OK)
        check(url.len <= JG_URL_MAX && jg_key_url_looks_so(url));
    jg_arena_free(&a);
}

static void
as_url(struct jg_str text)
{
    struct jg_arena a;
    struct jg_target target;
    struct jg_str path;
    const char *why = NULL;

    jg_arena_init(&a, 4096, 1024 * 1024);
    if (jg_target_read(text, &a, &target, &why) == JG_OK)
        check_target(&target);
    else
        check(why != NULL || text.len > 1024);
    if (jg_listen_path_clean(text, &a, &path, &why) == JG_OK)
        check(path.p[0] == '/' && memmem(path.p, path.len, "//", 2) == NULL &&
              memmem(path.p, path.len, "/../", 4) == NULL);
    jg_arena_free(&a);
}

/* Its parts are pieces of it, one behind the other. */
static void
as_template(struct jg_str text)
{
    struct jg_error_template t = {.count = 0};
    struct jg_arena a;
    const char *at = text.p;

    jg_arena_init(&a, 16 * 1024, 1024 * 1024);
    if (jg_error_template_read(text, &a, &t, NULL) == JG_OK)
        check(t.count > 0 && t.count <= JG_ERROR_TEMPLATE_PARTS_MAX);
    for (size_t i = 0; i < t.count; i++) {
        struct jg_str part = t.parts[i].text;

        if (t.parts[i].kind != JG_ERROR_TEXT)
            continue;
        check(part.len > 0 && part.p >= at);
        check(part.p + part.len <= text.p + text.len);
        at = part.p + part.len;
    }
    jg_arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str text = {(const char *)data, size};

    as_api(text);
    as_policy(text);
    as_conf(text, NULL);
    as_variable(text);
    as_url(text);
    as_key_url(text);
    as_template(text);
    return 0;
}
