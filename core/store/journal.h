/*
 * The recent decisions: a mapped ring of fixed records that every worker
 * appends to without a lock, and anyone may read. No token is ever in it.
 */
#ifndef JG_STORE_JOURNAL_H
#define JG_STORE_JOURNAL_H

#include "base/err.h"

#define JG_JOURNAL_RECORDS 16384
/* Latest time that a question can name: what every JSON reader has exactly. */
#define JG_JOURNAL_MS_MAX ((INT64_C(1) << 53) - 1)
#define JG_JOURNAL_API_MAX 47 /* bytes of an id that are kept, and a NUL */

struct jg_journal_entry {
    int64_t time_ms;        /* unix */
    uint64_t request_id[2]; /* 128 random bits */
    uint64_t identity;      /* keyed hash of the caller's identity; 0: none */
    uint32_t microseconds;  /* of the whole request */
    uint16_t status;
    uint16_t reason;                 /* enum jg_err */
    uint8_t method;                  /* jg_method_code() */
    char api_id[JG_JOURNAL_API_MAX]; /* cut, NUL at the end */
};

struct jg_journal;

/* The small number of a request method; 0 for one that has none. */
uint8_t jg_method_code(struct jg_str method);
const char *jg_method_name(uint8_t code); /* "OTHER" for 0 and unknown ones */

/* Put the beginning of <id> into <entry>. */
void jg_journal_set_api(struct jg_journal_entry *entry, struct jg_str id);

/* Parts of an entry as they are read: what another version wrote is
 * JG_E_INTERNAL, the id is borrowed from <entry>. */
enum jg_err jg_journal_reason(const struct jg_journal_entry *entry);
struct jg_str jg_journal_api(const struct jg_journal_entry *entry);

/* A request id as people and logs write it, 32 hex digits. False: it is none.
 */
bool jg_journal_read_id(struct jg_str text, uint64_t out[static 2]);

/* Map <path>; the rules and errors of jg_counters_open() hold. */
enum jg_err jg_journal_open(const char *path, struct jg_journal **out);
void jg_journal_close(struct jg_journal *j); /* NULL is fine */

/* Never waits; the oldest entry makes room. */
void jg_journal_append(struct jg_journal *j,
                       const struct jg_journal_entry *entry);

/*
 * Up to <max> entries, newest first; those that are being written at this
 * moment, or were when their writer died, are left out. Returns how many.
 */
size_t jg_journal_read(const struct jg_journal *j, struct jg_journal_entry *out,
                       size_t max);

#endif
