/* The records of one kind, brought in line with documents one by one. */
#include "admin/load_internal.h"
#include "store/keysets.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define NO_HASH 1 /* what jg_record_version() gives for want of a hash */

/* No file has this stamp, so no file is ever the same as it. */
const struct jg_file_stamp jg_load_again = {.inode = UINT64_MAX};

bool
jg_load_is_again(const struct jg_file_stamp *stamp)
{
    return stamp->inode == UINT64_MAX;
}

static bool
stamps_equal(const struct jg_file_stamp *a, const struct jg_file_stamp *b)
{
    return a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
           a->size == b->size && a->inode == b->inode;
}

enum jg_err
jg_load_version(struct jg_str text, uint64_t *out)
{
    uint64_t version = jg_record_version(text);

    if (version == NO_HASH)
        return JG_E_NOMEM;
    *out = version;
    return JG_OK;
}

struct visit {
    struct jg_load_pass *pass;
    size_t max;
};

/* What a later write would pull away under our feet is copied. */
static enum jg_err
remember(void *arg, struct jg_str key, struct jg_str value)
{
    struct visit *visit = arg;
    struct jg_load_pass *pass = visit->pass;
    struct jg_arena *a = &pass->load->arena;
    struct jg_load_old *old;
    struct jg_document document = {0};
    uint64_t version = 0;
    enum jg_err err;

    if (pass->old_count == visit->max)
        return JG_E_STORE;
    old = &pass->olds[pass->old_count];
    err = jg_record_decode(value, &document, &old->info);
    if (err == JG_OK && jg_load_version(document.text, &version) != JG_OK)
        return JG_E_NOMEM;
    /* Damaged: nothing is known but the key, and the files heal it. */
    if (err != JG_OK || version != document.version) {
        document = (struct jg_document){0};
        old->info = (struct jg_record_info){0};
    }
    old->version = document.version;
    old->key = jg_arena_str(a, key);
    old->file = jg_arena_str(a, document.file);
    if (old->key.p == NULL || old->file.p == NULL)
        return JG_E_NOMEM;
    pass->old_count++;
    jg_map_put(&pass->by_key, old->key, old);
    if (old->file.len > 0)
        jg_map_put(&pass->by_file, old->file, old);
    return JG_OK;
}

enum jg_err
jg_load_begin(struct jg_load_pass *pass, struct jg_load *load,
              const struct jg_load_kind *kind, size_t max_documents,
              unsigned *count)
{
    struct jg_arena *a = &load->arena;
    struct visit visit = {pass, 0};
    enum jg_err err;

    *pass = (struct jg_load_pass){.load = load, .kind = kind, .count = count};
    if (load->txn != NULL)
        visit.max = jg_store_count(load->txn, kind->kind);
    pass->olds = jg_arena_array(a, visit.max, sizeof(*pass->olds));
    if (pass->olds == NULL)
        return JG_E_NOMEM;
    err = jg_map_init(&pass->by_key, a, visit.max + 1);
    if (err == JG_OK)
        err = jg_map_init(&pass->by_file, a, visit.max + 1);
    if (err == JG_OK)
        err = jg_map_init(&pass->taken, a, max_documents + 1);
    if (err == JG_OK && load->txn != NULL)
        err = jg_store_each(load->txn, kind->kind, remember, &visit);
    return err;
}

enum jg_err
jg_load_end(struct jg_load_pass *pass)
{
    struct jg_load *load = pass->load;

    for (size_t i = 0; i < pass->old_count; i++) {
        struct jg_load_old *old = &pass->olds[i];
        enum jg_err err;

        if (old->claimed)
            continue;
        err = jg_store_delete(load->txn, pass->kind->kind, old->key);
        if (err == JG_OK && pass->kind->kind == JG_KIND_API)
            err = jg_keyset_put_uses(load->txn, old->key, NULL, 0);
        if (err != JG_OK)
            return err;
        load->result->changed++;
    }
    return JG_OK;
}

enum jg_err
jg_load_put(struct jg_load_pass *pass, struct jg_str key,
            const struct jg_document *document,
            const struct jg_record_info *info)
{
    struct jg_load *load = pass->load;
    struct jg_load_old *old = jg_map_get(&pass->by_key, key);
    bool same = false;

    (*pass->count)++;
    if (load->txn == NULL)
        return JG_OK;
    if (old != NULL) {
        old->claimed = true;
        same = old->version == document->version &&
               old->info.order == info->order &&
               jg_str_eq(old->file, document->file);
    }
    if (same && stamps_equal(&old->info.stamp, &info->stamp))
        return JG_OK;
    if (!same)
        load->result->changed++;
    return jg_record_put_document(load->txn, pass->kind->kind, key, document,
                                  info);
}

enum jg_err
jg_load_keep(struct jg_load_pass *pass, struct jg_load_old *old, uint32_t order)
{
    struct jg_load *load = pass->load;
    struct jg_record_info info = old->info;
    struct jg_document document;
    enum jg_err err;

    old->claimed = true;
    if (info.order == order || load->txn == NULL) {
        (*pass->count)++;
        return JG_OK;
    }
    err = jg_record_get_document(load->txn, pass->kind->kind, old->key,
                                 &document, NULL);
    if (err != JG_OK) { /* damaged: the next start heals it */
        (*pass->count)++;
        return JG_OK;
    }
    /* A write may move the pages that the text is borrowed from. */
    document.id = jg_arena_str(&load->file, document.id);
    document.file = old->file;
    document.text = jg_arena_str(&load->file, document.text);
    if (document.id.p == NULL || document.text.p == NULL)
        return JG_E_NOMEM;
    info.order = order;
    return jg_load_put(pass, old->key, &document, &info);
}

void
jg_load_keep_all(struct jg_load_pass *pass, const struct jg_str *file)
{
    for (size_t i = 0; i < pass->old_count; i++) {
        struct jg_load_old *old = &pass->olds[i];

        if (old->claimed || (file != NULL && !jg_str_eq(*file, old->file)))
            continue;
        old->claimed = true;
        (*pass->count)++;
    }
}

bool
jg_load_is_good(const struct jg_load_pass *pass, const struct jg_load_old *old)
{
    return pass->load->mode == JG_LOAD_RELOAD && old != NULL &&
           old->version != 0 && !old->claimed &&
           !jg_load_is_again(&old->info.stamp) &&
           jg_map_get(&pass->taken, old->key) == NULL;
}

/* "of 2026-08-21 10:11:12 UTC", or "before" when the file's time is unknown. */
static void
describe(const struct jg_load_old *old, char out[static 64])
{
    time_t seconds = (time_t)(old->info.stamp.mtime_ns / 1000000000);
    struct tm tm;

    snprintf(out, 64, "before this change");
    if (seconds > 0 && gmtime_r(&seconds, &tm) != NULL)
        strftime(out, 64, "of %Y-%m-%d %H:%M:%S UTC", &tm);
}

void
jg_load_report_kept(struct jg_load_pass *pass, struct jg_str file,
                    const struct jg_load_old *old)
{
    struct jg_diag diag = {.severity = JG_WARNING, .err = JG_E_CONF_VALUE};
    struct jg_buf message;
    char version[64];

    pass->load->result->kept++;
    describe(old, version);
    jg_buf_init(&message, 2048);
    jg_buf_addf(&message, "the version %s of this %s stays in force", version,
                pass->kind->what);
    diag.file = file;
    diag.message = jg_buf_str(&message);
    diag.fix = JG_STR("correct the file and reload");
    if (pass->load->diags != NULL)
        jg_diags_add(pass->load->diags, &diag);
    jg_buf_free(&message);
}
