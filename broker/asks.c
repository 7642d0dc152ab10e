/* How service processes ask the fetcher for key sets. */
#include "asks.h"

#include <assert.h>
#include <stdatomic.h>

static bool
take(struct jg_ask *ask, enum jg_ask_state from, enum jg_ask_state to)
{
    uint32_t expected = from;

    return atomic_compare_exchange_strong(&ask->state, &expected, to);
}

static bool
is_for(const struct jg_ask *ask, struct jg_str id)
{
    return memcmp(ask->id, id.p, JG_ASK_ID_BYTES) == 0;
}

bool
jg_asks_put(struct jg_asks *asks, unsigned index, enum jg_ask_kind kind,
            struct jg_str id, struct jg_str kid)
{
    assert(id.len == JG_ASK_ID_BYTES && kid.len <= JG_KEYSET_KID_MAX);
    for (size_t i = 0; i < JG_ASKS_MAX; i++) {
        struct jg_ask *ask = &asks->items[i];

        if (atomic_load(&ask->state) == JG_ASK_ASKED && is_for(ask, id) &&
            ask->kind == kind && atomic_load(&ask->state) == JG_ASK_ASKED)
            return true; /* another one asks for the same, and is not begun */
        if (!take(ask, JG_ASK_FREE, JG_ASK_FILLING))
            continue;
        ask->filler = index;
        ask->kind = kind;
        memcpy(ask->id, id.p, JG_ASK_ID_BYTES);
        ask->kid_len = (uint32_t)kid.len;
        if (kid.len > 0)
            memcpy(ask->kid, kid.p, kid.len);
        atomic_store(&ask->state, JG_ASK_ASKED);
        return true;
    }
    return false;
}

bool
jg_asks_pending(const struct jg_asks *asks, struct jg_str id)
{
    for (size_t i = 0; i < JG_ASKS_MAX; i++) {
        const struct jg_ask *ask = &asks->items[i];

        if (atomic_load(&ask->state) >= JG_ASK_ASKED && is_for(ask, id))
            return true;
    }
    return false;
}

const struct jg_ask *
jg_asks_next(const struct jg_asks *asks, size_t *from)
{
    while (*from < JG_ASKS_MAX) {
        const struct jg_ask *ask = &asks->items[(*from)++];

        if (atomic_load(&ask->state) == JG_ASK_ASKED)
            return ask;
    }
    return NULL;
}

static void
move(struct jg_asks *asks, struct jg_str id, enum jg_ask_state from,
     enum jg_ask_state to)
{
    for (size_t i = 0; i < JG_ASKS_MAX; i++) {
        struct jg_ask *ask = &asks->items[i];

        if (atomic_load(&ask->state) == (uint32_t)from && is_for(ask, id))
            take(ask, from, to);
    }
}

void
jg_asks_begin(struct jg_asks *asks, struct jg_str id)
{
    move(asks, id, JG_ASK_ASKED, JG_ASK_RUNNING);
}

void
jg_asks_done(struct jg_asks *asks, struct jg_str id)
{
    move(asks, id, JG_ASK_RUNNING, JG_ASK_FREE);
}

void
jg_asks_clear_service(struct jg_asks *asks, unsigned index)
{
    for (size_t i = 0; i < JG_ASKS_MAX; i++)
        if (asks->items[i].filler == index)
            take(&asks->items[i], JG_ASK_FILLING, JG_ASK_FREE);
}

void
jg_asks_clear_fetcher(struct jg_asks *asks)
{
    for (size_t i = 0; i < JG_ASKS_MAX; i++)
        take(&asks->items[i], JG_ASK_RUNNING, JG_ASK_ASKED);
}
