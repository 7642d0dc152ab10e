/* jotgate token inspect: what a token says, without any belief in it. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "token.h"

/* Reasons for which a gateway would refuse this token unseen. */
static enum jg_err
first_fault(struct cli *cli, const struct jg_jws *jws)
{
    const struct jg_json *claims;
    struct jg_jws_header header;
    enum jg_err err = jg_jws_header(jws, &cli->arena, &header);

    if (err == JG_OK && header.alg == NULL)
        err = JG_E_ALG_UNKNOWN;
    if (err == JG_OK && header.alg->family == JG_UNSIGNED)
        err = JG_E_ALG;
    if (err == JG_OK)
        err = jg_jws_claims(jws, &cli->arena, &claims);
    return err;
}

static int
print_json(const struct jg_json *header, const struct jg_json *claims,
           enum jg_err fault)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_add(&out, JG_STR("{\"v\":1,\"verified\":false,\"header\":"));
    jg_json_write(&out, header, 0);
    jg_buf_add(&out, JG_STR(",\"claims\":"));
    jg_json_write(&out, claims, 0);
    jg_buf_add(&out, JG_STR(",\"fault\":"));
    if (fault == JG_OK)
        jg_buf_add(&out, JG_STR("null"));
    else
        jg_buf_addf(&out, "\"%s\"", jg_err_info(fault)->code);
    jg_buf_add(&out, JG_STR("}\n"));
    return cli_print(&out);
}

static int
print_text(const struct jg_jws *jws, const struct jg_json *header,
           const struct jg_json *claims)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_add(&out, JG_STR("header (NOT VERIFIED)\n"));
    jg_json_write(&out, header, 2);
    jg_buf_add(&out, JG_STR("\nclaims (NOT VERIFIED)\n"));
    jg_json_write(&out, claims, 2);
    jg_buf_add(&out, JG_STR("\ntimes\n"));
    cli_token_times(&out, claims, time(NULL));
    jg_buf_addf(&out, "signature  %zu characters%s\n", jws->signature.len,
                jws->signature.len == 0 ? ": THIS TOKEN IS NOT SIGNED" : "");
    return cli_print(&out);
}

static int
run(struct cli *cli)
{
    const struct jg_json *header = NULL, *claims = NULL;
    struct jg_str token;
    struct jg_jws jws;
    enum jg_err err, fault;
    int code = cli_token(cli, &token);

    if (code != CLI_OK)
        return code;
    err = jg_jws_split(token, &jws);
    if (err == JG_OK)
        header = cli_token_json(cli, jws.header, &err);
    if (err == JG_OK)
        claims = cli_token_json(cli, jws.payload, &err);
    if (err != JG_OK)
        return cli_reject(CLI_REJECTED, err, NULL);
    cli_warn("NOT VERIFIED: anybody can write such a token. To check it: "
             "jotgate token verify");
    fault = first_fault(cli, &jws);
    if (fault != JG_OK)
        cli_warn("a gateway refuses this token: %s (%s)",
                 jg_err_info(fault)->help, jg_err_info(fault)->code);
    return cli_has(cli, "json") ? print_json(header, claims, fault)
                                : print_text(&jws, header, claims);
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_token_inspect = {
    .group = "token",
    .name = "inspect",
    .alias = "decode",
    .arguments = "[TOKEN|-]",
    .summary = "show what a token says, NOT VERIFIED",
    .details = "Decodes only: no key is needed, and nothing is proved.\n",
    .options = options,
    .args_max = 1,
    .run = run,
};
