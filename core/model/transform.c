/* From a definition's words to what is done with headers. */
#include "model/transform.h"

#include "base/header.h"
#include "model/model_internal.h"

static enum jg_err
refuse(struct jg_api_reading *r, const struct jg_transform_text *text,
       const char *what)
{
    return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, text->path,
                          NULL, NULL, "%s", what);
}

static enum jg_err
check_counts(struct jg_api_reading *r, const struct jg_transform_text *text)
{
    if (text->removed.count > JG_TRANSFORM_MAX ||
        text->set.count > JG_TRANSFORM_MAX)
        return refuse(r, text, "more than 120 headers");
    return JG_OK;
}

/* What is wrong is not shown: a value may be a secret, a name anything. */
static enum jg_err
check_pair(struct jg_api_reading *r, const struct jg_transform_text *text,
           size_t i)
{
    const struct jg_pair *pair = &text->set.items[i];

    if (!jg_header_is_name(pair->name))
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, text->path,
                              NULL, NULL,
                              "name %zu is none of a header: letters, digits "
                              "and '-' are",
                              i + 1);
    if (!jg_header_is_value(pair->value))
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, text->path,
                              NULL, NULL,
                              "the value of %.*s holds a control character",
                              JG_STR_ARG(pair->name));
    return JG_OK;
}

/* Secrets were no part of the definition's text. */
static enum jg_err
check_value(struct jg_api_reading *r, const struct jg_transform_text *text,
            const struct jg_header_rule *rule)
{
    for (size_t i = 0; i < rule->value.count; i++)
        if (rule->value.parts[i].kind == JG_PART_TEXT &&
            !jg_header_is_value(rule->value.parts[i].text))
            return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE,
                                  text->path, NULL, NULL,
                                  "a secret in the value of %.*s holds a "
                                  "control character",
                                  JG_STR_ARG(rule->name));
    return JG_OK;
}

static enum jg_err
read_name(struct jg_api_reading *r, struct jg_str name, struct jg_str *out)
{
    char *p = jg_arena_alloc(&r->api->arena, name.len + 1);

    if (p == NULL)
        return JG_E_NOMEM;
    memcpy(p, name.p, name.len);
    p[name.len] = '\0';
    if (!r->conf->ignore_canonical_mime_header_key)
        jg_header_canonical(name, p);
    *out = (struct jg_str){p, name.len};
    return JG_OK;
}

static enum jg_err
read_value(struct jg_api_reading *r, const struct jg_transform_text *text,
           struct jg_str value, struct jg_header_rule *rule)
{
    struct jg_template_doubt doubt = {NULL, {NULL, 0}};
    enum jg_err err =
        jg_template_read(value, r->conf, r->api->def.enable_context_vars,
                         &r->api->arena, &rule->value, &doubt);

    if (err == JG_E_CONF_VALUE)
        return refuse(r, text, "a value with too many variables");
    if (err == JG_OK && doubt.what != NULL)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, text->path, NULL,
                       NULL, "%.*s: %.*s %s", JG_STR_ARG(rule->name),
                       JG_STR_ARG(doubt.variable), doubt.what);
    return err;
}

/* The place of <name> in <rules>, or <count>. */
static size_t
find_rule(const struct jg_header_rule *rules, size_t count, struct jg_str name)
{
    size_t i = 0;

    while (i < count && !jg_str_eq_nocase(rules[i].name, name))
        i++;
    return i;
}

static bool
is_engines(struct jg_api_reading *r, const struct jg_transform_text *text,
           struct jg_str name)
{
    if (!jg_header_is_framing(name) && !jg_header_is_hop_by_hop(name))
        return false;
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, text->path, NULL,
                   NULL, "%.*s is not set: it belongs to the connection",
                   JG_STR_ARG(name));
    return true;
}

static enum jg_err
read_rule(struct jg_api_reading *r, const struct jg_transform_text *text,
          size_t i, struct jg_header_rule *rule)
{
    enum jg_err err = read_name(r, text->set.items[i].name, &rule->name);

    if (err == JG_OK)
        err = read_value(r, text, text->set.items[i].value, rule);
    if (err == JG_OK)
        err = check_value(r, text, rule);
    return err;
}

static enum jg_err
read_rules(struct jg_api_reading *r, const struct jg_transform_text *text,
           struct jg_transform *out)
{
    struct jg_header_rule *rules =
        jg_arena_array(&r->api->arena, text->set.count + 1, sizeof(*rules));
    size_t count = 0;

    if (rules == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < text->set.count; i++) {
        struct jg_header_rule rule = {{NULL, 0}, {NULL, 0}};
        enum jg_err err = check_pair(r, text, i);
        size_t at;

        if (err == JG_OK && is_engines(r, text, text->set.items[i].name))
            continue;
        if (err == JG_OK)
            err = read_rule(r, text, i, &rule);
        if (err != JG_OK)
            return err;
        at = find_rule(rules, count, rule.name);
        rules[at] = rule; /* a later one replaces an earlier one */
        count += at == count;
    }
    out->rules = rules;
    out->count = count;
    return JG_OK;
}

enum jg_err
jg_transform_read(struct jg_api_reading *r,
                  const struct jg_transform_text *text,
                  struct jg_transform *out)
{
    struct jg_transform made = {.removed = text->removed};
    enum jg_err err = check_counts(r, text);

    if (err == JG_OK)
        err = read_rules(r, text, &made);
    if (err == JG_OK)
        *out = made;
    return err;
}

static bool
is_removed(const struct jg_transform *t, struct jg_str name)
{
    for (size_t i = 0; i < t->removed.count; i++)
        if (jg_header_same(t->removed.items[i], name))
            return true;
    return false;
}

static enum jg_err
join_removed(const struct jg_transform *first,
             const struct jg_transform *second, struct jg_arena *a,
             struct jg_strs *out)
{
    size_t count = first->removed.count + second->removed.count;
    struct jg_str *items;

    if (count > JG_TRANSFORM_MAX)
        return JG_E_CONF_VALUE;
    items = jg_arena_array(a, count + 1, sizeof(*items));
    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        items[i] = i < first->removed.count
                       ? first->removed.items[i]
                       : second->removed.items[i - first->removed.count];
    *out = (struct jg_strs){items, count};
    return JG_OK;
}

/* All of <second>, and before them those of <first> that it leaves. */
static enum jg_err
join_rules(const struct jg_transform *first, const struct jg_transform *second,
           struct jg_arena *a, struct jg_transform *out)
{
    struct jg_header_rule *rules =
        jg_arena_array(a, first->count + second->count + 1, sizeof(*rules));
    size_t count = 0;

    if (rules == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < first->count; i++) {
        const struct jg_header_rule *rule = &first->rules[i];

        if (!is_removed(second, rule->name) &&
            find_rule(second->rules, second->count, rule->name) ==
                second->count)
            rules[count++] = *rule;
    }
    for (size_t i = 0; i < second->count; i++)
        rules[count++] = second->rules[i];
    out->rules = rules;
    out->count = count;
    return count > JG_TRANSFORM_MAX ? JG_E_CONF_VALUE : JG_OK;
}

enum jg_err
jg_transform_join(const struct jg_transform *first,
                  const struct jg_transform *second, struct jg_arena *a,
                  struct jg_transform *out)
{
    struct jg_transform made = {{NULL, 0}, NULL, 0};
    enum jg_err err = join_removed(first, second, a, &made.removed);

    if (err == JG_OK)
        err = join_rules(first, second, a, &made);
    if (err == JG_OK)
        *out = made;
    return err;
}
