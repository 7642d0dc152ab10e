/* Documents over HTTP with libcurl, which no other file uses. */
#include "fetch_internal.h"

#include "base/arena.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef JG_VERSION
#define JG_VERSION "0" /* the build sets it */
#endif

struct jg_fetcher {
    const struct jg_fetch_rules *rules;
    CURLM *multi;
    struct jg_fetch *fetches;
    size_t running;
};

/* Printable ASCII only: parts of it come from servers. */
static void
clean(char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

void
jg_fetch_fail(struct jg_fetch *fetch, const char *format, ...)
{
    va_list args;

    if (fetch->fault[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(fetch->fault, sizeof(fetch->fault), format, args);
    va_end(args);
    clean(fetch->fault);
    fetch->outcome = JG_FETCH_FAILED;
}

/* URLs: taken apart by the one parser that also fetches them. */

static CURLU *
read_url(struct jg_str url, const char **fault)
{
    char text[JG_FETCH_URL_MAX + 1];
    CURLU *parts;
    CURLUcode code;

    *fault = "it is no URL of 1 to 4096 bytes";
    if (url.len == 0 || url.len > JG_FETCH_URL_MAX)
        return NULL;
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f ||
            url.p[i] == '\\' || url.p[i] == '#') {
            *fault = "there is a character in the URL that cannot be";
            return NULL;
        }
    memcpy(text, url.p, url.len);
    text[url.len] = '\0';
    parts = curl_url();
    if (parts == NULL) {
        *fault = "out of memory";
        return NULL;
    }
    code = curl_url_set(parts, CURLUPART_URL, text,
                        CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OK)
        return parts;
    *fault = code == CURLUE_USER_NOT_ALLOWED
                 ? "there is a user or password in the URL"
                 : curl_url_strerror(code);
    curl_url_cleanup(parts);
    return NULL;
}

/* The host without brackets and the dot that may be behind it. */
static bool
host_of(CURLU *url, char *out, size_t size)
{
    char *text = NULL;
    struct jg_str host;
    bool fits;

    if (curl_url_get(url, CURLUPART_HOST, &text, 0) != CURLUE_OK)
        return false;
    host = jg_str(text);
    if (host.len > 2 && host.p[0] == '[')
        host = jg_str_head(jg_str_from(host, 1), host.len - 2);
    else if (host.len > 1 && host.p[host.len - 1] == '.')
        host = jg_str_head(host, host.len - 1);
    fits = host.len > 0 && host.len < size;
    if (fits) {
        memcpy(out, host.p, host.len);
        out[host.len] = '\0';
    }
    curl_free(text);
    return fits;
}

static bool
has_scheme(CURLU *url, const char *scheme)
{
    char *text = NULL;
    bool same = curl_url_get(url, CURLUPART_SCHEME, &text, 0) == CURLUE_OK &&
                jg_str_eq_nocase(jg_str(text), jg_str(scheme));

    curl_free(text);
    return same;
}

static bool
is_loopback(const char *host)
{
    struct sockaddr_storage literal;

    if (jg_reach_literal(host, &literal))
        return jg_reach_is_loopback((const struct sockaddr *)&literal);
    return jg_reach_is_loopback_name(jg_str(host));
}

/* What can be said before anything is looked up. NULL: it may be tried. */
static const char *
refusal(const struct jg_fetch_rules *rules, CURLU *url, const char *host)
{
    struct sockaddr_storage literal;
    bool http = has_scheme(url, "http");

    if (!http && !has_scheme(url, "https"))
        return "it is no https:// URL";
    if (http && !rules->reach.http && !is_loopback(host))
        return "plain http:// is for this machine only; use https://, or set "
               "jwks.allow_http";
    if (!jg_reach_literal(host, &literal))
        return NULL;
    return jg_reach_forbidden(&rules->reach, (const struct sockaddr *)&literal);
}

#define HOST_MAX 256

bool
jg_fetch_refuses(const struct jg_fetch_rules *rules, struct jg_str url,
                 char fault[static JG_FETCH_FAULT_MAX])
{
    const char *why;
    CURLU *parts = read_url(url, &why);
    char host[HOST_MAX];

    if (parts != NULL) {
        why = "there is no host in the URL";
        if (host_of(parts, host, sizeof(host)))
            why = refusal(rules, parts, host);
        curl_url_cleanup(parts);
    }
    if (why != NULL)
        snprintf(fault, JG_FETCH_FAULT_MAX, "not allowed: %s", why);
    return why != NULL;
}

/* What libcurl calls while it works. */

/*
 * The last word on where a connection goes: the address is the one that will
 * be connected to, whatever name or spelling led to it.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct jg_fetch *fetch = arg;
    const char *why;

    (void)purpose;
    why = jg_reach_forbidden(&fetch->fetcher->rules->reach, &address->addr);
    if (why == NULL && fetch->http_to_loopback &&
        !jg_reach_is_loopback(&address->addr))
        why = "plain http:// is for this machine only";
    if (why != NULL) {
        jg_fetch_fail(fetch, "not allowed: its address is forbidden: %s", why);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

static size_t
take_header(char *p, size_t size, size_t count, void *arg)
{
    struct jg_str line = {p, size * count};

    return jg_fetch_take_header(arg, line) ? line.len : 0;
}

static size_t
take_body(char *p, size_t size, size_t count, void *arg)
{
    struct jg_fetch *fetch = arg;
    struct jg_str part = {p, size * count};

    if (fetch->body.len + part.len > JG_FETCH_BODY_MAX) {
        jg_fetch_fail(fetch, "the answer is over %d bytes", JG_FETCH_BODY_MAX);
        return 0;
    }
    jg_buf_add(&fetch->body, part);
    if (fetch->body.failed) {
        jg_fetch_fail(fetch, "out of memory");
        return 0;
    }
    return part.len;
}

/* One fetch. */

static bool
add_header(struct jg_fetch *fetch, const char *line)
{
    struct curl_slist *more = curl_slist_append(fetch->headers, line);

    if (more != NULL)
        fetch->headers = more;
    return more != NULL;
}

static bool
add_headers(struct jg_fetch *fetch, struct jg_str etag)
{
    char line[JG_FETCH_ETAG_MAX + 32];

    if (!add_header(fetch, "Accept: application/json, "
                           "application/jwk-set+json") ||
        !add_header(fetch, "Cache-Control: max-age=0"))
        return false;
    if (etag.len == 0 || etag.len > JG_FETCH_ETAG_MAX)
        return true;
    snprintf(line, sizeof(line), "If-None-Match: %.*s", JG_STR_ARG(etag));
    fetch->asked_with_etag = true;
    return add_header(fetch, line);
}

/* A list of options that stops at the first that libcurl refuses. */
static bool
set_long(CURL *easy, CURLoption option, long value)
{
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool
set_ptr(CURL *easy, CURLoption option, const void *value)
{
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool
set_limits(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } longs[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_TIMEOUT_MS, JG_FETCH_TIMEOUT_MS},
        {CURLOPT_CONNECTTIMEOUT_MS, JG_FETCH_TIMEOUT_MS},
        {CURLOPT_QUICK_EXIT, 1}, /* never wait for a lookup that hangs */
        {CURLOPT_MAXFILESIZE, JG_FETCH_BODY_MAX},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_SESSIONID_CACHE, 0}, /* each is verified by itself */
        {CURLOPT_FRESH_CONNECT, 1},       /* each address is judged */
        {CURLOPT_FORBID_REUSE, 1},
        {CURLOPT_DNS_CACHE_TIMEOUT, 0},
    };

    for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
        if (!set_long(easy, longs[i].option, longs[i].value))
            return false;
    return set_ptr(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_ptr(easy, CURLOPT_USERAGENT, "jotgate/" JG_VERSION);
}

/* Set to something in any case: else libcurl asks the environment. */
static bool
set_proxy(CURL *easy, const struct jg_fetch_rules *rules, bool loopback)
{
    bool direct = rules->proxy == NULL || loopback;

    return set_ptr(easy, CURLOPT_PROXY, direct ? "" : rules->proxy) &&
           set_ptr(easy, CURLOPT_NOPROXY, "");
}

static bool
set_callbacks(struct jg_fetch *fetch)
{
    CURL *easy = fetch->easy;

    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
               CURLE_OK &&
           set_ptr(easy, CURLOPT_OPENSOCKETDATA, fetch) &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) ==
               CURLE_OK &&
           set_ptr(easy, CURLOPT_HEADERDATA, fetch) &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           set_ptr(easy, CURLOPT_WRITEDATA, fetch) &&
           set_ptr(easy, CURLOPT_ERRORBUFFER, fetch->curl_fault) &&
           set_ptr(easy, CURLOPT_PRIVATE, fetch);
}

static bool
set_tls(CURL *easy, const struct jg_fetch_rules *rules, bool insecure)
{
    return set_long(easy, CURLOPT_SSL_VERIFYPEER, !insecure) &&
           set_long(easy, CURLOPT_SSL_VERIFYHOST, insecure ? 0 : 2) &&
           (rules->ca_file == NULL ||
            (set_ptr(easy, CURLOPT_CAINFO, rules->ca_file) &&
             set_ptr(easy, CURLOPT_CAPATH, NULL)));
}

static bool
set_answers(struct jg_fetch *fetch, const char *answers)
{
    if (answers == NULL)
        return true;
    fetch->answers = curl_slist_append(NULL, answers);
    return fetch->answers != NULL &&
           set_ptr(fetch->easy, CURLOPT_RESOLVE, fetch->answers);
}

static bool
prepare(struct jg_fetch *fetch, const struct jg_fetch_request *request)
{
    const struct jg_fetch_rules *rules = fetch->fetcher->rules;
    char host[HOST_MAX];
    const char *why;
    bool loopback;

    fetch->url = read_url(request->url, &why);
    if (fetch->url == NULL || !host_of(fetch->url, host, sizeof(host)))
        return false;
    loopback = is_loopback(host);
    fetch->http_to_loopback =
        has_scheme(fetch->url, "http") && !rules->reach.http;
    fetch->easy = curl_easy_init();
    return fetch->easy != NULL && set_limits(fetch->easy) &&
           set_ptr(fetch->easy, CURLOPT_CURLU, fetch->url) &&
           set_proxy(fetch->easy, rules, loopback) && set_callbacks(fetch) &&
           set_tls(fetch->easy, rules, request->insecure) &&
           set_answers(fetch, rules->answers) &&
           add_headers(fetch, request->etag) &&
           set_ptr(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers);
}

static void
finish(struct jg_fetch *fetch)
{
    fetch->done = true;
    fetch->fetcher->running--;
}

enum jg_err
jg_fetch_begin(struct jg_fetcher *fetcher,
               const struct jg_fetch_request *request, struct jg_fetch **out)
{
    struct jg_fetch *fetch = jg_mem_grow(NULL, sizeof(*fetch));
    char fault[JG_FETCH_FAULT_MAX];

    if (fetch == NULL)
        return JG_E_NOMEM;
    memset(fetch, 0, sizeof(*fetch));
    fetch->fetcher = fetcher;
    fetch->owner = request->owner;
    fetch->max_age_s = -1;
    jg_buf_init(&fetch->body, JG_FETCH_BODY_MAX);
    fetch->next = fetcher->fetches;
    fetcher->fetches = fetch;
    fetcher->running++;
    if (jg_fetch_refuses(fetcher->rules, request->url, fault)) {
        jg_fetch_fail(fetch, "%s", fault);
        finish(fetch);
    } else if (!prepare(fetch, request) ||
               curl_multi_add_handle(fetcher->multi, fetch->easy) != CURLM_OK) {
        jg_fetch_fail(fetch, "libcurl cannot begin (out of memory?)");
        finish(fetch);
    }
    *out = fetch;
    return JG_OK;
}

/* The answer is there: is it one? */
static void
judge(struct jg_fetch *fetch)
{
    long status = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200)
        fetch->outcome = JG_FETCH_GOOD;
    else if (status == 304 && fetch->asked_with_etag)
        fetch->outcome = JG_FETCH_UNCHANGED;
    else
        jg_fetch_fail(fetch, "the server answered with status %ld%s", status,
                      status / 100 == 3 ? ", a redirect, which is not followed"
                                        : "");
}

static void
ended(struct jg_fetcher *fetcher, const CURLMsg *message)
{
    CURLcode code = message->data.result;
    struct jg_fetch *fetch = NULL;

    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
    if (code == CURLE_OK)
        judge(fetch);
    else if (code == CURLE_FILESIZE_EXCEEDED)
        jg_fetch_fail(fetch, "the answer is over %d bytes", JG_FETCH_BODY_MAX);
    else
        jg_fetch_fail(fetch, "%s",
                      fetch->curl_fault[0] != '\0' ? fetch->curl_fault
                                                   : curl_easy_strerror(code));
    curl_multi_remove_handle(fetcher->multi, fetch->easy);
    finish(fetch);
}

static void
perform(struct jg_fetcher *fetcher)
{
    int count;
    CURLMsg *message;

    curl_multi_perform(fetcher->multi, &count);
    while ((message = curl_multi_info_read(fetcher->multi, &count)) != NULL)
        if (message->msg == CURLMSG_DONE)
            ended(fetcher, message);
}

void
jg_fetcher_wait(struct jg_fetcher *fetcher, int fd, int timeout_ms)
{
    struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};

    perform(fetcher);
    /* libcurl does not wake up for what has ended before it sleeps. */
    for (struct jg_fetch *f = fetcher->fetches; f != NULL; f = f->next)
        if (f->done)
            timeout_ms = 0;
    curl_multi_poll(fetcher->multi, &extra, fd >= 0, timeout_ms, NULL);
    perform(fetcher);
}

struct jg_fetch *
jg_fetcher_next(struct jg_fetcher *fetcher)
{
    struct jg_fetch **place = &fetcher->fetches;

    while (*place != NULL && !(*place)->done)
        place = &(*place)->next;
    if (*place != NULL) {
        struct jg_fetch *fetch = *place;

        *place = fetch->next;
        fetch->next = NULL;
        return fetch;
    }
    return NULL;
}

size_t
jg_fetcher_running(const struct jg_fetcher *fetcher)
{
    return fetcher->running;
}

void *
jg_fetch_owner(const struct jg_fetch *fetch)
{
    return fetch->owner;
}

void
jg_fetch_result(const struct jg_fetch *fetch, struct jg_fetch_result *out)
{
    int64_t max_age_s = fetch->max_age_s;

    if (max_age_s > 0)
        max_age_s = max_age_s > fetch->age_s ? max_age_s - fetch->age_s : 0;
    *out = (struct jg_fetch_result){
        .outcome = fetch->outcome,
        .body = jg_buf_str(&fetch->body),
        .etag = {fetch->etag, fetch->etag_len},
        .max_age_s = max_age_s,
        .fault = jg_str(fetch->fault),
    };
}

void
jg_fetch_free(struct jg_fetch *fetch)
{
    if (fetch == NULL)
        return;
    curl_easy_cleanup(fetch->easy);
    curl_url_cleanup(fetch->url);
    curl_slist_free_all(fetch->headers);
    curl_slist_free_all(fetch->answers);
    jg_buf_free(&fetch->body);
    jg_mem_free(fetch);
}

enum jg_err
jg_fetcher_open(const struct jg_fetch_rules *rules, struct jg_fetcher **out)
{
    struct jg_fetcher *fetcher;

    unsetenv("SSLKEYLOGFILE"); /* no file gets what protects the fetches */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return JG_E_IO;
    fetcher = jg_mem_grow(NULL, sizeof(*fetcher));
    if (fetcher == NULL)
        return JG_E_NOMEM;
    *fetcher = (struct jg_fetcher){.rules = rules, .multi = curl_multi_init()};
    if (fetcher->multi == NULL) {
        jg_mem_free(fetcher);
        return JG_E_NOMEM;
    }
    *out = fetcher;
    return JG_OK;
}

void
jg_fetcher_close(struct jg_fetcher *fetcher)
{
    if (fetcher == NULL)
        return;
    while (fetcher->fetches != NULL) {
        struct jg_fetch *fetch = fetcher->fetches;

        fetcher->fetches = fetch->next;
        if (!fetch->done && fetch->easy != NULL)
            curl_multi_remove_handle(fetcher->multi, fetch->easy);
        jg_fetch_free(fetch);
    }
    curl_multi_cleanup(fetcher->multi);
    curl_global_cleanup();
    jg_mem_free(fetcher);
}
