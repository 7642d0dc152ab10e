/*
 * What an API says about single endpoints: the entries of extended_paths
 * (reference 1.1), and operations of OAS definitions (1.2), which become the
 * same.
 */
#ifndef JG_MODEL_ENDPOINTS_H
#define JG_MODEL_ENDPOINTS_H

#include "model/path_pattern.h"
#include "model/transform.h"

struct jg_api_version;

/* To add a kind: a line here, a row in endpoints.c, its table of fields, and
 * for OAS a row in oas_operations.c. */
enum jg_endpoint_kind {
    JG_ENDPOINT_IGNORED,
    JG_ENDPOINT_BLACK_LIST,
    JG_ENDPOINT_WHITE_LIST,
    JG_ENDPOINT_INTERNAL,
    JG_ENDPOINT_REQUEST_HEADERS,
    JG_ENDPOINT_RESPONSE_HEADERS,
    JG_ENDPOINT_RATE_LIMIT,
    JG_ENDPOINT_VIRTUAL,
    JG_ENDPOINT_SIZE_LIMIT,
    JG_ENDPOINT_VALIDATE,
    JG_ENDPOINT_MOCK,     /* answered before anything is asked */
    JG_ENDPOINT_OAS_MOCK, /* answered instead of the upstream */
    JG_ENDPOINT_TIMEOUT,
    JG_ENDPOINT_METHOD,
    JG_ENDPOINT_KINDS,
};

/* Every entry begins with this, whatever its kind. */
struct jg_endpoint {
    struct jg_str path;   /* a pattern, as written */
    struct jg_str method; /* "": every one, unless there are actions */
    bool ignore_case, disabled;
    const struct jg_path_pattern *pattern; /* NULL: it matches nothing */
};

/* The entries of one version, by kind: the structs of that kind's table. */
struct jg_endpoints {
    struct jg_list kinds[JG_ENDPOINT_KINDS];
};

/* Lists of paths only, from Tyk's early days: entries for every method. */
struct jg_plain_paths {
    struct jg_strs ignored, black_list, white_list;
};

/* For the tables of its fields. */
#define JG_ENDPOINT(field) offsetof(struct jg_endpoint, field)
#define JG_ENDPOINT_ROWS                                              \
    {"path", JG_FIELD_STR, JG_ENDPOINT(path), .max = JG_PATTERN_MAX}, \
        {"method", JG_FIELD_STR, JG_ENDPOINT(method), .max = 64},     \
        {"ignore_case", JG_FIELD_BOOL, JG_ENDPOINT(ignore_case)},     \
    {                                                                 \
        "disabled", JG_FIELD_BOOL, JG_ENDPOINT(disabled)              \
    }

/* What the gateway itself answers. */
struct jg_endpoint_reply {
    int64_t code; /* outside 200 to 599: 200 */
    struct jg_str body;
    struct jg_pairs headers;
};

/* What happens to one method of a listed path. */
struct jg_method_action {
    struct jg_str method;
    struct jg_str action; /* "no_action", "reply"; others forbid */
    struct jg_endpoint_reply reply;
};

/* An entry of ignored, white_list or black_list. */
struct jg_listed_endpoint {
    struct jg_endpoint endpoint;
    struct jg_list actions; /* struct jg_method_action; none: <method> counts */
};

/* An entry of transform_headers or transform_response_headers. */
struct jg_headers_endpoint {
    struct jg_endpoint endpoint;
    struct jg_strs delete_headers;
    struct jg_pairs add_headers;
    struct jg_transform transform; /* with what the version does */
};

/* An entry of rate_limit: all callers together. */
struct jg_rate_endpoint {
    struct jg_endpoint endpoint;
    double rate, per_s; /* either 0 or less: no limit */
};

/* An entry of mock_response, or mockResponse of an operation. */
struct jg_mock_endpoint {
    struct jg_endpoint endpoint;
    struct jg_endpoint_reply reply;
};

#define JG_TIMEOUT_MAX_S 86400

/* An entry of hard_timeouts: how long the upstream may be silent. */
struct jg_timeout_endpoint {
    struct jg_endpoint endpoint;
    int64_t timeout_s;  /* as written */
    int64_t timeout_ms; /* 0: as the gateway says */
};

/* An entry of method_transforms. */
struct jg_method_endpoint {
    struct jg_endpoint endpoint;
    struct jg_str to_method; /* in capitals; one that Tyk does not send is
                              * answered with 405 */
};

/* One of the methods that a request may be changed to, by its name in any
 * case; empty when it is none. Static text. */
struct jg_str jg_method_to_send(struct jg_str name);

#define JG_REPLY_MAX (1024 * 1024) /* bytes of a body */

#define JG_SIZE_LIMIT_MAX (1LL << 52) /* bytes; a number in JSON is exact */

/* An entry of size_limits: of the body. */
struct jg_size_endpoint {
    struct jg_endpoint endpoint;
    int64_t size_limit; /* bytes; 0: no body */
};

#define JG_FUNCTION_NAME_MAX 127
#define JG_SCRIPT_URI_MAX (1024 * 1024)

/* An entry of virtual: a script answers (reference 8.1). */
struct jg_virtual_endpoint {
    struct jg_endpoint endpoint;
    struct jg_str function;    /* response_function_name */
    struct jg_str source_type; /* "file" or "blob" */
    struct jg_str source_uri;  /* a path, or base64 */
    bool use_session, proxy_on_error;
};

struct jg_api_def;
struct jg_api_version;

/* Where <field> of the virtual endpoint <i> of <version> is in the document, in
 * <a>; of an OpenAPI document, what holds its operations. NULL: no memory. */
const char *jg_virtual_place(struct jg_arena *a, const struct jg_api_def *def,
                             const struct jg_api_version *version, size_t i,
                             const char *field);

extern const struct jg_field_table jg_virtual_endpoint_table;
extern const struct jg_field_table jg_headers_endpoint_table;
extern const struct jg_field_table jg_rate_endpoint_table;
extern const struct jg_field_table jg_size_endpoint_table;
extern const struct jg_field_table jg_mock_endpoint_table;
extern const struct jg_field_table jg_timeout_endpoint_table;
extern const struct jg_field_table jg_method_endpoint_table;
extern const struct jg_field_table jg_validate_endpoint_table;
extern const struct jg_field_table jg_endpoint_table; /* nothing beside it */
extern const struct jg_field_table jg_listed_endpoint_table;

/* The name in extended_paths. */
const char *jg_endpoint_kind_name(enum jg_endpoint_kind kind);

/* Entry <i> of version->endpoints->kinds[kind]. */
const struct jg_endpoint *jg_endpoint_at(const struct jg_api_version *version,
                                         enum jg_endpoint_kind kind, size_t i);

/* Entry <i> of a list of <kind>, and room for <count> empty ones in <a>, which
 * may be JG_E_NOMEM. For those who make lists. */
struct jg_endpoint *jg_endpoint_in(const struct jg_list *list,
                                   enum jg_endpoint_kind kind, size_t i);
enum jg_err jg_endpoints_room(struct jg_list *list, enum jg_endpoint_kind kind,
                              size_t count, struct jg_arena *a);

/*
 * The first entry of <kind> that is for this method and path, or NULL. Where
 * a match is UNKNOWN, <unknown_is_yes> decides.
 */
const struct jg_endpoint *jg_endpoint_find(const struct jg_api_version *version,
                                           enum jg_endpoint_kind kind,
                                           struct jg_str method,
                                           const struct jg_path_forms *forms,
                                           struct jg_matching *m,
                                           bool unknown_is_yes);

/* The action of a listed entry for <method>: NULL when it has none for it. */
const struct jg_method_action *
jg_endpoint_action(const struct jg_listed_endpoint *entry,
                   struct jg_str method);

#endif
