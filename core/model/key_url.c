/* URLs of key sets: which may be used, and when two are the same. */
#include "model/key_url.h"

#include <arpa/inet.h>

#include "jose/sign.h"
#include "model/model_internal.h"

#define HTTPS JG_STR("https://")
#define HTTP JG_STR("http://")
#define WELL_KNOWN "/.well-known/openid-configuration"

bool
jg_key_url_looks_so(struct jg_str text)
{
    return jg_str_starts_nocase(text, HTTPS) ||
           jg_str_starts_nocase(text, HTTP);
}

/* This machine, in the spellings that nobody can misread. */
static bool
is_loopback(struct jg_str host)
{
    unsigned char address[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN];

    if (jg_str_eq(host, JG_STR("localhost")))
        return true;
    if (host.len >= sizeof(text))
        return false;
    memcpy(text, host.p, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, address) == 1)
        return address[0] == 127;
    return inet_pton(AF_INET6, text, address) == 1 &&
           memcmp(address, &in6addr_loopback, sizeof(address)) == 0;
}

/* What no part of such a URL may hold, or NULL. */
static const char *
text_fault(struct jg_str url)
{
    if (url.len > JG_URL_MAX)
        return "the URL is longer than 4096 bytes";
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.p[i];

        if (c <= 0x20 || c >= 0x7f || c == '\\')
            return "a URL holds neither spaces nor control characters, nor a "
                   "backslash, nor letters beyond ASCII";
        if (c == '#')
            return "a fragment ('#') is of no use here";
    }
    return NULL;
}

/* The part between "//" and the path. */
static struct jg_str
authority_of(struct jg_str rest)
{
    size_t i = 0;

    while (i < rest.len && rest.p[i] != '/' && rest.p[i] != '?')
        i++;
    return jg_str_head(rest, i);
}

static enum jg_err
check_host(struct jg_str authority, bool tls, bool allow_http,
           struct jg_arena *a, const char **why)
{
    struct jg_str host;
    uint16_t port;
    enum jg_err err;

    *why = NULL;
    if (jg_str_find(authority, '@') < authority.len)
        *why = "a URL with a user in it is not used";
    if (*why != NULL)
        return JG_E_CONF_VALUE;
    err = jg_host_read(authority, a, &host, &port, why);
    if (err != JG_OK || tls || allow_http || is_loopback(host))
        return err;
    *why = "expected an https URL: http, which anybody on the way can change, "
           "is for this machine only, unless jwks.allow_http is set";
    return JG_E_CONF_VALUE;
}

enum jg_err
jg_key_url_check(struct jg_str url, bool allow_http, const char **why)
{
    bool tls = jg_str_starts_nocase(url, HTTPS);
    struct jg_str rest = jg_str_from(url, tls ? HTTPS.len : HTTP.len);
    struct jg_arena a;
    enum jg_err err;

    *why = text_fault(url);
    if (*why == NULL && !jg_key_url_looks_so(url))
        *why = "expected an https URL";
    if (*why != NULL)
        return JG_E_CONF_VALUE;
    jg_arena_init(&a, 256, 4 * JG_URL_MAX);
    err = check_host(authority_of(rest), tls, allow_http, &a, why);
    jg_arena_free(&a);
    return err;
}

enum jg_err
jg_key_url_id(const struct jg_key_url *url,
              char out[static JG_KEY_URL_ID_BYTES + 1])
{
    struct jg_buf b;
    enum jg_err err = JG_E_NOMEM;

    /* A newline is in no URL, so that no two of these texts are the same. */
    jg_buf_init(&b, 2 * JG_URL_MAX + 16);
    jg_buf_addf(&b, "%d %d\n", url->discover, url->insecure);
    jg_buf_add(&b, url->url);
    jg_buf_addc(&b, '\n');
    if (url->discover)
        jg_buf_add(&b, url->issuer);
    /* Nothing but memory keeps a hash from being computed. */
    if (!b.failed && jg_sha256_hex(jg_buf_str(&b), out) == JG_OK)
        err = JG_OK;
    jg_buf_free(&b);
    return err;
}

enum jg_err
jg_key_url_discovery(struct jg_str issuer, struct jg_arena *a,
                     struct jg_str *out, const char **why)
{
    struct jg_str base = issuer;
    char *url;

    *why = text_fault(issuer);
    if (*why == NULL && !jg_key_url_looks_so(issuer))
        *why = "an issuer whose keys are to be found is an https URL; "
               "otherwise name the URL of its key set as well";
    if (*why == NULL && jg_str_find(issuer, '?') < issuer.len)
        *why = "an issuer has no query (OpenID Connect Discovery 2)";
    if (*why == NULL && issuer.len + sizeof(WELL_KNOWN) > JG_URL_MAX)
        *why = "the issuer is too long";
    if (*why != NULL)
        return JG_E_CONF_VALUE;
    if (jg_str_ends(base, JG_STR("/")))
        base.len--;
    url = jg_arena_alloc(a, base.len + sizeof(WELL_KNOWN));
    if (url == NULL)
        return JG_E_NOMEM;
    memcpy(url, base.p, base.len);
    memcpy(url + base.len, WELL_KNOWN, sizeof(WELL_KNOWN));
    *out = jg_str(url);
    out->len = base.len + sizeof(WELL_KNOWN) - 1;
    return JG_OK;
}
