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

static unsigned char
fold(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned char)(c + ('a' - 'A'));
    return c == '_' || c == '.' ? '-' : c;
}

bool
jg_header_same(struct jg_str a, struct jg_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (fold((unsigned char)a.p[i]) != fold((unsigned char)b.p[i]))
            return false;
    return true;
}
