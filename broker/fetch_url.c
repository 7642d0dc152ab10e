/* URLs: taken apart by the one parser that also fetches them. */
#include "fetch_internal.h"

#include <stdio.h>
#include <sys/socket.h>

#define HOST_MAX 256

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

bool
jg_fetch_url_read(struct jg_str url, struct jg_fetch_url *out)
{
    const char *why;
    CURLU *parts = read_url(url, &why);
    char host[HOST_MAX];
    bool good = parts != NULL && host_of(parts, host, sizeof(host));

    if (good)
        *out =
            (struct jg_fetch_url){has_scheme(parts, "http"), is_loopback(host)};
    curl_url_cleanup(parts);
    return good;
}

/* Scheme, host and port are the same. */
static bool
is_same_origin(CURLU *a, CURLU *b)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST,
                                      CURLUPART_PORT};
    bool same = true;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char *x = NULL, *y = NULL;

        same = same &&
               curl_url_get(a, parts[i], &x, CURLU_DEFAULT_PORT) == CURLUE_OK &&
               curl_url_get(b, parts[i], &y, CURLU_DEFAULT_PORT) == CURLUE_OK &&
               jg_str_eq_nocase(jg_str(x), jg_str(y));
        curl_free(x);
        curl_free(y);
    }
    return same;
}

bool
jg_fetch_url_follow(struct jg_str from, struct jg_str location,
                    struct jg_arena *a, struct jg_str *out, bool *same)
{
    const char *why;
    CURLU *old = read_url(from, &why);
    CURLU *parts = old != NULL ? curl_url_dup(old) : NULL;
    struct jg_str to =
        jg_arena_join(a, (const struct jg_str[]){location, {"", 1}}, 2);
    char *text = NULL;
    bool good =
        parts != NULL && to.p != NULL &&
        jg_str_find(location, '\0') == location.len &&
        curl_url_set(parts, CURLUPART_URL, to.p,
                     CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK;

    if (good) {
        *same = is_same_origin(old, parts);
        *out = jg_arena_str(a, jg_str(text));
        good = out->p != NULL;
    }
    curl_free(text);
    curl_url_cleanup(parts);
    curl_url_cleanup(old);
    return good;
}
