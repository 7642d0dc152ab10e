/* What is remembered of the keys of one URL: one JSON array. */
#include "admin/key_history.h"

#include <inttypes.h>

#include "base/json.h"

#define KEYS_MAX \
    (JG_JWKS_MAX_KEYS + JG_KEY_HISTORY_GONE_MAX + JG_KEY_HISTORY_ASKED_MAX)
#define MEMBERS 5

static const struct jg_json_limits limits = {256 * 1024, 2,
                                             KEYS_MAX *(MEMBERS + 1) + 1, 4096};

#define ARENA_CHUNK (16 * 1024)
#define ARENA_MAX (4 * 1024 * 1024)

static int64_t
number(const struct jg_json *object, struct jg_str name)
{
    int64_t n = 0;

    jg_json_to_int(jg_json_get(object, name), &n);
    return n;
}

static struct jg_key_memory
memory_of(const struct jg_json *object)
{
    return (struct jg_key_memory){
        .thumbprint = jg_json_string(jg_json_get(object, JG_STR("thumbprint"))),
        .kid = jg_json_string(jg_json_get(object, JG_STR("kid"))),
        .what = jg_json_string(jg_json_get(object, JG_STR("what"))),
        .first_s = number(object, JG_STR("first")),
        .gone_s = number(object, JG_STR("gone")),
    };
}

static struct jg_key_asked
asked_of(const struct jg_json *object)
{
    return (struct jg_key_asked){
        .kid = jg_json_string(jg_json_get(object, JG_STR("kid"))),
        .first_s = number(object, JG_STR("first")),
        .last_s = number(object, JG_STR("asked")),
        .times = number(object, JG_STR("times")),
    };
}

enum jg_err
jg_key_history_read(struct jg_str text, struct jg_arena *a,
                    struct jg_key_history *out)
{
    const struct jg_json *json = NULL;
    struct jg_key_memory *keys;
    struct jg_key_asked *asked;
    enum jg_err err;

    *out = (struct jg_key_history){NULL, 0, NULL, 0};
    if (text.len == 0)
        return JG_OK;
    err = jg_json_parse(text, &limits, a, &json, NULL);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK || json->type != JG_JSON_ARRAY)
        return JG_OK;
    keys = jg_arena_array(a, json->count, sizeof(*keys));
    asked = jg_arena_array(a, json->count, sizeof(*asked));
    if (keys == NULL || asked == NULL)
        return JG_E_NOMEM;
    for (uint32_t i = 0; i < json->count; i++) {
        keys[out->count] = memory_of(&json->items[i]);
        asked[out->asked_count] = asked_of(&json->items[i]);
        if (keys[out->count].thumbprint.len > 0)
            out->count++;
        else
            out->asked_count += asked[out->asked_count].last_s > 0;
    }
    out->keys = keys;
    out->asked = asked;
    return JG_OK;
}

const struct jg_key_memory *
jg_key_history_find(const struct jg_key_history *history,
                    struct jg_str thumbprint)
{
    for (size_t i = 0; i < history->count; i++)
        if (jg_str_eq(history->keys[i].thumbprint, thumbprint))
            return &history->keys[i];
    return NULL;
}

static bool
is_in(const struct jg_jwks *set, struct jg_str thumbprint)
{
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_key *key = jg_jwks_at(set, i)->key;

        if (key != NULL && jg_str_eq(jg_key_info(key)->thumbprint, thumbprint))
            return true;
    }
    return false;
}

static bool
has_kid(const struct jg_jwks *set, struct jg_str kid)
{
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_key *key = jg_jwks_at(set, i)->key;

        if (key != NULL && jg_str_eq(jg_key_info(key)->kid, kid))
            return true;
    }
    return false;
}

/* Without what was added since <before>, if that has no room: the past may be
 * forgotten. */
static void
take_back(struct jg_buf *out, size_t before)
{
    if (!out->failed && out->len + 1 <= out->max)
        return;
    out->failed = false;
    out->len = before;
}

static void
add(struct jg_buf *out, const struct jg_key_memory *memory)
{
    size_t before = out->len;

    jg_buf_add(out, before > 1 ? JG_STR(",") : JG_STR(""));
    jg_buf_add(out, JG_STR("{\"thumbprint\":"));
    jg_buf_add_quoted(out, memory->thumbprint);
    jg_buf_add(out, JG_STR(",\"kid\":"));
    jg_buf_add_quoted(out, memory->kid);
    jg_buf_add(out, JG_STR(",\"what\":"));
    jg_buf_add_quoted(out, memory->what);
    jg_buf_addf(out, ",\"first\":%" PRId64 ",\"gone\":%" PRId64 "}",
                memory->first_s, memory->gone_s);
    take_back(out, before);
}

static void
add_one_asked(struct jg_buf *out, const struct jg_key_asked *asked)
{
    size_t before = out->len;

    jg_buf_add(out, before > 1 ? JG_STR(",") : JG_STR(""));
    jg_buf_add(out, JG_STR("{\"kid\":"));
    jg_buf_add_quoted(out, asked->kid);
    jg_buf_addf(out,
                ",\"first\":%" PRId64 ",\"asked\":%" PRId64
                ",\"times\":%" PRId64 "}",
                asked->first_s, asked->last_s, asked->times);
    take_back(out, before);
}

/* The one that is asked for now, then those of before, as long as no key has
 * them and they are not old. */
static void
add_asked(struct jg_buf *out, const struct jg_key_history *before,
          const struct jg_jwks *set, struct jg_str kid, int64_t now_s)
{
    struct jg_key_asked now = {kid, now_s, now_s, 1};
    size_t count = 0;

    for (size_t i = 0; i < before->asked_count; i++)
        if (jg_str_eq(before->asked[i].kid, kid)) {
            now.first_s = before->asked[i].first_s;
            now.times = before->asked[i].times + 1;
        }
    if (kid.len > 0 && !has_kid(set, kid)) {
        add_one_asked(out, &now);
        count++;
    }
    for (size_t i = 0;
         i < before->asked_count && count < JG_KEY_HISTORY_ASKED_MAX; i++) {
        const struct jg_key_asked *asked = &before->asked[i];

        if (jg_str_eq(asked->kid, kid) || has_kid(set, asked->kid) ||
            now_s - asked->last_s > JG_KEY_HISTORY_ASKED_S)
            continue;
        add_one_asked(out, asked);
        count++;
    }
}

static void
add_present(struct jg_buf *out, const struct jg_key_history *before,
            const struct jg_jwks *set, int64_t now_s)
{
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_key *key = jg_jwks_at(set, i)->key;
        const struct jg_key_memory *known;
        struct jg_key_memory memory = {.first_s = now_s};

        if (key == NULL)
            continue;
        memory.thumbprint = jg_key_info(key)->thumbprint;
        memory.kid = jg_key_info(key)->kid;
        memory.what = jg_str(jg_key_describe(key));
        known = jg_key_history_find(before, memory.thumbprint);
        if (known != NULL && known->gone_s == 0)
            memory.first_s = known->first_s;
        add(out, &memory);
    }
}

/* The newest ones first, so that the oldest fall out. */
static void
add_gone(struct jg_buf *out, const struct jg_key_history *before,
         const struct jg_jwks *set, int64_t now_s)
{
    size_t count = 0;

    for (size_t i = 0; i < before->count && count < JG_KEY_HISTORY_GONE_MAX;
         i++) {
        struct jg_key_memory memory = before->keys[i];

        if (is_in(set, memory.thumbprint))
            continue;
        if (memory.gone_s == 0)
            memory.gone_s = now_s;
        add(out, &memory);
        count++;
    }
}

enum jg_err
jg_key_history_update(struct jg_str before, const struct jg_jwks *set,
                      struct jg_str kid, int64_t now_s, struct jg_buf *out)
{
    struct jg_key_history history;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, ARENA_CHUNK, ARENA_MAX);
    err = jg_key_history_read(before, &a, &history);
    if (err == JG_OK) {
        jg_buf_reset(out);
        jg_buf_addc(out, '[');
        add_present(out, &history, set, now_s);
        add_asked(out, &history, set, kid, now_s);
        add_gone(out, &history, set, now_s);
        jg_buf_addc(out, ']');
        err = out->failed ? JG_E_NOMEM : JG_OK;
    }
    jg_arena_free(&a);
    return err;
}
