/* The key of an API definition: a secret, a PEM, a DER, a JWK or a set. */
#include <stdio.h>

#include "jose/jwks_internal.h"
#include "jose/key_internal.h"

/* What an operator calls the keys of a method. */
static const struct {
    const char *method;
    const char *noun;
} nouns[] = {
    {"hmac", "an HMAC secret"},
    {"rsa", "an RSA public key"},
    {"ecdsa", "an EC public key"},
    {"eddsa", "an Ed25519 or Ed448 public key"},
    {"mldsa", "an ML-DSA public key"},
};

/* "an RSA public key for jwt_signing_method rsa", or "... for RS256". */
static void
describe_expected(jg_algs algs, char *out, size_t size)
{
    const struct jg_alg *alg;
    size_t row = 0;
    jg_algs all = 0;
    int n;

    while (row < sizeof(nouns) / sizeof(nouns[0])) {
        bool known;

        all = jg_alg_method(jg_str(nouns[row].method), &known);
        if ((all & algs) != 0)
            break;
        row++;
    }
    if (row == sizeof(nouns) / sizeof(nouns[0])) {
        snprintf(out, size, "a key for another algorithm");
        return;
    }
    n = snprintf(out, size, "%s for %s%s", nouns[row].noun,
                 algs == all ? "jwt_signing_method " : "",
                 algs == all ? nouns[row].method : "");
    for (size_t i = 0; algs != all && (alg = jg_alg_at(i)) != NULL; i++)
        if ((algs & jg_alg_bit(alg)) != 0 && n > 0 && (size_t)n < size)
            n += snprintf(out + n, size - (size_t)n, "%s%s",
                          out[n - 1] == ' ' ? "" : "/", alg->name);
}

/* Give up the keys that can verify nothing of <algs>. */
static void
drop_misfits(struct jg_jwks *set, jg_algs algs)
{
    char expected[120];

    describe_expected(algs, expected, sizeof(expected));
    for (size_t i = 0; i < set->count; i++) {
        const struct jg_key *key = set->keys[i];
        const struct jg_alg *own;

        if (key == NULL || (jg_key_algs(key) & algs) != 0)
            continue;
        own = jg_key_info(key)->alg;
        jg_jwks_skip(set, i, "expected %s, found %s%s%s", expected,
                     jg_key_describe(key), own != NULL ? " for " : "",
                     own != NULL ? own->name : "");
    }
}

static enum jg_err
set_of_text(struct jg_str material, bool secret, struct jg_jwks **out,
            struct jg_key_fault *fault)
{
    struct jg_key *key = NULL;
    enum jg_err err = secret ? jg_key_from_secret(material, &key, fault)
                             : jg_key_from_public(material, &key, fault);

    if (err == JG_OK)
        err = jg_jwks_of_key(key, out);
    if (err != JG_OK)
        jg_key_free(key);
    return err;
}

static bool
takes_secrets(jg_algs algs)
{
    bool known;

    return (jg_alg_method(JG_STR("hmac"), &known) & algs) != 0;
}

enum jg_err
jg_jwks_from_source(struct jg_str material, jg_algs algs, struct jg_jwks **out,
                    struct jg_key_fault *fault)
{
    struct jg_str text = jg_str_trim(material);
    bool secret = takes_secrets(algs);
    struct jg_jwks *set = NULL;
    enum jg_err err = JG_E_JSON;

    jg_key_fail(fault, JG_OK, "%s", "");
    if (text.len > 0 && text.p[0] == '{')
        err = jg_jwks_parse(text, false, &set, fault);
    else if (!secret)
        err = set_of_text(material, false, &set, fault);
    /* Any bytes can be a secret, also such as only begin like JSON. */
    if (err == JG_E_JSON && secret)
        err = set_of_text(material, true, &set, fault);
    if (err == JG_OK) {
        drop_misfits(set, algs);
        err = jg_jwks_usable(set, fault);
    }
    if (err == JG_OK)
        *out = set;
    else
        jg_jwks_free(set);
    return err == JG_OK || err == JG_E_NOMEM || err == JG_E_CRYPTO ? err
                                                                   : JG_E_KEY;
}
