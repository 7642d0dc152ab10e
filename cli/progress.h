/* A line on a terminal while something takes long; gone at the end. */
#ifndef JG_CLI_PROGRESS_H
#define JG_CLI_PROGRESS_H

/*
 * Until <fd> can be read: after 300 ms, and only when stderr is a terminal, it
 * says there that <what> is waited for, and since when.
 */
void cli_progress_wait(int fd, const char *what);

#endif
