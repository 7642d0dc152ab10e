/*
 * What the API asks of issuer, audience, id, subject and of claims of its own
 * (reference 2.7): in this order, and the first that fails is the answer.
 */
#include "access/step.h"

#include "base/buf.h"
#include "base/utf8.h"

#define DETAIL_MAX 1024 /* bytes of a claim that an answer repeats */

static const struct jg_claim_rules *
rules_of(const struct jg_decision *d)
{
    return &d->api->def.rules;
}

/* <text> as the detail of an answer: cut between two characters. */
static void
set_detail(struct jg_decision *d, struct jg_str text)
{
    struct jg_str rest = text;
    uint32_t c;

    while (rest.len > 0) {
        size_t bytes = jg_utf8_next(rest, &c);

        if (text.len - rest.len + (bytes > 0 ? bytes : 1) > DETAIL_MAX)
            break;
        rest = jg_str_from(rest, bytes > 0 ? bytes : 1);
    }
    d->detail = jg_str_head(text, text.len - rest.len);
}

static bool
is_among(const struct jg_strs *allowed, struct jg_str text)
{
    for (size_t i = 0; i < allowed->count; i++)
        if (jg_str_eq(allowed->items[i], text))
            return true;
    return false;
}

/* "a, b": what explain shows as expected. */
static void
trace_allowed(struct jg_decision *d, const struct jg_strs *allowed)
{
    if (d->trace == NULL || allowed->count == 0)
        return;
    jg_trace_expected(d, "%.*s%s", JG_STR_ARG(allowed->items[0]),
                      allowed->count > 1 ? ", or another of the list" : "");
}

static enum jg_err
check_issuer(struct jg_decision *d)
{
    const struct jg_strs *allowed = &rules_of(d)->allowed_issuers;
    const struct jg_json *iss = jg_json_get(d->claims, JG_STR("iss"));

    if (allowed->count == 0)
        return JG_OK;
    trace_allowed(d, allowed);
    jg_trace_seen(d, "iss is %s", jg_json_type_name(iss));
    if (iss == NULL)
        return JG_E_CLAIM_ISS_MISSING;
    if (iss->type != JG_JSON_STRING)
        return JG_E_CLAIM_ISS_TYPE;
    jg_trace_seen(d, "iss %.*s", JG_STR_ARG(iss->string));
    if (is_among(allowed, iss->string))
        return JG_OK;
    set_detail(d, iss->string);
    return JG_E_CLAIM_ISS;
}

/* The members that are texts, as Go prints them: "[a b]". JG_E_NOMEM */
static enum jg_err
print_audiences(struct jg_decision *d, const struct jg_json *aud)
{
    struct jg_buf b;
    const char *space = "";
    struct jg_str text;

    jg_buf_init(&b, 2 * JG_TOKEN_MAX); /* a space for each of its bytes */
    jg_buf_addc(&b, '[');
    for (uint32_t i = 0; i < aud->count && b.len <= DETAIL_MAX; i++) {
        if (aud->items[i].type != JG_JSON_STRING)
            continue;
        jg_buf_addf(&b, "%s", space);
        jg_buf_add(&b, aud->items[i].string);
        space = " ";
    }
    jg_buf_addc(&b, ']');
    text = jg_arena_str(d->arena, jg_buf_str(&b));
    if (b.failed)
        text.p = NULL;
    jg_buf_free(&b);
    if (text.p == NULL)
        return JG_E_NOMEM;
    set_detail(d, text);
    return JG_OK;
}

static enum jg_err
check_audience(struct jg_decision *d)
{
    const struct jg_strs *allowed = &rules_of(d)->allowed_audiences;
    const struct jg_json *aud = jg_json_get(d->claims, JG_STR("aud"));
    struct jg_json list;
    enum jg_err err;

    if (allowed->count == 0)
        return JG_OK;
    trace_allowed(d, allowed);
    jg_trace_seen(d, "aud is %s", jg_json_type_name(aud));
    if (aud == NULL)
        return JG_E_CLAIM_AUD_MISSING;
    if (aud->type != JG_JSON_STRING && aud->type != JG_JSON_ARRAY)
        return JG_E_CLAIM_AUD_TYPE;
    list = *aud;
    if (aud->type == JG_JSON_STRING)
        list =
            (struct jg_json){.type = JG_JSON_ARRAY, .count = 1, .items = aud};
    for (uint32_t i = 0; i < list.count; i++)
        if (list.items[i].type == JG_JSON_STRING &&
            is_among(allowed, list.items[i].string))
            return JG_OK;
    err = print_audiences(d, &list);
    jg_trace_seen(d, "aud %.*s", JG_STR_ARG(d->detail));
    return err == JG_OK ? JG_E_CLAIM_AUD : err;
}

/* Only whether it is there: null is, too, as in Tyk. */
static enum jg_err
check_id(struct jg_decision *d)
{
    if (!rules_of(d)->jti_required ||
        jg_json_get(d->claims, JG_STR("jti")) != NULL)
        return JG_OK;
    jg_trace_seen(d, "jti is absent");
    jg_trace_expected(d, "a jti claim");
    return JG_E_CLAIM_JTI;
}

/* The subject claim could not be told: its own text, as part of this answer. */
static enum jg_err
refuse_subject(struct jg_decision *d, enum jg_err why)
{
    struct jg_decision of_identity = *d;

    if (why == JG_E_NOMEM)
        return why;
    of_identity.reason = why;
    d->detail = jg_decision_text(&of_identity);
    return JG_E_CLAIM_SUB_UNKNOWN;
}

/* A kid comes before every claim, unless jwt_skip_kid says no: Tyk's trap. */
static enum jg_err
check_subject(struct jg_decision *d)
{
    const struct jg_strs *allowed = &rules_of(d)->allowed_subjects;
    struct jg_str subject = d->header.kid;
    const char *what = "kid";

    if (allowed->count == 0)
        return JG_OK;
    if (subject.p == NULL || d->api->def.jwt_skip_kid) {
        enum jg_err err = jg_identity(d, &subject);

        what = "subject";
        if (err != JG_OK)
            return refuse_subject(d, err);
    }
    jg_trace_seen(d, "%s %.*s", what, JG_STR_ARG(subject));
    trace_allowed(d, allowed);
    if (is_among(allowed, subject))
        return JG_OK;
    set_detail(d, subject);
    return JG_E_CLAIM_SUB;
}

/* Is <value> one of <allowed>, with all its depth and its type? */
static bool
equals_any(const struct jg_json *allowed, const struct jg_json *value)
{
    for (uint32_t i = 0; allowed != NULL && i < allowed->count; i++)
        if (jg_json_equal(&allowed->items[i], value))
            return true;
    return false;
}

static bool
text_contains_any(const struct jg_json *allowed, struct jg_str text)
{
    for (uint32_t i = 0; allowed != NULL && i < allowed->count; i++) {
        struct jg_str part = allowed->items[i].string;

        if (allowed->items[i].type == JG_JSON_STRING &&
            jg_str_contains(text, part))
            return true;
    }
    return false;
}

static bool
contains_any(const struct jg_json *allowed, const struct jg_json *value)
{
    if (value->type == JG_JSON_STRING)
        return text_contains_any(allowed, value->string);
    if (value->type != JG_JSON_ARRAY)
        return equals_any(allowed, value);
    for (uint32_t i = 0; i < value->count; i++)
        if (equals_any(allowed, &value->items[i]))
            return true;
    return false;
}

static enum jg_err
check_value(const struct jg_claim_rule *rule, const struct jg_json *value)
{
    if (value == NULL)
        return JG_E_CLAIM_MISSING;
    switch (rule->check) {
    case JG_CLAIM_REQUIRED:
        return value->type == JG_JSON_NULL ? JG_E_CLAIM_NULL : JG_OK;
    case JG_CLAIM_EXACT_MATCH:
        return equals_any(rule->allowed_values, value) ? JG_OK
                                                       : JG_E_CLAIM_MATCH;
    case JG_CLAIM_CONTAINS:
        return contains_any(rule->allowed_values, value) ? JG_OK
                                                         : JG_E_CLAIM_CONTAINS;
    }
    return JG_E_INTERNAL;
}

static enum jg_err
find_and_check(struct jg_decision *d, const struct jg_claim_rule *rule,
               const struct jg_json **value)
{
    enum jg_err err;

    if (rule->path.count == 0)
        return JG_E_CLAIM_PATH;
    err = jg_claim_path_find(&rule->path, d->claims, d->arena, value);
    return err == JG_OK ? check_value(rule, *value) : err;
}

/* What a rule that does not block finds is only noted. */
static enum jg_err
check_custom(struct jg_decision *d, const struct jg_claim_rule *rule)
{
    const struct jg_json *value = NULL;
    enum jg_err err = find_and_check(d, rule, &value);
    bool noted = rule->non_blocking && err != JG_E_CLAIM_PATH;

    if (err == JG_OK || err == JG_E_NOMEM)
        return err;
    jg_trace_seen(d, "%.*s is %s%s", JG_STR_ARG(rule->name),
                  jg_json_type_name(value),
                  noted ? ", which is only noted" : "");
    jg_trace_expected(d, "%.*s", JG_STR_ARG(rule->type));
    if (noted)
        return JG_OK;
    set_detail(d, rule->name);
    return err;
}

static enum jg_err
check_customs(struct jg_decision *d)
{
    const struct jg_claim_rule *rules = rules_of(d)->custom.items;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < rules_of(d)->custom.count && err == JG_OK; i++)
        err = check_custom(d, &rules[i]);
    return err;
}

enum jg_err
jg_step_claim_rules(struct jg_decision *d)
{
    static enum jg_err (*const checks[])(struct jg_decision *) = {
        check_issuer, check_audience, check_id, check_subject, check_customs,
    };
    enum jg_err err = JG_OK;

    if (!jg_claim_rules_any(rules_of(d))) {
        jg_trace_skip(d);
        return JG_OK;
    }
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        err = checks[i](d);
        if (err != JG_OK)
            break;
    }
    return err;
}
