/* Child processes that never outlive their parent. */
#ifndef JG_CLI_PROCESS_H
#define JG_CLI_PROCESS_H

#include <sys/types.h>

#include "base/buf.h"

/*
 * Start <argv> (argv[0] is a path) in a process group of its own, so that
 * Ctrl-C reaches us only. It gets <last_signal> when we die in any way.
 * <keep_fd> stays open in it; -1: none. <folder> is where it works; NULL: where
 * we do. -1: errno says why.
 */
pid_t cli_process_start(const char *const *argv, const char *folder,
                        int last_signal, int keep_fd);

/*
 * Run <argv> to its end and take what it prints (stdout and stderr) into
 * <out>, cut at its maximum. Returns its exit code, 128 + signal, or -1.
 */
int cli_process_capture(const char *const *argv, struct jg_buf *out);

/* The same, and a terminal is told that <what> is waited for. */
int cli_process_capture_slow(const char *const *argv, const char *what,
                             struct jg_buf *out);

/* The last line of what was taken: warnings about the configuration, which are
 * told elsewhere, come before. */
struct jg_str cli_process_last_line(struct jg_str said);

/*
 * Start <argv> with a socket as its stdin and stdout; it is killed when we die.
 * The other end, or -1: errno says why. The caller closes it and waits.
 */
int cli_process_talk(const char *const *argv, pid_t *pid);

/* "exit code 1", "signal 11 (Segmentation fault)": of a wait status. */
void cli_process_describe(int status, char out[static 80]);

#endif
