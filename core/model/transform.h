/*
 * What an API does to the headers of a message (reference 6.1): those called
 * like one of <removed> go, then those of <rules> take the place of their
 * namesakes. Made once, when the definition is loaded. Immutable.
 */
#ifndef JG_MODEL_TRANSFORM_H
#define JG_MODEL_TRANSFORM_H

#include "model/template.h"

/* Names that are removed, and those that are set: each list. With what the
 * gateway sets by itself they fit into JG_FORWARD_HEADERS_MAX. */
#define JG_TRANSFORM_MAX 120

struct jg_header_rule {
    struct jg_str name;       /* as Go spells it, unless the configuration says
                               * ignore_canonical_mime_header_key */
    struct jg_template value; /* its texts hold no control characters */
};

/* None of the names to set belongs to the HTTP engine, or to one connection
 * only; no two of them are the same in small letters. */
struct jg_transform {
    struct jg_strs removed;
    const struct jg_header_rule *rules;
    size_t count;
};

/* A definition's own words for it. */
struct jg_transform_text {
    const char *path; /* where they stand, for reports */
    struct jg_strs removed;
    struct jg_pairs set;
};

struct jg_api_reading;

/*
 * Make <out> of <text>, in the arena of r->api. What the HTTP engine does not
 * leave to a definition is left out, with a warning; so are variables that
 * nobody knows.
 *   JG_E_CONF_VALUE  reported: a name or value that would break the message,
 *                    or too many of them
 *   JG_E_NOMEM
 */
enum jg_err jg_transform_read(struct jg_api_reading *r,
                              const struct jg_transform_text *text,
                              struct jg_transform *out);

/*
 * What <first> and then <second> do, as one, into <a>. <out> may be either.
 *   JG_E_CONF_VALUE  more than JG_TRANSFORM_MAX, not reported
 *   JG_E_NOMEM
 */
enum jg_err jg_transform_join(const struct jg_transform *first,
                              const struct jg_transform *second,
                              struct jg_arena *a, struct jg_transform *out);

#endif
