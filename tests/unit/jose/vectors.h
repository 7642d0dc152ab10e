/* Reading the shared test vectors: third-party data outside of this tree. */
#ifndef JG_TESTS_JOSE_VECTORS_H
#define JG_TESTS_JOSE_VECTORS_H

#include "jose_check.h"

#define VECTOR_MAX_BYTES (8 * 1024 * 1024)

/* The file <name> of $JG_SHARED/vectors in <a>; p == NULL when not there. */
static inline struct jg_str
vector_text(const char *name, struct jg_arena *a)
{
    struct jg_str none = {NULL, 0};
    const char *shared = getenv("JG_SHARED");
    char path[1000];
    size_t len;
    char *text;
    FILE *f;

    if (shared == NULL)
        return none;
    snprintf(path, sizeof(path), "%s/vectors/%s", shared, name);
    f = fopen(path, "r");
    if (f == NULL)
        return none;
    text = jg_arena_alloc(a, VECTOR_MAX_BYTES);
    assert_non_null(text);
    len = fread(text, 1, VECTOR_MAX_BYTES, f);
    fclose(f);
    assert_true(len < VECTOR_MAX_BYTES);
    return (struct jg_str){text, len};
}

/* Are there vectors on this machine? Says it loudly when not. */
static inline bool
vectors_are_here(void)
{
    struct jg_arena a;
    bool there;

    jg_arena_init(&a, 4096, 2 * VECTOR_MAX_BYTES);
    there = vector_text("README.md", &a).p != NULL;
    jg_arena_free(&a);
    if (!there)
        jg_skip_loudly("no test vectors in JG_SHARED");
    return there;
}

/* The JSON in vector file <name>, in <a>. */
static inline const struct jg_json *
vector_json(const char *name, struct jg_arena *a)
{
    static const struct jg_json_limits limits = {VECTOR_MAX_BYTES, 64, 1000000,
                                                 VECTOR_MAX_BYTES};
    struct jg_str text = vector_text(name, a);
    const struct jg_json *json = NULL;

    if (text.p == NULL || jg_json_parse(text, &limits, a, &json, NULL) != JG_OK)
        fail_msg("cannot read vectors/%s", name);
    return json;
}

/* Member <name>, which must be there. */
static inline const struct jg_json *
member(const struct jg_json *object, const char *name)
{
    const struct jg_json *value = jg_json_get(object, jg_str(name));

    if (value == NULL)
        fail_msg("no member %s", name);
    return value;
}

/* A string member; empty when it is not there. */
static inline struct jg_str
text_of(const struct jg_json *object, const char *name)
{
    return jg_json_string(jg_json_get(object, jg_str(name)));
}

static inline int64_t
number_of(const struct jg_json *object, const char *name)
{
    const struct jg_json *value = member(object, name);

    assert_int_equal(value->type, JG_JSON_INT);
    return value->integer;
}

/* The key set in <json>, or an empty one. */
static inline struct jg_jwks *
set_of(const struct jg_json *json, bool fetched)
{
    struct jg_jwks *set = NULL;
    struct jg_buf text;
    enum jg_err err;

    jg_buf_init(&text, JG_JWKS_MAX_BYTES);
    jg_json_write(&text, json, 0);
    assert_false(text.failed);
    err = jg_jwks_parse(jg_buf_str(&text), fetched, &set, NULL);
    assert_true(err == JG_OK || err == JG_E_KEY);
    jg_buf_free(&text);
    return set;
}

/* Is there a risk in any key of the set? The strict profile has none. */
static inline bool
is_risky(const struct jg_jwks *set)
{
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_key *key = jg_jwks_at(set, i)->key;

        if (key != NULL && jg_key_risk(key, jg_key_algs(key)) != NULL)
            return true;
    }
    return false;
}

#endif
