/* Names and values of HTTP headers. */
#include "base/header.h"

static const struct jg_str framing[] = {
    {"Host", 4},
    {"Content-Length", 14},
    {"Transfer-Encoding", 17},
};

static const struct jg_str hop_by_hop[] = {
    {"Connection", 10},
    {"Proxy-Connection", 16},
    {"Keep-Alive", 10},
    {"Proxy-Authenticate", 18},
    {"Proxy-Authorization", 19},
    {"TE", 2},
    {"Trailer", 7},
    {"Transfer-Encoding", 17},
    {"Upgrade", 7},
    {"HTTP2-Settings", 14},
    {"Expect", 6},
};

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

static bool
is_token_byte(char c)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c != '\0' && strchr(others, c) != NULL);
}

bool
jg_header_is_name(struct jg_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_token_byte(name.p[i]))
            return false;
    return name.len > 0;
}

bool
jg_header_is_value(struct jg_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool
is_listed(const struct jg_str *list, size_t count, struct jg_str name)
{
    for (size_t i = 0; i < count; i++)
        if (jg_header_same(list[i], name))
            return true;
    return false;
}

bool
jg_header_find_framing(struct jg_str name)
{
    return is_listed(framing, sizeof(framing) / sizeof(framing[0]), name);
}

bool
jg_header_find_hop_by_hop(struct jg_str name)
{
    return is_listed(hop_by_hop, sizeof(hop_by_hop) / sizeof(hop_by_hop[0]),
                     name);
}

void
jg_header_canonical(struct jg_str name, char *out)
{
    bool token = jg_header_is_name(name), capital = true;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (token && capital && c >= 'a' && c <= 'z')
            c = (char)(c - ('a' - 'A'));
        else if (token && !capital && c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        capital = c == '-';
        out[i] = c;
    }
}
