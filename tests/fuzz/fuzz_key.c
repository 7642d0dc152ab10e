/* Keys of callers: whatever is presented stands for few keys of bounded size,
 * and a key that is made for an organisation names it. */
#include <stdlib.h>

#include "model/key_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

/* Can it be written into a JSON key, which escapes nothing, and read again? */
static bool
is_plain(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < ' ' || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == 0x7f)
            return false;
    return true;
}

static void
check_candidates(const struct jg_conf *conf, struct jg_str org,
                 struct jg_str key, struct jg_arena *a)
{
    struct jg_key_candidates found;
    bool itself = false;

    must(jg_key_candidates(conf, org, key, a, &found) == JG_OK);
    must(found.count <= JG_KEY_CANDIDATES_MAX);
    for (size_t i = 0; i < found.count; i++) {
        char hash[JG_KEY_HASH_MAX + 1];

        must(found.keys[i].len <= JG_KEY_BYTES_MAX);
        must(jg_key_hash(found.keys[i], a, hash) == JG_OK);
        must(strspn(hash, "0123456789abcdef") == strlen(hash));
        itself = itself || jg_str_eq(found.keys[i], key);
    }
    must(itself == (found.count > 0));
}

static void
check_made(struct jg_str org, struct jg_str id, struct jg_arena *a)
{
    struct jg_str key, again, own;

    if (jg_key_make(org, id, JG_STR("sha256"), a, &key) != JG_OK)
        return;
    must(jg_key_make(org, id, JG_STR("sha256"), a, &again) == JG_OK);
    must(jg_str_eq(key, again));
    must(jg_key_org(key, a, &own) == JG_OK);
    if (is_plain(org) && is_plain(id) && org.len > 0)
        must(jg_str_eq(own, org));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jg_str fallbacks[] = {JG_STR("sha256"), JG_STR(""),
                                              JG_STR("murmur128")};
    struct jg_str rest = {(const char *)data, size}, org;
    struct jg_conf conf = {
        .keys = {.hash_key_function_fallback = {fallbacks, size % 4},
                 .disable_key_actions_by_username = size % 5 == 0}};
    struct jg_arena a;

    if (size == 0 || !jg_str_next(&rest, '\n', &org))
        return 0;
    if (size % 2 == 0)
        conf.keys.hash_key_function = JG_STR("murmur64");
    jg_arena_init(&a, 4096, 64 * 1024 * 1024);
    check_candidates(&conf, org, rest, &a);
    check_made(org, rest, &a);
    jg_arena_free(&a);
    return 0;
}
