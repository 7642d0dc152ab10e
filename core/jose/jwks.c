/* Key sets: parsed key by key, owned by count, searched by kid and fit. */
#include "jose/jwks.h"

#include <stdarg.h>
#include <stdio.h>

#include "jose/jwks_internal.h"
#include "jose/key_internal.h"

/* A key has about ten members; certificate chains are the long strings. */
static const struct jg_json_limits limits = {JG_JWKS_MAX_BYTES, 16, 20000,
                                             JG_KEY_TEXT_MAX};
#define JSON_CHUNK_BYTES (16 * 1024)
#define JSON_MAX_BYTES (8 * 1024 * 1024)

#define SET_CHUNK_BYTES 144 /* a set of one key */
#define SET_MAX_BYTES (128 * 1024)

/* A set with room for <count> entries. */
static struct jg_jwks *
new_set(size_t count)
{
    struct jg_arena a;
    struct jg_jwks *set;

    jg_arena_init(&a, SET_CHUNK_BYTES, SET_MAX_BYTES);
    set = jg_arena_alloc(&a, sizeof(*set));
    if (set == NULL)
        goto fail;
    set->entries = jg_arena_array(&a, count, sizeof(*set->entries));
    set->keys = jg_arena_array(&a, count, sizeof(struct jg_key *));
    if (set->entries == NULL || set->keys == NULL)
        goto fail;
    for (size_t i = 0; i < count; i++)
        set->entries[i].skipped = "";
    set->refs = 1;
    set->count = count;
    set->arena = a;
    return set;
fail:
    jg_arena_free(&a);
    return NULL;
}

void
jg_jwks_free(struct jg_jwks *set)
{
    struct jg_arena a;

    if (set == NULL || --set->refs > 0)
        return;
    for (size_t i = 0; i < set->count; i++)
        jg_key_free(set->keys[i]);
    a = set->arena; /* the set lies in it */
    jg_arena_free(&a);
}

struct jg_jwks *
jg_jwks_ref(struct jg_jwks *set)
{
    set->refs++;
    return set;
}

size_t
jg_jwks_count(const struct jg_jwks *set)
{
    return set->count;
}

const struct jg_jwks_entry *
jg_jwks_at(const struct jg_jwks *set, size_t i)
{
    return i < set->count ? &set->entries[i] : NULL;
}

/* Entry <i> is <key>, which the set owns from now on. */
static void
put(struct jg_jwks *set, size_t i, struct jg_key *key)
{
    set->keys[i] = key;
    set->entries[i].key = key;
    set->entries[i].kid = jg_key_info(key)->kid;
}

enum jg_err
jg_jwks_of_key(struct jg_key *key, struct jg_jwks **out)
{
    struct jg_jwks *set = new_set(1);

    if (set == NULL)
        return JG_E_NOMEM;
    put(set, 0, key);
    *out = set;
    return JG_OK;
}

void
jg_jwks_skip(struct jg_jwks *set, size_t i, const char *format, ...)
{
    struct jg_jwks_entry *entry = &set->entries[i];
    struct jg_str kid = {NULL, 0};
    char why[JG_KEY_WHAT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    entry->skipped = jg_arena_str(&set->arena, jg_str(why)).p;
    if (entry->skipped == NULL)
        entry->skipped = "there is no memory to say why";
    if (set->keys[i] == NULL)
        return;
    /* The name outlives the key that held it. */
    if (entry->kid.len > 0)
        kid = jg_arena_str(&set->arena, entry->kid);
    entry->kid = kid.p != NULL ? kid : (struct jg_str){NULL, 0};
    entry->key = NULL;
    jg_key_free(set->keys[i]);
    set->keys[i] = NULL;
}

enum jg_err
jg_jwks_usable(const struct jg_jwks *set, struct jg_key_fault *fault)
{
    struct jg_str kid;

    for (size_t i = 0; i < set->count; i++)
        if (set->keys[i] != NULL)
            return JG_OK;
    if (set->count == 0)
        return jg_key_fail(fault, JG_E_KEY, "the key set is empty");
    if (set->count == 1)
        return jg_key_fail(fault, JG_E_KEY, "%s", set->entries[0].skipped);
    kid = jg_str_head(set->entries[0].kid, 40);
    return jg_key_fail(fault, JG_E_KEY,
                       "none of %zu keys is usable; the first, kid "
                       "\"%.*s\": %.100s",
                       set->count, JG_STR_ARG(kid), set->entries[0].skipped);
}

static bool
is_secret(const struct jg_key *key)
{
    return key != NULL && jg_key_info(key)->family == JG_HMAC;
}

/*
 * A secret in public is none, and a set that has both kinds is one that
 * somebody published by mistake (Wycheproof json_web_key 1).
 */
static void
drop_secrets(struct jg_jwks *set, bool fetched)
{
    bool public = fetched;

    for (size_t i = 0; i < set->count; i++)
        if (set->keys[i] != NULL && !is_secret(set->keys[i]))
    public = true;
    for (size_t i = 0; public && i < set->count; i++)
        if (is_secret(set->keys[i]))
            jg_jwks_skip(set, i, "%s",
                         fetched ? "a secret in a published key set"
                                 : "a secret in one set with public keys");
}

/* Do both keys serve one alg under one kid? */
static bool
collide(const struct jg_key *a, const struct jg_key *b)
{
    const struct jg_str kid = jg_key_info(a)->kid;

    return kid.len > 0 && jg_str_eq(kid, jg_key_info(b)->kid) &&
           (jg_key_algs(a) & jg_key_algs(b)) != 0;
}

static bool
same_key(const struct jg_key *a, const struct jg_key *b)
{
    struct jg_str name = jg_key_info(a)->thumbprint;

    return name.len > 0 && jg_str_eq(name, jg_key_info(b)->thumbprint);
}

/* A kid with two meanings has none (RFC 7517 4.5); a mere copy is left out. */
static void
drop_ambiguous(struct jg_jwks *set)
{
    bool ambiguous[JG_JWKS_MAX_KEYS] = {false};

    for (size_t i = 0; i < set->count; i++) {
        for (size_t j = i + 1; set->keys[i] != NULL && j < set->count; j++) {
            if (set->keys[j] == NULL || !collide(set->keys[i], set->keys[j]))
                continue;
            if (!same_key(set->keys[i], set->keys[j]))
                ambiguous[i] = ambiguous[j] = true;
            else if (jg_key_algs(set->keys[i]) == jg_key_algs(set->keys[j]))
                jg_jwks_skip(set, j, "a copy of an earlier key");
        }
    }
    for (size_t i = 0; i < set->count; i++)
        if (ambiguous[i] && set->keys[i] != NULL)
            jg_jwks_skip(set, i, "another key has the same kid");
}

/* Fill entry <i> from its JWK. Only memory is a reason to give up the set. */
static enum jg_err
read_entry(struct jg_jwks *set, size_t i, const struct jg_json *jwk)
{
    struct jg_str kid = jg_json_string(jg_json_get(jwk, JG_STR("kid")));
    struct jg_key_fault fault = {"the crypto library refused it"};
    struct jg_key *key = NULL;
    enum jg_err err = jg_key_from_jwk(jwk, &key, &fault);

    if (err == JG_OK) {
        put(set, i, key);
        return JG_OK;
    }
    if (err == JG_E_NOMEM)
        return err;
    jg_jwks_skip(set, i, "%s", fault.what);
    if (kid.p != NULL && kid.len > 0 && kid.len <= JG_KEY_WHAT_MAX) {
        set->entries[i].kid = jg_arena_str(&set->arena, kid);
        if (set->entries[i].kid.p == NULL)
            return JG_E_NOMEM;
    }
    return JG_OK;
}

/* The JWKs of a set, or the one JWK that the text is. */
static enum jg_err
find_keys(const struct jg_json *json, const struct jg_json **items,
          size_t *count, struct jg_key_fault *fault)
{
    const struct jg_json *keys = jg_json_get(json, JG_STR("keys"));

    if (keys != NULL && keys->type == JG_JSON_ARRAY) {
        if (keys->count > JG_JWKS_MAX_KEYS)
            return jg_key_fail(fault, JG_E_JSON_LIMIT,
                               "the key set has %u keys, at most %d are taken",
                               keys->count, JG_JWKS_MAX_KEYS);
        *items = keys->items;
        *count = keys->count;
        return JG_OK;
    }
    if (keys == NULL && jg_json_get(json, JG_STR("kty")) != NULL) {
        *items = json;
        *count = 1;
        return JG_OK;
    }
    return jg_key_fail(fault, JG_E_JSON,
                       "expected a JSON object with an array \"keys\", or a "
                       "JWK with \"kty\"");
}

static enum jg_err
read_set(const struct jg_json *items, size_t count, bool fetched,
         struct jg_jwks **out, struct jg_key_fault *fault)
{
    struct jg_jwks *set = new_set(count);
    enum jg_err err = set == NULL ? JG_E_NOMEM : JG_OK;

    for (size_t i = 0; err == JG_OK && i < count; i++)
        err = read_entry(set, i, &items[i]);
    if (err != JG_OK) {
        jg_jwks_free(set);
        return err;
    }
    drop_secrets(set, fetched);
    drop_ambiguous(set);
    err = jg_jwks_usable(set, fault);
    if (out != NULL)
        *out = set;
    else
        jg_jwks_free(set);
    return err;
}

enum jg_err
jg_jwks_parse(struct jg_str text, bool fetched, struct jg_jwks **out,
              struct jg_key_fault *fault)
{
    const struct jg_json *json = NULL, *items = NULL;
    struct jg_json_fault where = {0};
    struct jg_arena a;
    size_t count = 0;
    enum jg_err err;

    jg_arena_init(&a, JSON_CHUNK_BYTES, JSON_MAX_BYTES);
    err = jg_json_parse(text, &limits, &a, &json, &where);
    if (err != JG_OK)
        jg_key_fail(fault, err, "not a key set in JSON: line %u, column %u: %s",
                    where.line, where.column, where.what);
    if (err == JG_OK)
        err = find_keys(json, &items, &count, fault);
    if (err == JG_OK)
        err = read_set(items, count, fetched, out, fault);
    jg_arena_free(&a);
    return err;
}

size_t
jg_jwks_select(const struct jg_jwks *set, const struct jg_alg *alg,
               struct jg_str kid,
               const struct jg_key *out[static JG_JWKS_MAX_TRIED])
{
    const struct jg_key *misfits[JG_JWKS_MAX_TRIED];
    size_t n = 0, unfit = 0;
    bool any = kid.len == 0;

    if (set->count == 1 && set->keys[0] != NULL &&
        set->entries[0].kid.len == 0) {
        out[0] = set->keys[0];
        return 1;
    }
    for (size_t i = 0; i < set->count && n < JG_JWKS_MAX_TRIED; i++) {
        const struct jg_key *key = set->keys[i];

        if (key == NULL || (!any && !jg_str_eq(set->entries[i].kid, kid)))
            continue;
        if ((jg_key_algs(key) & jg_alg_bit(alg)) != 0)
            out[n++] = key;
        else if (!any && unfit < JG_JWKS_MAX_TRIED)
            misfits[unfit++] = key;
    }
    if (n > 0)
        return n;
    /* The kid is right and the type is not: the caller hears JG_E_KEY_FIT,
     * and nobody fetches the set again for it. */
    memcpy(out, misfits, unfit * sizeof(misfits[0]));
    return unfit;
}
