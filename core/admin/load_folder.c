/* A folder of documents, one a file: definitions, and policies. */
#include "admin/load_internal.h"
#include "store/keysets.h"

/* A file of the folder while it is loaded. */
struct file {
    const struct jg_file *file;
    uint32_t order;
    bool faulty;
};

struct folder {
    struct jg_load_pass pass;
    struct file *files;
    size_t count;
};

/* Report a problem with a file, or with the folder, as a whole. */
static void
report(struct jg_load *load, enum jg_err err, struct jg_str file,
       struct jg_str message, struct jg_str fix)
{
    struct jg_diag diag = {
        .severity = JG_FAULT,
        .err = err,
        .file = file,
        .message = message,
        .fix = fix,
    };

    if (load->diags != NULL)
        jg_diags_add(load->diags, &diag);
}

/* The id in the key of a record: policies have "org_id\nid". */
static struct jg_str
id_of(const struct folder *f, struct jg_str key)
{
    if (f->pass.kind->kind != JG_KIND_POLICY)
        return key;
    return jg_str_from(key, jg_str_find(key, '\n') + 1);
}

/* The second file with an id: it is not used. */
static enum jg_err
refuse_duplicate(struct folder *f, const struct jg_bind_source *source,
                 const struct jg_load_item *item)
{
    const struct jg_str *first = jg_map_get(&f->pass.taken, item->key);
    struct jg_bind_source s = *source;
    enum jg_err err;

    if (s.diags == NULL)
        return JG_OK;
    if (s.text.p == NULL) {
        err = jg_file_read(s.file.p, &f->pass.load->file, &s.text);
        if (err != JG_OK)
            return err == JG_E_NOMEM ? err : JG_OK;
    }
    jg_bind_report(&s, JG_FAULT, JG_E_CONF_DUPLICATE,
                   item->id_name != NULL ? item->id_name
                                         : f->pass.kind->id_name,
                   NULL, "give one of the two another id, or remove it",
                   "\"%.*s\" is already the id of %.*s, which is used; "
                   "this file is not",
                   JG_STR_ARG(item->id), JG_STR_ARG(*first));
    return JG_OK;
}

/* Take the key for this file, unless another one has it. */
static bool
take(struct folder *f, const struct file *file, struct jg_str key)
{
    return jg_map_put(&f->pass.taken, key, (void *)&file->file->path);
}

/* The file is as its record knows it. */
static enum jg_err
unchanged(struct folder *f, struct file *file, struct jg_load_old *old)
{
    const struct jg_bind_source source = {.file = file->file->path,
                                          .diags = f->pass.load->diags};
    const struct jg_load_item item = {.key = old->key,
                                      .id = id_of(f, old->key)};

    if (!take(f, file, old->key))
        return refuse_duplicate(f, &source, &item);
    return jg_load_keep(&f->pass, old, file->order);
}

static bool
may_skip(const struct folder *f, const struct jg_load_old *old)
{
    return f->pass.load->mode == JG_LOAD_RELOAD && !f->pass.load->reread &&
           old != NULL;
}

/* The file's text is known to differ from its record's. */
static enum jg_err
changed(struct folder *f, struct file *file, struct jg_load_old *old,
        struct jg_str text, uint64_t version)
{
    struct jg_load *load = f->pass.load;
    const struct jg_bind_source source = {
        .file = file->file->path, .text = text, .diags = load->diags};
    struct jg_record_info info = {file->order, file->file->stamp};
    struct jg_document document = {
        .version = version, .file = file->file->path, .text = text};
    struct jg_load_item item = {0};
    enum jg_err err = f->pass.kind->read(load, &source, &item);

    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK || (item.closed && jg_load_is_good(&f->pass, old))) {
        file->faulty = true;
        return JG_OK;
    }
    if (!take(f, file, item.key))
        return refuse_duplicate(f, &source, &item);
    if (item.closed)
        info.stamp = jg_load_again;
    document.id = item.id;
    err = jg_load_put(&f->pass, item.key, &document, &info);
    if (err != JG_OK || f->pass.kind->kind != JG_KIND_API || load->txn == NULL)
        return err;
    return jg_keyset_put_uses(load->txn, item.key, item.key_urls,
                              item.key_url_count);
}

/* Why a file cannot be read, for people. */
static const struct {
    enum jg_err err;
    const char *message, *fix;
} read_faults[] = {
    {JG_E_NOT_FOUND, "a link that leads nowhere",
     "correct the link and reload"},
    {JG_E_CONF_RANGE, "the file is larger than 10 MiB",
     "is it a definition at all?"},
    {JG_E_IO, "the file cannot be read",
     "let the user that jotgate runs as read it"},
};

/* The file's text; what is wrong with the file is reported. One that was
 * removed since the folder was listed is as if it had not been in the list. */
static enum jg_err
read_text(struct folder *f, struct file *file, struct jg_str *text)
{
    struct jg_load *load = f->pass.load;
    enum jg_err err = jg_file_read(file->file->path.p, &load->file, text);
    size_t i = 0;

    if (err == JG_OK || err == JG_E_NOMEM)
        return err;
    if (err == JG_E_NOT_FOUND && jg_file_is_gone(file->file->path.p))
        return err;
    while (read_faults[i].err != err && read_faults[i].err != JG_E_IO)
        i++;
    report(load, err, file->file->path, jg_str(read_faults[i].message),
           jg_str(read_faults[i].fix));
    file->faulty = true;
    return err;
}

/* The same text as before: the record learns the new stamp, and that is all. */
static enum jg_err
touched(struct folder *f, struct file *file, struct jg_load_old *old,
        struct jg_str text)
{
    const struct jg_record_info info = {file->order, file->file->stamp};
    const struct jg_document document = {
        .id = id_of(f, old->key),
        .version = old->version,
        .file = old->file,
        .text = text,
    };

    take(f, file, old->key);
    return jg_load_put(&f->pass, old->key, &document, &info);
}

static enum jg_err
load_file(struct folder *f, struct file *file)
{
    struct jg_load_old *old = jg_map_get(&f->pass.by_file, file->file->path);
    bool known = may_skip(f, old);
    struct jg_str text;
    uint64_t version;
    enum jg_err err;

    if (known && jg_file_stamp_same(&old->info.stamp, &file->file->stamp))
        return unchanged(f, file, old);
    err = read_text(f, file, &text);
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_OK;
    if (jg_load_version(text, &version) != JG_OK)
        return JG_E_NOMEM;
    if (known && old->version == version &&
        !jg_load_is_again(&old->info.stamp) &&
        jg_map_get(&f->pass.taken, old->key) == NULL)
        return touched(f, file, old, text);
    return changed(f, file, old, text, version);
}

/*
 * After all good files have had their say: a faulty one keeps the record that
 * it made when it was good, unless another file now has that id.
 */
static enum jg_err
keep_last_good(struct folder *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct file *file = &f->files[i];
        struct jg_load_old *old;
        enum jg_err err;

        if (!file->faulty)
            continue;
        old = jg_map_get(&f->pass.by_file, file->file->path);
        if (!jg_load_is_good(&f->pass, old))
            continue;
        take(f, file, old->key);
        err = jg_load_keep(&f->pass, old, file->order);
        if (err != JG_OK)
            return err;
        jg_load_report_kept(&f->pass, file->file->path, old);
    }
    return JG_OK;
}

static enum jg_err
load_files(struct folder *f)
{
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < f->count && err == JG_OK; i++) {
        err = load_file(f, &f->files[i]);
        jg_arena_free(&f->pass.load->file);
    }
    return err;
}

/* The files to load, each with its place in the order. */
static enum jg_err
choose(struct folder *f, const struct jg_file *files, size_t count)
{
    struct jg_arena *a = &f->pass.load->arena;
    uint32_t *orders = jg_arena_array(a, count, sizeof(*orders));
    struct jg_map left_out;
    enum jg_err err = jg_load_pairs(&f->pass, files, count, &left_out);

    f->files = jg_arena_array(a, count, sizeof(*f->files));
    if (err != JG_OK || f->files == NULL || orders == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct jg_load_old *old;

        if (jg_map_get(&left_out, files[i].path) != NULL)
            continue;
        old = jg_map_get(&f->pass.by_file, files[i].path);
        orders[f->count] = old != NULL ? old->info.order : 0;
        f->files[f->count++].file = &files[i];
    }
    jg_load_order(orders, f->count);
    for (size_t i = 0; i < f->count; i++)
        f->files[i].order = orders[i];
    return JG_OK;
}

/* Without the folder nothing can be read; what was good stays. */
static enum jg_err
no_folder(struct jg_load *load, const struct jg_load_kind *kind,
          struct jg_str folder, enum jg_err why, unsigned *count)
{
    struct jg_load_pass pass;
    enum jg_err err = jg_load_begin(&pass, load, kind, 0, count);
    struct jg_buf message, fix;

    if (err != JG_OK)
        return err;
    jg_buf_init(&message, 8192);
    jg_buf_init(&fix, 8192);
    jg_buf_addf(&message, "%s \"%.*s\": ", kind->setting, JG_STR_ARG(folder));
    jg_buf_addf(&message, "%s",
                why == JG_E_NOT_FOUND    ? "there is no such folder"
                : why == JG_E_CONF_RANGE ? "more than 200000 files"
                                         : "the folder cannot be read");
    jg_buf_addf(&fix,
                "make the folder, or set %s to the one that holds the "
                "files, one %s each",
                kind->setting, kind->what);
    if (load->mode == JG_LOAD_RELOAD && pass.old_count > 0) {
        jg_buf_addf(&message, "; everything loaded before stays in force");
        load->result->kept += (unsigned)pass.old_count;
        jg_load_keep_all(&pass, NULL);
    }
    report(load, why, folder, jg_buf_str(&message), jg_buf_str(&fix));
    err = message.failed || fix.failed ? JG_E_NOMEM : jg_load_end(&pass);
    jg_buf_free(&message);
    jg_buf_free(&fix);
    return err;
}

enum jg_err
jg_load_folder(struct jg_load *load, const struct jg_load_kind *kind,
               struct jg_str folder, unsigned *count)
{
    struct jg_str path = jg_arena_str(&load->arena, folder);
    struct folder f = {0};
    struct jg_file *files;
    size_t file_count;
    enum jg_err err;

    if (path.p == NULL)
        return JG_E_NOMEM;
    err = jg_files_list(path.p, load->now_s, &load->arena, &files, &file_count);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return no_folder(load, kind, folder, err, count);
    err = jg_load_begin(&f.pass, load, kind, file_count, count);
    if (err == JG_OK)
        err = choose(&f, files, file_count);
    if (err == JG_OK)
        err = load_files(&f);
    if (err == JG_OK)
        err = keep_last_good(&f);
    if (err == JG_OK)
        err = jg_load_end(&f.pass);
    return err;
}
