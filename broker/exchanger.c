/*
 * The event loop of the token endpoints. What all requests of one turn want to
 * keep is one commit, and their answers are sent after that: so an exchange
 * costs a small part of a write to the disk, and is kept when it is answered.
 */
#include "exchanger.h"

#include "clock.h"
#include "exchange.h"
#include "keysets.h"
#include "known.h"
#include "reply.h"
#include "service.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARENA_CHUNK (8 * 1024)
#define ARENA_MAX (8 * 1024 * 1024) /* of one request */
#define RULES_ARENA_MAX (1024 * 1024)
#define INPUT_MAX (JG_SCGI_HEADER_MAX + JG_EXCHANGE_BODY_MAX + JG_SCGI_READ_MAX)
#define HEAD_MAX 512
#define OPEN_FILES 8192
#define TURN_MS 30000 /* one turn of the loop at most, or it hangs */
#define ACCEPT_MAX 64 /* new connections of one turn */

enum state {
    FREE,
    READING,
    CALLING, /* the provider */
    READY,   /* for the commit */
    PAUSED,
    WRITING,
};

/* One connection of nginx, and its request. */
struct conn {
    enum state state;
    int fd;
    int64_t until_ms;
    struct jg_buf input;
    struct jg_arena arena;
    struct jg_api *api; /* held */
    struct jg_exchange x;
    struct jg_buf out;
    size_t sent;
    struct curl_waitfd *watched; /* in this turn, or NULL */
};

struct exchanger {
    struct jg_broker *broker;
    struct jg_fetch_rules rules;
    struct jg_caller *caller;
    struct jg_known_apis apis;
    struct jg_exchange_world world;
    struct jg_arena arena; /* of the rules */
    struct jg_scgi scgi;   /* of the request that is looked at */
    struct conn *conns[JG_EXCHANGES_MAX];
    size_t count;
    size_t ready; /* conns in state READY */
    bool closed;  /* no new connections */
    struct curl_waitfd fds[JG_EXCHANGES_MAX + 2];
};

/* Every connection may need a second one, to a provider. */
static void
allow_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= OPEN_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < OPEN_FILES ? limit.rlim_max : OPEN_FILES;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void
free_conn(struct conn *c)
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

static void
add_conn(struct exchanger *e, int fd, int64_t now_ms)
{
    struct conn *c = jg_mem_grow(NULL, sizeof(*c));

    if (c == NULL) {
        close(fd);
        return;
    }
    memset(c, 0, sizeof(*c));
    c->state = READING;
    c->fd = fd;
    c->until_ms = now_ms + JG_SERVICE_READ_MS;
    jg_buf_init(&c->input, INPUT_MAX);
    jg_buf_init(&c->out, HEAD_MAX + JG_EXCHANGE_ANSWER_MAX);
    jg_arena_init(&c->arena, ARENA_CHUNK, ARENA_MAX);
    e->conns[e->count++] = c;
}

static const char *
head_of(const struct jg_exchange *x, char out[static HEAD_MAX])
{
    char retry[32] = "";

    if (x->retry_after.len > 0 && x->retry_after.len < 12)
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

static void
start_answer(struct conn *c, int64_t now_ms)
{
    char head[HEAD_MAX];

    jg_buf_add(&c->out, jg_str(head_of(&c->x, head)));
    jg_buf_add(&c->out, c->x.body);
    c->state = c->out.failed ? FREE : WRITING;
    c->until_ms = now_ms + JG_REPLY_DEADLINE_MS;
}

static void
log_fault(const struct exchanger *e, const struct conn *c)
{
    static const char *const names[JG_SPLIT_ENDPOINTS] = {"token", "revocation",
                                                          "introspection"};
    const struct jg_exchange *x = &c->x;

    if (x->reason != JG_OK)
        jg_log(&e->broker->log, JG_LOG_WARN,
               "API %.*s, %s endpoint: %s: %s%s%s",
               JG_STR_ARG(c->api->def.api_id), names[x->endpoint],
               jg_err_info(x->reason)->code, jg_err_info(x->reason)->text,
               x->cause != NULL ? ": " : "", x->cause != NULL ? x->cause : "");
}

/* The answer is known: what comes first? */
static void
settle(struct exchanger *e, struct conn *c, int64_t now_ms)
{
    log_fault(e, c);
    if (c->x.change_count > 0) {
        c->state = READY;
        e->ready++;
    } else if (c->x.pause_ms > 0) {
        c->state = PAUSED;
        c->until_ms = now_ms + c->x.pause_ms;
    } else {
        start_answer(c, now_ms);
    }
}

/* "api\nnumber", which only our nginx configuration says. */
static bool
find_api(struct exchanger *e, struct conn *c)
{
    struct jg_str rest = jg_scgi_get(&e->scgi, JG_STR("JOTGATE_EXCHANGE"));
    struct jg_str id;
    struct jg_api *api;
    uint64_t number;

    if (!jg_str_next(&rest, '\n', &id) || rest.p == NULL ||
        !jg_str_to_u64(rest, &number) || number >= JG_SPLIT_ENDPOINTS)
        return false;
    api = jg_known_api(&e->apis, e->broker, id);
    if (api == NULL || api->def.split_token == NULL)
        return false;
    c->api = jg_api_ref(api);
    c->x.api = api;
    c->x.endpoint = (enum jg_split_endpoint)number;
    return true;
}

static void
start_call(struct exchanger *e, struct conn *c, int64_t now_ms)
{
    struct jg_call *call;

    c->x.call.owner = c;
    c->state = CALLING;
    if (jg_call_begin(e->caller, &c->x.call, &call) == JG_OK)
        return;
    jg_exchange_fail(&c->x, JG_E_NOMEM, NULL);
    settle(e, c, now_ms);
}

/* The request is complete: e->scgi. */
static void
begin(struct exchanger *e, struct conn *c, int64_t now_ms)
{
    c->x.world = &e->world;
    c->x.arena = &c->arena;
    jg_counters_add(e->broker->counters, JG_METRIC_BROKER_REQUESTS, 1);
    if (!find_api(e, c)) { /* it has just changed */
        c->x.status = 503;
        start_answer(c, now_ms);
        return;
    }
    jg_exchange_begin(&c->x, &e->scgi);
    if (c->x.status == 0)
        start_call(e, c, now_ms);
    else
        settle(e, c, now_ms);
}

static void
receive(struct exchanger *e, struct conn *c, int64_t now_ms)
{
    char part[JG_SCGI_READ_MAX];
    enum jg_err err = JG_OK;
    size_t need = 1;

    while (need > 0) {
        ssize_t n = recv(c->fd, part, sizeof(part), 0);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            c->state = FREE;
            return;
        }
        jg_buf_add(&c->input, (struct jg_str){part, (size_t)n});
        err = c->input.failed
                  ? JG_E_REQUEST_SIZE
                  : jg_scgi_parse(jg_buf_str(&c->input), &e->scgi, &need);
        if (err != JG_OK) {
            c->state = FREE;
            return;
        }
    }
    begin(e, c, now_ms);
}

static void
transmit(struct conn *c)
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
    c->state = FREE;
}

static void
end_calls(struct exchanger *e, int64_t now_ms)
{
    struct jg_call *call;

    while ((call = jg_caller_next(e->caller)) != NULL) {
        struct conn *c = jg_call_owner(call);
        struct jg_call_result result;

        jg_call_result(call, &result);
        jg_exchange_end(&c->x, &result);
        jg_call_free(call);
        settle(e, c, now_ms);
    }
}

/* Their changes, in one transaction. */
static enum jg_err
write_all(struct exchanger *e)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(e->broker->store, &txn);

    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < e->count && err == JG_OK; i++)
        if (e->conns[i]->state == READY)
            err = jg_exchange_write(&e->conns[i]->x, txn);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static bool
takes_away(const struct jg_exchange *x)
{
    for (size_t i = 0; i < x->change_count; i++)
        if (x->changes[i].kind != JG_EXCHANGE_PUT)
            return true;
    return false;
}

/* Workers that remember what is gone now look again. */
static void
commit(struct exchanger *e, int64_t now_ms)
{
    bool taken = false;
    enum jg_err err;

    if (e->ready == 0)
        return;
    err = write_all(e);
    for (size_t i = 0; i < e->count; i++) {
        struct conn *c = e->conns[i];

        if (c->state != READY)
            continue;
        taken = taken || takes_away(&c->x);
        if (err != JG_OK) {
            jg_exchange_fail(&c->x, err, NULL);
            log_fault(e, c);
        }
        start_answer(c, now_ms);
    }
    e->ready = 0;
    if (taken && err == JG_OK)
        jg_counters_bump_revocations(e->broker->counters);
}

/* Those that are to be done with are removed, the others move up. */
static void
clean_up(struct exchanger *e, int64_t now_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < e->count; i++) {
        struct conn *c = e->conns[i];

        if (c->state == PAUSED && c->until_ms <= now_ms)
            start_answer(c, now_ms);
        if (c->state == WRITING)
            transmit(c);
        if (c->state == FREE || (c->state != CALLING && c->until_ms <= now_ms))
            free_conn(c);
        else
            e->conns[kept++] = c;
    }
    e->count = kept;
}

/* The parent has shut the listener down; libcurl does not tell that. */
static bool
is_shut(const struct exchanger *e)
{
    struct pollfd one = {.fd = e->broker->exchange_listener, .events = POLLIN};

    return atomic_load(&e->broker->pool->stopping) && poll(&one, 1, 0) > 0 &&
           (one.revents & POLLHUP) != 0;
}

static void
accept_all(struct exchanger *e, int64_t now_ms)
{
    bool shut = is_shut(e); /* then nothing arrives after what is there */

    for (int i = 0; i < ACCEPT_MAX && e->count < JG_EXCHANGES_MAX; i++) {
        int fd = accept4(e->broker->exchange_listener, NULL, NULL,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0) {
            e->closed = shut;
            return;
        }
        add_conn(e, fd, now_ms);
    }
}

static void
watch(struct exchanger *e, unsigned *n, int fd, short events)
{
    e->fds[(*n)++] = (struct curl_waitfd){.fd = fd, .events = events};
}

/* What this turn waits for; the time until something is over. */
static int
collect(struct exchanger *e, unsigned *n, int64_t now_ms)
{
    int64_t until_ms = now_ms + 1000;

    *n = 0;
    if (!e->closed)
        watch(e, n, e->broker->retire, CURL_WAIT_POLLIN);
    if (!e->closed && e->count < JG_EXCHANGES_MAX)
        watch(e, n, e->broker->exchange_listener, CURL_WAIT_POLLIN);
    for (size_t i = 0; i < e->count; i++) {
        struct conn *c = e->conns[i];

        c->watched = NULL;
        if (c->state == READING || c->state == WRITING) {
            c->watched = &e->fds[*n];
            watch(e, n, c->fd,
                  c->state == READING ? CURL_WAIT_POLLIN : CURL_WAIT_POLLOUT);
        }
        if (c->state != CALLING && c->until_ms < until_ms)
            until_ms = c->until_ms;
    }
    return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* New ones were not waited for; most have sent all they have to say. */
static bool
is_ready(const struct conn *c)
{
    return c->state == READING &&
           (c->watched == NULL || c->watched->revents != 0);
}

/* One turn. False: there is nothing more to do, ever. */
static bool
turn(struct exchanger *e)
{
    unsigned n;
    int wait_ms = collect(e, &n, jg_clock_ms());
    int64_t now_ms;

    jg_caller_wait(e->caller, e->fds, n, wait_ms);
    now_ms = jg_clock_ms();
    e->world.now_s = jg_clock_s();
    jg_slot_begin(e->broker->slot, "exchanging tokens", now_ms + TURN_MS);
    e->closed = e->closed || e->fds[0].revents != 0;
    if (!e->closed)
        accept_all(e, now_ms);
    for (size_t i = 0; i < e->count; i++)
        if (is_ready(e->conns[i]))
            receive(e, e->conns[i], now_ms);
    end_calls(e, now_ms);
    commit(e, now_ms);
    clean_up(e, now_ms);
    jg_slot_end(e->broker->slot);
    return !e->closed || e->count > 0;
}

static enum jg_err
open_all(struct exchanger *e)
{
    char fault[JG_FETCH_FAULT_MAX];
    enum jg_err err;

    jg_arena_init(&e->arena, ARENA_CHUNK, RULES_ARENA_MAX);
    err = jg_keyset_rules(&e->broker->conf->jwks, &e->arena, &e->rules, fault);
    if (err == JG_OK)
        err = jg_caller_open(&e->rules, &e->caller);
    if (err == JG_OK)
        err = jg_revoked_new(&e->world.revoked);
    if (err == JG_OK)
        err = jg_broker_open_store(e->broker);
    return err;
}

int
jg_exchanger_run(struct jg_broker *broker)
{
    struct exchanger *e = jg_mem_grow(NULL, sizeof(*e));

    if (e == NULL)
        return 1;
    memset(e, 0, sizeof(*e));
    e->broker = broker;
    e->world.broker = broker;
    allow_files();
    if (open_all(e) != JG_OK)
        return 1;
    while (turn(e))
        continue;
    jg_caller_close(e->caller);
    jg_known_apis_free(&e->apis);
    jg_revoked_free(e->world.revoked);
    jg_arena_free(&e->arena);
    jg_store_close(broker->store);
    jg_mem_free(e);
    return 0;
}
