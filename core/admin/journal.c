/* /tyk/journal: recent decisions. Identities are keyed hashes in it already. */
#include "admin/admin_internal.h"

#include <inttypes.h>

#define LIMIT_DEFAULT 100

/* 2026-08-21T10:11:12.345Z */
static void
add_time(struct jg_buf *b, int64_t time_ms)
{
    char text[JG_TIME_TEXT];

    jg_admin_time(time_ms / 1000, text);
    jg_buf_addf(b, "\"%.*s.%03dZ\"", (int)strlen(text) - 1, text,
                (int)(time_ms % 1000 < 0 ? 0 : time_ms % 1000));
}

static void
add_entry(struct jg_buf *b, const struct jg_journal_entry *entry)
{
    jg_buf_add(b, JG_STR("{\"time\":"));
    add_time(b, entry->time_ms);
    jg_buf_addf(b, ",\"request_id\":\"%016" PRIx64 "%016" PRIx64 "\"",
                entry->request_id[0], entry->request_id[1]);
    jg_buf_add(b, JG_STR(",\"api_id\":"));
    jg_buf_add_quoted(b, jg_journal_api(entry));
    jg_buf_addf(b, ",\"method\":\"%s\",\"status\":%u,\"reason\":\"%s\"",
                jg_method_name(entry->method), (unsigned)entry->status,
                jg_err_info(jg_journal_reason(entry))->code);
    if (entry->identity != 0)
        jg_buf_addf(b, ",\"identity\":\"%016" PRIx64 "\"", entry->identity);
    jg_buf_addf(b, ",\"microseconds\":%" PRIu32 "}", entry->microseconds);
}

/* Which decisions are asked for. */
struct question {
    uint64_t limit, since_ms;
    uint64_t after[2], only[2];
    bool has_after, has_only;
};

static bool
read_id(const struct jg_admin_call *call, const char *name,
        uint64_t id[static 2], bool *has)
{
    struct jg_str text = jg_admin_query(call, jg_str(name));

    *has = text.p != NULL;
    return !*has || jg_journal_read_id(text, id);
}

/* NULL, or what is wrong with the query. */
static const char *
read_question(const struct jg_admin_call *call, struct question *q)
{
    if (!jg_admin_limit(call, LIMIT_DEFAULT, &q->limit))
        return JG_ADMIN_LIMIT_WRONG;
    if (!jg_admin_number(call, "since", 0, JG_JOURNAL_MS_MAX, &q->since_ms))
        return "since: expected unix time in milliseconds";
    if (!read_id(call, "after", q->after, &q->has_after))
        return "after: expected a request id, 32 hex digits";
    if (!read_id(call, "request_id", q->only, &q->has_only))
        return "request_id: expected 32 hex digits";
    return NULL;
}

static bool
is_request(const struct jg_journal_entry *entry, const uint64_t id[static 2])
{
    return entry->request_id[0] == id[0] && entry->request_id[1] == id[1];
}

static bool
is_wanted(const struct question *q, const struct jg_journal_entry *entry)
{
    return entry->time_ms >= (int64_t)q->since_ms &&
           (!q->has_only || is_request(entry, q->only));
}

/* Newest first: so the one that the others were written after ends it. */
static void
add_entries(struct jg_buf *b, const struct question *q,
            const struct jg_journal_entry *entries, size_t count)
{
    uint64_t left = q->limit;

    for (size_t i = 0; i < count && left > 0; i++) {
        if (q->has_after && is_request(&entries[i], q->after))
            return;
        if (!is_wanted(q, &entries[i]))
            continue;
        jg_buf_add(b, left-- == q->limit ? JG_STR("") : JG_STR(","));
        add_entry(b, &entries[i]);
    }
}

void
jg_journal_get(struct jg_admin_call *call)
{
    struct jg_journal_entry *entries;
    struct question q = {0};
    const char *wrong = read_question(call, &q);
    size_t count = 0, max;
    struct jg_buf *b;

    if (wrong != NULL) {
        jg_answer_message(call, 400, wrong);
        return;
    }
    /* What does not fit is not the newest of those that fit. */
    max = q.has_only || q.since_ms > 0 ? JG_JOURNAL_RECORDS : q.limit;
    entries = jg_arena_array(call->arena, max, sizeof(*entries));
    if (entries == NULL) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    if (call->admin->journal != NULL)
        count = jg_journal_read(call->admin->journal, entries, max);
    b = jg_answer_json(call, 200);
    jg_buf_add(b, JG_STR("{\"decisions\":["));
    add_entries(b, &q, entries, count);
    jg_buf_add(b, JG_STR("]}\n"));
}
