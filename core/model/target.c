/* Target URLs, taken apart once. */
#include <stdio.h>

#include "base/escape.h"
#include "model/model_internal.h"

/* Schemes, and the port without one in the URL. */
static const struct {
    const char *name;
    bool tls;
    uint16_t port;
} schemes[] = {{"http", false, 80}, {"https", true, 443}};

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

/* Can <c> stand in a path or query as it is (RFC 3986 3.3, 3.4)? */
static bool
is_plain(char c, bool query)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
        (c >= 'A' && c <= 'Z'))
        return true;
    return c != '\0' &&
           strchr(query ? "-._~!$&'()*+,;=:@/?" : "-._~!$&'()*+,;=:@/", c) !=
               NULL;
}

/* Why <part> cannot be in a URL, or NULL; and how many bytes to encode. */
static const char *
part_fault(struct jg_str part, bool query, size_t *encoded)
{
    *encoded = 0;
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.p[i];

        if (c < 0x20 || c == 0x7f)
            return "the URL holds a control character";
        if (c == '%' && (part.len - i < 3 || !is_hex(part.p[i + 1]) ||
                         !is_hex(part.p[i + 2])))
            return "a % is not followed by two hexadecimal digits";
        *encoded += c != '%' && !is_plain((char)c, query);
    }
    return NULL;
}

/* <part> of a URL, with everything encoded that cannot stand there. */
static enum jg_err
encode(struct jg_str part, bool query, struct jg_arena *a, struct jg_str *out,
       const char **why)
{
    size_t encoded, len = 0;
    char *to;

    *why = part_fault(part, query, &encoded);
    if (*why != NULL)
        return JG_E_CONF_VALUE;
    *out = part;
    if (encoded == 0) /* nearly always */
        return JG_OK;
    to = jg_arena_alloc(a, part.len + 2 * encoded);
    if (to == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.p[i];

        if (c == '%' || is_plain((char)c, query)) {
            to[len++] = (char)c;
            continue;
        }
        jg_escape_byte(c, to + len);
        len += JG_ESCAPE_BYTES;
    }
    *out = (struct jg_str){to, len};
    return JG_OK;
}

/* Past the scheme of <url>; false: none that we speak. */
static bool
take_scheme(struct jg_str *url, struct jg_target *t, const char **why)
{
    size_t colon = jg_str_find(*url, ':');
    struct jg_str name = jg_str_head(*url, colon);
    struct jg_str rest = jg_str_from(*url, colon);
    bool slashes = jg_str_starts(rest, JG_STR("://"));

    t->port = schemes[0].port;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (!jg_str_eq_nocase(name, jg_str(schemes[i].name)) || rest.len == 0)
            continue;
        *why = "\"://\" is expected behind the scheme";
        t->tls = schemes[i].tls;
        t->port = schemes[i].port;
        *url = jg_str_from(rest, 3);
        return slashes;
    }
    *why = jg_str_eq_nocase(name, JG_STR("tyk"))
               ? "loops (tyk://) are not available in this version"
               : "the scheme is neither http nor https";
    return !slashes || jg_str_find(name, '/') < name.len;
}

/* Length of <url> up to its path, query or fragment. */
static size_t
authority_len(struct jg_str url)
{
    size_t len = 0;

    while (len < url.len && url.p[len] != '/' && url.p[len] != '?' &&
           url.p[len] != '#')
        len++;
    return len;
}

static enum jg_err
read_authority(struct jg_str authority, struct jg_arena *a, struct jg_target *t,
               const char **why)
{
    bool ipv6 = jg_str_starts(authority, JG_STR("["));
    size_t size;
    uint16_t port;
    enum jg_err err;
    char *text;
    int len;

    if (jg_str_find(authority, '@') < authority.len) {
        *why = "a user name or password does not belong into a target URL";
        return JG_E_CONF_VALUE;
    }
    err = jg_host_read(authority, a, &t->host, &port, why);
    if (err != JG_OK)
        return err;
    if (port == 0 && !ipv6) { /* the usual case: one text for both */
        t->host_header = t->host;
        return JG_OK;
    }
    size = t->host.len + sizeof("[]:65535");
    text = jg_arena_alloc(a, size);
    if (text == NULL)
        return JG_E_NOMEM;
    len = snprintf(text, size, ipv6 ? "[%.*s]" : "%.*s", JG_STR_ARG(t->host));
    if (port != 0) {
        t->port = port;
        len += snprintf(text + len, size - (size_t)len, ":%u", port);
    }
    t->host_header = (struct jg_str){text, (size_t)len};
    return JG_OK;
}

enum jg_err
jg_target_read(struct jg_str url, struct jg_arena *a, struct jg_target *out,
               const char **why)
{
    struct jg_target t = {.url = url};
    struct jg_str rest = url, path;
    size_t len;
    enum jg_err err;

    if (url.len > JG_URL_MAX) {
        *why = "the URL is longer than 4096 bytes";
        return JG_E_CONF_VALUE;
    }
    if (!take_scheme(&rest, &t, why))
        return JG_E_CONF_VALUE;
    len = authority_len(rest);
    err = read_authority(jg_str_head(rest, len), a, &t, why);
    if (err != JG_OK)
        return err;

    rest = jg_str_from(rest, len);
    if (jg_str_find(rest, '#') < rest.len) {
        *why = "a fragment (#...) is never sent to a server";
        return JG_E_CONF_VALUE;
    }
    path = jg_str_head(rest, jg_str_find(rest, '?'));
    t.path_slash = jg_str_ends(path, JG_STR("/"));
    while (jg_str_ends(path, JG_STR("/")))
        path.len--;
    if (path.len > 0)
        err = encode(path, false, a, &t.path, why);
    rest = jg_str_from(rest, jg_str_find(rest, '?') + 1);
    if (err == JG_OK && rest.len > 0)
        err = encode(rest, true, a, &t.query, why);
    if (err == JG_OK)
        *out = t;
    return err;
}

/* Target <t> is the one at <path>. */
static enum jg_err
read_one(struct jg_api_reading *r, struct jg_str url, const char *path,
         struct jg_target *t)
{
    const char *why = NULL;
    enum jg_err err = jg_target_read(url, &r->api->arena, t, &why);

    /* A URL may hold a password: it is not shown. */
    if (err == JG_E_CONF_VALUE)
        jg_bind_report(r->source, JG_FAULT, err, path, NULL, NULL, "%s", why);
    return err;
}

static enum jg_err
read_list(struct jg_api_reading *r, const struct jg_strs *list)
{
    struct jg_target *targets;
    enum jg_err first = JG_OK;

    if (list->count == 0 || list->count > JG_TARGETS_MAX)
        return jg_bind_report(
            r->source, JG_FAULT,
            list->count == 0 ? JG_E_CONF_MISSING : JG_E_CONF_VALUE,
            "proxy.target_list", NULL,
            "or switch enable_load_balancing off to use target_url",
            "enable_load_balancing needs 1 to %d targets", JG_TARGETS_MAX);
    targets = jg_arena_array(&r->api->arena, list->count, sizeof(*targets));
    if (targets == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < list->count; i++) {
        char path[sizeof("proxy.target_list.") + 20];
        enum jg_err err;

        snprintf(path, sizeof(path), "proxy.target_list.%zu", i);
        err = read_one(r, list->items[i], path, &targets[i]);
        if (first == JG_OK)
            first = err;
    }
    r->api->targets = targets;
    r->api->target_count = list->count;
    return first;
}

enum jg_err
jg_api_read_targets(struct jg_api_reading *r)
{
    const struct jg_api_proxy *proxy = &r->api->def.proxy;
    struct jg_target *target;

    if (proxy->enable_load_balancing)
        return read_list(r, &proxy->target_list);
    if (proxy->target_url.len == 0)
        return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_MISSING,
                              "proxy.target_url", NULL,
                              "for example \"http://127.0.0.1:8000\"",
                              "the target URL is missing");
    target = jg_arena_alloc(&r->api->arena, sizeof(*target));
    if (target == NULL)
        return JG_E_NOMEM;
    r->api->targets = target;
    r->api->target_count = 1;
    return read_one(r, proxy->target_url, "proxy.target_url", target);
}
