/*
 * What would the gateway do with this request? Its own decision function says
 * so, over the configuration in force, with every step written down. Nothing
 * is counted, fetched or sent.
 */
#ifndef JG_ADMIN_EXPLANATION_H
#define JG_ADMIN_EXPLANATION_H

#include "access/explain.h"
#include "access/hints.h"
#include "access/respond.h"

/* What is asked. Empty fields have defaults. */
struct jg_question {
    struct jg_str api_id;
    struct jg_str token;  /* as pasted: see below; empty: none is sent */
    struct jg_str method; /* "": GET */
    struct jg_str path;   /* of the request, or below the API's listen path;
                           * "": the listen path itself */
};

/* One decision with all that it stands on; zero it first. */
struct jg_explanation {
    struct jg_snapshot *snapshot;
    struct jg_revoked *revoked;
    struct jg_header headers[1];
    struct jg_request request;
    struct jg_trace trace;
    struct jg_decision decision;
    struct jg_hints hints;
    struct jg_error_response response; /* of a refusal */
};

/*
 * The token in a text that people paste: a token with line breaks, a header, a
 * cURL command, a token response in JSON. Anything else stays as it is, also
 * "user:password" of an API that asks for them. In
 * <a>; p == NULL without memory.
 */
struct jg_str jg_question_token(struct jg_str pasted, struct jg_arena *a);

/*
 * Decide. Everything lives in <a> and is borrowed from <question>; <out> must
 * be released in any case.
 *   JG_E_NOT_FOUND  no such API is in force
 *   JG_E_STORE, JG_E_NOMEM
 */
enum jg_err jg_explanation_make(const struct jg_question *question,
                                struct jg_store *store, int64_t now_ms,
                                struct jg_arena *a, struct jg_explanation *out);
void jg_explanation_release(struct jg_explanation *e);

/*
 * As one JSON object: what jg_explain_json() says, and "hints": [...], and
 * "response": {status, headers, body}, of a refusal what the client gets; the
 * same with {"from": "gateway"} of what the gateway answers by itself; else
 * {"from": "upstream"}.
 */
void jg_explanation_json(struct jg_buf *b, const struct jg_explanation *e);

/* For people: the lines of jg_explain_print(), the hints, the verdict. */
void jg_explanation_print(struct jg_buf *b, const struct jg_explanation *e);

#endif
