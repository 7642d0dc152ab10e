/*
 * jotgate tail: decisions as they are made, out of the journal that the workers
 * write. It goes on over reloads and restarts of the gateway.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "decisions.h"
#include "gateway.h"
#include "times.h"

#define POLL_MS 250
#define POLL_REMOTE_MS 1000

struct tail {
    struct cli *cli;
    const char *api;    /* only this one, or NULL */
    bool rejected;      /* only refusals */
    enum jg_err reason; /* only this one; JG_OK: any */
    int64_t since_ms;   /* what is older is not shown */
    struct cli_decisions decisions;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* Whoever waits for an answer does not wait until it comes. */
static void
on_signal_remote(int number)
{
    (void)number;
    _exit(CLI_INTERRUPTED);
}

static bool
is_wanted(const struct tail *t, const struct jg_journal_entry *entry)
{
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

/* Print what is new, oldest first. */
static int
poll_once(struct tail *t)
{
    int code = cli_decisions_read(&t->decisions, t->since_ms);
    struct jg_buf out;

    if (code != CLI_OK)
        return code;
    jg_buf_init(&out, CLI_TEXT_MAX);
    for (size_t i = t->decisions.count; i > 0; i--) {
        const struct jg_journal_entry *entry = &t->decisions.entries[i - 1];

        if (!is_wanted(t, entry))
            continue;
        if (cli_has(t->cli, "json"))
            add_json(&out, entry);
        else
            add_line(&out, entry);
    }
    return cli_print(&out);
}

static void
pause_for(int ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&pause, NULL);
}

/* It was there, and is not now: said. Until it is again. */
static int
wait_for_gateway(struct tail *t)
{
    bool answers = false;
    int code = CLI_OK;

    cli_note("this goes on when it answers again; Ctrl-C ends it");
    while (code == CLI_OK && !answers) {
        pause_for(POLL_REMOTE_MS);
        code = cli_gateway_answers(t->cli, &answers);
    }
    return code;
}

static int
follow(struct tail *t)
{
    bool remote = t->decisions.journal == NULL, read = false;
    const struct sigaction action = {.sa_handler =
                                         remote ? on_signal_remote : on_signal};
    int code;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    while (!interrupted) {
        code = poll_once(t);
        if (code == CLI_UNREACHABLE && read)
            code = wait_for_gateway(t);
        if (code != CLI_OK || cli_has(t->cli, "no-follow"))
            return code;
        read = true;
        pause_for(remote ? POLL_REMOTE_MS : POLL_MS);
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

    if (code == CLI_OK)
        code = cli_decisions_open(cli, &t.decisions);
    if (code == CLI_OK)
        code = follow(&t);
    cli_decisions_close(&t.decisions);
    return code;
}

static const struct cli_option options[] = {
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
        "Reads the gateway's journal, on its machine, or with --address over "
        "the control\nAPI of any: a secret that may only read is enough. Goes "
        "on until Ctrl-C (exit\ncode 130), over reloads and restarts. No token "
        "is in the journal.\n\n"
        "  jotgate tail --rejected\n"
        "  jotgate tail --api orders --since -5m --no-follow --json\n"
        "  jotgate tail --address https://gateway.example:8081 --secret-file "
        "reader\n",
    .options = options,
    .asks = true,
    .run = run,
};
