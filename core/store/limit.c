/* What the states of the table mean: GCRA for rates, windows for quotas. */
#include "store/limit.h"

#include "store/limit_table.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1e9

/* A rate's time that lies farther ahead than the rate allows, by more than
 * clocks differ: the clock was set back. */
#define CLOCK_SLACK_NS 60000000000

#define COUNT_SHIFT 32

struct jg_hash_128
jg_limit_name(const struct jg_counters *c, struct jg_str text)
{
    uint32_t process;
    const struct jg_limit_table *t =
        jg_counters_limits((struct jg_counters *)(uintptr_t)c, &process);
    const struct jg_hash_key key = {
        atomic_load_explicit(&t->k0, memory_order_relaxed),
        atomic_load_explicit(&t->k1, memory_order_relaxed)};

    return jg_hash_keyed_128(&key, text);
}

static int64_t
smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What a rate or a quota is asked. */
struct ask {
    bool counts;         /* a request; false: somebody looks */
    int64_t interval_ns; /* between two requests */
    int64_t slack_ns;    /* how far ahead of its time one may come */
    int64_t max, renewal_s;
    int64_t now; /* ns for a rate, s for a quota */
    struct jg_limit_state *out;
};

/* Of a rate that is <ahead_ns> ahead of its time. */
static int64_t
left(const struct ask *ask, int64_t ahead_ns)
{
    return (ask->slack_ns + ask->interval_ns - ahead_ns) / ask->interval_ns;
}

static uint64_t
step_rate(void *arg, uint64_t state)
{
    const struct ask *ask = arg;
    int64_t farthest_ns = ask->slack_ns + ask->interval_ns + CLOCK_SLACK_NS;
    int64_t due = (int64_t)state; /* when all of it is there again */
    int64_t ahead_ns;

    if (due < ask->now || due - ask->now > farthest_ns)
        due = ask->now;
    ahead_ns = due - ask->now;
    if (ahead_ns > ask->slack_ns) {
        int64_t wait_ns = ahead_ns - ask->slack_ns;

        *ask->out = (struct jg_limit_state){
            .reset_ms = due / NS_PER_MS,
            .wait_ms = (wait_ns + NS_PER_MS - 1) / NS_PER_MS};
        return 0;
    }
    if (ask->counts)
        due += ask->interval_ns;
    *ask->out = (struct jg_limit_state){.allowed = true,
                                        .remaining = left(ask, due - ask->now),
                                        .reset_ms = due / NS_PER_MS};
    return ask->counts ? (uint64_t)due : 0;
}

/* When a window ends that begins now. */
static int64_t
latest_end(const struct ask *ask)
{
    if (ask->renewal_s > 0 && ask->renewal_s < JG_LIMIT_NEVER - ask->now)
        return ask->now + ask->renewal_s;
    return JG_LIMIT_NEVER;
}

static uint64_t
step_quota(void *arg, uint64_t state)
{
    const struct ask *ask = arg;
    int64_t count = (int64_t)(state >> COUNT_SHIFT);
    int64_t end_s = (uint32_t)state, before_s = end_s;
    bool begins = end_s <= ask->now; /* also when nothing was counted so far */
    bool allowed;

    if (begins)
        count = 0;
    end_s = begins ? latest_end(ask) : smaller(end_s, latest_end(ask));
    allowed = count < ask->max;
    *ask->out = (struct jg_limit_state){
        .allowed = allowed,
        .remaining = allowed ? ask->max - count - ask->counts : 0,
        .reset_ms = end_s == JG_LIMIT_NEVER || (begins && !ask->counts)
                        ? 0
                        : end_s * 1000};
    if (!ask->counts || (!allowed && end_s == before_s))
        return 0;
    return (uint64_t)(count + allowed) << COUNT_SHIFT | (uint64_t)end_s;
}

static void
change(struct jg_counters *c, const struct jg_hash_128 *name, int64_t now_ms,
       jg_limit_step *step, struct ask *ask)
{
    uint32_t process;
    struct jg_limit_table *t = jg_counters_limits(c, &process);

    if (jg_limit_change(t, name, process, now_ms, step, ask))
        return;
    step(ask, 0); /* what it would be if it were the first */
    if (ask->counts)
        jg_counters_add(c, JG_METRIC_LIMITS_FULL, 1);
}

/* The last bit of a name says what is counted under it. */
static struct jg_hash_128
of_rate(struct jg_hash_128 name)
{
    name.b &= ~(uint64_t)1;
    return name;
}

static struct jg_hash_128
of_quota(struct jg_hash_128 name)
{
    name.b |= 1;
    return name;
}

static void
ask_rate(struct jg_counters *c, struct jg_hash_128 name, double rate,
         double per_s, int64_t now_ms, struct ask *ask)
{
    double r = rate < JG_RATE_MAX ? rate : JG_RATE_MAX;
    double p = per_s < JG_PER_MAX_S ? per_s : JG_PER_MAX_S;
    double interval_ns =
        p / r < JG_PER_MAX_S ? p / r * NS_PER_S : JG_PER_MAX_S * NS_PER_S;

    ask->now = now_ms * NS_PER_MS;
    ask->interval_ns = interval_ns < 1 ? 1 : (int64_t)interval_ns;
    ask->slack_ns = r > 1 ? (int64_t)((r - 1) * (double)ask->interval_ns) : 0;
    name = of_rate(name);
    change(c, &name, now_ms, step_rate, ask);
}

void
jg_limit_rate(struct jg_counters *c, struct jg_hash_128 name, double rate,
              double per_s, int64_t now_ms, struct jg_limit_state *out)
{
    struct ask ask = {.counts = true, .out = out};

    ask_rate(c, name, rate, per_s, now_ms, &ask);
}

void
jg_limit_rate_look(struct jg_counters *c, struct jg_hash_128 name, double rate,
                   double per_s, int64_t now_ms, struct jg_limit_state *out)
{
    struct ask ask = {.counts = false, .out = out};

    ask_rate(c, name, rate, per_s, now_ms, &ask);
}

static void
ask_quota(struct jg_counters *c, struct jg_hash_128 name, int64_t max,
          int64_t renewal_s, int64_t now_ms, struct ask *ask)
{
    ask->max = smaller(max, JG_QUOTA_MAX);
    ask->renewal_s = renewal_s;
    ask->now = now_ms / 1000;
    name = of_quota(name);
    change(c, &name, now_ms, step_quota, ask);
}

void
jg_limit_quota(struct jg_counters *c, struct jg_hash_128 name, int64_t max,
               int64_t renewal_s, int64_t now_ms, struct jg_limit_state *out)
{
    struct ask ask = {.counts = true, .out = out};

    ask_quota(c, name, max, renewal_s, now_ms, &ask);
}

void
jg_limit_quota_look(struct jg_counters *c, struct jg_hash_128 name, int64_t max,
                    int64_t renewal_s, int64_t now_ms,
                    struct jg_limit_state *out)
{
    struct ask ask = {.counts = false, .out = out};

    ask_quota(c, name, max, renewal_s, now_ms, &ask);
}

/* <arg> is a state at rest: its time is over. */
static uint64_t
step_forget(void *arg, uint64_t state)
{
    return state == 0 ? 0 : *(const uint64_t *)arg;
}

static void
forget(struct jg_counters *c, struct jg_hash_128 name, int64_t now_ms,
       uint64_t over)
{
    uint32_t process;
    struct jg_limit_table *t = jg_counters_limits(c, &process);

    jg_limit_change(t, &name, process, now_ms, step_forget, &over);
}

void
jg_limit_rate_forget(struct jg_counters *c, struct jg_hash_128 name,
                     int64_t now_ms)
{
    forget(c, of_rate(name), now_ms, (uint64_t)(now_ms * NS_PER_MS));
}

void
jg_limit_quota_forget(struct jg_counters *c, struct jg_hash_128 name,
                      int64_t now_ms)
{
    forget(c, of_quota(name), now_ms, (uint64_t)(now_ms / 1000));
}
