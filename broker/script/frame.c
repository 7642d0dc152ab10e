/* Lengths and bytes. */
#include "frame.h"

static void
write_bytes(struct jg_buf *b, struct jg_str s)
{
    uint32_t len = (uint32_t)s.len;

    jg_buf_add(b, (struct jg_str){(const char *)&len, sizeof(len)});
    jg_buf_add(b, s);
}

static bool
read_bytes(struct jg_str *rest, struct jg_str *out)
{
    uint32_t len;

    if (rest->len < sizeof(len))
        return false;
    memcpy(&len, rest->p, sizeof(len));
    *rest = jg_str_from(*rest, sizeof(len));
    if (len > rest->len)
        return false;
    *out = jg_str_head(*rest, len);
    *rest = jg_str_from(*rest, len);
    return true;
}

static bool
read_name(struct jg_str *rest, struct jg_str *out)
{
    return jg_str_find(*rest, '\0') < rest->len && jg_str_next(rest, '\0', out);
}

bool
jg_frame_read_head(struct jg_str in, struct jg_frame_head *out,
                   struct jg_str *rest)
{
    if (in.len < sizeof(*out))
        return false;
    memcpy(out, in.p, sizeof(*out));
    *rest = jg_str_from(in, sizeof(*out));
    return true;
}

void
jg_frame_write_part(struct jg_buf *b, const struct jg_frame_part *part)
{
    jg_buf_add(b, part->name);
    jg_buf_addc(b, '\0');
    write_bytes(b, part->source);
}

bool
jg_frame_read_parts(struct jg_str in,
                    struct jg_frame_part out[static JG_WIRE_PARTS_MAX],
                    size_t *count)
{
    for (*count = 0; in.len > 0; (*count)++)
        if (*count == JG_WIRE_PARTS_MAX || !read_name(&in, &out[*count].name) ||
            !read_bytes(&in, &out[*count].source))
            return false;
    return true;
}

void
jg_frame_write_question(struct jg_buf *b,
                        const struct jg_frame_question *question)
{
    jg_buf_add(b, question->name);
    jg_buf_addc(b, '\0');
    for (size_t i = 0; i < question->count; i++)
        write_bytes(b, question->args[i]);
}

bool
jg_frame_read_question(struct jg_str in, struct jg_frame_question *out)
{
    if (!read_name(&in, &out->name))
        return false;
    for (out->count = 0; in.len > 0; out->count++)
        if (out->count == JG_FRAME_ARGS_MAX ||
            !read_bytes(&in, &out->args[out->count]))
            return false;
    return true;
}
