/*
 * Key sets by URL: which ones the definitions in force name, and their records
 * in line with that. A new one is a stub, which is due at once; whoever
 * fetches fills it.
 */
#include "admin/load_internal.h"
#include "store/keysets.h"

/* A key set that some API names. */
struct named {
    struct jg_key_url url;
    bool there; /* it has a record */
};

struct names {
    struct jg_load *load;
    struct named *items;
    size_t count, max;
    struct jg_map by_id;
};

static enum jg_err
count_use(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    struct names *names = arg;

    (void)api_id;
    (void)url;
    names->max++;
    return JG_OK;
}

/* Those who share a set share its age: the shortest that one asks for. */
static enum jg_err
collect_use(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    struct names *names = arg;
    struct named *named = jg_map_get(&names->by_id, url->id);
    struct jg_arena *a = &names->load->arena;

    (void)api_id;
    if (named != NULL) {
        int64_t *ttl_s = &named->url.ttl_s;

        if (url->ttl_s > 0 && (*ttl_s == 0 || url->ttl_s < *ttl_s))
            *ttl_s = url->ttl_s;
        return JG_OK;
    }
    if (names->count == names->max)
        return JG_E_STORE;
    named = &names->items[names->count];
    named->url = *url;
    named->url.id = jg_arena_str(a, url->id);
    named->url.url = jg_arena_str(a, url->url);
    named->url.issuer = jg_arena_str(a, url->issuer);
    if (named->url.id.p == NULL || named->url.url.p == NULL ||
        named->url.issuer.p == NULL)
        return JG_E_NOMEM;
    names->count++;
    jg_map_put(&names->by_id, named->url.id, named);
    return JG_OK;
}

static enum jg_err
collect(struct names *names)
{
    struct jg_load *load = names->load;
    enum jg_err err = jg_keyset_each_use(load->txn, count_use, names);

    if (err != JG_OK)
        return err;
    names->items =
        jg_arena_array(&load->arena, names->max + 1, sizeof(*names->items));
    if (names->items == NULL)
        return JG_E_NOMEM;
    err = jg_map_init(&names->by_id, &load->arena, names->max + 1);
    if (err == JG_OK)
        err = jg_keyset_each_use(load->txn, collect_use, names);
    return err;
}

/* Records that are to be changed once all were looked at. */
struct changes {
    struct names *names;
    struct jg_str *remove;
    struct named **adjust;
    size_t remove_count, adjust_count, max;
};

static enum jg_err
look(void *arg, struct jg_str key, struct jg_str value)
{
    struct changes *changes = arg;
    struct named *named = jg_map_get(&changes->names->by_id, key);
    struct jg_keyset keyset;

    if (changes->remove_count + changes->adjust_count == changes->max)
        return JG_E_STORE;
    if (named == NULL) {
        struct jg_str id = jg_arena_str(&changes->names->load->arena, key);

        if (id.p == NULL)
            return JG_E_NOMEM;
        changes->remove[changes->remove_count++] = id;
        return JG_OK;
    }
    if (jg_keyset_decode(value, &keyset) != JG_OK)
        return JG_OK; /* damaged: a stub takes its place */
    named->there = true;
    if (keyset.ttl_s != named->url.ttl_s)
        changes->adjust[changes->adjust_count++] = named;
    return JG_OK;
}

/* Another time to live counts from the last fetch on. */
static enum jg_err
adjust(struct jg_load *load, const struct named *named)
{
    struct jg_keyset keyset;
    struct jg_str old, copy;
    enum jg_err err =
        jg_store_get(load->txn, JG_KIND_KEYSET, named->url.id, &old);

    if (err != JG_OK)
        return err;
    copy = jg_arena_str(&load->file, old); /* a write may move the original */
    if (copy.p == NULL)
        return JG_E_NOMEM;
    err = jg_keyset_decode(copy, &keyset);
    if (err != JG_OK)
        return err;
    keyset.ttl_s = named->url.ttl_s;
    if (keyset.ttl_s > 0 && keyset.failures == 0 &&
        keyset.refresh_s > keyset.fetched_s + keyset.ttl_s)
        keyset.refresh_s = keyset.fetched_s + keyset.ttl_s;
    err = jg_keyset_put(load->txn, named->url.id, &keyset);
    jg_arena_free(&load->file);
    return err;
}

static enum jg_err
put_stub(struct jg_load *load, const struct named *named)
{
    const struct jg_key_url *url = &named->url;
    struct jg_keyset stub = {
        .url = url->url,
        .discover = url->discover,
        .insecure = url->insecure,
        .ttl_s = url->ttl_s,
    };

    if (url->discover)
        stub.issuer = url->issuer;
    return jg_keyset_put(load->txn, url->id, &stub);
}

static enum jg_err
apply(struct changes *changes)
{
    struct names *names = changes->names;
    struct jg_load *load = names->load;
    enum jg_err err = JG_OK;

    for (size_t i = 0; err == JG_OK && i < changes->remove_count; i++)
        err = jg_store_delete(load->txn, JG_KIND_KEYSET, changes->remove[i]);
    for (size_t i = 0; err == JG_OK && i < changes->adjust_count; i++)
        err = adjust(load, changes->adjust[i]);
    for (size_t i = 0; err == JG_OK && i < names->count; i++)
        if (!names->items[i].there)
            err = put_stub(load, &names->items[i]);
    return err;
}

enum jg_err
jg_load_keysets(struct jg_load *load)
{
    struct names names = {.load = load};
    struct changes changes = {.names = &names};
    struct jg_arena *a = &load->arena;
    enum jg_err err;

    if (load->txn == NULL)
        return JG_OK;
    err = collect(&names);
    if (err != JG_OK)
        return err;
    changes.max = jg_store_count(load->txn, JG_KIND_KEYSET);
    changes.remove = jg_arena_array(a, changes.max, sizeof(*changes.remove));
    changes.adjust = jg_arena_array(a, changes.max, sizeof(*changes.adjust));
    if (changes.remove == NULL || changes.adjust == NULL)
        return JG_E_NOMEM;
    err = jg_store_each(load->txn, JG_KIND_KEYSET, look, &changes);
    return err == JG_OK ? apply(&changes) : err;
}
