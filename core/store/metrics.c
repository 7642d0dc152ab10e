/* The names under which Prometheus sees the counters. */
#include "store/counters.h"

#define REQUESTS "jotgate_requests_total", "Requests answered, by status class."

static const struct jg_metric_info metrics[] = {
    [JG_METRIC_REQUESTS_2XX] = {REQUESTS, "class=\"2xx\"", false},
    [JG_METRIC_REQUESTS_3XX] = {REQUESTS, "class=\"3xx\"", false},
    [JG_METRIC_REQUESTS_4XX] = {REQUESTS, "class=\"4xx\"", false},
    [JG_METRIC_REQUESTS_5XX] = {REQUESTS, "class=\"5xx\"", false},
    [JG_METRIC_CACHE_HITS] = {"jotgate_token_cache_hits_total",
                              "Tokens found in the cache of verified tokens.",
                              NULL, false},
    [JG_METRIC_CACHE_MISSES] = {"jotgate_token_cache_misses_total",
                                "Tokens whose signature had to be verified.",
                                NULL, false},
    [JG_METRIC_CACHE_EVICTIONS] = {"jotgate_token_cache_evictions_total",
                                   "Verified tokens dropped to make room.",
                                   NULL, false},
    [JG_METRIC_WANTS] = {"jotgate_wants_total",
                         "Requests that had to ask the broker.", NULL, false},
    [JG_METRIC_SNAPSHOTS] = {"jotgate_snapshots_total",
                             "Configuration snapshots built by workers.", NULL,
                             false},
    [JG_METRIC_RELOADS] = {"jotgate_reloads_total",
                           "Reloads of definitions and policies.", NULL, false},
    [JG_METRIC_RELOAD_FAULTS] = {"jotgate_reload_faults",
                                 "Faults that the last reload found.", NULL,
                                 true},
    [JG_METRIC_APIS] = {"jotgate_apis", "APIs in force.", NULL, true},
    [JG_METRIC_POLICIES] = {"jotgate_policies", "Policies in force.", NULL,
                            true},
    [JG_METRIC_BROKER_REQUESTS] = {"jotgate_broker_requests_total",
                                   "Requests that the broker answered.", NULL,
                                   false},
    [JG_METRIC_BROKER_KILLED] = {"jotgate_broker_killed_total",
                                 "Broker processes ended past their deadline.",
                                 NULL, false},
    [JG_METRIC_KEYSET_FETCHES] = {"jotgate_keyset_fetches_total",
                                  "Attempts to fetch a key set.", NULL, false},
    [JG_METRIC_KEYSET_FETCH_FAILURES] =
        {"jotgate_keyset_fetch_failures_total",
         "Attempts to fetch a key set that brought no usable one.", NULL,
         false},
    [JG_METRIC_KEYSET_KID_MISSES] =
        {"jotgate_keyset_kid_misses_total",
         "Tokens whose key was in no key set of their API.", NULL, false},
    [JG_METRIC_KEYSETS] = {"jotgate_keysets", "Key sets by URL.", NULL, true},
    [JG_METRIC_KEYSETS_FAILING] =
        {"jotgate_keysets_failing",
         "Key sets whose last attempt to fetch them failed.", NULL, true},
    [JG_METRIC_KEYSETS_INSECURE] =
        {"jotgate_keysets_insecure",
         "Key sets fetched without verifying the certificate.", NULL, true},
    [JG_METRIC_KEYSETS_OLDEST] =
        {"jotgate_keysets_oldest_fetch_timestamp_seconds",
         "When the oldest key set in use was fetched or confirmed.", NULL,
         true},
    [JG_METRIC_LIMITS_FULL] =
        {"jotgate_limits_full_total",
         "Rates and quotas that were not counted, since all places for them "
         "were taken.",
         NULL, false},
    [JG_METRIC_CONTROL_REFUSED] =
        {"jotgate_control_refused_total",
         "Control API calls with a wrong or missing secret.", NULL, false},
    [JG_METRIC_STARTED] = {"jotgate_start_timestamp_seconds",
                           "When the gateway was started.", NULL, true},
    [JG_METRIC_RELOADED] = {"jotgate_reload_timestamp_seconds",
                            "When definitions and policies were loaded last.",
                            NULL, true},
};

_Static_assert(sizeof(metrics) / sizeof(metrics[0]) == JG_METRIC_COUNT,
               "each metric has a row");

const struct jg_metric_info *
jg_metric_info(enum jg_metric metric)
{
    return &metrics[metric];
}
