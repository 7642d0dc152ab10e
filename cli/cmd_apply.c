/* jotgate apply: have a gateway hold what a folder holds. */
#include "commands.h"
#include "sync.h"

static int
run(struct cli *cli)
{
    struct sync s;
    int code;

    sync_init(&s, cli);
    code = sync_plan(&s, cli_has(cli, "prune"));
    if (code == CLI_OK)
        code = sync_run(&s);
    sync_free(&s);
    return code;
}

static const struct cli_option options[] = {
    {"prune", 0, NULL, "delete what only the gateway has"},
    {"dry-run", 0, NULL, "only say what would be done"},
    {"yes", 0, NULL, "delete without asking"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_apply = {
    .name = "apply",
    .arguments = "[DIR]",
    .summary = "have a gateway hold the APIs and policies of a folder",
    .details =
        "Prints the plan, as diff does, then does it over the control API, "
        "policies\nbefore the APIs that need them, and reloads once. What "
        "only the gateway has\nstays, unless --prune. A document that "
        "somebody else changes in the meantime\nis left alone: exit code 7. "
        "A run that was cut short is simply run again.\n\n"
        "  jotgate apply gateway/ --dry-run\n"
        "  jotgate apply gateway/ --prune --yes\n",
    .options = options,
    .args_max = 1,
    .asks = true,
    .run = run,
};
