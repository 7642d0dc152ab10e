/*
 * What scripts may do beyond computing (reference 8.4), done for them by the
 * service process under the same limits as everything else: requests to other
 * services, keys, log lines.
 */
#ifndef JG_BROKER_SCRIPT_API_H
#define JG_BROKER_SCRIPT_API_H

#include "broker.h"
#include "call.h"
#include "script/wire.h"

#define JG_SCRIPT_CALLS_MAX 10     /* requests of one script call */
#define JG_SCRIPT_KEYS_MAX 100     /* keys read or written by one */
#define JG_SCRIPT_LOG_MAX 50       /* lines of one script call */
#define JG_SCRIPT_WARNINGS_MAX 20  /* lines of ours about what it did */
#define JG_SCRIPT_LOG_LINE_MAX 512 /* bytes of one */

/* One call of a script; zero what is not known. */
struct jg_script_api_call {
    struct jg_broker *broker;
    struct jg_caller *caller;
    struct jg_str api_id, org_id;
    struct jg_str target; /* proxy.target_url of the API */
    int64_t deadline_ms;
    bool insecure; /* proxy.transport.ssl_insecure_skip_verify of the API */
    unsigned calls, keys, lines, warnings;
};

/* A jg_script_ask with a struct jg_script_api_call as <arg>. */
enum jg_wire_said jg_script_api(void *arg, const char *name,
                                const struct jg_str *args, size_t count,
                                struct jg_buf *out);

/*
 * <text> for a log line: printable, cut, and what has the form of a token, or
 * of a part of one, as "[token]".
 */
void jg_script_mask(struct jg_str text,
                    char out[static JG_SCRIPT_LOG_LINE_MAX]);

#endif
