/*
 * A file of fixed size and layout that processes map and change together;
 * what counters.c and journal.c are made of. No other folder includes it.
 */
#ifndef JG_STORE_MAPPED_H
#define JG_STORE_MAPPED_H

#include "base/err.h"

/* How every such file begins. All of it must fit, else it is replaced. */
struct jg_mapped_head {
    char magic[8];   /* what it is */
    uint64_t layout; /* version of what follows */
    uint64_t bytes;  /* size of the file */
};

/* Map <path>, as jg_counters_open() says; a new file is zeros behind <head>.
 * JG_E_STORE, JG_E_STORE_FULL; errno says why. */
enum jg_err jg_mapped_open(const char *path, const struct jg_mapped_head *head,
                           void **out);
void jg_mapped_close(void *mapped, const struct jg_mapped_head *head);

/*
 * A reason's place in a file that outlives the program: the digits of its
 * public code, which never changes, where the number in the enum may.
 */
#define JG_REASON_CODES 1000
unsigned jg_reason_code(enum jg_err reason);

#endif
