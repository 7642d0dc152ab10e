/* jotgate reason: what a reason code means. */

#include <strings.h>

#include "commands.h"

/* "JG207", "jg207" and "207" are the same. */
static enum jg_err
find(const char *text)
{
    char code[8] = "JG";

    if (strncasecmp(text, "JG", 2) == 0)
        text += 2;
    if (strlen(text) != 3)
        return JG_OK;
    memcpy(code + 2, text, 3);
    return jg_err_by_code(jg_str(code));
}

static void
add_json(struct jg_buf *out, enum jg_err err)
{
    const struct jg_err_info *info = jg_err_info(err);

    jg_buf_addf(out, "{\"code\":\"%s\",\"status\":%d,\"text\":", info->code,
                info->status);
    jg_buf_add_quoted(out, jg_str(info->text));
    jg_buf_add(out, JG_STR(",\"help\":"));
    jg_buf_add_quoted(out, jg_str(info->help));
    jg_buf_addc(out, '}');
}

static void
add_one(struct jg_buf *out, enum jg_err err)
{
    const struct jg_err_info *info = jg_err_info(err);

    jg_buf_addf(out, "%s  %s\n", info->code, info->help);
    if (info->text[0] != '\0')
        jg_buf_addf(out, "  the client gets  %d \"%s\"\n", info->status,
                    info->text);
}

static void
add_all(struct jg_buf *out, bool json)
{
    if (json)
        jg_buf_add(out, JG_STR("{\"v\":1,\"reasons\":["));
    for (int i = 1; i < JG_E_COUNT; i++) {
        const struct jg_err_info *info = jg_err_info((enum jg_err)i);

        if (!json)
            jg_buf_addf(out, "%s  %d  %s\n", info->code, info->status,
                        info->help);
        else if (i > 1)
            jg_buf_addc(out, ',');
        if (json)
            add_json(out, (enum jg_err)i);
    }
    if (json)
        jg_buf_add(out, JG_STR("]}\n"));
}

static int
run(struct cli *cli)
{
    bool json = cli_has(cli, "json");
    enum jg_err err = JG_OK;
    struct jg_buf out;

    if (cli->arg_count > 0) {
        err = find(cli->args[0]);
        if (err == JG_OK)
            return cli_fail(CLI_NOT_FOUND, "jotgate reason lists them all",
                            "there is no reason \"%s\"", cli->args[0]);
    }
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (err == JG_OK) {
        add_all(&out, json);
    } else if (json) {
        jg_buf_add(&out, JG_STR("{\"v\":1,\"reason\":"));
        add_json(&out, err);
        jg_buf_add(&out, JG_STR("}\n"));
    } else {
        add_one(&out, err);
    }
    return cli_print(&out);
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_reason = {
    .name = "reason",
    .arguments = "[JGnnn]",
    .summary = "what a reason code means, and what to do about it",
    .options = options,
    .args_max = 1,
    .run = run,
};
