/* The table of steps, in the order of Tyk's chain, and the walk along it. */
#include "access/step.h"

#include "base/buf.h"

#define TEXT_MAX 2048 /* bytes of a refusal's text with its detail */

/*
 * The compatibility document: one row per step, in Tyk's order (reference 0.2,
 * and 2 for the steps of a JWT). To add a step, add a row.
 */
static const struct jg_step steps[] = {
    {{"path", "The request path has one canonical form."}, jg_step_path, false},
    {{"route", "An active API listens on this host and path."},
     jg_step_route,
     false},
    {{"exchange", "The path is none of the API's own token endpoints."},
     jg_step_exchange,
     false},
    {{"version", "The version exists, has not expired, and offers this path."},
     jg_step_version,
     false},
    {{"cors", "A preflight request is answered here; other responses say which "
              "pages may read them."},
     jg_step_cors,
     false,
     .for_exchange = true},
    {{"address", "The caller's address is allowed, and not blocked."},
     jg_step_address,
     false,
     .for_exchange = true},
    {{"organisation", "The API's organisation is active, and within its own "
                      "limits."},
     jg_step_organisation,
     false,
     .for_exchange = true},
    {{"size", "The body is as small as the version, and this endpoint, ask."},
     jg_step_size,
     false},
    {{"auth", "The API is open, or asks for a token that it can check."},
     jg_step_auth,
     false},
    {{"basic", "A user, and the right password."},
     jg_step_basic,
     true,
     JG_METHOD_BASIC},
    {{"token", "Exactly one token arrived, and it is a JWT."},
     jg_step_token,
     true,
     JG_METHOD_JWT},
    {{"algorithm", "The token's alg is one that the API takes."},
     jg_step_algorithm,
     true,
     JG_METHOD_JWT},
    {{"key", "The API has a key for this kid and alg."},
     jg_step_key,
     true,
     JG_METHOD_JWT},
    {{"profile", "The token keeps the rules of a strict jwt_profile."},
     jg_step_profile,
     true,
     JG_METHOD_JWT},
    {{"signature", "The signature verifies with that key."},
     jg_step_signature,
     true,
     JG_METHOD_JWT},
    {{"claims", "The token is valid at this time: exp, iat, nbf."},
     jg_step_claims,
     true,
     JG_METHOD_JWT},
    {{"claim_rules", "Issuer, audience, id, subject and custom claims are as "
                     "the API asks."},
     jg_step_claim_rules,
     true,
     JG_METHOD_JWT},
    {{"identity", "The claims say who the caller is."},
     jg_step_identity,
     true,
     JG_METHOD_JWT},
    {{"revocation", "Token, caller, client and signing key are not revoked."},
     jg_step_revocation,
     true,
     JG_METHOD_JWT},
    {{"policies", "The caller's policies exist and can be applied."},
     jg_step_policies,
     true,
     JG_METHOD_JWT},
    {{"auth_token", "The caller's key is stored, and its policies exist."},
     jg_step_auth_token,
     true,
     JG_METHOD_TOKEN},
    {{"rights", "The session is active, not expired, and may use this API."},
     jg_step_rights,
     true},
    {{"own_limits", "The gateway itself answers who asks for his limits."},
     jg_step_own_limits,
     true},
    {{"limits", "The caller's rate limit and quota are not used up."},
     jg_step_limits,
     true},
    {{"api_limit", "The rate limit of the API is not used up."},
     jg_step_api_limit,
     false,
     .for_exchange = true},
    {{"validation", "The endpoint asks for no validation, which is not "
                    "offered."},
     jg_step_validation,
     false},
    {{"headers", "The headers for the upstream are made."},
     jg_step_headers,
     false},
    {{"method", "The method that the upstream gets is one that is sent."},
     jg_step_method,
     false},
    {{"mock", "The definition itself has an answer for this operation."},
     jg_step_mock,
     false},
    {{"script", "A virtual endpoint: a script of the API answers."},
     jg_step_script,
     false},
    {{"target", "The upstream's address and path are known."},
     jg_step_target,
     false},
};

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))
_Static_assert(STEP_COUNT <= JG_TRACE_MAX, "the trace has a row per step");

const struct jg_step_info *
jg_step_at(size_t i)
{
    return i < STEP_COUNT ? &steps[i].info : NULL;
}

/* A step that waited is entered again, and keeps its row. */
static void
trace_enter(struct jg_decision *d)
{
    struct jg_trace *trace = d->trace;

    if (trace == NULL)
        return;
    trace->count = d->step + 1;
    trace->steps[d->step] = (struct jg_trace_step){
        .name = steps[d->step].info.name, .outcome = JG_STEP_PASS};
}

static void
trace_leave(struct jg_decision *d)
{
    struct jg_trace_step *row;

    if (d->trace == NULL)
        return;
    row = &d->trace->steps[d->step];
    row->reason = d->reason;
    if (d->reason != JG_OK)
        row->outcome = JG_STEP_FAIL;
    else if (d->want.kind != JG_WANT_NOTHING)
        row->outcome = JG_STEP_WAIT;
}

bool
jg_has_caller(const struct jg_decision *d)
{
    return d->api->mode != JG_AUTH_KEYLESS && !d->ignored;
}

static bool
is_skipped(const struct jg_decision *d)
{
    const struct jg_step *step = &steps[d->step];

    /* The broker answers, whatever the API asks of its callers; only where
     * they are, and the limits of all of them together, count. */
    if (d->handler.kind == JG_HANDLER_EXCHANGE && !step->for_exchange)
        return true;
    if (step->for_callers && !jg_has_caller(d))
        return true;
    return step->method != 0 && (step->method & jg_methods_asked(d)) == 0;
}

jg_auth_methods
jg_methods_asked(const struct jg_decision *d)
{
    return d->api->requirements[d->requirement];
}

static bool
is_missing(enum jg_err reason)
{
    return reason == JG_E_TOKEN_MISSING || reason == JG_E_AUTH_TOKEN_MISSING ||
           reason == JG_E_BASIC_MISSING;
}

/* Faults of the gateway say nothing about the caller: they are not passed
 * over, even where another alternative might let him in. */
static bool
is_ours(enum jg_err reason)
{
    return reason == JG_E_NOMEM || reason == JG_E_INTERNAL ||
           reason == JG_E_STORE || reason == JG_E_BROKER ||
           reason == JG_E_REVOCATIONS;
}

/* What the alternative that has failed found out about the caller. */
static void
forget_caller(struct jg_decision *d)
{
    jg_decision_done(d);
    d->reason = JG_OK;
    d->detail = d->token = (struct jg_str){NULL, 0};
    d->retry_after_s = 0;
    d->header = (struct jg_jws_header){.alg = NULL};
    d->claims = d->unverified = NULL;
    d->cached = d->joined = false;
    d->session = (struct jg_session){.policy_count = 0};
    d->stored.session = NULL;
    d->basic.hash = (struct jg_str){NULL, 0};
    d->basic.right = false;
    d->basic.refusal = JG_OK;
    d->kept = NULL;
}

/*
 * A caller who did not pass one alternative may pass the next. When none is
 * left, the answer is that of the last one for which anything was presented.
 */
static bool
try_next_alternative(struct jg_decision *d)
{
    size_t first = 0;

    if (steps[d->step].method == 0 || is_ours(d->reason))
        return false;
    if (d->requirement + 1 >= d->api->requirement_count) {
        if (is_missing(d->reason) && d->refused.reason != JG_OK) {
            d->reason = d->refused.reason;
            d->detail = d->refused.detail;
        }
        return false;
    }
    if (!is_missing(d->reason)) {
        d->refused.reason = d->reason;
        d->refused.detail = d->detail;
    }
    forget_caller(d);
    while (steps[first].method == 0)
        first++;
    d->step = first;
    d->requirement++;
    return true;
}

enum jg_verdict
jg_decide(struct jg_decision *d)
{
    if (d->reason != JG_OK)
        return JG_DENY;
    d->want.kind = JG_WANT_NOTHING;
    while (d->step < STEP_COUNT) {
        trace_enter(d);
        if (is_skipped(d))
            jg_trace_skip(d);
        else
            d->reason = steps[d->step].run(d);
        trace_leave(d);
        if (d->reason != JG_OK && try_next_alternative(d))
            continue;
        if (d->reason != JG_OK)
            return JG_DENY;
        if (d->want.kind != JG_WANT_NOTHING)
            return JG_WANT;
        if (d->answer.status != 0)
            return JG_ANSWER;
        d->step++;
    }
    return d->handler.kind == JG_HANDLER_UPSTREAM ? JG_ALLOW : JG_HAND_OVER;
}

void
jg_decision_done(struct jg_decision *d)
{
    jg_cache_release(d->verified);
    d->verified = NULL;
}

/* What the owner of the gateway says instead; NULL: nothing. */
static const struct jg_conf_message *
override_of(const struct jg_decision *d)
{
    if (d->with.snapshot == NULL || d->with.snapshot->conf == NULL)
        return NULL;
    return jg_conf_message(d->with.snapshot->conf, d->reason);
}

struct jg_str
jg_decision_text(const struct jg_decision *d)
{
    const struct jg_conf_message *own = override_of(d);
    struct jg_str text = jg_str(jg_err_info(d->reason)->text);
    struct jg_str head = jg_str_head(text, jg_str_find(text, '{'));
    struct jg_str tail = jg_str_from(text, head.len + 2);
    size_t len = head.len + d->detail.len + tail.len;
    char *p;

    if (own != NULL && own->message.len > 0)
        return own->message;
    if (head.len == text.len || len > TEXT_MAX)
        return text;
    p = jg_arena_alloc(d->arena, len);
    if (p == NULL)
        return text;
    memcpy(p, head.p, head.len);
    if (d->detail.len > 0)
        memcpy(p + head.len, d->detail.p, d->detail.len);
    if (tail.len > 0)
        memcpy(p + head.len + d->detail.len, tail.p, tail.len);
    return (struct jg_str){p, len};
}

int
jg_decision_status(const struct jg_decision *d)
{
    const struct jg_conf_message *own = override_of(d);
    int status = jg_err_info(d->reason)->status;

    if (own != NULL && own->code != 0)
        return (int)own->code;
    if (d->api == NULL || !jg_strict(d->api))
        return status;
    return jg_strict_status(d->reason, status);
}
