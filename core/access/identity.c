/* Who is calling? (reference 2.8, classic definitions) */
#include "access/step.h"

/* Only a string can say who somebody is; anything else counts as absent. */
static struct jg_str
claim_text(const struct jg_decision *d, struct jg_str path)
{
    return jg_json_string(jg_json_path(d->claims, path));
}

enum jg_err
jg_step_identity(struct jg_decision *d)
{
    struct jg_str field = d->api->def.jwt_identity_base_field;
    struct jg_str who = {NULL, 0};

    if (field.len > 0) {
        who = claim_text(d, field);
        if (who.p != NULL && who.len == 0) {
            d->detail = field;
            jg_trace_seen(d, "%.*s is empty", JG_STR_ARG(field));
            return JG_E_IDENTITY_EMPTY;
        }
    }
    if (who.p == NULL) {
        field = JG_STR("sub");
        who = claim_text(d, field);
    }
    if (who.p == NULL) {
        jg_trace_seen(d, "no identity in the claims");
        jg_trace_expected(d, "a string in sub%s%.*s",
                          d->api->def.jwt_identity_base_field.len > 0 ? " or "
                                                                      : "",
                          JG_STR_ARG(d->api->def.jwt_identity_base_field));
        return JG_E_IDENTITY_NONE;
    }
    if (who.len == 0) {
        jg_trace_seen(d, "sub is empty");
        return JG_E_IDENTITY_SUB_EMPTY;
    }
    d->session.identity = who;
    jg_trace_seen(d, "%.*s: %.*s", JG_STR_ARG(field), JG_STR_ARG(who));
    return JG_OK;
}
