/* jotgate explain: what became of a request, by its id. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "commands.h"
#include "records.h"
#include "times.h"

/* 32 hex digits, as the X-Request-ID of responses and the log write them. */
static bool
read_id(const char *text, uint64_t id[static 2])
{
    char half[17] = "", *end;

    if (strlen(text) != 32 || strspn(text, "0123456789abcdefABCDEF") != 32)
        return false;
    for (int i = 0; i < 2; i++) {
        memcpy(half, text + 16 * i, 16);
        id[i] = strtoull(half, &end, 16);
    }
    return true;
}

/* CLI_OK, or said. */
static int
find(struct cli *cli, const uint64_t id[static 2], struct jg_journal_entry *out)
{
    struct jg_journal_entry *entries =
        jg_arena_array(&cli->arena, JG_JOURNAL_RECORDS, sizeof(*entries));
    struct jg_journal *journal;
    size_t count;
    int code;

    if (entries == NULL)
        return cli_broken(JG_E_NOMEM);
    code = cli_journal_open(cli, &journal);
    if (code != CLI_OK)
        return code;
    count = jg_journal_read(journal, entries, JG_JOURNAL_RECORDS);
    jg_journal_close(journal);
    for (size_t i = 0; i < count; i++)
        if (entries[i].request_id[0] == id[0] &&
            entries[i].request_id[1] == id[1]) {
            *out = entries[i];
            return CLI_OK;
        }
    return cli_fail(CLI_NOT_FOUND, NULL,
                    "the journal does not have this request: it keeps the "
                    "last %d, since the start",
                    JG_JOURNAL_RECORDS);
}

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
    struct jg_journal_entry entry;
    uint64_t id[2];
    int code;

    if (!read_id(cli->args[0], id))
        return cli_fail(CLI_USAGE, "it is in the log and in GET /tyk/journal",
                        "\"%s\" is no request id: 32 hex digits", cli->args[0]);
    code = find(cli, id, &entry);
    return code == CLI_OK ? print(cli, &entry) : code;
}

static const struct cli_option options[] = {
    CLI_OPTION_CONFIG,
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_explain = {
    .name = "explain",
    .arguments = "REQUEST_ID",
    .summary = "why a request was refused, by its id",
    .details = "What the gateway noted about one of its last requests. For "
               "every step of a\ndecision, ask about the token itself: jotgate "
               "token explain.\n",
    .options = options,
    .args_min = 1,
    .args_max = 1,
    .run = run,
};
