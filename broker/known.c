/* Definitions of APIs, read once an epoch each. */
#include "known.h"

#include "store/records.h"

/* The const is for those who decide; references are counted in it. */
static struct jg_api *
in_snapshot(const struct jg_snapshot *snapshot, struct jg_str id)
{
    return (struct jg_api *)(uintptr_t)jg_snapshot_api(snapshot, id);
}

struct jg_api *
jg_known_api(struct jg_known_apis *apis, const struct jg_broker *broker,
             struct jg_str id)
{
    uint64_t epoch = jg_counters_epoch(broker->counters);
    struct jg_snapshot *snapshot;
    struct jg_api *api;
    size_t i;

    for (i = 0; i < JG_KNOWN_APIS_MAX; i++)
        if (apis->items[i].snapshot != NULL && apis->items[i].epoch == epoch &&
            jg_str_eq(apis->items[i].id, id))
            return in_snapshot(apis->items[i].snapshot, id);
    if (jg_records_snapshot_of(broker->store, id, &snapshot) != JG_OK)
        return NULL;
    api = in_snapshot(snapshot, id);
    if (api == NULL) {
        jg_snapshot_free(snapshot);
        return NULL;
    }
    i = apis->next++ % JG_KNOWN_APIS_MAX;
    jg_snapshot_free(apis->items[i].snapshot);
    apis->items[i].epoch = epoch;
    apis->items[i].id = api->def.api_id;
    apis->items[i].snapshot = snapshot;
    return api;
}

void
jg_known_apis_free(struct jg_known_apis *apis)
{
    for (size_t i = 0; i < JG_KNOWN_APIS_MAX; i++) {
        jg_snapshot_free(apis->items[i].snapshot);
        apis->items[i].snapshot = NULL;
    }
}
