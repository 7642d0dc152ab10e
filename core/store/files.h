/*
 * The user's own documents: definition and policy files. Reading them all,
 * and replacing one so that a crash leaves the old or the new, never a half.
 */
#ifndef JG_STORE_FILES_H
#define JG_STORE_FILES_H

#include "base/arena.h"
#include "base/err.h"

#define JG_FILE_MAX (10 * 1024 * 1024) /* bytes of one document */
#define JG_FILES_MAX 200000            /* documents of one folder */

/*
 * What tells a changed file from an unchanged one without reading it: a reload
 * of thousands of documents costs one stat() for each. Kept in the record that
 * was made of the file. All zeros: nothing is known, read the file.
 */
struct jg_file_stamp {
    int64_t mtime_ns, ctime_ns; /* ctime: mtime can be set by anyone */
    uint64_t size, inode;
};

/* True when both are known and equal: the file need not be read. */
bool jg_file_stamp_same(const struct jg_file_stamp *a,
                        const struct jg_file_stamp *b);

/* A file must have rested this long before its stamp counts: a second change
 * within one tick of the file system's clock would leave no trace in it. */
#define JG_FILE_REST_S 2

struct jg_file {
    struct jg_str name; /* in its folder */
    struct jg_str path; /* folder/name, with a NUL behind */
    struct jg_file_stamp stamp;
};

/*
 * The regular files (also behind symbolic links) of <folder> whose name ends
 * in ".json" and begins with no dot, sorted by name. <now_s> is the unix time:
 * files that changed in the last JG_FILE_REST_S seconds, or later, have a zero
 * stamp; with 0 for a time that is not known, all have.
 *   JG_E_NOT_FOUND   no such folder
 *   JG_E_CONF_RANGE  more than JG_FILES_MAX files
 *   JG_E_IO, JG_E_NOMEM
 */
enum jg_err jg_files_list(const char *folder, int64_t now_s, struct jg_arena *a,
                          struct jg_file **out, size_t *count);

/* The stamp of one file, by the same rules. JG_E_NOT_FOUND, JG_E_IO (not a
 * regular file, too). */
enum jg_err jg_file_stamp(const char *path, int64_t now_s,
                          struct jg_file_stamp *out);

/* Is there nothing of this name, not even a link that leads nowhere? */
bool jg_file_is_gone(const char *path);

/* The whole file into <a>, with a NUL behind. JG_E_NOT_FOUND,
 * JG_E_CONF_RANGE (over JG_FILE_MAX), JG_E_IO, JG_E_NOMEM */
enum jg_err jg_file_read(const char *path, struct jg_arena *a,
                         struct jg_str *out);

/*
 * Replace or make folder/name: temporary file (".jotgate-" in front), fsync,
 * rename, fsync of the folder. An existing file's mode and owner are kept, if
 * the system allows it; a new one has mode 0640; a symbolic link becomes a
 * file. <name> must be one path component of [A-Za-z0-9._~-], not beginning
 * with a dot.
 *   JG_E_CONF_VALUE  the name
 *   JG_E_CONF_RANGE  <text> is over JG_FILE_MAX
 *   JG_E_STORE_FULL, JG_E_IO
 */
enum jg_err jg_file_replace(const char *folder, struct jg_str name,
                            struct jg_str text);

/* JG_E_NOT_FOUND, JG_E_CONF_VALUE, JG_E_IO */
enum jg_err jg_file_remove(const char *folder, struct jg_str name);

/*
 * Wait until no other process holds <folder>, and hold it: what is read and
 * then replaced in between is one edit. The kernel takes it back from a process
 * that is killed. On a file system without such locks (some network ones)
 * nobody waits; edits are whole files there, too.
 *   JG_E_NOT_FOUND  no such folder
 *   JG_E_IO
 */
enum jg_err jg_folder_lock(const char *folder, int *out);
void jg_folder_unlock(int lock);

#endif
