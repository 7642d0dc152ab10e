/*
 * Allocations that fail on demand, for tests that let each one fail once:
 * malloc and realloc of the whole test program (linked with -Wl,--wrap) and,
 * when asked for, those of the libraries, which have allocators of their own.
 */
#pragma once

/* How many allocations there were, and which of them fails: 0 is none. A test
 * sets both: the count to 0, then the number. */
extern unsigned long allocations, fail_at;

/* From now on jansson's, or OpenSSL's, count and fail as well. OpenSSL wants
 * to be told before it allocates for the first time. */
void torture_jansson(void);
void torture_openssl(void);
