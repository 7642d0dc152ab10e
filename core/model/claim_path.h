/*
 * Where in a token's claims a value is: "org.roles.0.name". The simple forms
 * of gjson, which Tyk uses (reference 2.7), parsed once.
 */
#ifndef JG_MODEL_CLAIM_PATH_H
#define JG_MODEL_CLAIM_PATH_H

#include "base/json.h"

#define JG_CLAIM_PARTS_MAX 32 /* claims are not nested deeper */

/* One part of a path. Without <each> it is a member's name or, in an array, a
 * decimal index. */
struct jg_claim_part {
    struct jg_str name;
    bool each; /* "#": how many items or, before other parts, every item */
};

struct jg_claim_path {
    struct jg_str text; /* as written */
    const struct jg_claim_part *parts;
    size_t count; /* 0: malformed */
};

/*
 * Parse <text>, which <out> borrows, into <a>. Parts are separated by dots; a
 * backslash takes the next character as it is.
 *   JG_E_CONF_VALUE  empty parts, more than JG_CLAIM_PARTS_MAX, or what gjson
 *                    knows and we do not (<why> says which: static text)
 *   JG_E_NOMEM
 */
enum jg_err jg_claim_path_parse(struct jg_str text, struct jg_arena *a,
                                struct jg_claim_path *out, const char **why);

/*
 * The value at <path>, or NULL in <out>: a claim literally called so, else
 * part by part. What "#" makes is new, in <a>.  JG_E_NOMEM
 */
enum jg_err jg_claim_path_find(const struct jg_claim_path *path,
                               const struct jg_json *claims, struct jg_arena *a,
                               const struct jg_json **out);

#endif
