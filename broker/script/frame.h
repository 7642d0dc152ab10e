/*
 * What is in the frames of wire.h: written by one side, read by the other,
 * which believes no length in them. What is read points into the frame.
 */
#ifndef JG_SCRIPT_FRAME_H
#define JG_SCRIPT_FRAME_H

#include "wire.h"

#define JG_FRAME_ARGS_MAX 3 /* of a question */

/* What LOAD and CALL begin with. */
struct jg_frame_head {
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
    int64_t budget_ms;   /* of a processor; then everybody else goes first */
    unsigned char id[JG_WIRE_ID_BYTES];
};

_Static_assert(sizeof(struct jg_frame_head) == 16 + JG_WIRE_ID_BYTES,
               "it is sent as it is: there is nothing between its members");

bool jg_frame_read_head(struct jg_str in, struct jg_frame_head *out,
                        struct jg_str *rest);

/* One text of a script, and what it is called in errors: without NUL. */
struct jg_frame_part {
    struct jg_str name, source;
};

/* The rest of LOAD: name NUL, length, source; again and again. */
void jg_frame_write_part(struct jg_buf *b, const struct jg_frame_part *part);
bool jg_frame_read_parts(struct jg_str in,
                         struct jg_frame_part out[static JG_WIRE_PARTS_MAX],
                         size_t *count);

/* A question: name NUL, and for each argument length and bytes. */
struct jg_frame_question {
    struct jg_str name; /* a NUL follows it */
    struct jg_str args[JG_FRAME_ARGS_MAX];
    size_t count;
};

void jg_frame_write_question(struct jg_buf *b,
                             const struct jg_frame_question *question);
bool jg_frame_read_question(struct jg_str in, struct jg_frame_question *out);

#endif
