/*
 * The ring of recent decisions: a sequence number and a checksum a record, so
 * that writers never wait and readers never see half a record.
 */
#include "store/journal.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "store/mapped.h"

#define LAYOUT 1 /* version of everything below, the methods included */

#define WORDS 11 /* of an entry, in 64 bits */

struct words {
    uint64_t w[WORDS];
};

_Static_assert(sizeof(struct jg_journal_entry) == sizeof(struct words),
               "an entry fills its words: raise WORDS and LAYOUT together");

/*
 * <state> is 2 * position + 1 while the entry with that position is written,
 * and 2 * position + 2 afterwards; 0 was never used. Positions count all
 * entries since the file was made, so that an older lap is never mistaken.
 */
struct record {
    _Alignas(64) _Atomic uint64_t state;
    _Atomic uint64_t checksum;
    _Atomic uint64_t words[WORDS];
};

struct file {
    struct jg_mapped_head head;
    _Alignas(64) _Atomic uint64_t next; /* position */
    struct record records[JG_JOURNAL_RECORDS];
};

struct jg_journal {
    struct file *file;
};

static const struct jg_mapped_head head = {
    .magic = "jgjourn", .layout = LAYOUT, .bytes = sizeof(struct file)};

enum jg_err
jg_journal_open(const char *path, struct jg_journal **out)
{
    struct jg_journal *j = jg_mem_grow(NULL, sizeof(*j));
    void *mapped;
    enum jg_err err;

    if (j == NULL)
        return JG_E_NOMEM;
    err = jg_mapped_open(path, &head, &mapped);
    if (err != JG_OK) {
        jg_mem_free(j);
        return err;
    }
    j->file = mapped;
    *out = j;
    return JG_OK;
}

void
jg_journal_close(struct jg_journal *j)
{
    if (j == NULL)
        return;
    jg_mapped_close(j->file, &head);
    jg_mem_free(j);
}

/* Any change of one word changes it; that two writers' halves fit together by
 * chance has 64 bits against it. */
static uint64_t
checksum_of(const struct words *words, uint64_t position)
{
    uint64_t sum = position;

    for (int i = 0; i < WORDS; i++) {
        sum = (sum ^ words->w[i]) * 0x9e3779b97f4a7c15;
        sum ^= sum >> 32;
    }
    return sum;
}

/* Take the record, unless a writer of a later lap was here: false, this one
 * slept while the whole ring went by, and its entry is too old to keep. */
static bool
claim(struct record *r, uint64_t writing)
{
    uint64_t state = atomic_load_explicit(&r->state, memory_order_relaxed);

    while (state < writing)
        if (atomic_compare_exchange_weak_explicit(&r->state, &state, writing,
                                                  memory_order_relaxed,
                                                  memory_order_relaxed))
            return true;
    return false;
}

/* Half of an append would be waiting for the record's memory, which nobody
 * touched for a whole lap: the next one's is on its way until it is needed. */
static void
fetch_next(const struct file *file, uint64_t position)
{
    const struct record *next =
        &file->records[(position + 1) % JG_JOURNAL_RECORDS];

    __builtin_prefetch(&next->state, 1);
    __builtin_prefetch(&next->words[WORDS - 1], 1);
}

void
jg_journal_append(struct jg_journal *j, const struct jg_journal_entry *entry)
{
    uint64_t position =
        atomic_fetch_add_explicit(&j->file->next, 1, memory_order_relaxed);
    struct record *r = &j->file->records[position % JG_JOURNAL_RECORDS];
    uint64_t writing = 2 * position + 1;
    struct jg_journal_entry kept = *entry;
    struct words words;

    if (!claim(r, writing))
        return;
    /* No word may be seen before the claim. */
    atomic_thread_fence(memory_order_release);
    kept.reason = (uint16_t)jg_reason_code(entry->reason);
    memcpy(&words, &kept, sizeof(words));
    for (int i = 0; i < WORDS; i++)
        atomic_store_explicit(&r->words[i], words.w[i], memory_order_relaxed);
    atomic_store_explicit(&r->checksum, checksum_of(&words, position),
                          memory_order_relaxed);
    /* Not over the claim of a later lap, for which the checksum is there: both
     * of us may have written words. */
    atomic_compare_exchange_strong_explicit(&r->state, &writing, writing + 1,
                                            memory_order_release,
                                            memory_order_relaxed);
    fetch_next(j->file, position);
}

/* The entry with <position>, when it is complete and still there. */
static bool
read_record(const struct record *r, uint64_t position, struct words *out)
{
    uint64_t done = 2 * position + 2, sum;

    if (atomic_load_explicit(&r->state, memory_order_acquire) != done)
        return false;
    for (int i = 0; i < WORDS; i++)
        out->w[i] = atomic_load_explicit(&r->words[i], memory_order_relaxed);
    sum = atomic_load_explicit(&r->checksum, memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&r->state, memory_order_relaxed) == done &&
           sum == checksum_of(out, position);
}

/* Every reason of this program, by its public code; codes of another version
 * that it does not know are JG_E_INTERNAL. */
struct reasons {
    uint16_t by_code[JG_REASON_CODES];
};

static void
reasons_init(struct reasons *reasons)
{
    for (int i = 0; i < JG_REASON_CODES; i++)
        reasons->by_code[i] = JG_E_INTERNAL;
    for (int err = 0; err < JG_E_COUNT; err++)
        reasons->by_code[jg_reason_code((enum jg_err)err)] = (uint16_t)err;
}

size_t
jg_journal_read(const struct jg_journal *j, struct jg_journal_entry *out,
                size_t max)
{
    uint64_t next = atomic_load_explicit(&j->file->next, memory_order_acquire);
    uint64_t oldest = next > JG_JOURNAL_RECORDS ? next - JG_JOURNAL_RECORDS : 0;
    struct reasons reasons;
    size_t count = 0;

    reasons_init(&reasons);
    for (uint64_t i = next; i > oldest && count < max; i--) {
        const struct record *r =
            &j->file->records[(i - 1) % JG_JOURNAL_RECORDS];
        struct words words;

        if (!read_record(r, i - 1, &words))
            continue;
        memcpy(&out[count], &words, sizeof(words));
        /* Many processes can write to this file: trust no more than needed. */
        out[count].reason =
            reasons.by_code[out[count].reason % JG_REASON_CODES];
        out[count].api_id[JG_JOURNAL_API_MAX - 1] = '\0';
        count++;
    }
    return count;
}

void
jg_journal_set_api(struct jg_journal_entry *entry, struct jg_str id)
{
    id = jg_str_head(id, JG_JOURNAL_API_MAX - 1);
    memset(entry->api_id, 0, sizeof(entry->api_id));
    if (id.len > 0)
        memcpy(entry->api_id, id.p, id.len);
}

enum jg_err
jg_journal_reason(const struct jg_journal_entry *entry)
{
    return entry->reason < JG_E_COUNT ? (enum jg_err)entry->reason
                                      : JG_E_INTERNAL;
}

struct jg_str
jg_journal_api(const struct jg_journal_entry *entry)
{
    return (struct jg_str){entry->api_id,
                           strnlen(entry->api_id, sizeof(entry->api_id))};
}

/* 16 for what is no hex digit. */
static unsigned
digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool
jg_journal_read_id(struct jg_str text, uint64_t out[static 2])
{
    uint64_t id[2] = {0};

    if (text.len != 32)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = digit_of(text.p[i]);

        if (digit > 15)
            return false;
        id[i / 16] = id[i / 16] << 4 | digit;
    }
    memcpy(out, id, sizeof(id));
    return true;
}

/* Their places are in the file: only append. */
static const char *const methods[] = {
    "OTHER", "GET",   "HEAD",    "POST",   "PUT",       "DELETE", "CONNECT",
    "TRACE", "PATCH", "OPTIONS", "QUERY",  "PROPFIND",  "MKCOL",  "COPY",
    "MOVE",  "LOCK",  "UNLOCK",  "REPORT", "PROPPATCH", "SEARCH",
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

uint8_t
jg_method_code(struct jg_str method)
{
    for (size_t i = 1; i < METHODS; i++)
        if (jg_str_eq(method, jg_str(methods[i])))
            return (uint8_t)i;
    return 0;
}

const char *
jg_method_name(uint8_t code)
{
    return methods[code < METHODS ? code : 0];
}
