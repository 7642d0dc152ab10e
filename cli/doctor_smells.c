/* The doctor's look at definitions that let in more than they seem to. */
#include <stdio.h>

#include "doctor.h"
#include "links.h"
#include "model/policy.h"

#define NAMES_MAX 3

static bool
has_jwt(const struct jg_api *api)
{
    return api->mode == JG_AUTH_CALLERS && (api->methods & JG_METHOD_JWT) != 0;
}

static bool
any_audience(const struct jg_api *api)
{
    return has_jwt(api) && api->def.rules.allowed_audiences.count == 0;
}

static bool
any_issuer(const struct jg_api *api)
{
    bool bound =
        api->def.jwt_issuer.len > 0 || api->def.rules.allowed_issuers.count > 0;

    for (size_t i = 0; i < api->key_url_count; i++)
        bound |= api->key_urls[i].issuer.len > 0;
    return has_jwt(api) && api->key_url_count > 0 && !bound;
}

static bool
no_end(const struct jg_api *api)
{
    return has_jwt(api) && !jg_str_eq(api->def.jwt_profile, JG_STR("strict"));
}

static bool
is_open(const struct jg_api *api)
{
    return api->mode == JG_AUTH_KEYLESS;
}

static bool
is_closed(const struct jg_api *api)
{
    return api->mode == JG_AUTH_CLOSED || api->key_err != JG_OK;
}

static bool
trusts_anybody(const struct jg_api *api)
{
    return api->def.proxy.ssl_insecure_skip_verify;
}

static bool
no_policy(const struct jg_api *api)
{
    return has_jwt(api) && api->def.jwt_default_policies.count == 0 &&
           api->def.jwt_policy_field_name.len == 0 &&
           api->def.jwt_base_policy_claims.count == 0 && api->scopes == NULL &&
           !api->one_to_one;
}

/* One row for each smell; only APIs that are active are asked. */
static const struct smell {
    bool (*is)(const struct jg_api *api);
    enum doctor_grade grade;
    const char *what, *seen, *fix;
} smells[] = {
    {is_closed, DOCTOR_ERROR, "every request to it is refused",
     "a key or a way of authentication that cannot be used",
     "jotgate check says what is wrong with it"},
    {no_policy, DOCTOR_ERROR,
     "every token is refused: nothing says which policy applies to it",
     "no jwt_default_policies, jwt_policy_field_name or scopes",
     "\"jwt_default_policies\": [\"ID\"] of a policy with rights on this API"},
    {any_audience, DOCTOR_WARNING, "tokens for any audience are accepted",
     "no allowed_audiences: a token that this issuer made for another API "
     "opens this one",
     "\"allowed_audiences\": [\"https://api.example.com\"]; in OAS "
     "allowedAudiences of the security scheme"},
    {any_issuer, DOCTOR_WARNING, "tokens of any issuer are accepted",
     "keys by URL, and no allowed_issuers: realms and tenants that share keys "
     "are not told apart",
     "\"allowed_issuers\": [\"https://issuer.example.com\"], or "
     "\"jwt_issuer\""},
    {no_end, DOCTOR_WARNING,
     "a token without exp is accepted, and never expires",
     "jwt_profile is not \"strict\"",
     "\"jwt_profile\": \"strict\", unless tokens of Tyk without exp are in "
     "use"},
    {is_open, DOCTOR_WARNING, "everybody may call, without a token",
     "use_keyless", "is it meant to be open? else \"enable_jwt\": true"},
    {trusts_anybody, DOCTOR_WARNING,
     "the upstream's certificate is not verified", "ssl_insecure_skip_verify",
     "remove it, and set trusted_ca_file"},
};

/* "orders, users and 3 more" */
struct names {
    char text[300];
    size_t count;
};

static void
add_name(struct names *names, struct jg_str name)
{
    size_t len = strlen(names->text);

    if (names->count++ < NAMES_MAX)
        snprintf(names->text + len, sizeof(names->text) - len, "%s%.*s",
                 len > 0 ? ", " : "", JG_STR_ARG(jg_str_head(name, 60)));
}

static void
tell(struct doctor *d, const struct smell *smell, struct names *names,
     const char *kind)
{
    char where[400];

    if (names->count == 0)
        return;
    snprintf(where, sizeof(where), "%s %s", kind, names->text);
    if (names->count > NAMES_MAX)
        snprintf(where + strlen(where), 40, " and %zu more",
                 names->count - NAMES_MAX);
    doctor_find(d, &(struct doctor_finding){
                       .grade = smell->grade,
                       .what = smell->what,
                       .where = where,
                       .seen = jg_str(smell->seen),
                       .fix = smell->fix,
                   });
}

static void
smell_apis(struct doctor *d, const struct smell *smell)
{
    struct names names = {.count = 0};

    for (size_t i = 0; i < d->docs.count; i++) {
        const struct jg_api *api = d->apis[i];

        if (api != NULL && api->def.active && smell->is(api))
            add_name(&names, api->def.api_id);
    }
    tell(d, smell, &names, "API");
}

/* The same for policies. */

static bool
is_unlimited(const struct jg_json *policy)
{
    const struct jg_json *rate = jg_json_get(policy, JG_STR("rate"));
    int64_t n = 0;

    if (rate != NULL && rate->type == JG_JSON_REAL)
        return rate->real <= 0;
    return !jg_json_to_int(rate, &n) || n <= 0;
}

static bool
is_paused(const struct jg_json *policy)
{
    return jg_json_is_true(jg_json_get(policy, JG_STR("is_inactive")));
}

static const struct policy_smell {
    bool (*is)(const struct jg_json *policy);
    struct smell smell; /* its words */
} policy_smells[] = {
    {is_paused,
     {
         NULL,
         DOCTOR_WARNING,
         "whoever has this policy is refused",
         "is_inactive",
         "\"is_inactive\": false, or another policy for them",
     }},
    {is_unlimited,
     {NULL, DOCTOR_WARNING, "the policy has no rate limit", "rate is 0",
      "\"rate\": 100, \"per\": 60, unless a limit elsewhere is meant"}},
};

static void
smell_policies(struct doctor *d, const struct policy_smell *row)
{
    struct names names = {.count = 0};

    for (size_t i = 0; i < d->docs.count; i++)
        if (d->docs.items[i].kind == CLI_POLICY &&
            row->is(d->docs.items[i].json))
            add_name(&names, d->docs.items[i].id);
    tell(d, &row->smell, &names, "policy");
}

static void
tell_link(void *arg, const struct cli_link *link)
{
    struct doctor *d = arg;
    char what[CLI_LINK_TEXT_MAX];

    cli_link_text(link, what);
    doctor_find(d, &(struct doctor_finding){.grade = DOCTOR_ERROR,
                                            .what = what,
                                            .where = link->api->from.p,
                                            .seen = jg_str(link->path),
                                            .fix = CLI_LINK_FIX});
}

void
doctor_smells(struct doctor *d)
{
    size_t before = d->counts[DOCTOR_WARNING] + d->counts[DOCTOR_ERROR];

    if (d->apis == NULL || d->docs.count == 0)
        return;
    for (size_t i = 0; i < sizeof(smells) / sizeof(smells[0]); i++)
        smell_apis(d, &smells[i]);
    for (size_t i = 0; i < sizeof(policy_smells) / sizeof(policy_smells[0]);
         i++)
        smell_policies(d, &policy_smells[i]);
    cli_broken_links(&d->docs, tell_link, d);
    if (d->counts[DOCTOR_WARNING] + d->counts[DOCTOR_ERROR] == before)
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "issuer, audience, expiry and rates are bounded everywhere");
}
