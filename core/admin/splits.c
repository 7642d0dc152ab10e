/*
 * /tyk/splits: what is kept of split tokens, shown without anything that opens
 * one, and forgotten. Nobody can be told at the provider: its token is sealed
 * under what the client holds.
 */
#include "store/splits.h"
#include "access/fields.h"
#include "admin/admin_internal.h"

#include <inttypes.h>

#define LIMIT_DEFAULT 100
#define ROUND_MAX 256 /* that are found before they are forgotten */

/* Which are meant; an empty text stands for all. */
struct filter {
    struct jg_str api_id, subject;
};

/* Empty when nobody is known: no claims, or another secret since then. */
static struct jg_split_note
note_of(const struct jg_admin_call *call, const struct jg_split_shown *split,
        struct jg_arena *a)
{
    struct jg_split_note note = {{NULL, 0}, {NULL, 0}};
    struct jg_str secret = call->admin->conf->secret;

    if (split->note.len > 0 && secret.len > 0)
        (void)jg_split_note_open(secret, split->api_id, split->note, a, &note);
    return note;
}

/* <a> is for one split at a time. */
static bool
is_meant(const struct jg_admin_call *call, const struct filter *filter,
         const struct jg_split_shown *split, struct jg_arena *a)
{
    if (filter->api_id.len > 0 && !jg_str_eq(filter->api_id, split->api_id))
        return false;
    return filter->subject.len == 0 ||
           jg_str_eq(jg_str_head(filter->subject, JG_SPLIT_NOTE_TEXT_MAX),
                     note_of(call, split, a).subject);
}

static bool
read_text(struct jg_admin_call *call, const char *name, struct jg_str *out)
{
    struct jg_str text = jg_admin_query(call, jg_str(name));

    *out = (struct jg_str){NULL, 0};
    if (text.p == NULL || jg_query_decode(text, call->arena, out) == JG_OK)
        return true;
    jg_answer_message(call, 400, "The query has a broken %-escape");
    return false;
}

static bool
read_filter(struct jg_admin_call *call, struct filter *out)
{
    return read_text(call, "api_id", &out->api_id) &&
           read_text(call, "subject", &out->subject);
}

static void
add_text(struct jg_buf *b, const char *name, struct jg_str text)
{
    if (text.len > 0)
        jg_answer_text(b, name, text);
}

/* The refresh token of its login, if there is one. */
static void
add_login(struct jg_buf *b, const struct jg_admin_call *call,
          struct jg_txn *txn, const struct jg_split_shown *split)
{
    struct jg_split_shown login = {.kind = JG_SPLIT_REFRESH}, refresh;
    char id[JG_SPLIT_ID_CHARS + 1];

    memcpy(login.hash, split->login, sizeof(login.hash));
    jg_split_id(&login, id);
    if (jg_split_show(txn, jg_str(id), call->admin->now_s, &refresh) == JG_OK)
        jg_answer_text(b, "refresh_id", jg_str(id));
}

static void
add_one(struct jg_buf *b, const struct jg_admin_call *call, struct jg_txn *txn,
        const struct jg_split_shown *split, struct jg_arena *a)
{
    struct jg_split_note note = note_of(call, split, a);
    char id[JG_SPLIT_ID_CHARS + 1];

    jg_split_id(split, id);
    jg_buf_addf(b, "{\"id\":\"%s\",\"kind\":\"%s\"", id,
                split->kind == JG_SPLIT_ACCESS ? "access" : "refresh");
    jg_answer_text(b, "api_id", split->api_id);
    add_text(b, "org_id", split->org_id);
    add_text(b, "subject", note.subject);
    add_text(b, "client", note.client);
    jg_buf_addf(b, ",\"created\":%" PRId64 ",\"expires\":%" PRId64,
                split->issued_s, split->ends_s);
    if (split->kind == JG_SPLIT_ACCESS)
        add_login(b, call, txn, split);
    jg_buf_addc(b, '}');
}

struct list {
    struct jg_admin_call *call;
    struct filter filter;
    struct jg_txn *txn;
    struct jg_buf *b;
    uint64_t left;
    char last[JG_SPLIT_ID_CHARS + 1]; /* that is in the list; "": none */
    bool more;                        /* there are others behind it */
};

/* Stops with JG_E_NOT_FOUND at the first that has no room. */
static enum jg_err
add_to_list(void *arg, const struct jg_split_shown *split)
{
    struct list *list = arg;
    struct jg_arena a;
    enum jg_err err = JG_OK;

    jg_arena_init(&a, 4096, 64 * 1024);
    if (is_meant(list->call, &list->filter, split, &a)) {
        list->more = list->left == 0;
        if (!list->more) {
            jg_buf_add(list->b, list->last[0] ? JG_STR(",") : JG_STR(""));
            add_one(list->b, list->call, list->txn, split, &a);
            jg_split_id(split, list->last);
            list->left--;
        }
        err = list->more ? JG_E_NOT_FOUND : JG_OK;
    }
    jg_arena_free(&a);
    return list->b->failed ? JG_E_NOMEM : err;
}

static enum jg_err
write_list(struct list *list, struct jg_str after)
{
    enum jg_err err = jg_txn_read(list->call->admin->store, &list->txn);

    if (err != JG_OK)
        return err;
    err = jg_splits_each(list->txn, after, list->call->admin->now_s,
                         add_to_list, list);
    jg_txn_abort(list->txn);
    return err == JG_E_NOT_FOUND ? JG_OK : err;
}

static bool
read_after(struct jg_admin_call *call, struct jg_str *out)
{
    *out = jg_admin_query(call, JG_STR("after"));
    if (out->p == NULL || jg_split_is_id(*out))
        return true;
    jg_answer_message(call, 400,
                      "after: expected the id of a split token: what \"next\" "
                      "says in the answer before");
    return false;
}

void
jg_splits_list(struct jg_admin_call *call)
{
    struct list list = {.call = call};
    struct jg_str after;
    enum jg_err err;

    if (!read_filter(call, &list.filter) || !read_after(call, &after))
        return;
    if (!jg_admin_limit(call, LIMIT_DEFAULT, &list.left)) {
        jg_answer_message(call, 400, JG_ADMIN_LIMIT_WRONG);
        return;
    }
    list.b = jg_answer_json(call, 200);
    jg_buf_add(list.b, JG_STR("{\"splits\":["));
    err = write_list(&list, after);
    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    jg_buf_addc(list.b, ']');
    if (list.more)
        jg_answer_text(list.b, "next", jg_str(list.last));
    jg_buf_add(list.b, JG_STR("}\n"));
}

static void
answer_unknown(struct jg_admin_call *call)
{
    jg_answer_message(call, 404, "Split token not found");
}

void
jg_splits_get(struct jg_admin_call *call)
{
    struct jg_split_shown split;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    err = jg_split_show(txn, call->id, call->admin->now_s, &split);
    if (err == JG_OK) {
        struct jg_buf *b = jg_answer_json(call, 200);

        add_one(b, call, txn, &split, call->arena);
        jg_buf_addc(b, '\n');
    }
    jg_txn_abort(txn);
    if (err == JG_E_NOT_FOUND)
        answer_unknown(call);
    else if (err != JG_OK)
        jg_answer_err(call, err);
}

/* On disk first, then said to the workers, who remember tokens. */
static enum jg_err
end_change(struct jg_admin_call *call, struct jg_txn *txn, enum jg_err err)
{
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    err = jg_txn_commit(txn);
    if (err == JG_OK)
        jg_admin_tell_revoked(call);
    return err;
}

static enum jg_err
forget_one(struct jg_admin_call *call)
{
    struct jg_split_shown split;
    struct jg_txn *txn;
    size_t removed = 0;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_split_show(txn, call->id, call->admin->now_s, &split);
    if (err == JG_OK)
        err = jg_split_forget(txn, &split, &removed);
    return end_change(call, txn, err);
}

void
jg_splits_delete(struct jg_admin_call *call)
{
    enum jg_err err = forget_one(call);

    if (err == JG_OK)
        jg_answer_changed(call, call->id, "deleted", NULL);
    else if (err == JG_E_NOT_FOUND)
        answer_unknown(call);
    else
        jg_answer_err(call, err);
}

/* Some that are meant: what is borrowed ends with the first that is removed. */
struct round {
    struct jg_admin_call *call;
    const struct filter *filter;
    struct jg_split_shown found[ROUND_MAX];
    size_t count;
};

static enum jg_err
collect(void *arg, const struct jg_split_shown *split)
{
    struct round *r = arg;
    struct jg_arena a;

    if (r->count == ROUND_MAX)
        return JG_E_NOT_FOUND;
    jg_arena_init(&a, 4096, 64 * 1024);
    if (is_meant(r->call, r->filter, split, &a))
        r->found[r->count++] = *split;
    jg_arena_free(&a);
    return JG_OK;
}

static enum jg_err
forget_round(struct round *r, struct jg_txn *txn,
             char after[static JG_SPLIT_ID_CHARS + 1], size_t *removed)
{
    enum jg_err err;

    r->count = 0;
    err = jg_splits_each(txn, jg_str(after), r->call->admin->now_s, collect, r);
    if (err == JG_E_NOT_FOUND)
        err = JG_OK;
    for (size_t i = 0; i < r->count && err == JG_OK; i++) {
        jg_split_id(&r->found[i], after);
        err = jg_split_forget(txn, &r->found[i], removed);
    }
    return err;
}

static enum jg_err
forget_all(struct jg_admin_call *call, const struct filter *filter,
           size_t *removed)
{
    struct round *r = jg_arena_alloc(call->arena, sizeof(*r));
    char after[JG_SPLIT_ID_CHARS + 1] = "";
    struct jg_txn *txn;
    enum jg_err err;

    if (r == NULL)
        return JG_E_NOMEM;
    *r = (struct round){.call = call, .filter = filter};
    err = jg_txn_write(call->admin->store, &txn);
    if (err != JG_OK)
        return err;
    do
        err = forget_round(r, txn, after, removed);
    while (err == JG_OK && r->count == ROUND_MAX);
    return end_change(call, txn, err);
}

void
jg_splits_delete_all(struct jg_admin_call *call)
{
    struct filter filter;
    size_t removed = 0;
    enum jg_err err;

    if (!read_filter(call, &filter))
        return;
    if (filter.api_id.len == 0 && filter.subject.len == 0) {
        jg_answer_message(call, 400,
                          "Which are meant? Say api_id=, subject= or both");
        return;
    }
    err = forget_all(call, &filter, &removed);
    if (err == JG_OK)
        jg_buf_addf(jg_answer_json(call, 200),
                    "{\"status\":\"ok\",\"action\":\"deleted\","
                    "\"deleted\":%zu}\n",
                    removed);
    else
        jg_answer_err(call, err);
}
