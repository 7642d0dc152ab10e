/*
 * One document of another machine, got while a request of the control API
 * waits: by the rules of key sets, within a time that is bounded for all of a
 * request's documents together.
 */
#ifndef JG_BROKER_DOCUMENT_H
#define JG_BROKER_DOCUMENT_H

#include "broker.h"

#include "admin/admin.h"

/* nginx waits 10 s for an answer of the control API. */
#define JG_DOCUMENT_WAIT_MS 9000

/*
 * What is at <url>, in <a>: the body, or why there is none. It is given up at
 * <until_ms>. This process does nothing else meanwhile, so that at most half
 * of them may.
 *   JG_E_BROKER  as many as may do so already: come back later
 *   JG_E_NOMEM, JG_E_IO (libcurl does not start)
 */
enum jg_err jg_document_get(struct jg_broker *broker, struct jg_str url,
                            int64_t until_ms, struct jg_arena *a,
                            struct jg_admin_fetched *out);

#endif
