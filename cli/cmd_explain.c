/* jotgate explain: what became of a request, by its id. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "commands.h"
#include "decisions.h"
#include "times.h"

static int
print(struct cli *cli, const struct jg_journal_entry *entry)
{
    const struct jg_err_info *info = jg_err_info(jg_journal_reason(entry));
    struct jg_str api = jg_journal_api(entry);
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json")) {
        jg_buf_addf(&out, "{\"v\":1,\"time_ms\":%" PRId64 ",\"api_id\":",
                    entry->time_ms);
        jg_buf_add_quoted(&out, api);
        jg_buf_addf(&out,
                    ",\"method\":\"%s\",\"status\":%u,\"reason\":\"%s\","
                    "\"microseconds\":%" PRIu32 "}\n",
                    jg_method_name(entry->method), (unsigned)entry->status,
                    info->code, entry->microseconds);
        return cli_print(&out);
    }
    jg_buf_add(&out, JG_STR("time      "));
    cli_time_write(&out, entry->time_ms / 1000, time(NULL));
    jg_buf_add(&out, JG_STR("\napi       "));
    cli_add_clean(&out, api.len > 0 ? api : JG_STR("none"), false);
    jg_buf_addf(&out,
                "\nmethod    %s\nstatus    %u\n"
                "took      %" PRIu32 " us\nreason    %s  %s\n",
                jg_method_name(entry->method), (unsigned)entry->status,
                entry->microseconds, info->code, info->help);
    if (info->text[0] != '\0')
        jg_buf_addf(&out, "answer    \"%s\"\n", info->text);
    return cli_print(&out);
}

static int
run(struct cli *cli)
{
    struct cli_decisions decisions = {0};
    struct jg_journal_entry entry;
    uint64_t id[2];
    int code;

    if (!jg_journal_read_id(jg_str(cli->args[0]), id))
        return cli_fail(CLI_USAGE, "it is in the log and in GET /tyk/journal",
                        "\"%s\" is no request id: 32 hex digits", cli->args[0]);
    code = cli_decisions_open(cli, &decisions);
    if (code == CLI_OK)
        code = cli_decisions_find(&decisions, id, &entry);
    cli_decisions_close(&decisions);
    return code == CLI_OK ? print(cli, &entry) : code;
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_explain = {
    .name = "explain",
    .arguments = "REQUEST_ID",
    .summary = "why a request was refused, by its id",
    .details = "What the gateway noted about one of its last requests: out of "
               "its journal, on\nits machine, or with --address over the "
               "control API of any. For every step of a\ndecision, ask about "
               "the token itself: jotgate token explain.\n",
    .options = options,
    .asks = true,
    .args_min = 1,
    .args_max = 1,
    .run = run,
};
