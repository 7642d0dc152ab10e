/* Is it a page of another site that asks? */
#include "admin/origin.h"

#include "model/networks.h"

/* What follows "https://". */
static struct jg_str
authority_of(struct jg_str origin)
{
    static const struct jg_str schemes[] = {JG_STR("http://"),
                                            JG_STR("https://")};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (jg_str_starts_nocase(origin, schemes[i]))
            return jg_str_from(origin, schemes[i].len);
    return (struct jg_str){NULL, 0};
}

static bool
lists_origin(const struct jg_conf *conf, struct jg_str origin)
{
    for (size_t i = 0; i < conf->control_api_origins.count; i++)
        if (jg_str_eq_nocase(conf->control_api_origins.items[i], origin))
            return true;
    return false;
}

static bool
lists_host(const struct jg_conf *conf, struct jg_str host)
{
    for (size_t i = 0; i < conf->control_api_origins.count; i++)
        if (jg_str_eq_nocase(authority_of(conf->control_api_origins.items[i]),
                             host))
            return true;
    return false;
}

/* Without the port: "a:1" is a, "[::1]:1" ::1. */
static struct jg_str
name_of(struct jg_str host)
{
    if (host.len > 0 && host.p[0] == '[') {
        struct jg_str rest = jg_str_from(host, 1);

        return jg_str_head(rest, jg_str_find(rest, ']'));
    }
    return jg_str_head(host, jg_str_find(host, ':'));
}

/* May everybody who owns a domain make this name lead here? */
static bool
may_be_anybodys(struct jg_str name)
{
    struct jg_network address;

    return jg_str_find(name, '.') < name.len &&
           !jg_str_ends(name, JG_STR(".localhost")) &&
           jg_network_read(name, &address) != JG_OK;
}

static bool
is_on_this_machine(const struct jg_conf *conf)
{
    struct jg_str name = conf->control_api_hostname;

    return jg_str_eq(name, JG_STR("localhost")) ||
           jg_str_eq(name, JG_STR("::1")) || jg_str_eq(name, JG_STR("[::1]")) ||
           jg_str_starts(name, JG_STR("127."));
}

/* Is it a browser's, on behalf of another site? */
static bool
is_of_another_site(const struct jg_conf *conf,
                   const struct jg_admin_request *request)
{
    struct jg_str site = request->fetch_site, origin = request->origin;

    if (lists_origin(conf, origin))
        return false;
    if (site.len > 0)
        return !jg_str_eq(site, JG_STR("same-origin")) &&
               !jg_str_eq(site, JG_STR("none"));
    return origin.len > 0 &&
           !jg_str_eq_nocase(authority_of(origin), request->host);
}

bool
jg_admin_is_foreign(const struct jg_conf *conf,
                    const struct jg_admin_request *request)
{
    if (is_of_another_site(conf, request))
        return true;
    return request->port == JG_PORT_CONTROL && is_on_this_machine(conf) &&
           may_be_anybodys(name_of(request->host)) &&
           !lists_host(conf, request->host);
}
