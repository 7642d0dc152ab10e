/* jotgate token split: what a split token hands out, and what stays. */
#include "commands.h"
#include "token.h"

static int
run(struct cli *cli)
{
    struct jg_str token;
    struct jg_jws jws;
    struct jg_buf out;
    enum jg_err err;
    int code = cli_token(cli, &token);

    if (code != CLI_OK)
        return code;
    err = jg_jws_split(token, &jws);
    if (err == JG_OK && jws.signature.len == 0)
        err = JG_E_SIGNATURE_SIZE;
    if (err != JG_OK)
        return cli_reject(CLI_REJECTED, err, NULL);
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json")) {
        jg_buf_add(&out, JG_STR("{\"v\":1,\"handed_out\":"));
        jg_buf_add_quoted(&out, jws.signature);
        jg_buf_add(&out, JG_STR(",\"header\":"));
        jg_buf_add_quoted(&out, jws.header);
        jg_buf_add(&out, JG_STR(",\"payload\":"));
        jg_buf_add_quoted(&out, jws.payload);
        jg_buf_add(&out, JG_STR("}\n"));
    } else {
        jg_buf_add(&out, JG_STR("header      "));
        jg_buf_add_json(&out, jws.header, false);
        jg_buf_add(&out, JG_STR("\npayload     "));
        jg_buf_add_json(&out, jws.payload, false);
        jg_buf_add(&out, JG_STR("\nhanded out  "));
        jg_buf_add_json(&out, jws.signature, false);
        jg_buf_add(&out, JG_STR("\n"));
    }
    return cli_print(&out);
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_token_split = {
    .group = "token",
    .name = "split",
    .arguments = "[TOKEN|-]",
    .summary = "cut a token as the split token flow does",
    .details =
        "The client gets the signature only, which says nothing about it;\n"
        "header and payload stay with the gateway, under that signature.\n",
    .options = options,
    .args_max = 1,
    .run = run,
};
