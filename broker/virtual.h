/* Virtual endpoints: requests that a script of an API answers (reference 8). */
#ifndef JG_BROKER_VIRTUAL_H
#define JG_BROKER_VIRTUAL_H

#include "broker.h"
#include "scgi.h"

struct jg_virtual;

/* What one service process needs for it; <program> is jotgate-script's path.
 * JG_E_NOMEM, JG_E_IO. */
enum jg_err jg_virtual_open(struct jg_broker *broker, const char *program,
                            struct jg_virtual **out);
void jg_virtual_close(struct jg_virtual *v); /* NULL is fine */

/*
 * Answer the request, whose parameter JOTGATE_SCRIPT says which endpoint of
 * which API it is for. JOTGATE_SESSION is the caller's session in JSON, and
 * JOTGATE_KEY says where it is stored, if it is (jg_key_seen_write()). The
 * answer is the script's, or Tyk's 500, or
 * X-Accel-Redirect to @jotgate_proxy where proxy_on_error says so.
 */
void jg_virtual_serve(struct jg_virtual *v, int fd, const struct jg_scgi *scgi);

#endif
