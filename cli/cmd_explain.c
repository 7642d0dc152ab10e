/* jotgate explain: what became of a request, by its id. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "commands.h"
#include "records.h"
#include "store/journal.h"
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

static bool
find(struct cli *cli, const struct cli_records *records,
     const uint64_t id[static 2], struct jg_journal_entry *out)
{
    struct jg_str folder = records->config.conf.storage.path;
    struct jg_journal_entry *entries =
        jg_arena_array(&cli->arena, JG_JOURNAL_RECORDS, sizeof(*entries));
    struct jg_journal *journal;
    size_t count, i = 0;
    char path[4096];

    snprintf(path, sizeof(path), "%.*s/journal", JG_STR_ARG(folder));
    if (entries == NULL || jg_journal_open(path, &journal) != JG_OK)
        return false;
    count = jg_journal_read(journal, entries, JG_JOURNAL_RECORDS);
    jg_journal_close(journal);
    while (i < count && (entries[i].request_id[0] != id[0] ||
                         entries[i].request_id[1] != id[1]))
        i++;
    if (i < count)
        *out = entries[i];
    return i < count;
}

static int
print(struct cli *cli, const struct jg_journal_entry *entry)
{
    enum jg_err reason =
        entry->reason < JG_E_COUNT ? (enum jg_err)entry->reason : JG_E_INTERNAL;
    const struct jg_err_info *info = jg_err_info(reason);
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json")) {
        jg_buf_addf(&out, "{\"v\":1,\"time_ms\":%" PRId64 ",\"api_id\":",
                    entry->time_ms);
        jg_buf_add_quoted(&out, jg_str(entry->api_id));
        jg_buf_addf(&out,
                    ",\"method\":\"%s\",\"status\":%u,\"reason\":\"%s\","
                    "\"microseconds\":%" PRIu32 "}\n",
                    jg_method_name(entry->method), (unsigned)entry->status,
                    info->code, entry->microseconds);
        return cli_print(&out);
    }
    jg_buf_add(&out, JG_STR("time      "));
    cli_time_write(&out, entry->time_ms / 1000, time(NULL));
    jg_buf_addf(&out,
                "\napi       %s\nmethod    %s\nstatus    %u\n"
                "took      %" PRIu32 " us\nreason    %s  %s\n",
                entry->api_id[0] != '\0' ? entry->api_id : "none",
                jg_method_name(entry->method), (unsigned)entry->status,
                entry->microseconds, info->code, info->help);
    if (info->text[0] != '\0')
        jg_buf_addf(&out, "answer    \"%s\"\n", info->text);
    return cli_print(&out);
}

static int
run(struct cli *cli)
{
    struct cli_records records = {0};
    struct jg_journal_entry entry;
    uint64_t id[2];
    int code;

    if (!read_id(cli->args[0], id))
        return cli_fail(CLI_USAGE, "it is in the log and in GET /tyk/journal",
                        "\"%s\" is no request id: 32 hex digits", cli->args[0]);
    code = cli_records_open(cli, &records);
    if (code == CLI_OK && find(cli, &records, id, &entry))
        code = print(cli, &entry);
    else if (code == CLI_OK)
        code = cli_fail(CLI_NOT_FOUND, NULL,
                        "the journal does not have this request: it keeps the "
                        "last %d, since the start",
                        JG_JOURNAL_RECORDS);
    cli_records_close(&records);
    return code;
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
