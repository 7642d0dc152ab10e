/* jotgate login, jotgate context: gateways that commands ask by themselves. */
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "admin/admin.h"
#include "commands.h"
#include "context.h"
#include "gateway.h"
#include "table.h"

static int
read_all(struct cli *cli, struct cli_contexts **out)
{
    *out = jg_arena_alloc(&cli->arena, sizeof(**out));
    return *out != NULL ? cli_contexts_read(cli, *out) : cli_broken(JG_E_NOMEM);
}

/* login */

static struct termios shown; /* how the terminal was */

/* Ctrl-C does not leave a terminal that hides what is typed. */
static void
on_signal(int number)
{
    (void)number;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    _exit(CLI_INTERRUPTED);
}

/* What is typed, unseen. */
static int
type_secret(struct cli *cli, struct jg_str *out)
{
    const struct sigaction action = {.sa_handler = on_signal};
    struct termios hidden;
    char line[CLI_SECRET_MAX];
    bool read;

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown) != 0)
        return cli_fail(CLI_USAGE, "--secret-file FILE, or - for stdin",
                        "nobody is here to type the secret");
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    sigaction(SIGINT, &action, NULL);
    tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    fputs("secret: ", stderr);
    read = fgets(line, sizeof(line), stdin) != NULL;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    *out = jg_arena_str(&cli->arena,
                        read ? jg_str_trim(jg_str(line)) : JG_STR(""));
    jg_mem_wipe(line, sizeof(line));
    return out->len > 0 ? CLI_OK
                        : cli_fail(CLI_USAGE, NULL, "the secret is empty");
}

/* Does the gateway take it, and for what? */
static int
check(struct cli *cli, const struct cli_context *context, struct jg_str *may)
{
    const struct cli_call call = {
        .method = "GET",
        .path = "/tyk/access",
        .other = context->address.p,
        .other_secret = context->secret,
    };
    struct cli_fault fault = {.where = context->address.p};
    struct cli_answer answer;
    int code = cli_try(cli, &call, &answer);

    if (code != CLI_OK)
        return code;
    *may = jg_json_string(jg_json_get(answer.json, JG_STR("may")));
    if (answer.status == 200 && may->p != NULL)
        return CLI_OK;
    fault.seen = jg_str_head(answer.body, 300);
    fault.exit_code = answer.status == 0 ? CLI_UNREACHABLE : CLI_FAILED;
    fault.what = answer.status == 0 ? "the gateway does not answer"
                                    : "this is no control API of a jotgate";
    fault.fix = "the address of its control port: https://gateway.example:8081;"
                " http:// to other machines wants --allow-http";
    if (answer.status == 401 || answer.status == 403) {
        fault.exit_code = CLI_DENIED;
        fault.what = "the control API does not take this secret";
        fault.fix = "\"secret\" or \"read_only_secret\" of its configuration";
    }
    return cli_error(&fault);
}

static int
keep(struct cli *cli, const struct cli_context *context)
{
    struct cli_contexts *all;
    struct cli_context *place;
    int code = read_all(cli, &all);

    if (code != CLI_OK)
        return code;
    place = cli_contexts_find(all, context->name);
    if (place == NULL && all->count == CLI_CONTEXTS_MAX)
        return cli_fail(CLI_FAILED, "jotgate context delete NAME",
                        "there are %d contexts already", CLI_CONTEXTS_MAX);
    if (place == NULL)
        place = &all->items[all->count++];
    *place = *context;
    all->current = context->name;
    return cli_contexts_write(all);
}

static int
run_login(struct cli *cli)
{
    const char *name = cli_value(cli, "name");
    const char *file = cli_value(cli, "secret-file");
    struct cli_context context = {.name =
                                      jg_str(name != NULL ? name : "default")};
    struct jg_str address = jg_str(cli->args[0]), may;
    int code;

    while (jg_str_ends(address, JG_STR("/")))
        address.len--;
    context.address = jg_arena_str(&cli->arena, address);
    if (context.address.p == NULL)
        return cli_broken(JG_E_NOMEM);
    if (!jg_admin_is_safe_id(context.name))
        return cli_fail(CLI_USAGE, "--name NAME, of A-Z a-z 0-9 . _ ~ -",
                        "\"%s\" cannot be the name of a context", name);
    if (!cli_address_is_one(context.address.p))
        return cli_fail(CLI_USAGE, "https://gateway.example:8081",
                        "\"%s\" is no address of a control API", cli->args[0]);
    code = file != NULL ? cli_secret_read(cli, file, &context.secret)
                        : type_secret(cli, &context.secret);
    if (code == CLI_OK)
        code = check(cli, &context, &may);
    if (code == CLI_OK)
        code = keep(cli, &context);
    if (code == CLI_OK)
        cli_note("commands ask %s from now on, and may %.*s there; back: "
                 "jotgate context use -",
                 context.address.p, JG_STR_ARG(jg_str_head(may, 20)));
    return code;
}

/* context */

static int
run_list(struct cli *cli)
{
    static const struct cli_column columns[] = {
        {"name", CLI_TEXT}, {"address", CLI_TEXT}, {"current", CLI_TEXT}};
    struct cli_table table = {.name = "contexts",
                              .none = "no contexts: jotgate login URL",
                              .columns = columns,
                              .column_count = 3};
    struct cli_contexts *all;
    int code = read_all(cli, &all);

    if (code == CLI_OK)
        code = cli_table_init(cli, &table, all->count);
    if (code != CLI_OK)
        return code;
    for (size_t i = 0; i < all->count; i++) {
        struct jg_json *row = cli_table_row(&table);

        row[0] = cli_text(all->items[i].name);
        row[1] = cli_text(all->items[i].address);
        row[2] = cli_bool(jg_str_eq(all->items[i].name, all->current));
    }
    return cli_table_print(cli, &table, false);
}

/* The one that the argument names. CLI_OK, or said. */
static int
find(struct cli *cli, struct cli_contexts **all, struct cli_context **out)
{
    int code = read_all(cli, all);

    if (code != CLI_OK)
        return code;
    *out = cli_contexts_find(*all, jg_str(cli->args[0]));
    return *out != NULL ? CLI_OK
                        : cli_fail(CLI_NOT_FOUND, "jotgate context list",
                                   "there is no context \"%s\"", cli->args[0]);
}

static int
run_use(struct cli *cli)
{
    bool none = strcmp(cli->args[0], "-") == 0;
    struct cli_contexts *all;
    struct cli_context *found = NULL;
    int code = none ? read_all(cli, &all) : find(cli, &all, &found);

    if (code != CLI_OK)
        return code;
    all->current = none ? JG_STR("") : found->name;
    code = cli_contexts_write(all);
    if (code == CLI_OK && none)
        cli_note("no context is in use: commands look for a gateway here");
    else if (code == CLI_OK)
        cli_note("commands ask %s from now on", found->address.p);
    return code;
}

static int
run_delete(struct cli *cli)
{
    struct cli_contexts *all;
    struct cli_context *found;
    int code = find(cli, &all, &found);

    if (code != CLI_OK)
        return code;
    if (jg_str_eq(all->current, found->name))
        all->current = JG_STR("");
    *found = all->items[--all->count];
    code = cli_contexts_write(all);
    if (code == CLI_OK)
        cli_note("context \"%s\" and its secret are forgotten", cli->args[0]);
    return code;
}

static const struct cli_option login_options[] = {
    {"name", 0, "NAME", "of the context; default"},
    {"secret-file", 0, "FILE|-", "with the control API's secret"},
    {"insecure", 0, NULL, "do not verify the gateway's certificate"},
    {"allow-http", 0, NULL, "http:// also to other machines"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_option list_options[] = {
    {"json", 0, "[FIELDS]", "JSON; of these fields: name,address"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_login = {
    .name = "login",
    .arguments = "URL",
    .summary = "remember a gateway, and have commands ask it",
    .details =
        "Asks for the secret of its control API, tries it, and keeps both in "
        "a file of\nthis account that nobody else can read: contexts.json in "
        "~/.config/jotgate.\nFrom then on commands ask this gateway, unless "
        "-c, --address, JOTGATE_ADDRESS\nor a configuration in the current "
        "folder names another one.\n\n"
        "  jotgate login https://gateway.example:8081 --name prod\n",
    .options = login_options,
    .args_min = 1,
    .args_max = 1,
    .run = run_login,
};

const struct cli_command cmd_context_list = {
    .group = "context",
    .name = "list",
    .arguments = "",
    .summary = "gateways that are remembered",
    .options = list_options,
    .run = run_list,
};

const struct cli_command cmd_context_use = {
    .group = "context",
    .name = "use",
    .arguments = "NAME|-",
    .summary = "have commands ask another one of them, or none",
    .args_min = 1,
    .args_max = 1,
    .run = run_use,
};

const struct cli_command cmd_context_delete = {
    .group = "context",
    .name = "delete",
    .arguments = "NAME",
    .summary = "forget one of them, and its secret",
    .args_min = 1,
    .args_max = 1,
    .run = run_delete,
};
