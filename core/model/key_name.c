/* Keys, the organisation in them, and their short hashes. */
#include "model/key_name.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/json.h"
#include "base/murmur.h"
#include "jose/sign.h"

#define ORG_HEX_DIGITS 24 /* of a MongoDB id */

/* A JSON key is small and flat; what is neither is none. */
static const struct jg_json_limits key_limits = {
    .max_bytes = JG_KEY_BYTES_MAX,
    .max_depth = 2,
    .max_values = 16,
    .max_string = JG_KEY_BYTES_MAX,
};

typedef enum jg_err hash_of(struct jg_str key,
                            char out[static JG_KEY_HASH_MAX + 1]);

static enum jg_err
murmur_32(struct jg_str key, char out[static JG_KEY_HASH_MAX + 1])
{
    snprintf(out, JG_KEY_HASH_MAX + 1, "%08" PRIx32, jg_murmur_tyk_32(key));
    return JG_OK;
}

static enum jg_err
murmur_64(struct jg_str key, char out[static JG_KEY_HASH_MAX + 1])
{
    snprintf(out, JG_KEY_HASH_MAX + 1, "%016" PRIx64, jg_murmur_128(key).a);
    return JG_OK;
}

static enum jg_err
murmur_128(struct jg_str key, char out[static JG_KEY_HASH_MAX + 1])
{
    struct jg_murmur_128 hash = jg_murmur_128(key);

    snprintf(out, JG_KEY_HASH_MAX + 1, "%016" PRIx64 "%016" PRIx64, hash.a,
             hash.b);
    return JG_OK;
}

static enum jg_err
sha_256(struct jg_str key, char out[static JG_KEY_HASH_MAX + 1])
{
    return jg_sha256_hex(key, out);
}

/* The first one is for keys that name none, the second for new keys with a
 * name that nobody knows: as in Tyk. */
static const struct function {
    const char *name;
    hash_of *hash;
} functions[] = {
    {"murmur32", murmur_32},
    {"murmur64", murmur_64},
    {"murmur128", murmur_128},
    {"sha256", sha_256},
};

static const struct function *
function_named(struct jg_str name, const struct function *otherwise)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (jg_str_eq(name, jg_str(functions[i].name)))
            return &functions[i];
    return otherwise;
}

enum jg_err
jg_key_hash_by(struct jg_str function, struct jg_str text,
               char out[static JG_KEY_HASH_MAX + 1])
{
    const struct function *f = function_named(function, NULL);

    return f != NULL ? f->hash(text, out) : JG_E_NOT_FOUND;
}

enum jg_err
jg_key_new_id(char out[static 33])
{
    uint64_t random[2];
    enum jg_err err = jg_random(random, sizeof(random));

    if (err == JG_OK)
        snprintf(out, 33, "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
    return err;
}

/* <parts> one after the other. */
static enum jg_err
join(const struct jg_str *parts, size_t count, struct jg_arena *a,
     struct jg_str *out)
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > JG_KEY_BYTES_MAX - len)
            return JG_E_CONF_RANGE;
        len += parts[i].len;
    }
    *out = jg_arena_join(a, parts, count);
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

static enum jg_err
make_json(struct jg_str org, struct jg_str id, const struct function *function,
          struct jg_arena *a, struct jg_str *out)
{
    const struct jg_str parts[] = {
        JG_STR("{\"org\":\""),  org,
        JG_STR("\",\"id\":\""), id,
        JG_STR("\",\"h\":\""),  jg_str(function->name),
        JG_STR("\"}"),
    };
    struct jg_str text;
    enum jg_err err = join(parts, sizeof(parts) / sizeof(parts[0]), a, &text);
    char *p;

    if (err != JG_OK)
        return err;
    if (JG_B64_ENCODED(text.len) > JG_KEY_BYTES_MAX)
        return JG_E_CONF_RANGE;
    p = jg_arena_alloc(a, JG_B64_ENCODED(text.len));
    if (p == NULL)
        return JG_E_NOMEM;
    *out = (struct jg_str){p, jg_b64_encode(text, p)};
    return JG_OK;
}

enum jg_err
jg_key_make(struct jg_str org, struct jg_str id, struct jg_str function,
            struct jg_arena *a, struct jg_str *out)
{
    if (jg_str_starts(id, org))
        id = jg_str_from(id, org.len);
    if (id.len == 0)
        return JG_E_CONF_VALUE;
    if (function.len == 0)
        return join((const struct jg_str[]){org, id}, 2, a, out);
    return make_json(org, id, function_named(function, &functions[1]), a, out);
}

/* The member <name> of a JSON key; empty when it is none. JG_E_NOMEM */
static enum jg_err
member_of(struct jg_str key, const char *name, struct jg_arena *a,
          struct jg_str *out)
{
    const struct jg_json *json = NULL;
    struct jg_str text;
    enum jg_err err = JG_E_BASE64;

    *out = (struct jg_str){NULL, 0};
    if (jg_str_starts(key, JG_STR("ey")) && key.len <= JG_KEY_BYTES_MAX)
        err = jg_b64_decode_arena(key, a, &text);
    if (err == JG_OK)
        err = jg_json_parse(text, &key_limits, a, &json, NULL);
    if (err == JG_OK)
        *out = jg_json_string(jg_json_get(json, jg_str(name)));
    return err == JG_E_NOMEM ? err : JG_OK;
}

static bool
is_hex(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (memchr("0123456789abcdefABCDEF", s.p[i], 22) == NULL)
            return false;
    return true;
}

enum jg_err
jg_key_org(struct jg_str key, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str head = jg_str_head(key, ORG_HEX_DIGITS);
    enum jg_err err = member_of(key, "org", a, out);

    if (err != JG_OK || out->p != NULL)
        return err;
    if (key.len > ORG_HEX_DIGITS && is_hex(head))
        *out = head;
    return JG_OK;
}

static enum jg_err
add_json_aliases(struct jg_str key, struct jg_str id, struct jg_arena *a,
                 struct jg_key_aliases *out)
{
    struct jg_str org;
    enum jg_err err = member_of(key, "org", a, &org);

    out->items[out->count++] = id;
    if (err != JG_OK || org.len == 0)
        return err;
    err = join((const struct jg_str[]){org, id}, 2, a, &out->items[out->count]);
    if (err == JG_OK)
        out->count++;
    return err == JG_E_NOMEM ? err : JG_OK;
}

enum jg_err
jg_key_aliases(struct jg_str org, struct jg_str key, struct jg_arena *a,
               struct jg_key_aliases *out)
{
    struct jg_str id;
    enum jg_err err = member_of(key, "id", a, &id);

    out->count = 0;
    if (err != JG_OK)
        return err;
    if (id.len > 0)
        return add_json_aliases(key, id, a, out);
    if (org.len > 0 && jg_str_starts(key, org))
        out->items[out->count++] = jg_str_from(key, org.len);
    return JG_OK;
}

/* The key with the id <key>, if there can be one. */
static enum jg_err
add_made(struct jg_str org, struct jg_str key, struct jg_str function,
         struct jg_arena *a, struct jg_key_candidates *out)
{
    enum jg_err err =
        jg_key_make(org, key, function, a, &out->keys[out->count]);

    if (err == JG_OK)
        out->count++;
    return err == JG_E_NOMEM ? err : JG_OK;
}

static enum jg_err
add_fallbacks(const struct jg_conf_keys *conf, struct jg_str org,
              struct jg_str key, struct jg_arena *a,
              struct jg_key_candidates *out)
{
    const struct jg_strs *names = &conf->hash_key_function_fallback;
    enum jg_err err = JG_OK;

    for (size_t i = 0;
         i < names->count && i < JG_KEY_FALLBACKS_MAX && err == JG_OK; i++)
        err = add_made(org, key, names->items[i], a, out);
    return err;
}

static bool
has_length(const struct jg_conf_keys *conf, struct jg_str key)
{
    int64_t least = conf->min_token_length;

    if (least <= 0)
        least = JG_KEY_LENGTH_LEAST;
    return key.len <= JG_KEY_BYTES_MAX && (int64_t)key.len >= least;
}

enum jg_err
jg_key_candidates(const struct jg_conf *conf, struct jg_str org,
                  struct jg_str key, struct jg_arena *a,
                  struct jg_key_candidates *out)
{
    struct jg_str own;
    enum jg_err err;

    out->count = 0;
    if (!has_length(&conf->keys, key))
        return JG_OK;
    err = jg_key_org(key, a, &own);
    if (err != JG_OK)
        return err;
    if (jg_str_eq(own, org)) {
        out->keys[out->count++] = key;
        return JG_OK;
    }
    if (!conf->keys.disable_key_actions_by_username)
        err = add_made(org, key, conf->keys.hash_key_function, a, out);
    if (err != JG_OK)
        return err;
    out->keys[out->count++] = key;
    return add_fallbacks(&conf->keys, org, key, a, out);
}

enum jg_err
jg_user_candidates(const struct jg_conf *conf, struct jg_str org,
                   struct jg_str user, struct jg_arena *a,
                   struct jg_key_candidates *out)
{
    enum jg_err err = jg_key_candidates(conf, org, user, a, out);

    if (err != JG_OK || out->count == 0 || org.len == 0)
        return err;
    return add_made(org, user, JG_STR(""), a, out);
}

enum jg_err
jg_key_hash(struct jg_str key, struct jg_arena *a,
            char out[static JG_KEY_HASH_MAX + 1])
{
    struct jg_str name;
    enum jg_err err = member_of(key, "h", a, &name);

    if (err != JG_OK)
        return err;
    return function_named(name, &functions[0])->hash(key, out);
}

enum jg_err
jg_key_name(const struct jg_conf *conf, struct jg_str key, struct jg_arena *a,
            struct jg_str *out)
{
    char hash[JG_KEY_HASH_MAX + 1];
    enum jg_err err;

    if (!conf->keys.hash_keys) {
        *out = key;
        return JG_OK;
    }
    err = jg_key_hash(key, a, hash);
    if (err != JG_OK)
        return err;
    *out = jg_arena_str(a, jg_str(hash));
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}
