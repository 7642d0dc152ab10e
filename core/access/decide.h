/*
 * May this request pass, and where to? One pure function over a table of named
 * steps in the order of Tyk's chain (reference 0.2). The gateway, the CLI's
 * explain, the tests and the fuzzers call it.
 */
#ifndef JG_ACCESS_DECIDE_H
#define JG_ACCESS_DECIDE_H

#include "access/addresses.h"
#include "access/cache.h"
#include "access/keysets.h"
#include "access/passwords.h"
#include "access/path.h"
#include "access/request.h"
#include "access/revoked.h"
#include "access/split_cache.h"
#include "model/session.h"
#include "store/counters.h"
#include "store/keys.h"
#include "store/records.h"

enum jg_verdict {
    JG_ALLOW,     /* decision->forward says what to send where */
    JG_DENY,      /* decision->reason, ->detail say why */
    JG_WANT,      /* fetch decision->want, then call again */
    JG_HAND_OVER, /* it may pass, and the broker answers it:
                   * decision->handler */
    JG_ANSWER,    /* it may pass, and the gateway answers it itself:
                   * decision->answer */
};

/*
 * What the surroundings lend to a decision. Any of the pointers may be NULL:
 * without snapshot no API listens, without cache every token is verified,
 * without store no name has an address and no key is stored, without counters
 * nothing is limited and the first target of a list is always the first
 * choice, without keysets a key set by URL is read and parsed for each token,
 * without revoked nothing is, without passwords each one that is presented is
 * looked at anew, without matching each request that needs a
 * regular expression takes memory for it. Cache hits, misses and evictions, and
 * unknown kids, are counted in <counters> by the decision itself.
 */
struct jg_surroundings {
    const struct jg_snapshot *snapshot;
    struct jg_store *store;
    struct jg_counters *counters;
    struct jg_token_cache *cache;
    struct jg_address_cache *addresses; /* before the store; needs counters */
    struct jg_keysets *keysets;         /* the same for key sets by URL */
    struct jg_revoked *revoked;         /* tokens, callers, signing keys */
    struct jg_passwords *passwords;     /* that were right of late */
    struct jg_matching *matching;       /* one decision at a time uses it */
    struct jg_split_cache *splits;      /* needs counters */
    int64_t now_s;                      /* unix time */
    int64_t now_ms;                     /* the same, finer: for rates */
    bool is_question; /* somebody asks what would be decided: nothing is fetched
                       * for it, and a password is looked at here, which takes
                       * long; never in an nginx worker (JG_WANT_PASSWORD) */
};

/* Something that the broker must fetch before the decision can go on. */
enum jg_want_kind {
    JG_WANT_NOTHING,
    JG_WANT_ADDRESS,      /* name: a host to look up */
    JG_WANT_KEYSET,       /* name: the id of a key set that was never fetched */
    JG_WANT_KEYSET_AGAIN, /* name: the id of one that may be out of date; then,
                           * behind a space, the kid that a token asks for, when
                           * it is one that people can read */
    JG_WANT_PASSWORD,     /* name: a bcrypt hash, a space, a password: do they
                           * belong together? The caller says so in <password>
                           * of the decision. Secret: for no log */
    JG_WANT_PAUSE,        /* nothing: call again after <pause_ms>, with the
                           * time of then (throttling, reference 4) */
};

/* Whatever policies say: how often one request is held, for how long each time
 * and all together. */
#define JG_HOLDS_MAX 100
#define JG_HOLD_MAX_MS (60 * 1000)
#define JG_HELD_MAX_MS (5 * 60 * 1000)

/* The answer to JG_WANT_PASSWORD. */
enum jg_password_answer {
    JG_PASSWORD_UNKNOWN, /* nobody asked */
    JG_PASSWORD_RIGHT,
    JG_PASSWORD_WRONG,
    JG_PASSWORD_FAILED, /* it did not come in time */
};

struct jg_want {
    enum jg_want_kind kind;
    struct jg_str name;
    int64_t pause_ms;
};

/* A header to send. */
struct jg_forward_header {
    struct jg_str name, value;
};

#define JG_FORWARD_HEADERS_MAX 128 /* headers set on one request */
#define JG_PEERS_MAX 32            /* addresses to try for one request */

/* One address to try, with the TLS name to ask for and to verify. */
struct jg_peer {
    struct jg_address address; /* with the port filled in */
    const struct jg_target *target;
};

/*
 * What is done to the headers of a response: those called like one of
 * <removed>, in any case, go; then those in <set> take the place of their
 * namesakes. Framing is the HTTP engine's here too: Content-Length, Transfer-
 * Encoding, Connection, Upgrade and Trailer are in neither, nor is a value with
 * a control character in it. In the decision's arena, or of the snapshot.
 */
struct jg_respond_headers {
    const struct jg_str *removed;
    size_t removed_count;
    const struct jg_forward_header *set;
    size_t set_count;   /* at most JG_FORWARD_HEADERS_MAX */
    struct jg_str vary; /* one Vary more, beside those that are there; empty:
                         * none */
};

/*
 * What is sent to the upstream. Everything lives in the decision's arena, or
 * is borrowed from request and snapshot.
 *
 * Send the request's headers without those in <removed>, then those in <set>.
 * <removed> names only headers that the request has, in its own spelling;
 * leave out every header that is jg_header_same() as one of them. Framing is
 * the HTTP engine's: Host (from <host>), Content-Length, Transfer-Encoding,
 * Connection and Upgrade are never in <set>.
 */
struct jg_forward {
    const struct jg_target *target; /* the first choice */
    struct jg_str uri;              /* wire path and query */
    struct jg_str host;             /* Host header */
    const struct jg_str *removed;
    size_t removed_count;
    const struct jg_forward_header *set;
    size_t set_count;            /* at most JG_FORWARD_HEADERS_MAX */
    const struct jg_peer *peers; /* at least one, in the order to try */
    size_t peer_count;           /* at most JG_PEERS_MAX */
    bool tls_verify;
    struct jg_str method; /* instead of the request's; empty: the same. Such a
                           * request is not sent twice */
    int64_t timeout_ms;   /* of the upstream; 0: the gateway's own */
    bool websocket;       /* send "Connection: Upgrade", "Upgrade: websocket" */
    struct jg_respond_headers respond; /* of what the upstream answers */
};

/* A response of the gateway itself. In the arena. */
struct jg_answer {
    int status;
    struct jg_str content_type; /* empty: none */
    struct jg_str body;
};

/* What a limit says, with this request counted (reference 4, 6.3). */
struct jg_limit_seen {
    bool known; /* false: there is no such limit, the rest is zero */
    int64_t limit, remaining;
    int64_t reset_s; /* unix time when all is there again; 0: never */
};

/* Who makes the response. */
enum jg_handler_kind {
    JG_HANDLER_UPSTREAM,
    JG_HANDLER_EXCHANGE, /* <endpoint>: enum jg_split_endpoint */
    JG_HANDLER_SCRIPT,   /* entry <endpoint> of the version's virtual ones */
};

struct jg_handler {
    enum jg_handler_kind kind;
    size_t endpoint;
    bool proxy_on_error;   /* the upstream does, when the script fails */
    struct jg_str session; /* what the script is told of it: JSON, or empty */
    struct jg_str key; /* whose session that is, jg_key_seen_write(): empty for
                        * one that is stored nowhere */
};

/* How one step went: what explain prints. */
enum jg_outcome {
    JG_STEP_PASS,
    JG_STEP_SKIP, /* does not apply to this API or request */
    JG_STEP_FAIL,
    JG_STEP_WAIT, /* wants something first */
};

#define JG_TRACE_MAX 32

struct jg_trace_step {
    const char *name; /* of the step table */
    enum jg_outcome outcome;
    enum jg_err reason;
    /* For people: UTF-8 without control characters, never a token, signature
     * or secret; in the decision's arena; may be empty. */
    struct jg_str seen, expected;
};

struct jg_trace {
    struct jg_trace_step steps[JG_TRACE_MAX];
    size_t count;
};

/* One request being decided. Fill the first part, zero the rest. */
struct jg_decision {
    struct jg_surroundings with;
    const struct jg_request *request;
    struct jg_arena *arena; /* of the request */
    struct jg_trace *trace; /* NULL: nobody asks for details */

    /* What is known so far, for the caller to read. */
    enum jg_err reason;   /* JG_OK while it may pass */
    struct jg_str detail; /* replaces "{}" in the reason's text */
    struct jg_want want;
    bool want_failed; /* set by the caller: what was wanted did not come in
                       * time. Only for key sets: the decision goes on, and
                       * asks for no other one */
    enum jg_password_answer password; /* set by the caller, too */
    int64_t retry_after_s; /* of a refusal that passes by itself, or 0 */
    struct jg_path path;
    const struct jg_route *route;
    const struct jg_api *api; /* NULL: no route */
    struct jg_str token;
    struct jg_jws_header header;        /* of the token */
    const struct jg_json *claims;       /* verified from step "signature" on */
    const struct jg_verified *verified; /* cache entry, or NULL */
    struct jg_str key_kid; /* of the key that verified a token without kid */
    bool joined;           /* what was presented only stood for <token> */
    bool cached;           /* the signature was verified before */
    const struct jg_api_version *version; /* of <api>; NULL: it has none */
    struct jg_path_forms forms;           /* what path patterns look at */
    struct jg_matching matching;          /* what their matches share */
    struct jg_session session;
    struct jg_limit_seen rate, quota; /* after step "limits" */
    struct jg_forward forward;
    struct jg_handler handler;         /* after JG_HAND_OVER */
    struct jg_respond_headers respond; /* of every response, refusals too;
                                        * after forward.respond */
    struct jg_answer answer;           /* after JG_ANSWER */
    bool ignored; /* the endpoint asks for no authentication (reference 0.2):
                   * the steps for callers do not run */
    bool passthrough; /* and the upstream answers, no script */
    size_t step;      /* the next step's index */

    /* From step to step; nobody else reads it. */
    size_t requirement; /* of api->requirements: the one that is tried */
    struct {
        struct jg_str key;                       /* all of it: a secret */
        struct jg_key_id id;                     /* its hash */
        const struct jg_stored_session *session; /* NULL: not looked for */
        uint64_t revision;                       /* of the record */
        uint64_t version; /* another one for another key, and content */
    } stored;
    struct {
        struct jg_str hash;  /* the user's, or jg_password_nobody */
        struct jg_str asked; /* the hash that <password> is the answer for */
        bool right;          /* the password is */
        enum jg_err refusal; /* whatever the password is: not a user */
    } basic;
    struct jg_kept_session *kept; /* the one that counts; NULL: the last one */
    struct {
        enum jg_err reason;
        struct jg_str detail;
    } refused; /* by an alternative before */
    struct jg_jws jws;
    const struct jg_json *unverified; /* claims before step "signature" */
    struct jg_str query;          /* of the path, without what was stripped */
    struct jg_str version_header; /* is not sent on; empty: none */
    uint32_t asked, asked_again;  /* bit <i>: for key_urls[i], in this way */
    int64_t holds, held_ms;       /* by JG_WANT_PAUSE, so far */
};

/*
 * Go on with the decision. After JG_WANT the caller fetches the thing and
 * calls again; steps that passed are not run twice. After JG_ALLOW or JG_DENY
 * it only repeats the verdict.
 */
enum jg_verdict jg_decide(struct jg_decision *d);

/*
 * Only: is a token revoked? For one whose ->with, ->arena, ->api, ->token,
 * ->header and ->claims are filled in, and nothing else.
 *   JG_E_TOKEN_REVOKED, JG_E_REVOCATIONS, JG_E_CRYPTO
 */
enum jg_err jg_decide_revocation(struct jg_decision *d);

/* Give back what the decision holds outside its arena (cache reference). */
void jg_decision_done(struct jg_decision *d);

/* The client's text of a refusal, detail filled in; in the arena. Both are what
 * override_messages say, when they do. */
struct jg_str jg_decision_text(const struct jg_decision *d);

/* The HTTP status of a refusal: the reason's, or the strict profile's. */
int jg_decision_status(const struct jg_decision *d);

/* Name and one-sentence meaning of step <i>, or NULL: for documents. */
struct jg_step_info {
    const char *name, *meaning;
};
const struct jg_step_info *jg_step_at(size_t i);

#endif
