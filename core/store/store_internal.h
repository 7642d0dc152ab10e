/* What the files of this folder share; no other folder includes it. */
#ifndef JG_STORE_STORE_INTERNAL_H
#define JG_STORE_STORE_INTERNAL_H

#include <limits.h>
#include <lmdb.h>

#include "store/store.h"

struct jg_txn {
    struct jg_store *store;
    MDB_txn *mdb;
    enum jg_err err; /* of the first change that failed */
    bool write;
};

struct jg_store {
    MDB_env *env; /* NULL: reopening it failed */
    MDB_dbi dbis[JG_KIND_COUNT];
    struct jg_txn reader; /* kept between uses: renewing it takes no lock */
    struct jg_txn writer;
    bool reading;    /* <reader> is in use */
    unsigned active; /* transactions in use, of either kind */
    pid_t pid;       /* LMDB must not be used across fork() */
    size_t max_bytes;
    bool writable;
    gid_t group;
    char path[PATH_MAX];
};

/* Open store->env and its sub-databases by the rest of <store>. environment.c
 * The errors of jg_store_open(); <fault> is always filled then. */
enum jg_err jg_store_env_open(struct jg_store *store,
                              char fault[static JG_STORE_FAULT_MAX]);
void jg_store_env_close(struct jg_store *store);

/* Take over a data file that another process made larger. An LMDB code. */
int jg_store_env_resize(struct jg_store *store);

/* NULL when LMDB can map the data file of <store> without reading past its
 * end, else what is wrong with it (static text). No file is fine. */
const char *jg_store_damage(const struct jg_store *store);

/* LMDB's and the system's codes as ours. */
enum jg_err jg_store_err(const struct jg_store *store, int code);

/* Like jg_store_put(), but the caller fills the <len> bytes at <place>, before
 * it does anything else with <txn>. */
enum jg_err jg_store_reserve(struct jg_txn *txn, enum jg_kind kind,
                             struct jg_str key, size_t len, void **place);

/* Of a record's <head> before its checksum, and of <rest>. No secret: it finds
 * damage, and a snapshot computes ten thousand of them. records.c */
uint64_t jg_record_checksum(const void *head, size_t len, struct jg_str rest);

/* jg_record_version(), which gives 1 for want of a hash. JG_E_NOMEM */
enum jg_err jg_record_version_of(struct jg_str text, uint64_t *out);

#endif
