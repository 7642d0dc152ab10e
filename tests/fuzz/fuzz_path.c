/* What stands in a request: targets, which have one canonical form, and users
 * and passwords, which are what was encoded. */
#include <stdlib.h>

#include "access/credentials.h"
#include "access/path.h"
#include "base/b64.h"
#include "base/utf8.h"

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

/* As a header's value, and encoded, so that the inside is reached, too. */
static void
read_credentials(struct jg_str text, struct jg_arena *a)
{
    struct jg_credentials who;
    size_t len = JG_B64_ENCODED(text.len);
    char *p = jg_arena_alloc(a, len + 1);
    struct jg_str value;
    enum jg_err err;

    if (jg_credentials_read(text, a, &who) == JG_OK)
        must(jg_credentials_are(text) &&
             who.user.len + who.password.len < text.len);
    must(p != NULL);
    value = jg_arena_join(
        a,
        (const struct jg_str[]){JG_STR("Basic "), {p, jg_b64_encode(text, p)}},
        2);
    must(value.p != NULL);
    err = jg_credentials_read(value, a, &who);
    must(err == JG_OK
             ? who.user.len + 1 + who.password.len == text.len
             : err == JG_E_BASIC_VALUES && jg_str_find(text, ':') == text.len);
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
    read_credentials(target, &a);
    jg_arena_free(&a);
    return 0;
}
