/* Who may call an API, by address: the lists of a definition, compiled. */
#include "model/networks.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "model/model_internal.h"

#define IPV4_BITS 32
#define IPV6_BITS 128
#define IPV4_AT 12 /* of ::ffff:a.b.c.d */
#define PATH_BYTES 64

/* An address as 16 bytes; <bits> of them it has of its own. */
static bool
read_address(struct jg_str s, unsigned char out[static 16], unsigned *bits)
{
    unsigned char mapped[JG_NETWORK_ADDRESS_BYTES] = {[10] = 0xff, [11] = 0xff};
    char text[INET6_ADDRSTRLEN];

    if (s.len >= sizeof(text) || memchr(s.p, '\0', s.len) != NULL)
        return false;
    memcpy(text, s.p, s.len);
    text[s.len] = '\0';
    *bits = IPV6_BITS;
    if (inet_pton(AF_INET6, text, out) == 1)
        return true;
    if (inet_pton(AF_INET, text, mapped + IPV4_AT) != 1)
        return false;
    memcpy(out, mapped, sizeof(mapped));
    *bits = IPV4_BITS;
    return true;
}

static bool
read_bits(struct jg_str digits, unsigned max, unsigned *out)
{
    uint64_t n;

    if (digits.len > 3 || !jg_str_to_u64(digits, &n) || n > max)
        return false;
    *out = (unsigned)n;
    return true;
}

enum jg_err
jg_network_read(struct jg_str text, struct jg_network *out)
{
    size_t slash = jg_str_find(text, '/');
    struct jg_network network;
    unsigned family_bits, bits;

    if (text.len == 0 ||
        !read_address(jg_str_head(text, slash), network.address, &family_bits))
        return JG_E_CONF_VALUE;
    bits = family_bits;
    if (slash < text.len &&
        !read_bits(jg_str_from(text, slash + 1), family_bits, &bits))
        return JG_E_CONF_VALUE;
    network.bits = IPV6_BITS - family_bits + bits;
    *out = network;
    return JG_OK;
}

static bool
is_in(const struct jg_network *network, const struct jg_network *address)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    if (memcmp(network->address, address->address, whole) != 0)
        return false;
    return rest == 0 || ((network->address[whole] ^ address->address[whole]) >>
                         (8 - rest)) == 0;
}

bool
jg_networks_have(const struct jg_networks *networks,
                 const struct jg_network *address)
{
    for (size_t i = 0; i < networks->count; i++)
        if (is_in(&networks->items[i], address))
            return true;
    return false;
}

/* One of the two lists of a definition. */
struct list {
    const char *name, *effect; /* of an entry that cannot be read */
    const struct jg_strs *texts;
    enum jg_severity severity; /* of such an entry */
};

static enum jg_err
read_entry(struct jg_api_reading *r, const struct list *list, size_t i,
           struct jg_network *out)
{
    char path[PATH_BYTES];
    enum jg_err err = jg_network_read(jg_str_trim(list->texts->items[i]), out);

    if (err == JG_OK)
        return JG_OK;
    snprintf(path, sizeof(path), "%s.%zu", list->name, i);
    return jg_bind_report(r->source, list->severity, err, path, NULL,
                          "for example \"10.0.0.0/8\" or \"2001:db8::1\"",
                          "neither an address nor a network: %s", list->effect);
}

/* All of a list are compared with each request's address. */
static enum jg_err
check_count(struct jg_api_reading *r, const struct list *list)
{
    if (list->texts->count <= JG_NETWORKS_MAX)
        return JG_OK;
    return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, list->name,
                          NULL, "write networks instead of single addresses",
                          "has %zu entries, at most %d are possible",
                          list->texts->count, JG_NETWORKS_MAX);
}

static enum jg_err
read_list(struct jg_api_reading *r, const struct list *list,
          struct jg_networks *out)
{
    struct jg_network *items =
        jg_arena_array(&r->api->arena, list->texts->count, sizeof(*items));
    enum jg_err err = items == NULL ? JG_E_NOMEM : check_count(r, list);
    size_t count = 0;

    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < list->texts->count; i++) {
        err = read_entry(r, list, i, &items[count]);
        if (err == JG_OK)
            count++;
        else if (list->severity == JG_FAULT)
            return err;
    }
    *out = (struct jg_networks){items, count};
    return JG_OK;
}

/* An entry that lets nobody in is harmless; one that keeps nobody out is not.
 * An empty list is as good as none, as in Tyk. */
enum jg_err
jg_api_read_networks(struct jg_api_reading *r)
{
    const struct jg_api_def *def = &r->api->def;
    const struct list allowed = {"allowed_ips", "it lets nobody in",
                                 &def->allowed_ips, JG_WARNING};
    const struct list blocked = {"blacklisted_ips", "it would block nobody",
                                 &def->blacklisted_ips, JG_FAULT};
    bool allow = def->enable_ip_whitelisting && def->allowed_ips.count > 0;
    bool block = def->enable_ip_blacklisting && def->blacklisted_ips.count > 0;
    struct jg_caller_rules *rules;
    enum jg_err err = JG_OK;

    if (!allow && !block)
        return JG_OK;
    rules = jg_arena_alloc(&r->api->arena, sizeof(*rules));
    if (rules == NULL)
        return JG_E_NOMEM;
    rules->only_allowed = allow;
    r->api->callers = rules;
    if (allow)
        err = read_list(r, &allowed, &rules->allowed);
    return err == JG_OK && block ? read_list(r, &blocked, &rules->blocked)
                                 : err;
}
