/* Responses to nginx: a CGI header and a body. */
#ifndef JG_BROKER_REPLY_H
#define JG_BROKER_REPLY_H

#include "base/err.h"

#define JG_REPLY_DEADLINE_MS 10000 /* for nginx to take a response */

struct jg_reply {
    int status;
    const char *content_type; /* NULL: there is no body */
    bool generator;           /* with X-Generator: tyk.io */
    int retry_after_s;        /* 0: none */
    const char *etag;         /* NULL or empty: none */
    struct jg_str body;
};

/* Send <reply> on <fd>. JG_E_IO: nginx went away. */
enum jg_err jg_reply_send(int fd, const struct jg_reply *reply);

/* A reply with <status> and the control API's body for an error. <message> is
 * text of ours, without anything that JSON escapes. */
enum jg_err jg_reply_error(int fd, int status, const char *message);

/* A reply without body. */
enum jg_err jg_reply_status(int fd, int status);

/* "Come back later": 503 with Retry-After. */
enum jg_err jg_reply_busy(int fd);

#endif
