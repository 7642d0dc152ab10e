/* Findings that are kept from one load to the next: "<count>\n{...},{...}". */
#include "admin/load.h"

#define KEY "scripts"
#define FINDINGS_MAX (1024 * 1024) /* bytes; what is over is left out */

/* A line of a file may hold a secret: it is not kept. */
static void
write_findings(struct jg_buf *b, const struct jg_diags *findings)
{
    jg_buf_addf(b, "%u\n", findings->warnings + findings->faults);
    for (const struct jg_diag *d = findings->first; d != NULL; d = d->next) {
        struct jg_diag shown = *d;
        size_t before = b->len;

        shown.source_line = JG_STR("");
        jg_buf_add(b, d == findings->first ? JG_STR("") : JG_STR(","));
        jg_diag_print_json(b, &shown);
        if (b->len > FINDINGS_MAX) {
            b->len = before;
            return;
        }
    }
}

static enum jg_err
replace(struct jg_txn *txn, struct jg_str text)
{
    struct jg_str old;
    enum jg_err err = jg_store_get(txn, JG_KIND_FINDINGS, JG_STR(KEY), &old);

    if (err == JG_OK && jg_str_eq(old, text))
        return JG_OK;
    if (err != JG_OK && err != JG_E_NOT_FOUND)
        return err;
    return jg_store_put(txn, JG_KIND_FINDINGS, JG_STR(KEY), text);
}

enum jg_err
jg_load_keep_findings(struct jg_store *store, const struct jg_diags *findings)
{
    struct jg_buf b;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(store, &txn);

    if (err != JG_OK)
        return err;
    jg_buf_init(&b, 2 * FINDINGS_MAX);
    write_findings(&b, findings);
    err = b.failed ? JG_E_NOMEM : replace(txn, jg_buf_str(&b));
    jg_buf_free(&b);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static enum jg_err
take(struct jg_str text, struct jg_arena *a, struct jg_str *out,
     unsigned *count)
{
    struct jg_str number;
    uint64_t n;

    if (!jg_str_next(&text, '\n', &number) || !jg_str_to_u64(number, &n))
        return JG_E_STORE;
    *out = jg_arena_str(a, text);
    *count = (unsigned)n;
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

enum jg_err
jg_load_kept_findings(struct jg_store *store, struct jg_arena *a,
                      struct jg_str *out, unsigned *count)
{
    struct jg_str text;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(store, &txn);

    *out = JG_STR("");
    *count = 0;
    if (err != JG_OK)
        return err;
    err = jg_store_get(txn, JG_KIND_FINDINGS, JG_STR(KEY), &text);
    if (err == JG_OK)
        err = take(text, a, out, count);
    jg_txn_abort(txn);
    return err == JG_E_NOT_FOUND ? JG_OK : err;
}
