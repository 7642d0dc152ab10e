/* Sockets that do not block, used with deadlines. */
#ifndef JG_BROKER_STREAM_H
#define JG_BROKER_STREAM_H

#include "base/err.h"

#include <sys/types.h>

#define JG_STREAM_FAULT_MAX 256

/*
 * Listen on the unix socket <path>, mode 0660, owned by <group> ((gid_t)-1:
 * leave it). A socket that nobody answers on is replaced. <fault> gets the
 * cause in words.
 *   JG_E_IO  it cannot be made, or somebody does answer
 */
enum jg_err jg_stream_listen(const char *path, gid_t group, int *out,
                             char fault[static JG_STREAM_FAULT_MAX]);

/*
 * What has arrived on <fd>, at least one byte and at most <max>; waits until
 * <until_ms> at most. JG_E_IO: closed, broken or too late.
 */
enum jg_err jg_stream_read(int fd, int64_t until_ms, char *out, size_t max,
                           size_t *got);

/*
 * End our side of <fd>, and throw away what still arrives, at most <max> bytes
 * and until <until_ms>. A socket closed with unread bytes is reset, and the
 * answer on it lost.
 */
void jg_stream_finish(int fd, int64_t until_ms, size_t max);

/* All of <head> and then <body>. JG_E_IO as above. */
enum jg_err jg_stream_write(int fd, int64_t until_ms, struct jg_str head,
                            struct jg_str body);

#endif
