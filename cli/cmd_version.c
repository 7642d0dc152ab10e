/* jotgate version. */
#include "commands.h"

static int
version(struct cli *cli)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json"))
        jg_buf_add(&out, JG_STR("{\"v\":1,\"version\":\"" JG_VERSION "\"}\n"));
    else
        jg_buf_add(&out, JG_STR("jotgate " JG_VERSION "\n"));
    return cli_print(&out);
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_version = {
    .name = "version",
    .arguments = "",
    .summary = "which version this is",
    .options = options,
    .run = version,
};
