/*
 * `jotgate-broker --relay`: the command line's way to a control API. Requests
 * come on stdin, one after the other, and their answers go to stdout; only
 * this program knows HTTP from the client's side, and TLS.
 *
 *   request  METHOD URL TIMEOUT_MS BODY_BYTES \n, header lines, \n, body
 *   answer   STATUS HEAD_BYTES BODY_BYTES \n, head, body
 *
 * STATUS 0 is no answer: the body says why, in printable ASCII. Secrets come
 * in header lines, so that no list of processes shows them.
 */
#ifndef JG_BROKER_RELAY_H
#define JG_BROKER_RELAY_H

#include "options.h"

#define JG_RELAY_HEAD_MAX (64 * 1024)        /* bytes of a request's lines */
#define JG_RELAY_BODY_MAX (16 * 1024 * 1024) /* bytes of its body */
#define JG_RELAY_ANSWER_MAX (32 * 1024 * 1024)

/* Until stdin ends. 0, or 1 when a request is not of this form. */
int jg_relay(const struct jg_options *options);

#endif
