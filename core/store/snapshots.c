/* From the records to the snapshot that workers serve from. */
#include <stdlib.h>

#include "base/arena.h"
#include "store/records.h"

#define ARENA_CHUNK ((size_t)256 * 1024)
#define ARENA_MAX ((size_t)256 * 1024 * 1024) /* the lists below */

/* A record while its place in the order of loading is not known. */
struct entry {
    uint32_t order;
    struct jg_str key;
    struct jg_document document;
};

/* All records of one kind that could be taken apart. */
struct list {
    struct entry *items;
    size_t count, max;
    struct jg_str only; /* the key of the one that is wanted; empty: all */
    struct jg_diags *diags;
};

static enum jg_err
report(struct jg_diags *diags, struct jg_str file, struct jg_str key)
{
    struct jg_diag diag = {
        .severity = JG_FAULT,
        .err = JG_E_STORE,
        .file = file,
        .found = key,
        .message = JG_STR("the record of this document is damaged; it is not "
                          "used"),
        .fix = JG_STR("reload the definitions, which writes it anew"),
    };

    return diags != NULL ? jg_diags_add(diags, &diag) : JG_E_STORE;
}

static enum jg_err
collect(void *arg, struct jg_str key, struct jg_str value)
{
    struct list *list = arg;
    struct entry *entry = &list->items[list->count];
    struct jg_record_info info;

    if (list->only.len > 0 && !jg_str_eq(key, list->only))
        return JG_OK;
    if (list->count == list->max) /* not while one transaction lasts */
        return JG_E_STORE;
    if (jg_record_decode(value, &entry->document, &info) != JG_OK) {
        report(list->diags, (struct jg_str){NULL, 0}, key);
        return JG_OK;
    }
    entry->order = info.order;
    entry->key = key;
    list->count++;
    return JG_OK;
}

static int
by_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return jg_str_cmp(x->document.id, y->document.id);
}

static enum jg_err
list_of(struct jg_txn *txn, enum jg_kind kind, struct jg_str only,
        struct jg_diags *diags, struct jg_arena *a, struct list *out)
{
    struct list list = {
        .max = jg_store_count(txn, kind), .only = only, .diags = diags};
    enum jg_err err;

    list.items = jg_arena_array(a, list.max + 1, sizeof(*list.items));
    if (list.items == NULL)
        return JG_E_NOMEM;
    err = jg_store_each(txn, kind, collect, &list);
    if (err != JG_OK)
        return err;
    qsort(list.items, list.count, sizeof(*list.items), by_order);
    *out = list;
    return JG_OK;
}

/*
 * Whether the builder will take the document over from <previous>, so that
 * nobody reads its text: among thousands of documents that did not change,
 * touching every page of them would be most of the work.
 */
typedef bool is_shared(const struct jg_snapshot *previous,
                       const struct entry *entry);

static bool
api_is_shared(const struct jg_snapshot *previous, const struct entry *entry)
{
    const struct jg_api *api =
        jg_map_get(&previous->api_by_id, entry->document.id);

    return api != NULL && api->version == entry->document.version;
}

static bool
policy_is_shared(const struct jg_snapshot *previous, const struct entry *entry)
{
    const struct jg_policy *policy =
        jg_map_get(&previous->policy_by_key, entry->key);

    return policy != NULL && policy->version == entry->document.version;
}

typedef enum jg_err add_document(struct jg_snapshot_builder *b,
                                 const struct jg_document *document,
                                 struct jg_diags *diags);

/* JG_E_NOMEM; what cannot be used is reported and left out. */
static enum jg_err
add_list(struct jg_snapshot_builder *b, const struct list *list,
         const struct jg_snapshot *previous, is_shared *shared,
         add_document *add)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct entry *entry = &list->items[i];
        bool known = previous != NULL && shared(previous, entry);
        enum jg_err err = known ? JG_OK : jg_record_verify(&entry->document);

        if (err == JG_E_NOMEM)
            return err;
        if (err != JG_OK) {
            report(list->diags, entry->document.file, entry->key);
            continue;
        }
        if (add(b, &entry->document, list->diags) == JG_E_NOMEM)
            return JG_E_NOMEM;
    }
    return JG_OK;
}

/* What one snapshot is made from. */
struct source {
    struct jg_txn *txn;
    const struct jg_snapshot *previous;
    struct jg_str only_api; /* empty: all of them */
    struct jg_diags *diags;
    struct jg_arena arena;
};

static enum jg_err
build(struct source *s, uint64_t generation, struct jg_snapshot **out)
{
    const struct jg_snapshot *previous = s->previous;
    struct jg_snapshot_builder *b;
    struct jg_document conf;
    struct list apis, policies;
    enum jg_err err;

    err = jg_record_get_document(s->txn, JG_KIND_CONF,
                                 JG_STR(JG_RECORD_CONF_KEY), &conf, NULL);
    if (err == JG_OK)
        err = list_of(s->txn, JG_KIND_API, s->only_api, s->diags, &s->arena,
                      &apis);
    if (err == JG_OK)
        err = list_of(s->txn, JG_KIND_POLICY, (struct jg_str){NULL, 0},
                      s->diags, &s->arena, &policies);
    if (err == JG_OK)
        err = jg_snapshot_begin(s->previous, generation, conf.text, apis.count,
                                policies.count, &b);
    if (err != JG_OK)
        return err;
    if (previous != NULL && !jg_str_eq(previous->conf_text, conf.text))
        previous = NULL; /* no API of another configuration is shared */
    err = add_list(b, &apis, previous, api_is_shared, jg_snapshot_add_api);
    if (err == JG_OK)
        err = add_list(b, &policies, s->previous, policy_is_shared,
                       jg_snapshot_add_policy);
    if (err != JG_OK) {
        jg_snapshot_abandon(b);
        return err;
    }
    return jg_snapshot_finish(b, out);
}

static enum jg_err
read_and_build(struct source *source, struct jg_store *store,
               uint64_t generation, struct jg_snapshot **out)
{
    enum jg_err err = jg_txn_read(store, &source->txn);

    if (err != JG_OK)
        return err;
    jg_arena_init(&source->arena, ARENA_CHUNK, ARENA_MAX);
    err = build(source, generation, out);
    jg_arena_free(&source->arena);
    jg_txn_abort(source->txn); /* the texts are borrowed until here */
    return err;
}

enum jg_err
jg_records_snapshot(struct jg_store *store, uint64_t generation,
                    const struct jg_snapshot *previous, struct jg_diags *diags,
                    struct jg_snapshot **out)
{
    struct source source = {.previous = previous, .diags = diags};

    return read_and_build(&source, store, generation, out);
}

enum jg_err
jg_records_snapshot_of(struct jg_store *store, struct jg_str api_id,
                       struct jg_snapshot **out)
{
    struct source source = {.only_api = api_id};

    return read_and_build(&source, store, 0, out);
}
