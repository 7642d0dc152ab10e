/* policies.policy_record_name: one file that holds {id: policy}. */
#include "admin/load_internal.h"
#include "admin/text.h"

struct record_file {
    struct jg_load_pass pass;
    struct jg_bind_source source;
    struct jg_file_stamp stamp;
    const struct jg_json *json;
    struct jg_str written; /* key of a record that was made of it; or empty */
    struct jg_document document; /* ... and what is in it */
    uint32_t order;
    bool faulty; /* one of its policies is not used */
};

/* A place in the file, from 0. */
struct place {
    const char *at, *line_start;
    unsigned line;
};

static void
advance(struct place *place, const char *to)
{
    for (; place->at < to; place->at++) {
        if (*place->at != '\n')
            continue;
        place->line++;
        place->line_start = place->at + 1;
    }
}

/* Findings know their place in the policy; people look for it in the file. */
static void
move_findings(struct jg_diag *first, const struct place *place)
{
    for (struct jg_diag *d = first; d != NULL; d = d->next) {
        if (d->line == 0)
            continue;
        if (d->line == 1) {
            if (d->source_column == 0)
                d->source_column = d->column;
            d->column += (unsigned)(place->at - place->line_start);
        }
        d->line += place->line;
    }
}

static struct jg_diag *
last_finding(const struct jg_diags *diags)
{
    return diags != NULL ? diags->last : NULL;
}

static struct jg_diag *
findings_after(const struct jg_diags *diags, struct jg_diag *last)
{
    return last != NULL ? last->next : diags->first;
}

/* The record of the faulty policy <id>, by its key. */
static struct jg_load_old *
record_of(struct record_file *f, struct jg_str id, const struct jg_json *json)
{
    struct jg_str org = jg_json_string(jg_json_get(json, JG_STR("org_id")));
    char buffer[JG_STORE_KEY_MAX];
    struct jg_str key;

    if (jg_record_policy_key(org, id, buffer, &key) != JG_OK)
        return NULL;
    return jg_map_get(&f->pass.by_key, key);
}

static enum jg_err
keep_last_good(struct record_file *f, const struct jg_json_member *member,
               uint32_t order)
{
    struct jg_load_old *old = record_of(f, member->name, &member->value);
    enum jg_err err;

    f->faulty = true;
    if (!jg_load_is_good(&f->pass, old))
        return JG_OK;
    err = jg_load_keep(&f->pass, old, order);
    if (err == JG_OK)
        jg_load_report_kept(&f->pass, f->source.file, old);
    return err;
}

/* One member: <text> is its value as it is written in the file. */
static enum jg_err
load_member(struct record_file *f, const struct jg_json_member *member,
            struct jg_str text, uint32_t order)
{
    struct jg_load *load = f->pass.load;
    struct jg_bind_source source = {
        .file = f->source.file, .text = text, .diags = load->diags};
    struct jg_document document = {.file = f->source.file};
    struct jg_record_info info = {order, f->stamp};
    struct jg_load_item item = {0};
    enum jg_err err =
        jg_load_policy(load, &source, &member->value, member->name, &item);

    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return keep_last_good(f, member, order);
    /* The name wins over the inner id, also for those who read the record. */
    document.text = text;
    if (!jg_str_eq(jg_json_string(jg_json_get(&member->value, JG_STR("id"))),
                   member->name))
        err = jg_text_set(text, &member->value, JG_STR("id"), member->name,
                          &load->file, &document.text);
    if (err != JG_OK)
        return err;
    document.id = item.id;
    err = jg_load_version(document.text, &document.version);
    if (err != JG_OK)
        return err;
    f->written = item.key;
    f->document = document;
    f->order = order;
    return jg_load_put(&f->pass, item.key, &document, &info);
}

static enum jg_err
load_members(struct record_file *f)
{
    struct jg_diags *diags = f->pass.load->diags;
    struct place place = {f->source.text.p, f->source.text.p, 0};
    struct jg_text_walk walk;
    struct jg_str text;

    jg_text_walk(&walk, f->source.text);
    for (uint32_t i = 0; i < f->json->count; i++) {
        struct jg_diag *last = last_finding(diags);
        enum jg_err err;

        if (!jg_text_next(&walk, &text))
            return JG_E_INTERNAL;
        advance(&place, text.p);
        err = load_member(f, &f->json->members[i], text,
                          (i + 1) * JG_LOAD_ORDER_STEP);
        if (err != JG_OK)
            return err;
        if (diags != NULL)
            move_findings(findings_after(diags, last), &place);
    }
    return JG_OK;
}

/* Does every record come from this file, as it is now? */
static bool
is_unchanged(const struct record_file *f)
{
    const struct jg_load_pass *pass = &f->pass;

    if (pass->load->mode != JG_LOAD_RELOAD || pass->load->reread)
        return false;
    for (size_t i = 0; i < pass->old_count; i++)
        if (!jg_str_eq(pass->olds[i].file, f->source.file) ||
            !jg_file_stamp_same(&pass->olds[i].info.stamp, &f->stamp))
            return false;
    return pass->old_count > 0;
}

/* The file as a whole cannot be used. */
static enum jg_err
refuse_file(struct record_file *f, enum jg_err err, const char *message,
            const char *fix)
{
    struct jg_load *load = f->pass.load;
    struct jg_diag diag = {
        .severity = JG_FAULT,
        .err = err,
        .file = f->source.file,
        .path = JG_STR("policies.policy_record_name"),
        .message = jg_str(message),
        .fix = jg_str(fix),
    };

    if (message != NULL && load->diags != NULL)
        jg_diags_add(load->diags, &diag);
    if (load->mode != JG_LOAD_RELOAD || f->pass.old_count == 0)
        return JG_OK;
    jg_load_report_kept(&f->pass, f->source.file, &f->pass.olds[0]);
    jg_load_keep_all(&f->pass, &f->source.file);
    return JG_OK;
}

static enum jg_err
load_file(struct record_file *f)
{
    struct jg_load *load = f->pass.load;
    enum jg_err err;

    err = jg_file_read(f->source.file.p, &load->file, &f->source.text);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return refuse_file(f, err,
                           err == JG_E_NOT_FOUND ? "there is no such file"
                           : err == JG_E_CONF_RANGE
                               ? "the file is larger than 10 MiB"
                               : "the file cannot be read",
                           "make the file: {\"policy id\": {...}}, or set "
                           "policies.policy_path to a folder");
    err = jg_load_parse(load, &f->source, &f->json);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return refuse_file(f, err, NULL, NULL);
    if (f->json->type != JG_JSON_OBJECT)
        return refuse_file(f, JG_E_CONF_TYPE, "expected one object",
                           "{\"policy id\": {...}, ...}");
    return load_members(f);
}

/* With a fault in it, the file is to be read, and reported, every time: one
 * record without a stamp is enough. */
static enum jg_err
forget_stamp(struct record_file *f)
{
    const struct jg_record_info info = {.order = f->order};

    if (!f->faulty || f->written.len == 0 || f->pass.load->txn == NULL)
        return JG_OK;
    return jg_record_put_document(f->pass.load->txn, JG_KIND_POLICY, f->written,
                                  &f->document, &info);
}

enum jg_err
jg_load_record_file(struct jg_load *load, struct jg_str path, unsigned *count)
{
    struct record_file f = {0};
    enum jg_err err;

    f.source.file = jg_arena_str(&load->arena, path);
    f.source.diags = load->diags;
    if (f.source.file.p == NULL)
        return JG_E_NOMEM;
    /* No stamp, no short cut; what is wrong is said when it is read. */
    if (jg_file_stamp(f.source.file.p, load->now_s, &f.stamp) != JG_OK)
        f.stamp = (struct jg_file_stamp){0};
    err = jg_load_begin(&f.pass, load, &jg_load_policies, 0, count);
    if (err != JG_OK)
        return err;
    if (is_unchanged(&f))
        jg_load_keep_all(&f.pass, NULL);
    else
        err = load_file(&f);
    if (err == JG_OK)
        err = forget_stamp(&f);
    jg_arena_free(&load->file);
    if (err == JG_OK)
        err = jg_load_end(&f.pass);
    return err;
}
