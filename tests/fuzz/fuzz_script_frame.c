/* What the two sides of a script say to each other: each takes the other for a
 * stranger. What can be read is written back as it was. */
#include <stdlib.h>

#include "script/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

/* Does <s> lie within <bytes>? */
static bool
inside(struct jg_str s, struct jg_str bytes)
{
    return s.p >= bytes.p && s.p + s.len <= bytes.p + bytes.len;
}

static void
read_parts(struct jg_str bytes)
{
    static struct jg_frame_part parts[JG_WIRE_PARTS_MAX];
    struct jg_buf back;
    size_t count;

    if (!jg_frame_read_parts(bytes, parts, &count))
        return;
    must(count <= JG_WIRE_PARTS_MAX);
    jg_buf_init(&back, JG_WIRE_MAX);
    for (size_t i = 0; i < count; i++) {
        must(inside(parts[i].name, bytes) && inside(parts[i].source, bytes));
        jg_frame_write_part(&back, &parts[i]);
    }
    must(jg_str_eq(jg_buf_str(&back), bytes));
    jg_buf_free(&back);
}

static void
read_question(struct jg_str bytes)
{
    struct jg_frame_question question;
    struct jg_buf back;

    if (!jg_frame_read_question(bytes, &question))
        return;
    must(question.count <= JG_FRAME_ARGS_MAX && inside(question.name, bytes) &&
         question.name.p[question.name.len] == '\0');
    for (size_t i = 0; i < question.count; i++)
        must(inside(question.args[i], bytes));
    jg_buf_init(&back, JG_WIRE_MAX);
    jg_frame_write_question(&back, &question);
    must(jg_str_eq(jg_buf_str(&back), bytes));
    jg_buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct jg_str bytes = {(const char *)data, size};
    struct jg_frame_head head;
    struct jg_str rest;

    if (size > JG_WIRE_MAX)
        return 0;
    read_parts(bytes);
    read_question(bytes);
    if (jg_frame_read_head(bytes, &head, &rest)) {
        must(inside(rest, bytes) && rest.len == size - sizeof(head));
        read_parts(rest);
    }
    return 0;
}
