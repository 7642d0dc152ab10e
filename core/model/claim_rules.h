/*
 * What an API asks of the claims of its callers beyond the times: issuer,
 * audience, id, subject, and claims of its own (reference 2.7).
 */
#ifndef JG_MODEL_CLAIM_RULES_H
#define JG_MODEL_CLAIM_RULES_H

#include "base/bind.h"
#include "model/claim_path.h"

enum jg_claim_check {
    JG_CLAIM_REQUIRED,    /* it is there, and not null */
    JG_CLAIM_EXACT_MATCH, /* it equals an allowed value */
    JG_CLAIM_CONTAINS, /* a text holds, a list has, else it is, an allowed one
                        */
};

/* One member of customClaimValidation: as written, then compiled. */
struct jg_claim_rule {
    struct jg_str name; /* the member's name: the path */
    struct jg_str type;
    const struct jg_json *allowed_values; /* an array, or NULL */
    bool non_blocking;                    /* only noted, never refused */
    enum jg_claim_check check;
    struct jg_claim_path path;
};

struct jg_claim_rules {
    struct jg_strs allowed_issuers, allowed_audiences, allowed_subjects;
    bool jti_required;     /* jtiValidation.enabled */
    struct jg_list custom; /* struct jg_claim_rule, in the order of the text */
};

/* Of one member of customClaimValidation, and of jtiValidation in a struct
 * jg_claim_rules. */
extern const struct jg_field_table jg_claim_rule_table;
extern const struct jg_field_table jg_jti_table;

/* Does any of them apply? */
bool jg_claim_rules_any(const struct jg_claim_rules *rules);

#endif
