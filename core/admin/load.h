/*
 * From files to records: what a start, a reload and `jotgate check` do with
 * the user's folder of definitions and policies.
 */
#ifndef JG_ADMIN_LOAD_H
#define JG_ADMIN_LOAD_H

#include "model/snapshot.h"
#include "store/store.h"

/* What a load found and did. */
struct jg_load_result {
    unsigned apis, policies; /* usable ones now */
    unsigned changed;        /* records written or removed */
    unsigned kept;           /* faulty files whose last good version stays */
};

enum jg_load_mode {
    JG_LOAD_CHECK,  /* only look; <txn> is NULL */
    JG_LOAD_START,  /* the files alone count; faulty ones are left out */
    JG_LOAD_RELOAD, /* a faulty file keeps its last good record */
};

/*
 * Read app_path and the policies of <conf>, report every problem to <diags>,
 * and bring the records in <txn> in line with them. The record of the
 * configuration holds the values of <conf>, so those from the environment, too,
 * and what else its document <conf_text> (may be empty) says, but no secrets.
 * Nothing is committed. At JG_LOAD_START a definition with an unusable key is
 * kept (its requests are refused); at JG_LOAD_RELOAD its last good version
 * stays.
 *
 * <now_s> is the unix time, for jg_files_list(): at JG_LOAD_RELOAD a file whose
 * stamp is that of its record is neither read nor reported again, unless the
 * configuration changed.
 *   JG_E_CONF_JSON  <conf_text> is not JSON
 *   JG_E_STORE, JG_E_STORE_FULL, JG_E_NOMEM
 */
enum jg_err jg_load(const struct jg_conf *conf, struct jg_str conf_text,
                    enum jg_load_mode mode, int64_t now_s, struct jg_txn *txn,
                    struct jg_diags *diags, struct jg_load_result *out);

/* Somebody who looks at a definition that can be used; what is wrong beyond
 * that goes to source->diags, or where <arg> says. */
typedef void jg_load_look(void *arg, const struct jg_bind_source *source,
                          const struct jg_api *api);

/* JG_LOAD_CHECK, with <look> called for each definition. */
enum jg_err jg_load_look_at(const struct jg_conf *conf, int64_t now_s,
                            jg_load_look *look, void *arg,
                            struct jg_diags *diags, struct jg_load_result *out);

/*
 * Findings of a load that cannot be made again at will, since they took
 * processes and time: kept as a record in the place of the ones before.
 *   JG_E_STORE, JG_E_STORE_FULL, JG_E_NOMEM
 */
enum jg_err jg_load_keep_findings(struct jg_store *store,
                                  const struct jg_diags *findings);

/* Those: JSON objects with commas between, in <a>, and how many. */
enum jg_err jg_load_kept_findings(struct jg_store *store, struct jg_arena *a,
                                  struct jg_str *out, unsigned *count);

#endif
