/* /metrics: every counter, in Prometheus' text format 0.0.4. */
#include "admin/admin_internal.h"

#include <inttypes.h>

#define FIRST_BUCKET_US                                  \
    64 /* upper bound of bucket 0; each is twice as wide \
        */

static void
add_head(struct jg_buf *b, struct jg_str name, const char *help,
         const char *type)
{
    jg_buf_addf(b, "# HELP %.*s %s\n# TYPE %.*s %s\n", JG_STR_ARG(name), help,
                JG_STR_ARG(name), type);
}

/* Rows of one name stand together and share a head. */
static void
add_counters(struct jg_buf *b, const struct jg_counters *counters)
{
    struct jg_str last = {NULL, 0};

    for (int i = 0; i < JG_METRIC_COUNT; i++) {
        const struct jg_metric_info *info = jg_metric_info((enum jg_metric)i);
        struct jg_str name = jg_str(info->name);

        if (!jg_str_eq(name, last))
            add_head(b, name, info->help, info->gauge ? "gauge" : "counter");
        last = name;
        jg_buf_add(b, name);
        if (info->labels != NULL)
            jg_buf_addf(b, "{%s}", info->labels);
        jg_buf_addf(b, " %" PRIu64 "\n",
                    jg_counters_get(counters, (enum jg_metric)i));
    }
}

/* Reasons come from errors.def, so their number is bounded. */
static void
add_decisions(struct jg_buf *b, const struct jg_counters *counters)
{
    add_head(b, JG_STR("jotgate_decisions_total"),
             "Decisions by reason; JG000 is allowed.", "counter");
    for (int i = 0; i < JG_E_COUNT; i++) {
        enum jg_err reason = (enum jg_err)i;
        uint64_t n = jg_counters_reason_get(counters, reason);

        if (n > 0)
            jg_buf_addf(b,
                        "jotgate_decisions_total{reason=\"%s\"} %" PRIu64 "\n",
                        jg_err_info(reason)->code, n);
    }
}

/* The last bucket has no upper bound. */
static void
add_latency(struct jg_buf *b, const struct jg_counters *counters)
{
    uint64_t buckets[JG_LATENCY_BUCKETS], sum_us, total = 0;

    jg_counters_latency_get(counters, buckets, &sum_us);
    add_head(b, JG_STR("jotgate_request_duration_seconds"),
             "Whole requests, from the first byte to the last.", "histogram");
    for (int i = 0; i < JG_LATENCY_BUCKETS; i++) {
        total += buckets[i];
        if (i == JG_LATENCY_BUCKETS - 1)
            break;
        jg_buf_addf(b,
                    "jotgate_request_duration_seconds_bucket{le=\"%.6f\"} "
                    "%" PRIu64 "\n",
                    (double)((uint64_t)FIRST_BUCKET_US << i) / 1e6, total);
    }
    jg_buf_addf(b,
                "jotgate_request_duration_seconds_bucket{le=\"+Inf\"} "
                "%" PRIu64 "\n"
                "jotgate_request_duration_seconds_sum %.6f\n"
                "jotgate_request_duration_seconds_count %" PRIu64 "\n",
                total, (double)sum_us / 1e6, total);
}

void
jg_metrics_get(struct jg_admin_call *call)
{
    const struct jg_counters *counters = call->admin->counters;
    struct jg_buf *b = jg_answer_json(call, 200);

    call->response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    add_head(b, JG_STR("jotgate_build_info"), "The version that runs.",
             "gauge");
    jg_buf_add(b, JG_STR("jotgate_build_info{version=\"" JG_VERSION "\"} 1\n"));
    if (counters == NULL)
        return;
    add_counters(b, counters);
    add_decisions(b, counters);
    add_latency(b, counters);
}
