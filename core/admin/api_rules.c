/* A classic definition against Tyk's rules, on its JSON. */
#include "admin/api_rules.h"

#include "base/buf.h"
#include "model/networks.h"

#define TEXT_MAX (JG_NETWORK_TEXT_MAX * 8) /* a reason, an entry included */

/* What takes a token from where, in the order of the names. */
static const struct {
    struct jg_str config, enabled; /* in auth_configs; the switch */
} methods[] = {
    {{"authToken", 9}, {"use_standard_auth", 17}},
    {{"coprocess", 9}, {"enable_coprocess_auth", 21}},
    {{"hmac", 4}, {"enable_signature_checking", 25}},
    {{"jwt", 3}, {"enable_jwt", 10}},
    {{"oauth", 5}, {"use_oauth2", 10}},
    {{"oidc", 4}, {"use_openid", 10}},
};

/* Switches, and the lists of addresses that they switch on. */
static const struct {
    struct jg_str enabled, list;
} lists[] = {
    {{"enable_ip_whitelisting", 22}, {"allowed_ips", 11}},
    {{"enable_ip_blacklisting", 22}, {"blacklisted_ips", 15}},
};

static void
check_sources(const struct jg_json *api, struct jg_buf *b)
{
    const struct jg_json *configs = jg_json_get(api, JG_STR("auth_configs"));

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        const struct jg_json *config = jg_json_get(configs, methods[i].config);

        if (config == NULL ||
            !jg_json_is_true(jg_json_get(api, methods[i].enabled)) ||
            !jg_json_is_true(jg_json_get(config, JG_STR("disable_header"))) ||
            jg_json_is_true(jg_json_get(config, JG_STR("use_param"))) ||
            jg_json_is_true(jg_json_get(config, JG_STR("use_cookie"))))
            continue;
        jg_buf_addf(b,
                    "all auth sources are disabled for %.*s, at least one of "
                    "header/cookie/query must be enabled",
                    JG_STR_ARG(methods[i].config));
        return;
    }
}

/* The first entry that is no address. */
static void
check_list(const struct jg_json *list, struct jg_buf *b)
{
    struct jg_network network;

    if (list == NULL || list->type != JG_JSON_ARRAY)
        return;
    for (uint32_t i = 0; i < list->count; i++) {
        struct jg_str entry = jg_json_string(&list->items[i]);

        if (entry.p == NULL ||
            jg_network_read(jg_str_trim(entry), &network) == JG_OK)
            continue;
        jg_buf_add(b, JG_STR("invalid IP/CIDR "));
        jg_buf_add_quoted(b, jg_str_head(entry, JG_NETWORK_TEXT_MAX));
        return;
    }
}

static void
check_addresses(const struct jg_json *api, struct jg_buf *b)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (jg_buf_str(b).len == 0 &&
            jg_json_is_true(jg_json_get(api, lists[i].enabled)))
            check_list(jg_json_get(api, lists[i].list), b);
}

static void
check_targets(const struct jg_json *api, struct jg_buf *b)
{
    const struct jg_json *proxy = jg_json_get(api, JG_STR("proxy"));
    const struct jg_json *targets = jg_json_get(proxy, JG_STR("target_list"));

    if (!jg_json_is_true(jg_json_get(proxy, JG_STR("enable_load_balancing"))) ||
        (targets != NULL && targets->type == JG_JSON_ARRAY &&
         targets->count > 0))
        return;
    jg_buf_add(b, JG_STR("all load balancing targets have weight 0, at least "
                         "one target must have weight > 0"));
}

enum jg_err
jg_api_rules_check(const struct jg_json *definition, struct jg_arena *a,
                   struct jg_str *out)
{
    static void (*const rules[])(const struct jg_json *, struct jg_buf *) = {
        check_sources, check_addresses, check_targets};
    struct jg_buf b;
    enum jg_err err = JG_OK;

    jg_buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (jg_buf_str(&b).len == 0)
            rules[i](definition, &b);
    *out = (struct jg_str){NULL, 0};
    if (jg_buf_str(&b).len > 0)
        *out = jg_arena_str(a, jg_buf_str(&b));
    if (b.failed || (jg_buf_str(&b).len > 0 && out->p == NULL))
        err = JG_E_NOMEM;
    jg_buf_free(&b);
    return err;
}
