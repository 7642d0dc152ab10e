/* Request targets: one canonical form, and reading it changes nothing. */
#include <stdlib.h>

#include "access/path.h"
#include "access/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

/* Nothing but what may stand in a request line. */
static bool
is_printable(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool
has_dots(struct jg_str path)
{
    struct jg_str segment;

    while (jg_str_next(&path, '/', &segment))
        if (jg_path_begins_with_dots(segment))
            return true;
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str target = {(const char *)data, size};
    struct jg_path path, again;
    struct jg_arena a;

    jg_arena_init(&a, 4096, 4 * 1024 * 1024);
    if (jg_path_read(target, &a, &path) == JG_OK) {
        must(path.decoded.len > 0 && path.decoded.p[0] == '/');
        must(jg_utf8_valid(path.decoded));
        must(is_printable(path.wire));
        must(!has_dots(path.decoded));
        must(jg_path_read(path.wire, &a, &again) == JG_OK);
        must(jg_str_eq(again.wire, path.wire));
        must(jg_str_eq(again.decoded, path.decoded));
        must(again.query.p == NULL);
        must(jg_path_wire_from(&path, path.decoded.len).len == 0);
        must(jg_path_wire_from(&path, 0).len == path.wire.len);
    }
    jg_arena_free(&a);
    return 0;
}
