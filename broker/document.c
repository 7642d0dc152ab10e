/* One document of another machine, while a request waits for it. */
#include "document.h"

#include "clock.h"
#include "keysets.h"

#include <stdio.h>

static enum jg_err
take(const struct jg_fetch *fetch, struct jg_arena *a,
     struct jg_admin_fetched *out)
{
    struct jg_fetch_result result;
    bool good;

    jg_fetch_result(fetch, &result);
    good = result.outcome == JG_FETCH_GOOD;
    out->body = jg_arena_str(a, result.body);
    if (!good)
        out->fault = jg_arena_str(a, result.fault);
    return out->body.p == NULL || (!good && out->fault.p == NULL) ? JG_E_NOMEM
                                                                  : JG_OK;
}

static enum jg_err
fetch(struct jg_fetcher *http, const struct jg_fetch_request *request,
      int64_t until_ms, struct jg_arena *a, struct jg_admin_fetched *out)
{
    struct jg_fetch *begun, *ended = NULL;
    enum jg_err err = jg_fetch_begin(http, request, &begun);

    if (err != JG_OK)
        return err;
    while (ended == NULL) {
        int64_t left_ms = until_ms - jg_clock_ms();

        ended = jg_fetcher_next(http);
        if (ended == NULL && left_ms <= 0) {
            out->fault = JG_STR("no answer in time");
            return JG_OK; /* <http> releases it */
        }
        if (ended == NULL)
            jg_fetcher_wait(http, -1, (int)left_ms);
    }
    err = take(ended, a, out);
    jg_fetch_free(ended);
    return err;
}

static enum jg_err
fetch_by_rules(const struct jg_broker *broker, struct jg_str url,
               int64_t until_ms, struct jg_arena *a,
               struct jg_admin_fetched *out)
{
    const struct jg_fetch_request request = {
        .url = url, .insecure = broker->conf->jwt_ssl_insecure_skip_verify};
    char fault[JG_FETCH_FAULT_MAX]; /* the fetcher's process logs it */
    struct jg_fetch_rules rules;
    struct jg_fetcher *http;
    enum jg_err err = jg_keyset_rules(&broker->conf->jwks, a, &rules, fault);

    if (err == JG_OK)
        err = jg_fetcher_open(&rules, &http);
    if (err != JG_OK)
        return err;
    err = fetch(http, &request, until_ms, a, out);
    jg_fetcher_close(http);
    return err;
}

enum jg_err
jg_document_get(struct jg_broker *broker, struct jg_str url, int64_t until_ms,
                struct jg_arena *a, struct jg_admin_fetched *out)
{
    enum jg_err err;

    *out = (struct jg_admin_fetched){.url = url};
    if (!jg_pool_go_outside(broker->pool, broker->index))
        return JG_E_BROKER;
    jg_slot_begin(broker->slot, "fetch for the control API",
                  until_ms + broker->conf->broker_deadline_s * 1000);
    err = fetch_by_rules(broker, url, until_ms, a, out);
    jg_pool_come_back(broker->pool, broker->index);
    return err;
}
