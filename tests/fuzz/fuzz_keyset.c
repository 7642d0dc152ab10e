/*
 * What an identity provider sends, after a letter that says what it is:
 *   K a key set, M a provider's metadata, C a Cache-Control header, H what was
 *   remembered of keys, R a range of addresses, U a URL
 * Whatever comes: causes are printable, what is taken keeps its promises.
 */
#include <stdlib.h>

#include "admin/key_history.h"
#include "fetch.h"
#include "keysets.h"

#define ISSUER JG_STR("https://idp.test")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

static void
check_fault(const char *fault)
{
    size_t len = strnlen(fault, JG_FETCH_FAULT_MAX);

    must(len > 0 && len < JG_FETCH_FAULT_MAX);
    for (size_t i = 0; i < len; i++)
        must(fault[i] >= ' ' && fault[i] <= '~');
}

static void
try_set(struct jg_str text)
{
    const struct jg_conf conf = {.jwks.cache_timeout_s = 240};
    struct jg_keyset_news news = {
        .outcome = JG_FETCH_GOOD, .body = text, .max_age_s = -1, .now_s = 1};
    struct jg_keyset keyset = {.body = JG_STR("before")};
    char fault[JG_FETCH_FAULT_MAX] = "";
    struct jg_buf history;

    jg_keyset_judge(&news, fault);
    if (news.outcome == JG_FETCH_FAILED)
        check_fault(fault);
    jg_buf_init(&history, JG_KEYSET_HISTORY_MAX);
    must(jg_keyset_apply(&keyset, &news, &conf, &history) == JG_OK);
    must(jg_str_eq(keyset.body,
                   news.outcome == JG_FETCH_FAILED ? JG_STR("before") : text));
    must(keyset.refresh_s > 1);
    jg_buf_free(&history);
}

static void
try_metadata(struct jg_str text)
{
    char fault[JG_FETCH_FAULT_MAX] = "";
    struct jg_str uri = {NULL, 0};
    struct jg_arena a;

    jg_arena_init(&a, 4096, 16 << 20);
    if (jg_keyset_read_metadata(text, ISSUER, &a, &uri, fault) != JG_OK)
        check_fault(fault);
    else
        must(uri.len > 0 && uri.len <= JG_FETCH_URL_MAX);
    jg_arena_free(&a);
}

static void
try_header(struct jg_str text)
{
    must(jg_fetch_max_age(text, -1) >= -1);
    must(jg_fetch_max_age(text, 7) >= 0 && jg_fetch_max_age(text, 7) <= 7);
}

static void
try_history(struct jg_str text)
{
    struct jg_key_history history;
    struct jg_arena a;

    jg_arena_init(&a, 4096, 16 << 20);
    must(jg_key_history_read(text, &a, &history) == JG_OK);
    for (size_t i = 0; i < history.count; i++)
        must(jg_key_history_find(&history, history.keys[i].thumbprint) != NULL);
    jg_arena_free(&a);
}

static void
try_range(struct jg_str text)
{
    struct jg_network range;

    if (jg_network_read(text, &range) == JG_OK)
        must(range.bits <= 128);
}

static void
try_url(struct jg_str text)
{
    static const struct jg_fetch_rules rules = {.proxy = NULL};
    char fault[JG_FETCH_FAULT_MAX] = "";

    if (jg_fetch_refuses(&rules, text, fault))
        check_fault(fault);
    else
        must(jg_str_starts_nocase(text, JG_STR("http")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        char letter;
        void (*run)(struct jg_str text);
    } rows[] = {
        {'K', try_set},     {'M', try_metadata}, {'C', try_header},
        {'H', try_history}, {'R', try_range},    {'U', try_url},
    };
    struct jg_str text = {(const char *)data, size};

    for (size_t i = 0; size > 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].letter == text.p[0])
            rows[i].run(jg_str_from(text, 1));
    return 0;
}
