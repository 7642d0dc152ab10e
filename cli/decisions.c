/* Recent decisions: out of a file, or a gateway's answers. */
#include "decisions.h"

#include <inttypes.h>
#include <stdio.h>

#include "gateway.h"
#include "records.h"
#include "times.h"

int
cli_decisions_open(struct cli *cli, struct cli_decisions *out)
{
    bool answers;

    out->cli = cli;
    out->entries =
        jg_arena_array(&cli->arena, JG_JOURNAL_RECORDS, sizeof(*out->entries));
    if (out->entries == NULL)
        return cli_broken(JG_E_NOMEM);
    if (cli_target_address(cli) != NULL) /* and open it, see ask() */
        return cli_gateway_answers(cli, &answers);
    return cli_journal_open(cli, &out->journal);
}

void
cli_decisions_close(struct cli_decisions *d)
{
    jg_journal_close(d->journal);
}

static bool
is_request(const struct jg_journal_entry *entry, const uint64_t id[static 2])
{
    return entry->request_id[0] == id[0] && entry->request_id[1] == id[1];
}

/* Answers of the control API */

/* What a gateway of another version says is not believed more than a file. */
static void
read_entry(const struct jg_json *json, struct jg_journal_entry *out)
{
    struct jg_str method = jg_json_string(jg_json_get(json, JG_STR("method")));
    struct jg_str reason = jg_json_string(jg_json_get(json, JG_STR("reason")));
    int64_t status = 0, us = 0;
    enum jg_err err = jg_err_by_code(reason);

    *out = (struct jg_journal_entry){.method = jg_method_code(method)};
    cli_time_read_ms(jg_json_get(json, JG_STR("time")), &out->time_ms);
    jg_journal_read_id(jg_json_string(jg_json_get(json, JG_STR("request_id"))),
                       out->request_id);
    jg_journal_set_api(out,
                       jg_json_string(jg_json_get(json, JG_STR("api_id"))));
    jg_json_to_int(jg_json_get(json, JG_STR("status")), &status);
    jg_json_to_int(jg_json_get(json, JG_STR("microseconds")), &us);
    if (err == JG_OK && !jg_str_eq(reason, jg_str(jg_err_info(JG_OK)->code)))
        err = JG_E_INTERNAL;
    out->reason = (uint16_t)err;
    out->status = status > 0 && status < 1000 ? (uint16_t)status : 0;
    out->microseconds = us > 0 && us <= UINT32_MAX ? (uint32_t)us : 0;
}

static int
ask_in(struct cli_decisions *d, const char *path)
{
    const struct jg_json *list;
    struct cli_answer answer;
    int code = cli_get_list(d->cli, path, "decisions", &answer, &list);

    if (code != CLI_OK)
        return code;
    d->count =
        list->count < JG_JOURNAL_RECORDS ? list->count : JG_JOURNAL_RECORDS;
    for (size_t i = 0; i < d->count; i++)
        read_entry(&list->items[i], &d->entries[i]);
    return CLI_OK;
}

/* In an arena of its own: it may go on for days, and answers are not kept. */
static int
ask(struct cli_decisions *d, const char *path)
{
    struct jg_arena all = d->cli->arena;
    int code;

    jg_arena_init(&d->cli->arena, 64 * 1024, CLI_ARENA_MAX);
    code = ask_in(d, path);
    jg_arena_free(&d->cli->arena);
    d->cli->arena = all;
    return code;
}

static int
ask_new(struct cli_decisions *d, int64_t since_ms)
{
    char path[160], after[48] = "";

    if (d->seen)
        snprintf(after, sizeof(after), "&after=%016" PRIx64 "%016" PRIx64,
                 d->last[0], d->last[1]);
    snprintf(path, sizeof(path), "/tyk/journal?limit=%d&since=%" PRId64 "%s",
             JG_JOURNAL_RECORDS, since_ms, after);
    return ask(d, path);
}

/* The file */

static void
look(struct cli_decisions *d, int64_t since_ms)
{
    size_t count = jg_journal_read(d->journal, d->entries, JG_JOURNAL_RECORDS);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (d->seen && is_request(&d->entries[i], d->last))
            break;
        if (d->entries[i].time_ms >= since_ms)
            d->entries[kept++] = d->entries[i];
    }
    d->count = kept;
}

/* Both */

int
cli_decisions_read(struct cli_decisions *d, int64_t since_ms)
{
    int code = CLI_OK;

    if (d->journal != NULL)
        look(d, since_ms);
    else
        code = ask_new(d, since_ms);
    if (code != CLI_OK)
        return code;
    if (d->seen && d->count == JG_JOURNAL_RECORDS)
        cli_note("more requests than the journal holds: some are not shown");
    if (d->count > 0) {
        memcpy(d->last, d->entries[0].request_id, sizeof(d->last));
        d->seen = true;
    }
    return CLI_OK;
}

int
cli_decisions_find(struct cli_decisions *d, const uint64_t id[static 2],
                   struct jg_journal_entry *out)
{
    char path[80];
    int code = CLI_OK;

    snprintf(path, sizeof(path),
             "/tyk/journal?request_id=%016" PRIx64 "%016" PRIx64, id[0], id[1]);
    if (d->journal != NULL)
        look(d, INT64_MIN);
    else
        code = ask(d, path);
    if (code != CLI_OK)
        return code;
    for (size_t i = 0; i < d->count; i++)
        if (is_request(&d->entries[i], id)) {
            *out = d->entries[i];
            return CLI_OK;
        }
    return cli_fail(CLI_NOT_FOUND,
                    "soon after the request, at the gateway that answered it",
                    "the journal does not have this request: it keeps the "
                    "last %d, since the start",
                    JG_JOURNAL_RECORDS);
}
