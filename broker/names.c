/* The upstream names that the loaded APIs use. */
#include "names.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>

/* The record: its epoch and every name, each with a newline behind it. */
#define RECORD_KEY JG_STR("upstream_names")
#define RECORD_MAX (JG_NAMES_MAX * (size_t)(JG_NAME_MAX + 1) + 32)

static int
compare(const void *a, const void *b)
{
    return jg_str_cmp(*(const struct jg_str *)a, *(const struct jg_str *)b);
}

/* Letters, digits, '-', '_' and '.' only, and no IP address. */
static bool
is_name(struct jg_str host)
{
    char text[JG_NAME_MAX + 1];
    unsigned char address[sizeof(struct in6_addr)];

    if (host.len == 0 || host.len > JG_NAME_MAX)
        return false;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
            return false; /* also every IPv6 address */
    }
    memcpy(text, host.p, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET, text, address) != 1;
}

/* Sorted, and without repetitions. */
static size_t
sort(struct jg_str *items, size_t count)
{
    size_t kept = 0;

    if (count > 0)
        qsort(items, count, sizeof(*items), compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !jg_str_eq(items[i], items[kept - 1]))
            items[kept++] = items[i];
    return kept;
}

enum jg_err
jg_names_collect(const struct jg_snapshot *snapshot, struct jg_arena *a,
                 struct jg_names *out)
{
    struct jg_str *items;
    size_t max = 0, count = 0;

    for (size_t i = 0; i < snapshot->api_count; i++)
        max += snapshot->apis[i]->target_count;
    items = jg_arena_array(a, max, sizeof(*items));
    if (items == NULL)
        return JG_E_NOMEM;

    for (size_t i = 0; i < snapshot->api_count; i++) {
        const struct jg_api *api = snapshot->apis[i];

        for (size_t j = 0; api->def.active && j < api->target_count; j++)
            if (is_name(api->targets[j].host))
                items[count++] = api->targets[j].host;
    }
    count = sort(items, count);
    if (count > JG_NAMES_MAX)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++) { /* they outlive the snapshot */
        items[i] = jg_arena_str(a, items[i]);
        if (items[i].p == NULL)
            return JG_E_NOMEM;
    }
    out->items = items;
    out->count = count;
    return JG_OK;
}

bool
jg_names_have(const struct jg_names *names, struct jg_str host)
{
    return names->count > 0 && bsearch(&host, names->items, names->count,
                                       sizeof(host), compare) != NULL;
}

enum jg_err
jg_names_put(struct jg_txn *txn, uint64_t epoch, const struct jg_names *names)
{
    struct jg_buf b;
    enum jg_err err = JG_E_NOMEM;

    jg_buf_init(&b, RECORD_MAX);
    jg_buf_addf(&b, "%" PRIu64 "\n", epoch);
    for (size_t i = 0; i < names->count; i++) {
        jg_buf_add(&b, names->items[i]);
        jg_buf_addc(&b, '\n');
    }
    if (!b.failed)
        err = jg_store_put(txn, JG_KIND_META, RECORD_KEY, jg_buf_str(&b));
    jg_buf_free(&b);
    return err;
}

enum jg_names_answer
jg_names_look(struct jg_txn *txn, uint64_t epoch, struct jg_str host)
{
    struct jg_str rest, line;
    uint64_t published = 0;

    if (jg_store_get(txn, JG_KIND_META, RECORD_KEY, &rest) != JG_OK)
        return JG_NAMES_STALE;
    jg_str_next(&rest, '\n', &line);
    while (host.len > 0 && rest.p != NULL) {
        struct jg_str name;

        jg_str_next(&rest, '\n', &name);
        if (jg_str_eq(name, host))
            return JG_NAMES_KNOWN;
    }
    return jg_str_to_u64(line, &published) && published == epoch
               ? JG_NAMES_UNKNOWN
               : JG_NAMES_STALE;
}
