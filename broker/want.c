/* What a decision in nginx needs before it can go on. */
#include "want.h"

#include "clock.h"
#include "keysets.h"
#include "names.h"
#include "reply.h"
#include "resolve.h"
#include "upkeep.h"

#include "base/arena.h"
#include "jose/password.h"

#include <stdio.h>

/* So long the keeper may take to publish the names of a new configuration. */
#define KEEPER_WAIT_MS 200

/* A process rests for this part of the time that a password took it. */
#define REST_PART 4

/* Where a wanted thing stands. */
enum state {
    READY,   /* its record is there */
    WRONG,   /* a password that belongs to another hash */
    REFUSED, /* it is nothing that may be fetched */
    NOT_YET, /* somebody works on it, or nobody may at this moment */
    UNSURE,  /* the names in use are not published yet */
    FAILED,  /* the store does not work */
};

/* One look at the records, without waiting for anything. */
static enum state
look(struct jg_broker *broker, struct jg_str host, bool *may_fetch)
{
    static const enum state states[] = {
        [JG_NAMES_KNOWN] = NOT_YET,
        [JG_NAMES_UNKNOWN] = REFUSED,
        [JG_NAMES_STALE] = UNSURE,
    };
    uint64_t epoch = jg_counters_epoch(broker->counters);
    enum jg_names_answer answer;
    struct jg_txn *txn;
    bool settled;

    if (jg_txn_read(broker->store, &txn) != JG_OK)
        return FAILED;
    settled = jg_resolve_settled(txn, host);
    answer = jg_names_look(txn, epoch, host);
    jg_txn_abort(txn);
    *may_fetch = !settled && answer == JG_NAMES_KNOWN;
    return settled ? READY : states[answer];
}

/*
 * Look <host> up, if this process may: at most half of the pool waits on the
 * outside world, and one process in the machine on each name.
 */
static enum state
fetch(struct jg_broker *broker, struct jg_str host)
{
    char what[JG_SLOT_WHAT_MAX];
    enum jg_err err;
    size_t found;

    if (!jg_pool_go_outside(broker->pool, broker->index))
        return NOT_YET;
    snprintf(what, sizeof(what), "lookup of %.*s", JG_STR_ARG(host));
    jg_slot_begin(broker->slot, what,
                  jg_clock_ms() + broker->conf->broker_deadline_s * 1000);
    err = jg_resolve_record(broker, &jg_resolver_system, JG_RESOLVE_MISSING,
                            host, &found);
    jg_slot_end(broker->slot);
    jg_pool_come_back(broker->pool, broker->index);
    if (err == JG_E_BROKER)
        return NOT_YET;
    return err == JG_OK ? READY : FAILED;
}

static enum state
address(struct jg_broker *broker, struct jg_parked *parked)
{
    struct jg_str host = jg_str(parked->name);
    bool may_fetch = false;
    enum state state = look(broker, host, &may_fetch);

    return may_fetch ? fetch(broker, host) : state;
}

/* Answer, unless it is to be waited for. */
static bool
answer(int fd, enum state state)
{
    static const int statuses[] = {
        [READY] = 204, [WRONG] = 403, [REFUSED] = 404};

    if (state == NOT_YET || state == UNSURE)
        return false;
    if (state == FAILED)
        jg_reply_busy(fd);
    else
        jg_reply_status(fd, statuses[state]);
    return true;
}

/* The attempt of a parked connection that wants an address. */
static bool
address_again(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    int64_t waited_ms = jg_clock_ms() + JG_WANT_WAIT_MS - parked->until_ms;
    enum state state = address(broker, parked);

    if (state == UNSURE && waited_ms > KEEPER_WAIT_MS) {
        jg_upkeep_publish(broker);
        state = address(broker, parked);
    }
    if (answer(parked->fd, state))
        return true;
    if (last)
        jg_reply_busy(parked->fd);
    return last;
}

/* May the key set <id> be fetched for a request that waits? */
static enum state
look_at_keyset(struct jg_broker *broker, struct jg_str id,
               enum jg_ask_kind kind)
{
    struct jg_keyset keyset;
    struct jg_txn *txn;
    enum state state;
    enum jg_err err;

    if (jg_txn_read(broker->store, &txn) != JG_OK)
        return FAILED;
    err = jg_keyset_get(txn, id, &keyset);
    if (err == JG_E_NOT_FOUND)
        state = REFUSED;
    else if (err != JG_OK)
        state = FAILED;
    else if (jg_keyset_may_ask(&keyset, kind, broker->conf, jg_clock_s()))
        state = NOT_YET;
    else
        state = READY; /* there is no more to be had at this moment */
    jg_txn_abort(txn);
    return state;
}

/*
 * The fetcher does the work, and so no process of ours is held up; this one
 * asks once, and then looks whether that is done.
 */
static enum state
keyset(struct jg_broker *broker, struct jg_parked *parked)
{
    struct jg_asks *asks = &broker->pool->asks;
    struct jg_str name = jg_str(parked->name);
    struct jg_str id = jg_str_head(name, jg_str_find(name, ' '));
    struct jg_str kid = jg_str_from(name, id.len + 1);
    enum state state;

    if (id.len != JG_ASK_ID_BYTES)
        return REFUSED;
    if (!jg_key_kid_is_plain(kid))
        kid = JG_STR("");
    if (parked->asked)
        return jg_asks_pending(asks, id) ? NOT_YET : READY;
    state = look_at_keyset(broker, id, parked->ask);
    if (state == NOT_YET &&
        jg_asks_put(asks, broker->index, parked->ask, id, kid)) {
        parked->asked = true;
        jg_broker_wake_fetcher(broker);
    }
    return state;
}

static bool
keyset_again(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    if (answer(parked->fd, keyset(broker, parked)))
        return true;
    if (last)
        jg_reply_busy(parked->fd);
    return last;
}

/* Of "HASH PASSWORD"; it may be REFUSED, when it is not that. */
static enum state
compute(struct jg_broker *broker, struct jg_str text)
{
    struct jg_str hash = jg_str_head(text, JG_PASSWORD_HASH_BYTES);
    struct jg_str password = jg_str_from(text, JG_PASSWORD_HASH_BYTES + 1);
    bool right = false;
    enum jg_err err;

    if (text.len <= JG_PASSWORD_HASH_BYTES + 1 ||
        text.p[JG_PASSWORD_HASH_BYTES] != ' ' || !jg_password_is_bcrypt(hash) ||
        !jg_password_is_possible(password))
        return REFUSED;
    jg_slot_begin(broker->slot, "a password",
                  jg_clock_ms() + broker->conf->broker_deadline_s * 1000);
    err = jg_password_matches(hash, password, &right);
    jg_slot_end(broker->slot);
    if (err != JG_OK)
        return FAILED;
    return right ? READY : WRONG;
}

/*
 * It takes a processor for long: half of the pool is left to others, and this
 * process looks at what else waits for it before it computes the next one.
 */
static enum state
password(struct jg_broker *broker, struct jg_parked *parked)
{
    int64_t began_ms = jg_clock_ms(), now_ms;
    enum state state;

    if (began_ms < broker->rest_until_ms ||
        !jg_pool_begin_hashing(broker->pool, broker->index))
        return NOT_YET;
    state = compute(broker, jg_buf_str(&parked->body));
    jg_pool_end_hashing(broker->pool, broker->index);
    now_ms = jg_clock_ms();
    broker->rest_until_ms = now_ms + (now_ms - began_ms) / REST_PART + 1;
    jg_mem_wipe(parked->body.p, parked->body.len);
    jg_buf_free(&parked->body);
    return state;
}

/* Guesses are seen, and do not fill the log. */
static void
log_guess(const struct jg_broker *broker, const char *peer,
          const struct jg_throttle_verdict *verdict)
{
    if (verdict->log_last)
        jg_log(&broker->log, JG_LOG_WARN,
               "wrong user or password from %s; the next ones within a minute "
               "are not logged",
               peer);
    else if (verdict->log)
        jg_log(&broker->log, JG_LOG_WARN, "wrong user or password from %s",
               peer);
}

/* The attempt of a parked connection that waits to be told so. */
static bool
wrong_late(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    (void)broker;
    return last && answer(parked->fd, WRONG);
}

/* What a wrong one is told waits, longer from try to try (throttle.h). True:
 * <parked> is to wait, and is not answered. */
static bool
slow_down(struct jg_broker *broker, struct jg_parked *parked)
{
    int64_t now_ms = jg_clock_ms();
    struct jg_throttle_verdict verdict = jg_throttle_failed(
        &broker->pool->passwords, jg_str(parked->name), now_ms);

    log_guess(broker, parked->name, &verdict);
    if (verdict.pause_ms == 0)
        return false;
    parked->until_ms = now_ms + verdict.pause_ms;
    parked->attempt = wrong_late;
    return true;
}

/* The attempt of a parked connection whose password has to be computed. */
static bool
password_again(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    enum state state = password(broker, parked);

    if (state == WRONG && slow_down(broker, parked))
        return false;
    if (answer(parked->fd, state))
        return true;
    if (last)
        jg_reply_busy(parked->fd);
    return last;
}

static int64_t
address_wait_ms(const struct jg_conf *conf)
{
    (void)conf;
    return JG_WANT_WAIT_MS;
}

static int64_t
keyset_wait_ms(const struct jg_conf *conf)
{
    return conf->jwks.wait_ms < JG_WANT_WAIT_MS ? conf->jwks.wait_ms
                                                : JG_WANT_WAIT_MS;
}

/* The kinds of wants, by the word that they begin with. */
static const struct kind {
    struct jg_str word;
    jg_lot_try *again;
    int64_t (*wait_ms)(const struct jg_conf *conf);
    enum jg_ask_kind ask; /* of a key set */
    bool secret; /* what is wanted is kept apart, and few may wait for it */
} kinds[] = {
    {{"address", 7}, address_again, address_wait_ms},
    {{"keyset", 6}, keyset_again, keyset_wait_ms, JG_ASK_MISSING},
    {{"keyset-again", 12}, keyset_again, keyset_wait_ms, JG_ASK_AGAIN},
    {{"password", 8}, password_again, address_wait_ms, .secret = true},
};

static const struct kind *
find_kind(struct jg_str word)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (jg_str_eq(kinds[i].word, word))
            return &kinds[i];
    return NULL;
}

/* What is wanted, where its kind looks for it. */
static bool
take_name(struct jg_parked *parked, const struct kind *kind, struct jg_str name,
          struct jg_str peer)
{
    if (kind->secret) {
        jg_buf_init(&parked->body,
                    JG_PASSWORD_HASH_BYTES + 1 + JG_PASSWORD_MAX);
        jg_buf_add(&parked->body, name);
        name = jg_str_head(peer, JG_NAME_MAX);
    }
    if (name.len > JG_NAME_MAX || parked->body.failed)
        return false;
    if (name.len > 0)
        memcpy(parked->name, name.p, name.len);
    return true;
}

bool
jg_want_serve(struct jg_broker *broker, struct jg_lot *lot, int fd,
              struct jg_str want, struct jg_str peer)
{
    struct jg_str word = jg_str_head(want, jg_str_find(want, ' '));
    struct jg_str name = jg_str_from(want, word.len + 1);
    const struct kind *kind = find_kind(word);
    struct jg_parked parked = {.fd = fd};

    if (kind == NULL || name.len == 0 ||
        !take_name(&parked, kind, name, peer)) {
        jg_buf_free(&parked.body);
        jg_reply_status(fd, 400);
        return true;
    }
    parked.ask = kind->ask;
    parked.delayed = kind->secret;
    parked.attempt = kind->again;
    parked.until_ms = jg_clock_ms() + kind->wait_ms(broker->conf);
    if (kind->again(broker, &parked, false)) {
        jg_buf_free(&parked.body);
        return true;
    }
    if (jg_lot_park(lot, &parked))
        return false;
    jg_buf_free(&parked.body);
    jg_reply_busy(fd);
    return true;
}
