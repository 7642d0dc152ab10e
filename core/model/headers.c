/* The headers that an API adds: what would break the request is refused. */
#include "model/model_internal.h"

#define PLACE "version_data.versions"

/* RFC 9110 5.6.2 */
static bool
is_token(struct jg_str name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
            !(c >= 'A' && c <= 'Z') && (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return name.len > 0;
}

/* A line end would begin another header, or another request. */
static bool
is_value(struct jg_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* What is wrong is not shown: a value may be a secret, a name anything. */
enum jg_err
jg_api_read_headers(struct jg_api_reading *r)
{
    const struct jg_api_version *version = r->api->headers;

    if (version == NULL || version->global_headers_disabled)
        return JG_OK;
    for (size_t i = 0; i < version->global_headers.count; i++) {
        const struct jg_pair *pair = &version->global_headers.items[i];

        if (!is_token(pair->name))
            return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, PLACE,
                                  NULL, NULL,
                                  "name %zu in global_headers is none of a "
                                  "header: letters, digits and '-' are",
                                  i + 1);
        if (!is_value(pair->value))
            return jg_bind_report(
                r->source, JG_FAULT, JG_E_CONF_VALUE, PLACE, NULL, NULL,
                "global_headers: the value of %.*s holds a control character",
                JG_STR_ARG(pair->name));
    }
    return JG_OK;
}
