/* The shared block of the broker's processes: deadlines, and who is outside. */
#include "pool.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

struct jg_pool *
jg_pool_create(unsigned services, unsigned scripts)
{
    struct jg_pool *pool = mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (pool == MAP_FAILED)
        return NULL;
    if (services < JG_POOL_SERVICES_MIN)
        services = JG_POOL_SERVICES_MIN;
    if (services > JG_POOL_SERVICES_MAX)
        services = JG_POOL_SERVICES_MAX;
    pool->services = services;
    pool->keeper = services;
    pool->fetcher = services + 1;
    pool->loader = services + 2;
    pool->exchanger = services + 3;
    pool->scripts = services + 4;
    pool->script_count =
        scripts > JG_POOL_SCRIPTS_MAX ? JG_POOL_SCRIPTS_MAX : scripts;
    pool->slot_count = pool->scripts + pool->script_count;
    pool->outside_max = services / 2;
    pool->hashing_max = services / 2;
    return pool;
}

void
jg_pool_free(struct jg_pool *pool)
{
    if (pool != NULL)
        munmap(pool, sizeof(*pool));
}

void
jg_slot_begin(struct jg_slot *slot, const char *what, int64_t until_ms)
{
    snprintf(slot->what, sizeof(slot->what), "%s", what);
    atomic_store(&slot->until_ms, until_ms);
}

void
jg_slot_end(struct jg_slot *slot)
{
    atomic_store(&slot->until_ms, 0);
}

void
jg_slot_extend(struct jg_slot *slot, int64_t until_ms)
{
    if (atomic_load(&slot->until_ms) < until_ms)
        atomic_store(&slot->until_ms, until_ms);
}

bool
jg_slot_overdue(const struct jg_slot *slot, int64_t now_ms)
{
    int64_t until_ms = atomic_load(&slot->until_ms);

    return until_ms != 0 && now_ms > until_ms;
}

/*
 * A bit for each process instead of a number: when one is killed outside, its
 * place is known and given back.
 */
static bool
take_place(_Atomic uint64_t *places, unsigned max, unsigned index)
{
    uint64_t bit = UINT64_C(1) << index;
    uint64_t now = atomic_load(places);

    assert((now & bit) == 0);
    do {
        if ((unsigned)__builtin_popcountll(now) >= max)
            return false;
    } while (!atomic_compare_exchange_weak(places, &now, now | bit));
    return true;
}

static void
give_place(_Atomic uint64_t *places, unsigned index)
{
    atomic_fetch_and(places, ~(UINT64_C(1) << index));
}

bool
jg_pool_go_outside(struct jg_pool *pool, unsigned index)
{
    assert(index < pool->services);
    return take_place(&pool->outside, pool->outside_max, index);
}

void
jg_pool_come_back(struct jg_pool *pool, unsigned index)
{
    give_place(&pool->outside, index);
}

bool
jg_pool_begin_hashing(struct jg_pool *pool, unsigned index)
{
    assert(index < pool->services);
    return take_place(&pool->hashing, pool->hashing_max, index);
}

void
jg_pool_end_hashing(struct jg_pool *pool, unsigned index)
{
    give_place(&pool->hashing, index);
}

void
jg_pool_clear(struct jg_pool *pool, unsigned index)
{
    jg_slot_end(&pool->slots[index]);
    pool->slots[index].what[0] = '\0';
    if (index < pool->services) {
        jg_pool_come_back(pool, index);
        jg_pool_end_hashing(pool, index);
        jg_asks_clear_service(&pool->asks, index);
    }
    if (index == pool->fetcher)
        jg_asks_clear_fetcher(&pool->asks);
}
