/* Host names to addresses, and into the records that nginx reads. */
#include "resolve.h"

#include "clock.h"
#include "lock.h"
#include "names.h"
#include "reach.h"

#include <assert.h>
#include <netinet/in.h>

const struct jg_resolver jg_resolver_system = {getaddrinfo, freeaddrinfo};

/* One address without its port, or nothing when it is of another family. */
static bool
address_of(const struct addrinfo *info, struct jg_address *out)
{
    const size_t lengths[] = {sizeof(struct sockaddr_in),
                              sizeof(struct sockaddr_in6)};
    size_t len = lengths[info->ai_family == AF_INET6];

    if ((info->ai_family != AF_INET && info->ai_family != AF_INET6) ||
        info->ai_addrlen < len)
        return false;
    memset(out, 0, sizeof(*out));
    memcpy(out->bytes, info->ai_addr, len);
    out->len = (uint8_t)len;
    return true;
}

static bool
same(const struct jg_address *a, const struct jg_address *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool
contains(const struct jg_addresses *list, const struct jg_address *one)
{
    for (size_t i = 0; i < list->count; i++)
        if (same(&list->items[i], one))
            return true;
    return false;
}

bool
jg_addresses_same(const struct jg_addresses *a, const struct jg_addresses *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!contains(b, &a->items[i]))
            return false;
    return true;
}

static void
take(const struct addrinfo *list, struct jg_addresses *out)
{
    for (; list != NULL && out->count < JG_ADDRESSES_MAX;
         list = list->ai_next) {
        struct jg_address one;

        if (address_of(list, &one) && !contains(out, &one))
            out->items[out->count++] = one;
    }
}

void
jg_resolve(const struct jg_resolver *resolver, struct jg_str host,
           int64_t now_s, struct jg_addresses *out, const char **why)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_ADDRCONFIG,
    };
    struct addrinfo *list = NULL;
    char name[JG_NAME_MAX + 1];
    int failed;

    memset(out, 0, sizeof(*out));
    out->resolved_s = now_s;
    *why = "not a host name";
    if (host.len == 0 || host.len > JG_NAME_MAX ||
        memchr(host.p, '\0', host.len) != NULL)
        return;
    memcpy(name, host.p, host.len);
    name[host.len] = '\0';

    /* AI_ADDRCONFIG leaves out families that only the loopback interface has,
     * which is right for names of other machines and wrong for this one. */
    if (jg_reach_is_loopback_name(host))
        hints.ai_flags = 0;
    failed = resolver->lookup(name, NULL, &hints, &list);
    if (failed != 0 && failed != EAI_AGAIN && hints.ai_flags != 0) {
        hints.ai_flags = 0; /* /etc/hosts may call loopback by any name */
        failed = resolver->lookup(name, NULL, &hints, &list);
    }
    if (failed != 0) {
        *why = gai_strerror(failed);
        return;
    }
    take(list, out);
    resolver->release(list);
    *why = out->count == 0 ? "no address" : "";
}

bool
jg_resolve_replaces(const struct jg_addresses *before,
                    const struct jg_addresses *now)
{
    if (before == NULL)
        return true;
    return now->count > 0 && !jg_addresses_same(before, now);
}

/* What is stored for <host>, into <out>; NULL when there is nothing. */
static const struct jg_addresses *
stored(struct jg_txn *txn, struct jg_str host, struct jg_addresses *out)
{
    return jg_record_get_addresses(txn, host, out) == JG_OK ? out : NULL;
}

bool
jg_resolve_settled(struct jg_txn *txn, struct jg_str host)
{
    struct jg_addresses record;

    return stored(txn, host, &record) != NULL;
}

/* Said once when it begins and once when it ends, not every time. */
static void
report(const struct jg_broker *broker, struct jg_str host,
       const struct jg_addresses *before, const struct jg_addresses *now,
       const char *why)
{
    bool was_good = before == NULL || before->count > 0;

    if (now->count == 0 && was_good)
        jg_log(&broker->log, JG_LOG_WARN, "no address for %.*s: %s%s",
               JG_STR_ARG(host), why,
               before != NULL ? "; the last good ones stay" : "");
    else if (now->count > 0 && !was_good)
        jg_log(&broker->log, JG_LOG_INFO, "%.*s has an address again",
               JG_STR_ARG(host));
    else if (now->count > 0)
        jg_log(&broker->log, JG_LOG_DEBUG, "%.*s has %zu addresses",
               JG_STR_ARG(host), now->count);
}

/* Write <now> as the record of <host>, when that changes anything. */
static enum jg_err
store(struct jg_broker *broker, struct jg_str host,
      const struct jg_addresses *now, const char *why)
{
    const struct jg_addresses *before;
    struct jg_addresses record;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(broker->store, &txn);

    if (err != JG_OK)
        return err;
    before = stored(txn, host, &record);
    jg_txn_abort(txn);
    report(broker, host, before, now, why);
    if (!jg_resolve_replaces(before, now))
        return JG_OK; /* no commit, no wait for the disk */

    err = jg_txn_write(broker->store, &txn);
    if (err != JG_OK)
        return err;
    err = jg_record_put_addresses(txn, host, now);
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    err = jg_txn_commit(txn);
    if (err == JG_OK)
        jg_counters_bump_addresses(broker->counters);
    return err;
}

/* Has another process looked <host> up since the caller asked for it? */
static bool
settled_meanwhile(struct jg_broker *broker, struct jg_str host)
{
    struct jg_txn *txn;
    bool settled;

    if (jg_txn_read(broker->store, &txn) != JG_OK)
        return false;
    settled = jg_resolve_settled(txn, host);
    jg_txn_abort(txn);
    return settled;
}

enum jg_err
jg_resolve_record(struct jg_broker *broker, const struct jg_resolver *resolver,
                  enum jg_resolve_mode mode, struct jg_str host, size_t *found)
{
    uint64_t place = jg_lock_place(host);
    struct jg_addresses now = {0};
    enum jg_err err = JG_OK;
    const char *why;

    assert(broker->store != NULL);
    if (!jg_lock_try(broker->locks, place))
        return JG_E_BROKER;
    if (mode == JG_RESOLVE_REFRESH || !settled_meanwhile(broker, host)) {
        jg_resolve(resolver, host, jg_clock_s(), &now, &why);
        err = store(broker, host, &now, why);
    }
    jg_lock_release(broker->locks, place);
    if (err == JG_OK)
        *found = now.count;
    return err;
}
