/* Tokens sealed as a whole, under a ring of keys. */
#include "model/sealed_token.h"

#include "base/b64.h"

#define PURPOSE "jotgate sealed token"
#define OWN_ID "own" /* of the installation's key */

struct jg_str
jg_split_bound(enum jg_split_kind kind, struct jg_str org_id,
               struct jg_arena *a)
{
    const struct jg_str parts[] = {
        kind == JG_SPLIT_ACCESS ? JG_STR("a\n") : JG_STR("r\n"), org_id};

    return jg_arena_join(a, parts, 2);
}

struct jg_str
jg_sealed_access_text(struct jg_str api_id, struct jg_str token,
                      struct jg_arena *a)
{
    return jg_arena_join(
        a, (const struct jg_str[]){api_id, JG_STR("\n"), token}, 3);
}

struct jg_str
jg_sealed_access(struct jg_str text, struct jg_str *api_id)
{
    size_t len = jg_str_find(text, '\n');

    *api_id = jg_str_head(text, len);
    return jg_str_from(text, len + 1);
}

bool
jg_sealed_looks_so(struct jg_str token)
{
    return jg_str_starts(token, JG_STR(JG_SEALED_PREFIX));
}

/* By <salt>, of the key called <id>, or of the first one (id.p == NULL). */
static enum jg_err
find_key(const struct jg_sealed_ring *ring, struct jg_str *id,
         struct jg_str salt, struct jg_seal_key *out)
{
    const struct jg_conf_split_key *keys = ring->conf->split_token_keys.items;
    size_t count = ring->conf->split_token_keys.count;
    struct jg_str secret = {NULL, 0};

    if (count == 0 && (id->p == NULL || jg_str_eq(*id, JG_STR(OWN_ID)))) {
        *id = JG_STR(OWN_ID);
        secret = ring->own;
    }
    for (size_t i = 0; i < count && secret.len == 0; i++)
        if (id->p == NULL || jg_str_eq(*id, keys[i].id)) {
            *id = keys[i].id;
            secret = keys[i].secret;
        }
    if (secret.len == 0)
        return JG_E_SPLIT_SEALED;
    return jg_seal_derive(secret, salt, PURPOSE, out);
}

enum jg_err
jg_sealed_make(const struct jg_sealed_ring *ring, struct jg_str bound,
               const unsigned char random[static JG_SEALED_RANDOM_BYTES],
               struct jg_str text, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str salt = {(const char *)random, JG_SEALED_SALT_BYTES};
    struct jg_str id = {NULL, 0}, sealed, bytes;
    struct jg_seal_key key;
    char id_len, *p;
    size_t len;
    enum jg_err err = find_key(ring, &id, salt, &key);

    if (err == JG_OK)
        err = jg_seal(&key, random + salt.len, bound, text, a, &sealed);
    jg_mem_wipe(&key, sizeof(key));
    if (err != JG_OK)
        return err;
    id_len = (char)id.len;
    bytes = jg_arena_join(
        a, (const struct jg_str[]){{&id_len, 1}, id, salt, sealed}, 4);
    p = jg_arena_alloc(a, sizeof(JG_SEALED_PREFIX) + JG_B64_ENCODED(bytes.len));
    if (bytes.p == NULL || p == NULL)
        return JG_E_NOMEM;
    memcpy(p, JG_SEALED_PREFIX, sizeof(JG_SEALED_PREFIX) - 1);
    len = jg_b64url_encode(bytes, p + sizeof(JG_SEALED_PREFIX) - 1);
    *out = (struct jg_str){p, sizeof(JG_SEALED_PREFIX) - 1 + len};
    return JG_OK;
}

enum jg_err
jg_sealed_open(const struct jg_sealed_ring *ring, struct jg_str bound,
               struct jg_str token, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str bytes, id, salt;
    struct jg_seal_key key;
    enum jg_err err;

    if (!jg_sealed_looks_so(token))
        return JG_E_SPLIT_SEALED;
    token = jg_str_from(token, sizeof(JG_SEALED_PREFIX) - 1);
    err = jg_b64url_decode_arena(token, a, &bytes);
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_E_SPLIT_SEALED;
    if (bytes.len == 0 || bytes.len < 1u + (unsigned char)bytes.p[0])
        return JG_E_SPLIT_SEALED;
    id = (struct jg_str){bytes.p + 1, (unsigned char)bytes.p[0]};
    bytes = jg_str_from(bytes, 1 + id.len);
    salt = jg_str_head(bytes, JG_SEALED_SALT_BYTES);
    err = find_key(ring, &id, salt, &key);
    if (err != JG_OK)
        return err;
    err = jg_unseal(&key, bound, jg_str_from(bytes, salt.len), a, out);
    jg_mem_wipe(&key, sizeof(key));
    return err == JG_E_SIGNATURE ? JG_E_SPLIT_SEALED : err;
}
