/*
 * Which requests are counted together, and what they have left (reference 4).
 * A decision counts; the control API looks, and lets a caller begin again.
 *
 * A counter belongs to a caller (a stored key; organisation and identity of a
 * verified token; the text that meta_data.rate_limit_pattern makes) and to the
 * allowance_scope of his rights, if there is one. A rate has another counter
 * for each pair of numbers, and a quota for each time of renewal: rights on
 * two APIs that differ in them would undo each other's.
 */
#ifndef JG_ACCESS_METER_H
#define JG_ACCESS_METER_H

#include "model/policy.h"
#include "store/keys.h"
#include "store/limit.h"

/* What the names of one caller's counters have in common; by value. */
#define JG_METER_WORDS 9
struct jg_meter {
    uint64_t words[JG_METER_WORDS];
};

void jg_meter_of_key(const struct jg_counters *c, const struct jg_key_id *key,
                     struct jg_str scope, struct jg_meter *out);
void jg_meter_of_identity(const struct jg_counters *c, struct jg_str org_id,
                          struct jg_str identity, struct jg_str scope,
                          struct jg_meter *out);
void jg_meter_of_name(const struct jg_counters *c, struct jg_str org_id,
                      struct jg_str name, struct jg_str scope,
                      struct jg_meter *out);
void jg_meter_of_api(const struct jg_counters *c, struct jg_str api_id,
                     struct jg_meter *out);

/* The same caller, or API, at an endpoint that has a rate of its own; <path> is
 * the pattern as it is written. */
void jg_meter_of_endpoint(const struct jg_counters *c,
                          const struct jg_meter *meter, struct jg_str method,
                          struct jg_str path, struct jg_meter *out);

/* Is there a limit at all? */
bool jg_rate_limits(double rate, double per_s);
bool jg_quota_limits(const struct jg_limit *limit);

/* Count one request at <now_ms>: see store/limit.h. Only what limits. */
void jg_meter_rate(struct jg_counters *c, const struct jg_meter *meter,
                   double rate, double per_s, int64_t now_ms,
                   struct jg_limit_state *out);
void jg_meter_quota(struct jg_counters *c, const struct jg_meter *meter,
                    const struct jg_limit *limit, int64_t now_ms,
                    struct jg_limit_state *out);

/* What is left of the quota of <limit>, which limits; nothing is counted. */
void jg_meter_quota_look(struct jg_counters *c, const struct jg_meter *meter,
                         const struct jg_limit *limit, int64_t now_ms,
                         struct jg_limit_state *out);

/* Quota and rate of <limit> begin again. */
void jg_meter_forget(struct jg_counters *c, const struct jg_meter *meter,
                     const struct jg_limit *limit, int64_t now_ms);

#endif
