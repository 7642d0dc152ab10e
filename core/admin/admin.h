/*
 * The control API: a request in, a response out. It knows nothing of sockets;
 * the broker, the tests and the fuzzer call the same function. One table row
 * a route: see routes.c.
 */
#ifndef JG_ADMIN_ADMIN_H
#define JG_ADMIN_ADMIN_H

#include "admin/load.h"
#include "base/buf.h"
#include "store/counters.h"
#include "store/journal.h"
#include "store/keys.h"

#define JG_ADMIN_BODY_MAX (10 * 1024 * 1024)
#define JG_ADMIN_RESPONSE_MAX (64 * 1024 * 1024)

#define JG_ETAG_CHARS 35 /* a quote, 32 digits, a quote, a NUL */

/* Where a request came in: not every route is offered everywhere. */
enum jg_admin_port {
    JG_PORT_CONTROL, /* the control port: every route */
    JG_PORT_LISTEN,  /* the public port: /hello, /ready, /live */
    JG_PORT_SHARED,  /* the public port when there is no control port */
};

/* A document of another machine that an answer needs. */
struct jg_admin_fetched {
    struct jg_str url;
    struct jg_str body;  /* when it was got */
    struct jg_str fault; /* why it was not, printable; p == NULL: it was */
};

#define JG_ADMIN_FETCHES_MAX 2 /* for one request */

struct jg_admin_request {
    struct jg_str method;
    struct jg_str path;  /* decoded, without query */
    struct jg_str query; /* as received */
    struct jg_str body;
    struct jg_str authorization; /* X-Tyk-Authorization */
    struct jg_str if_match;      /* If-Match, If-None-Match; p == NULL: none */
    struct jg_str if_none_match;
    struct jg_str host, origin, fetch_site; /* Host, Origin, Sec-Fetch-Site */
    enum jg_admin_port port;
    const struct jg_admin_fetched *fetched; /* so far: see response->wanted */
    size_t fetched_count;
};

struct jg_admin_response {
    int status;
    const char *content_type;
    bool generator;           /* with X-Generator: tyk.io */
    char etag[JG_ETAG_CHARS]; /* with its quotes and a NUL; empty: none */
    struct jg_buf body;
    bool reload; /* definitions are to be loaded again: the caller does it */
    bool reload_now;      /* ... before the response is sent (?block=true) */
    bool wrong_secret;    /* or a missing one: the answer is better late */
    bool fetch;           /* key sets are due: the caller has them fetched */
    struct jg_str wanted; /* p != NULL: no answer yet. Get what is at this URL,
                           * and ask again with it in request->fetched; at most
                           * JG_ADMIN_FETCHES_MAX times. In the arena */
};

/* What the control API works on; the caller fills it once. */
struct jg_admin {
    const struct jg_conf *conf;
    struct jg_store *store; /* writable */
    struct jg_counters *counters;
    struct jg_journal *journal;
    const struct jg_diags
        *conf_findings; /* of the reading of <conf>, or NULL */
    jg_load_look *look; /* at a definition that is to be written: its
                         * scripts; may be NULL */
    void *look_arg;
    int64_t now_s;            /* set before each request */
    unsigned char random[16]; /* fresh before each request: for new ids */
    bool loaded;              /* a load succeeded since start: /ready */
    bool stopping;
};

/*
 * Answer <request>. <response> must have been made by jg_admin_response_init()
 * and is always filled, whatever the request holds. <a> is the request's arena.
 */
void jg_admin_answer(struct jg_admin *admin,
                     const struct jg_admin_request *request, struct jg_arena *a,
                     struct jg_admin_response *response);

/*
 * The <session> stored for the key <id>, as GET /tyk/keys/{key} has it: with
 * its policies applied, what is left of its quotas, and no password; only as it
 * was stored when its policies do not apply. In <a>. NULL: it is no session, or
 * there is no memory.
 */
const struct jg_json *jg_admin_show_key(struct jg_admin *admin,
                                        const struct jg_key_id *id,
                                        struct jg_str session,
                                        struct jg_arena *a);

#define JG_KEY_META_MAX (32 * 1024) /* bytes of what a script may keep */

/*
 * A script was <told> the meta data of a key as it was <seen>, and returned
 * <meta>; both may be NULL. Write into the key's session what that changes
 * (model/key_meta.h), and nothing else. On disk when it returns JG_OK, which it
 * is also when nothing changes. In <a> while it works.
 *   JG_E_NOT_FOUND    the key has gone, ended, or was changed by somebody else
 *   JG_E_CONF_RANGE   more than JG_KEY_META_MAX bytes
 *   JG_E_JSON_LIMIT   with it the session would be none any more: nested too
 *                     deeply, too many values
 *   JG_E_STORE, JG_E_STORE_FULL, JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_admin_key_meta(struct jg_admin *admin,
                              const struct jg_key_seen *seen,
                              const struct jg_json *told,
                              const struct jg_json *meta, struct jg_arena *a);

/* Rates and quotas of the key <id> begin again, as its <session> has them. */
void jg_admin_key_reset(struct jg_admin *admin, const struct jg_key_id *id,
                        struct jg_str session, struct jg_arena *a);

void jg_admin_response_init(struct jg_admin_response *response);
void jg_admin_response_free(struct jg_admin_response *response);

/*
 * What a body holds, for the description of the API. Each has a row in
 * openapi_schemas.c.
 */
enum jg_admin_shape {
    JG_SHAPE_NONE, /* no body; of an answer: {"status","message"} */
    JG_SHAPE_CHANGED,
    JG_SHAPE_API,
    JG_SHAPE_APIS,
    JG_SHAPE_OAS,
    JG_SHAPE_OASES,
    JG_SHAPE_POLICY,
    JG_SHAPE_POLICIES,
    JG_SHAPE_HELLO,
    JG_SHAPE_METRICS,
    JG_SHAPE_KEYSET,
    JG_SHAPE_KEYSETS,
    JG_SHAPE_JOURNAL,
    JG_SHAPE_QUESTION,
    JG_SHAPE_EXPLANATION,
    JG_SHAPE_REVOCATION,
    JG_SHAPE_REVOCATIONS,
    JG_SHAPE_SPLIT,
    JG_SHAPE_SPLITS,
    JG_SHAPE_SPLITS_DELETED,
    JG_SHAPE_SESSION,
    JG_SHAPE_KEYS,
    JG_SHAPE_KEY_POLICY,
    JG_SHAPE_ISSUER,
    JG_SHAPE_DISCOVERY,
    JG_SHAPE_CLAIMS_QUESTION,
    JG_SHAPE_CLAIMS,
    JG_SHAPE_EFFECTIVE_QUESTION,
    JG_SHAPE_EFFECTIVE,
    JG_SHAPE_ACCESS,
    JG_SHAPE_SYSTEM,
    JG_SHAPE_OPENAPI,
    JG_SHAPE_COUNT
};

/* Row <i> of the route table, for documents and tests; NULL: no more. */
struct jg_admin_route_info {
    const char *method, *path, *summary;
    enum jg_admin_shape takes; /* the request's body */
    enum jg_admin_shape gives; /* the body of a 200 */
    const char *query;         /* names of parameters, "a b"; NULL: none */
    bool tagged;               /* ETag, If-Match, If-None-Match */
    bool download;             /* a 200 is application/octet-stream, as Tyk's */
};
const struct jg_admin_route_info *jg_admin_route_at(size_t i);

#define JG_ADMIN_ID_MAX                                  \
    128 /* characters of an id made or used over the API \
         */

/* A name that is safe as part of a file name: [A-Za-z0-9._~-], no dot first,
 * at most JG_ADMIN_ID_MAX. */
bool jg_admin_is_safe_id(struct jg_str id);

/* The ETag of a document: "<the beginning of the SHA-256 of its text>", without
 * the white space around it; an empty text when there is no memory for it. */
void jg_admin_etag(struct jg_str text, char out[static JG_ETAG_CHARS]);

#endif
