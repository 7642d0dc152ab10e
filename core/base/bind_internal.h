/* What bind.c, bind_report.c and fate.c share. Private to base. */
#ifndef JG_BASE_BIND_INTERNAL_H
#define JG_BASE_BIND_INTERNAL_H

#include "base/bind.h"

/* Where a value is in the document: on the stack, from the inside out. */
struct jg_place {
    const struct jg_place *up; /* NULL: a member of the root */
    struct jg_str name;        /* of the member, or digits */
    char digits[12];
};

/* One call of jg_bind(). */
struct jg_bind {
    const struct jg_bind_source *source;
    struct jg_arena *a;
    bool faulty, no_memory;
};

/* Fill <p> for the member <name>, or the item <index>, of the value at <up>. */
void jg_place_member(struct jg_place *p, const struct jg_place *up,
                     struct jg_str name);
void jg_place_item(struct jg_place *p, const struct jg_place *up,
                   uint32_t index);

/*
 * Report that <value> is not what the field wants: "expected <format>". The
 * field keeps its default. False, so that a caller can return it.
 */
bool jg_bind_wrong(struct jg_bind *b, const struct jg_field *f,
                   const struct jg_json *value, const struct jg_place *at,
                   enum jg_err err, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Report the member at <at>, whose value is not shown. */
void jg_bind_member(struct jg_bind *b, enum jg_severity severity,
                    const struct jg_place *at, enum jg_err err, const char *fix,
                    const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Does <value> differ from what Go has when it is absent? */
bool jg_bind_is_set(const struct jg_json *value);

/* The field called <name>, else the one that is when letter case does not
 * count, or NULL. */
const struct jg_field *jg_bind_field(const struct jg_field_table *table,
                                     struct jg_str name);

/* Would one more problem be kept? Else it need not be put into words. */
bool jg_bind_is_heard(const struct jg_bind_source *source);

/* Report that the source is not JSON. */
void jg_bind_not_json(const struct jg_bind_source *source,
                      const struct jg_json_fault *fault);

#endif
