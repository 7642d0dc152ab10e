/*
 * What one worker keeps open: the store, the counters, the journal, its caches
 * of verified tokens, addresses and key sets. Opened after fork, because LMDB
 * wants it so, and opened again when the broker had not made them yet.
 */
#include "idle.h"
#include "ngx_http_jotgate.h"

#include <sys/random.h>

#define RETRY_MS 1000 /* between two attempts to open what is missing */

/* Files beside the records in the store's folder. */
#define COUNTERS_FILE "counters"
#define JOURNAL_FILE "journal"

uint64_t
ngx_http_jotgate_now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
open_store(struct ngx_http_jotgate_process *p, const char *path, ngx_log_t *log)
{
    struct jg_store_options options = {.path = path, .group = (gid_t)-1};
    char fault[JG_STORE_FAULT_MAX] = "";

    if (jg_store_open(&options, &p->store, fault) != JG_OK)
        ngx_log_error(NGX_LOG_ERR, log, 0, "jotgate: %s", fault);
}

/* The file <name> of the store's folder, as a C string in <buf>. */
static const char *
file_in(const ngx_str_t *folder, const char *name, u_char *buf)
{
    ngx_snprintf(buf, NGX_MAX_PATH, "%V/%s%Z", folder, name);
    return (const char *)buf;
}

static void
open_missing(struct ngx_http_jotgate_process *p, const ngx_str_t *folder,
             ngx_log_t *log)
{
    u_char buf[NGX_MAX_PATH];
    const char *path;

    p->open_retry_ms = ngx_current_msec + RETRY_MS;
    if (p->store == NULL)
        open_store(p, (const char *)folder->data, log);
    path = file_in(folder, COUNTERS_FILE, buf);
    if (p->counters == NULL && jg_counters_open(path, &p->counters) != JG_OK)
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno, "jotgate: cannot map %s",
                      path);
    path = file_in(folder, JOURNAL_FILE, buf);
    if (p->journal == NULL && jg_journal_open(path, &p->journal) != JG_OK)
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno, "jotgate: cannot map %s",
                      path);
}

static bool
complete(const struct ngx_http_jotgate_process *p)
{
    return p->store != NULL && p->counters != NULL && p->journal != NULL;
}

static struct ngx_http_jotgate_main_conf *
main_conf_of(ngx_cycle_t *cycle)
{
    return ngx_http_cycle_get_module_main_conf(cycle, ngx_http_jotgate_module);
}

/* Nothing here may fail the worker: nginx would not start another one. */
ngx_int_t
ngx_http_jotgate_init_process(ngx_cycle_t *cycle)
{
    struct ngx_http_jotgate_main_conf *conf = main_conf_of(cycle);
    struct ngx_http_jotgate_process *p;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
        return NGX_OK;
    if (conf == NULL || conf->store.len == 0)
        return NGX_OK;

    p = ngx_pcalloc(cycle->pool, sizeof(*p));
    if (p == NULL)
        return NGX_ERROR;
    p->idle = ngx_http_jotgate_idle_new(cycle->pool);
    if (p->idle == NULL || jg_address_cache_new(&p->addresses) != JG_OK ||
        jg_keysets_new(&p->keysets) != JG_OK ||
        jg_revoked_new(&p->revoked) != JG_OK ||
        jg_passwords_new(&p->passwords) != JG_OK ||
        jg_matching_new(&p->matching) != JG_OK ||
        getrandom(&p->key, sizeof(p->key), 0) != (ssize_t)sizeof(p->key) ||
        jg_split_cache_new(&p->key, &p->splits) != JG_OK)
        return NGX_ERROR;
    open_missing(p, &conf->store, cycle->log);
    conf->process = p;
    return NGX_OK;
}

static void
free_spare(struct ngx_http_jotgate_process *p)
{
    while (p->spare != NULL) {
        struct ngx_http_jotgate_ctx *next = p->spare->next_spare;

        jg_mem_free(p->spare);
        p->spare = next;
    }
}

void
ngx_http_jotgate_exit_process(ngx_cycle_t *cycle)
{
    struct ngx_http_jotgate_main_conf *conf = main_conf_of(cycle);
    struct ngx_http_jotgate_process *p = conf == NULL ? NULL : conf->process;

    if (p == NULL)
        return;
    jg_snapshot_free(p->snapshot);
    jg_cache_free(p->cache);
    jg_address_cache_free(p->addresses);
    jg_keysets_free(p->keysets);
    jg_revoked_free(p->revoked);
    jg_passwords_free(p->passwords);
    jg_matching_free(p->matching);
    jg_split_cache_free(p->splits);
    jg_journal_close(p->journal);
    jg_counters_close(p->counters);
    jg_store_close(p->store);
    free_spare(p);
    conf->process = NULL;
}

struct ngx_http_jotgate_process *
ngx_http_jotgate_process(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_main_conf *conf =
        ngx_http_get_module_main_conf(r, ngx_http_jotgate_module);
    struct ngx_http_jotgate_process *p = conf->process;

    if (p != NULL && !complete(p) && ngx_http_jotgate_is_past(p->open_retry_ms))
        open_missing(p, &conf->store, r->connection->log);
    return p;
}
