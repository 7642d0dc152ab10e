/*
 * Whether a request to the control API was made by a page of another site, in
 * somebody's browser. Whoever has no secret gets nothing anyway; this keeps
 * such pages from asking at all, also those that make their own name lead here
 * (DNS rebinding). Clients that are no browsers send neither Origin nor
 * Sec-Fetch-Site: for them nothing changes.
 */
#ifndef JG_ADMIN_ORIGIN_H
#define JG_ADMIN_ORIGIN_H

#include "admin/admin.h"

/*
 * True:
 *   Sec-Fetch-Site is there and says anything but same-origin or none, or
 *   it is not there, and Origin names another host or port than Host; or
 *   the control API listens on this machine only, and Host is a name that may
 *   be anybody's: one with a dot, which is no address and not below .localhost.
 * Origins that control_api_origins lists are no others, nor are their hosts.
 */
bool jg_admin_is_foreign(const struct jg_conf *conf,
                         const struct jg_admin_request *request);

#endif
