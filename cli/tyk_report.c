/* What becomes of a Tyk installation, field by field. */
#include "tyk.h"

#include <stdio.h>

#include "admin/text.h"
#include "base/map.h"
#include "model/api.h"
#include "model/oas.h"
#include "model/policy.h"

#define ROWS_MAX 4096 /* fields told; the rest is only counted */
#define NAMES_MAX 3   /* documents named beside a field */

/* Where a field stands: in the configuration, or in a kind of document. */
enum place { CONF = CLI_KINDS, PLACES };

static const char *const place_names[PLACES] = {
    [CLI_API] = "API",
    [CLI_OAS] = "OAS API",
    [CLI_POLICY] = "policy",
    [CONF] = "tyk.conf",
};

/* One field of one kind of document. */
struct row {
    unsigned place;
    const char *path, *remark;
    enum jg_fate fate;
    size_t uses; /* documents that set it */
    const struct cli_document *last, *names[NAMES_MAX];
};

struct report {
    struct jg_arena arena;
    struct jg_map map; /* "place path" -> struct row */
    struct row *rows;
    size_t count, counts[JG_FATES];
    unsigned place; /* of the document at hand */
    const struct cli_document *document;
    bool no_memory, full;
};

static struct row *
new_row(struct report *r, struct jg_str key)
{
    struct row *row = &r->rows[r->count];
    struct jg_str copy = jg_arena_str(&r->arena, key);

    if (copy.p == NULL) {
        r->no_memory = true;
        return NULL;
    }
    *row = (struct row){.place = r->place, .path = copy.p + 1};
    jg_map_put(&r->map, copy, row);
    r->count++;
    return row;
}

/* What is worst counts: same < differs < ... */
static void
note(void *arg, const char *path, enum jg_fate fate, const char *remark)
{
    struct report *r = arg;
    char key[JG_FATE_PATH_MAX + 1];
    struct row *row;

    snprintf(key, sizeof(key), "%c%s", (int)('a' + r->place), path);
    if (strcmp(path, JG_OAS_EXTENSION ".middleware.operations") == 0 &&
        fate == JG_FATE_UNUSED)
        return; /* a table of its own */
    row = jg_map_get(&r->map, jg_str(key));
    r->full |= row == NULL && r->count == ROWS_MAX;
    if (row == NULL && r->count < ROWS_MAX)
        row = new_row(r, jg_str(key));
    if (row == NULL || fate < row->fate)
        return;
    if (fate > row->fate)
        row->uses = 0;
    row->fate = fate;
    row->remark = remark;
    if (row->uses > 0 && row->last == r->document)
        return;
    row->last = r->document;
    if (row->uses < NAMES_MAX)
        row->names[row->uses] = r->document;
    row->uses++;
}

static enum jg_err
walk_conf(struct report *r, const struct tyk *tyk)
{
    const struct jg_json *json;
    enum jg_err err;

    if (tyk->config.path == NULL)
        return JG_OK;
    err = jg_json_parse(tyk->config.text, &jg_json_limits_conf, &r->arena,
                        &json, NULL);
    r->place = CONF;
    r->document = NULL;
    if (err == JG_OK)
        jg_fate_walk(&jg_conf_table, json, note, r);
    return err;
}

static void
walk_document(struct report *r, const struct cli_document *document)
{
    static const struct jg_field_table *const tables[CLI_KINDS] = {
        [CLI_API] = &jg_api_table,
        [CLI_OAS] = &jg_oas_table,
        [CLI_POLICY] = &jg_policy_table,
    };

    if (document->half)
        return;
    r->place = document->kind;
    r->document = document;
    jg_fate_walk(tables[document->kind], document->json, note, r);
    if (document->kind == CLI_OAS)
        jg_fate_walk(&jg_oas_operations_table, document->json, note, r);
}

static enum jg_err
make(struct report *r, const struct tyk *tyk)
{
    enum jg_err err = jg_map_init(&r->map, &r->arena, ROWS_MAX);

    r->rows = jg_arena_array(&r->arena, ROWS_MAX, sizeof(*r->rows));
    if (err != JG_OK || r->rows == NULL)
        return JG_E_NOMEM;
    err = walk_conf(r, tyk);
    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < tyk->docs.count; i++)
        walk_document(r, &tyk->docs.items[i]);
    for (size_t i = 0; i < r->count; i++)
        r->counts[r->rows[i].fate]++;
    return r->no_memory ? JG_E_NOMEM : JG_OK;
}

/* The name of the file that <document> came from, or its id. */
static struct jg_str
name_of(const struct cli_document *document)
{
    struct jg_str rest = document->from, part = document->id;

    if (document->kind == CLI_POLICY)
        return document->id; /* many share a file */
    while (jg_str_next(&rest, '/', &part))
        ;
    return part;
}

/* "in orders.json, users.json and 3 more" */
static void
add_names(struct jg_buf *out, const struct row *row)
{
    size_t shown = row->uses < NAMES_MAX ? row->uses : NAMES_MAX;
    struct jg_buf names;

    if (row->place == CONF)
        return;
    jg_buf_init(&names, 4096);
    jg_buf_add(&names, JG_STR("in "));
    for (size_t i = 0; i < shown; i++)
        jg_buf_addf(&names, "%s%.*s", i == 0 ? "" : ", ",
                    JG_STR_ARG(jg_str_head(name_of(row->names[i]), 60)));
    if (row->uses > shown)
        jg_buf_addf(&names, " and %zu more", row->uses - shown);
    cli_add_wrapped(out, jg_buf_str(&names), 12);
    jg_buf_free(&names);
}

static void
add_row(struct jg_buf *out, const struct row *row)
{
    jg_buf_addf(out, "  %-8s  %s\n", place_names[row->place], row->path);
    if (row->remark[0] != '\0')
        cli_add_wrapped(out, jg_str(row->remark), 12);
    else if (row->fate == JG_FATE_UNKNOWN)
        cli_add_wrapped(
            out,
            JG_STR("no field that jotgate knows: kept, and without effect"),
            12);
    add_names(out, row);
}

static void
add_part(struct jg_buf *out, const struct report *r, enum jg_fate fate,
         const char *title)
{
    if (r->counts[fate] == 0)
        return;
    jg_buf_addf(out, "\n%s\n", title);
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].fate == fate)
            add_row(out, &r->rows[i]);
}

/* Fates that are told field by field; the rest is only counted. */
static const struct {
    enum jg_fate fate;
    const char *title;
    bool always; /* false: with --all */
} parts[] = {
    {JG_FATE_DIFFERS, "Different", true},
    {JG_FATE_WARNED, "Ignored, and somebody would notice", true},
    {JG_FATE_UNKNOWN, "Unknown", true},
    {JG_FATE_ADDED, "Not in Tyk", true},
    {JG_FATE_UNUSED, "Ignored, and nothing is missing", false},
    {JG_FATE_SAME, "The same", false},
};

static void
add_head(struct jg_buf *out, const struct tyk *tyk)
{
    size_t classic = cli_documents_count(&tyk->docs, CLI_API);
    size_t oas = cli_documents_count(&tyk->docs, CLI_OAS);
    size_t policies = cli_documents_count(&tyk->docs, CLI_POLICY);

    jg_buf_addf(out, "%s: ", tyk->name);
    if (tyk->config.path != NULL)
        jg_buf_addf(out, "configuration, ");
    jg_buf_addf(out, "%zu API%s", classic + oas, classic + oas == 1 ? "" : "s");
    if (oas > 0)
        jg_buf_addf(out, " (%zu in OAS form)", oas);
    jg_buf_addf(out, ", %zu polic%s\n", policies, policies == 1 ? "y" : "ies");
}

static void
add_text(struct jg_buf *out, const struct tyk *tyk, const struct report *r)
{
    add_head(out, tyk);
    jg_buf_addf(out,
                "Fields: %zu the same, %zu different, %zu added, %zu ignored "
                "with a warning,\n        %zu ignored, %zu unknown%s\n",
                r->counts[JG_FATE_SAME], r->counts[JG_FATE_DIFFERS],
                r->counts[JG_FATE_ADDED], r->counts[JG_FATE_WARNED],
                r->counts[JG_FATE_UNUSED], r->counts[JG_FATE_UNKNOWN],
                r->full ? ", and more than can be told" : "");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].always || cli_has(tyk->cli, "all"))
            add_part(out, r, parts[i].fate, parts[i].title);
}

static void
add_row_json(struct jg_buf *out, const struct row *row)
{
    size_t shown = row->uses < NAMES_MAX ? row->uses : NAMES_MAX;

    jg_buf_addf(out,
                "{\"document\":\"%s\",\"field\":", place_names[row->place]);
    jg_buf_add_quoted(out, jg_str(row->path));
    jg_buf_addf(out, ",\"fate\":\"%s\",\"remark\":", jg_fate_name(row->fate));
    jg_buf_add_quoted(out, jg_str(row->remark));
    jg_buf_addf(out, ",\"count\":%zu,\"in\":[", row->uses);
    for (size_t i = 0; i < shown && row->place != CONF; i++) {
        jg_buf_add(out, i == 0 ? JG_STR("") : JG_STR(","));
        jg_buf_add_quoted(out, name_of(row->names[i]));
    }
    jg_buf_add(out, JG_STR("]}"));
}

static void
add_json(struct jg_buf *out, const struct tyk *tyk, const struct report *r)
{
    jg_buf_addf(out, "\"apis\":%zu,\"oas\":%zu,\"policies\":%zu,\"counts\":{",
                cli_documents_count(&tyk->docs, CLI_API),
                cli_documents_count(&tyk->docs, CLI_OAS),
                cli_documents_count(&tyk->docs, CLI_POLICY));
    for (enum jg_fate fate = 0; fate < JG_FATES; fate++)
        jg_buf_addf(out, "%s\"%s\":%zu", fate == 0 ? "" : ",",
                    jg_fate_name(fate), r->counts[fate]);
    jg_buf_add(out, JG_STR("},\"fields\":["));
    for (size_t i = 0; i < r->count; i++) {
        jg_buf_add(out, i == 0 ? JG_STR("") : JG_STR(","));
        add_row_json(out, &r->rows[i]);
    }
    jg_buf_add(out, JG_STR("]"));
}

int
tyk_report(const struct tyk *tyk, struct jg_buf *out, bool json)
{
    struct report r = {0};
    enum jg_err err;

    jg_arena_init(&r.arena, 64 * 1024, CLI_ARENA_MAX);
    err = make(&r, tyk);
    if (err == JG_OK && json)
        add_json(out, tyk, &r);
    else if (err == JG_OK)
        add_text(out, tyk, &r);
    jg_arena_free(&r.arena);
    return err == JG_OK ? CLI_OK : cli_broken(err);
}
