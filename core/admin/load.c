/* From files to records, all in one transaction. */
#include "admin/load_internal.h"

/*
 * The record of the configuration. When it changes, the documents are read
 * again: what they may say depends on it.
 */
static enum jg_err
load_conf(struct jg_load *load, struct jg_str text)
{
    const struct jg_str key = JG_STR(JG_RECORD_CONF_KEY);
    const struct jg_record_info info = {0};
    struct jg_document document = {.id = key}, old;
    struct jg_conf conf = *load->conf;
    enum jg_err err = jg_load_templates(load, &conf.error_templates);

    if (err == JG_OK)
        err = jg_load_conf_text(&conf, text, &load->arena, &document.text);
    if (err != JG_OK || load->txn == NULL)
        return err;
    err = jg_load_version(document.text, &document.version);
    if (err != JG_OK)
        return err;
    err = jg_record_get_document(load->txn, JG_KIND_CONF, key, &old, NULL);
    if (err == JG_OK && old.version == document.version)
        return JG_OK;
    load->reread = true;
    load->result->changed++;
    return jg_record_put_document(load->txn, JG_KIND_CONF, key, &document,
                                  &info);
}

enum jg_err
jg_load_nothing(struct jg_load *load, const struct jg_load_kind *kind)
{
    struct jg_load_pass pass;
    unsigned none = 0;
    enum jg_err err = jg_load_begin(&pass, load, kind, 0, &none);

    return err == JG_OK ? jg_load_end(&pass) : err;
}

/* A folder wins over the one file, as in Tyk (reference 3.1). */
static enum jg_err
load_policies(struct jg_load *load)
{
    const struct jg_conf_policies *policies = &load->conf->policies;
    unsigned *count = &load->result->policies;

    if (policies->policy_path.len > 0)
        return jg_load_folder(load, &jg_load_policies, policies->policy_path,
                              count);
    if (policies->policy_record_name.len > 0)
        return jg_load_record_file(load, policies->policy_record_name, count);
    return jg_load_nothing(load, &jg_load_policies);
}

static enum jg_err
run(struct jg_load *load, struct jg_str conf_text)
{
    struct jg_load_result *result = load->result;
    enum jg_err err;

    jg_arena_init(&load->arena, 256 * 1024, JG_LOAD_ARENA_MAX);
    jg_arena_init(&load->file, 64 * 1024, JG_LOAD_FILE_ARENA_MAX);
    err = load_conf(load, conf_text);
    if (err == JG_OK)
        err = jg_load_folder(load, &jg_load_apis, load->conf->app_path,
                             &result->apis);
    if (err == JG_OK)
        err = jg_load_keysets(load);
    if (err == JG_OK)
        err = load_policies(load);
    jg_arena_free(&load->file);
    jg_arena_free(&load->arena);
    return err;
}

enum jg_err
jg_load(const struct jg_conf *conf, struct jg_str conf_text,
        enum jg_load_mode mode, int64_t now_s, struct jg_txn *txn,
        struct jg_diags *diags, struct jg_load_result *out)
{
    struct jg_load_result result = {0};
    struct jg_load load = {
        .conf = conf,
        .mode = mode,
        .now_s = now_s,
        .txn = mode == JG_LOAD_CHECK ? NULL : txn,
        .diags = diags,
        .result = &result,
    };
    enum jg_err err = run(&load, conf_text);

    if (err == JG_OK)
        *out = result;
    return err;
}

enum jg_err
jg_load_look_at(const struct jg_conf *conf, int64_t now_s, jg_load_look *look,
                void *arg, struct jg_diags *diags, struct jg_load_result *out)
{
    struct jg_load load = {
        .conf = conf,
        .mode = JG_LOAD_CHECK,
        .now_s = now_s,
        .diags = diags,
        .result = out,
        .look = look,
        .look_arg = arg,
    };

    *out = (struct jg_load_result){0};
    return run(&load, JG_STR(""));
}
