/* jotgate diff: a folder of documents, and what a gateway has in force. */
#include "commands.h"
#include "sync.h"

static int
run_diff(struct cli *cli)
{
    struct sync s;
    int code;

    sync_init(&s, cli);
    code = sync_plan(&s, false);
    if (code == CLI_OK)
        code = sync_print(&s, cli_has(cli, "json"));
    if (code == CLI_OK && s.plan.counts[CLI_SAME] < s.plan.count)
        code = CLI_DIFFERENT;
    sync_free(&s);
    return code;
}

const struct cli_command cmd_diff = {
    .name = "diff",
    .arguments = "[DIR]",
    .summary = "what a folder of documents and a gateway do not have in common",
    .details =
        "Compares what export wrote, or what you made, with what the gateway "
        "has in\nforce: JSON with JSON, so that white space does not count. "
        "Secrets are compared\nand not shown. Exit code 20 when there are "
        "differences.\n\n"
        "  jotgate diff gateway/ || echo somebody changed something\n",
    .args_max = 1,
    .asks = true,
    .run = run_diff,
};
