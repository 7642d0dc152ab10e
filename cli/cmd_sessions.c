/*
 * jotgate sessions: what a gateway keeps of callers, split tokens and keys, in
 * one list. Sessions of other tokens are computed for each request: there is
 * nothing of them to show.
 */
#include <stdio.h>

#include "commands.h"
#include "confirm.h"
#include "kinds.h"
#include "store/splits.h"
#include "times.h"

#define PAGE 1000      /* split tokens that are asked for at once */
#define PAGES_MAX 1000 /* an answer that never ends is no list */

/* list */

struct list {
    struct cli *cli;
    const char *api, *subject, *kind; /* NULL: all */
    const struct jg_json *pages[PAGES_MAX];
    size_t page_count, split_count;
    const struct jg_json *keys; /* NULL: not asked for */
};

static bool
wants(const struct list *list, const char *kind)
{
    return list->kind == NULL || strcmp(list->kind, kind) == 0;
}

/* What narrows the question: an empty text is everybody. NULL: said. */
static const char *
path_of(struct cli *cli, const char *api, const char *subject, const char *tail)
{
    const char *head = cli_path(
        cli, "/tyk/splits?api_id=", api != NULL ? api : "", "&subject=");

    return head != NULL
               ? cli_path(cli, head, subject != NULL ? subject : "", tail)
               : NULL;
}

/* The next page behind <after>, NULL for the first; then <after> is where it
 * goes on, or NULL. */
static int
ask_page(struct list *list, const char **after)
{
    const struct jg_json *page;
    struct cli_answer answer;
    struct jg_str next;
    char tail[80];
    const char *path;
    int code;

    snprintf(tail, sizeof(tail), "&limit=%d%s%.40s", PAGE,
             *after != NULL ? "&after=" : "", *after != NULL ? *after : "");
    path = path_of(list->cli, list->api, list->subject, tail);
    if (path == NULL)
        return CLI_FAILED;
    code = cli_get_list(list->cli, path, "splits", &answer, &page);
    if (code != CLI_OK)
        return code;
    list->pages[list->page_count++] = page;
    list->split_count += page->count;
    next = jg_json_string(jg_json_get(answer.json, JG_STR("next")));
    *after =
        jg_split_is_id(next) ? jg_arena_str(&list->cli->arena, next).p : NULL;
    return CLI_OK;
}

static int
ask_splits(struct list *list)
{
    const char *after = NULL;
    int code;

    do
        code = ask_page(list, &after);
    while (code == CLI_OK && after != NULL && list->page_count < PAGES_MAX);
    if (code == CLI_OK && after != NULL)
        cli_note("there are more: --api ID or --subject NAME chooses");
    return code;
}

static int
ask_keys(struct list *list)
{
    struct cli_answer answer;

    return cli_get_list(list->cli, "/tyk/keys?details=true", "details", &answer,
                        &list->keys);
}

/* "2026-11-26T10:04:32Z" as unix time; null when it is none. */
static struct jg_json
when(struct cli *cli, const struct jg_json *value)
{
    struct jg_str text = jg_arena_str(&cli->arena, jg_json_string(value));
    int64_t at_s;

    if (text.p == NULL || !cli_time_read(text.p, 0, &at_s))
        return (struct jg_json){.type = JG_JSON_NULL};
    return cli_number(at_s);
}

static void
add_split(struct jg_json *row, const struct jg_json *split)
{
    row[0] = cli_member(split, "id");
    row[1] = cli_member(split, "kind");
    row[2] = cli_member(split, "api_id");
    row[3] = cli_member(split, "subject");
    row[4] = cli_member(split, "client");
    row[5] = cli_member(split, "created");
    row[6] = cli_member(split, "expires");
}

static void
add_key(struct cli *cli, struct jg_json *row, const struct jg_json *key)
{
    row[0] = cli_member(key, "key");
    row[1] = cli_text(JG_STR("key"));
    row[3] = cli_member(key, "alias");
    row[5] = when(cli, jg_json_get(key, JG_STR("date_created")));
    row[6] = cli_member(key, "expires");
}

static int
print(struct list *list)
{
    static const struct cli_column columns[] = {
        {"id", CLI_TEXT},      {"kind", CLI_TEXT},   {"api", CLI_TEXT},
        {"subject", CLI_TEXT}, {"client", CLI_TEXT}, {"created", CLI_WHEN},
        {"expires", CLI_WHEN},
    };
    struct cli_table table = {
        .name = "sessions",
        .none = "nothing is kept: sessions of tokens are computed for each "
                "request",
        .columns = columns,
        .column_count = sizeof(columns) / sizeof(columns[0]),
    };
    size_t keys = list->keys != NULL ? list->keys->count : 0;
    int code = cli_table_init(list->cli, &table, list->split_count + keys);

    if (code != CLI_OK)
        return code;
    for (size_t p = 0; p < list->page_count; p++)
        for (uint32_t i = 0; i < list->pages[p]->count; i++)
            add_split(cli_table_row(&table), &list->pages[p]->items[i]);
    for (size_t i = 0; i < keys; i++)
        add_key(list->cli, cli_table_row(&table), &list->keys->items[i]);
    return cli_table_print(list->cli, &table, false);
}

static int
run_list(struct cli *cli)
{
    struct list *list = jg_arena_alloc(&cli->arena, sizeof(*list));
    int code = CLI_OK;
    bool narrow;

    if (list == NULL)
        return cli_broken(JG_E_NOMEM);
    *list = (struct list){.cli = cli,
                          .api = cli_value(cli, "api"),
                          .subject = cli_value(cli, "subject"),
                          .kind = cli_value(cli, "kind")};
    narrow = list->api != NULL || list->subject != NULL;
    if (list->kind != NULL && !wants(list, "split") && !wants(list, "key"))
        return cli_fail(CLI_USAGE, "--kind split, or --kind key",
                        "--kind does not know \"%s\"", list->kind);
    if (narrow && !wants(list, "split"))
        return cli_fail(CLI_USAGE, "--kind split; or jotgate keys list",
                        "a key is of no caller, and not of one API");
    if (wants(list, "split"))
        code = ask_splits(list);
    if (code == CLI_OK && wants(list, "key") && !narrow)
        code = ask_keys(list);
    return code == CLI_OK ? print(list) : code;
}

/* get */

/* A split token by its id, else a key by its name or hash. */
static int
find(struct cli *cli, struct cli_call *call, struct cli_answer *out)
{
    struct cli_listed kind = *cli_kind_named("keys");

    kind.one = "session";
    *call = (struct cli_call){
        .method = "GET", .kind = kind.one, .id = cli->args[0]};
    if (!jg_split_is_id(jg_str(call->id)))
        return cli_kind_read(cli, &kind, call, out);
    call->path = cli_path(cli, "/tyk/splits/", call->id, "");
    return call->path != NULL ? cli_call_json(cli, call, out) : CLI_FAILED;
}

static int
run_get(struct cli *cli)
{
    struct cli_answer answer;
    struct cli_call call;
    int code = find(cli, &call, &answer);

    return code == CLI_OK ? cli_kind_show(cli, "session", &answer) : code;
}

/* revoke */

static int
send(struct cli *cli, struct cli_call *call, const char *done)
{
    struct cli_answer answer;
    int64_t count = 1;
    int code;

    call->method = "DELETE";
    code = cli_call_json(cli, call, &answer);
    if (code != CLI_OK)
        return code;
    if (jg_json_to_int(jg_json_get(answer.json, JG_STR("deleted")), &count))
        cli_note("%lld token%s ended; refused from now on", (long long)count,
                 count == 1 ? "" : "s");
    else
        cli_note("%s", done);
    return cli_has(cli, "json") ? cli_print_json(cli, "changed", answer.json)
                                : CLI_OK;
}

static int
revoke_one(struct cli *cli)
{
    struct cli_answer answer;
    struct cli_call call;
    int code = find(cli, &call, &answer);
    bool split = code == CLI_OK && jg_split_is_id(jg_str(call.id));

    if (code == CLI_OK)
        code = cli_confirm(cli, "end session \"%s\"%s?", call.id,
                           split ? ", and what else its login gave" : "");
    return code == CLI_OK ? send(cli, &call, "ended; refused from now on")
                          : code;
}

static int
revoke_all(struct cli *cli, const char *api, const char *subject)
{
    struct cli_call call = {.path = path_of(cli, api, subject, "")};
    int code = call.path != NULL ? CLI_OK : CLI_FAILED;

    if (code == CLI_OK)
        code =
            cli_confirm(cli, "end every split token%s%s%s%s?",
                        subject != NULL ? " of subject " : "",
                        subject != NULL ? subject : "",
                        api != NULL ? " of API " : "", api != NULL ? api : "");
    return code == CLI_OK ? send(cli, &call, "ended") : code;
}

static int
run_revoke(struct cli *cli)
{
    const char *api = cli_value(cli, "api");
    const char *subject = cli_value(cli, "subject");
    bool all = api != NULL || subject != NULL;

    if (all == (cli->arg_count > 0))
        return cli_fail(CLI_USAGE,
                        "an ID of sessions list; or --subject NAME, "
                        "--api ID, for split tokens",
                        all ? "an ID, or those of --api and --subject: not both"
                            : "which session is to end?");
    return all ? revoke_all(cli, api, subject) : revoke_one(cli);
}

static const struct cli_option list_options[] = {
    {"kind", 0, "KIND", "split or key; all"},
    {"api", 0, "ID", "split tokens of this API only"},
    {"subject", 0, "NAME", "split tokens of this caller only"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_option get_options[] = {
    {"secrets", 0, NULL, "as they are, not (hidden)"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_option revoke_options[] = {
    {"api", 0, "ID", "every split token of this API"},
    {"subject", 0, "NAME", "every split token of this caller"},
    CLI_OPTIONS_CONFIRM,
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_sessions_list = {
    .group = "sessions",
    .name = "list",
    .arguments = "",
    .summary = "split tokens and keys that are kept",
    .details =
        "Sessions of other tokens are computed for each request and kept "
        "nowhere. No id\nin the list opens anything, unless keys are stored "
        "without hash_keys.\n\n"
        "  jotgate sessions list --subject ada\n",
    .options = list_options,
    .asks = true,
    .run = run_list,
};

const struct cli_command cmd_sessions_get = {
    .group = "sessions",
    .name = "get",
    .arguments = "ID",
    .summary = "one of them",
    .options = get_options,
    .args_min = 1,
    .args_max = 1,
    .asks = true,
    .run = run_get,
};

const struct cli_command cmd_sessions_revoke = {
    .group = "sessions",
    .name = "revoke",
    .arguments = "[ID]",
    .summary = "end one of them, or a caller's, at once",
    .details = "A split token ends with the others of its login.\n\n"
               "  jotgate sessions revoke --subject ada --yes\n",
    .options = revoke_options,
    .args_max = 1,
    .asks = true,
    .run = run_revoke,
};
