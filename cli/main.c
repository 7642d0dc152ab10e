/* The program jotgate: a table of commands and the loop that finds one. */
#include <locale.h>
#include <stdio.h>

#include "commands.h"
#include "gateway.h"

static const struct cli_command *const commands[] = {
    &cmd_serve,
    &cmd_demo,
    &cmd_check,
    &cmd_status,
    &cmd_reload,
    &cmd_stop,
    &cmd_apis_list,
    &cmd_apis_get,
    &cmd_apis_create,
    &cmd_apis_edit,
    &cmd_apis_delete,
    &cmd_policies_list,
    &cmd_policies_get,
    &cmd_policies_effective,
    &cmd_policies_create,
    &cmd_policies_edit,
    &cmd_policies_delete,
    &cmd_keys_list,
    &cmd_keys_get,
    &cmd_keys_create,
    &cmd_keys_revoke,
    &cmd_sessions_list,
    &cmd_sessions_get,
    &cmd_sessions_revoke,
    &cmd_revocations_list,
    &cmd_revocations_get,
    &cmd_revocations_add,
    &cmd_revocations_delete,
    &cmd_keysets_list,
    &cmd_keysets_get,
    &cmd_keysets_refresh,
    &cmd_token_sign,
    &cmd_token_inspect,
    &cmd_token_verify,
    &cmd_token_explain,
    &cmd_token_split,
    &cmd_token_join,
    &cmd_jwks_gen,
    &cmd_jwks_show,
    &cmd_jwks_watch,
    &cmd_jwks_thumbprint,
    &cmd_jwks_convert,
    &cmd_import_tyk,
    &cmd_import_oidc,
    &cmd_doctor,
    &cmd_tail,
    &cmd_export,
    &cmd_diff,
    &cmd_apply,
    &cmd_explain,
    &cmd_reason,
    &cmd_login,
    &cmd_context_list,
    &cmd_context_use,
    &cmd_context_delete,
    &cmd_version,
    &cmd_completion,
    &cmd_help,
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

const struct cli_command *
cli_command_at(size_t i)
{
    return i < COUNT ? commands[i] : NULL;
}

static bool
is_name(const struct cli_command *command, const char *word)
{
    return strcmp(command->name, word) == 0 ||
           (command->alias != NULL && strcmp(command->alias, word) == 0);
}

const struct cli_command *
cli_command_find(const char *const *words, size_t count, size_t *used)
{
    for (size_t i = 0; i < COUNT; i++) {
        size_t n = commands[i]->group == NULL ? 1 : 2;

        if (count < n)
            continue;
        if (n == 2 && strcmp(commands[i]->group, words[0]) != 0)
            continue;
        if (is_name(commands[i], words[n - 1])) {
            *used = n;
            return commands[i];
        }
    }
    return NULL;
}

static bool
is_group(const char *word)
{
    for (size_t i = 0; i < COUNT; i++)
        if (commands[i]->group != NULL && strcmp(commands[i]->group, word) == 0)
            return true;
    return false;
}

/* "Did you mean": among the verbs of <group>, or the first words. */
static int
unknown(const char *group, const char *word)
{
    const char *known[2 * COUNT + 1];
    const char *near;
    size_t n = 0;

    for (size_t i = 0; i < COUNT; i++) {
        const struct cli_command *c = commands[i];

        if (group != NULL && (c->group == NULL || strcmp(c->group, group) != 0))
            continue;
        known[n++] = group == NULL && c->group != NULL ? c->group : c->name;
        if (c->alias != NULL && c->group == NULL)
            known[n++] = c->alias;
    }
    known[n] = NULL;
    near = cli_nearest(word, known);
    fprintf(stderr, "jotgate: unknown command \"%s%s%s\".",
            group != NULL ? group : "", group != NULL ? " " : "", word);
    if (near != NULL)
        fprintf(stderr, " Did you mean \"%s%s%s\"?\n",
                group != NULL ? group : "", group != NULL ? " " : "", near);
    else
        fprintf(stderr, " See: jotgate help\n");
    return CLI_USAGE;
}

static int
run(const struct cli_command *command, const char *const *words, size_t count)
{
    struct cli cli = {.command = command};
    struct jg_buf text;
    bool help = false;
    int code;

    jg_arena_init(&cli.arena, 64 * 1024, CLI_ARENA_MAX);
    code = cli_parse(&cli, words, count, &help);
    if (help) {
        jg_buf_init(&text, CLI_TEXT_MAX);
        cli_help_command(&text, command);
        code = cli_print(&text);
    } else if (code == CLI_OK) {
        code = command->run(&cli);
    }
    cli_gateway_close(&cli);
    jg_arena_free(&cli.arena);
    return code;
}

/* No command: the help text; on stderr when nobody asked for it. */
static int
general_help(const char *group, bool asked)
{
    struct jg_buf text;

    jg_buf_init(&text, CLI_TEXT_MAX);
    if (group != NULL)
        cli_help_group(&text, group);
    else
        cli_help_all(&text);
    if (asked)
        return cli_print(&text);
    fwrite(text.p, 1, text.len, stderr);
    jg_buf_free(&text);
    return CLI_USAGE;
}

static bool
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int
main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + 1;
    size_t count = argc > 0 ? (size_t)argc - 1 : 0, used = 0;
    const struct cli_command *command;

    setlocale(LC_CTYPE, "");
    if (count == 0 || is_help(words[0]))
        return general_help(NULL, count > 0);
    if (strcmp(words[0], "--version") == 0)
        return run(&cmd_version, words + 1, count - 1);
    command = cli_command_find(words, count, &used);
    if (command != NULL)
        return run(command, words + used, count - used);
    if (!is_group(words[0]))
        return unknown(NULL, words[0]);
    if (count == 1 || is_help(words[1]))
        return general_help(words[0], count > 1);
    return unknown(words[0], words[1]);
}
