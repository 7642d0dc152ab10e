/*
 * Requests to other services by libcurl, several at once: an identity provider
 * asked for a token, a script's TykMakeHttpRequest. Where they may go is
 * decided as for key sets (reach.h); connections are kept for the next call.
 */
#ifndef JG_BROKER_CALL_H
#define JG_BROKER_CALL_H

#include "fetch.h"

#define JG_CALL_HEADERS_MAX 64
#define JG_CALL_BODY_MAX (1024 * 1024) /* bytes of an answer */
#define JG_CALL_HEADER_MAX (64 * 1024) /* bytes of its header lines */
#define JG_CALL_CONNECTIONS_MAX 64     /* kept, all hosts together */

struct jg_call_header {
    struct jg_str name, value;
};

struct jg_call_request {
    struct jg_str method, url, body;
    const struct jg_call_header *headers;
    size_t header_count; /* at most JG_CALL_HEADERS_MAX */
    int64_t timeout_ms;  /* from name to last byte */
    size_t answer_max;   /* bytes of its body; 0: JG_CALL_BODY_MAX */
    bool insecure;       /* do not verify the server's certificate */
    void *owner;
};

struct jg_call_result {
    bool failed;    /* <fault> says why, in printable ASCII */
    bool timed_out; /* ... and it was the time */
    int status;
    struct jg_str body;
    struct jg_str head; /* header lines as received, each with its CRLF */
    struct jg_str fault;
};

struct curl_waitfd;
struct jg_caller; /* all of one process */
struct jg_call;

/* JG_E_NOMEM, JG_E_IO. <rules> are borrowed. */
enum jg_err jg_caller_open(const struct jg_fetch_rules *rules,
                           struct jg_caller **out);
void jg_caller_close(struct jg_caller *caller); /* NULL is fine */

/* Begin; one that may not be made has failed already. JG_E_NOMEM. */
enum jg_err jg_call_begin(struct jg_caller *caller,
                          const struct jg_call_request *request,
                          struct jg_call **out);

/* Work on all until one has ended, one of <fds> has what it is polled for, or
 * the time is over. */
void jg_caller_wait(struct jg_caller *caller, struct curl_waitfd *fds,
                    unsigned count, int timeout_ms);

struct jg_call *jg_caller_next(struct jg_caller *caller);
size_t jg_caller_running(const struct jg_caller *caller);

bool jg_call_done(const struct jg_call *call); /* or failed */
void *jg_call_owner(const struct jg_call *call);
void jg_call_result(const struct jg_call *call, struct jg_call_result *out);

/* The value of the first header line <name> of an answer; empty: none. */
struct jg_str jg_call_header(const struct jg_call_result *result,
                             struct jg_str name);

void jg_call_free(struct jg_call *call); /* also one that runs; NULL is fine */

#endif
