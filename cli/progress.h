/* A line on a terminal while something takes long; gone at the end. */
#ifndef JG_CLI_PROGRESS_H
#define JG_CLI_PROGRESS_H

#include <stdbool.h>

/* Seconds of a clock that nobody sets: for what has passed. */
double cli_progress_s(void);

/*
 * Until <fd> can be read, at most <timeout_ms> (-1: for ever): after 300 ms,
 * and only when stderr is a terminal, it says there that <what> is waited for,
 * and since when. False: it was not in time.
 */
bool cli_progress_wait(int fd, const char *what, int timeout_ms);

#endif
