/* Responses to nginx: a CGI header and a body. */
#include "reply.h"

#include "clock.h"
#include "stream.h"

#include <stdio.h>

#define HEAD_MAX 512 /* bytes of a response's header */

static const struct {
    int status;
    const char *text;
} texts[] = {
    {200, "OK"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {507, "Insufficient Storage"},
};

static const char *
text_of(int status)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Status";
}

enum jg_err
jg_reply_send(int fd, const struct jg_reply *reply)
{
    char head[HEAD_MAX];
    char length[64] = "";
    char retry[64] = "";
    char etag[64] = "";
    int n;

    if (reply->content_type != NULL)
        snprintf(length, sizeof(length), "Content-Length: %zu\r\n",
                 reply->body.len);
    if (reply->retry_after_s > 0)
        snprintf(retry, sizeof(retry), "Retry-After: %d\r\n",
                 reply->retry_after_s);
    if (reply->etag != NULL && reply->etag[0] != '\0')
        snprintf(etag, sizeof(etag), "ETag: %s\r\n", reply->etag);
    n = snprintf(head, sizeof(head), "Status: %d %s\r\n%s%s%s%s%s%s%s\r\n",
                 reply->status, text_of(reply->status),
                 reply->content_type != NULL ? "Content-Type: " : "",
                 reply->content_type != NULL ? reply->content_type : "",
                 reply->content_type != NULL ? "\r\n" : "", length, retry, etag,
                 reply->generator ? "X-Generator: tyk.io\r\n" : "");
    if (n < 0 || (size_t)n >= sizeof(head))
        return JG_E_INTERNAL;
    return jg_stream_write(fd, jg_clock_ms() + JG_REPLY_DEADLINE_MS,
                           (struct jg_str){head, (size_t)n}, reply->body);
}

enum jg_err
jg_reply_error(int fd, int status, const char *message)
{
    char body[HEAD_MAX];
    int n = snprintf(body, sizeof(body),
                     "{\"status\":\"error\",\"message\":\"%s\"}\n", message);
    struct jg_reply reply = {
        .status = status,
        .content_type = "application/json",
        .body = {body, n < 0 ? 0 : strnlen(body, sizeof(body))},
    };

    return jg_reply_send(fd, &reply);
}

enum jg_err
jg_reply_status(int fd, int status)
{
    return jg_reply_send(fd, &(struct jg_reply){.status = status});
}

enum jg_err
jg_reply_busy(int fd)
{
    return jg_reply_send(fd,
                         &(struct jg_reply){.status = 503, .retry_after_s = 1});
}
