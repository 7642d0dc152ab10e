/* jotgate status: how the gateway is, on one screen. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "commands.h"
#include "gateway.h"
#include "table.h"
#include "times.h"

#define RECENT 1000   /* decisions that the rate is made of */
#define RECENT_S 60   /* ... when they are no older */
#define REASONS_MAX 8 /* of refusals that are shown */

/* What was asked, and its answers. */
struct status {
    struct jg_str metrics;
    const struct jg_json *sets, *decisions;
    int64_t now_s;
};

/* The sample <name> of the metrics; false: there is none. */
static bool
sample(const struct status *s, const char *name, int64_t *out)
{
    struct jg_str rest = s->metrics, line;
    size_t len = strlen(name);
    uint64_t n;

    while (jg_str_next(&rest, '\n', &line))
        if (jg_str_starts(line, jg_str(name)) && line.len > len &&
            line.p[len] == ' ' &&
            jg_str_to_u64(jg_str_from(line, len + 1), &n)) {
            *out = (int64_t)n;
            return true;
        }
    return false;
}

static int64_t
number(const struct status *s, const char *name)
{
    int64_t n = 0;

    sample(s, name, &n);
    return n;
}

/* Requests a second in the last minute, by the times of recent decisions. */
static double
rate(const struct status *s)
{
    int64_t oldest_s = s->now_s - RECENT_S, at_s;
    unsigned n = 0;

    for (uint32_t i = 0; s->decisions != NULL && i < s->decisions->count; i++) {
        if (!cli_time_read_json(
                jg_json_get(&s->decisions->items[i], JG_STR("time")), &at_s) ||
            at_s < s->now_s - RECENT_S)
            break;
        n++;
        if (n == RECENT && at_s > oldest_s)
            oldest_s = at_s;
    }
    return (double)n / (double)(s->now_s > oldest_s ? s->now_s - oldest_s : 1);
}

/* Refusals of one reason. */
struct refusals {
    char code[8];
    int64_t count;
};

static int
by_count(const void *a, const void *b)
{
    const struct refusals *x = a, *y = b;

    return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

/* Those that there were, the most frequent first. */
static size_t
read_refusals(const struct status *s, struct refusals out[static JG_E_COUNT])
{
    size_t count = 0;
    char name[80];

    for (int i = 1; i < JG_E_COUNT; i++) {
        const struct jg_err_info *info = jg_err_info((enum jg_err)i);
        int64_t n;

        snprintf(name, sizeof(name), "jotgate_decisions_total{reason=\"%s\"}",
                 info->code);
        if (!sample(s, name, &n) || n == 0)
            continue;
        snprintf(out[count].code, sizeof(out[count].code), "%s", info->code);
        out[count++].count = n;
    }
    qsort(out, count, sizeof(*out), by_count);
    return count;
}

/* For people */

static void
add_label(struct jg_buf *out, const char *label)
{
    bool coloured = cli_colour(1);

    jg_buf_addf(out, "%s%-11s%s", coloured ? "\033[1m" : "", label,
                coloured ? "\033[0m" : "");
}

/* "1 API", "2 APIs" */
static void
add_count(struct jg_buf *out, int64_t count, const char *one, const char *many)
{
    jg_buf_addf(out, "%" PRId64 " %s", count, count == 1 ? one : many);
}

static void
add_requests(struct jg_buf *out, const struct status *s)
{
    static const char *const classes[] = {"2xx", "3xx", "4xx", "5xx"};
    char name[64];

    add_label(out, "requests");
    jg_buf_addf(out, "%.1f a second", rate(s));
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "jotgate_requests_total{class=\"%s\"}",
                 classes[i]);
        jg_buf_addf(out, "%s%" PRId64 " %s", i == 0 ? "; since ever " : ", ",
                    number(s, name), classes[i]);
    }
    jg_buf_addc(out, '\n');
}

/* The beginning of what a reason means, up to the end of the line. */
static void
add_refusals(struct jg_buf *out, const struct status *s)
{
    struct refusals rows[JG_E_COUNT];
    size_t count = read_refusals(s, rows);

    add_label(out, "refused");
    if (count == 0)
        jg_buf_add(out, JG_STR("nothing\n"));
    for (size_t i = 0; i < count && i < REASONS_MAX; i++) {
        enum jg_err err = jg_err_by_code(jg_str(rows[i].code));
        struct jg_str help = jg_str(jg_err_info(err)->help);
        size_t room = cli_width() > 40 ? cli_width() - 28 : 12;
        bool cut = help.len > room;

        jg_buf_addf(out, "%s%7" PRId64 "  %s  %.*s%s\n",
                    i == 0 ? "" : "           ", rows[i].count, rows[i].code,
                    JG_STR_ARG(jg_str_head(help, cut ? room - 3 : room)),
                    cut ? "..." : "");
    }
    if (count > REASONS_MAX)
        jg_buf_addf(out, "           and %zu more: jotgate status --json\n",
                    count - REASONS_MAX);
}

static void
add_failing(struct jg_buf *out, const struct jg_json *set)
{
    int64_t failures = 0;

    jg_json_to_int(jg_json_get(set, JG_STR("failures")), &failures);
    if (failures == 0)
        return;
    jg_buf_add(out, JG_STR("           "));
    cli_add_clean(out, jg_json_string(jg_json_get(set, JG_STR("url"))), false);
    jg_buf_addf(out, "\n             failed %" PRId64 " time%s: ", failures,
                failures == 1 ? "" : "s");
    cli_add_clean(out, jg_json_string(jg_json_get(set, JG_STR("fault"))),
                  false);
    jg_buf_addc(out, '\n');
}

static void
add_key_sets(struct jg_buf *out, const struct status *s)
{
    int64_t failing = number(s, "jotgate_keysets_failing");
    bool coloured = cli_colour(1) && failing > 0;

    add_label(out, "key sets");
    jg_buf_addf(out, "%" PRId64 ", %s%" PRId64 " failing%s\n",
                number(s, "jotgate_keysets"), coloured ? "\033[1;31m" : "",
                failing, coloured ? "\033[0m" : "");
    for (uint32_t i = 0; s->sets != NULL && i < s->sets->count; i++)
        add_failing(out, &s->sets->items[i]);
}

static void
add_time(struct jg_buf *out, const struct status *s, const char *label,
         const char *name)
{
    int64_t at_s;

    if (!sample(s, name, &at_s) || at_s == 0)
        return;
    add_label(out, label);
    cli_time_write(out, at_s, s->now_s);
}

static void
add_reload(struct jg_buf *out, const struct status *s)
{
    int64_t faults = number(s, "jotgate_reload_faults");

    add_time(out, s, "reload", "jotgate_reload_timestamp_seconds");
    if (faults > 0)
        jg_buf_addf(out, ", %" PRId64 " fault%s: jotgate check, or the log",
                    faults, faults == 1 ? "" : "s");
    jg_buf_addc(out, '\n');
}

static struct jg_str
version_of(const struct status *s)
{
    const struct jg_str head = JG_STR("jotgate_build_info{version=\"");
    struct jg_str rest = s->metrics, line;

    while (jg_str_next(&rest, '\n', &line))
        if (jg_str_starts(line, head)) {
            line = jg_str_from(line, head.len);
            return jg_str_head(line, jg_str_find(line, '"'));
        }
    return JG_STR("?");
}

static int
print_people(struct cli *cli, const struct status *s)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    add_label(&out, "gateway");
    jg_buf_addf(&out, "%s, version ", cli_gateway_address(cli));
    cli_add_clean(&out, version_of(s), false);
    jg_buf_addc(&out, '\n');
    add_time(&out, s, "started", "jotgate_start_timestamp_seconds");
    jg_buf_addc(&out, '\n');
    add_label(&out, "serves");
    add_count(&out, number(s, "jotgate_apis"), "API", "APIs");
    jg_buf_add(&out, JG_STR(" by "));
    add_count(&out, number(s, "jotgate_policies"), "policy", "policies");
    jg_buf_addc(&out, '\n');
    add_requests(&out, s);
    add_refusals(&out, s);
    add_key_sets(&out, s);
    add_reload(&out, s);
    return cli_print(&out);
}

/* For programs */

static const struct {
    const char *field, *metric;
} numbers[] = {
    {"started", "jotgate_start_timestamp_seconds"},
    {"reloaded", "jotgate_reload_timestamp_seconds"},
    {"reload_faults", "jotgate_reload_faults"},
    {"apis", "jotgate_apis"},
    {"policies", "jotgate_policies"},
    {"key_sets", "jotgate_keysets"},
    {"key_sets_failing", "jotgate_keysets_failing"},
    {"requests_2xx", "jotgate_requests_total{class=\"2xx\"}"},
    {"requests_3xx", "jotgate_requests_total{class=\"3xx\"}"},
    {"requests_4xx", "jotgate_requests_total{class=\"4xx\"}"},
    {"requests_5xx", "jotgate_requests_total{class=\"5xx\"}"},
};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static struct jg_json
refusals_json(struct cli *cli, const struct status *s)
{
    struct refusals rows[JG_E_COUNT];
    size_t count = read_refusals(s, rows);
    struct jg_json_member *members =
        jg_arena_array(&cli->arena, count, sizeof(*members));

    for (size_t i = 0; members != NULL && i < count; i++)
        members[i] = (struct jg_json_member){
            jg_arena_str(&cli->arena, jg_str(rows[i].code)),
            cli_number(rows[i].count)};
    return (struct jg_json){.type = JG_JSON_OBJECT,
                            .count = members != NULL ? (uint32_t)count : 0,
                            .members = members};
}

static int
print_json(struct cli *cli, const struct status *s)
{
    struct jg_json_member members[NUMBERS + 4];
    struct jg_json all = {.type = JG_JSON_OBJECT, .members = members};

    members[all.count++] = (struct jg_json_member){
        JG_STR("address"), cli_text(jg_str(cli_gateway_address(cli)))};
    members[all.count++] =
        (struct jg_json_member){JG_STR("version"), cli_text(version_of(s))};
    for (size_t i = 0; i < NUMBERS; i++)
        members[all.count++] = (struct jg_json_member){
            jg_str(numbers[i].field), cli_number(number(s, numbers[i].metric))};
    members[all.count++] = (struct jg_json_member){
        JG_STR("requests_per_second"), {.type = JG_JSON_REAL, .real = rate(s)}};
    members[all.count++] =
        (struct jg_json_member){JG_STR("refused"), refusals_json(cli, s)};
    return cli_print_json(cli, "status", &all);
}

static int
run(struct cli *cli)
{
    const struct cli_call metrics = {.method = "GET", .path = "/metrics"};
    struct status s = {.now_s = time(NULL)};
    struct cli_answer answer;
    int code = cli_get(cli, "/tyk/jwks", NULL, NULL, &answer);

    if (code != CLI_OK)
        return code;
    s.sets = cli_answer_list(&answer, "sets");
    code = cli_get(cli, "/tyk/journal?limit=1000", NULL, NULL, &answer);
    if (code != CLI_OK)
        return code;
    s.decisions = cli_answer_list(&answer, "decisions");
    code = cli_call(cli, &metrics, &answer);
    if (code != CLI_OK)
        return code;
    s.metrics = answer.body;
    return cli_has(cli, "json") ? print_json(cli, &s) : print_people(cli, &s);
}

const struct cli_command cmd_status = {
    .name = "status",
    .arguments = "",
    .summary = "how the gateway is: traffic, refusals, key sets",
    .details = "The rate is that of the last minute; the other numbers count "
               "since the storage\nfolder was made.\n",
    .asks = true,
    .run = run,
};
