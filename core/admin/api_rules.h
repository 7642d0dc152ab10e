/*
 * Tyk's own rules for a classic definition that is sent to /tyk/apis
 * (reference 9.3): what breaks one is refused, in Tyk's words, also where we
 * would only warn of the same in a file.
 */
#ifndef JG_ADMIN_API_RULES_H
#define JG_ADMIN_API_RULES_H

#include "base/arena.h"
#include "base/json.h"

/*
 * The first rule that <definition> breaks, as text in <a>, or p == NULL: none.
 * Members of a wrong type are no concern of these rules.  JG_E_NOMEM
 */
enum jg_err jg_api_rules_check(const struct jg_json *definition,
                               struct jg_arena *a, struct jg_str *out);

#endif
