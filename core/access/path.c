/* Request targets into their one canonical form. */
#include "access/path.h"
#include "base/escape.h"
#include "base/utf8.h"

/* Bytes that stand for themselves in a path: pchar of RFC 3986 and '/'. */
static const bool plain[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true,
    ['-'] = true,         ['.'] = true,         ['_'] = true,
    ['~'] = true,         ['!'] = true,         ['$'] = true,
    ['&'] = true,         ['\''] = true,        ['('] = true,
    [')'] = true,         ['*'] = true,         ['+'] = true,
    [','] = true,         [';'] = true,         ['='] = true,
    [':'] = true,         ['@'] = true,         ['/'] = true,
};

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* Nearly every path: nothing to decode, to merge, to remove or to escape. */
static bool
is_canonical(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!plain[(unsigned char)s.p[i]])
            return false;
        if (s.p[i] == '/' && i + 1 < s.len &&
            (s.p[i + 1] == '/' || s.p[i + 1] == '.'))
            return false;
    }
    return true;
}

static bool
query_is_clean(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_control((unsigned char)s.p[i]) || s.p[i] == ' ' || s.p[i] == '#')
            return false;
    return true;
}

/* Every '/' of the result separates: an encoded one is refused. */
static bool
decode(struct jg_str s, char *out, size_t *len)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool escaped = c == '%';

        if (escaped) {
            if (s.len - i < 3 || hex(s.p[i + 1]) < 0 || hex(s.p[i + 2]) < 0)
                return false;
            c = (unsigned char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]));
            i += 2;
        }
        if (is_control(c) || c == '\\' || (escaped && c == '/') ||
            (!escaped && (c == '#' || c == ' ')))
            return false;
        out[n++] = (char)c;
    }
    *len = n;
    return true;
}

/* 1 for ".", 2 for "..", 0 for a name, -1 for dots with a parameter. */
static int
dots(struct jg_str segment)
{
    size_t mark = jg_str_find(segment, ';');
    struct jg_str name = jg_str_head(segment, mark);

    if (name.len == 0 || name.len > 2 || name.p[0] != '.' ||
        name.p[name.len - 1] != '.')
        return 0;
    return mark < segment.len ? -1 : (int)name.len;
}

/* Take the last segment off <p>; false at the root. */
static bool
go_up(const char *p, size_t *len)
{
    if (*len == 0)
        return false;
    do
        (*len)--;
    while (p[*len] != '/');
    return true;
}

/* Merge slashes and remove dot segments, in place: it only gets shorter. */
static bool
resolve(char *p, size_t *len)
{
    struct jg_str rest = {p + 1, *len - 1}, part;
    size_t n = 0; /* a whole number of segments, each with its '/' in front */
    bool open = false; /* a '/' goes to the end */

    while (jg_str_next(&rest, '/', &part)) {
        int up = dots(part);

        open = part.len == 0 || up != 0;
        if (up < 0 || (up == 2 && !go_up(p, &n)))
            return false;
        if (open)
            continue;
        p[n++] = '/';
        memmove(p + n, part.p, part.len);
        n += part.len;
    }
    if (open || n == 0)
        p[n++] = '/';
    *len = n;
    return true;
}

static enum jg_err
encode(struct jg_str decoded, struct jg_arena *a, struct jg_str *out)
{
    size_t escapes = 0, n = 0;
    char *p;

    for (size_t i = 0; i < decoded.len; i++)
        escapes += !plain[(unsigned char)decoded.p[i]];
    if (escapes == 0) {
        *out = decoded;
        return JG_OK;
    }
    p = jg_arena_alloc(a, decoded.len + 2 * escapes);
    if (p == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < decoded.len; i++) {
        unsigned char c = (unsigned char)decoded.p[i];

        if (plain[c]) {
            p[n++] = (char)c;
            continue;
        }
        jg_escape_byte(c, p + n);
        n += JG_ESCAPE_BYTES;
    }
    *out = (struct jg_str){p, n};
    return JG_OK;
}

static enum jg_err
make_canonical(struct jg_str raw, struct jg_arena *a, struct jg_path *path)
{
    char *p = jg_arena_alloc(a, raw.len);
    size_t len;

    if (p == NULL)
        return JG_E_NOMEM;
    if (!decode(raw, p, &len) || !resolve(p, &len))
        return JG_E_PATH;
    path->decoded = (struct jg_str){p, len};
    if (!jg_utf8_valid(path->decoded))
        return JG_E_PATH;
    return encode(path->decoded, a, &path->wire);
}

enum jg_err
jg_path_read(struct jg_str target, struct jg_arena *a, struct jg_path *out)
{
    size_t mark = jg_str_find(target, '?');
    struct jg_str raw = jg_str_head(target, mark);
    struct jg_path path = {.query = {NULL, 0}};
    enum jg_err err = JG_OK;

    if (raw.len == 0 || raw.p[0] != '/' || target.len > JG_REQUEST_TARGET_MAX)
        return JG_E_PATH;
    if (mark < target.len)
        path.query =
            (struct jg_str){target.p + mark + 1, target.len - mark - 1};
    if (!query_is_clean(path.query))
        return JG_E_PATH;
    if (is_canonical(raw))
        path.decoded = path.wire = raw;
    else
        err = make_canonical(raw, a, &path);
    if (err == JG_OK)
        *out = path;
    return err;
}

struct jg_str
jg_path_wire_from(const struct jg_path *path, size_t decoded_len)
{
    size_t i = 0;

    if (path->wire.len == path->decoded.len) /* without any escape */
        return jg_str_from(path->wire, decoded_len);
    for (; decoded_len > 0 && i < path->wire.len; decoded_len--)
        i += path->wire.p[i] == '%' ? 3 : 1;
    return jg_str_from(path->wire, i);
}

bool
jg_path_begins_with_dots(struct jg_str rest)
{
    while (rest.len > 0 && rest.p[0] == '/')
        rest = jg_str_from(rest, 1);
    return dots(jg_str_head(rest, jg_str_find(rest, '/'))) != 0;
}
