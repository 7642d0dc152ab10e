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

/* ?limit=N; false when it is no number in range. */
static bool
read_limit(const struct jg_admin_call *call, uint64_t *out)
{
    struct jg_str text = jg_admin_query(call, JG_STR("limit"));

    *out = LIMIT_DEFAULT;
    if (text.p == NULL)
        return true;
    return jg_str_to_u64(text, out) && *out >= 1 && *out <= JG_JOURNAL_RECORDS;
}

void
jg_journal_get(struct jg_admin_call *call)
{
    struct jg_journal_entry *entries;
    size_t count = 0;
    struct jg_buf *b;
    uint64_t limit;

    if (!read_limit(call, &limit)) {
        jg_answer_message(call, 400,
                          "limit: expected a number from 1 to 16384");
        return;
    }
    entries = jg_arena_array(call->arena, limit, sizeof(*entries));
    if (entries == NULL) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    if (call->admin->journal != NULL)
        count = jg_journal_read(call->admin->journal, entries, limit);
    b = jg_answer_json(call, 200);
    jg_buf_add(b, JG_STR("{\"decisions\":["));
    for (size_t i = 0; i < count; i++) {
        jg_buf_add(b, i == 0 ? JG_STR("") : JG_STR(","));
        add_entry(b, &entries[i]);
    }
    jg_buf_add(b, JG_STR("]}\n"));
}
