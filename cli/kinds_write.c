/* Lists of the control API: made, changed, removed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "confirm.h"
#include "kinds.h"
#include "model/api.h"
#include "plan.h"

#define DOCUMENT_MAX (10u * 1024 * 1024)

/* What was changed, and what to run next. */
static int
say_changed(struct cli *cli, const struct cli_listed *kind, const char *what,
            struct jg_str id)
{
    struct cli_answer answer;
    int code = CLI_OK;

    if (!kind->reloads) {
        cli_note("%s %s: \"%.*s\"", kind->one, what, JG_STR_ARG(id));
    } else if (!cli_has(cli, "reload")) {
        cli_note("%s %s: \"%.*s\"; not in force before: jotgate reload",
                 kind->one, what, JG_STR_ARG(id));
    } else {
        code = cli_get(cli, "/tyk/reload?block=true", NULL, NULL, &answer);
        if (code == CLI_OK)
            cli_note("%s %s: \"%.*s\", and in force; see: jotgate status",
                     kind->one, what, JG_STR_ARG(id));
    }
    return code;
}

/* Say what <answer> did, and print it with --json. */
static int
finish(struct cli *cli, const struct cli_listed *kind, const char *what,
       struct jg_str id, const struct cli_answer *answer)
{
    int code = say_changed(cli, kind, what, id);

    if (cli_has(cli, "json") && code == CLI_OK)
        code = cli_print_json(cli, "changed", answer->json);
    return code;
}

/* The document at <path>, checked for being JSON. CLI_OK, or said. */
static int
read_document(struct cli *cli, const char *path, struct jg_str *text,
              const struct jg_json **json)
{
    struct jg_json_fault fault;

    if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
        cli_note("reading from this terminal; Ctrl-D ends it");
    if (!cli_read(cli, path, DOCUMENT_MAX, text))
        return CLI_FAILED;
    if (jg_json_parse(*text, &jg_json_limits_conf, &cli->arena, json, &fault) ==
        JG_OK)
        return CLI_OK;
    return cli_fail(CLI_FAILED, NULL, "%s:%u:%u: %s", path, fault.line,
                    fault.column, fault.what);
}

/* create */

static bool
is_oas(const struct cli_listed *kind, const struct jg_json *json)
{
    return kind->oas != NULL &&
           jg_json_get(json, JG_STR("x-tyk-api-gateway")) != NULL;
}

static int
run_create(struct cli *cli)
{
    const struct cli_listed *kind = cli_kind_of(cli);
    struct cli_call call = {
        .method = "POST", .kind = kind->one, .only_new = kind->whole};
    struct cli_answer answer;
    const struct jg_json *json;
    struct jg_str id;
    int code = read_document(cli, cli->args[0], &call.body, &json);

    if (code != CLI_OK)
        return code;
    call.path = is_oas(kind, json) ? kind->oas : kind->path;
    id = jg_json_string(jg_json_get(json, jg_str(kind->id)));
    call.id = id.p != NULL ? jg_arena_str(&cli->arena, id).p : cli->args[0];
    code = cli_call_json(cli, &call, &answer);
    if (code != CLI_OK)
        return code;
    id = jg_json_string(jg_json_get(answer.json, JG_STR("key")));
    return finish(cli, kind, "made", id, &answer);
}

/* delete */

static int
run_delete(struct cli *cli)
{
    const struct cli_listed *kind = cli_kind_of(cli);
    struct cli_answer answer;
    struct cli_call call;
    int code = cli_kind_read(cli, kind, &call, &answer);

    if (code == CLI_OK)
        code = cli_confirm(cli, "delete %s \"%s\"?", kind->one, call.id);
    if (code != CLI_OK)
        return code;
    call.method = "DELETE";
    if (kind->whole)
        call.tag = cli_answer_header(&answer, "ETag");
    code = cli_call_json(cli, &call, &answer);
    return code != CLI_OK
               ? code
               : finish(cli, kind, "deleted", jg_str(call.id), &answer);
}

/* edit */

/* Show what would change. False: nothing. */
static bool
show_difference(const struct jg_field_table *table, const struct jg_json *was,
                const struct jg_json *is)
{
    struct jg_buf lines, clean;

    if (jg_json_equal(was, is)) {
        cli_note("nothing was changed");
        return false;
    }
    jg_buf_init(&lines, CLI_TEXT_MAX);
    jg_buf_init(&clean, CLI_TEXT_MAX);
    cli_difference(&lines, table, was, is);
    cli_add_clean(&clean, jg_buf_str(&lines), true);
    fwrite(clean.p, 1, clean.len, stderr);
    jg_buf_free(&lines);
    jg_buf_free(&clean);
    return true;
}

/* Have <text> edited, as a file, whose name is <path> as long as it exists. */
static int
edit_text(struct cli *cli, struct jg_str text, char *path, size_t size)
{
    if (cli_has(cli, "no-input") || !isatty(STDIN_FILENO))
        return cli_fail(CLI_USAGE, "name a FILE with the new text, or -",
                        "nobody is here to edit it");
    return cli_editor_run(text, path, size);
}

static int
save(struct cli *cli, const struct cli_listed *kind, struct cli_call *call,
     const struct cli_answer *was, const char *path)
{
    const struct jg_json *json;
    struct cli_answer answer;
    int code = read_document(cli, path, &call->body, &json);

    if (code != CLI_OK ||
        !show_difference(is_oas(kind, json) ? &jg_oas_table : kind->table,
                         was->json, json))
        return code;
    code = cli_confirm(cli, "change %s \"%s\"?", kind->one, call->id);
    if (code != CLI_OK)
        return code;
    call->method = "PUT";
    call->tag = cli_answer_header(was, "ETag");
    code = cli_call_json(cli, call, &answer);
    return code != CLI_OK
               ? code
               : finish(cli, kind, "changed", jg_str(call->id), &answer);
}

static int
run_edit(struct cli *cli)
{
    const struct cli_listed *kind = cli_kind_of(cli);
    char path[512] = "";
    struct cli_answer was;
    struct cli_call call;
    int code = cli_kind_read(cli, kind, &call, &was);

    if (code == CLI_OK && cli->arg_count > 1)
        return save(cli, kind, &call, &was, cli->args[1]);
    if (code == CLI_OK)
        code = edit_text(cli, was.body, path, sizeof(path));
    if (code == CLI_OK)
        code = save(cli, kind, &call, &was, path);
    if (code == CLI_OK && path[0] != '\0')
        unlink(path);
    else if (path[0] != '\0')
        cli_note("your text is still in %s", path);
    return code;
}

#define RELOAD                                           \
    {                                                    \
        "reload", 0, NULL, "have it take effect at once" \
    }

static const struct cli_option create_options[] = {
    RELOAD,
    {NULL, 0, NULL, NULL},
};

static const struct cli_option delete_options[] = {
    RELOAD,
    CLI_OPTIONS_CONFIRM,
    {NULL, 0, NULL, NULL},
};

#define COMMAND(symbol, noun, verb, words, least, most, what, rows, function) \
    const struct cli_command symbol = {                                       \
        .group = noun,                                                        \
        .name = verb,                                                         \
        .arguments = words,                                                   \
        .summary = what,                                                      \
        .options = rows,                                                      \
        .args_min = least,                                                    \
        .args_max = most,                                                     \
        .asks = true,                                                         \
        .run = function,                                                      \
    }

COMMAND(cmd_apis_create, "apis", "create", "FILE|-", 1, 1,
        "write a new API's definition", create_options, run_create);
COMMAND(cmd_apis_edit, "apis", "edit", "ID [FILE|-]", 1, 2,
        "change a definition, in $EDITOR or to a file's", delete_options,
        run_edit);
COMMAND(cmd_apis_delete, "apis", "delete", "ID", 1, 1, "remove a definition",
        delete_options, run_delete);
COMMAND(cmd_policies_create, "policies", "create", "FILE|-", 1, 1,
        "write a new policy", create_options, run_create);
COMMAND(cmd_policies_edit, "policies", "edit", "ID [FILE|-]", 1, 2,
        "change a policy, in $EDITOR or to a file's", delete_options, run_edit);
COMMAND(cmd_policies_delete, "policies", "delete", "ID", 1, 1,
        "remove a policy", delete_options, run_delete);
COMMAND(cmd_revocations_delete, "revocations", "delete", "ID", 1, 1,
        "take a revocation back, at once", delete_options + 1, run_delete);
COMMAND(cmd_keys_revoke, "keys", "revoke", "ID", 1, 1,
        "delete a key: it is refused at once", delete_options + 1, run_delete);
