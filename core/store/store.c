/* Transactions on the store, and the reading and writing of records. */
#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/store_internal.h"

enum jg_err
jg_store_open(const struct jg_store_options *options, struct jg_store **out,
              char fault[static JG_STORE_FAULT_MAX])
{
    struct jg_store *store = jg_mem_grow(NULL, sizeof(*store));
    enum jg_err err;
    int len;

    if (store == NULL) {
        snprintf(fault, JG_STORE_FAULT_MAX, "out of memory");
        return JG_E_NOMEM;
    }
    *store = (struct jg_store){.pid = getpid(),
                               .max_bytes = options->max_bytes,
                               .writable = options->writable,
                               .group = options->group};
    len = snprintf(store->path, sizeof(store->path), "%s", options->path);
    if (len <= 0 || (size_t)len >= sizeof(store->path)) {
        snprintf(fault, JG_STORE_FAULT_MAX, "the path of the store is %s",
                 len <= 0 ? "empty" : "too long");
        err = JG_E_STORE;
    } else {
        err = jg_store_env_open(store, fault);
    }
    if (err != JG_OK) {
        jg_mem_free(store);
        return err;
    }
    *out = store;
    return JG_OK;
}

void
jg_store_close(struct jg_store *store)
{
    if (store == NULL)
        return;
    /* In a child of the process that opened it, LMDB would give up the slots
     * of its parent. The map stays until the child ends. */
    if (store->pid == getpid()) {
        assert(store->active == 0);
        mdb_txn_abort(store->reader.mdb);
        mdb_env_close(store->env);
    }
    jg_mem_free(store);
}

/* After a fault while it wrote its header LMDB refuses everything, until the
 * environment is opened again. */
static int
reopen(struct jg_store *store)
{
    char fault[JG_STORE_FAULT_MAX];

    if (store->active > 0)
        return MDB_PANIC;
    mdb_txn_abort(store->reader.mdb);
    store->reader.mdb = NULL;
    jg_store_env_close(store);
    return jg_store_env_open(store, fault) == JG_OK ? MDB_SUCCESS : MDB_PANIC;
}

/* Do away with what keeps a transaction from beginning, if that is possible:
 * MDB_SUCCESS when it is worth another try, else <code>. */
static int
repair(struct jg_store *store, int code)
{
    int dead;

    switch (code) {
    case MDB_MAP_RESIZED:
        /* Moving the map would pull it from under those who read. */
        return store->active > 0 ? code : jg_store_env_resize(store);
    case MDB_READERS_FULL:
        return mdb_reader_check(store->env, &dead);
    case MDB_PANIC:
        return reopen(store);
    default:
        return code;
    }
}

#define BEGIN_TRIES 3

/* Begin <txn>, or renew it when it is a reader that was used before. */
static enum jg_err
begin(struct jg_store *store, struct jg_txn *txn, bool write)
{
    int code = MDB_SUCCESS;

    if (store->pid != getpid() || (store->env == NULL && reopen(store) != 0))
        return JG_E_STORE;
    for (int i = 0; i < BEGIN_TRIES; i++) {
        if (txn->mdb != NULL)
            code = mdb_txn_renew(txn->mdb);
        else
            code = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY,
                                 &txn->mdb);
        if (code == MDB_SUCCESS)
            break;
        if (!write) { /* a reader that failed to renew is of no more use */
            mdb_txn_abort(txn->mdb);
            txn->mdb = NULL;
        }
        if (repair(store, code) != MDB_SUCCESS)
            break;
    }
    if (code != MDB_SUCCESS)
        return jg_store_err(store, code);
    txn->store = store;
    txn->err = JG_OK;
    txn->write = write;
    store->active++;
    return JG_OK;
}

enum jg_err
jg_txn_read(struct jg_store *store, struct jg_txn **out)
{
    struct jg_txn *txn = &store->reader;
    enum jg_err err;

    if (store->reading) { /* one inside another: rare, so it may cost more */
        txn = jg_mem_grow(NULL, sizeof(*txn));
        if (txn == NULL)
            return JG_E_NOMEM;
        *txn = (struct jg_txn){.mdb = NULL};
    }
    err = begin(store, txn, false);
    if (err != JG_OK) {
        if (txn != &store->reader)
            jg_mem_free(txn);
        return err;
    }
    if (txn == &store->reader)
        store->reading = true;
    *out = txn;
    return JG_OK;
}

enum jg_err
jg_txn_write(struct jg_store *store, struct jg_txn **out)
{
    enum jg_err err;

    /* A second one in this process would wait for itself. */
    if (!store->writable || store->writer.mdb != NULL)
        return JG_E_STORE;
    err = begin(store, &store->writer, true);
    if (err != JG_OK)
        return err;
    *out = &store->writer;
    return JG_OK;
}

/* End a reader; the one that is kept only lets go of its moment. */
static void
end_reader(struct jg_txn *txn)
{
    struct jg_store *store = txn->store;

    store->active--;
    if (txn == &store->reader) {
        mdb_txn_reset(txn->mdb);
        store->reading = false;
        return;
    }
    mdb_txn_abort(txn->mdb);
    jg_mem_free(txn);
}

enum jg_err
jg_txn_commit(struct jg_txn *txn)
{
    enum jg_err err = txn->err;
    int code;

    if (!txn->write || err != JG_OK || txn->store->pid != getpid()) {
        jg_txn_abort(txn);
        return err;
    }
    code = mdb_txn_commit(txn->mdb); /* ends it in any case */
    txn->mdb = NULL;
    txn->store->active--;
    return jg_store_err(txn->store, code);
}

void
jg_txn_abort(struct jg_txn *txn)
{
    if (txn == NULL || txn->store->pid != getpid())
        return;
    if (!txn->write) {
        end_reader(txn);
        return;
    }
    mdb_txn_abort(txn->mdb);
    txn->mdb = NULL;
    txn->store->active--;
}

static MDB_val
to_val(struct jg_str s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.p};
}

static struct jg_str
from_val(const MDB_val *val)
{
    return (struct jg_str){val->mv_data, val->mv_size};
}

static bool
key_fits(struct jg_str key)
{
    return key.len > 0 && key.len <= JG_STORE_KEY_MAX;
}

/* A change that failed spoils its transaction: half of what was asked for
 * must never be committed. */
static enum jg_err
changed(struct jg_txn *txn, int code)
{
    if (code != MDB_SUCCESS)
        txn->err = jg_store_err(txn->store, code);
    return txn->err;
}

enum jg_err
jg_store_get(struct jg_txn *txn, enum jg_kind kind, struct jg_str key,
             struct jg_str *value)
{
    MDB_val k = to_val(key), v;
    int code;

    if (txn->err != JG_OK)
        return txn->err;
    if (!key_fits(key))
        return JG_E_NOT_FOUND;
    code = mdb_get(txn->mdb, txn->store->dbis[kind], &k, &v);
    if (code != MDB_SUCCESS)
        return jg_store_err(txn->store, code);
    *value = from_val(&v);
    return JG_OK;
}

enum jg_err
jg_store_reserve(struct jg_txn *txn, enum jg_kind kind, struct jg_str key,
                 size_t len, void **place)
{
    MDB_val k = to_val(key), v = {len, NULL};
    enum jg_err err;

    if (txn->err != JG_OK)
        return txn->err;
    if (!txn->write)
        return JG_E_STORE;
    if (!key_fits(key) || len > JG_STORE_VALUE_MAX)
        return JG_E_CONF_RANGE;
    err = changed(
        txn, mdb_put(txn->mdb, txn->store->dbis[kind], &k, &v, MDB_RESERVE));
    if (err != JG_OK)
        return err;
    *place = v.mv_data;
    return JG_OK;
}

enum jg_err
jg_store_put(struct jg_txn *txn, enum jg_kind kind, struct jg_str key,
             struct jg_str value)
{
    void *place;
    enum jg_err err = jg_store_reserve(txn, kind, key, value.len, &place);

    if (err == JG_OK && value.len > 0)
        memcpy(place, value.p, value.len);
    return err;
}

enum jg_err
jg_store_delete(struct jg_txn *txn, enum jg_kind kind, struct jg_str key)
{
    MDB_val k = to_val(key);
    int code;

    if (txn->err != JG_OK)
        return txn->err;
    if (!txn->write)
        return JG_E_STORE;
    if (!key_fits(key))
        return JG_OK;
    code = mdb_del(txn->mdb, txn->store->dbis[kind], &k, NULL);
    return changed(txn, code == MDB_NOTFOUND ? MDB_SUCCESS : code);
}

enum jg_err
jg_store_each(struct jg_txn *txn, enum jg_kind kind, jg_store_visit *visit,
              void *arg)
{
    return jg_store_each_from(txn, kind, (struct jg_str){NULL, 0}, visit, arg);
}

enum jg_err
jg_store_each_from(struct jg_txn *txn, enum jg_kind kind, struct jg_str from,
                   jg_store_visit *visit, void *arg)
{
    enum jg_err err = txn->err;
    MDB_cursor *cursor;
    MDB_val k = to_val(from), v;
    int code;

    if (err != JG_OK)
        return err;
    code = mdb_cursor_open(txn->mdb, txn->store->dbis[kind], &cursor);
    if (code != MDB_SUCCESS)
        return jg_store_err(txn->store, code);
    code = mdb_cursor_get(cursor, &k, &v,
                          from.len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    while (code == MDB_SUCCESS && err == JG_OK) {
        err = visit(arg, from_val(&k), from_val(&v));
        if (err == JG_OK)
            code = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (err == JG_OK && code != MDB_NOTFOUND)
        err = jg_store_err(txn->store, code);
    return err;
}

const char *
jg_store_version(void)
{
    return mdb_version(NULL, NULL, NULL);
}

size_t
jg_store_count(struct jg_txn *txn, enum jg_kind kind)
{
    MDB_stat stat;

    if (txn->err != JG_OK ||
        mdb_stat(txn->mdb, txn->store->dbis[kind], &stat) != MDB_SUCCESS)
        return 0;
    return stat.ms_entries;
}

unsigned
jg_store_sweep_readers(struct jg_store *store)
{
    int dead = 0;

    if (store->pid != getpid() || store->env == NULL ||
        mdb_reader_check(store->env, &dead) != MDB_SUCCESS)
        return 0;
    return (unsigned)dead;
}
