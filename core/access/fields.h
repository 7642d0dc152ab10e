/* Parameters of a query and cookies of a header, one by one, as Go reads
 * them; and a header that the gateway adds. */
#ifndef JG_ACCESS_FIELDS_H
#define JG_ACCESS_FIELDS_H

#include "base/arena.h"
#include "base/err.h"

/* Of a request that comes without one, for its upstream; as Tyk's, since
 * upstreams may look at it. */
#define JG_USER_AGENT "Tyk/" JG_VERSION

/* One name=value, where it stands. */
struct jg_pair_text {
    struct jg_str all; /* with white space around it, without separators */
    struct jg_str name, value; /* as written */
};

/*
 * The next parameter of the query <rest>; false behind the last. Both are
 * still encoded; without '=' the value is empty.
 */
bool jg_query_next(struct jg_str *rest, struct jg_pair_text *out);

/*
 * Decode <text> of a query ('+' is a space) into <a>.
 *   JG_E_REQUEST  a broken escape: Go ignores such a parameter
 *   JG_E_NOMEM
 */
enum jg_err jg_query_decode(struct jg_str text, struct jg_arena *a,
                            struct jg_str *out);

/* Is <name>, a parameter's still encoded name, the same as <plain>? */
bool jg_query_name_is(struct jg_str name, struct jg_str plain);

/*
 * The next cookie of the Cookie header's value <rest>; false behind the last.
 * Quotes around a value are taken off.
 */
bool jg_cookie_next(struct jg_str *rest, struct jg_pair_text *out);

#endif
