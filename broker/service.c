/* A service process: one request at a time, for ever. */
#include "service.h"

#include "clock.h"
#include "control.h"
#include "loads.h"
#include "reply.h"
#include "stream.h"
#include "virtual.h"
#include "want.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_KEPT (256 * 1024) /* a larger buffer is given back at once */
#define FINISH_MS 500           /* for the rest of a request that was refused */

struct service {
    struct jg_broker *broker;
    struct jg_lot *lot;
    struct jg_buf input;
    struct jg_control control;
    struct jg_virtual *virtual; /* of processes for scripts; else NULL */
};

/*
 * For the log: the method and the first two segments of the path. What comes
 * after them may be somebody's key.
 */
static void
describe(const struct jg_scgi *scgi, char out[static JG_SLOT_WHAT_MAX])
{
    struct jg_str uri = jg_scgi_get(scgi, JG_STR("REQUEST_URI"));
    struct jg_str method = jg_scgi_get(scgi, JG_STR("REQUEST_METHOD"));
    unsigned slashes = 0;
    size_t len = 0;

    while (len < uri.len && uri.p[len] != '?' &&
           (uri.p[len] != '/' || ++slashes < 3))
        len++;
    uri = jg_str_head(uri, len);
    snprintf(out, JG_SLOT_WHAT_MAX, "%.*s %.*s", JG_STR_ARG(method),
             JG_STR_ARG(uri));
}

/* By the parameter that only our nginx configuration sets. */
static bool
dispatch(struct service *s, int fd, const struct jg_scgi *scgi)
{
    struct jg_str want = jg_scgi_get(scgi, JG_STR("JOTGATE_WANT"));

    if (s->virtual != NULL) {
        jg_virtual_serve(s->virtual, fd, scgi);
        return true;
    }
    if (want.p != NULL)
        return jg_want_serve(s->broker, s->lot, fd, want,
                             jg_scgi_get(scgi, JG_STR("REMOTE_ADDR")));
    return jg_control_serve(&s->control, s->broker, s->lot, fd, scgi);
}

/* One connection from its first byte. False: it is parked. */
static bool
serve(struct service *s, int fd)
{
    struct jg_broker *broker = s->broker;
    int64_t now_ms = jg_clock_ms();
    char what[JG_SLOT_WHAT_MAX];
    struct jg_scgi scgi;
    bool done = true;
    enum jg_err err;

    jg_slot_begin(broker->slot, "reading a request",
                  now_ms + broker->conf->broker_deadline_s * 1000);
    err = jg_scgi_read(fd, now_ms + JG_SERVICE_READ_MS, &s->input, &scgi);
    if (err == JG_OK) {
        describe(&scgi, what);
        jg_slot_begin(broker->slot, what,
                      now_ms + broker->conf->broker_deadline_s * 1000);
        jg_counters_add(broker->counters, JG_METRIC_BROKER_REQUESTS, 1);
        done = dispatch(s, fd, &scgi);
    } else if (err != JG_E_IO) {
        jg_log(&broker->log, JG_LOG_WARN, "a request was refused: %s",
               jg_err_info(err)->code);
        jg_reply_error(fd, jg_err_info(err)->status, jg_err_info(err)->text);
        jg_stream_finish(fd, jg_clock_ms() + FINISH_MS, JG_SCGI_INPUT_MAX);
    }
    jg_slot_end(broker->slot);
    jg_buf_reset(&s->input);
    if (s->input.cap > INPUT_KEPT)
        jg_buf_free(&s->input);
    return done;
}

/* Serve one connection, if there is one. */
static bool
take(struct service *s)
{
    int fd =
        accept4(s->broker->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0) /* another process was faster; a lack of files passes, too */
        return false;
    if (serve(s, fd))
        close(fd);
    jg_loads_run(s->broker); /* when an answer has asked for it */
    return true;
}

/*
 * Wait for a connection, or the time to look at the lot again. False: there is
 * a new configuration, for new processes; or the parent has shut the listener
 * down, and what had arrived before is served.
 */
static bool
loop(struct service *s)
{
    struct pollfd events[] = {
        {.fd = s->broker->listener, .events = POLLIN},
        {.fd = s->broker->retire, .events = POLLIN},
    };

    if (s->lot->count > 0)
        jg_lot_look(s->lot, s->broker, jg_clock_ms());
    if (poll(events, 2, s->lot->count > 0 ? JG_LOT_LOOK_MS : -1) <= 0)
        return true;
    if (events[1].revents != 0)
        return false;
    return take(s) || (events[0].revents & POLLHUP) == 0;
}

/* Whoever is still waiting gets an answer within its own time. */
static void
finish(struct service *s)
{
    while (s->lot->count > 0) {
        jg_lot_look(s->lot, s->broker, jg_clock_ms());
        if (s->lot->count > 0)
            poll(NULL, 0, JG_LOT_LOOK_MS);
    }
}

int
jg_service_run(struct jg_broker *broker)
{
    struct service s = {.broker = broker};

    s.lot = jg_mem_grow(NULL, sizeof(*s.lot));
    if (s.lot == NULL || jg_broker_open_store(broker) != JG_OK)
        return 1;
    memset(s.lot, 0, sizeof(*s.lot));
    jg_buf_init(&s.input, JG_SCGI_INPUT_MAX);
    jg_control_init(&s.control, broker);
    if (broker->index >= broker->pool->scripts &&
        jg_virtual_open(broker, broker->script_program, &s.virtual) != JG_OK)
        return 1;
    while (loop(&s))
        continue;
    finish(&s);
    jg_virtual_close(s.virtual);
    jg_buf_free(&s.input);
    jg_mem_free(s.lot);
    jg_store_close(broker->store);
    return 0;
}
