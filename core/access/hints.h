/*
 * What is likely to be wrong, beyond what a reason says: the mistakes that
 * people make again and again. For explaining one refusal on request, never
 * while serving: some hints try the API's secret in other spellings.
 */
#ifndef JG_ACCESS_HINTS_H
#define JG_ACCESS_HINTS_H

#include "access/decide.h"

#define JG_HINTS_MAX 4

/* One sentence or two each, for people; in the decision's arena. */
struct jg_hints {
    struct jg_str items[JG_HINTS_MAX];
    size_t count;
};

/* The hints for <d>, which ended with JG_DENY; none for other verdicts. */
void jg_hints_find(const struct jg_decision *d, struct jg_hints *out);

#endif
