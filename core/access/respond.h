/* The body of an error, byte for byte Tyk's (reference 0.1). */
#ifndef JG_ACCESS_RESPOND_H
#define JG_ACCESS_RESPOND_H

#include "access/decide.h"

struct jg_error_response {
    int status;
    const char *content_type;
    struct jg_str body;         /* in the arena */
    struct jg_str authenticate; /* WWW-Authenticate, or empty */
    int64_t retry_after_s;      /* Retry-After, or 0 */
    bool generator; /* with X-Generator: tyk.io, unless it is switched off */
};

/*
 * The response for a decision that ended with JG_DENY: its reason, text and
 * status, in the format that the request's Content-Type asks for.  JG_E_NOMEM
 */
enum jg_err jg_respond_decision(const struct jg_decision *d,
                                struct jg_error_response *out);

/* What is refused, and how. */
struct jg_refusal {
    enum jg_err reason;
    int status;                 /* 0: the reason's own */
    struct jg_str text;         /* the client's, with the detail filled in */
    struct jg_str content_type; /* of the request: XML or JSON */
    const struct jg_conf *conf; /* its templates count; NULL: Tyk's own */
};

/*
 * The response for any refusal. A 404 for an unknown route, and a 413 for a
 * body that is larger than the gateway takes, are plain text.  JG_E_NOMEM
 */
enum jg_err jg_respond(const struct jg_refusal *refusal, struct jg_arena *a,
                       struct jg_error_response *out);

#endif
