/* What the micro benches share: a clock, checks, and definitions by number. */
#ifndef JG_BENCH_MICRO_H
#define JG_BENCH_MICRO_H

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/str.h"

#define BENCH_TEXT_MAX 4096
#define BENCH_SECRET_MAX 128

static inline uint64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Of this process: others may use the machine, too. */
static inline uint64_t
cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void
must(enum jg_err err, const char *what)
{
    if (err == JG_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, jg_err_info(err)->name);
    exit(1);
}

/* Bytes in use of malloc(), OpenSSL's among them. */
static inline size_t
heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* The definition of API <n>, as Tyk's dashboard writes it, more or less;
 * <source> is its jwt_source, empty for an API without keys. */
static inline struct jg_str
api_text(unsigned n, const char *source, unsigned edition,
         char out[static BENCH_TEXT_MAX])
{
    int len = snprintf(
        out, BENCH_TEXT_MAX,
        "{\"name\":\"API %u\",\"api_id\":\"api%u\",\"org_id\":\"default\","
        "\"slug\":\"api%u\",\"use_keyless\":%s,\"enable_jwt\":%s,"
        "\"jwt_signing_method\":\"hmac\",\"jwt_source\":\"%s\","
        "\"jwt_identity_base_field\":\"sub\",\"jwt_policy_field_name\":\"pol\","
        "\"jwt_default_policies\":[\"default\"],\"strip_auth_data\":false,"
        "\"auth\":{\"auth_header_name\":\"Authorization\"},"
        "\"definition\":{\"location\":\"header\",\"key\":\"x-api-version\"},"
        "\"version_data\":{\"not_versioned\":true,\"versions\":{\"Default\":"
        "{\"name\":\"Default\",\"use_extended_paths\":true,"
        "\"global_headers\":{\"X-Edition\":\"%u\"}}}},"
        "\"proxy\":{\"listen_path\":\"/service/team-%u/api%u/\","
        "\"target_url\":\"http://127.0.0.1:%u/base\","
        "\"strip_listen_path\":true},\"active\":true}",
        n, n, n, source[0] == '\0' ? "true" : "false",
        source[0] == '\0' ? "false" : "true", source, edition, n % 97, n,
        8000 + n % 50);

    if (len < 0 || len >= BENCH_TEXT_MAX)
        exit(1);
    return (struct jg_str){out, (size_t)len};
}

#endif
