/*
 * One canonical form for every path, so that the path that was authorised is
 * the path that is sent (design: invariant 9).
 */
#ifndef JG_ACCESS_PATH_H
#define JG_ACCESS_PATH_H

#include "base/arena.h"
#include "base/err.h"

#define JG_REQUEST_TARGET_MAX (64 * 1024) /* bytes of path and query */

/*
 * A request target, made canonical: escapes decoded once, "//" merged, dot
 * segments removed, unreserved characters never escaped, everything else that
 * may not stand in a path escaped with capitals. Decoding <wire> always gives
 * <decoded>, and reading <wire> gives the same path again.
 */
struct jg_path {
    struct jg_str decoded; /* begins with '/'; what rules and routes match */
    struct jg_str wire;    /* the same, percent-encoded: what is sent */
    struct jg_str query;   /* behind the first '?', as received; p NULL: none */
};

/*
 * Read <target> (origin form: begins with '/'). The result borrows from
 * <target> what is canonical already.
 *   JG_E_PATH  not origin form, or over JG_REQUEST_TARGET_MAX; a broken
 *              escape; an encoded slash, backslash, NUL or control byte; a raw
 *              control byte, space, '#' or backslash (in the query only the
 *              first three); dot segments above the root, or with a ';'
 *              parameter; the decoded path is not UTF-8
 *   JG_E_NOMEM
 */
enum jg_err jg_path_read(struct jg_str target, struct jg_arena *a,
                         struct jg_path *out);

/*
 * The part of path->wire behind the first <decoded_len> decoded bytes.
 */
struct jg_str jg_path_wire_from(const struct jg_path *path, size_t decoded_len);

/*
 * Does <rest>, a path that lost its front, begin with a dot segment? Taking
 * "/api" off "/api../x" must not make a way up.
 */
bool jg_path_begins_with_dots(struct jg_str rest);

#endif
