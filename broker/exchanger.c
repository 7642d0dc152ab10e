/*
 * The event loop of the token endpoints. What all requests of one turn want to
 * keep is one commit, and their answers are sent after that: so an exchange
 * costs a small part of a write to the disk, and is kept when it is answered.
 */
#include "exchanger.h"

#include "clock.h"
#include "exchange_conn.h"
#include "keysets.h"
#include "known.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARENA_CHUNK (8 * 1024)
#define RULES_ARENA_MAX (1024 * 1024)
#define OPEN_FILES 8192
#define TURN_MS 30000 /* one turn of the loop at most, or it hangs */
#define ACCEPT_MAX 64 /* new connections of one turn */

struct exchanger {
    struct jg_broker *broker;
    struct jg_fetch_rules rules;
    struct jg_caller *caller;
    struct jg_known_apis apis;
    struct jg_exchange_world world;
    struct jg_arena arena; /* of the rules */
    struct jg_scgi scgi;   /* of the request that is looked at */
    struct jg_exchange_conn *conns[JG_EXCHANGES_MAX];
    size_t count;
    size_t ready; /* conns in state JG_CONN_READY */
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
add(struct exchanger *e, int fd, int64_t now_ms)
{
    struct jg_exchange_conn *c = jg_exchange_conn_new(fd, now_ms);

    if (c != NULL)
        e->conns[e->count++] = c;
}

/* Once. */
static void
log_fault(const struct exchanger *e, struct jg_exchange_conn *c)
{
    static const char *const names[JG_SPLIT_ENDPOINTS] = {"token", "revocation",
                                                          "introspection"};
    struct jg_exchange *x = &c->x;

    if (x->reason != JG_OK)
        jg_log(&e->broker->log, JG_LOG_WARN,
               "API %.*s, %s endpoint: %s: %s%s%s",
               JG_STR_ARG(c->api->def.api_id), names[x->endpoint],
               jg_err_info(x->reason)->code, jg_err_info(x->reason)->text,
               x->cause != NULL ? ": " : "", x->cause != NULL ? x->cause : "");
    x->reason = JG_OK;
}

static void start_call(struct exchanger *e, struct jg_exchange_conn *c,
                       int64_t now_ms);

/* The answer is known: what comes first? What is to be forgotten is, before
 * the provider is told. */
static void
settle(struct exchanger *e, struct jg_exchange_conn *c, int64_t now_ms)
{
    log_fault(e, c);
    if (c->x.change_count > 0) {
        c->state = JG_CONN_READY;
        e->ready++;
    } else if (c->x.call.url.len > 0) {
        start_call(e, c, now_ms);
    } else if (c->x.pause_ms > 0) {
        c->state = JG_CONN_PAUSED;
        c->until_ms = now_ms + c->x.pause_ms;
    } else {
        jg_exchange_conn_answer(c, now_ms);
    }
}

/* "api\nnumber", which only our nginx configuration says. */
static bool
find_api(struct exchanger *e, struct jg_exchange_conn *c)
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

/*
 * An API may wait for its provider with as many requests as there are places
 * that nobody uses: when one provider is slow, others still get in.
 */
static bool
may_wait(const struct exchanger *e, const struct jg_exchange_conn *conn)
{
    size_t own = 0;

    for (size_t i = 0; i < e->count; i++)
        own += e->conns[i]->state == JG_CONN_CALLING &&
               e->conns[i]->api == conn->api;
    return own <= JG_EXCHANGES_MAX - e->count;
}

/* With an answer already, whether the provider learns of it changes nothing. */
static void
fail_call(struct jg_exchange *x, enum jg_err err)
{
    if (x->status == 0) {
        jg_exchange_fail(x, err, NULL);
        return;
    }
    x->reason = err;
    x->cause = "the provider was not told of the revocation";
    x->call.url = (struct jg_str){NULL, 0};
}

static void
start_call(struct exchanger *e, struct jg_exchange_conn *c, int64_t now_ms)
{
    struct jg_call *call;
    enum jg_err err = JG_E_EXCHANGE_BUSY;

    c->x.call.owner = c;
    if (may_wait(e, c))
        err = jg_call_begin(e->caller, &c->x.call, &call);
    if (err == JG_OK) {
        c->state = JG_CONN_CALLING;
        return;
    }
    fail_call(&c->x, err);
    settle(e, c, now_ms);
}

/* The request is complete: e->scgi. */
static void
begin(struct exchanger *e, struct jg_exchange_conn *c, int64_t now_ms)
{
    c->x.world = &e->world;
    c->x.arena = &c->arena;
    jg_counters_add(e->broker->counters, JG_METRIC_BROKER_REQUESTS, 1);
    if (!find_api(e, c)) { /* it has just changed */
        c->x.status = 503;
        jg_exchange_conn_answer(c, now_ms);
        return;
    }
    jg_exchange_begin(&c->x, &e->scgi);
    if (c->x.status == 0)
        start_call(e, c, now_ms);
    else
        settle(e, c, now_ms);
}

static void
receive(struct exchanger *e, struct jg_exchange_conn *c, int64_t now_ms)
{
    if (jg_exchange_conn_receive(c, &e->scgi))
        begin(e, c, now_ms);
}

static void
end_calls(struct exchanger *e, int64_t now_ms)
{
    struct jg_call *call;

    while ((call = jg_caller_next(e->caller)) != NULL) {
        struct jg_exchange_conn *c = jg_call_owner(call);
        struct jg_call_result result;

        jg_call_result(call, &result);
        c->x.call.url = (struct jg_str){NULL, 0};
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
        if (e->conns[i]->state == JG_CONN_READY)
            err = jg_exchange_write(&e->conns[i]->x, txn);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
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
        struct jg_exchange_conn *c = e->conns[i];

        if (c->state != JG_CONN_READY)
            continue;
        taken = taken || jg_exchange_takes_away(&c->x);
        c->x.change_count = 0;
        if (err != JG_OK)
            jg_exchange_fail(&c->x, err, NULL);
        settle(e, c, now_ms);
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
        struct jg_exchange_conn *c = e->conns[i];

        if (c->state == JG_CONN_PAUSED && c->until_ms <= now_ms)
            jg_exchange_conn_answer(c, now_ms);
        if (c->state == JG_CONN_WRITING)
            jg_exchange_conn_transmit(c);
        if (c->state == JG_CONN_FREE ||
            (c->state != JG_CONN_CALLING && c->until_ms <= now_ms))
            jg_exchange_conn_free(c);
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
        add(e, fd, now_ms);
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
        struct jg_exchange_conn *c = e->conns[i];

        c->watched = NULL;
        if (c->state == JG_CONN_READING || c->state == JG_CONN_WRITING) {
            c->watched = &e->fds[*n];
            watch(e, n, c->fd,
                  c->state == JG_CONN_READING ? CURL_WAIT_POLLIN
                                              : CURL_WAIT_POLLOUT);
        }
        if (c->state != JG_CONN_CALLING && c->until_ms < until_ms)
            until_ms = c->until_ms;
    }
    return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* New ones were not waited for; most have sent all they have to say. */
static bool
is_ready(const struct jg_exchange_conn *c)
{
    return c->state == JG_CONN_READING &&
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
