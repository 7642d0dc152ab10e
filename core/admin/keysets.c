/* /tyk/jwks and /tyk/cache/jwks: key sets by URL, shown and forgotten. */
#include "store/keysets.h"
#include "admin/admin_internal.h"
#include "admin/key_history.h"
#include "jose/export.h"

#include <inttypes.h>
#include <stdlib.h>

#define DAY_S 86400 /* so long a key that nobody uses is called new */

/* One API names one set. */
struct use {
    char id[JG_KEY_URL_ID_BYTES];
    struct jg_str api_id;
    struct jg_str issuer;
};

struct uses {
    struct jg_arena *a;
    struct use *items;
    size_t count, max;
};

static enum jg_err
count_use(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    struct uses *uses = arg;

    (void)api_id;
    (void)url;
    uses->max++;
    return JG_OK;
}

static enum jg_err
note_use(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    struct uses *uses = arg;
    struct use *use = &uses->items[uses->count];

    if (uses->count == uses->max || url->id.len != sizeof(use->id))
        return JG_OK;
    memcpy(use->id, url->id.p, sizeof(use->id));
    use->api_id = jg_arena_str(uses->a, api_id);
    use->issuer = jg_arena_str(uses->a, url->issuer);
    if (use->api_id.p == NULL || use->issuer.p == NULL)
        return JG_E_NOMEM;
    uses->count++;
    return JG_OK;
}

static int
by_id(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    int order = memcmp(x->id, y->id, sizeof(x->id));

    return order != 0 ? order : jg_str_cmp(x->api_id, y->api_id);
}

/* All of them, in the order of the sets. */
static enum jg_err
read_uses(struct jg_txn *txn, struct jg_arena *a, struct uses *out)
{
    struct uses uses = {.a = a};
    enum jg_err err = jg_keyset_each_use(txn, count_use, &uses);

    if (err != JG_OK)
        return err;
    uses.items = jg_arena_array(a, uses.max, sizeof(*uses.items));
    if (uses.items == NULL)
        return JG_E_NOMEM;
    err = jg_keyset_each_use(txn, note_use, &uses);
    if (err != JG_OK)
        return err;
    if (uses.count > 0)
        qsort(uses.items, uses.count, sizeof(*uses.items), by_id);
    *out = uses;
    return JG_OK;
}

/* The list while it is written. */
struct list {
    struct jg_admin_call *call;
    struct jg_buf *b;
    struct uses uses;
    size_t next_use;
    struct jg_str id; /* of the set at hand */
    struct jg_key_history history;
    bool any;
    bool whole; /* with the keys themselves */
};

static void
add_number(struct jg_buf *b, const char *name, int64_t value)
{
    jg_buf_addf(b, ",\"%s\":%" PRId64, name, value);
}

/* Both are in the order of ids; a use without a set is passed over. */
static void
add_apis(struct list *list)
{
    const char *comma = "";

    jg_buf_add(list->b, JG_STR(",\"apis\":["));
    for (; list->next_use < list->uses.count; list->next_use++) {
        const struct use *use = &list->uses.items[list->next_use];
        int order = memcmp(use->id, list->id.p, sizeof(use->id));

        if (order > 0)
            break;
        if (order < 0)
            continue;
        jg_buf_addf(list->b, "%s", comma);
        jg_buf_add_quoted(list->b, use->api_id);
        comma = ",";
    }
    jg_buf_addc(list->b, ']');
}

/* The key itself, to take away; it is public. */
static void
add_forms(struct list *list, const struct jg_key *key)
{
    const struct jg_key_info *info = jg_key_info(key);
    const struct jg_jwk_names names = {info->kid, info->alg};
    struct jg_buf text;

    jg_buf_init(&text, JG_KEY_TEXT_MAX);
    if (jg_jwk_write(key, &names, &text) == JG_OK) {
        jg_buf_add(list->b, JG_STR(",\"jwk\":"));
        jg_buf_add(list->b, jg_buf_str(&text));
    }
    jg_buf_reset(&text);
    if (jg_pem_write(key, &text) == JG_OK)
        jg_answer_text(list->b, "pem", jg_buf_str(&text));
    jg_buf_free(&text);
}

static void
add_key(struct list *list, const struct jg_key *key)
{
    const struct jg_key_info *info = jg_key_info(key);
    const struct jg_key_memory *memory =
        jg_key_history_find(&list->history, info->thumbprint);
    int64_t first_s = memory != NULL ? memory->first_s : 0;
    int64_t used_s = 0;
    const char *state = "unused";

    if (list->call->admin->counters != NULL)
        used_s = jg_counters_key_last_used(
            list->call->admin->counters,
            jg_counters_key(list->id, info->thumbprint));
    if (used_s > 0)
        state = "active";
    else if (list->call->admin->now_s - first_s < DAY_S)
        state = "new";
    jg_buf_addc(list->b, '{');
    jg_answer_key_facts(list->b, key);
    jg_answer_text(list->b, "state", jg_str(state));
    add_number(list->b, "first_seen", first_s);
    add_number(list->b, "last_used", used_s);
    if (list->whole)
        add_forms(list, key);
    jg_buf_addc(list->b, '}');
}

static void
add_gone_key(struct list *list, const struct jg_key_memory *memory)
{
    jg_buf_add(list->b, JG_STR("{\"kid\":"));
    jg_buf_add_quoted(list->b, memory->kid);
    jg_answer_text(list->b, "thumbprint", memory->thumbprint);
    jg_answer_text(list->b, "state", JG_STR("gone"));
    add_number(list->b, "first_seen", memory->first_s);
    add_number(list->b, "gone_since", memory->gone_s);
    jg_buf_addc(list->b, '}');
}

/* No key, only its name in tokens. */
static void
add_unknown_key(struct list *list, const struct jg_key_asked *asked)
{
    jg_buf_add(list->b, JG_STR("{\"kid\":"));
    jg_buf_add_quoted(list->b, asked->kid);
    jg_answer_text(list->b, "state", JG_STR("unknown"));
    add_number(list->b, "first_seen", asked->first_s);
    add_number(list->b, "last_asked", asked->last_s);
    add_number(list->b, "times_asked", asked->times);
    jg_buf_addc(list->b, '}');
}

/* Of a set that was thrown away all keys are gone, until it is there again. */
static void
add_keys(struct list *list, const struct jg_jwks *set)
{
    const char *comma = "";

    jg_buf_add(list->b, JG_STR(",\"keys\":["));
    for (size_t i = 0; set != NULL && i < jg_jwks_count(set); i++) {
        const struct jg_key *key = jg_jwks_at(set, i)->key;

        if (key == NULL)
            continue;
        jg_buf_addf(list->b, "%s", comma);
        add_key(list, key);
        comma = ",";
    }
    for (size_t i = 0; i < list->history.count; i++) {
        if (list->history.keys[i].gone_s == 0)
            continue;
        jg_buf_addf(list->b, "%s", comma);
        add_gone_key(list, &list->history.keys[i]);
        comma = ",";
    }
    for (size_t i = 0; i < list->history.asked_count; i++) {
        jg_buf_addf(list->b, "%s", comma);
        add_unknown_key(list, &list->history.asked[i]);
        comma = ",";
    }
    jg_buf_addc(list->b, ']');
}

static void
add_skipped(struct jg_buf *b, const struct jg_jwks *set)
{
    const char *comma = "";

    jg_buf_add(b, JG_STR(",\"skipped\":["));
    for (size_t i = 0; set != NULL && i < jg_jwks_count(set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(set, i);

        if (entry->key != NULL)
            continue;
        jg_buf_addf(b, "%s{\"kid\":", comma);
        jg_buf_add_quoted(b, entry->kid);
        jg_answer_text(b, "reason", jg_str(entry->skipped));
        jg_buf_addc(b, '}');
        comma = ",";
    }
    jg_buf_addc(b, ']');
}

static void
add_times(struct jg_buf *b, const struct jg_keyset *keyset, int64_t rest_s)
{
    add_number(b, "last_fetch", keyset->fetched_s);
    add_number(b, "last_try", keyset->tried_s);
    if (keyset->tried_s > 0) {
        add_number(b, "last_status", keyset->status);
        add_number(b, "last_ms", keyset->took_ms);
    }
    add_number(b, "next_refresh", keyset->refresh_s);
    if (keyset->tried_s > 0)
        add_number(b, "may_refresh", keyset->tried_s + rest_s);
    add_number(b, "failures", keyset->failures);
    jg_answer_text(b, "fault", keyset->fault);
}

static enum jg_err
add_set(void *arg, struct jg_str id, struct jg_str value)
{
    struct list *list = arg;
    struct jg_buf *b = list->b;
    struct jg_keyset keyset;
    struct jg_jwks *set = NULL;

    if (id.len != JG_KEY_URL_ID_BYTES ||
        jg_keyset_decode(value, &keyset) != JG_OK)
        return JG_OK;
    list->id = id;
    if (jg_key_history_read(keyset.history, list->call->arena,
                            &list->history) != JG_OK)
        return JG_E_NOMEM;
    if (keyset.body.len > 0 && jg_keyset_verify(&keyset) == JG_OK &&
        jg_jwks_parse(keyset.body, true, &set, NULL) == JG_E_NOMEM)
        return JG_E_NOMEM;
    jg_buf_addf(b, "%s{\"id\":", list->any ? "," : "");
    list->any = true;
    jg_buf_add_quoted(b, id);
    jg_answer_text(b, "url", keyset.url);
    if (keyset.discover) {
        jg_answer_text(b, "issuer", keyset.issuer);
        jg_answer_text(b, "jwks_url", keyset.jwks_url);
    }
    jg_buf_addf(b, ",\"insecure\":%s", keyset.insecure ? "true" : "false");
    add_apis(list);
    add_times(b, &keyset, list->call->admin->conf->jwks.min_refresh_interval_s);
    add_keys(list, set);
    add_skipped(b, set);
    jg_buf_addc(b, '}');
    jg_jwks_free(set);
    return b->failed ? JG_E_NOMEM : JG_OK;
}

void
jg_keysets_list(struct jg_admin_call *call)
{
    struct list list = {.call = call};
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err == JG_OK) {
        list.b = jg_answer_json(call, 200);
        jg_buf_add(list.b, JG_STR("{\"sets\":["));
        err = read_uses(txn, call->arena, &list.uses);
        if (err == JG_OK)
            err = jg_store_each(txn, JG_KIND_KEYSET, add_set, &list);
        jg_txn_abort(txn);
    }
    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    jg_buf_add(list.b, JG_STR("]}\n"));
}

/* JG_E_NOT_FOUND */
static enum jg_err
find_set(struct list *list)
{
    struct jg_txn *txn;
    struct jg_str value;
    enum jg_err err = jg_txn_read(list->call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_store_get(txn, JG_KIND_KEYSET, list->call->id, &value);
    if (err == JG_OK)
        err = read_uses(txn, list->call->arena, &list->uses);
    if (err == JG_OK)
        err = add_set(list, list->call->id, value);
    jg_txn_abort(txn);
    return err;
}

void
jg_keysets_get(struct jg_admin_call *call)
{
    struct list list = {.call = call, .whole = true};
    enum jg_err err;

    list.b = jg_answer_json(call, 200);
    err = find_set(&list);
    if (err == JG_OK && list.any)
        jg_buf_addc(list.b, '\n');
    else if (err == JG_OK || err == JG_E_NOT_FOUND || err == JG_E_CONF_RANGE)
        jg_answer_message(call, 404, "Key set not found");
    else
        jg_answer_err(call, err);
}

/* Sets to forget: all, or those of one API. */
struct forget {
    struct jg_arena *a;
    struct jg_str *ids;
    size_t count, max;
};

static enum jg_err
note_id(struct forget *forget, struct jg_str id)
{
    if (forget->count == forget->max)
        return JG_OK;
    forget->ids[forget->count] = jg_arena_str(forget->a, id);
    return forget->ids[forget->count++].p != NULL ? JG_OK : JG_E_NOMEM;
}

static enum jg_err
note_record(void *arg, struct jg_str id, struct jg_str value)
{
    (void)value;
    return note_id(arg, id);
}

static enum jg_err
note_url(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    (void)api_id;
    return note_id(arg, url->id);
}

/* The set as if it had never been fetched; what is known of its keys stays. */
static enum jg_err
forget_one(struct jg_txn *txn, struct jg_arena *a, struct jg_str id)
{
    struct jg_keyset record, empty = {0};
    enum jg_err err = jg_keyset_get(txn, id, &record);

    if (err != JG_OK) /* gone, or damaged: the loader makes it anew */
        return err == JG_E_NOT_FOUND || err == JG_E_STORE ? JG_OK : err;
    empty.url = jg_arena_str(a, record.url);
    empty.issuer = jg_arena_str(a, record.issuer);
    empty.jwks_url = jg_arena_str(a, record.jwks_url);
    empty.history = jg_arena_str(a, record.history);
    if (empty.url.p == NULL || empty.issuer.p == NULL ||
        empty.jwks_url.p == NULL || empty.history.p == NULL)
        return JG_E_NOMEM;
    empty.discover = record.discover;
    empty.insecure = record.insecure;
    empty.ttl_s = record.ttl_s;
    return jg_keyset_put(txn, id, &empty);
}

static enum jg_err
forget_in(struct jg_admin_call *call, struct jg_txn *txn)
{
    struct forget forget = {
        .a = call->arena,
        .max = call->id.p != NULL ? JG_KEY_URLS_MAX
                                  : jg_store_count(txn, JG_KIND_KEYSET),
    };
    enum jg_err err;

    forget.ids = jg_arena_array(call->arena, forget.max, sizeof(*forget.ids));
    if (forget.ids == NULL)
        return JG_E_NOMEM;
    err = call->id.p != NULL
              ? jg_keyset_uses_of(txn, call->id, note_url, &forget)
              : jg_store_each(txn, JG_KIND_KEYSET, note_record, &forget);
    for (size_t i = 0; i < forget.count && err == JG_OK; i++)
        err = forget_one(txn, call->arena, forget.ids[i]);
    return err;
}

/*
 * On disk, and said to the workers, before the answer: a key that its owner
 * withdrew verifies nothing from then on.
 */
void
jg_keysets_forget(struct jg_admin_call *call)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err == JG_OK) {
        err = forget_in(call, txn);
        if (err == JG_OK)
            err = jg_txn_commit(txn);
        else
            jg_txn_abort(txn);
    }
    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    if (call->admin->counters != NULL) {
        jg_counters_bump_keysets(call->admin->counters);
        /* Verified tokens belong to a snapshot: a new one knows none. */
        jg_counters_bump_epoch(call->admin->counters);
    }
    call->response->fetch = true;
    jg_answer_ok(call, "cache invalidated");
}
