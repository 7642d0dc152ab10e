/* Requests of scripts: sent, redirected, waited for. */
#include "script_send.h"

#include "clock.h"
#include "script_functions.h"

#include "base/escape.h"

#define WAIT_MS 100

static void
begin(const struct jg_script_api_call *call, struct jg_script_send *item)
{
    const struct jg_call_request request = {
        .method = item->method,
        .url = item->url,
        .body = item->body,
        .headers = item->headers,
        .header_count = item->header_count,
        .timeout_ms = call->deadline_ms - jg_clock_ms(),
        .insecure = call->insecure,
    };

    if (request.timeout_ms <= 0 ||
        jg_call_begin(call->caller, &request, &item->running) != JG_OK)
        item->running = NULL;
}

/* What says who asks is for the place that it was given for. */
static void
drop_secrets(struct jg_script_send *item)
{
    static const char *const secrets[] = {
        "Authorization",       "Cookie",           "Cookie2",
        "Proxy-Authorization", "Www-Authenticate", "X-Tyk-Authorization"};
    size_t kept = 0;

    for (size_t i = 0; i < item->header_count; i++) {
        bool secret = false;

        for (size_t k = 0; k < sizeof(secrets) / sizeof(secrets[0]); k++)
            secret = secret || jg_str_eq_nocase(item->headers[i].name,
                                                jg_str(secrets[k]));
        if (!secret)
            item->headers[kept++] = item->headers[i];
    }
    item->header_count = kept;
}

/* 307 and 308 keep method and body; after the others it is a GET. */
static void
drop_body(struct jg_script_send *item, int status)
{
    if (status == 307 || status == 308)
        return;
    item->body = (struct jg_str){NULL, 0};
    if (!jg_str_eq(item->method, JG_STR("HEAD")))
        item->method = JG_STR("GET");
}

static bool
is_redirect(int status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

static void
fail(struct jg_script_api_call *call, const char *why)
{
    jg_script_warn(call, "its request failed: ", why);
}

/* The next place, if the answer says so. */
static void
follow(struct jg_script_api_call *call, struct jg_script_send *item,
       struct jg_arena *a)
{
    struct jg_call_result result;
    struct jg_str location, url;
    bool same;

    jg_call_result(item->running, &result);
    location = jg_call_header(&result, JG_STR("Location"));
    if (result.failed || !is_redirect(result.status) || location.len == 0)
        return;
    if (item->hops++ < JG_SCRIPT_HOPS_MAX &&
        jg_fetch_url_follow(item->url, location, a, &url, &same)) {
        if (!same)
            drop_secrets(item);
        drop_body(item, result.status);
        item->url = url;
        jg_call_free(item->running);
        begin(call, item);
        return;
    }
    fail(call, "redirects without end, or to what is no URL");
    jg_call_free(item->running);
    item->running = NULL;
}

/* Is one of them still on its way? */
static bool
step(struct jg_script_api_call *call, struct jg_script_send *items,
     size_t count, struct jg_arena *a)
{
    bool running = false;

    for (size_t i = 0; i < count; i++) {
        if (items[i].running != NULL && jg_call_done(items[i].running))
            follow(call, &items[i], a);
        running = running ||
                  (items[i].running != NULL && !jg_call_done(items[i].running));
    }
    return running;
}

void
jg_script_send(struct jg_script_api_call *call, struct jg_script_send *items,
               size_t count, struct jg_arena *a)
{
    struct jg_call_result result;

    for (size_t i = 0; i < count; i++)
        begin(call, &items[i]);
    while (step(call, items, count, a) && jg_clock_ms() < call->deadline_ms)
        jg_caller_wait(call->caller, NULL, 0, WAIT_MS);
    for (size_t i = 0; i < count; i++) {
        if (jg_script_send_result(&items[i], &result))
            continue;
        if (items[i].running == NULL || result.fault.len == 0)
            fail(call, "the deadline, or no memory");
        else
            fail(call, result.fault.p);
    }
}

bool
jg_script_send_result(const struct jg_script_send *item,
                      struct jg_call_result *out)
{
    if (item->running == NULL)
        return false;
    jg_call_result(item->running, out);
    return jg_call_done(item->running) && !out->failed;
}

void
jg_script_send_free(struct jg_script_send *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        jg_call_free(items[i].running);
        items[i].running = NULL;
    }
}

static bool
is_escaped(char c, bool query)
{
    if (c == ' ' || c == '\\')
        return true;
    return !query && (c == '#' || c == '"' || c == '<' || c == '>' ||
                      c == '^' || c == '`' || (c >= '{' && c <= '}'));
}

struct jg_str
jg_script_send_url(struct jg_str text, struct jg_arena *a)
{
    struct jg_str out;
    char escape[JG_ESCAPE_BYTES];
    bool query = false;
    unsigned slashes = 0; /* the path begins with the third one */
    struct jg_buf b;

    jg_buf_init(&b, 3 * JG_FETCH_URL_MAX);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];

        if (query && c == '#')
            break;
        slashes += c == '/';
        query = query || (c == '?' && slashes > 1);
        if ((query || slashes > 2) && is_escaped(c, query)) {
            jg_escape_byte((unsigned char)c, escape);
            jg_buf_add(&b, (struct jg_str){escape, sizeof(escape)});
        } else {
            jg_buf_addc(&b, c);
        }
    }
    out = b.failed ? (struct jg_str){NULL, 0} : jg_arena_str(a, jg_buf_str(&b));
    jg_buf_free(&b);
    return out;
}
