/* What the loader has to know of definitions and of policies. */
#include "admin/load_internal.h"
#include "base/json.h"

/* Ids are bounded by the model, so every key fits into the store. */
_Static_assert(2 * JG_ID_MAX + 1 <= JG_STORE_KEY_MAX, "a policy's key fits");

/* Copy the key and the id where they outlive the document. */
static enum jg_err
remember(struct jg_load *load, struct jg_str key, struct jg_str id,
         struct jg_load_item *out)
{
    out->key = jg_arena_str(&load->arena, key);
    out->id = jg_arena_str(&load->arena, id);
    return out->key.p != NULL && out->id.p != NULL ? JG_OK : JG_E_NOMEM;
}

/* Copies, since the API goes. */
static enum jg_err
remember_key_urls(struct jg_load *load, const struct jg_api *api,
                  struct jg_load_item *out)
{
    struct jg_arena *a = &load->file;
    struct jg_key_url *urls =
        jg_arena_array(a, api->key_url_count, sizeof(*urls));

    if (urls == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < api->key_url_count; i++) {
        urls[i] = api->key_urls[i];
        urls[i].id = jg_arena_str(a, urls[i].id);
        urls[i].url = jg_arena_str(a, urls[i].url);
        urls[i].issuer = jg_arena_str(a, urls[i].issuer);
        if (urls[i].id.p == NULL || urls[i].url.p == NULL ||
            urls[i].issuer.p == NULL)
            return JG_E_NOMEM;
    }
    out->key_urls = urls;
    out->key_url_count = api->key_url_count;
    return JG_OK;
}

static enum jg_err
read_api(struct jg_load *load, const struct jg_bind_source *source,
         struct jg_load_item *out)
{
    struct jg_api *api;
    enum jg_err err = jg_api_read(source, 0, load->conf, &api);

    if (err != JG_OK)
        return err;
    err = remember(load, api->def.api_id, api->def.api_id, out);
    if (err == JG_OK && api->def.active)
        err = remember_key_urls(load, api, out);
    out->closed = api->key_err != JG_OK;
    if (err == JG_OK && load->look != NULL)
        load->look(load->look_arg, source, api);
    if (api->def.is_oas)
        out->id_name = "x-tyk-api-gateway.info.id";
    jg_api_free(api);
    return err;
}

const struct jg_load_kind jg_load_apis = {
    .kind = JG_KIND_API,
    .setting = "app_path",
    .id_name = "api_id",
    .what = "API definition",
    .companions = true,
    .read = read_api,
};

enum jg_err
jg_load_policy(struct jg_load *load, const struct jg_bind_source *source,
               const struct jg_json *json, struct jg_str id,
               struct jg_load_item *out)
{
    struct jg_policy *policy;
    enum jg_err err = jg_policy_read(source, json, id, 0, &policy);

    if (err != JG_OK)
        return err;
    err = jg_access_compile(source, &policy->access_rights, load->conf,
                            &policy->arena);
    if (err == JG_OK)
        err = remember(load, policy->key, policy->id, out);
    jg_policy_free(policy);
    return err;
}

enum jg_err
jg_load_parse(struct jg_load *load, const struct jg_bind_source *source,
              const struct jg_json **out)
{
    struct jg_json_fault fault = {0};
    struct jg_diag diag = {.severity = JG_FAULT, .file = source->file};
    enum jg_err err = jg_json_parse(source->text, &jg_json_limits_conf,
                                    &load->file, out, &fault);

    if (err == JG_OK || err == JG_E_NOMEM)
        return err;
    diag.err = JG_E_CONF_JSON;
    diag.line = fault.line;
    diag.column = fault.column;
    diag.message = jg_str(fault.what);
    if (source->diags != NULL)
        jg_diags_add(source->diags, &diag);
    return JG_E_CONF_JSON;
}

static enum jg_err
read_policy(struct jg_load *load, const struct jg_bind_source *source,
            struct jg_load_item *out)
{
    const struct jg_json *json;
    enum jg_err err = jg_load_parse(load, source, &json);

    if (err != JG_OK)
        return err;
    return jg_load_policy(load, source, json, (struct jg_str){NULL, 0}, out);
}

const struct jg_load_kind jg_load_policies = {
    .kind = JG_KIND_POLICY,
    .setting = "policies.policy_path",
    .id_name = "id",
    .what = "policy",
    .read = read_policy,
};
