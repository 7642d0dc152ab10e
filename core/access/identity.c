/* Who is calling? (reference 2.8) */
#include "access/step.h"

/* Only a string can say who somebody is; anything else counts as absent. Before
 * the signature is verified, it only names the key to do it with. */
static struct jg_str
claim_text(const struct jg_decision *d, struct jg_str path)
{
    return jg_json_string(
        jg_json_path(d->claims != NULL ? d->claims : d->unverified, path));
}

static enum jg_err
take(struct jg_decision *d, struct jg_str field, struct jg_str who,
     struct jg_str *out)
{
    *out = who;
    jg_trace_seen(d, "%.*s: %.*s", JG_STR_ARG(field), JG_STR_ARG(who));
    return JG_OK;
}

static enum jg_err
find_none(struct jg_decision *d, const struct jg_strs *fields)
{
    jg_trace_seen(d, "no identity in the claims");
    if (fields->count == 0)
        jg_trace_expected(d, "a string in sub");
    else
        jg_trace_expected(d, "a string in sub or %.*s%s",
                          JG_STR_ARG(fields->items[0]),
                          fields->count > 1 ? ", or another of the list" : "");
    return JG_E_IDENTITY_NONE;
}

static enum jg_err
find_empty(struct jg_decision *d, struct jg_str field)
{
    d->detail = field;
    jg_trace_seen(d, "%.*s is empty", JG_STR_ARG(field));
    return JG_E_IDENTITY_EMPTY;
}

/* Tyk has words of its own for an empty sub of classic definitions only. */
enum jg_err
jg_identity(struct jg_decision *d, struct jg_str *out)
{
    struct jg_strs fields = jg_api_subject_claims(&d->api->def);
    struct jg_str who;

    for (size_t i = 0; i < fields.count; i++) {
        who = claim_text(d, fields.items[i]);
        if (who.len > 0)
            return take(d, fields.items[i], who, out);
        if (who.p != NULL)
            return find_empty(d, fields.items[i]);
    }
    who = claim_text(d, JG_STR("sub"));
    if (who.len > 0)
        return take(d, JG_STR("sub"), who, out);
    if (who.p == NULL)
        return find_none(d, &fields);
    find_empty(d, JG_STR("sub"));
    return d->api->def.is_oas ? JG_E_IDENTITY_EMPTY : JG_E_IDENTITY_SUB_EMPTY;
}

enum jg_err
jg_step_identity(struct jg_decision *d)
{
    if (d->api->one_to_one) { /* the stored key says who it is */
        jg_trace_skip(d);
        return JG_OK;
    }
    return jg_identity(d, &d->session.identity);
}
