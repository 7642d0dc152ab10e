/* libcurl, as all of the broker uses it. */
#include "outbound.h"

#include "fetch_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#ifndef JG_VERSION
#define JG_VERSION "0" /* the build sets it */
#endif

enum jg_err
jg_outbound_start(CURLM **multi)
{
    unsetenv("SSLKEYLOGFILE"); /* libcurl looks for it when it starts */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return JG_E_IO;
    *multi = curl_multi_init();
    if (*multi != NULL)
        return JG_OK;
    curl_global_cleanup();
    return JG_E_NOMEM;
}

void
jg_outbound_stop(CURLM *multi)
{
    if (multi == NULL)
        return;
    curl_multi_cleanup(multi);
    curl_global_cleanup();
}

/* Printable ASCII only: parts of it come from servers. */
static void
clean(char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

void
jg_outbound_fail(struct jg_outbound *o, const char *format, ...)
{
    va_list args;

    if (o->fault[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(o->fault, sizeof(o->fault), format, args);
    va_end(args);
    clean(o->fault);
}

void
jg_outbound_blame(struct jg_outbound *o, CURLcode code)
{
    jg_outbound_fail(o, "%s",
                     o->curl_fault[0] != '\0' ? o->curl_fault
                                              : curl_easy_strerror(code));
}

bool
jg_outbound_long(CURL *easy, CURLoption option, long value)
{
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

bool
jg_outbound_ptr(CURL *easy, CURLoption option, const void *value)
{
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/*
 * The last word on where a connection goes: the address is the one that will
 * be connected to, whatever name or spelling led to it.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct jg_outbound *o = arg;
    const char *why = jg_reach_forbidden(&o->rules->reach, &address->addr);

    (void)purpose;
    if (why == NULL && o->loopback_only &&
        !jg_reach_is_loopback(&address->addr))
        why = "plain http:// is for this machine only";
    if (why != NULL) {
        jg_outbound_fail(o, "not allowed: its address is forbidden: %s", why);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

static bool
set_limits(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } longs[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1}, /* never wait for a lookup that hangs */
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    };

    for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
        if (!jg_outbound_long(easy, longs[i].option, longs[i].value))
            return false;
    return jg_outbound_ptr(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           jg_outbound_ptr(easy, CURLOPT_USERAGENT, "jotgate/" JG_VERSION);
}

/* Set to something in any case: else libcurl asks the environment. */
static bool
set_proxy(CURL *easy, const struct jg_outbound *o)
{
    bool direct = o->rules->proxy == NULL || o->loopback;

    return jg_outbound_ptr(easy, CURLOPT_PROXY,
                           direct ? "" : o->rules->proxy) &&
           jg_outbound_ptr(easy, CURLOPT_NOPROXY, "");
}

static bool
set_tls(CURL *easy, const struct jg_fetch_rules *rules, bool insecure)
{
    return jg_outbound_long(easy, CURLOPT_SSL_VERIFYPEER, !insecure) &&
           jg_outbound_long(easy, CURLOPT_SSL_VERIFYHOST, insecure ? 0 : 2) &&
           (rules->ca_file == NULL ||
            (jg_outbound_ptr(easy, CURLOPT_CAINFO, rules->ca_file) &&
             jg_outbound_ptr(easy, CURLOPT_CAPATH, NULL)));
}

bool
jg_outbound_prepare(CURL *easy, struct jg_outbound *o, struct jg_str url,
                    bool insecure)
{
    struct jg_fetch_url parts;

    if (!jg_fetch_url_read(url, &parts))
        return false;
    o->loopback = parts.loopback;
    o->loopback_only = parts.http && !o->rules->reach.http;
    return set_limits(easy) && set_proxy(easy, o) &&
           set_tls(easy, o->rules, insecure) &&
           jg_outbound_ptr(easy, CURLOPT_ERRORBUFFER, o->curl_fault) &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
               CURLE_OK &&
           jg_outbound_ptr(easy, CURLOPT_OPENSOCKETDATA, o);
}

bool
jg_outbound_listen(CURL *easy, jg_outbound_take *head, jg_outbound_take *body,
                   void *arg)
{
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, head) == CURLE_OK &&
           jg_outbound_ptr(easy, CURLOPT_HEADERDATA, arg) &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body) == CURLE_OK &&
           jg_outbound_ptr(easy, CURLOPT_WRITEDATA, arg) &&
           jg_outbound_ptr(easy, CURLOPT_PRIVATE, arg);
}
