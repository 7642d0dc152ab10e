/*
 * Opening the LMDB environment: folder, rights, checks before anything is
 * mapped, sub-databases, schema.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "jose/sign.h"
#include "store/store_internal.h"

#define BYTES_MIN ((size_t)1024 * 1024)
#define READERS_MAX 512 /* slots of lock.mdb: one a reading process */

#define FOLDER_MODE 0750
#define DATA_MODE 0640
#define LOCK_MODE 0660 /* a reader enters itself there */

#define SCHEMA 1 /* of all records; another number is refused */
#define SCHEMA_KEY "schema"
#define HASH_KEY "hash_key"

static const char *const kind_names[JG_KIND_COUNT] = {
    [JG_KIND_META] = "meta",
    [JG_KIND_CONF] = "conf",
    [JG_KIND_API] = "api",
    [JG_KIND_POLICY] = "policy",
    [JG_KIND_ADDRESS] = "address",
    [JG_KIND_KEYSET] = "keyset",
    [JG_KIND_KEYSET_USE] = "keyset_use",
    [JG_KIND_KEY] = "key",
    [JG_KIND_KEY_NAME] = "key_name",
    [JG_KIND_KEY_END] = "key_end",
    [JG_KIND_REVOCATION] = "revocation",
    [JG_KIND_REVOCATION_CHANGE] = "revocation_change",
    [JG_KIND_ORG] = "org",
    [JG_KIND_SPLIT] = "split",
    [JG_KIND_SPLIT_END] = "split_end",
    [JG_KIND_SPLIT_LOGIN] = "split_login",
    [JG_KIND_FINDINGS] = "findings",
};

__attribute__((format(printf, 3, 4))) static enum jg_err
fail(char fault[static JG_STORE_FAULT_MAX], enum jg_err err, const char *format,
     ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(fault, JG_STORE_FAULT_MAX, format, args);
    va_end(args);
    return err;
}

static enum jg_err
fail_code(const struct jg_store *store, char fault[static JG_STORE_FAULT_MAX],
          const char *what, int code)
{
    return fail(fault, jg_store_err(store, code), "%s: %s: %s%s", store->path,
                what, mdb_strerror(code),
                code == EACCES ? " (a reader needs to read data.mdb and to "
                                 "write lock.mdb)"
                               : "");
}

/* False when <folder>/<name> is too long for the system. */
static bool
path_of(const struct jg_store *store, const char *name,
        char out[static PATH_MAX])
{
    int len = snprintf(out, PATH_MAX, "%s/%s", store->path, name);

    return len > 0 && len < PATH_MAX;
}

enum jg_err
jg_store_err(const struct jg_store *store, int code)
{
    struct statvfs disk;

    switch (code) {
    case MDB_SUCCESS:
        return JG_OK;
    case MDB_NOTFOUND:
        return JG_E_NOT_FOUND;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return JG_E_STORE_FULL;
    case ENOMEM:
        return JG_E_NOMEM;
    case EIO: /* also LMDB's word for a short write on a full disk */
        if (statvfs(store->path, &disk) == 0 && disk.f_bavail == 0)
            return JG_E_STORE_FULL;
        return JG_E_STORE;
    default:
        return JG_E_STORE;
    }
}

/* The two meta pages begin with these, in LMDB's data version 1 on machines
 * of 64 bits. */
struct meta_db {
    uint32_t pad; /* of the first one: the page size */
    uint16_t flags, depth;
    uint64_t branch_pages, leaf_pages, overflow_pages, entries, root;
};

struct meta_page {
    uint64_t pgno;
    uint16_t pad, flags, lower, upper;
    uint32_t magic, version;
    uint64_t address, map_size;
    struct meta_db dbs[2];
    uint64_t last_page, txnid;
};

#define META_MAGIC 0xBEEFC0DE
#define META_VERSION 1
#define PAGE_MIN 512
#define PAGE_MAX 65536
#define NO_ROOT UINT64_MAX

static const char *
meta_damage(int fd, uint64_t file_bytes)
{
    struct meta_page metas[2], *newest;
    uint64_t page = 0, end;

    for (int i = 0; i < 2; i++) {
        if (pread(fd, &metas[i], sizeof(metas[i]), (off_t)page) !=
            (ssize_t)sizeof(metas[i]))
            return "data.mdb is cut off";
        if (metas[i].magic != META_MAGIC || metas[i].version != META_VERSION)
            return "data.mdb is no LMDB file of this version";
        page = metas[i].dbs[0].pad;
        if (page < PAGE_MIN || page > PAGE_MAX || (page & (page - 1)) != 0)
            return "data.mdb is damaged: impossible page size";
    }
    newest = &metas[metas[1].txnid > metas[0].txnid];
    if (__builtin_add_overflow(newest->last_page, 1, &end) ||
        __builtin_mul_overflow(end, page, &end) || end > file_bytes)
        return "data.mdb is cut off: the file is shorter than its content";
    for (int i = 0; i < 2; i++) {
        uint64_t root = newest->dbs[i].root;

        if (root != NO_ROOT && root > newest->last_page)
            return "data.mdb is damaged: a root is outside of the file";
    }
    return NULL;
}

/*
 * LMDB believes its header: a wrong page size divides by zero, a missing page
 * is SIGBUS on first use. So look first. That the file always reaches behind
 * its last page is our doing: see grow_file().
 */
const char *
jg_store_damage(const struct jg_store *store)
{
    const char *damage = NULL;
    char path[PATH_MAX];
    struct stat st;
    int fd;

    fd = path_of(store, "data.mdb", path)
             ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
             : -1;
    if (fd < 0)
        return NULL; /* LMDB will say it better */
    /* More than once: a writer may be in the middle of the header. */
    for (int i = 0; i < 3; i++) {
        if (fstat(fd, &st) == 0 && st.st_size > 0)
            damage = meta_damage(fd, (uint64_t)st.st_size);
        if (damage == NULL)
            break;
        sched_yield();
    }
    close(fd);
    return damage;
}

static enum jg_err
give_rights(const struct jg_store *store, const char *name, mode_t mode,
            char fault[static JG_STORE_FAULT_MAX])
{
    char path[PATH_MAX];
    struct stat st;

    if (!path_of(store, name, path) || lstat(path, &st) != 0)
        return fail_code(store, fault, name, errno);
    if (store->group != (gid_t)-1 && st.st_gid != store->group &&
        lchown(path, (uid_t)-1, store->group) != 0)
        return fail_code(store, fault, "cannot set the group", errno);
    if ((st.st_mode & 07777) != mode && chmod(path, mode) != 0)
        return fail_code(store, fault, "cannot set the mode", errno);
    return JG_OK;
}

static void
sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)fsync(fd); /* not every file system can */
    close(fd);
}

/* The folder of the writer, new or not, and its rights when it is new. */
static enum jg_err
make_folder(struct jg_store *store, char fault[static JG_STORE_FAULT_MAX])
{
    if (mkdir(store->path, FOLDER_MODE) != 0) {
        if (errno == EEXIST)
            return JG_OK;
        return fail_code(store, fault, "cannot make the folder", errno);
    }
    return give_rights(store, ".", FOLDER_MODE, fault);
}

/*
 * Make the data file as long as its map, with a hole behind the content. LMDB
 * may leave pages at the end unwritten, so that a healthy file could be shorter
 * than its header says; now only a damaged one is.
 */
static enum jg_err
grow_file(const struct jg_store *store, char fault[static JG_STORE_FAULT_MAX])
{
    char path[PATH_MAX];
    struct stat st;
    MDB_envinfo info;

    mdb_env_info(store->env, &info);
    if (!path_of(store, "data.mdb", path) || stat(path, &st) != 0)
        return fail_code(store, fault, "data.mdb", errno);
    if ((uint64_t)st.st_size >= info.me_mapsize)
        return JG_OK;
    if (truncate(path, (off_t)info.me_mapsize) != 0)
        return fail_code(store, fault, "cannot make data.mdb max_bytes long",
                         errno);
    sync_folder(store->path);
    return JG_OK;
}

/* Open every sub-database in <txn>; with MDB_CREATE also missing ones. */
static int
open_kinds(struct jg_store *store, MDB_txn *txn, unsigned flags)
{
    int code = MDB_SUCCESS;

    for (int i = 0; i < JG_KIND_COUNT && code == MDB_SUCCESS; i++)
        code = mdb_dbi_open(txn, kind_names[i], flags, &store->dbis[i]);
    return code;
}

/* Write <value> to META unless the key is there. */
static int
put_once(struct jg_store *store, MDB_txn *txn, const char *key,
         const void *value, size_t len)
{
    MDB_val k = {strlen(key), (void *)(uintptr_t)key};
    MDB_val v = {len, (void *)(uintptr_t)value};
    int code = mdb_put(txn, store->dbis[JG_KIND_META], &k, &v, MDB_NOOVERWRITE);

    return code == MDB_KEYEXIST ? MDB_SUCCESS : code;
}

static enum jg_err
create_schema(struct jg_store *store, char fault[static JG_STORE_FAULT_MAX])
{
    uint32_t schema = SCHEMA;
    struct jg_hash_key hash_key;
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);

    if (code != MDB_SUCCESS)
        return fail_code(store, fault, "cannot write", code);
    if (jg_random(&hash_key, sizeof(hash_key)) != JG_OK) {
        mdb_txn_abort(txn);
        return fail(fault, JG_E_STORE, "no random bytes");
    }
    code = open_kinds(store, txn, MDB_CREATE);
    if (code == MDB_SUCCESS)
        code = put_once(store, txn, SCHEMA_KEY, &schema, sizeof(schema));
    if (code == MDB_SUCCESS)
        code = put_once(store, txn, HASH_KEY, &hash_key, sizeof(hash_key));
    jg_mem_wipe(&hash_key, sizeof(hash_key));
    if (code == MDB_SUCCESS)
        code = mdb_txn_commit(txn);
    else
        mdb_txn_abort(txn);
    if (code != MDB_SUCCESS)
        return fail_code(store, fault, "cannot write", code);
    return JG_OK;
}

static enum jg_err
check_schema(struct jg_store *store, MDB_txn *txn,
             char fault[static JG_STORE_FAULT_MAX])
{
    MDB_val key = {sizeof(SCHEMA_KEY) - 1, (void *)(uintptr_t)SCHEMA_KEY};
    MDB_val value;
    uint32_t schema = 0;
    int code = mdb_get(txn, store->dbis[JG_KIND_META], &key, &value);

    if (code != MDB_SUCCESS)
        return fail_code(store, fault, "cannot read the schema version", code);
    if (value.mv_size == sizeof(schema))
        memcpy(&schema, value.mv_data, sizeof(schema));
    if (schema != SCHEMA)
        return fail(fault, JG_E_STORE,
                    "%s: records of schema %u; this program knows %d",
                    store->path, schema, SCHEMA);
    return JG_OK;
}

/* The handles of the sub-databases, and a look at the schema. */
static enum jg_err
open_records(struct jg_store *store, char fault[static JG_STORE_FAULT_MAX])
{
    enum jg_err err = JG_OK;
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);

    if (code != MDB_SUCCESS)
        return fail_code(store, fault, "cannot read", code);
    code = open_kinds(store, txn, 0);
    if (code == MDB_NOTFOUND && store->writable) {
        mdb_txn_abort(txn);
        err = create_schema(store, fault);
        return err != JG_OK ? err : open_records(store, fault);
    }
    if (code == MDB_NOTFOUND)
        err = fail(fault, JG_E_STORE, "%s: nothing is stored here yet",
                   store->path);
    else if (code != MDB_SUCCESS)
        err = fail_code(store, fault, "cannot open the records", code);
    else
        err = check_schema(store, txn, fault);
    /* A commit, so that the handles stay; it writes nothing. */
    if (mdb_txn_commit(txn) != MDB_SUCCESS && err == JG_OK)
        err = fail(fault, JG_E_STORE, "%s: cannot read", store->path);
    return err;
}

/* The part of opening after which store->env is closed on failure. */
static enum jg_err
open_files(struct jg_store *store, char fault[static JG_STORE_FAULT_MAX])
{
    unsigned flags = MDB_NOTLS | (store->writable ? 0 : MDB_RDONLY);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = store->max_bytes < BYTES_MIN ? BYTES_MIN : store->max_bytes;
    enum jg_err err;
    int code, dead;

    if (bytes > SIZE_MAX - page ||
        (code = mdb_env_set_mapsize(store->env,
                                    (bytes + page - 1) & ~(page - 1))) != 0 ||
        (code = mdb_env_set_maxdbs(store->env, JG_KIND_COUNT)) != 0 ||
        (code = mdb_env_set_maxreaders(store->env, READERS_MAX)) != 0)
        return fail(fault, JG_E_STORE, "%s: max_bytes cannot work",
                    store->path);
    code = mdb_env_open(store->env, store->path, flags, LOCK_MODE);
    if (code != MDB_SUCCESS)
        return fail_code(store, fault, "cannot open", code);
    if (store->writable) {
        err = give_rights(store, "data.mdb", DATA_MODE, fault);
        if (err == JG_OK)
            err = give_rights(store, "lock.mdb", LOCK_MODE, fault);
        if (err == JG_OK)
            err = grow_file(store, fault);
        if (err != JG_OK)
            return err;
    }
    mdb_reader_check(store->env, &dead); /* they could hold every slot */
    return open_records(store, fault);
}

enum jg_err
jg_store_env_open(struct jg_store *store, char fault[static JG_STORE_FAULT_MAX])
{
    const char *damage;
    enum jg_err err = JG_OK;

    if (store->writable)
        err = make_folder(store, fault);
    if (err != JG_OK)
        return err;
    damage = jg_store_damage(store);
    if (damage != NULL)
        return fail(fault, JG_E_STORE, "%s: %s", store->path, damage);
    if (mdb_env_create(&store->env) != MDB_SUCCESS)
        return fail(fault, JG_E_NOMEM, "out of memory");
    err = open_files(store, fault);
    if (err != JG_OK)
        jg_store_env_close(store);
    return err;
}

void
jg_store_env_close(struct jg_store *store)
{
    mdb_env_close(store->env);
    store->env = NULL;
}

int
jg_store_env_resize(struct jg_store *store)
{
    if (jg_store_damage(store) != NULL)
        return MDB_CORRUPTED;
    return mdb_env_set_mapsize(store->env, 0);
}

enum jg_err
jg_store_hash_key(struct jg_txn *txn, struct jg_hash_key *out)
{
    struct jg_str value;
    enum jg_err err = jg_store_get(txn, JG_KIND_META, JG_STR(HASH_KEY), &value);

    if (err != JG_OK || value.len != sizeof(*out))
        return JG_E_STORE;
    memcpy(out, value.p, sizeof(*out));
    return JG_OK;
}
