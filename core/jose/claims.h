/* The registered claims (RFC 7519 4.1), checked as Tyk does (reference 2.7). */
#ifndef JG_JOSE_CLAIMS_H
#define JG_JOSE_CLAIMS_H

#include "base/json.h"

#define JG_TIME_MAX_S 253402300799    /* end of year 9999 */
#define JG_SKEW_MAX_S 999999999999999 /* Tyk has no limit: past any time */
#define JG_SKEW_USUAL_S 3600          /* more is worth a warning */

/* Allowed clock skews, in seconds. */
struct jg_claims_skew {
    int64_t exp_s, iat_s, nbf_s;
};

/*
 * A NumericDate claim, its fraction cut. False, and <out> untouched, when it
 * is absent. A value of the wrong type, negative or beyond JG_TIME_MAX_S
 * gives true and INT64_MIN in <out>: present, and never valid.
 */
bool jg_claims_time(const struct jg_json *claims, struct jg_str name,
                    int64_t *out);

/* Claims that name the client a token was issued to: RFC 9068 2.2 says
 * client_id, OpenID Connect azp; Okta has cid, Keycloak clientId. */
#define JG_CLAIMS_CLIENT_NAMES 4
extern const char *const jg_claims_client_names[JG_CLAIMS_CLIENT_NAMES];

/* The first of them that is a text; empty: none is. */
struct jg_str jg_claims_client(const struct jg_json *claims);

/*
 * exp, iat and nbf at <now_s>. An absent claim, and the value 0, pass. All
 * three are looked at, and the last failing one names the error, as in Tyk.
 *   JG_E_CLAIM_EXP, JG_E_CLAIM_IAT, JG_E_CLAIM_NBF
 */
enum jg_err jg_claims_check_time(const struct jg_json *claims, int64_t now_s,
                                 const struct jg_claims_skew *skew);

#endif
