/* Rates and quotas as the steps of a decision see them; for this folder only.
 */
#ifndef JG_ACCESS_LIMITS_H
#define JG_ACCESS_LIMITS_H

#include "access/decide.h"
#include "access/meter.h"

/* A rate and where it is counted. */
struct jg_rate {
    double rate, per_s;
    struct jg_meter meter;
};

/* The counters of the caller: by his rate_limit_pattern, or else by himself.
 *   the errors of jg_template_text(); JG_E_CRYPTO */
enum jg_err jg_meter_of_caller(struct jg_decision *d, struct jg_meter *out);

/* The same within the <scope> of other rights of his. */
enum jg_err jg_meter_of_scope(struct jg_decision *d, struct jg_str scope,
                              struct jg_meter *out);

/* Count this request; <seen> is what headers and variables will say. Sets
 * d->retry_after_s when it is one too many. */
bool jg_rate_count(struct jg_decision *d, const struct jg_rate *rate,
                   struct jg_limit_seen *seen);

/*
 * With rate_limit_response_headers "rate_limits": the rate to every response,
 * in place of what the upstream says of its own. JG_E_NOMEM, JG_E_INTERNAL
 */
enum jg_err jg_rate_respond(struct jg_decision *d);

#define JG_LIMIT_HEADERS_MAX 3

/*
 * Otherwise: the quota to responses of the upstream. Writes as many headers to
 * <set> as it says.  JG_E_NOMEM
 */
enum jg_err
jg_quota_respond(const struct jg_decision *d,
                 struct jg_forward_header set[static JG_LIMIT_HEADERS_MAX],
                 size_t *count);

#endif
