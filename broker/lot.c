/* Connections that wait without occupying their process. */
#include "lot.h"

#include "reply.h"

#include <unistd.h>

bool
jg_lot_park(struct jg_lot *lot, const struct jg_parked *parked)
{
    /* Whoever guesses secrets must not crowd out those who wait for work. */
    if (lot->count == JG_LOT_MAX ||
        (parked->delayed && lot->delayed == JG_LOT_DELAYED_MAX))
        return false;
    lot->parked[lot->count++] = *parked;
    lot->delayed += parked->delayed;
    return true;
}

static void
leave(struct jg_lot *lot, size_t i)
{
    struct jg_parked *parked = &lot->parked[i];

    close(parked->fd);
    jg_buf_free(&parked->body);
    lot->delayed -= parked->delayed;
    lot->count--;
    memmove(parked, parked + 1, (lot->count - i) * sizeof(*parked));
}

void
jg_lot_look(struct jg_lot *lot, struct jg_broker *broker, int64_t now_ms)
{
    size_t i = 0;

    while (i < lot->count) {
        struct jg_parked *parked = &lot->parked[i];

        if (parked->attempt(broker, parked, now_ms >= parked->until_ms))
            leave(lot, i);
        else
            i++;
    }
}

void
jg_lot_send(const struct jg_parked *parked)
{
    const struct jg_reply reply = {
        .status = parked->status,
        .content_type = parked->content_type,
        .generator = parked->generator,
        .body = jg_buf_str(&parked->body),
    };

    jg_reply_send(parked->fd, &reply);
}

bool
jg_lot_send_late(struct jg_broker *broker, struct jg_parked *parked, bool last)
{
    (void)broker;
    if (last)
        jg_lot_send(parked);
    return last;
}
