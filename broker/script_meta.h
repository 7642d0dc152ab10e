/* The SessionMeta of an answer, kept in the caller's key (reference 8.2). */
#ifndef JG_BROKER_SCRIPT_META_H
#define JG_BROKER_SCRIPT_META_H

#include "broker.h"
#include "scgi.h"

#include "base/json.h"

enum jg_script_meta {
    JG_META_KEPT,      /* or there was nothing to do */
    JG_META_OVERTAKEN, /* the key has gone, or was changed, since the request
                        * began: it stays as it is now */
    JG_META_UNKEPT, /* it was changed, and the session is of a token: computed
                     * for each request, stored nowhere */
    JG_META_FAILED,
};

/*
 * The script of a request <scgi> with use_session returned <meta>; NULL: none.
 * JOTGATE_KEY says which key the session is of, JOTGATE_SESSION what the script
 * was told. On disk when it returns JG_META_KEPT. <why> says, static, why it
 * failed.
 */
enum jg_script_meta jg_script_meta_keep(const struct jg_broker *broker,
                                        const struct jg_scgi *scgi,
                                        const struct jg_json *meta,
                                        struct jg_arena *a, const char **why);

#endif
