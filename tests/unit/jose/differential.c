/*
 * Verdicts by the line, for tests that compare us with other implementations:
 * tests/e2e/test_differential.py writes, this reads.
 *
 *   key NAME KIND BASE64    a key: KIND is secret, pem or jwk
 *   NAME ALGS BASE64        a token, for an API that takes ALGS (RS256,PS256)
 *
 * For each token one line comes back: JG_OK, or the error's name. Signature,
 * header and claims count, times do not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/b64.h"
#include "jose/jws.h"

#define LINE_MAX_BYTES (256 * 1024)
#define KEYS_MAX 64
#define NAME_MAX_BYTES 40

static struct {
    char name[NAME_MAX_BYTES];
    struct jg_jwks *set;
} keys[KEYS_MAX];
static size_t key_count;

static void
give_up(const char *what)
{
    fprintf(stderr, "differential: %s\n", what);
    exit(2);
}

/* The next word of <line>, without the space behind it. */
static struct jg_str
word(struct jg_str *line)
{
    struct jg_str out = {NULL, 0};

    if (!jg_str_next(line, ' ', &out))
        give_up("a word is missing");
    return out;
}

static struct jg_jwks *
read_key(struct jg_str kind, struct jg_str bytes)
{
    struct jg_jwks *set = NULL;
    struct jg_key *key = NULL;
    enum jg_err err;

    if (jg_str_eq(kind, JG_STR("jwk")))
        err = jg_jwks_parse(bytes, false, &set, NULL);
    else if (jg_str_eq(kind, JG_STR("pem")))
        err = jg_key_from_public(bytes, &key, NULL);
    else
        err = jg_key_from_secret(bytes, &key, NULL);
    if (err == JG_OK && key != NULL)
        err = jg_jwks_of_key(key, &set);
    if (err != JG_OK)
        give_up(jg_err_info(err)->name);
    return set;
}

static void
add_key(struct jg_str line)
{
    struct jg_str name = word(&line), kind = word(&line), bytes;
    struct jg_arena a;

    if (key_count == KEYS_MAX || name.len >= NAME_MAX_BYTES)
        give_up("too many keys, or too long a name");
    jg_arena_init(&a, 4096, LINE_MAX_BYTES);
    if (jg_b64_decode_arena(line, &a, &bytes) != JG_OK)
        give_up("a key is not base64");
    memcpy(keys[key_count].name, name.p, name.len);
    keys[key_count++].set = read_key(kind, bytes);
    jg_arena_free(&a);
}

static jg_algs
read_algs(struct jg_str list)
{
    struct jg_str name;
    jg_algs out = 0;

    while (list.len > 0 && jg_str_next(&list, ',', &name)) {
        const struct jg_alg *alg = jg_alg_find(name);

        if (alg == NULL)
            give_up("an algorithm is not known");
        out |= jg_alg_bit(alg);
    }
    return out;
}

/* As the steps of a decision do it. */
static enum jg_err
judge(struct jg_str token, jg_algs algs, const struct jg_jwks *set,
      struct jg_arena *a)
{
    const struct jg_json *claims;
    const struct jg_key *key = NULL;
    struct jg_jws_header header;
    struct jg_jws jws;
    enum jg_err err = jg_jws_split(token, &jws);

    if (err == JG_OK)
        err = jg_jws_header(&jws, a, &header);
    if (err == JG_OK)
        err = jg_jws_claims(&jws, a, &claims);
    if (err != JG_OK)
        return err;
    if (header.alg == NULL)
        return JG_E_ALG_UNKNOWN;
    if ((algs & jg_alg_bit(header.alg)) == 0)
        return JG_E_ALG;
    return jg_jws_verify(&jws, &header, set, a, &key);
}

static void
answer(struct jg_str line, struct jg_str name)
{
    struct jg_str token;
    struct jg_arena a;
    jg_algs algs;
    size_t i = 0;

    while (i < key_count && !jg_str_eq(name, jg_str(keys[i].name)))
        i++;
    if (i == key_count)
        give_up("no such key");
    algs = read_algs(word(&line));
    jg_arena_init(&a, 16 * 1024, 16 * 1024 * 1024);
    if (jg_b64_decode_arena(line, &a, &token) != JG_OK)
        give_up("a token is not base64");
    printf("%s\n", jg_err_info(judge(token, algs, keys[i].set, &a))->name);
    jg_arena_free(&a);
}

int
main(void)
{
    static char text[LINE_MAX_BYTES];

    while (fgets(text, sizeof(text), stdin) != NULL) {
        struct jg_str line = {text, strlen(text)};
        struct jg_str first;

        if (!jg_str_ends(line, JG_STR("\n")))
            give_up("a line is too long, or has a NUL");
        line.len--;
        first = word(&line);
        if (jg_str_eq(first, JG_STR("key")))
            add_key(line);
        else
            answer(line, first);
    }
    for (size_t i = 0; i < key_count; i++)
        jg_jwks_free(keys[i].set);
    return 0;
}
