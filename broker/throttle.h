/*
 * Wrong secrets cost time: their answer waits, longer from try to try, for each
 * peer and for all together. What is counted is shared by the processes, and
 * has one size whatever comes. Who knows the secret never waits.
 */
#ifndef JG_BROKER_THROTTLE_H
#define JG_BROKER_THROTTLE_H

#include "base/err.h"
#include "base/str.h"

#define JG_THROTTLE_WINDOW_MS 60000 /* counts begin anew after that */
#define JG_THROTTLE_PEERS 1024      /* places; peers of one place share it */
#define JG_THROTTLE_PAUSE_MAX_MS 1000

struct jg_throttle_count {
    _Atomic int64_t since_ms; /* when the window began */
    _Atomic unsigned failures;
};

/* Zeroed is a good start. */
struct jg_throttle {
    struct jg_throttle_count all;
    struct jg_throttle_count peers[JG_THROTTLE_PEERS];
};

/* One wrong secret more: what to do about it. */
struct jg_throttle_verdict {
    int64_t pause_ms; /* how long its answer waits */
    bool log;         /* say it, */
    bool log_last;    /* and that no more is said for a while */
};

/*
 * Count one more of <peer>, an address as nginx writes it. The first 64 bits of
 * an IPv6 address are a peer: whoever has one such address has all of them.
 */
struct jg_throttle_verdict jg_throttle_failed(struct jg_throttle *throttle,
                                              struct jg_str peer,
                                              int64_t now_ms);

#endif
