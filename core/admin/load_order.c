/* The order of loading, as numbers that seldom have to change. */
#include "admin/load_internal.h"

/* Do the places that are there rise? */
static bool
rise(const uint32_t *orders, size_t count)
{
    uint32_t last = 0;

    for (size_t i = 0; i < count; i++) {
        if (orders[i] == 0)
            continue;
        if (orders[i] <= last)
            return false;
        last = orders[i];
    }
    return true;
}

/*
 * Places for the <count> new files behind <low> and before <high>, which is 0
 * when no file follows. False when there is no room.
 */
static bool
fill(uint32_t *orders, size_t count, uint32_t low, uint32_t high)
{
    uint64_t step = JG_LOAD_ORDER_STEP;

    if (high != 0)
        step = (high - low) / (count + 1);
    if (step == 0 || low + step * count > UINT32_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        orders[i] = (uint32_t)(low + step * (i + 1));
    return true;
}

static bool
fill_gaps(uint32_t *orders, size_t count)
{
    uint32_t low = 0;
    size_t i = 0;

    while (i < count) {
        size_t from = i;

        if (orders[i] != 0) {
            low = orders[i++];
            continue;
        }
        while (i < count && orders[i] == 0)
            i++;
        if (!fill(&orders[from], i - from, low, i < count ? orders[i] : 0))
            return false;
    }
    return true;
}

void
jg_load_order(uint32_t *orders, size_t count)
{
    if (rise(orders, count) && fill_gaps(orders, count))
        return;
    for (size_t i = 0; i < count; i++)
        orders[i] = (uint32_t)(JG_LOAD_ORDER_STEP * (i + 1));
}
