/* Claim rules: their tables, and what is compiled of them at load. */
#include <stdio.h>

#include "model/claim_rules.h"
#include "model/model_internal.h"

#define RULE(field) offsetof(struct jg_claim_rule, field)

static const struct jg_field rule_rows[] = {
    {"type", JG_FIELD_STR, RULE(type), .max = 32,
     .note = "required, exact_match or contains; the API is closed for "
             "anything else"},
    {"allowedValues", JG_FIELD_ANY, RULE(allowed_values),
     .note = "any of them counts, whatever its type"},
    {"allowed_values", JG_FIELD_ANY, RULE(allowed_values),
     .note = "the same as allowedValues"},
    {"nonBlocking", JG_FIELD_BOOL, RULE(non_blocking)},
    {"non_blocking", JG_FIELD_BOOL, RULE(non_blocking),
     .note = "the same as nonBlocking"},
};
const struct jg_field_table jg_claim_rule_table = {
    sizeof(struct jg_claim_rule), rule_rows, JG_FIELD_COUNT(rule_rows)};

static const struct jg_field jti_rows[] = {
    {"enabled", JG_FIELD_BOOL, offsetof(struct jg_claim_rules, jti_required),
     .note = "the claim has to be there; replays are not looked for, as in "
             "Tyk"},
};
const struct jg_field_table jg_jti_table = {sizeof(struct jg_claim_rules),
                                            jti_rows, JG_FIELD_COUNT(jti_rows)};

static const struct {
    const char *name;
    enum jg_claim_check check;
} checks[] = {
    {"required", JG_CLAIM_REQUIRED},
    {"exact_match", JG_CLAIM_EXACT_MATCH},
    {"contains", JG_CLAIM_CONTAINS},
};

bool
jg_claim_rules_any(const struct jg_claim_rules *rules)
{
    return rules->allowed_issuers.count > 0 ||
           rules->allowed_audiences.count > 0 || rules->jti_required ||
           rules->allowed_subjects.count > 0 || rules->custom.count > 0;
}

/* "customClaimValidation.<name>.<member>", as the user spelt the first. */
static void
path_of(const struct jg_api_reading *r, const struct jg_claim_rule *rule,
        const char *member, char out[static JG_CLAIM_RULE_PATH_MAX])
{
    bool snake =
        jg_json_get(r->root, JG_STR("custom_claim_validation")) != NULL;

    snprintf(out, JG_CLAIM_RULE_PATH_MAX, "%s.%.*s%s",
             snake ? "custom_claim_validation" : "customClaimValidation",
             JG_STR_ARG(jg_str_head(rule->name, JG_CLAIM_RULE_PATH_MAX / 2)),
             member);
}

/* A rule that cannot be kept must not be left out: the API is closed. */
static enum jg_err
close_rule(struct jg_api_reading *r, const struct jg_claim_rule *rule,
           const char *member, const char *why)
{
    char path[JG_CLAIM_RULE_PATH_MAX];

    path_of(r, rule, member, path);
    return jg_api_close_key(r, JG_E_CONF_VALUE, path, NULL, NULL, why);
}

static void
warn_of_rule(struct jg_api_reading *r, const struct jg_claim_rule *rule,
             const char *member, const char *fix, const char *why)
{
    char path[JG_CLAIM_RULE_PATH_MAX];

    path_of(r, rule, member, path);
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, path, NULL, fix,
                   "%s", why);
}

/* A malformed path is Tyk's to answer, request by request. */
static enum jg_err
compile_path(struct jg_api_reading *r, struct jg_claim_rule *rule)
{
    const char *why = NULL;
    enum jg_err err =
        jg_claim_path_parse(rule->name, &r->api->arena, &rule->path, &why);

    if (err != JG_E_CONF_VALUE)
        return err;
    rule->path = (struct jg_claim_path){.text = rule->name};
    warn_of_rule(r, rule, "",
                 "escape a character with a backslash when it "
                 "belongs to a name; every token is refused now",
                 why);
    return JG_OK;
}

static enum jg_err
compile_rule(struct jg_api_reading *r, struct jg_claim_rule *rule)
{
    const struct jg_json *allowed = rule->allowed_values;
    size_t i = 0;

    while (i < JG_FIELD_COUNT(checks) &&
           !jg_str_eq(rule->type, jg_str(checks[i].name)))
        i++;
    if (i == JG_FIELD_COUNT(checks))
        return close_rule(r, rule, ".type",
                          "expected \"required\", \"exact_match\" or "
                          "\"contains\"; every request is refused");
    rule->check = checks[i].check;
    if (allowed != NULL && allowed->type != JG_JSON_ARRAY)
        return close_rule(r, rule, ".allowedValues",
                          "expected a list; every request is refused");
    if (rule->check != JG_CLAIM_REQUIRED &&
        (allowed == NULL || allowed->count == 0))
        warn_of_rule(r, rule, "", "add allowedValues",
                     "there are no allowed values: no token has one of them");
    return compile_path(r, rule);
}

/* The subject is the kid of tokens that have one: Tyk's trap. */
static void
warn_of_kid(struct jg_api_reading *r)
{
    const struct jg_api_def *def = &r->api->def;
    bool snake = jg_json_get(r->root, JG_STR("allowed_subjects")) != NULL;

    if (def->rules.allowed_subjects.count == 0 || def->jwt_skip_kid)
        return;
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE,
                   snake ? "allowed_subjects" : "allowedSubjects", NULL,
                   def->is_oas ? "set skipKid to compare the subject"
                               : "set jwt_skip_kid to compare the subject",
                   "of a token that has a kid, the kid is compared with these, "
                   "as in Tyk, and not the subject");
}

enum jg_err
jg_api_read_claims(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    struct jg_claim_rule *rules = api->def.rules.custom.items;

    if ((api->methods & JG_METHOD_JWT) == 0)
        return JG_OK;
    for (size_t i = 0; i < api->def.rules.custom.count; i++) {
        enum jg_err err = compile_rule(r, &rules[i]);

        if (err != JG_OK)
            return err;
    }
    warn_of_kid(r);
    return JG_OK;
}
