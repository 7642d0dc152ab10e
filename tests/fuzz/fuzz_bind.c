/*
 * Any bytes as a configuration: every report of it can be printed both ways,
 * and none of them holds the value of a secret.
 */
#include <stdlib.h>

#include "base/bind.h"

#define ARENA_MAX_BYTES (64 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct inner {
    struct jg_str name, secret;
    int64_t n;
};

#define AT(member) offsetof(struct inner, member)
static const struct jg_field inner_fields[] = {
    {"name", JG_FIELD_STR, AT(name), .max = 8},
    {"secret", JG_FIELD_STR, AT(secret), .max = 8, .secret = true},
    {"n", JG_FIELD_INT, AT(n), .min = 1, .max = 10},
};
#undef AT

static const struct jg_field_table inner_table = {
    sizeof(struct inner), inner_fields, JG_FIELD_COUNT(inner_fields), NULL,
    false};

struct outer {
    bool flag;
    double number;
    struct jg_strs texts;
    struct jg_pairs pairs;
    struct inner inner;
    struct jg_list list, map;
    const struct jg_json *any;
};

#define AT(member) offsetof(struct outer, member)
static const struct jg_field outer_fields[] = {
    {"flag", JG_FIELD_BOOL, AT(flag)},
    {"number", JG_FIELD_NUMBER, AT(number), .min = 0, .max = 60},
    {"texts", JG_FIELD_STRS, AT(texts), .max = 8},
    {"pairs", JG_FIELD_STR_MAP, AT(pairs)},
    {"inner", JG_FIELD_OBJECT, AT(inner), &inner_table},
    {"list", JG_FIELD_LIST, AT(list), &inner_table},
    {"map", JG_FIELD_MAP, AT(map), &inner_table},
    {"any", JG_FIELD_ANY, AT(any)},
    {"ignored", JG_FIELD_IGNORED, .note = "why"},
    {"silent", JG_FIELD_SILENT},
};
#undef AT

static const struct jg_field_table outer_table = {
    sizeof(struct outer), outer_fields, JG_FIELD_COUNT(outer_fields), NULL,
    false};

static void
must(bool good)
{
    if (!good)
        abort();
}

static bool
contains(struct jg_str text, struct jg_str part)
{
    return text.len > 0 && memmem(text.p, text.len, part.p, part.len) != NULL;
}

/* The secret, when it is one that no message holds by itself. */
static struct jg_str
secret_of(struct jg_str text, const struct jg_json *json)
{
    struct jg_str secret =
        jg_json_string(jg_json_path(json, JG_STR("inner.secret")));
    const char *at =
        secret.len < 4 ? NULL : memmem(text.p, text.len, secret.p, secret.len);

    if (!jg_str_starts(secret, JG_STR("ZZ")) || at == NULL ||
        contains(jg_str_from(text, (size_t)(at - text.p) + 1), secret))
        return (struct jg_str){NULL, 0}; /* or it may be a name, too */
    return secret;
}

static void
check_reports(const struct jg_diags *diags, struct jg_str secret,
              struct jg_arena *a)
{
    const struct jg_json *json = NULL;
    struct jg_buf b;

    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next) {
        jg_buf_init(&b, 64 * 1024);
        jg_diag_print(&b, d);
        must(!b.failed && b.len > 0 && b.p[b.len - 1] == '\n');
        must(secret.len == 0 || !contains(jg_buf_str(&b), secret));
        jg_buf_reset(&b);
        jg_diag_print_json(&b, d);
        must(!b.failed);
        must(jg_json_parse(jg_buf_str(&b), &jg_json_limits_token, a, &json,
                           NULL) == JG_OK);
        must(secret.len == 0 || !contains(jg_buf_str(&b), secret));
        jg_buf_free(&b);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str text = {(const char *)data, size}, secret = {NULL, 0};
    struct jg_diags diags;
    struct jg_bind_source source = {
        .file = JG_STR("t.json"), .text = text, .diags = &diags};
    const struct jg_json *json = NULL;
    struct outer out = {0};
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 16 * 1024, ARENA_MAX_BYTES);
    jg_diags_init(&diags, &a);
    err = jg_bind_parse(&source, &jg_json_limits_token, &a, &json);
    if (err == JG_OK) {
        err = jg_bind(&outer_table, json, &out, &a, &source);
        secret = secret_of(text, json);
    }
    must((err != JG_OK) == (diags.faults > 0));
    check_reports(&diags, secret, &a);
    jg_arena_free(&a);
    return 0;
}
