/* Where an API listens: its path and its domain, checked and cleaned. */
#include <arpa/inet.h>

#include "model/model_internal.h"

#define HOST_MAX 253 /* bytes of a host name, RFC 1035 2.3.4 */
#define LABEL_MAX 63

/* Bytes that a listen path cannot hold, and why. */
static const struct {
    const char *bytes;
    const char *why;
} unfit[] = {
    {"{}", "patterns in a listen path are not available in this version"},
    {"?#", "a listen path has no query and no fragment"},
    {"%", "a listen path is written decoded, without %"},
    {"\\", "a listen path cannot hold a backslash"},
    {" ", "a listen path cannot hold spaces"},
};

static const char *
listen_path_fault(struct jg_str path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.p[i];

        if (c < 0x20 || c == 0x7f)
            return "a listen path cannot hold control characters";
        for (size_t k = 0; k < sizeof(unfit) / sizeof(unfit[0]); k++)
            if (strchr(unfit[k].bytes, c) != NULL)
                return unfit[k].why;
    }
    return NULL;
}

/* The length of the <len> bytes at <p> without their last "/segment". */
static size_t
drop_segment(const char *p, size_t len)
{
    while (len > 0 && p[--len] != '/')
        ;
    return len;
}

static bool
is_clean(struct jg_str path)
{
    if (!jg_str_starts(path, JG_STR("/")))
        return false;
    for (size_t i = 1; i < path.len; i++)
        if (path.p[i - 1] == '/' && (path.p[i] == '/' || path.p[i] == '.'))
            return false; /* or so it seems: that is found out slowly */
    return true;
}

enum jg_err
jg_listen_path_clean(struct jg_str path, struct jg_arena *a, struct jg_str *out,
                     const char **why)
{
    bool slash = path.len > 0 && path.p[path.len - 1] == '/';
    struct jg_str segment;
    size_t len = 0;
    char *to;

    *why = listen_path_fault(path);
    if (*why != NULL)
        return JG_E_CONF_VALUE;
    if (is_clean(path)) { /* most are */
        *out = path;
        return JG_OK;
    }
    to = jg_arena_alloc(a, path.len + 2); /* '/' at both ends */
    if (to == NULL)
        return JG_E_NOMEM;
    while (jg_str_next(&path, '/', &segment)) {
        if (segment.len == 0 || jg_str_eq(segment, JG_STR(".")))
            continue;
        if (jg_str_eq(segment, JG_STR(".."))) {
            len = drop_segment(to, len);
            continue;
        }
        to[len++] = '/';
        memcpy(to + len, segment.p, segment.len);
        len += segment.len;
    }
    if (len == 0 || slash)
        to[len++] = '/';
    *out = (struct jg_str){to, len};
    return JG_OK;
}

/* Letters, digits, '-' and '_' in labels of the right size. */
static const char *
name_fault(struct jg_str host)
{
    struct jg_str label;

    if (host.len == 0)
        return "the host is missing";
    if (host.len > HOST_MAX)
        return "the host name is longer than 253 bytes";
    while (jg_str_next(&host, '.', &label)) {
        if (label.len == 0 || label.len > LABEL_MAX)
            return "the parts of a host name have 1 to 63 bytes";
        for (size_t i = 0; i < label.len; i++) {
            unsigned char c = (unsigned char)label.p[i];

            if (c >= 0x80)
                return "write the host name in ASCII (xn--...)";
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
                !(c >= 'A' && c <= 'Z') && c != '-' && c != '_')
                return "a host name holds only letters, digits, '-' and '.'";
        }
    }
    return NULL;
}

static const char *
ipv6_fault(struct jg_str host)
{
    unsigned char address[16];
    char text[INET6_ADDRSTRLEN];

    if (host.len >= sizeof(text))
        return "the IPv6 address is malformed";
    memcpy(text, host.p, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET6, text, address) == 1
               ? NULL
               : "the IPv6 address is malformed";
}

static const char *
port_fault(struct jg_str text, uint16_t *port)
{
    uint64_t n;

    if (!jg_str_to_u64(text, &n) || n < 1 || n > 65535)
        return "the port is not a number from 1 to 65535";
    *port = (uint16_t)n;
    return NULL;
}

static bool
is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* <s> without capitals: itself, when it has none. */
static enum jg_err
lower_case(struct jg_str s, struct jg_arena *a, struct jg_str *out)
{
    size_t i = 0;
    char *copy;

    while (i < s.len && !is_capital(s.p[i]))
        i++;
    if (i == s.len) {
        *out = s;
        return JG_OK;
    }
    copy = jg_arena_alloc(a, s.len);
    if (copy == NULL)
        return JG_E_NOMEM;
    for (i = 0; i < s.len; i++)
        copy[i] = is_capital(s.p[i]) ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    *out = (struct jg_str){copy, s.len};
    return JG_OK;
}

enum jg_err
jg_host_read(struct jg_str authority, struct jg_arena *a, struct jg_str *host,
             uint16_t *port, const char **why)
{
    bool ipv6 = jg_str_starts(authority, JG_STR("["));
    size_t end = jg_str_find(authority, ipv6 ? ']' : ':');
    struct jg_str name = jg_str_head(authority, end);
    struct jg_str rest = jg_str_from(authority, ipv6 ? end + 1 : end);

    *port = 0;
    if (ipv6)
        name = jg_str_from(name, 1);
    *why = ipv6 ? ipv6_fault(name) : name_fault(name);
    if (*why == NULL && ipv6 && end == authority.len)
        *why = "the IPv6 address has no ']' at its end";
    if (*why == NULL && rest.len > 0)
        *why = rest.p[0] == ':' ? port_fault(jg_str_from(rest, 1), port)
                                : "only a port can follow the IPv6 address";
    if (*why != NULL)
        return JG_E_CONF_VALUE;

    return lower_case(name, a, host);
}

enum jg_err
jg_api_read_listen(struct jg_api_reading *r)
{
    static const char path[] = "proxy.listen_path";
    struct jg_str text = r->api->def.proxy.listen_path;
    const char *why;
    enum jg_err err;

    if (text.len == 0)
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_MISSING, path,
                              NULL, "for example \"/my-api/\"",
                              "the listen path is missing");
    err =
        jg_listen_path_clean(text, &r->api->arena, &r->api->listen_path, &why);
    if (err == JG_E_CONF_VALUE)
        jg_bind_report(r->source, JG_FAULT, err, path,
                       jg_json_path(r->root, jg_str(path)), NULL, "%s", why);
    return err;
}

enum jg_err
jg_api_read_domain(struct jg_api_reading *r)
{
    struct jg_str domain = r->api->def.domain;
    const struct jg_json *found = jg_json_get(r->root, JG_STR("domain"));
    uint16_t port;
    const char *why;
    enum jg_err err;

    if (domain.len == 0 || r->api->def.domain_disabled)
        return JG_OK;
    if (!r->conf->enable_custom_domains) {
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, "domain", found,
                       "set enable_custom_domains in the gateway's "
                       "configuration",
                       "enable_custom_domains is off, so that the API is "
                       "served on every host, as in Tyk");
        return JG_OK;
    }
    err = jg_host_read(domain, &r->api->arena, &r->api->host, &port, &why);
    if (err == JG_E_CONF_VALUE)
        jg_bind_report(r->source, JG_FAULT, err, "domain", found, NULL, "%s",
                       jg_str_find(domain, '{') < domain.len
                           ? "patterns in a domain are not available in this "
                             "version"
                           : why);
    return err;
}
