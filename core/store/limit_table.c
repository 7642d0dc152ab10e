/* Places for counters: found by name, claimed and given away without a lock. */
#include "store/limit_table.h"

#include "jose/sign.h"

#define PLACES ((uint64_t)1 << JG_LIMIT_BITS)
#define TRIES 64 /* each is lost only to another process that got on */

/* A claim: bit 63, then 23 bits of the name, 16 of the process, 24 of the
 * time in steps of 16 ms. */
#define CLAIM ((uint64_t)1 << 63)
#define TAG_SHIFT 40
#define PROCESS_SHIFT 24
#define TICK_MASK (((uint64_t)1 << PROCESS_SHIFT) - 1)
#define TICK_SHIFT 4
#define ABANDONED_TICKS 640 /* 10 s: whoever claimed it was killed */

/* A place, and the state that it was seen in. */
struct seen {
    struct jg_limit_place *place; /* NULL: none */
    uint64_t state;
};

struct view {
    struct seen own;     /* belongs to the name */
    struct seen claimed; /* somebody is about to make it so */
    struct seen free;    /* the first that may be taken */
};

static enum jg_err
draw(_Atomic uint64_t *word)
{
    uint64_t none = 0, random = 0;

    if (atomic_load(word) != 0)
        return JG_OK;
    while (random == 0)
        if (jg_random(&random, sizeof(random)) != JG_OK)
            return JG_E_CRYPTO;
    atomic_compare_exchange_strong(word, &none, random);
    return JG_OK;
}

enum jg_err
jg_limit_table_init(struct jg_limit_table *t)
{
    enum jg_err err = draw(&t->k0);

    return err != JG_OK ? err : draw(&t->k1);
}

static uint64_t
tick(int64_t now_ms)
{
    return (uint64_t)now_ms >> TICK_SHIFT & TICK_MASK;
}

static uint64_t
claim_of(const struct jg_hash_128 *name, uint32_t process, int64_t now_ms)
{
    return CLAIM | name->b >> (TAG_SHIFT + 1) << TAG_SHIFT |
           (uint64_t)(process & 0xffff) << PROCESS_SHIFT | tick(now_ms);
}

static bool
is_claim(uint64_t state)
{
    return (state & CLAIM) != 0;
}

static bool
claims(uint64_t state, const struct jg_hash_128 *name)
{
    return (state ^ claim_of(name, 0, 0)) >> TAG_SHIFT == 0;
}

static bool
is_abandoned(uint64_t claim, int64_t now_ms)
{
    return ((tick(now_ms) - claim) & TICK_MASK) > ABANDONED_TICKS;
}

static bool
has_name(const struct jg_limit_place *p, const struct jg_hash_128 *name)
{
    return atomic_load_explicit(&p->a, memory_order_acquire) == name->a &&
           atomic_load_explicit(&p->b, memory_order_acquire) == name->b;
}

/* Is nothing remembered by <state> that would make a difference? */
static bool
is_at_rest(const struct jg_limit_place *p, uint64_t state, int64_t now_ms)
{
    int64_t over_ms;

    if (state == 0)
        return true;
    if ((atomic_load_explicit(&p->b, memory_order_acquire) & 1) == 0)
        over_ms = (int64_t)(state / 1000000);
    else if ((uint32_t)state == JG_LIMIT_NEVER)
        return false;
    else
        over_ms = (int64_t)(uint32_t)state * 1000;
    return over_ms + JG_LIMIT_REST_S * 1000 < now_ms;
}

static struct jg_limit_place *
place_at(struct jg_limit_table *t, const struct jg_hash_128 *name, uint64_t i)
{
    return &t->places[((name->a >> (64 - JG_LIMIT_BITS)) + i) % PLACES];
}

static void
look(struct jg_limit_table *t, const struct jg_hash_128 *name, int64_t now_ms,
     struct view *out)
{
    *out = (struct view){{NULL, 0}, {NULL, 0}, {NULL, 0}};
    for (uint64_t i = 0; i < JG_LIMIT_PROBES; i++) {
        struct jg_limit_place *p = place_at(t, name, i);
        uint64_t state = atomic_load_explicit(&p->state, memory_order_acquire);
        bool free;

        if (is_claim(state)) {
            if (out->claimed.place == NULL && claims(state, name))
                out->claimed = (struct seen){p, state};
            free = is_abandoned(state, now_ms);
        } else if (state != 0 && has_name(p, name)) {
            out->own = (struct seen){p, state};
            return;
        } else {
            free = is_at_rest(p, state, now_ms);
        }
        if (free && out->free.place == NULL)
            out->free = (struct seen){p, state};
    }
}

static bool
swap(struct jg_limit_place *p, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong(&p->state, &from, to);
}

/*
 * May <mine> become the place of <name>? Not when there is one already. Other
 * claims on the name are undone: whoever made them finds out, and looks again.
 * Of two processes that do this at once, each of which has claimed before it
 * looked, at least one sees the other's claim.
 */
static bool
is_only(struct jg_limit_table *t, const struct jg_hash_128 *name,
        const struct jg_limit_place *mine)
{
    for (uint64_t i = 0; i < JG_LIMIT_PROBES; i++) {
        struct jg_limit_place *p = place_at(t, name, i);
        uint64_t state = atomic_load(&p->state);

        if (p == mine)
            continue;
        if (is_claim(state)) {
            if (claims(state, name) && !swap(p, state, 0))
                return false;
        } else if (state != 0 && has_name(p, name)) {
            return false;
        }
    }
    return true;
}

/* Make <at> the place of <name>, with <first> for its state. False: somebody
 * was faster, or undid our claim. */
static bool
take(struct jg_limit_table *t, const struct jg_hash_128 *name, uint64_t claim,
     const struct seen *at, uint64_t first)
{
    struct jg_limit_place *p = at->place;

    if (!swap(p, at->state, claim))
        return false;
    atomic_store_explicit(&p->a, name->a, memory_order_release);
    atomic_store_explicit(&p->b, name->b, memory_order_release);
    /* One that claimed it before, and was stopped for so long that its claim
     * was given away, may have gone on to write its own name. */
    if (is_only(t, name, p) && has_name(p, name))
        return swap(p, claim, first);
    swap(p, claim, 0);
    return false;
}

bool
jg_limit_change(struct jg_limit_table *t, const struct jg_hash_128 *name,
                uint32_t process, int64_t now_ms, jg_limit_step *step,
                void *arg)
{
    for (int i = 0; i < TRIES; i++) {
        struct view view;
        const struct seen *at = &view.own;
        uint64_t next;

        look(t, name, now_ms, &view);
        if (at->place == NULL)
            at = view.claimed.place != NULL ? &view.claimed : &view.free;
        if (at->place == NULL)
            return false;
        next = step(arg, view.own.state);
        if (next == 0)
            return true;
        if (view.own.place != NULL
                ? swap(at->place, at->state, next)
                : take(t, name, claim_of(name, process, now_ms), at, next))
            return true;
    }
    return false;
}
