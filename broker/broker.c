/* What one process of the broker works with. */
#include "broker.h"

#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum jg_err
jg_broker_open_store(struct jg_broker *broker)
{
    const struct jg_store_options options = {
        .path = broker->store_folder,
        .max_bytes = (size_t)broker->conf->storage.max_bytes,
        .writable = true,
        .group = broker->group,
    };
    char fault[JG_STORE_FAULT_MAX] = "";
    enum jg_err err = jg_store_open(&options, &broker->store, fault);

    if (err != JG_OK)
        jg_log(&broker->log, JG_LOG_ERROR, "%s: the store: %s",
               broker->store_folder, fault);
    return err;
}

int
jg_broker_make_event(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

bool
jg_broker_is_current(const struct jg_broker *broker)
{
    return atomic_load(&broker->pool->generation) == broker->generation;
}

static void
wake(int event)
{
    static const uint64_t one = 1;

    /* It fails only when the count is full: then it was seen. */
    if (write(event, &one, sizeof(one)) < 0)
        return;
}

void
jg_broker_wake_keeper(const struct jg_broker *broker)
{
    wake(broker->wake);
}

void
jg_broker_wake_fetcher(const struct jg_broker *broker)
{
    wake(broker->wake_fetcher);
}
