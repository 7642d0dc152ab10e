/*
 * reference NAME: one of the tables of the program in Markdown, for the
 * documents that tools/docs.py fills, or the control API's description. Nothing
 * is said here that the tables do not say themselves.
 */
#include <stdio.h>
#include <string.h>

#include "access/decide.h"
#include "admin/admin.h"
#include "base/fate.h"
#include "model/api.h"
#include "model/conf.h"
#include "model/oas.h"
#include "model/policy.h"
#include "model/stored_session.h"

#define PATH_BYTES 512

/* <text> in the cell of a table; what stands between backticks is code. */
static void
put_cell(const char *text)
{
    bool code = false;

    for (; *text != '\0'; text++) {
        code ^= *text == '`';
        if (*text == '|' || (!code && strchr("<*\\", *text) != NULL))
            putchar('\\');
        putchar(*text);
    }
}

static void
put_type(const struct jg_field *row)
{
    static const char *const names[] = {[JG_FIELD_BOOL] = "boolean",
                                        [JG_FIELD_INT] = "integer",
                                        [JG_FIELD_NUMBER] = "number",
                                        [JG_FIELD_DURATION] = "duration",
                                        [JG_FIELD_STR] = "text",
                                        [JG_FIELD_STRS] = "texts",
                                        [JG_FIELD_STR_MAP] = "text by name",
                                        [JG_FIELD_OBJECT] = "object",
                                        [JG_FIELD_MADE] = "object",
                                        [JG_FIELD_LIST] = "objects",
                                        [JG_FIELD_MAP] = "object by name",
                                        [JG_FIELD_ANY] = "any",
                                        [JG_FIELD_IGNORED] = "",
                                        [JG_FIELD_SILENT] = ""};

    fputs(names[row->type], stdout);
    if ((row->type == JG_FIELD_INT || row->type == JG_FIELD_NUMBER) &&
        row->min < row->max)
        printf(", %.0f to %.0f", row->min, row->max);
}

/* The field before <row> whose warning speaks for the silent ones after it. */
static const char *
speaker(const struct jg_field_table *table, const struct jg_field *row)
{
    while (row-- > table->fields)
        if (row->type == JG_FIELD_IGNORED)
            return row->name;
    return NULL;
}

static void
put_state(const struct jg_field *row, const struct jg_field_table *table,
          bool nested)
{
    enum jg_fate fate = jg_field_fate(row);
    const char *remark = jg_field_remark(row);

    fputs(jg_fate_name(fate), stdout);
    if (remark[0] != '\0') {
        fputs(": ", stdout);
        put_cell(remark);
    } else if (fate == JG_FATE_UNUSED && nested &&
               speaker(table, row) != NULL) {
        printf(": see `%s` beside it", speaker(table, row));
    }
}

static void
put_row(const struct jg_field *row, const struct jg_field_table *table,
        const char *path, bool nested)
{
    printf("| `%s` | ", path);
    put_type(row);
    fputs(" | ", stdout);
    put_state(row, table, nested);
    fputs(" |\n", stdout);
}

/* Each field below <prefix>: counted, and printed when <print>. */
static void
walk(const struct jg_field_table *table, const char *prefix, bool print,
     unsigned counts[JG_FATES])
{
    for (size_t i = 0; i < table->count; i++) {
        const struct jg_field *row = &table->fields[i];
        char path[PATH_BYTES];

        snprintf(path, sizeof(path), "%s%s", prefix, row->name);
        if (jg_field_is_told(row)) {
            counts[jg_field_fate(row)]++;
            if (print)
                put_row(row, table, path, prefix[0] != '\0');
        }
        if (row->table == NULL)
            continue;
        snprintf(path, sizeof(path), "%s%s%s.", prefix, row->name,
                 row->type == JG_FIELD_LIST  ? "[]"
                 : row->type == JG_FIELD_MAP ? ".*"
                                             : "");
        walk(row->table, path, print, counts);
    }
}

static void
put_fields(const struct jg_field_table *first,
           const struct jg_field_table *second)
{
    const struct jg_field_table *tables[] = {first, second};
    unsigned counts[JG_FATES] = {0};

    for (size_t i = 0; i < 2 && tables[i] != NULL; i++)
        walk(tables[i], "", false, counts);
    printf("%u the same, %u different, %u added, %u ignored with a warning, "
           "%u ignored.\n\n",
           counts[JG_FATE_SAME], counts[JG_FATE_DIFFERS], counts[JG_FATE_ADDED],
           counts[JG_FATE_WARNED], counts[JG_FATE_UNUSED]);
    puts("| field | holds | here |\n| --- | --- | --- |");
    for (size_t i = 0; i < 2 && tables[i] != NULL; i++)
        walk(tables[i], "", true, counts);
}

static void
put_classic(void)
{
    put_fields(&jg_api_table, NULL);
}

static void
put_oas(void)
{
    put_fields(&jg_oas_table, &jg_oas_operations_table);
}

static void
put_policy(void)
{
    put_fields(&jg_policy_table, NULL);
}

static void
put_session(void)
{
    put_fields(&jg_stored_session_table, NULL);
}

static void
put_conf(void)
{
    put_fields(&jg_conf_table, NULL);
}

static void
put_errors(void)
{
    static const char *const groups[] = {"inside the gateway",
                                         "the token",
                                         "algorithm, key, signature",
                                         "claims",
                                         "identity and policies",
                                         "rights and keys",
                                         "limits",
                                         "request and route",
                                         "upstream",
                                         "configuration"};
    int group = -1;

    for (int i = 1; i < JG_E_COUNT; i++) {
        const struct jg_err_info *info = jg_err_info((enum jg_err)i);

        if (info->code[2] - '0' != group) {
            group = info->code[2] - '0';
            printf("%s### JG%dxx: %s\n\n", i > 1 ? "\n" : "", group,
                   groups[group]);
            puts("| code | status | the client gets | what it means, what to "
                 "do |\n| --- | --- | --- | --- |");
        }
        printf("| %s | %d | ", info->code, info->status);
        put_cell(info->text);
        fputs(" | ", stdout);
        put_cell(info->help);
        fputs(" |\n", stdout);
    }
}

static void
put_routes(void)
{
    const struct jg_admin_route_info *route;

    puts("| method | path | what it does |\n| --- | --- | --- |");
    for (size_t i = 0; (route = jg_admin_route_at(i)) != NULL; i++) {
        printf("| %s | `%s` | ", route->method, route->path);
        put_cell(route->summary);
        fputs(" |\n", stdout);
    }
}

static void
put_steps(void)
{
    const struct jg_step_info *step;

    puts("| | step | passes when |\n| ---: | --- | --- |");
    for (size_t i = 0; (step = jg_step_at(i)) != NULL; i++) {
        printf("| %zu | `%s` | ", i + 1, step->name);
        put_cell(step->meaning);
        fputs(" |\n", stdout);
    }
}

/* What GET /openapi.json answers, but for names that a tyk.conf chooses. */
static void
put_openapi(void)
{
    const struct jg_admin_request request = {.method = JG_STR("GET"),
                                             .path = JG_STR("/openapi.json"),
                                             .port = JG_PORT_CONTROL};
    const struct jg_conf conf = {.control_api_port = 0};
    struct jg_admin admin = {.conf = &conf};
    struct jg_admin_response response;
    struct jg_arena a;
    struct jg_str text;

    jg_arena_init(&a, 4096, JG_ADMIN_RESPONSE_MAX);
    jg_admin_response_init(&response);
    jg_admin_answer(&admin, &request, &a, &response);
    text = jg_buf_str(&response.body);
    if (response.status == 200)
        fwrite(text.p, 1, text.len, stdout);
    jg_admin_response_free(&response);
    jg_arena_free(&a);
}

static const struct {
    const char *name;
    void (*put)(void);
} tables[] = {
    {"classic", put_classic}, {"oas", put_oas},     {"policy", put_policy},
    {"session", put_session}, {"conf", put_conf},   {"errors", put_errors},
    {"routes", put_routes},   {"steps", put_steps}, {"openapi", put_openapi},
};

int
main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (argc == 2 && strcmp(argv[1], tables[i].name) == 0) {
            tables[i].put();
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
        }
    fputs("usage: reference NAME, where NAME is one of:", stderr);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        fprintf(stderr, " %s", tables[i].name);
    fputs("\n", stderr);
    return 2;
}
