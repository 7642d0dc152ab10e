/* Between the fetch*.c files only. */
#ifndef JG_BROKER_FETCH_INTERNAL_H
#define JG_BROKER_FETCH_INTERNAL_H

#include "fetch.h"

#include <curl/curl.h>

struct jg_fetch {
    struct jg_fetcher *fetcher;
    struct jg_fetch *next; /* of its fetcher */
    void *owner;
    bool done;
    bool asked_with_etag;
    bool http_to_loopback; /* plain http, good for this machine only */
    enum jg_fetch_outcome outcome;

    CURL *easy;
    CURLU *url;
    struct curl_slist *headers, *answers; /* sent; instead of DNS */
    char curl_fault[CURL_ERROR_SIZE];

    struct jg_buf body;
    size_t header_bytes;
    int64_t max_age_s, age_s; /* -1: not said; 0: fresh */
    char etag[JG_FETCH_ETAG_MAX];
    size_t etag_len;
    char fault[JG_FETCH_FAULT_MAX]; /* ours, before libcurl's */
};

/* Say why it failed; the first reason stays. */
void jg_fetch_fail(struct jg_fetch *fetch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One line of an answer's header. False: the answer is not to be used. */
bool jg_fetch_take_header(struct jg_fetch *fetch, struct jg_str line);

#endif
