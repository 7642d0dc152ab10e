/*
 * CORS of an API (reference 1.1, 1.2): which pages of other origins may call
 * it from a browser. As github.com/rs/cors 1.11, which Tyk uses, reads it.
 */
#ifndef JG_MODEL_CORS_H
#define JG_MODEL_CORS_H

#include "base/bind.h"

#define JG_CORS_LIST_MAX 256       /* entries of each list */
#define JG_CORS_TEXT_MAX 512       /* bytes of an entry */
#define JG_CORS_AGE_MAX 1000000000 /* seconds */

/* The definition's words. */
struct jg_api_cors {
    bool enable, allow_credentials, options_passthrough;
    struct jg_strs allowed_origins; /* none, or "*": every one */
    struct jg_strs allowed_methods; /* none: GET, POST, HEAD */
    struct jg_strs allowed_headers; /* none: the harmless ones; "*": all */
    struct jg_strs exposed_headers;
    int64_t max_age_s; /* 0: not said; negative: said as 0 */
};

/* What stands before and behind the first "*" of an origin, if it has one. */
struct jg_cors_origin {
    struct jg_str before, after;
    bool wild; /* any bytes between the two; or else <before> is all of it */
};

/* The same, compiled. Immutable. */
struct jg_cors {
    bool every_origin, every_header, credentials;
    bool passthrough; /* OPTIONS is the upstream's business */
    const struct jg_cors_origin *origins;
    size_t origin_count;
    struct jg_strs methods; /* compared letter by letter */
    struct jg_strs headers; /* compared in any case */
    struct jg_str exposed;  /* value of its header; empty: not sent */
    struct jg_str max_age;  /* value of its header; empty: not sent */
};

extern const struct jg_field_table jg_cors_table;     /* struct jg_api_cors */
extern const struct jg_field_table jg_cors_oas_table; /* the same, of OAS */

/* May pages of <origin> call this API? Compared in any case, as in Tyk. */
bool jg_cors_allows_origin(const struct jg_cors *cors, struct jg_str origin);

bool jg_cors_allows_method(const struct jg_cors *cors, struct jg_str method);

/* <name> of a request's header, in any case. */
bool jg_cors_allows_header(const struct jg_cors *cors, struct jg_str name);

#endif
