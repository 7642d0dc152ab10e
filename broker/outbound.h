/*
 * What all transfers to other machines have in common, whoever makes them
 * (fetch.c, call.c): libcurl without an environment of its own, where a
 * connection may go, TLS, the proxy, and the words of a failure.
 */
#ifndef JG_BROKER_OUTBOUND_H
#define JG_BROKER_OUTBOUND_H

#include "fetch.h"

#include <curl/curl.h>

/* One transfer. */
struct jg_outbound {
    const struct jg_fetch_rules *rules;
    bool loopback;                  /* its host is this machine: no proxy */
    bool loopback_only;             /* plain http, good for this machine only */
    char fault[JG_FETCH_FAULT_MAX]; /* ours, before libcurl's */
    char curl_fault[CURL_ERROR_SIZE]; /* libcurl's own */
};

/*
 * Start libcurl for this process; each goes with one jg_outbound_stop().
 * Nothing of the environment counts: SSLKEYLOGFILE would write the secrets of
 * every connection into a file.  JG_E_NOMEM, JG_E_IO
 */
enum jg_err jg_outbound_start(CURLM **multi);
void jg_outbound_stop(CURLM *multi); /* NULL is fine */

/* Say why it failed, in printable ASCII; the first reason stays. */
void jg_outbound_fail(struct jg_outbound *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The reason, when libcurl ended with <code>; ours is the better one. */
void jg_outbound_blame(struct jg_outbound *o, CURLcode code);

/* Options that stop a list of them at the first that libcurl refuses. */
bool jg_outbound_long(CURL *easy, CURLoption option, long value);
bool jg_outbound_ptr(CURL *easy, CURLoption option, const void *value);

/*
 * Everything that is not about one request: http and https only, TLS 1.2 at
 * least, no redirects, no passwords of files, one User-Agent, the address
 * judged where the socket is made. <url>, a good one, is read for it; <o> is
 * borrowed.
 */
bool jg_outbound_prepare(CURL *easy, struct jg_outbound *o, struct jg_str url,
                         bool insecure);

typedef size_t jg_outbound_take(char *p, size_t size, size_t count, void *arg);

/* Who takes header lines and body, with <arg>, which CURLINFO_PRIVATE is. */
bool jg_outbound_listen(CURL *easy, jg_outbound_take *head,
                        jg_outbound_take *body, void *arg);

#endif
