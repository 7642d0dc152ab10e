/* jotgate diff: a folder of documents, and what a gateway has in force. */
#include "commands.h"
#include "config.h"
#include "sync.h"

static int
print(const struct sync *s, int code)
{
    struct jg_buf out;
    int printed;

    jg_buf_init(&out, 4 * CLI_TEXT_MAX);
    if (cli_has(s->cli, "json")) {
        jg_buf_add(&out, JG_STR("{\"v\":1,"));
        cli_plan_print_json(&out, &s->plan);
        jg_buf_add(&out, JG_STR("}\n"));
    } else {
        cli_plan_print(&out, &s->plan);
    }
    printed = cli_print(&out);
    return printed == CLI_OK ? code : printed;
}

static int
run_diff(struct cli *cli)
{
    struct sync s;
    int code;

    sync_init(&s, cli);
    code = sync_plan(&s);
    if (code == CLI_OK)
        code =
            print(&s, s.plan.counts[CLI_SAME] == s.plan.count ? CLI_OK
                                                              : CLI_DIFFERENT);
    sync_free(&s);
    return code;
}

static const struct cli_option diff_options[] = {
    CLI_OPTION_CONFIG,
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

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
    .options = diff_options,
    .args_max = 1,
    .run = run_diff,
};
