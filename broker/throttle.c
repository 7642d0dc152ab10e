/* How long a wrong secret's answer waits, by how many there were of late. */
#include "throttle.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>

#define PREFIX_BYTES 8 /* of an IPv6 address */
#define LOGGED_PEER 5  /* wrong secrets of a window that are logged */
#define LOGGED_ALL 50

/* After so many failures within a window the next answer waits so long. */
static const struct step {
    unsigned peer, all;
    int64_t pause_ms;
} steps[] = {
    {5, 50, 200},
    {20, 200, 500},
    {60, 1000, JG_THROTTLE_PAUSE_MAX_MS},
};

static struct jg_str
prefix_of(struct jg_str peer, unsigned char address[static 16])
{
    char text[INET6_ADDRSTRLEN];

    if (peer.len >= sizeof(text))
        return peer;
    snprintf(text, sizeof(text), "%.*s", JG_STR_ARG(peer));
    if (inet_pton(AF_INET6, text, address) != 1)
        return peer;
    return (struct jg_str){(const char *)address, PREFIX_BYTES};
}

/* Of two processes that begin a window, one does; a count may get lost. */
static unsigned
count(struct jg_throttle_count *c, int64_t now_ms)
{
    int64_t since_ms = atomic_load(&c->since_ms);

    if ((atomic_load(&c->failures) == 0 ||
         now_ms - since_ms >= JG_THROTTLE_WINDOW_MS) &&
        atomic_compare_exchange_strong(&c->since_ms, &since_ms, now_ms))
        atomic_store(&c->failures, 0);
    return atomic_fetch_add(&c->failures, 1) + 1;
}

struct jg_throttle_verdict
jg_throttle_failed(struct jg_throttle *throttle, struct jg_str peer,
                   int64_t now_ms)
{
    unsigned char address[16];
    uint64_t hash = jg_hash_plain(prefix_of(peer, address));
    unsigned all = count(&throttle->all, now_ms);
    unsigned own = count(&throttle->peers[hash % JG_THROTTLE_PEERS], now_ms);
    bool log_last = (own == LOGGED_PEER + 1 && all <= LOGGED_ALL) ||
                    (all == LOGGED_ALL + 1 && own <= LOGGED_PEER);
    struct jg_throttle_verdict verdict = {
        .log = log_last || (own <= LOGGED_PEER && all <= LOGGED_ALL),
        .log_last = log_last,
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (own > steps[i].peer || all > steps[i].all)
            verdict.pause_ms = steps[i].pause_ms;
    return verdict;
}
