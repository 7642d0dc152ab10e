/* Lists of the control API: found, listed, one shown. */
#include "kinds.h"

#include <stdio.h>

#include "admin/masked.h"
#include "commands.h"
#include "model/api.h"
#include "model/policy.h"

#define SUGGEST_MAX 10000 /* names that are looked at */

static const struct cli_listed kinds[] = {
    {.group = "apis",
     .member = "api",
     .one = "API",
     .path = "/tyk/apis",
     .oas = "/tyk/apis/oas",
     .id = "api_id",
     .none = "no APIs: jotgate apis create FILE, or jotgate import oidc ISSUER",
     .reloads = true,
     .whole = true,
     .table = &jg_api_table,
     .columns = {{{"id", CLI_TEXT}, "api_id"},
                 {{"name", CLI_TEXT}, "name"},
                 {{"active", CLI_TEXT}, "active"},
                 {{"org", CLI_TEXT}, "org_id"}}},
    {.group = "policies",
     .member = "policy",
     .one = "policy",
     .path = "/tyk/policies",
     .id = "id",
     .none = "no policies: jotgate policies create FILE",
     .reloads = true,
     .whole = true,
     .table = &jg_policy_table,
     .columns = {{{"id", CLI_TEXT}, "id"},
                 {{"name", CLI_TEXT}, "name"},
                 {{"active", CLI_TEXT}, "active"},
                 {{"rate", CLI_NUMBER}, "rate"},
                 {{"per", CLI_NUMBER}, "per"},
                 {{"quota", CLI_NUMBER}, "quota_max"},
                 {{"org", CLI_TEXT}, "org_id"}}},
    {.group = "keys",
     .member = "key",
     .one = "key",
     .path = "/tyk/keys",
     .list_query = "?details=true",
     .else_query = "?hashed=true",
     .list = "details",
     .names = "keys",
     .id = "key",
     .none = "no keys: jotgate keys create FILE",
     .columns = {{{"id", CLI_TEXT}, "key"},
                 {{"alias", CLI_TEXT}, "alias"},
                 {{"policies", CLI_TEXT}, "apply_policies"},
                 {{"inactive", CLI_TEXT}, "is_inactive"},
                 {{"expires", CLI_WHEN}, "expires"},
                 {{"org", CLI_TEXT}, "org_id"}}},
    {.group = "revocations",
     .member = "revocation",
     .one = "revocation",
     .path = "/tyk/revocations",
     .list = "revocations",
     .id = "id",
     .none = "nothing is revoked",
     .columns = {{{"id", CLI_TEXT}, "id"},
                 {{"jti", CLI_TEXT}, "jti"},
                 {{"sub", CLI_TEXT}, "sub"},
                 {{"client", CLI_TEXT}, "client"},
                 {{"issued_before", CLI_WHEN}, "issued_before"},
                 {{"api", CLI_TEXT}, "api_id"},
                 {{"expires", CLI_WHEN}, "expires"},
                 {{"note", CLI_TEXT}, "note"}}},
    {.group = "keysets",
     .member = "key_set",
     .one = "key set",
     .path = "/tyk/jwks",
     .list = "sets",
     .id = "id",
     .none = "no key sets: no API names a URL of keys",
     .columns = {{{"id", CLI_TEXT}, "id"},
                 {{"url", CLI_TEXT}, "url"},
                 {{"failures", CLI_NUMBER}, "failures"},
                 {{"fault", CLI_TEXT}, "fault"}}},
};

const struct cli_listed *
cli_kind_named(const char *group)
{
    size_t i = 0;

    while (i + 1 < sizeof(kinds) / sizeof(kinds[0]) &&
           strcmp(kinds[i].group, group) != 0)
        i++;
    return &kinds[i];
}

const struct cli_listed *
cli_kind_of(const struct cli *cli)
{
    return cli_kind_named(cli->command->group);
}

/* <names> is every id, or NULL. */
static int
ask_list(struct cli *cli, const struct cli_listed *kind,
         const struct jg_json **list, const struct jg_json **names)
{
    const char *query = kind->list_query != NULL ? kind->list_query : "";
    const char *path = cli_path(cli, kind->path, "", query);
    struct cli_answer answer;
    int code = path != NULL ? cli_get_list(cli, path, kind->list, &answer, list)
                            : CLI_FAILED;

    *names = NULL;
    if (code == CLI_OK && kind->names != NULL)
        *names = cli_answer_list(&answer, kind->names);
    return code;
}

int
cli_kind_list(struct cli *cli, const struct cli_listed *kind,
              const struct jg_json **out)
{
    const struct jg_json *names;

    return ask_list(cli, kind, out, &names);
}

/* list */

static size_t
column_count(const struct cli_listed *kind)
{
    size_t n = 0;

    while (n < CLI_KIND_COLUMNS && kind->columns[n].column.name != NULL)
        n++;
    return n;
}

static void
add_rows(struct cli_table *table, const struct cli_listed *kind,
         const struct jg_json *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct jg_json *row = cli_table_row(table);

        for (size_t c = 0; c < table->column_count; c++)
            row[c] = cli_member(&list->items[i], kind->columns[c].member);
    }
}

/* Those behind the first of which more is known. */
static void
add_names(struct cli_table *table, const struct jg_json *names)
{
    for (uint32_t i = (uint32_t)table->row_count;
         names != NULL && i < names->count; i++)
        cli_table_row(table)[0] = cli_text(jg_json_string(&names->items[i]));
}

static int
run_list(struct cli *cli)
{
    const struct cli_listed *kind = cli_kind_of(cli);
    struct cli_column columns[CLI_KIND_COLUMNS];
    struct cli_table table = {.name = kind->group,
                              .none = kind->none,
                              .columns = columns,
                              .column_count = column_count(kind)};
    const struct jg_json *list, *names;
    int code;

    for (size_t i = 0; i < table.column_count; i++)
        columns[i] = kind->columns[i].column;
    code = ask_list(cli, kind, &list, &names);
    if (code == CLI_OK)
        code = cli_table_init(cli, &table,
                              list->count + (names != NULL ? names->count : 0));
    if (code != CLI_OK)
        return code;
    add_rows(&table, kind, list);
    add_names(&table, names);
    return cli_table_print(cli, &table, false);
}

/* get */

void
cli_kind_suggest(struct cli *cli, const struct cli_listed *kind, const char *id)
{
    const struct jg_json *list;
    const char **names, *near;
    size_t n = 0;

    if (cli_kind_list(cli, kind, &list) != CLI_OK || list->count > SUGGEST_MAX)
        return;
    names = jg_arena_array(&cli->arena, list->count + 1, sizeof(*names));
    if (names == NULL)
        return;
    for (uint32_t i = 0; i < list->count; i++) {
        struct jg_str name =
            jg_json_string(jg_json_get(&list->items[i], jg_str(kind->id)));

        if (name.p != NULL && name.len < 256)
            names[n++] = jg_arena_str(&cli->arena, name).p;
        if (n > 0 && names[n - 1] == NULL)
            return;
    }
    names[n] = NULL;
    near = cli_nearest(id, names);
    if (near != NULL)
        cli_note("did you mean \"%s\"?", near);
}

/* <list>/<id><query> */
static int
aim(struct cli *cli, struct cli_call *call, const char *list, const char *query)
{
    const char *head = cli_path(cli, list, "", "/");

    call->path = head != NULL ? cli_path(cli, head, call->id, query) : NULL;
    return call->path != NULL ? CLI_OK : CLI_FAILED;
}

static bool
is_half(const struct cli_answer *answer)
{
    return jg_json_is_true(jg_json_get(answer->json, JG_STR("is_oas")));
}

/* By another name, or in another form? Where that is: <call> asks for it. */
static bool
is_elsewhere(struct cli *cli, const struct cli_listed *kind,
             struct cli_call *call, const struct cli_answer *answer)
{
    if (answer->status == 404 && kind->else_query != NULL)
        return aim(cli, call, kind->path, kind->else_query) == CLI_OK;
    return kind->oas != NULL && is_half(answer) &&
           aim(cli, call, kind->oas, "") == CLI_OK;
}

/* What is there, if something is: otherwise the first answer stands. */
static int
read_elsewhere(struct cli *cli, const struct cli_listed *kind,
               struct cli_call *call, struct cli_answer *out)
{
    struct cli_call other = *call;
    struct cli_answer answer;
    int code;

    if (!is_elsewhere(cli, kind, &other, out))
        return CLI_OK;
    code = cli_ask(cli, &other, &answer);
    if (code == CLI_OK && answer.status / 100 == 2) {
        *call = other;
        *out = answer;
    }
    return code;
}

int
cli_kind_read(struct cli *cli, const struct cli_listed *kind,
              struct cli_call *call, struct cli_answer *out)
{
    int code;

    *call = (struct cli_call){
        .method = "GET", .kind = kind->one, .id = cli->args[0]};
    code = aim(cli, call, kind->path, "");
    if (code == CLI_OK)
        code = cli_ask(cli, call, out);
    if (code == CLI_OK)
        code = read_elsewhere(cli, kind, call, out);
    if (code == CLI_OK)
        code = cli_answer_check(cli, call, out);
    if (code == CLI_NOT_FOUND)
        cli_kind_suggest(cli, kind, call->id);
    return code;
}

/* The document, secrets hidden. NULL: no memory, or too long: said. */
static const struct jg_json *
hide(struct cli *cli, struct jg_str text)
{
    const struct jg_json *json = NULL;
    struct jg_buf hidden;

    jg_buf_init(&hidden, 2 * CLI_TEXT_MAX);
    jg_masked(&hidden, text);
    text = hidden.failed ? (struct jg_str){NULL, 0}
                         : jg_arena_str(&cli->arena, jg_buf_str(&hidden));
    jg_buf_free(&hidden);
    if (text.p == NULL || jg_json_parse(text, &jg_json_limits_conf, &cli->arena,
                                        &json, NULL) != JG_OK) {
        cli_fail(CLI_FAILED, NULL, "the document is too long to be shown");
        return NULL;
    }
    return json;
}

int
cli_kind_show(struct cli *cli, const char *member,
              const struct cli_answer *answer)
{
    const struct jg_json *json =
        cli_has(cli, "secrets") ? answer->json : hide(cli, answer->body);
    struct jg_buf out;

    if (json == NULL)
        return CLI_FAILED;
    if (cli_has(cli, "json"))
        return cli_print_json(cli, member, json);
    jg_buf_init(&out, 4 * CLI_TEXT_MAX);
    jg_json_write(&out, json, 2);
    jg_buf_addc(&out, '\n');
    return cli_print(&out);
}

static int
run_get(struct cli *cli)
{
    const struct cli_listed *kind = cli_kind_of(cli);
    struct cli_answer answer;
    struct cli_call call;
    int code = cli_kind_read(cli, kind, &call, &answer);

    return code == CLI_OK ? cli_kind_show(cli, kind->member, &answer) : code;
}

static const struct cli_option get_options[] = {
    {"secrets", 0, NULL, "as they are, not (hidden)"},
    {NULL, 0, NULL, NULL},
};

#define LIST(symbol, noun, what)        \
    const struct cli_command symbol = { \
        .group = noun,                  \
        .name = "list",                 \
        .arguments = "",                \
        .summary = what,                \
        .asks = true,                   \
        .run = run_list,                \
    }

#define GET(symbol, noun, what)         \
    const struct cli_command symbol = { \
        .group = noun,                  \
        .name = "get",                  \
        .arguments = "ID",              \
        .summary = what,                \
        .options = get_options,         \
        .args_min = 1,                  \
        .args_max = 1,                  \
        .asks = true,                   \
        .run = run_get,                 \
    }

LIST(cmd_apis_list, "apis", "every API in force");
GET(cmd_apis_get, "apis", "one API's definition, secrets hidden");
LIST(cmd_policies_list, "policies", "every policy in force");
GET(cmd_policies_get, "policies", "one policy");
LIST(cmd_keys_list, "keys", "every key, by its stored name");
GET(cmd_keys_get, "keys", "one key's session, policies applied");
LIST(cmd_revocations_list, "revocations", "tokens and callers refused");
LIST(cmd_keysets_list, "keysets", "key sets by URL, and failing fetches");
GET(cmd_revocations_get, "revocations", "one revocation, by its id");
GET(cmd_keysets_get, "keysets", "one key set with its keys");
