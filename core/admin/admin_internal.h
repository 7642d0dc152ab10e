/* Between the files of the control API only. */
#ifndef JG_ADMIN_ADMIN_INTERNAL_H
#define JG_ADMIN_ADMIN_INTERNAL_H

#include "admin/admin.h"
#include "base/json.h"
#include "store/records.h"

/* One request while it is answered. */
struct jg_admin_call {
    struct jg_admin *admin;
    const struct jg_admin_request *request;
    struct jg_arena *arena;
    struct jg_admin_response *response;
    struct jg_str id; /* what stands for {id} in the route's path */
    bool read_only;   /* the caller may change nothing, and see no secrets */
};

typedef void jg_admin_handler(struct jg_admin_call *call);

/* Who may ask. */
enum jg_admin_access {
    JG_ADMIN_OPEN,    /* everybody, on every port */
    JG_ADMIN_METRICS, /* everybody on the control port, else with the secret:
                       * what says nothing of anybody's */
    JG_ADMIN_SECRET,  /* with X-Tyk-Authorization, where the API is offered */
};

/* One row of the route table. A method "*" is every method; a path may hold
 * "{id}", one part that is not empty, or end in "*", anything or nothing. */
struct jg_admin_route {
    struct jg_admin_route_info info;
    enum jg_admin_access access;
    jg_admin_handler *handler;
    size_t name_at;     /* of the struct jg_str in struct jg_conf that names the
                         * path instead; 0: none */
    bool unlike_method; /* a GET that does something, or another method that
                         * only reads: see read_only_secret */
};

extern const struct jg_admin_route jg_admin_routes[];
extern const size_t jg_admin_route_count;

/* Does <route> have this path? Fills call->id. */
bool jg_admin_route_matches(const struct jg_admin_route *route,
                            struct jg_admin_call *call, struct jg_str path);

/* Answers: each fills the response, whatever was in it. */
void jg_answer_message(struct jg_admin_call *call, int status,
                       const char *message);
void jg_answer_err(struct jg_admin_call *call, enum jg_err err);
void jg_answer_ok(struct jg_admin_call *call, const char *message);
void jg_answer_not_found(struct jg_admin_call *call); /* plain text */

/* {"key","status","action"}, and "warnings" when <diags> has any. */
void jg_answer_changed(struct jg_admin_call *call, struct jg_str key,
                       const char *action, const struct jg_diags *diags);

/* The same with "key_hash" when <hash> is not empty. */
void jg_answer_key(struct jg_admin_call *call, struct jg_str key,
                   const char *action, struct jg_str hash,
                   const struct jg_diags *diags);

/* An error whose "errors" say what is wrong; <message> may hold "{}", the
 * first of them in words. */
void jg_answer_findings(struct jg_admin_call *call, const char *message,
                        const struct jg_diags *diags);

/* A body that follows, of JSON; append to what it returns. */
struct jg_buf *jg_answer_json(struct jg_admin_call *call, int status);

/* Append ,"<name>":"<text>" to one. */
void jg_answer_text(struct jg_buf *b, const char *name, struct jg_str text);

/* The value of <name> in the query, as it is written; p == NULL: none. */
struct jg_str jg_admin_query(const struct jg_admin_call *call,
                             struct jg_str name);

/* ?<name>=N, from <min> to <max>; <out> stays when it is missing. False: it is
 * something else. */
bool jg_admin_number(const struct jg_admin_call *call, const char *name,
                     uint64_t min, uint64_t max, uint64_t *out);

/* ?limit=N of a list, <unsaid> when there is none. False: it is no number from
 * 1 to JG_ADMIN_LIMIT_MAX. */
#define JG_ADMIN_LIMIT_MAX 16384
#define JG_ADMIN_LIMIT_WRONG "limit: expected a number from 1 to 16384"
bool jg_admin_limit(const struct jg_admin_call *call, uint64_t unsaid,
                    uint64_t *out);

/* Tyk's words for policies that do not apply together, <id> the guilty one,
 * without what they begin with in an answer to a client. p == NULL: no memory.
 */
struct jg_str jg_policy_fault(struct jg_arena *a, enum jg_err err,
                              struct jg_str id);

struct jg_key;

/* "kid":...,"alg":...,"kty":...,"use":...,"crv":...,"bits":...,"thumbprint":
 * what there is to say about a public key by itself. */
void jg_answer_key_facts(struct jg_buf *b, const struct jg_key *key);

/* RFC 3339, UTC. */
#define JG_TIME_TEXT 32
void jg_admin_time(int64_t time_s, char out[static JG_TIME_TEXT]);

/*
 * Call <visit> with each document of <kind> until it returns anything but
 * JG_OK, which is then returned. Documents are borrowed for the call; damaged
 * ones are left out.
 */
typedef enum jg_err jg_admin_visit(void *arg, struct jg_str key,
                                   const struct jg_document *document);
enum jg_err jg_admin_each(struct jg_admin_call *call, enum jg_kind kind,
                          jg_admin_visit *visit, void *arg);

/* Append to the answer what a list shows of a document: nothing leaves it out,
 * and so does an error other than JG_E_NOMEM. */
typedef enum jg_err jg_admin_add(struct jg_admin_call *call,
                                 struct jg_str text);
enum jg_err jg_admin_add_text(struct jg_admin_call *call,
                              struct jg_str text); /* as it is */

/* Answer with all documents of <kind>, as an array; with one. */
void jg_admin_list(struct jg_admin_call *call, enum jg_kind kind,
                   jg_admin_add *add);
void jg_answer_document(struct jg_admin_call *call, struct jg_str text);

/* What was taken away is on disk: workers look again before they let anybody
 * in. revocations.c */
void jg_admin_tell_revoked(struct jg_admin_call *call);

/* A document on its way into, or out of, a file of the user's. */
struct jg_admin_file {
    struct jg_str folder; /* with a NUL behind */
    struct jg_str name;
    struct jg_str id;         /* of the document */
    const char *id_name;      /* the member that holds it, or the path to it */
    const char *alias_name;   /* counts when that is empty; NULL: none */
    const char *write_failed; /* Tyk's words for it */
};

/* "<id><ending>", or the name at the end of <path> when that is not empty;
 * <ending> is ".json" or "-oas.json". */
enum jg_err jg_admin_file_name(struct jg_admin_call *call, struct jg_str path,
                               struct jg_str id, const char *ending,
                               struct jg_str *out);

/* Write <text> and be true, or answer why not and be false: also when a
 * condition of the request does not hold, or when the file holds a document
 * with another id. One process at a time does this in a folder. */
bool jg_admin_file_write(struct jg_admin_call *call,
                         const struct jg_admin_file *file, struct jg_str text);
/* Remove the file, and <twin> (may be NULL) if it is there. The same. */
bool jg_admin_file_remove(struct jg_admin_call *call,
                          const struct jg_admin_file *file,
                          const struct jg_admin_file *twin);

/*
 * Edits that are not lost (RFC 9110 13). The tag of a document is a hash of
 * its text. What a GET shows has the tag of the text in force; a change
 * compares with what is stored at that moment, and its answer has the tag of
 * the new text. So whoever read before another one's change, loaded or not, is
 * told so, and whoever made it may go on.
 */

/* Do If-Match and If-None-Match let the document be changed whose text is
 * <present> now (p == NULL: there is none)? Answers 412 and is false when not.
 * To be asked while nobody else can change it. */
bool jg_conditions_hold(struct jg_admin_call *call, struct jg_str present);

/* Did the client say that it has <text> already? Answers 304 and is true. */
bool jg_answer_unchanged(struct jg_admin_call *call, struct jg_str text);

/* The answer that was made gets the tag of <text>. */
void jg_answer_etag(struct jg_admin_call *call, struct jg_str text);

/* The member <name> of <object>, as the readers of documents find it: by its
 * exact name, else the first one in other letter case, as Go does. */
const struct jg_json *jg_admin_member(const struct jg_json *object,
                                      struct jg_str name);

/* The body as a JSON object; answers and is false when it is none. */
bool jg_admin_read_body(struct jg_admin_call *call, const struct jg_json **out);

/* The same, and what to say when it is none. */
bool jg_admin_read_body_or(struct jg_admin_call *call, const char *malformed,
                           const struct jg_json **out);

/*
 * What definitions of both forms share: apis.c. Each of those with a bool
 * answers when it is false.
 */
#define JG_OAS_ID "x-tyk-api-gateway.info.id"

bool jg_apis_is_oas(const struct jg_json *json);

/* An id that can be a file's name, and is not taken for a companion's. */
bool jg_apis_is_id(struct jg_str id);

/* The id that is made when a definition comes without one.  JG_E_NOMEM */
enum jg_err jg_apis_new_id(struct jg_admin_call *call, struct jg_str *out);

/* A definition in force, in the call's arena. */
struct jg_apis_found {
    struct jg_str file, text;
    const struct jg_json *json;
    bool oas;
};
/* JG_E_NOT_FOUND: no answer is made for it; other errors are answered. */
enum jg_err jg_apis_look(struct jg_admin_call *call, struct jg_str id,
                         struct jg_apis_found *out);
bool jg_apis_find(struct jg_admin_call *call, struct jg_str id,
                  struct jg_apis_found *out);

/* Check <text> and write it under <id>; <file> is where the definition in
 * force came from, or empty. Answers in any case. */
void jg_apis_save(struct jg_admin_call *call, struct jg_str id, bool oas,
                  struct jg_str file, struct jg_str text, const char *action);

/*
 * For /openapi.json: openapi_schemas.c, but for the first one. Texts are JSON
 * with ' for ".
 */
void jg_openapi_add(struct jg_buf *b, const char *text);

/* The schemas of all shapes, a member each. */
void jg_openapi_add_schemas(struct jg_buf *b);

/* The name of a shape's schema; NULL when it is text. */
const char *jg_openapi_schema_name(enum jg_admin_shape shape);

/* The parameter object of <name>; false: it has no row. In openapi.c. */
bool jg_openapi_add_parameter(struct jg_buf *b, struct jg_str name);

struct jg_field;
struct jg_field_table;

/* The members of a field's schema; ,"properties":{...} of a table's, with what
 * is in its tables. In openapi_fields.c. */
void jg_openapi_add_field(struct jg_buf *b, const struct jg_field *field);
void jg_openapi_add_properties(struct jg_buf *b,
                               const struct jg_field_table *table);

/* The handlers, by the file that they are in. */
jg_admin_handler jg_apis_list, jg_apis_get, jg_apis_add, jg_apis_update,
    jg_apis_delete, jg_apis_update_what, jg_apis_delete_what;
jg_admin_handler jg_oas_list, jg_oas_get, jg_oas_add, jg_oas_update,
    jg_oas_patch, jg_oas_import;
jg_admin_handler jg_policies_list, jg_policies_get, jg_policies_add,
    jg_policies_update, jg_policies_delete;
jg_admin_handler jg_health_hello, jg_health_ready, jg_health_live,
    jg_health_checks, jg_health_schema, jg_health_debug;
jg_admin_handler jg_keys_create, jg_keys_add, jg_keys_update, jg_keys_delete,
    jg_keys_get, jg_keys_list, jg_keys_preview, jg_keys_policy;
jg_admin_handler jg_metrics_get;
jg_admin_handler jg_openapi_get;
jg_admin_handler jg_access_get; /* health.c */
jg_admin_handler jg_system_get;
jg_admin_handler jg_orgs_list, jg_orgs_get, jg_orgs_put, jg_orgs_delete;
jg_admin_handler jg_explain_post;
jg_admin_handler jg_discover_post, jg_claims_post;
jg_admin_handler jg_effective_post;
jg_admin_handler jg_journal_get;
jg_admin_handler jg_keysets_list, jg_keysets_get, jg_keysets_forget;
jg_admin_handler jg_revocations_list, jg_revocations_get, jg_revocations_add,
    jg_revocations_delete;
jg_admin_handler jg_splits_list, jg_splits_get, jg_splits_delete,
    jg_splits_delete_all;
jg_admin_handler jg_reload_start, jg_reload_cache;

#endif
