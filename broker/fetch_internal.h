/* Between the fetch*.c files and outbound.c only. */
#ifndef JG_BROKER_FETCH_INTERNAL_H
#define JG_BROKER_FETCH_INTERNAL_H

#include "outbound.h"

struct jg_fetch {
    struct jg_fetcher *fetcher;
    struct jg_fetch *next; /* of its fetcher */
    void *owner;
    bool done;
    bool asked_with_etag;
    enum jg_fetch_outcome outcome;

    CURL *easy;
    struct jg_outbound out;
    struct curl_slist *headers, *answers; /* sent; instead of DNS */

    struct jg_buf body;
    size_t header_bytes;
    int64_t max_age_s, age_s;  /* -1: not said; 0: fresh */
    int64_t date_s, date_at_s; /* by its Date header, and by us; 0: not said */
    int64_t status, took_ms;
    char etag[JG_FETCH_ETAG_MAX];
    size_t etag_len;
};

/* Say why it failed; the first reason stays. */
void jg_fetch_fail(struct jg_fetch *fetch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What one needs to know of a URL. */
struct jg_fetch_url {
    bool http;     /* not https */
    bool loopback; /* its host is this machine, by name or address */
};
bool jg_fetch_url_read(struct jg_str url, struct jg_fetch_url *out);

/* One line of an answer's header. False: the answer is not to be used. */
bool jg_fetch_take_header(struct jg_fetch *fetch, struct jg_str line);

#endif
