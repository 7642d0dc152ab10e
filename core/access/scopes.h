/* Scopes of a token, and the policies that they give (reference 2.10, 5). */
#ifndef JG_ACCESS_SCOPES_H
#define JG_ACCESS_SCOPES_H

#include "access/step.h"

#define JG_SCOPES_MAX 1024 /* of one token */

struct jg_scopes {
    struct jg_str claim; /* where they were, or were last looked for */
    size_t count;        /* of scopes, mapped or not */
    const struct jg_str *policies[JG_SESSION_POLICIES_MAX]; /* ids, each once */
    size_t policy_count;
};

/*
 * Call <visit> with each scope of a claim's <value> (NULL: there is no such
 * claim) until it returns anything but JG_OK, which is then returned. A text
 * is split at single spaces, the strings of a list are scopes as they are,
 * those of lists inside it, too; anything else gives none.
 */
typedef enum jg_err jg_scope_visit(void *arg, struct jg_str scope);
enum jg_err jg_scopes_each(const struct jg_json *value, jg_scope_visit *visit,
                           void *arg);

/*
 * What the claims of <d>, whose API maps scopes, give.
 *   JG_E_SCOPE_MANY  more than JG_SCOPES_MAX, or for more than
 *                    JG_SESSION_POLICIES_MAX policies
 */
enum jg_err jg_scopes_read(const struct jg_decision *d, struct jg_scopes *out);

#endif
