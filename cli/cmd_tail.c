/*
 * jotgate tail: decisions as they are made, out of the journal that the workers
 * write. It is a file of the gateway's, so it goes on over reloads and
 * restarts.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "commands.h"
#include "records.h"
#include "times.h"

#define POLL_MS 250

struct tail {
    struct cli *cli;
    const char *api;    /* only this one, or NULL */
    bool rejected;      /* only refusals */
    enum jg_err reason; /* only this one; JG_OK: any */
    int64_t since_ms;   /* what is older is not shown */
    struct jg_journal *journal;
    struct jg_journal_entry *entries; /* JG_JOURNAL_RECORDS */
    uint64_t last[2];                 /* id of the newest that was seen */
    bool seen;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

static bool
is_wanted(const struct tail *t, const struct jg_journal_entry *entry)
{
    if (entry->time_ms < t->since_ms)
        return false;
    if (t->api != NULL &&
        strncmp(entry->api_id, t->api, JG_JOURNAL_API_MAX - 1) != 0)
        return false;
    if (t->reason != JG_OK)
        return jg_journal_reason(entry) == t->reason;
    return !t->rejected || jg_journal_reason(entry) != JG_OK;
}

static void
add_json(struct jg_buf *out, const struct jg_journal_entry *entry)
{
    jg_buf_addf(out,
                "{\"v\":1,\"time_ms\":%" PRId64 ",\"request_id\":\"%016" PRIx64
                "%016" PRIx64 "\",\"api_id\":",
                entry->time_ms, entry->request_id[0], entry->request_id[1]);
    jg_buf_add_quoted(out, jg_journal_api(entry));
    jg_buf_addf(out,
                ",\"method\":\"%s\",\"status\":%u,\"reason\":\"%s\","
                "\"microseconds\":%" PRIu32 "}\n",
                jg_method_name(entry->method), (unsigned)entry->status,
                jg_err_info(jg_journal_reason(entry))->code,
                entry->microseconds);
}

/* "12:01:15  401  GET   orders  0.4 ms  JG120 ... -> jotgate explain 01..." */
static void
add_line(struct jg_buf *out, const struct jg_journal_entry *entry)
{
    const struct jg_err_info *info = jg_err_info(jg_journal_reason(entry));
    time_t seconds = (time_t)(entry->time_ms / 1000);
    bool refused = jg_journal_reason(entry) != JG_OK, coloured = cli_colour(1);
    struct tm tm;
    char clock[16] = "";

    if (localtime_r(&seconds, &tm) != NULL)
        strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    jg_buf_addf(out, "%s  %s%3u%s  %-6s ", clock,
                !coloured ? ""
                : refused ? "\033[31m"
                          : "\033[32m",
                (unsigned)entry->status, coloured ? "\033[0m" : "",
                jg_method_name(entry->method));
    cli_add_clean(
        out, entry->api_id[0] != '\0' ? jg_journal_api(entry) : JG_STR("-"),
        false);
    jg_buf_addf(out, "  %.1f ms", entry->microseconds / 1000.0);
    if (refused)
        jg_buf_addf(out,
                    "\n          %s %s\n          jotgate explain %016" PRIx64
                    "%016" PRIx64,
                    info->code, info->help, entry->request_id[0],
                    entry->request_id[1]);
    jg_buf_addc(out, '\n');
}

/* How many of the newest entries have not been seen. */
static size_t
unseen(const struct tail *t, size_t count)
{
    size_t i = 0;

    while (i < count &&
           !(t->seen && t->entries[i].request_id[0] == t->last[0] &&
             t->entries[i].request_id[1] == t->last[1]))
        i++;
    return i;
}

/* Print what is new, oldest first. */
static int
poll_once(struct tail *t)
{
    size_t count = jg_journal_read(t->journal, t->entries, JG_JOURNAL_RECORDS);
    size_t fresh = unseen(t, count);
    struct jg_buf out;

    if (t->seen && fresh == JG_JOURNAL_RECORDS)
        cli_note("more requests than the journal holds: some are not shown");
    if (count > 0) {
        memcpy(t->last, t->entries[0].request_id, sizeof(t->last));
        t->seen = true;
    }
    jg_buf_init(&out, CLI_TEXT_MAX);
    for (size_t i = fresh; i > 0; i--) {
        if (!is_wanted(t, &t->entries[i - 1]))
            continue;
        if (cli_has(t->cli, "json"))
            add_json(&out, &t->entries[i - 1]);
        else
            add_line(&out, &t->entries[i - 1]);
    }
    return cli_print(&out);
}

static int
follow(struct tail *t)
{
    const struct timespec pause = {0, POLL_MS * 1000000L};
    const struct sigaction action = {.sa_handler = on_signal};
    int code = CLI_OK;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    while (!interrupted) {
        code = poll_once(t);
        if (code != CLI_OK || cli_has(t->cli, "no-follow"))
            return code;
        nanosleep(&pause, NULL);
    }
    return CLI_INTERRUPTED;
}

static int
read_options(struct tail *t)
{
    const char *since = cli_value(t->cli, "since");
    const char *reason = cli_value(t->cli, "reason");
    int64_t now_s = time(NULL), from_s = now_s;

    t->api = cli_value(t->cli, "api");
    t->rejected = cli_has(t->cli, "rejected");
    if (since != NULL && !cli_time_read(since, now_s, &from_s))
        return cli_fail(CLI_USAGE, "-5m, 2026-12-31T08:00:00Z or unix seconds",
                        "--since: \"%s\" is no time", since);
    t->since_ms = from_s * 1000;
    if (reason != NULL)
        t->reason = jg_err_by_code(jg_str(reason));
    if (reason != NULL && t->reason == JG_OK)
        return cli_fail(CLI_USAGE, "jotgate reason lists them",
                        "--reason: there is no \"%s\"", reason);
    return CLI_OK;
}

static int
run(struct cli *cli)
{
    struct tail t = {.cli = cli};
    int code = read_options(&t);

    t.entries =
        jg_arena_array(&cli->arena, JG_JOURNAL_RECORDS, sizeof(*t.entries));
    if (t.entries == NULL)
        return cli_broken(JG_E_NOMEM);
    if (code == CLI_OK)
        code = cli_journal_open(cli, &t.journal);
    if (code == CLI_OK)
        code = follow(&t);
    jg_journal_close(t.journal);
    return code;
}

static const struct cli_option options[] = {
    CLI_OPTION_CONFIG,
    {"api", 0, "ID", "of this API only"},
    {"rejected", 0, NULL, "refused requests only"},
    {"reason", 0, "CODE", "refused for this reason only: JG207"},
    {"since", 0, "TIME", "begin earlier: -5m"},
    {"no-follow", 0, NULL, "what there is, and end"},
    {"json", 0, NULL, "one JSON object a line"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_tail = {
    .name = "tail",
    .arguments = "",
    .summary = "decisions as they are made",
    .details =
        "Reads the gateway's journal, on its machine, and goes on until "
        "Ctrl-C (exit\ncode 130), over reloads and restarts. No token is in "
        "the journal.\n\n"
        "  jotgate tail --rejected\n"
        "  jotgate tail --api orders --since -5m --no-follow --json\n",
    .options = options,
    .run = run,
};
