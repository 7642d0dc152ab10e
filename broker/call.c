/* Calls of other services with libcurl. */
#include "call.h"

#include "base/arena.h"
#include "outbound.h"

#include <string.h>

#define CONNECT_MS 5000

struct jg_caller {
    const struct jg_fetch_rules *rules;
    CURLM *multi;
    struct jg_call *calls;
    size_t running;
};

struct jg_call {
    struct jg_caller *caller;
    struct jg_call *next;
    void *owner;
    bool done, added, timed_out;
    int status;
    CURL *easy;
    struct jg_outbound out;
    struct curl_slist *headers;
    struct jg_buf head, body, sent; /* <sent>: the request's body */
};

enum jg_err
jg_caller_open(const struct jg_fetch_rules *rules, struct jg_caller **out)
{
    struct jg_caller *caller = jg_mem_grow(NULL, sizeof(*caller));
    enum jg_err err;

    if (caller == NULL)
        return JG_E_NOMEM;
    *caller = (struct jg_caller){.rules = rules};
    err = jg_outbound_start(&caller->multi);
    if (err != JG_OK) {
        jg_mem_free(caller);
        return err;
    }
    curl_multi_setopt(caller->multi, CURLMOPT_MAXCONNECTS,
                      (long)JG_CALL_CONNECTIONS_MAX);
    *out = caller;
    return JG_OK;
}

void
jg_caller_close(struct jg_caller *caller)
{
    if (caller == NULL)
        return;
    while (caller->calls != NULL)
        jg_call_free(caller->calls);
    jg_outbound_stop(caller->multi);
    jg_mem_free(caller);
}

static size_t
take_body(char *p, size_t size, size_t count, void *arg)
{
    struct jg_call *call = arg;

    jg_buf_add(&call->body, (struct jg_str){p, size * count});
    if (call->body.failed)
        jg_outbound_fail(&call->out, call->body.max > JG_CALL_BODY_MAX
                                         ? "the answer is over 32 MiB"
                                         : "the answer is over 1 MiB");
    return call->body.failed ? 0 : size * count;
}

/* The lines of the last answer: each status line begins a new one. */
static size_t
take_head(char *p, size_t size, size_t count, void *arg)
{
    struct jg_call *call = arg;
    struct jg_str line = {p, size * count};

    if (jg_str_starts(line, JG_STR("HTTP/")))
        jg_buf_reset(&call->head);
    else
        jg_buf_add(&call->head, line);
    if (call->head.failed)
        jg_outbound_fail(&call->out, "the answer's header is over 64 KiB");
    return call->head.failed ? 0 : line.len;
}

static bool
add_line(struct jg_call *call, struct jg_str name, struct jg_str value)
{
    struct curl_slist *more;
    struct jg_buf line;

    if (name.len == 0)
        return true;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.p[i] <= ' ' || name.p[i] == ':')
            return true; /* no header has such a name: left out */
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.p[i] < ' ' && value.p[i] != '\t')
            return true; /* it would be another header */
    jg_buf_init(&line, JG_CALL_HEADER_MAX);
    jg_buf_add(&line, name);
    jg_buf_add(&line, value.len > 0 ? JG_STR(": ") : JG_STR(";"));
    jg_buf_add(&line, value);
    jg_buf_addc(&line, '\0');
    more = line.failed ? NULL : curl_slist_append(call->headers, line.p);
    jg_buf_free(&line);
    if (more != NULL)
        call->headers = more;
    return more != NULL;
}

/* libcurl would add these by itself. */
static bool
add_headers(struct jg_call *call, const struct jg_call_request *request)
{
    bool typed = false;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct jg_call_header *h = &request->headers[i];

        typed = typed || jg_str_eq_nocase(h->name, JG_STR("Content-Type"));
        if (!jg_str_eq_nocase(h->name, JG_STR("Content-Length")) &&
            !jg_str_eq_nocase(h->name, JG_STR("Transfer-Encoding")) &&
            !add_line(call, h->name, h->value))
            return false;
    }
    for (const char *const *line =
             (const char *const[]){
                 "Expect:", typed ? NULL : "Content-Type:", NULL};
         *line != NULL; line++) {
        struct curl_slist *more = curl_slist_append(call->headers, *line);

        if (more == NULL)
            return false;
        call->headers = more;
    }
    return true;
}

static bool
set_limits(CURL *easy, const struct jg_call_request *request)
{
    return jg_outbound_long(easy, CURLOPT_TIMEOUT_MS,
                            (long)request->timeout_ms) &&
           jg_outbound_long(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
}

/* A body is sent with any method that comes with one. */
static bool
set_request(struct jg_call *call, const struct jg_call_request *request)
{
    struct jg_buf text;
    bool set;

    jg_buf_init(&text, JG_FETCH_URL_MAX + 64);
    jg_buf_add(&text, request->url);
    jg_buf_addc(&text, '\0');
    set = !text.failed && jg_outbound_ptr(call->easy, CURLOPT_URL, text.p);
    jg_buf_reset(&text);
    jg_buf_add(&text, request->method);
    jg_buf_addc(&text, '\0');
    if (jg_str_eq(request->method, JG_STR("HEAD")))
        set = set && jg_outbound_long(call->easy, CURLOPT_NOBODY, 1);
    else if (request->body.len > 0 ||
             jg_str_eq(request->method, JG_STR("POST")))
        set = set &&
              jg_outbound_long(call->easy, CURLOPT_POSTFIELDSIZE,
                               (long)call->sent.len) &&
              jg_outbound_ptr(call->easy, CURLOPT_POSTFIELDS, call->sent.p);
    set = set && !text.failed &&
          jg_outbound_ptr(call->easy, CURLOPT_CUSTOMREQUEST, text.p);
    jg_buf_free(&text);
    return set && add_headers(call, request) &&
           jg_outbound_ptr(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static bool
prepare(struct jg_call *call, const struct jg_call_request *request)
{
    jg_buf_add(&call->sent, request->body);
    jg_buf_addc(&call->sent, '\0');
    call->sent.len--;
    call->easy = curl_easy_init();
    return call->easy != NULL && !call->sent.failed &&
           jg_outbound_prepare(call->easy, &call->out, request->url,
                               request->insecure) &&
           set_limits(call->easy, request) &&
           jg_outbound_listen(call->easy, take_head, take_body, call) &&
           set_request(call, request) &&
           curl_multi_add_handle(call->caller->multi, call->easy) == CURLM_OK;
}

static bool
is_valid_method(struct jg_str method)
{
    for (size_t i = 0; i < method.len; i++)
        if ((method.p[i] < 'A' || method.p[i] > 'Z') && method.p[i] != '-')
            return false;
    return method.len > 0 && method.len < 32;
}

enum jg_err
jg_call_begin(struct jg_caller *caller, const struct jg_call_request *request,
              struct jg_call **out)
{
    struct jg_call *call = jg_mem_grow(NULL, sizeof(*call));
    char fault[JG_FETCH_FAULT_MAX];

    if (call == NULL)
        return JG_E_NOMEM;
    memset(call, 0, sizeof(*call));
    call->caller = caller;
    call->owner = request->owner;
    call->out.rules = caller->rules;
    jg_buf_init(&call->head, JG_CALL_HEADER_MAX);
    jg_buf_init(&call->body, request->answer_max > 0 ? request->answer_max
                                                     : JG_CALL_BODY_MAX);
    jg_buf_init(&call->sent, request->body.len + 1); /* and a NUL */
    call->next = caller->calls;
    caller->calls = call;
    if (!is_valid_method(request->method))
        jg_outbound_fail(&call->out, "it is no HTTP method");
    else if (jg_fetch_refuses(caller->rules, request->url, fault))
        jg_outbound_fail(&call->out, "%s", fault);
    else if (prepare(call, request))
        call->added = true;
    else
        jg_outbound_fail(&call->out, "out of memory");
    call->done = !call->added;
    caller->running += call->added;
    *out = call;
    return JG_OK;
}

static void
settle(struct jg_call *call, CURLcode code)
{
    long status = 0;

    call->done = true;
    call->caller->running--;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->status = (int)status;
    call->timed_out = code == CURLE_OPERATION_TIMEDOUT;
    if (code != CURLE_OK)
        jg_outbound_blame(&call->out, code);
}

void
jg_caller_wait(struct jg_caller *caller, struct curl_waitfd *fds,
               unsigned count, int timeout_ms)
{
    int running, left;
    CURLMsg *message;

    curl_multi_perform(caller->multi, &running);
    if ((size_t)running == caller->running)
        curl_multi_poll(caller->multi, fds, count, timeout_ms, NULL);
    curl_multi_perform(caller->multi, &running);
    while ((message = curl_multi_info_read(caller->multi, &left)) != NULL) {
        struct jg_call *call;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        settle(call, message->data.result);
    }
}

struct jg_call *
jg_caller_next(struct jg_caller *caller)
{
    struct jg_call *call = caller->calls;

    while (call != NULL && !call->done)
        call = call->next;
    return call;
}

size_t
jg_caller_running(const struct jg_caller *caller)
{
    return caller->running;
}

bool
jg_call_done(const struct jg_call *call)
{
    return call->done;
}

void *
jg_call_owner(const struct jg_call *call)
{
    return call->owner;
}

void
jg_call_result(const struct jg_call *call, struct jg_call_result *out)
{
    *out = (struct jg_call_result){
        .failed = call->out.fault[0] != '\0',
        .timed_out = call->timed_out,
        .status = call->status,
        .body = jg_buf_str(&call->body),
        .head = jg_buf_str(&call->head),
        .fault = jg_str(call->out.fault),
    };
}

struct jg_str
jg_call_header(const struct jg_call_result *result, struct jg_str name)
{
    struct jg_str head = result->head, line;

    while (jg_str_next(&head, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        if (colon < line.len &&
            jg_str_eq_nocase(jg_str_head(line, colon), name))
            return jg_str_trim(jg_str_from(line, colon + 1));
    }
    return (struct jg_str){NULL, 0};
}

void
jg_call_free(struct jg_call *call)
{
    struct jg_call **at;

    if (call == NULL)
        return;
    for (at = &call->caller->calls; *at != call; at = &(*at)->next)
        continue;
    *at = call->next;
    if (call->added)
        curl_multi_remove_handle(call->caller->multi, call->easy);
    call->caller->running -= call->added && !call->done;
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    jg_buf_free(&call->head);
    jg_buf_free(&call->body);
    jg_mem_wipe(call->sent.p, call->sent.len); /* passwords */
    jg_buf_free(&call->sent);
    jg_mem_free(call);
}
