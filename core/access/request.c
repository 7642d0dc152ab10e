/* Looking into a request's headers. */
#include "access/request.h"

const struct jg_header *
jg_request_header(const struct jg_request *request, struct jg_str name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        const struct jg_header *h = &request->headers[i];

        if (h->name.len == name.len && jg_str_eq_nocase(h->name, name))
            return h;
    }
    return NULL;
}

#define ADDRESS_MAX 45 /* INET6_ADDRSTRLEN without its NUL */

/* Can it be one, by its bytes? */
static bool
is_address(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (strchr("0123456789abcdefABCDEF.:", s.p[i]) == NULL ||
            s.p[i] == '\0')
            return false;
    return s.len > 1 && s.len <= ADDRESS_MAX;
}

/* The last entry of the list <rest>, which loses it. */
static struct jg_str
last_of(struct jg_str *rest)
{
    size_t from = rest->len;
    struct jg_str last;

    while (from > 0 && rest->p[from - 1] != ',')
        from--;
    last = jg_str_from(*rest, from);
    *rest = jg_str_head(*rest, from > 0 ? from - 1 : 0);
    return jg_str_trim(last);
}

/* All X-Forwarded-For headers are one list. */
static struct jg_str
forwarded_from_end(const struct jg_request *request, int64_t depth)
{
    for (size_t i = request->header_count; i > 0; i--) {
        const struct jg_header *h = &request->headers[i - 1];
        struct jg_str rest = h->value;

        if (!jg_str_eq_nocase(h->name, JG_STR("X-Forwarded-For")))
            continue;
        while (rest.len > 0) {
            struct jg_str entry = last_of(&rest);

            if (--depth == 0)
                return entry;
        }
    }
    return (struct jg_str){NULL, 0};
}

static struct jg_str
forwarded_first(const struct jg_request *request)
{
    const struct jg_header *h =
        jg_request_header(request, JG_STR("X-Forwarded-For"));

    if (h == NULL)
        return (struct jg_str){NULL, 0};
    return jg_str_trim(jg_str_head(h->value, jg_str_find(h->value, ',')));
}

struct jg_str
jg_request_client(const struct jg_request *request, int64_t xff_depth)
{
    const struct jg_header *real =
        jg_request_header(request, JG_STR("X-Real-IP"));
    struct jg_str address;

    if (real != NULL && is_address(jg_str_trim(real->value)))
        return jg_str_trim(real->value);
    address = xff_depth > 0 ? forwarded_from_end(request, xff_depth)
                            : forwarded_first(request);
    return is_address(address) ? address : request->peer;
}

struct jg_str
jg_request_caller(const struct jg_request *request, int64_t xff_depth)
{
    return xff_depth > 0 ? forwarded_from_end(request, xff_depth)
                         : request->peer;
}
