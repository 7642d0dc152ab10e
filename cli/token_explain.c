/* jotgate token explain: what the gateway does with a token, step by step. */
#include <time.h>

#include "admin/explanation.h"
#include "commands.h"
#include "gateway.h"
#include "records.h"
#include "token.h"

/* --request "GET /path", or just "/path". */
static void
read_request(const char *text, struct jg_question *question)
{
    struct jg_str rest = jg_str(text == NULL ? "" : text), word;

    if (!jg_str_starts(rest, JG_STR("/")) && jg_str_next(&rest, ' ', &word))
        question->method = word;
    question->path = jg_str_trim(rest);
}

static int
exit_code(const struct jg_decision *d)
{
    int64_t exp_s;

    if (d->reason == JG_OK)
        return CLI_OK;
    if (d->reason == JG_E_CLAIM_EXP &&
        jg_claims_time(d->unverified, JG_STR("exp"), &exp_s))
        return CLI_EXPIRED;
    return CLI_REJECTED;
}

/* The answer of POST /tyk/explain with the version that all of ours have. */
static void
add_json(struct jg_buf *out, const struct jg_explanation *e)
{
    struct jg_buf answer;

    jg_buf_init(&answer, CLI_TEXT_MAX);
    jg_explanation_json(&answer, e);
    jg_buf_addf(out, "{\"v\":1, %.*s\n",
                JG_STR_ARG(jg_str_from(jg_buf_str(&answer), 1)));
    jg_buf_free(&answer);
}

static int
print(struct cli *cli, const struct jg_explanation *e)
{
    struct jg_buf out;
    int printed;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json")) {
        add_json(&out, e);
    } else {
        jg_explanation_print(&out, e);
    }
    printed = cli_print(&out);
    return printed == CLI_OK ? exit_code(&e->decision) : printed;
}

static int
explain(struct cli *cli, struct cli_records *records,
        const struct jg_question *question)
{
    struct jg_explanation e = {0};
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    enum jg_err err =
        jg_explanation_make(question, records->store, now_ms, &cli->arena, &e);
    int code;

    if (err == JG_OK)
        code = print(cli, &e);
    else if (err == JG_E_NOT_FOUND)
        code = cli_fail(CLI_NOT_FOUND, "jotgate check names them all",
                        "there is no API \"%.*s\" in force",
                        JG_STR_ARG(question->api_id));
    else
        code = cli_broken(err);
    jg_explanation_release(&e);
    return code;
}

/* Over the control API: the same function decides there. */

static void
add_member(struct jg_buf *out, const char *name, struct jg_str text)
{
    jg_buf_addf(out, "%c\"%s\":", out->len == 0 ? '{' : ',', name);
    jg_buf_add_quoted(out, text);
}

/* As exit_code(), of an answer. */
static int
answered_code(struct cli *cli, const struct cli_answer *answer,
              struct jg_str token)
{
    enum jg_err err = jg_err_by_code(
        jg_json_string(jg_json_get(answer->json, JG_STR("reason"))));
    const struct jg_json *claims = NULL;
    struct jg_jws jws;
    int64_t exp_s;

    if (jg_str_eq(jg_json_string(jg_json_get(answer->json, JG_STR("verdict"))),
                  JG_STR("allow")))
        return CLI_OK;
    if (err == JG_E_CLAIM_EXP && jg_jws_split(token, &jws) == JG_OK)
        claims = cli_token_json(cli, jws.payload, &err);
    return jg_json_to_int(jg_json_get(claims, JG_STR("exp")), &exp_s)
               ? CLI_EXPIRED
               : CLI_REJECTED;
}

static int
print_answer(struct cli *cli, const struct cli_answer *answer,
             struct jg_str token)
{
    struct jg_buf out;
    int printed;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json"))
        jg_buf_addf(&out, "{\"v\":1, %.*s\n",
                    JG_STR_ARG(jg_str_from(jg_str_trim(answer->body), 1)));
    else
        jg_buf_add(&out,
                   jg_json_string(jg_json_get(answer->json, JG_STR("lines"))));
    printed = cli_print(&out);
    return printed == CLI_OK ? answered_code(cli, answer, token) : printed;
}

static int
ask(struct cli *cli, const struct jg_question *question)
{
    struct cli_call call = {
        .method = "POST",
        .path =
            cli_has(cli, "json") ? "/tyk/explain" : "/tyk/explain?lines=true",
        .kind = "API",
        .id = cli_value(cli, "api"),
    };
    struct cli_answer answer;
    struct jg_buf body;
    int code;

    jg_buf_init(&body, CLI_TEXT_MAX);
    add_member(&body, "api_id", question->api_id);
    add_member(&body, "token", question->token);
    add_member(&body, "method", question->method);
    add_member(&body, "path", question->path);
    jg_buf_addc(&body, '}');
    call.body = jg_buf_str(&body);
    code = body.failed ? cli_broken(JG_E_NOMEM)
                       : cli_call_json(cli, &call, &answer);
    jg_mem_wipe(body.p, body.len);
    jg_buf_free(&body);
    return code == CLI_OK ? print_answer(cli, &answer, question->token) : code;
}

static int
run(struct cli *cli)
{
    const char *api = cli_value(cli, "api");
    struct cli_records records = {0};
    struct jg_question question = {{NULL, 0}};
    int code;

    if (api == NULL)
        return cli_fail(CLI_USAGE, "jotgate token explain TOKEN --api ID",
                        "--api is missing: which API is the token for?");
    question.api_id = jg_str(api);
    read_request(cli_value(cli, "request"), &question);
    code = cli_token(cli, &question.token);
    if (code == CLI_OK && cli_target_address(cli) != NULL &&
        !cli_has(cli, "offline"))
        return ask(cli, &question);
    if (code == CLI_OK)
        code = cli_records_open(cli, &records);
    if (code == CLI_OK)
        code = explain(cli, &records, &question);
    cli_records_close(&records);
    return code;
}

static const struct cli_option options[] = {
    {"api", 0, "ID", "the api_id of the API that is called"},
    {"request", 0, "TEXT", "method and path: \"GET /orders/1\""},
    CLI_OPTION_OFFLINE,
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_token_explain = {
    .group = "token",
    .name = "explain",
    .arguments = "[TOKEN|-]",
    .summary = "every step of the gateway's decision about a token",
    .details =
        "The gateway's own decision, over the configuration that it has in "
        "force: what\nwas looked at, what was expected, why it is refused, "
        "what the client gets, and\nhow to mend it. Nothing is sent. It reads "
        "the gateway's records, on its\nmachine; with --address it asks the "
        "control API. Exit code 10 for a refused\ntoken, 11 for an expired "
        "one.\n\n"
        "  jotgate token explain \"$TOKEN\" --api orders --request \"GET "
        "/orders/1\"\n",
    .options = options,
    .args_max = 1,
    .asks = true,
    .run = run,
};
