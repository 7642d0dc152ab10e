/*
 * Which snapshot a request begins with: the one of the newest epoch, built by
 * the first request that sees the epoch change.
 */
#include "ngx_http_jotgate.h"

#define RETRY_MS 1000 /* until a snapshot that failed is tried again */

/* The cache's size is configuration, so it is made with the first snapshot. */
static void
make_cache(struct ngx_http_jotgate_process *p, ngx_log_t *log)
{
    int64_t max_bytes = p->snapshot->conf->jwt_cache_max_bytes;

    if (p->cache != NULL || max_bytes <= 0)
        return;
    if (jg_cache_new((size_t)max_bytes, &p->key, &p->cache) != JG_OK)
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "jotgate: no memory for the token cache");
}

/* The old snapshot stays in force when the new one cannot be built. */
static void
rebuild(struct ngx_http_jotgate_process *p, uint64_t epoch, ngx_log_t *log)
{
    struct jg_snapshot *next;
    enum jg_err err;

    if (!ngx_http_jotgate_is_past(p->snapshot_retry_ms))
        return;
    err = jg_records_snapshot(p->store, epoch, p->snapshot, NULL, &next);
    if (err != JG_OK) {
        p->snapshot_retry_ms = ngx_current_msec + RETRY_MS;
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "jotgate: no snapshot for epoch %uL: %s (%s)", epoch,
                      jg_err_info(err)->code, jg_err_info(err)->name);
        return;
    }
    jg_snapshot_free(p->snapshot);
    p->snapshot = next;
    p->epoch = epoch;
    p->snapshot_retry_ms = ngx_current_msec;
    jg_counters_add(p->counters, JG_METRIC_SNAPSHOTS, 1);
    make_cache(p, log);
}

struct jg_snapshot *
ngx_http_jotgate_snapshot(struct ngx_http_jotgate_process *p, ngx_log_t *log)
{
    if (p->store != NULL && p->counters != NULL) {
        uint64_t epoch = jg_counters_epoch(p->counters);

        if (p->snapshot == NULL || epoch != p->epoch)
            rebuild(p, epoch, log);
    }
    return p->snapshot == NULL ? NULL : jg_snapshot_ref(p->snapshot);
}
