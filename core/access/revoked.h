/*
 * What is revoked, kept by a process between requests: a table in memory that
 * follows the records (store/revocations.h). That something changed is seen by
 * one atomic load of the shared number of revocations (store/counters.h); then
 * only the changes since are read.
 */
#ifndef JG_ACCESS_REVOKED_H
#define JG_ACCESS_REVOKED_H

#include "store/counters.h"
#include "store/revocations.h"

struct jg_revoked; /* private: revoked.c; one a process */

enum jg_err jg_revoked_new(struct jg_revoked **out); /* JG_E_NOMEM */
void jg_revoked_free(struct jg_revoked *table);      /* NULL is fine */

/*
 * Take over what changed. Without <counters> the records are looked at each
 * time; without <store> nothing is revoked. After a failure the table is empty
 * and must not be believed: refuse.
 *   JG_E_STORE  also when one revocation is damaged: what it was is not known
 *   JG_E_NOMEM
 */
enum jg_err jg_revoked_refresh(struct jg_revoked *table, struct jg_store *store,
                               const struct jg_counters *counters);

/* How many there are <by> this, also without effect by now. */
size_t jg_revoked_count(const struct jg_revoked *table, enum jg_revoke_by by);

/* Is <value> revoked at <now_s>, for <api_id> or for all APIs? */
bool jg_revoked_has(const struct jg_revoked *table, enum jg_revoke_by by,
                    struct jg_str value, struct jg_str api_id, int64_t now_s);

/* Tokens of <api_id> issued before this time are revoked; INT64_MIN: none. */
int64_t jg_revoked_before_s(const struct jg_revoked *table,
                            struct jg_str api_id, int64_t now_s);

#endif
