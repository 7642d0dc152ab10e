/* One connection of nginx to the exchanger. */
#include "exchange_conn.h"

#include "reply.h"
#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARENA_CHUNK (8 * 1024)
#define ARENA_MAX (8 * 1024 * 1024)
#define HEADER_MAX (64 * 1024) /* bytes: many connections at a time */
#define INPUT_MAX (HEADER_MAX + JG_EXCHANGE_BODY_MAX + JG_SCGI_READ_MAX)
#define HEAD_MAX 512
#define RETRY_DIGITS_MAX 10

struct jg_exchange_conn *
jg_exchange_conn_new(int fd, int64_t now_ms)
{
    struct jg_exchange_conn *c = jg_mem_grow(NULL, sizeof(*c));

    if (c == NULL) {
        close(fd);
        return NULL;
    }
    memset(c, 0, sizeof(*c));
    c->state = JG_CONN_READING;
    c->fd = fd;
    c->until_ms = now_ms + JG_SERVICE_READ_MS;
    jg_buf_init(&c->input, INPUT_MAX);
    jg_buf_init(&c->out, HEAD_MAX + JG_EXCHANGE_ANSWER_MAX);
    jg_arena_init(&c->arena, ARENA_CHUNK, ARENA_MAX);
    return c;
}

void
jg_exchange_conn_free(struct jg_exchange_conn *c)
{
    close(c->fd);
    if (c->input.p != NULL)
        jg_mem_wipe(c->input.p, c->input.len); /* passwords */
    jg_buf_free(&c->input);
    jg_buf_free(&c->out);
    jg_arena_free(&c->arena);
    jg_api_free(c->api);
    jg_mem_free(c);
}

bool
jg_exchange_conn_receive(struct jg_exchange_conn *c, struct jg_scgi *scgi)
{
    char part[JG_SCGI_READ_MAX];
    size_t need = 1;

    while (need > 0) {
        ssize_t n = recv(c->fd, part, sizeof(part), 0);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        if (n > 0)
            jg_buf_add(&c->input, (struct jg_str){part, (size_t)n});
        if (n <= 0 || c->input.failed ||
            jg_scgi_parse(jg_buf_str(&c->input), scgi, &need) != JG_OK) {
            c->state = JG_CONN_FREE;
            return false;
        }
    }
    return true;
}

static const char *
head_of(const struct jg_exchange *x, char out[static HEAD_MAX])
{
    char retry[32] = "";

    if (x->retry_after.len > 0 && x->retry_after.len <= RETRY_DIGITS_MAX)
        snprintf(retry, sizeof(retry), "Retry-After: %.*s\r\n",
                 JG_STR_ARG(x->retry_after));
    snprintf(
        out, HEAD_MAX,
        "Status: %d\r\n%s%s%s%sCache-Control: no-store\r\n"
        "Pragma: no-cache\r\nContent-Length: %zu\r\n\r\n",
        x->status, x->body.len > 0 ? "Content-Type: application/json\r\n" : "",
        x->authenticate ? "WWW-Authenticate: Basic realm=\"token\"\r\n" : "",
        x->status == 405 ? "Allow: POST\r\n" : "", retry, x->body.len);
    return out;
}

void
jg_exchange_conn_answer(struct jg_exchange_conn *c, int64_t now_ms)
{
    char head[HEAD_MAX];

    jg_buf_add(&c->out, jg_str(head_of(&c->x, head)));
    jg_buf_add(&c->out, c->x.body);
    c->state = c->out.failed ? JG_CONN_FREE : JG_CONN_WRITING;
    c->until_ms = now_ms + JG_REPLY_DEADLINE_MS;
}

void
jg_exchange_conn_transmit(struct jg_exchange_conn *c)
{
    while (c->sent < c->out.len) {
        ssize_t n =
            send(c->fd, c->out.p + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0)
            break;
        c->sent += (size_t)n;
    }
    c->state = JG_CONN_FREE;
}
