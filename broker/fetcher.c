/* The fetcher: keeps all key sets by URL fresh. */
#include "fetcher.h"

#include "clock.h"
#include "keysets.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#define QUEUE_MAX 1024 /* due sets that one look at the records finds */
#define LOOK_MS 1000   /* how often they are looked at, when nothing happens */
#define JOB_CHUNK 4096
#define JOB_ARENA_MAX (16 * 1024 * 1024) /* a record, and metadata */
#define RULES_ARENA_MAX (1024 * 1024)

struct id {
    char text[JG_KEY_URL_ID_BYTES];
};

/* One set on its way. */
struct job {
    struct id id;
    bool due; /* nobody waits for it: the refresh is due */
    bool wants_metadata;
    bool settled;
    struct jg_keyset start; /* as it was, without body and history */
    uint64_t version;       /* of the body then */
    struct jg_fetch *fetch; /* that has ended, once settled */
    struct jg_keyset_news news;
    char fault[JG_FETCH_FAULT_MAX];
    struct jg_arena arena;
};

struct fetcher {
    struct jg_broker *broker;
    struct jg_fetch_rules rules;
    struct jg_fetcher *http;
    struct job *jobs[JG_FETCHER_MAX];
    struct id queue[QUEUE_MAX]; /* due, and not begun */
    size_t queued;
    size_t dues;       /* jobs that are due */
    uint64_t epoch[2]; /* definitions, key sets: at the last look */
    int64_t looked_ms; /* when that was; 0: look now */
    int64_t next_due_s;
    struct jg_arena arena; /* of the rules */
};

static struct jg_str
id_of(const struct id *id)
{
    return (struct jg_str){id->text, sizeof(id->text)};
}

static uint32_t
random_number(void)
{
    uint32_t n = 0;

    if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != (ssize_t)sizeof(n))
        n = (uint32_t)jg_clock_ms(); /* it only spreads fetches */
    return n;
}

/* Jobs. */

static struct job **
place_of(struct fetcher *f, struct jg_str id)
{
    for (size_t i = 0; i < JG_FETCHER_MAX; i++)
        if (f->jobs[i] != NULL && jg_str_eq(id_of(&f->jobs[i]->id), id))
            return &f->jobs[i];
    return NULL;
}

static struct job **
free_place(struct fetcher *f)
{
    for (size_t i = 0; i < JG_FETCHER_MAX; i++)
        if (f->jobs[i] == NULL)
            return &f->jobs[i];
    return NULL;
}

static void
free_job(struct job *job)
{
    if (job == NULL)
        return;
    jg_fetch_free(job->fetch);
    jg_arena_free(&job->arena);
    jg_mem_free(job);
}

/* The job ends as a failure, for a reason that is in job->fault. */
static void
give_up(struct job *job)
{
    job->news.outcome = JG_FETCH_FAILED;
    job->news.fault = jg_str(job->fault);
    job->settled = true;
}

static void
begin_fetch(struct fetcher *f, struct job *job, struct jg_str url,
            struct jg_str etag)
{
    const struct jg_fetch_request request = {
        .url = url,
        .etag = etag,
        .insecure = job->start.insecure,
        .owner = job,
    };
    struct jg_fetch *fetch;

    if (jg_fetch_begin(f->http, &request, &fetch) == JG_OK)
        return;
    snprintf(job->fault, sizeof(job->fault), "out of memory");
    give_up(job);
}

/*
 * What is at the set's own URL. The ETag belongs to the body that we have, and
 * to the URL that it came from.
 */
static void
begin_set(struct fetcher *f, struct job *job, struct jg_str url)
{
    bool same = !job->start.discover || jg_str_eq(url, job->start.jwks_url);

    job->wants_metadata = false;
    if (job->start.discover)
        job->news.jwks_url = url;
    begin_fetch(f, job, url,
                same && job->version != 0 ? job->start.etag
                                          : (struct jg_str){NULL, 0});
}

/*
 * A provider may move its keys, so its metadata is read at each refresh; a
 * request that waits is spared that as long as the place known is a good one.
 */
static void
begin_job(struct fetcher *f, struct job *job)
{
    if (!job->start.discover) {
        begin_set(f, job, job->start.url);
    } else if (!job->due && job->start.jwks_url.len > 0 &&
               job->start.failures == 0) {
        begin_set(f, job, job->start.jwks_url);
    } else {
        job->wants_metadata = true;
        begin_fetch(f, job, job->start.url, (struct jg_str){NULL, 0});
    }
}

/* What a job needs of the record. JG_E_NOT_FOUND: it is gone. */
static enum jg_err
read_start(struct fetcher *f, struct job *job)
{
    struct jg_keyset record;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(f->broker->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_keyset_get(txn, id_of(&job->id), &record);
    if (err == JG_OK) {
        job->version = record.body.len > 0 ? record.version : 0;
        record.history = (struct jg_str){NULL, 0};
        record.body = jg_str_head(record.body, 1); /* is there one? */
        err = jg_keyset_copy(&record, &job->arena, &job->start);
    }
    jg_txn_abort(txn);
    return err;
}

static struct job *
new_job(struct jg_str id, bool due)
{
    struct job *job = jg_mem_grow(NULL, sizeof(*job));

    if (job == NULL)
        return NULL;
    memset(job, 0, sizeof(*job));
    memcpy(job->id.text, id.p, sizeof(job->id.text));
    job->due = due;
    job->news.max_age_s = -1;
    jg_arena_init(&job->arena, JOB_CHUNK, JOB_ARENA_MAX);
    return job;
}

/* Is <keyset> to be fetched now? A time that no setting gives was written by a
 * clock that went wrong. */
static bool
is_due(const struct jg_keyset *keyset, int64_t now_s)
{
    int64_t most_s = keyset->ttl_s > JG_KEYSET_TTL_MAX_S ? keyset->ttl_s
                                                         : JG_KEYSET_TTL_MAX_S;

    return keyset->refresh_s <= now_s || keyset->refresh_s - most_s > now_s;
}

/* Begin with <id> for whoever <asks>, or because it is due (NULL), unless there
 * is no reason to any more. False: nothing was begun. */
static bool
start(struct fetcher *f, struct jg_str id, const struct jg_ask *ask)
{
    struct job **place = free_place(f);
    struct job *job = place != NULL ? new_job(id, ask == NULL) : NULL;
    int64_t now_s = jg_clock_s();
    bool wanted;

    if (job == NULL)
        return false;
    wanted = read_start(f, job) == JG_OK &&
             (ask == NULL
                  ? is_due(&job->start, now_s)
                  : jg_keyset_may_ask(&job->start, (enum jg_ask_kind)ask->kind,
                                      f->broker->conf, now_s));
    if (!wanted) {
        free_job(job);
        return false;
    }
    if (ask != NULL)
        job->news.kid =
            jg_arena_str(&job->arena, (struct jg_str){ask->kid, ask->kid_len});
    *place = job;
    f->dues += job->due;
    begin_job(f, job);
    return true;
}

/* Answers. */

static void
take_metadata(struct fetcher *f, struct job *job,
              const struct jg_fetch_result *result)
{
    struct jg_str uri;
    enum jg_err err;

    if (result->outcome != JG_FETCH_GOOD) {
        snprintf(job->fault, sizeof(job->fault),
                 "the provider's metadata: %.*s", JG_STR_ARG(result->fault));
        give_up(job);
        return;
    }
    err = jg_keyset_read_metadata(result->body, job->start.issuer, &job->arena,
                                  &uri, job->fault);
    if (err == JG_OK) {
        begin_set(f, job, uri);
        return;
    }
    if (err == JG_E_NOMEM)
        snprintf(job->fault, sizeof(job->fault), "out of memory");
    give_up(job);
}

static void
take_set(struct job *job, struct jg_fetch *fetch,
         const struct jg_fetch_result *result)
{
    job->fetch = fetch; /* the body is in it */
    job->news.outcome = result->outcome;
    job->news.body = result->body;
    job->news.etag = result->etag;
    job->news.max_age_s = result->max_age_s;
    job->news.fault = result->fault;
    jg_keyset_judge(&job->news, job->fault);
    job->settled = true;
}

static void
take_answers(struct fetcher *f)
{
    struct jg_fetch_result result;
    struct jg_fetch *fetch;

    while ((fetch = jg_fetcher_next(f->http)) != NULL) {
        struct job *job = jg_fetch_owner(fetch);

        jg_fetch_result(fetch, &result);
        job->news.status = result.status;
        job->news.took_ms = result.took_ms;
        if (!job->wants_metadata) {
            take_set(job, fetch, &result);
            continue;
        }
        take_metadata(f, job, &result);
        jg_fetch_free(fetch);
    }
}

/* Said when it begins, changes or ends, not every time. */
static void
report(const struct fetcher *f, const struct jg_keyset *before,
       const struct jg_keyset *after)
{
    const struct jg_log *log = &f->broker->log;

    if (after->failures == 0 && before->failures > 0)
        jg_log(log, JG_LOG_INFO, "the key set %.*s is fetched again",
               JG_STR_ARG(after->url));
    else if (after->failures == 0)
        jg_log(log, JG_LOG_DEBUG, "fetched the key set %.*s",
               JG_STR_ARG(after->url));
    else if (before->failures == 0 || !jg_str_eq(before->fault, after->fault))
        jg_log(log, JG_LOG_WARN,
               "the key set %.*s cannot be fetched: %.*s; next try in "
               "%" PRId64 " s%s",
               JG_STR_ARG(after->url), JG_STR_ARG(after->fault),
               after->refresh_s - after->tried_s,
               after->body.len > 0 ? "; the last good one stays in use" : "");
}

/*
 * The record of one settled job, in line with what came. One that was emptied
 * meanwhile stays so: what was fetched is older than the wish to forget it.
 */
static enum jg_err
store_job(struct fetcher *f, struct jg_txn *txn, struct job *job)
{
    struct jg_keyset record, before, after;
    struct jg_buf history;
    enum jg_err err = jg_keyset_get(txn, id_of(&job->id), &record);

    if (err != JG_OK)
        return err == JG_E_NOT_FOUND ? JG_OK : err;
    if (job->version != 0 && record.body.len == 0)
        return JG_OK;
    err = jg_keyset_copy(&record, &job->arena, &before);
    if (err != JG_OK)
        return err;
    job->news.now_s = jg_clock_s();
    job->news.random = random_number();
    jg_buf_init(&history, JG_KEYSET_HISTORY_MAX);
    after = before;
    err = jg_keyset_apply(&after, &job->news, f->broker->conf, &history);
    if (err == JG_OK)
        err = jg_keyset_put(txn, id_of(&job->id), &after);
    if (err == JG_OK) {
        report(f, &before, &after);
        if (after.refresh_s < f->next_due_s)
            f->next_due_s = after.refresh_s;
    }
    jg_buf_free(&history);
    return err;
}

/* One commit for all that has ended meanwhile: it waits for the disk. */
static enum jg_err
store_settled(struct fetcher *f)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(f->broker->store, &txn);

    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < JG_FETCHER_MAX && err == JG_OK; i++)
        if (f->jobs[i] != NULL && f->jobs[i]->settled)
            err = store_job(f, txn, f->jobs[i]);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static void
count(const struct fetcher *f, const struct job *job)
{
    struct jg_counters *c = f->broker->counters;

    jg_counters_add(c, JG_METRIC_KEYSET_FETCHES, 1);
    if (job->news.outcome == JG_FETCH_FAILED)
        jg_counters_add(c, JG_METRIC_KEYSET_FETCH_FAILURES, 1);
}

/* Whatever has ended is stored, and whoever waits for it learns of it. */
static void
settle(struct fetcher *f)
{
    bool any = false;
    enum jg_err err;

    for (size_t i = 0; i < JG_FETCHER_MAX; i++)
        any = any || (f->jobs[i] != NULL && f->jobs[i]->settled);
    if (!any)
        return;
    err = store_settled(f);
    if (err == JG_OK)
        jg_counters_bump_keysets(f->broker->counters);
    else
        jg_log(&f->broker->log, JG_LOG_ERROR,
               "key sets were not stored: %s: %s", jg_err_info(err)->code,
               jg_err_info(err)->help);
    for (size_t i = 0; i < JG_FETCHER_MAX; i++) {
        struct job *job = f->jobs[i];

        if (job == NULL || !job->settled)
            continue;
        count(f, job);
        jg_asks_done(&f->broker->pool->asks, id_of(&job->id));
        f->dues -= job->due;
        f->jobs[i] = NULL;
        free_job(job);
    }
}

/* What is to be fetched. */

/* Those who ask are served first, and have places of their own. */
static void
serve_asks(struct fetcher *f)
{
    struct jg_asks *asks = &f->broker->pool->asks;
    const struct jg_ask *ask;
    size_t from = 0;

    while ((ask = jg_asks_next(asks, &from)) != NULL) {
        struct id id;
        bool runs;

        memcpy(id.text, ask->id, sizeof(id.text));
        runs = place_of(f, id_of(&id)) != NULL;
        if (!runs && free_place(f) == NULL)
            return; /* as soon as one has ended */
        jg_asks_begin(asks, id_of(&id));
        if (!runs && !start(f, id_of(&id), ask))
            jg_asks_done(asks, id_of(&id));
    }
}

/* One look at all records. */
struct look {
    struct fetcher *f;
    int64_t now_s;
    uint64_t all, failing, insecure;
    int64_t oldest_s; /* fetched; 0: none was */
};

static enum jg_err
look_at(void *arg, struct jg_str id, struct jg_str value)
{
    struct look *look = arg;
    struct fetcher *f = look->f;
    struct jg_keyset keyset;

    if (id.len != sizeof(struct id) ||
        jg_keyset_decode(value, &keyset) != JG_OK)
        return JG_OK;
    look->all++;
    look->failing += keyset.failures > 0;
    look->insecure += keyset.insecure;
    if (keyset.body.len > 0 &&
        (look->oldest_s == 0 || keyset.fetched_s < look->oldest_s))
        look->oldest_s = keyset.fetched_s;
    if (place_of(f, id) != NULL)
        return JG_OK;
    if (!is_due(&keyset, look->now_s)) {
        if (keyset.refresh_s < f->next_due_s)
            f->next_due_s = keyset.refresh_s;
    } else if (f->queued < QUEUE_MAX) {
        memcpy(f->queue[f->queued++].text, id.p, sizeof(struct id));
    } else {
        f->next_due_s = look->now_s;
    }
    return JG_OK;
}

static bool
is_time_to_look(const struct fetcher *f)
{
    int64_t passed_ms = jg_clock_ms() - f->looked_ms;
    const struct jg_counters *c = f->broker->counters;

    if (f->queued > 0)
        return false;
    if (f->looked_ms == 0 || f->epoch[0] != jg_counters_epoch(c))
        return true;
    return passed_ms >= LOOK_MS && (f->next_due_s <= jg_clock_s() ||
                                    f->epoch[1] != jg_counters_keysets(c));
}

/* Which sets are due, and when the next one is. */
static void
look_around(struct fetcher *f)
{
    struct jg_counters *c = f->broker->counters;
    struct look look = {.f = f, .now_s = jg_clock_s()};
    struct jg_txn *txn;

    if (!is_time_to_look(f))
        return;
    f->looked_ms = jg_clock_ms();
    f->epoch[0] = jg_counters_epoch(c);
    f->epoch[1] = jg_counters_keysets(c);
    f->next_due_s = INT64_MAX;
    if (jg_txn_read(f->broker->store, &txn) != JG_OK)
        return;
    jg_store_each(txn, JG_KIND_KEYSET, look_at, &look);
    jg_txn_abort(txn);
    jg_counters_set(c, JG_METRIC_KEYSETS, look.all);
    jg_counters_set(c, JG_METRIC_KEYSETS_FAILING, look.failing);
    jg_counters_set(c, JG_METRIC_KEYSETS_INSECURE, look.insecure);
    jg_counters_set(c, JG_METRIC_KEYSETS_OLDEST, (uint64_t)look.oldest_s);
}

static void
start_due(struct fetcher *f)
{
    while (f->queued > 0 && f->dues < JG_FETCHER_DUE_MAX) {
        struct jg_str id = id_of(&f->queue[f->queued - 1]);

        if (place_of(f, id) == NULL && free_place(f) == NULL)
            return;
        if (place_of(f, id) == NULL)
            start(f, id, NULL);
        f->queued--;
    }
}

/* Life. */

static int
time_to_wait(const struct fetcher *f)
{
    for (size_t i = 0; i < JG_FETCHER_MAX; i++)
        if (f->jobs[i] != NULL && f->jobs[i]->settled)
            return 0;
    return LOOK_MS;
}

static void
turn(struct fetcher *f)
{
    struct jg_broker *broker = f->broker;
    uint64_t wakes;

    jg_slot_begin(broker->slot, "fetching key sets",
                  jg_clock_ms() + LOOK_MS +
                      broker->conf->broker_deadline_s * 1000);
    jg_fetcher_wait(f->http, broker->wake_fetcher, time_to_wait(f));
    if (read(broker->wake_fetcher, &wakes, sizeof(wakes)) > 0)
        f->looked_ms = 0;
    take_answers(f);
    settle(f);
    serve_asks(f);
    look_around(f);
    start_due(f);
}

static enum jg_err
open_fetcher(struct fetcher *f)
{
    char fault[JG_FETCH_FAULT_MAX];
    enum jg_err err;

    jg_arena_init(&f->arena, JOB_CHUNK, RULES_ARENA_MAX);
    err = jg_keyset_rules(&f->broker->conf->jwks, &f->arena, &f->rules, fault);
    if (err != JG_OK)
        return err;
    if (fault[0] != '\0')
        jg_log(&f->broker->log, JG_LOG_WARN, "%s", fault);
    return jg_fetcher_open(&f->rules, &f->http);
}

static void
close_fetcher(struct fetcher *f)
{
    for (size_t i = 0; i < JG_FETCHER_MAX; i++)
        free_job(f->jobs[i]);
    jg_fetcher_close(f->http);
    jg_arena_free(&f->arena);
    jg_mem_free(f);
}

int
jg_fetcher_run(struct jg_broker *broker)
{
    struct fetcher *f = jg_mem_grow(NULL, sizeof(*f));
    enum jg_err err;

    if (f == NULL || jg_broker_open_store(broker) != JG_OK)
        return 1;
    memset(f, 0, sizeof(*f));
    f->broker = broker;
    err = open_fetcher(f);
    if (err != JG_OK)
        jg_log(&broker->log, JG_LOG_ERROR, "no key set can be fetched: %s",
               jg_err_info(err)->code);
    while (err == JG_OK && jg_broker_is_current(broker))
        turn(f);
    close_fetcher(f);
    jg_store_close(broker->store);
    return err == JG_OK ? 0 : 1;
}
