/* SCGI requests: whole, and as they arrive piece by piece. */
#include <stdlib.h>

#include "scgi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does <s> lie within <bytes>? */
static bool
inside(struct jg_str s, struct jg_str bytes)
{
    return s.p >= bytes.p && s.p + s.len <= bytes.p + bytes.len;
}

static void
check(struct jg_str bytes, const struct jg_scgi *scgi)
{
    if (scgi->count == 0 || scgi->count > JG_SCGI_PARAMS_MAX ||
        scgi->body.len > JG_SCGI_BODY_MAX || !inside(scgi->body, bytes))
        abort();
    for (size_t i = 0; i < scgi->count; i++) {
        struct jg_str name = scgi->params[i].name;

        if (name.len == 0 || !inside(name, bytes) ||
            !inside(scgi->params[i].value, bytes) ||
            jg_scgi_get(scgi, name).p == NULL)
            abort();
    }
}

/*
 * Fed as a reader would, with as many bytes as are asked for at least, the
 * parser must come to the verdict that it has on the whole.
 */
static enum jg_err
feed(struct jg_str bytes, struct jg_scgi *scgi, size_t *need)
{
    struct jg_str arrived = {bytes.p, 0};
    enum jg_err err;

    for (;;) {
        err = jg_scgi_parse(arrived, scgi, need);
        if (err != JG_OK || *need == 0 || *need > bytes.len - arrived.len)
            return err;
        arrived.len += *need;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct jg_str bytes = {(const char *)data, size};
    struct jg_scgi whole, pieces;
    size_t need, need_pieces;
    enum jg_err err = jg_scgi_parse(bytes, &whole, &need);

    if (err == JG_OK && need == 0)
        check(bytes, &whole);
    if (feed(bytes, &pieces, &need_pieces) != err)
        abort();
    if (err == JG_OK && ((need == 0) != (need_pieces == 0) ||
                         (need == 0 && (pieces.count != whole.count ||
                                        !jg_str_eq(pieces.body, whole.body)))))
        abort();
    return 0;
}
