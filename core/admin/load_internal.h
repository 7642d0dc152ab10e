/* Between the files of the loader only. */
#ifndef JG_ADMIN_LOAD_INTERNAL_H
#define JG_ADMIN_LOAD_INTERNAL_H

#include "admin/load.h"
#include "store/files.h"
#include "store/records.h"

#define JG_LOAD_ARENA_MAX ((size_t)1 << 30) /* lists, keys, one record file */
#define JG_LOAD_FILE_ARENA_MAX (256 << 20)  /* one document while it is read */

/* Places in the order of loading keep this distance, so that a new file finds
 * one between two others and their records stay as they are. */
#define JG_LOAD_ORDER_STEP 4096

/* One load, from beginning to end. */
struct jg_load {
    const struct jg_conf *conf;
    enum jg_load_mode mode;
    int64_t now_s;
    struct jg_txn *txn; /* NULL: only look */
    struct jg_diags *diags;
    struct jg_load_result *result;
    bool reread;        /* unchanged files are read as well */
    jg_load_look *look; /* NULL: nobody looks at definitions */
    void *look_arg;
    struct jg_arena arena;
    struct jg_arena file; /* of the document at hand, emptied for each */
};

/* A record as it was before this load. */
struct jg_load_old {
    struct jg_str key, file;
    uint64_t version;
    struct jg_record_info info;
    bool claimed; /* a file stands for it: it is not removed */
};

/* What a document turned out to be; the strings live in load->arena. */
struct jg_load_item {
    struct jg_str key; /* of the record */
    struct jg_str id;
    const char *id_name; /* the path to it; NULL: that of the kind */
    bool closed;         /* usable, but refuses every request: its key is not */
    const struct jg_key_url *key_urls; /* in load->file; of active APIs */
    size_t key_url_count;
};

/* What differs between definitions and policies. */
struct jg_load_kind {
    enum jg_kind kind;
    const char *setting; /* of the configuration: the folder */
    const char *id_name; /* member that names a document */
    const char *what;    /* "API": for people */
    bool companions;     /* X-oas.json and X.json are one: load_pairs.c */
    enum jg_err (*read)(struct jg_load *load,
                        const struct jg_bind_source *source,
                        struct jg_load_item *out);
};

extern const struct jg_load_kind jg_load_apis;
extern const struct jg_load_kind jg_load_policies;

/* The JSON of <source> into load->file; what is wrong is reported.
 * JG_E_CONF_JSON, JG_E_NOMEM */
enum jg_err jg_load_parse(struct jg_load *load,
                          const struct jg_bind_source *source,
                          const struct jg_json **out);

/* The policy <json>; a non-empty <id> wins over the one inside. */
enum jg_err jg_load_policy(struct jg_load *load,
                           const struct jg_bind_source *source,
                           const struct jg_json *json, struct jg_str id,
                           struct jg_load_item *out);

/* The documents of one kind while they are loaded. */
struct jg_load_pass {
    struct jg_load *load;
    const struct jg_load_kind *kind;
    struct jg_load_old *olds;
    size_t old_count;
    struct jg_map by_key, by_file; /* the olds */
    struct jg_map taken;           /* key -> struct jg_str *: its file */
    unsigned *count;               /* of usable documents */
};

/* Begin a pass that takes <max_documents> at most: reads what there was. */
enum jg_err jg_load_begin(struct jg_load_pass *pass, struct jg_load *load,
                          const struct jg_load_kind *kind, size_t max_documents,
                          unsigned *count);

/* Remove every record that no document claimed. */
enum jg_err jg_load_end(struct jg_load_pass *pass);

/* Bring the record <key> in line with <document> and <info>. */
enum jg_err jg_load_put(struct jg_load_pass *pass, struct jg_str key,
                        const struct jg_document *document,
                        const struct jg_record_info *info);

/* Let <old> stay, at the place <order>. */
enum jg_err jg_load_keep(struct jg_load_pass *pass, struct jg_load_old *old,
                         uint32_t order);

/* Let every record stay that came from <file>, or, with NULL, all of them. */
void jg_load_keep_all(struct jg_load_pass *pass, const struct jg_str *file);

/* The last good version of <old> may stay for a document that is faulty. */
bool jg_load_is_good(const struct jg_load_pass *pass,
                     const struct jg_load_old *old);

/* Say that <old> stays in force, and count it. */
void jg_load_report_kept(struct jg_load_pass *pass, struct jg_str file,
                         const struct jg_load_old *old);

/*
 * jg_record_version(), which has no way to say that there was no memory for
 * the hash: a record with such a version would be taken for a damaged one.
 * JG_E_NOMEM
 */
enum jg_err jg_load_version(struct jg_str text, uint64_t *out);

/* A record of a document that is to be read, and reported, at every load. */
extern const struct jg_file_stamp jg_load_again;
bool jg_load_is_again(const struct jg_file_stamp *stamp);

/* The files of a folder that are not documents of their own: their paths, for
 * members of <out>.  JG_E_NOMEM */
enum jg_err jg_load_pairs(struct jg_load_pass *pass,
                          const struct jg_file *files, size_t count,
                          struct jg_map *out);

/* All documents of <folder>, one a file. */
enum jg_err jg_load_folder(struct jg_load *load,
                           const struct jg_load_kind *kind,
                           struct jg_str folder, unsigned *count);

/* All policies of the file <path>: {id: policy}. */
enum jg_err jg_load_record_file(struct jg_load *load, struct jg_str path,
                                unsigned *count);

/* Bring the records of key sets in line with what the definitions name, as
 * jg_keyset_put_uses() wrote it down. After the definitions. */
enum jg_err jg_load_keysets(struct jg_load *load);

/* Add the files of template_path to <pairs>, in load->arena. What is wrong with
 * one is reported, and it is left out. JG_E_NOMEM */
enum jg_err jg_load_templates(struct jg_load *load, struct jg_pairs *pairs);

/* No documents of this kind at all. */
enum jg_err jg_load_nothing(struct jg_load *load,
                            const struct jg_load_kind *kind);

/*
 * Places for <count> files: <orders> holds the one of each file's record, or 0
 * for a new file, and is filled. Places that are there stay when they can.
 */
void jg_load_order(uint32_t *orders, size_t count);

/*
 * The document for the record of the configuration: the values of <conf>, and
 * of <text>, which it was read from, what no field of <conf> holds; without
 * secrets.  JG_E_CONF_JSON, JG_E_NOMEM
 */
enum jg_err jg_load_conf_text(const struct jg_conf *conf, struct jg_str text,
                              struct jg_arena *a, struct jg_str *out);

#endif
