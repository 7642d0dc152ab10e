/* The headers for the upstream while they are made; for this folder only. */
#ifndef JG_ACCESS_REWRITE_H
#define JG_ACCESS_REWRITE_H

#include "access/decide.h"
#include "base/buf.h"
#include "model/template.h"

/* Cookie, Authorization, TE, X-Forwarded-For, User-Agent. */
#define JG_REWRITE_OWN_MAX 5

/* Bytes that the variables of one request may put into headers, all together:
 * a claim may be as long as a token, and be asked for more than once. */
#define JG_HEADER_BYTES_MAX (32 * 1024)

/* Marks for the request's headers, and new ones. */
struct jg_rewrite {
    struct jg_decision *d;
    bool drop[JG_HEADERS_MAX];
    struct jg_forward_header *set;
    size_t set_count, set_max;
    const struct jg_transform *request, *response;
    size_t bytes; /* of variables so far: JG_HEADER_BYTES_MAX */
};

/* The request's headers called <name>, in every spelling, do not go on. Never
 * the framing itself, only what CGI takes for it. */
void jg_rewrite_drop(struct jg_rewrite *w, struct jg_str name);

/* Replaces an earlier value. There is room for it: see make_room(). */
void jg_rewrite_set(struct jg_rewrite *w, struct jg_str name,
                    struct jg_str value);

/* Which transforms the definition has for this endpoint: w->request and
 * ->response, never NULL. transform.c */
void jg_transform_find(struct jg_rewrite *w);

/*
 * What the definition does to the request's headers, and to those of the
 * upstream's answer (d->forward.respond). transform.c
 *   JG_E_HEADER_VALUE  a variable holds a control character
 *   JG_E_HEADER_SIZE   variables hold more than JG_HEADER_BYTES_MAX
 *   JG_E_NOMEM
 */
enum jg_err jg_transform_request(struct jg_rewrite *w);
enum jg_err jg_transform_response(struct jg_rewrite *w);

/*
 * The text of <t> for this request: borrowed, or in the arena. Adds the bytes
 * that come from variables to <bytes>. The same errors. variables.c
 */
enum jg_err jg_template_text(const struct jg_decision *d,
                             const struct jg_template *t, size_t *bytes,
                             struct jg_str *out);

/*
 * What one variable holds (reference 6.3), empty when it is unknown or has no
 * text. It may hold anything. context.c
 *   JG_E_HEADER_SIZE  longer than JG_HEADER_BYTES_MAX
 *   JG_E_NOMEM
 */
enum jg_err jg_part_text(const struct jg_decision *d,
                         const struct jg_part *part, struct jg_str *out);

/*
 * A value of a claim or of meta data as text, as Tyk prints it: strings as they
 * are, numbers without exponent, lists item by item, each escaped as in a
 * query, with ',' between; nothing for all others. values.c
 *   JG_E_HEADER_SIZE, JG_E_NOMEM
 */
enum jg_err jg_value_text(const struct jg_json *value, struct jg_arena *a,
                          struct jg_str *out);

/*
 * A text that is written piece by piece: what end() finds in <b>, in <a>; <b>
 * is freed in any case. A few pieces of a request's own size fit beyond the
 * limit before it fails.
 *   JG_E_HEADER_SIZE, JG_E_NOMEM
 */
void jg_value_begin(struct jg_buf *b);
enum jg_err jg_value_end(struct jg_buf *b, struct jg_arena *a,
                         struct jg_str *out);

#endif
