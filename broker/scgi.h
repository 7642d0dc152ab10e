/*
 * SCGI (python.ca/scgi/protocol.txt), as nginx speaks it: a netstring of
 * NUL-ended names and values, then the body. One request a connection.
 */
#ifndef JG_BROKER_SCGI_H
#define JG_BROKER_SCGI_H

#include "base/buf.h"
#include "base/err.h"

#define JG_SCGI_HEADER_MAX                                                     \
    (256 * 1024)                            /* bytes of names and values: of a \
                                             * request with the session that   \
                                             * its script is told, too */
#define JG_SCGI_BODY_MAX (10 * 1024 * 1024) /* bytes */
#define JG_SCGI_PARAMS_MAX 256              /* names */
#define JG_SCGI_READ_MAX (32 * 1024)        /* bytes of one read */
#define JG_SCGI_INPUT_MAX /* what jg_scgi_read()'s buffer may have to hold */ \
    (JG_SCGI_HEADER_MAX + JG_SCGI_BODY_MAX + JG_SCGI_READ_MAX + 16)

struct jg_scgi_param {
    struct jg_str name, value;
};

/* A request, taken apart. Everything points into the bytes it came from. */
struct jg_scgi {
    struct jg_scgi_param params[JG_SCGI_PARAMS_MAX]; /* as received */
    size_t count;
    struct jg_str body;
};

/*
 * Read the request that <bytes> begins with. When it is not complete, <need>
 * is how many bytes are missing at least, and <out> means nothing; otherwise
 * <need> is 0. Bytes behind the request are ignored.
 *   JG_E_REQUEST       no SCGI: not a netstring, a name without value, an
 *                      empty name, CONTENT_LENGTH not first or no number
 *   JG_E_REQUEST_SIZE  past one of the limits above
 */
enum jg_err jg_scgi_parse(struct jg_str bytes, struct jg_scgi *out,
                          size_t *need);

/* The value of the first <name>; p == NULL when there is none. */
struct jg_str jg_scgi_get(const struct jg_scgi *scgi, struct jg_str name);

/*
 * Receive one request from <fd> (not blocking) into <input>, until <until_ms>
 * at most. As above, and
 *   JG_E_IO     closed too early, or too late
 *   JG_E_NOMEM
 */
enum jg_err jg_scgi_read(int fd, int64_t until_ms, struct jg_buf *input,
                         struct jg_scgi *out);

#endif
