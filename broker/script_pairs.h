/*
 * Headers and parameters as scripts see them: an object with a list of values
 * for each name, sorted by name, as Go's encoding/json writes its maps
 * (reference 8.2).
 */
#ifndef JG_BROKER_SCRIPT_PAIRS_H
#define JG_BROKER_SCRIPT_PAIRS_H

#include "base/arena.h"
#include "base/buf.h"

struct jg_script_pair {
    struct jg_str name, value;
    size_t place; /* jg_script_pairs_add() sets it */
};

/* Room for <max> of them; what does not fit is left out. */
struct jg_script_pairs {
    struct jg_script_pair *items;
    size_t count, max;
    struct jg_arena *arena;
};

/* False: no memory. */
bool jg_script_pairs_make(struct jg_script_pairs *p, size_t max,
                          struct jg_arena *a);

/* Both are borrowed. */
void jg_script_pairs_add(struct jg_script_pairs *p, struct jg_str name,
                         struct jg_str value);

/* The same for a header, whose name is written as Go does: "x-user" is
 * "X-User". False: no memory. */
bool jg_script_pairs_add_header(struct jg_script_pairs *p, struct jg_str name,
                                struct jg_str value);

/* {"Name":["value",...],...}; sorts them: equal names stay in their order. */
void jg_script_pairs_write(struct jg_script_pairs *p, struct jg_buf *b);

#endif
