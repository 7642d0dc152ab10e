/* The control API over SCGI: core/admin answers, this carries. */
#include "control.h"

#include "clock.h"
#include "document.h"
#include "loads.h"
#include "reply.h"
#include "script_look.h"

#include "access/path.h"

#include <stdatomic.h>
#include <sys/random.h>

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (512 * 1024 * 1024) /* bytes that one request may use */

/* The values of JOTGATE_PORT. */
static const struct {
    struct jg_str name;
    enum jg_admin_port port;
} ports[] = {
    {{"control", 7}, JG_PORT_CONTROL},
    {{"listen", 6}, JG_PORT_LISTEN},
    {{"shared", 6}, JG_PORT_SHARED},
};

void
jg_control_init(struct jg_control *control, struct jg_broker *broker)
{
    *control = (struct jg_control){
        .admin = {
            .conf = broker->conf,
            .conf_findings = broker->conf_findings,
            .store = broker->store,
            .counters = broker->counters,
            .journal = broker->journal,
            .look = jg_script_look_one,
            .look_arg = broker,
            .loaded = true, /* no process serves before the first load */
        }};
}

/*
 * The request as the core wants it.
 *   JG_E_REQUEST  not from our nginx configuration
 *   JG_E_PATH, JG_E_NOMEM
 */
static enum jg_err
read_request(const struct jg_scgi *scgi, struct jg_arena *a,
             struct jg_admin_request *out)
{
    struct jg_str kind = jg_scgi_get(scgi, JG_STR("JOTGATE_PORT"));
    size_t i = 0;
    struct jg_path path;
    enum jg_err err;

    while (i < sizeof(ports) / sizeof(ports[0]) &&
           !jg_str_eq(ports[i].name, kind))
        i++;
    if (i == sizeof(ports) / sizeof(ports[0]))
        return JG_E_REQUEST;
    err = jg_path_read(jg_scgi_get(scgi, JG_STR("REQUEST_URI")), a, &path);
    if (err != JG_OK)
        return err;
    *out = (struct jg_admin_request){
        .method = jg_scgi_get(scgi, JG_STR("REQUEST_METHOD")),
        .path = path.decoded,
        .query = path.query,
        .body = scgi->body,
        .authorization = jg_scgi_get(scgi, JG_STR("HTTP_X_TYK_AUTHORIZATION")),
        .if_match = jg_scgi_get(scgi, JG_STR("HTTP_IF_MATCH")),
        .if_none_match = jg_scgi_get(scgi, JG_STR("HTTP_IF_NONE_MATCH")),
        .host = jg_scgi_get(scgi, JG_STR("HTTP_HOST")),
        .origin = jg_scgi_get(scgi, JG_STR("HTTP_ORIGIN")),
        .fetch_site = jg_scgi_get(scgi, JG_STR("HTTP_SEC_FETCH_SITE")),
        .port = ports[i].port,
    };
    return JG_OK;
}

/* Make <response> wait in <lot>; its body belongs to the lot then. */
static bool
park(struct jg_lot *lot, struct jg_parked *parked,
     struct jg_admin_response *response)
{
    parked->status = response->status;
    parked->content_type = response->content_type;
    parked->generator = response->generator;
    parked->body = response->body;
    if (!jg_lot_park(lot, parked))
        return false;
    response->body = (struct jg_buf){0};
    return true;
}

static void
send_response(int fd, const struct jg_admin_response *response)
{
    const struct jg_reply reply = {
        .status = response->status,
        .content_type = response->content_type,
        .generator = response->generator,
        .etag = response->etag,
        .body = jg_buf_str(&response->body),
    };

    jg_reply_send(fd, &reply);
}

/* What may stand in a log of <path>: an id of an API or a policy, but not what
 * else stands behind the second segment, which may be somebody's key. */
static struct jg_str
shown(struct jg_str path)
{
    size_t i = 0;

    if (jg_str_starts(path, JG_STR("/tyk/apis")) ||
        jg_str_starts(path, JG_STR("/tyk/policies")))
        return path;
    for (unsigned slashes = 0; i < path.len; i++)
        if (path.p[i] == '/' && ++slashes > 2)
            break;
    return jg_str_head(path, i);
}

/* Who changed what. */
static void
log_change(const struct jg_broker *broker, const struct jg_scgi *scgi,
           const struct jg_admin_request *request, int status)
{
    struct jg_str from = jg_scgi_get(scgi, JG_STR("REMOTE_ADDR"));
    struct jg_str path = shown(request->path);

    if (request->port == JG_PORT_LISTEN || status >= 400 ||
        jg_str_eq(request->method, JG_STR("GET")))
        return;
    jg_log(&broker->log, JG_LOG_INFO, "control API: %.*s %.*s by %.*s: %d",
           JG_STR_ARG(request->method), JG_STR_ARG(path), JG_STR_ARG(from),
           status);
}

/* Guesses are seen, and do not fill the log. */
static void
log_guess(const struct jg_broker *broker, struct jg_str from,
          const struct jg_throttle_verdict *verdict)
{
    if (verdict->log_last)
        jg_log(&broker->log, JG_LOG_WARN,
               "control API: wrong secrets again and again, last from %.*s; "
               "each is answered late, and not logged for a minute",
               JG_STR_ARG(from));
    else if (verdict->log)
        jg_log(&broker->log, JG_LOG_WARN,
               "control API: wrong or missing secret, from %.*s",
               JG_STR_ARG(from));
}

/* A wrong secret, perhaps not the first one. */
static bool
refuse(const struct jg_broker *broker, struct jg_lot *lot, int fd,
       struct jg_str from, struct jg_admin_response *response)
{
    int64_t now_ms = jg_clock_ms();
    struct jg_throttle_verdict verdict =
        jg_throttle_failed(&broker->pool->throttle, from, now_ms);
    struct jg_parked parked = {
        .fd = fd,
        .until_ms = now_ms + verdict.pause_ms,
        .attempt = jg_lot_send_late,
        .delayed = true,
    };

    jg_counters_add(broker->counters, JG_METRIC_CONTROL_REFUSED, 1);
    log_guess(broker, from, &verdict);
    if (verdict.pause_ms == 0)
        send_response(fd, response);
    else if (park(lot, &parked, response))
        return false;
    else
        jg_reply_busy(fd); /* says nothing about the secret */
    return true;
}

/* What to say instead when a load that was waited for has failed. */
static bool
send_load_error(struct jg_broker *broker, int fd)
{
    enum jg_err err = (enum jg_err)atomic_load(&broker->pool->load_err);

    if (err == JG_OK)
        return false;
    jg_reply_error(fd, jg_err_info(err)->status, jg_err_info(err)->help);
    return true;
}

/* The attempt of a response that waits for another process's load. */
static bool
send_when_loaded(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    if (!jg_loads_done(broker, parked->ticket)) {
        if (last)
            jg_reply_busy(parked->fd);
        return last;
    }
    if (!send_load_error(broker, parked->fd))
        jg_lot_send(parked);
    return true;
}

/* ?block=true: load first, answer then. */
static bool
load_and_send(struct jg_broker *broker, struct jg_lot *lot, int fd,
              struct jg_admin_response *response)
{
    struct jg_parked parked = {
        .fd = fd,
        .until_ms = jg_clock_ms() + JG_LOADS_DEADLINE_MS,
        .attempt = send_when_loaded,
        .ticket = jg_loads_ask(broker),
    };

    jg_loads_run(broker);
    if (jg_loads_done(broker, parked.ticket)) {
        if (!send_load_error(broker, fd))
            send_response(fd, response);
        return true;
    }
    if (park(lot, &parked, response))
        return false;
    jg_reply_busy(fd);
    return true;
}

static bool
answer(struct jg_broker *broker, struct jg_lot *lot, int fd,
       const struct jg_scgi *scgi, struct jg_admin_response *response)
{
    if (response->wrong_secret)
        return refuse(broker, lot, fd, jg_scgi_get(scgi, JG_STR("REMOTE_ADDR")),
                      response);
    if (response->reload_now)
        return load_and_send(broker, lot, fd, response);
    if (response->reload)
        jg_loads_ask(broker); /* before the answer: it is never lost */
    if (response->fetch)
        jg_broker_wake_fetcher(broker);
    send_response(fd, response);
    return true;
}

/*
 * The answer, with the documents of other machines that it needs.
 *   JG_E_BROKER, JG_E_NOMEM, JG_E_IO  one cannot be had: there is no answer
 */
static enum jg_err
ask(struct jg_control *control, struct jg_broker *broker,
    const struct jg_admin_request *request, struct jg_arena *a,
    struct jg_admin_response *response)
{
    struct jg_admin_fetched fetched[JG_ADMIN_FETCHES_MAX];
    struct jg_admin_request again = *request;
    int64_t until_ms = jg_clock_ms() + JG_DOCUMENT_WAIT_MS;
    enum jg_err err;

    jg_admin_answer(&control->admin, request, a, response);
    again.fetched = fetched;
    while (response->wanted.p != NULL) {
        if (again.fetched_count == JG_ADMIN_FETCHES_MAX)
            return JG_E_INTERNAL;
        err = jg_document_get(broker, response->wanted, until_ms, a,
                              &fetched[again.fetched_count]);
        if (err != JG_OK)
            return err;
        again.fetched_count++;
        jg_admin_response_free(response);
        jg_admin_response_init(response);
        jg_admin_answer(&control->admin, &again, a, response);
    }
    return JG_OK;
}

bool
jg_control_serve(struct jg_control *control, struct jg_broker *broker,
                 struct jg_lot *lot, int fd, const struct jg_scgi *scgi)
{
    struct jg_admin *admin = &control->admin;
    struct jg_admin_response response;
    struct jg_admin_request request;
    struct jg_arena a;
    bool done = true;
    enum jg_err err;

    jg_arena_init(&a, ARENA_CHUNK, ARENA_MAX);
    jg_admin_response_init(&response);
    err = read_request(scgi, &a, &request);
    admin->now_s = jg_clock_s();
    admin->stopping = atomic_load(&broker->pool->stopping);
    if (err == JG_OK && getrandom(admin->random, sizeof(admin->random), 0) !=
                            (ssize_t)sizeof(admin->random))
        err = JG_E_INTERNAL;
    if (err == JG_OK)
        err = ask(control, broker, &request, &a, &response);
    if (err == JG_OK) {
        log_change(broker, scgi, &request, response.status);
        done = answer(broker, lot, fd, scgi, &response);
    } else if (err == JG_E_BROKER)
        jg_reply_busy(fd);
    else
        jg_reply_error(fd, jg_err_info(err)->status, jg_err_info(err)->text);
    jg_admin_response_free(&response);
    jg_arena_free(&a);
    return done;
}
