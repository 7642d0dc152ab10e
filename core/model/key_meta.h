/* Meta data of a stored key, as a script leaves it (reference 8.2). */
#ifndef JG_MODEL_KEY_META_H
#define JG_MODEL_KEY_META_H

#include "base/json.h"

/*
 * A script was told the meta data <told>: the key's <own> under those of its
 * policies. It returned <meta>. What is the key's own from now on, in <out>:
 *
 *   - a member that the script left as it was told stays what it is in <own>,
 *     or stays out of it: what a policy gives is no key's, and goes with the
 *     policy;
 *   - a member that it changed or added is what the script says;
 *   - one that it left out is gone.
 *
 * "policies" is always as in <own>: rights are given by whoever makes keys, and
 * a script that passes on what its client sent gives none.
 *
 * Each of the three may be NULL: there are none. Members are borrowed; the
 * list of them is in <a>.  JG_E_NOMEM
 */
enum jg_err jg_key_meta_merge(const struct jg_json *own,
                              const struct jg_json *told,
                              const struct jg_json *meta, struct jg_arena *a,
                              struct jg_json *out);

#endif
