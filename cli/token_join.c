/* jotgate token join: a token out of what token split made of it. */
#include "commands.h"
#include "token.h"

#define SPLIT_MAX (4 * JG_TOKEN_MAX) /* bytes of the JSON */

static struct jg_str
part(const struct jg_json *json, const char *name)
{
    return jg_json_string(jg_json_get(json, jg_str(name)));
}

/* HEADER.PAYLOAD.SIGNATURE, when that is a token. */
static int
join(struct cli *cli, const struct jg_json *json)
{
    const struct jg_str parts[] = {part(json, "header"), JG_STR("."),
                                   part(json, "payload"), JG_STR("."),
                                   part(json, "handed_out")};
    struct jg_str token;
    struct jg_jws jws;
    struct jg_buf out;
    enum jg_err err;

    if (parts[0].p == NULL || parts[2].p == NULL || parts[4].p == NULL)
        return cli_fail(CLI_FAILED, "what jotgate token split --json printed",
                        "header, payload and handed_out are not all there");
    token = jg_arena_join(&cli->arena, parts, 5);
    if (token.p == NULL)
        return cli_broken(JG_E_NOMEM);
    err = jg_jws_split(token, &jws);
    if (err != JG_OK)
        return cli_reject(CLI_REJECTED, err, NULL);
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json")) {
        jg_buf_add(&out, JG_STR("{\"v\":1,\"token\":"));
        jg_buf_add_quoted(&out, token);
        jg_buf_add(&out, JG_STR("}\n"));
    } else {
        jg_buf_add(&out, token);
        jg_buf_addc(&out, '\n');
    }
    return cli_print(&out);
}

static int
run(struct cli *cli)
{
    struct jg_json_fault fault;
    const struct jg_json *json;
    struct jg_str text;

    if (!cli_read(cli, cli->args[0], SPLIT_MAX, &text))
        return CLI_FAILED;
    if (jg_json_parse(text, &jg_json_limits_conf, &cli->arena, &json, &fault) !=
        JG_OK)
        return cli_fail(CLI_FAILED, "what jotgate token split --json printed",
                        "%s:%u:%u: %s", cli->args[0], fault.line, fault.column,
                        fault.what);
    return join(cli, json);
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_token_join = {
    .group = "token",
    .name = "join",
    .arguments = "FILE|-",
    .summary = "the token again, out of what token split printed",
    .details =
        "  jotgate token split \"$TOKEN\" --json | jotgate token join -\n",
    .options = options,
    .args_min = 1,
    .args_max = 1,
    .run = run,
};
