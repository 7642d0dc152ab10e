/* What only some lists of the control API have: keys, revocations, key sets,
 * policies together; and reload. */
#include "commands.h"
#include "kinds.h"

/* keys create */

static int
run_key(struct cli *cli)
{
    struct cli_call call = {.method = "POST", .path = "/tyk/keys/create"};
    struct cli_answer answer;
    struct jg_buf out;
    int code;

    if (!cli_read(cli, cli->args[0], CLI_TEXT_MAX, &call.body))
        return CLI_FAILED;
    code = cli_call_json(cli, &call, &answer);
    if (code != CLI_OK)
        return code;
    cli_note("the key is shown this once; try: curl -H \"Authorization: KEY\"");
    if (cli_has(cli, "json"))
        return cli_print_json(cli, "changed", answer.json);
    jg_buf_init(&out, CLI_TEXT_MAX);
    cli_add_clean(&out, jg_json_string(jg_json_get(answer.json, JG_STR("key"))),
                  false);
    jg_buf_addc(&out, '\n');
    return cli_print(&out);
}

const struct cli_command cmd_keys_create = {
    .group = "keys",
    .name = "create",
    .arguments = "FILE|-",
    .summary = "make a key for a session, and print it",
    .args_min = 1,
    .args_max = 1,
    .asks = true,
    .run = run_key,
};

/* revocations add */

static const struct cli_option revocation_options[] = {
    {"jti", 0, "ID", "one token"},
    {"sub", 0, "SUBJECT", "a caller's tokens"},
    {"client", 0, "ID", "tokens of a client"},
    {"api_id", 0, "ID", "at this API only"},
    {"note", 0, "TEXT", "why"},
    {NULL, 0, NULL, NULL},
};

/* The members that were given. False: none of the first three. */
static bool
write_revocation(const struct cli *cli, struct jg_buf *out)
{
    bool names = false;

    jg_buf_addc(out, '{');
    for (const struct cli_option *o = revocation_options; o->name; o++) {
        const char *value = cli_value(cli, o->name);

        if (value == NULL)
            continue;
        names = names || o < revocation_options + 3;
        jg_buf_addf(out, "%s\"%s\":", out->len > 1 ? "," : "", o->name);
        jg_buf_add_quoted(out, jg_str(value));
    }
    jg_buf_addc(out, '}');
    return names;
}

static int
run_revocation(struct cli *cli)
{
    struct cli_call call = {.method = "POST", .path = "/tyk/revocations"};
    struct cli_answer answer;
    struct jg_buf body;
    int code;

    jg_buf_init(&body, CLI_TEXT_MAX);
    if (write_revocation(cli, &body)) {
        call.body = jg_buf_str(&body);
        code = cli_call_json(cli, &call, &answer);
    } else {
        code = cli_fail(CLI_USAGE, "--jti, --sub or --client",
                        "what is to be refused?");
    }
    jg_buf_free(&body);
    if (code != CLI_OK)
        return code;
    cli_note("refused at once; see: jotgate revocations list");
    return cli_has(cli, "json") ? cli_print_json(cli, "changed", answer.json)
                                : CLI_OK;
}

const struct cli_command cmd_revocations_add = {
    .group = "revocations",
    .name = "add",
    .arguments = "",
    .summary = "refuse a token, a caller or a client, at once",
    .options = revocation_options,
    .asks = true,
    .run = run_revocation,
};

/* keysets refresh, reload */

static int
simply(struct cli *cli, const struct cli_call *call, const char *done)
{
    struct cli_answer answer;
    int code = cli_call_json(cli, call, &answer);

    if (code != CLI_OK)
        return code;
    cli_note("%s", done);
    return cli_has(cli, "json") ? cli_print_json(cli, "changed", answer.json)
                                : CLI_OK;
}

static int
run_refresh(struct cli *cli)
{
    struct cli_call call = {.method = "DELETE", .path = "/tyk/cache/jwks"};

    if (cli->arg_count > 0) {
        call.kind = "API";
        call.id = cli->args[0];
        call.path = cli_path(cli, "/tyk/cache/jwks/", call.id, "");
    }
    if (call.path == NULL)
        return CLI_FAILED;
    return simply(cli, &call,
                  "forgotten, and fetched again when needed; see: jotgate "
                  "keysets list");
}

const struct cli_command cmd_keysets_refresh = {
    .group = "keysets",
    .name = "refresh",
    .arguments = "[API]",
    .summary = "forget key sets and verified tokens",
    .args_max = 1,
    .asks = true,
    .run = run_refresh,
};

static int
run_reload(struct cli *cli)
{
    const struct cli_call call = {.method = "GET",
                                  .path = "/tyk/reload?block=true"};

    return simply(cli, &call, "reloaded; faults, if any: jotgate status");
}

const struct cli_command cmd_reload = {
    .name = "reload",
    .arguments = "",
    .summary = "have APIs and policies of the files take effect",
    .asks = true,
    .run = run_reload,
};

/* policies effective */

static const struct cli_option effective_options[] = {
    {"scopes", 0, "TEXT", "of a token: \"read write\""},
    {"policies", 0, "IDS", "instead of them: \"gold silver\""},
    {"api", 0, "ID", "whose scopes they are"},
    {NULL, 0, NULL, NULL},
};

/* ,"<name>":["a","b"] */
static void
add_words(struct jg_buf *out, const char *name, const char *words)
{
    struct jg_str rest = jg_str(words), word;
    const char *comma = "";

    if (words == NULL)
        return;
    jg_buf_addf(out, "%s\"%s\":[", out->len > 1 ? "," : "", name);
    while (jg_str_next(&rest, ' ', &word)) {
        if (word.len == 0)
            continue;
        jg_buf_addf(out, "%s", comma);
        jg_buf_add_quoted(out, word);
        comma = ",";
    }
    jg_buf_addc(out, ']');
}

static void
write_question(const struct cli *cli, struct jg_buf *out)
{
    const char *api = cli_value(cli, "api");

    jg_buf_addc(out, '{');
    add_words(out, "scopes", cli_value(cli, "scopes"));
    add_words(out, "policies", cli_value(cli, "policies"));
    if (api != NULL) {
        jg_buf_addf(out, "%s\"api_id\":", out->len > 1 ? "," : "");
        jg_buf_add_quoted(out, jg_str(api));
    }
    jg_buf_addc(out, '}');
}

static int
print_effective(struct cli *cli, const struct cli_answer *answer)
{
    static const struct cli_column columns[] = {{"api", CLI_TEXT},
                                                {"rate", CLI_NUMBER},
                                                {"per", CLI_NUMBER},
                                                {"quota", CLI_NUMBER}};
    struct cli_table table = {.name = "apis",
                              .none = "no API may be called",
                              .columns = columns,
                              .column_count = 4};
    const struct jg_json *apis = cli_answer_list(answer, "apis");
    struct jg_str verdict =
        jg_json_string(jg_json_get(answer->json, JG_STR("verdict")));
    uint32_t count = apis != NULL ? apis->count : 0;
    int code = cli_table_init(cli, &table, count);

    for (uint32_t i = 0; code == CLI_OK && i < count; i++) {
        const struct jg_json *limit =
            jg_json_get(&apis->items[i], JG_STR("limit"));
        struct jg_json *row = cli_table_row(&table);

        row[0] = cli_member(&apis->items[i], "api_id");
        row[1] = cli_member(limit, "rate");
        row[2] = cli_member(limit, "per");
        row[3] = cli_member(limit, "quota_max");
    }
    cli_note("%.*s; all of it: --json", JG_STR_ARG(verdict));
    return code == CLI_OK ? cli_table_print(cli, &table, false) : code;
}

static int
run_effective(struct cli *cli)
{
    struct cli_call call = {.method = "POST",
                            .path = "/tyk/policies/effective",
                            .kind = "API",
                            .id = cli_value(cli, "api")};
    struct cli_answer answer;
    struct jg_buf body;
    int code;

    jg_buf_init(&body, CLI_TEXT_MAX);
    write_question(cli, &body);
    call.body = jg_buf_str(&body);
    code = cli_call_json(cli, &call, &answer);
    jg_buf_free(&body);
    if (code != CLI_OK)
        return code;
    if (cli_has(cli, "json"))
        return cli_print_json(cli, "effective", answer.json);
    return print_effective(cli, &answer);
}

const struct cli_command cmd_policies_effective = {
    .group = "policies",
    .name = "effective",
    .arguments = "",
    .summary = "what scopes, or policies, add up to",
    .options = effective_options,
    .asks = true,
    .run = run_effective,
};
