/* Documents over HTTP with libcurl. */
#include "fetch_internal.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

struct jg_fetcher {
    const struct jg_fetch_rules *rules;
    CURLM *multi;
    struct jg_fetch *fetches;
    size_t running;
};

void
jg_fetch_fail(struct jg_fetch *fetch, const char *format, ...)
{
    char fault[JG_FETCH_FAULT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(fault, sizeof(fault), format, args);
    va_end(args);
    jg_outbound_fail(&fetch->out, "%s", fault);
    fetch->outcome = JG_FETCH_FAILED;
}

/* What libcurl calls while it works. */

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

/* Each fetch stands by itself: verified, looked up and judged anew. */
static bool
set_limits(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } longs[] = {
        {CURLOPT_TIMEOUT_MS, JG_FETCH_TIMEOUT_MS},
        {CURLOPT_CONNECTTIMEOUT_MS, JG_FETCH_TIMEOUT_MS},
        {CURLOPT_MAXFILESIZE, JG_FETCH_BODY_MAX},
        {CURLOPT_SSL_SESSIONID_CACHE, 0},
        {CURLOPT_FRESH_CONNECT, 1},
        {CURLOPT_FORBID_REUSE, 1},
        {CURLOPT_DNS_CACHE_TIMEOUT, 0},
    };

    for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
        if (!jg_outbound_long(easy, longs[i].option, longs[i].value))
            return false;
    return true;
}

static bool
set_answers(struct jg_fetch *fetch, const char *answers)
{
    if (answers == NULL)
        return true;
    fetch->answers = curl_slist_append(NULL, answers);
    return fetch->answers != NULL &&
           jg_outbound_ptr(fetch->easy, CURLOPT_RESOLVE, fetch->answers);
}

static bool
set_url(struct jg_fetch *fetch, struct jg_str url)
{
    char text[JG_FETCH_URL_MAX + 1];

    snprintf(text, sizeof(text), "%.*s", JG_STR_ARG(url));
    return jg_outbound_ptr(fetch->easy, CURLOPT_URL, text);
}

static bool
prepare(struct jg_fetch *fetch, const struct jg_fetch_request *request)
{
    CURL *easy = curl_easy_init();

    fetch->easy = easy;
    return easy != NULL &&
           jg_outbound_prepare(easy, &fetch->out, request->url,
                               request->insecure) &&
           set_limits(easy) && set_url(fetch, request->url) &&
           jg_outbound_listen(easy, take_header, take_body, fetch) &&
           set_answers(fetch, fetch->out.rules->answers) &&
           add_headers(fetch, request->etag) &&
           jg_outbound_ptr(easy, CURLOPT_HTTPHEADER, fetch->headers);
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
    fetch->out.rules = fetcher->rules;
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

/* How it went, for people; also when no whole answer came. */
static void
note(struct jg_fetch *fetch)
{
    curl_off_t took_us = 0;
    long status = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(fetch->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    fetch->status = status;
    fetch->took_ms = (int64_t)took_us / 1000;
}

/* The answer is there: is it one? */
static void
judge(struct jg_fetch *fetch)
{
    long status = (long)fetch->status;

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
    note(fetch);
    if (code == CURLE_OK)
        judge(fetch);
    else if (code == CURLE_FILESIZE_EXCEEDED)
        jg_fetch_fail(fetch, "the answer is over %d bytes", JG_FETCH_BODY_MAX);
    else {
        jg_outbound_blame(&fetch->out, code);
        fetch->outcome = JG_FETCH_FAILED;
    }
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
        .date_s = fetch->date_s > 0 ? fetch->date_s + fetch->age_s : 0,
        .date_at_s = fetch->date_at_s,
        .fault = jg_str(fetch->out.fault),
        .status = fetch->status,
        .took_ms = fetch->took_ms,
    };
}

void
jg_fetch_free(struct jg_fetch *fetch)
{
    if (fetch == NULL)
        return;
    curl_easy_cleanup(fetch->easy);
    curl_slist_free_all(fetch->headers);
    curl_slist_free_all(fetch->answers);
    jg_buf_free(&fetch->body);
    jg_mem_free(fetch);
}

enum jg_err
jg_fetcher_open(const struct jg_fetch_rules *rules, struct jg_fetcher **out)
{
    struct jg_fetcher *fetcher = jg_mem_grow(NULL, sizeof(*fetcher));
    enum jg_err err;

    if (fetcher == NULL)
        return JG_E_NOMEM;
    *fetcher = (struct jg_fetcher){.rules = rules};
    err = jg_outbound_start(&fetcher->multi);
    if (err == JG_OK)
        *out = fetcher;
    else
        jg_mem_free(fetcher);
    return err;
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
    jg_outbound_stop(fetcher->multi);
    jg_mem_free(fetcher);
}
