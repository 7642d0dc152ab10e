/*
 * Documents over HTTP, several at once, with nothing left to chance: https
 * unless allowed otherwise, TLS verified, no redirects, no compression, no
 * proxy, cookie or password that the configuration does not name, bounded in
 * bytes and time. What a server says is judged here; what it sends is not.
 */
#ifndef JG_BROKER_FETCH_H
#define JG_BROKER_FETCH_H

#include "reach.h"

#include "base/buf.h"
#include "jose/jwks.h"

#define JG_FETCH_TIMEOUT_MS 5000            /* from name to last byte */
#define JG_FETCH_BODY_MAX JG_JWKS_MAX_BYTES /* bytes */
#define JG_FETCH_HEADER_MAX (64 * 1024)     /* bytes of all header lines */
#define JG_FETCH_URL_MAX 4096               /* bytes */
#define JG_FETCH_ETAG_MAX 256               /* bytes that are kept of one */
#define JG_FETCH_FAULT_MAX 256

/* From the configuration; borrowed for as long as the fetcher lives. */
struct jg_fetch_rules {
    struct jg_reach reach;
    const char *proxy;   /* NULL: none. Loopback hosts are asked directly */
    const char *ca_file; /* instead of the system's authorities; NULL: those */
    const char *answers; /* instead of DNS, "host:port:address"; for tests */
};

enum jg_fetch_outcome {
    JG_FETCH_GOOD,      /* 200, and all of the body */
    JG_FETCH_UNCHANGED, /* 304: what the ETag stands for is still right */
    JG_FETCH_FAILED,    /* <fault> says why */
};

struct jg_fetch_result {
    enum jg_fetch_outcome outcome;
    struct jg_str body;
    struct jg_str etag; /* empty: none, or too long to keep */
    int64_t max_age_s;  /* by Cache-Control, without Age; -1: not said */
    /* What time it was there when the answer came, by its Date and Age, and
     * what time it was here; unix, 0: not said. */
    int64_t date_s, date_at_s;
    struct jg_str fault; /* printable ASCII, one line */
    int64_t status;      /* of HTTP; 0: no answer came */
    int64_t took_ms;     /* from the first byte out to the end */
};

struct jg_fetch;   /* one document on its way */
struct jg_fetcher; /* all of one process; private: fetch.c */

/* JG_E_NOMEM, JG_E_IO (libcurl does not start). */
enum jg_err jg_fetcher_open(const struct jg_fetch_rules *rules,
                            struct jg_fetcher **out);
void jg_fetcher_close(struct jg_fetcher *fetcher); /* ends all; NULL is fine */

struct jg_fetch_request {
    struct jg_str url;
    struct jg_str etag; /* of what the caller has; empty: nothing */
    bool insecure;      /* do not verify the server's certificate */
    void *owner;        /* the caller's */
};

/*
 * Begin. A URL that may not be fetched gives a fetch, too: one that has failed
 * already. JG_E_NOMEM.
 */
enum jg_err jg_fetch_begin(struct jg_fetcher *fetcher,
                           const struct jg_fetch_request *request,
                           struct jg_fetch **out);

/* Work on all of them until one has ended, <fd> (-1: none) can be read, or
 * <timeout_ms> have passed. */
void jg_fetcher_wait(struct jg_fetcher *fetcher, int fd, int timeout_ms);

/* One that has ended, or NULL. It is the caller's to jg_fetch_free(). */
struct jg_fetch *jg_fetcher_next(struct jg_fetcher *fetcher);

size_t jg_fetcher_running(const struct jg_fetcher *fetcher);
void *jg_fetch_owner(const struct jg_fetch *fetch);

/* What became of it; borrowed from <fetch>. */
void jg_fetch_result(const struct jg_fetch *fetch, struct jg_fetch_result *out);
void jg_fetch_free(struct jg_fetch *fetch); /* NULL is fine */

/*
 * Why <url> must not be fetched, into <fault>, or false: not http(s), no host,
 * a name or password in it, plain http to another machine, a forbidden address.
 */
bool jg_fetch_refuses(const struct jg_fetch_rules *rules, struct jg_str url,
                      char fault[static JG_FETCH_FAULT_MAX]);

/*
 * The lifetime that one Cache-Control header gives (RFC 9111 5.2), in seconds;
 * 0 for no-store and no-cache; <before>, what an earlier one gave, when it is
 * the smaller one or this one says nothing (-1: nothing yet).
 */
int64_t jg_fetch_max_age(struct jg_str header, int64_t before);

/*
 * Where a redirect <from> a URL to <location> leads, without a fragment, in
 * <a>; <same>: scheme, host and port are those of <from>. Whether it may be
 * fetched is not asked. False: it is no URL, or no memory.
 */
bool jg_fetch_url_follow(struct jg_str from, struct jg_str location,
                         struct jg_arena *a, struct jg_str *out, bool *same);

#endif
