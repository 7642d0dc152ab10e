/* Policies that definitions name, and that are not there. */
#include "links.h"

#include <stdio.h>

#include "model/oas.h"

#define PATH_MAX_BYTES 600

/* Whose texts, at any depth below, are ids of policies; in either form. */
static const char *const fields[] = {
    "jwt_default_policies", "scope_to_policy", "jwt_scope_to_policy_mapping",
    "defaultPolicies",      "policyId",
};

struct walk {
    const struct cli_documents *set;
    cli_link_fn *found;
    void *arg;
    struct cli_link link;
    char path[PATH_MAX_BYTES];
};

/* Without one: "". */
static struct jg_str
org_of(const struct jg_json *json, const char *path)
{
    struct jg_str org = jg_json_string(jg_json_path(json, jg_str(path)));

    return org.p != NULL ? org : jg_str("");
}

static bool
is_field(struct jg_str name)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (jg_str_eq(name, jg_str(fields[i])))
            return true;
    return false;
}

void
cli_link_text(const struct cli_link *link, char text[CLI_LINK_TEXT_MAX])
{
    struct jg_str id = jg_str_head(link->id->string, 100);

    if (link->others.p == NULL)
        snprintf(text, CLI_LINK_TEXT_MAX,
                 "the policy \"%.*s\" does not exist: tokens that need it are "
                 "refused",
                 JG_STR_ARG(id));
    else
        snprintf(text, CLI_LINK_TEXT_MAX,
                 "the policy \"%.*s\" is of the organisation \"%.*s\", and the "
                 "API of \"%.*s\": tokens that need it are refused",
                 JG_STR_ARG(id), JG_STR_ARG(jg_str_head(link->others, 100)),
                 JG_STR_ARG(jg_str_head(link->org, 100)));
}

/* Policies are those of the API's organisation (reference 3.1). */
static void
look_up(struct walk *w, const struct jg_json *id)
{
    const struct cli_document *policy =
        cli_documents_find(w->set, CLI_POLICY, id->string);

    if (id->string.len == 0)
        return;
    w->link.others = (struct jg_str){NULL, 0};
    if (policy != NULL) {
        w->link.others = org_of(policy->json, "org_id");
        if (jg_str_eq(w->link.org, w->link.others))
            return;
    }
    w->link.id = id;
    w->found(w->arg, &w->link);
}

static void visit(struct walk *w, const struct jg_json *json, size_t len,
                  bool ids);

/* <json> is the member or item <name> of what is at the first <len> bytes. */
static void
step(struct walk *w, const struct jg_json *json, size_t len, struct jg_str name,
     bool ids)
{
    int n = snprintf(w->path + len, sizeof(w->path) - len, "%s%.*s",
                     len > 0 ? "." : "", JG_STR_ARG(name));

    if (n > 0 && (size_t)n < sizeof(w->path) - len)
        visit(w, json, len + (size_t)n, ids);
}

/* As deep as a document may be (jg_json_limits_conf). */
static void
visit(struct walk *w, const struct jg_json *json, size_t len, bool ids)
{
    char index[16];

    if (json->type == JG_JSON_STRING && ids)
        look_up(w, json);
    else if (json->type == JG_JSON_OBJECT)
        for (uint32_t i = 0; i < json->count; i++)
            step(w, &json->members[i].value, len, json->members[i].name,
                 ids || is_field(json->members[i].name));
    else if (json->type == JG_JSON_ARRAY)
        for (uint32_t i = 0; i < json->count; i++) {
            snprintf(index, sizeof(index), "%u", (unsigned)i);
            step(w, &json->items[i], len, jg_str(index), ids);
        }
}

/* Does anything of it count? */
static bool
asks_for_tokens(const struct cli_document *d)
{
    if (d->kind == CLI_API)
        return !d->half &&
               jg_json_is_true(jg_json_get(d->json, JG_STR("active"))) &&
               jg_json_is_true(jg_json_get(d->json, JG_STR("enable_jwt"))) &&
               !jg_json_is_true(jg_json_get(d->json, JG_STR("use_keyless")));
    return d->kind == CLI_OAS &&
           jg_json_is_true(jg_json_path(
               d->json, JG_STR(JG_OAS_EXTENSION ".info.state.active"))) &&
           jg_json_is_true(jg_json_path(
               d->json,
               JG_STR(JG_OAS_EXTENSION ".server.authentication.enabled")));
}

void
cli_broken_links(const struct cli_documents *set, cli_link_fn *found, void *arg)
{
    struct walk w = {.set = set, .found = found, .arg = arg};

    for (size_t i = 0; i < set->count; i++) {
        const struct cli_document *d = &set->items[i];
        const char *org =
            d->kind == CLI_OAS ? JG_OAS_EXTENSION ".info.orgId" : "org_id";

        if (!asks_for_tokens(d))
            continue;
        w.link = (struct cli_link){.api = d, .path = w.path};
        w.link.org = org_of(d->json, org);
        visit(&w, d->json, 0, false);
    }
}
