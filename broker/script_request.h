/* What a script is called with, and what it returns (reference 8.2). */
#ifndef JG_BROKER_SCRIPT_REQUEST_H
#define JG_BROKER_SCRIPT_REQUEST_H

#include "scgi.h"

#include "base/json.h"

#define JG_SCRIPT_HEADERS_MAX 100 /* of an answer */

/* The names of an API that a script is told. */
struct jg_script_api {
    struct jg_str org_id, api_id;
    const struct jg_json *config_data; /* NULL: none */
    bool config_data_disabled;
};

/*
 * The JSON array of a call's three arguments: request, session, config.
 * <session> is JSON, or empty. False: no memory.
 */
bool jg_script_arguments(struct jg_buf *b, const struct jg_scgi *scgi,
                         const struct jg_script_api *api, struct jg_str session,
                         struct jg_arena *a);

struct jg_script_header {
    struct jg_str name, value;
};

/* The answer that a script made. */
struct jg_script_answer {
    int status;
    struct jg_str body;
    struct jg_script_header headers[JG_SCRIPT_HEADERS_MAX];
    size_t header_count;
    const struct jg_json *session_meta; /* NULL: not there */
};

/*
 * Read what TykJsResponse() made; <out> lives in <a>.
 *   JG_E_JSON  not that: no JSON, a status outside 200..999, a header that is
 *              no header, a redirect to tyk://. <why> says what, static.
 */
enum jg_err jg_script_answer_read(struct jg_str result, struct jg_arena *a,
                                  struct jg_script_answer *out,
                                  const char **why);

/* The last member <name> of <object> in any letter case that is not null. */
const struct jg_json *jg_script_member(const struct jg_json *object,
                                       const char *name);

#endif
