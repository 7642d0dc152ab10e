/* Documents: told apart by what is in them, sorted, checked. */
#include "documents.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "admin/text.h"
#include "model/api.h"
#include "model/oas.h"
#include "model/policy.h"
#include "store/files.h"

static const struct cli_kind_info kinds[CLI_KINDS] = {
    [CLI_API] = {"API", "api", "apis", ".json", "api_id", "/tyk/apis"},
    [CLI_OAS] = {"OAS API", "oas", "apis", "-oas.json",
                 JG_OAS_EXTENSION ".info.id", "/tyk/apis/oas"},
    [CLI_POLICY] = {"policy", "policy", "policies", ".json", "id",
                    "/tyk/policies"},
};

const struct cli_kind_info *
cli_kind(enum cli_kind kind)
{
    return &kinds[kind];
}

void
cli_documents_init(struct cli_documents *set)
{
    *set = (struct cli_documents){0};
    jg_arena_init(&set->arena, 256 * 1024, CLI_DOCUMENTS_MAX_BYTES);
}

void
cli_documents_free(struct cli_documents *set)
{
    jg_arena_free(&set->arena);
}

/* cli_fail(), unless nobody wants to hear it. */
static int __attribute__((format(printf, 4, 5)))
fail(const struct cli_documents *set, int code, const char *fix,
     const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return set->quiet ? code : cli_fail(code, fix, "%s", text);
}

/* Room for one document more, zeroed; NULL without memory. */
static struct cli_document *
add(struct cli_documents *set)
{
    if (set->count == set->room) {
        size_t room = set->room == 0 ? 64 : 2 * set->room;
        struct cli_document *items =
            jg_arena_array(&set->arena, room, sizeof(*items));

        if (items == NULL)
            return NULL;
        if (set->count > 0)
            memcpy(items, set->items, set->count * sizeof(*items));
        set->items = items;
        set->room = room;
    }
    return &set->items[set->count++];
}

/* The id of <json>: its member, for a policy also "_id". */
static struct jg_str
id_of(enum cli_kind kind, const struct jg_json *json)
{
    struct jg_str id;

    id = jg_json_string(jg_json_path(json, jg_str(kinds[kind].id)));
    if (id.len == 0 && kind == CLI_POLICY)
        id = jg_json_string(jg_json_get(json, JG_STR("_id")));
    return id;
}

static int
no_id(const struct cli_documents *set, enum cli_kind kind, struct jg_str from)
{
    char fix[80];

    snprintf(fix, sizeof(fix), "give it one: \"%s\"", kinds[kind].id);
    return fail(set, CLI_CONFIG, fix, "%.*s: the %s has no id",
                JG_STR_ARG(from), kinds[kind].name);
}

static int
take(struct cli_documents *set, enum cli_kind kind, const struct jg_json *json,
     struct jg_str text, struct jg_str from)
{
    struct cli_document *document;
    struct jg_str id = id_of(kind, json);

    if (id.len == 0)
        return no_id(set, kind, from);
    document = add(set);
    if (document == NULL)
        return cli_broken(JG_E_NOMEM);
    *document = (struct cli_document){.kind = kind,
                                      .id = id,
                                      .text = jg_str_trim(text),
                                      .json = json,
                                      .from = from};
    return CLI_OK;
}

/* What a document turned out to be. */
enum form { API, OAS, POLICY, WRAPPED, CONF, MANY, OTHER };

/* The first member that is there tells. */
static const struct {
    const char *member;
    enum form form;
} signs[] = {
    {JG_OAS_EXTENSION, OAS}, {"api_definition", WRAPPED},
    {"api_id", API},         {"access_rights", POLICY},
    {"app_path", CONF},      {"listen_port", CONF},
    {"secret", CONF},        {"proxy", API},
};

static bool
are_policies(const struct jg_json *json)
{
    for (uint32_t i = 0; i < json->count; i++)
        if (jg_json_get(&json->members[i].value, JG_STR("access_rights")) ==
            NULL)
            return false;
    return true;
}

static enum form
form_of(const struct jg_json *json)
{
    if (json->type == JG_JSON_ARRAY)
        return MANY;
    if (json->type != JG_JSON_OBJECT)
        return OTHER;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (jg_json_get(json, jg_str(signs[i].member)) != NULL)
            return signs[i].form;
    return are_policies(json) ? MANY : OTHER;
}

static int take_any(struct cli_documents *set, const struct jg_json *json,
                    struct jg_str text, struct jg_str from, bool inner);

/* One policy of {id: policy}: the name wins over the inner id, as in Tyk. */
static int
take_named(struct cli_documents *set, const struct jg_json_member *member,
           struct jg_str text, struct jg_str from)
{
    const struct jg_json *json = &member->value;

    if (!jg_str_eq(jg_json_string(jg_json_get(json, JG_STR("id"))),
                   member->name) &&
        (jg_text_set(text, json, JG_STR("id"), member->name, &set->arena,
                     &text) != JG_OK ||
         jg_json_parse(text, &jg_json_limits_conf, &set->arena, &json, NULL) !=
             JG_OK))
        return cli_broken(JG_E_NOMEM);
    return take(set, CLI_POLICY, json, text, from);
}

/* Each item of a list, or each policy of an object. */
static int
take_many(struct cli_documents *set, const struct jg_json *json,
          struct jg_str text, struct jg_str from)
{
    struct jg_text_walk walk;
    struct jg_str value;
    int code = CLI_OK;

    jg_text_walk(&walk, text);
    for (uint32_t i = 0; i < json->count && code == CLI_OK; i++) {
        if (json->type == JG_JSON_OBJECT && jg_text_next(&walk, &value))
            code = take_named(set, &json->members[i], value, from);
        else if (jg_text_next_item(&walk, &value))
            code = take_any(set, &json->items[i], value, from, true);
    }
    return code;
}

static int
take_conf(struct cli_documents *set, struct jg_str text, struct jg_str from)
{
    if (set->conf.p != NULL)
        return fail(set, CLI_USAGE, "name one of them",
                    "%.*s and %.*s are both a gateway's configuration",
                    JG_STR_ARG(set->conf_from), JG_STR_ARG(from));
    set->conf = text;
    set->conf_from = from;
    return CLI_OK;
}

static int
take_any(struct cli_documents *set, const struct jg_json *json,
         struct jg_str text, struct jg_str from, bool inner)
{
    static const char wrapper[] = "api_definition";
    enum form form = form_of(json);

    if (form == API || form == OAS || form == POLICY)
        return take(set,
                    form == API   ? CLI_API
                    : form == OAS ? CLI_OAS
                                  : CLI_POLICY,
                    json, text, from);
    if (form == WRAPPED && !inner)
        return take_any(set, jg_json_get(json, jg_str(wrapper)),
                        jg_text_find(text, json, jg_str(wrapper)), from, true);
    if (form == MANY && !inner)
        return take_many(set, json, text, from);
    if (form == CONF && !inner)
        return take_conf(set, text, from);
    return fail(set, CLI_CONFIG, NULL,
                "%.*s: this is no API definition, no policy, and no "
                "tyk.conf",
                JG_STR_ARG(from));
}

int
cli_documents_add(struct cli_documents *set, struct jg_str text,
                  struct jg_str from)
{
    struct jg_json_fault fault = {0};
    const struct jg_json *json;
    enum jg_err err =
        jg_json_parse(text, &jg_json_limits_conf, &set->arena, &json, &fault);

    if (err == JG_E_NOMEM)
        return cli_broken(err);
    if (err != JG_OK)
        return fail(set, CLI_CONFIG, NULL, "%.*s:%u:%u: %s", JG_STR_ARG(from),
                    fault.line, fault.column, fault.what);
    return take_any(set, json, text, from, false);
}

int
cli_documents_add_list(struct cli_documents *set, enum cli_kind kind,
                       const struct jg_json *json, struct jg_str text,
                       struct jg_str from)
{
    struct jg_text_walk walk;
    struct jg_str value;
    int code = CLI_OK;

    jg_text_walk(&walk, text);
    for (uint32_t i = 0;
         i < json->count && code == CLI_OK && jg_text_next_item(&walk, &value);
         i++)
        code = take(set, kind, &json->items[i], value, from);
    return code;
}

int
cli_documents_add_file(struct cli_documents *set, const char *path)
{
    struct jg_str from = jg_arena_str(&set->arena, jg_str(path)), text;
    enum jg_err err =
        from.p != NULL ? jg_file_read(path, &set->arena, &text) : JG_E_NOMEM;

    if (err == JG_E_NOMEM)
        return cli_broken(err);
    if (err == JG_E_CONF_RANGE)
        return fail(set, CLI_FAILED, NULL, "%s is longer than %d bytes", path,
                    JG_FILE_MAX);
    if (err != JG_OK)
        return fail(set, CLI_FAILED, NULL, "cannot read %s: %m", path);
    return cli_documents_add(set, text, from);
}

int
cli_documents_add_folder(struct cli_documents *set, const char *path)
{
    struct jg_file *files;
    size_t count;
    int code = CLI_OK, one;

    if (jg_files_list(path, time(NULL), &set->arena, &files, &count) != JG_OK)
        return fail(set, CLI_FAILED, NULL, "cannot read the folder %s: %m",
                    path);
    for (size_t i = 0; i < count; i++) {
        one = cli_documents_add_file(set, files[i].path.p);
        code = one != CLI_OK ? one : code;
    }
    return code;
}

int
cli_documents_add_path(struct cli_documents *set, const char *path)
{
    return cli_is_folder(path) ? cli_documents_add_folder(set, path)
                               : cli_documents_add_file(set, path);
}

/* Policies behind definitions; of one id the OAS form first. */
static int
compare(const void *left, const void *right)
{
    const struct cli_document *a = left, *b = right;
    int policy = (a->kind == CLI_POLICY) - (b->kind == CLI_POLICY);
    int order = policy != 0 ? policy : jg_str_cmp(a->id, b->id);

    return order != 0 ? order : (a->kind == CLI_API) - (b->kind == CLI_API);
}

static bool
is_half(const struct cli_document *document)
{
    return document->kind == CLI_API &&
           jg_json_is_true(jg_json_get(document->json, JG_STR("is_oas")));
}

int
cli_documents_sort(struct cli_documents *set)
{
    int code = CLI_OK;

    if (set->count == 0)
        return CLI_OK;
    qsort(set->items, set->count, sizeof(*set->items), compare);
    for (size_t i = 1; i < set->count; i++) {
        struct cli_document *a = &set->items[i - 1], *b = &set->items[i];

        if (!jg_str_eq(a->id, b->id) ||
            (a->kind == CLI_POLICY) != (b->kind == CLI_POLICY))
            continue;
        if (a->kind == CLI_OAS && is_half(b))
            b->half = true;
        else
            code = fail(
                set, CLI_CONFIG, "give one of the two another id, or remove it",
                "%s and %s are both the %s \"%.*s\"", a->from.p, b->from.p,
                kinds[b->kind].name, JG_STR_ARG(jg_str_head(b->id, 200)));
    }
    return code;
}

const struct cli_document *
cli_documents_find(const struct cli_documents *set, enum cli_kind kind,
                   struct jg_str id)
{
    struct cli_document wanted = {.kind = kind, .id = id};
    size_t low = 0, high = set->count;

    if (kind == CLI_API)
        wanted.kind = CLI_OAS; /* the first of that id */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&set->items[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == set->count || !jg_str_eq(set->items[low].id, id) ||
        (set->items[low].kind == CLI_POLICY) != (kind == CLI_POLICY))
        return NULL;
    return &set->items[low];
}

size_t
cli_documents_count(const struct cli_documents *set, enum cli_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += set->items[i].kind == kind && !set->items[i].half;
    return count;
}

static enum jg_err
check_one(const struct cli_document *document, const struct jg_conf *conf,
          struct jg_diags *diags)
{
    const struct jg_bind_source source = {
        .file = document->from, .text = document->text, .diags = diags};
    struct jg_policy *policy = NULL;
    struct jg_api *api = NULL;
    enum jg_err err;

    if (document->kind == CLI_POLICY) {
        err = jg_policy_read(&source, document->json, (struct jg_str){NULL, 0},
                             0, &policy);
        jg_policy_free(policy);
    } else {
        err = jg_api_read(&source, 0, conf, &api);
        jg_api_free(api);
    }
    return err;
}

int
cli_documents_check(const struct cli_documents *set, const struct jg_conf *conf,
                    struct jg_diags *diags)
{
    for (size_t i = 0; i < set->count; i++)
        if (!set->items[i].half &&
            check_one(&set->items[i], conf, diags) == JG_E_NOMEM)
            return cli_broken(JG_E_NOMEM);
    return CLI_OK;
}
