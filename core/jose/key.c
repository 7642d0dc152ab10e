/* The key object: made from a secret or an EVP_PKEY, described, released. */
#include "jose/key.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

#include "jose/key_internal.h"

/* A secret needs up to 640 bytes, a public key a second chunk; the largest kid
 * and texts stay below 2 KiB. */
#define KEY_CHUNK_BYTES 656
#define KEY_MAX_BYTES 8192

enum jg_err
jg_key_fail(struct jg_key_fault *fault, enum jg_err err, const char *format,
            ...)
{
    va_list args;

    if (fault == NULL)
        return err;
    va_start(args, format);
    vsnprintf(fault->what, sizeof(fault->what), format, args);
    va_end(args);
    /* Names out of a fetched key set end up in logs and on terminals. */
    for (char *p = fault->what; *p != '\0'; p++)
        if (*p < 0x20 || *p > 0x7e)
            *p = '?';
    return err;
}

enum jg_err
jg_crypto_error(enum jg_err other)
{
    enum jg_err err = other;
    unsigned long e;

    while ((e = ERR_get_error()) != 0)
        if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
            err = JG_E_NOMEM;
    return err;
}

/* An empty key in its own arena. */
static struct jg_key *
new_key(void)
{
    struct jg_arena a;
    struct jg_key *key;

    jg_arena_init(&a, KEY_CHUNK_BYTES, KEY_MAX_BYTES);
    key = jg_arena_alloc(&a, sizeof(*key));
    if (key == NULL) {
        jg_arena_free(&a);
        return NULL;
    }
    key->arena = a;
    return key;
}

/* A printf into the key's arena; NULL without memory. */
static const char *text(struct jg_key *key, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const char *
text(struct jg_key *key, const char *format, ...)
{
    char line[JG_KEY_WHAT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    return jg_arena_str(&key->arena, jg_str(line)).p;
}

/* What is known from the form around the key, once its type is known. */
static enum jg_err
take_meta(struct jg_key *key, const struct jg_key_meta *meta,
          struct jg_key_fault *fault)
{
    key->info.alg = meta->alg;
    key->info.kid = jg_arena_str(&key->arena, meta->kid);
    if (key->info.kid.p == NULL)
        return JG_E_NOMEM;
    key->algs = jg_key_fitting(&key->info, key->pkey);
    if (meta->alg == NULL)
        return JG_OK;
    if ((key->algs & jg_alg_bit(meta->alg)) == 0)
        return jg_key_fail(fault, JG_E_KEY, "the key is %s but says alg %s",
                           key->describe, meta->alg->name);
    key->algs = jg_alg_bit(meta->alg);
    return JG_OK;
}

/* "EC P-256": what people call a key with this <info>. */
static const char *
describe_pkey(struct jg_key *key)
{
    if (key->info.family == JG_RSA_PKCS1)
        return text(key, "%s %u",
                    EVP_PKEY_is_a(key->pkey, "RSA-PSS") ? "RSA-PSS" : "RSA",
                    key->info.bits);
    if (key->info.family == JG_ECDSA)
        return text(key, "EC %s", key->info.curve);
    return key->info.curve; /* Ed25519, Ed448, ML-DSA-44, ... */
}

/* The worst risk that no choice of algorithm takes away. */
static enum jg_err
pkey_risk(struct jg_key *key, const char *from_form)
{
    bool roca = false;
    enum jg_err err = JG_OK;

    key->risk = from_form;
    if (key->info.family != JG_RSA_PKCS1)
        return JG_OK;
    if (key->info.bits < JG_RSA_BITS_ASKED) {
        key->risk = text(key, "RSA key of %u bits, RFC 7518 asks for %u",
                         key->info.bits, JG_RSA_BITS_ASKED);
        if (key->risk == NULL)
            return JG_E_NOMEM;
    }
    err = jg_rsa_is_roca(key->pkey, &roca);
    if (roca)
        key->risk = "RSA key of a faulty generator: its private key can be "
                    "computed (CVE-2017-15361)";
    return err;
}

enum jg_err
jg_key_of_pkey(EVP_PKEY *pkey, const struct jg_key_meta *meta,
               struct jg_key **out, struct jg_key_fault *fault)
{
    struct jg_key *key = new_key();
    enum jg_err err;

    if (key == NULL)
        return JG_E_NOMEM;
    ERR_clear_error();
    err = jg_key_check(pkey, &key->info, fault);
    if (err != JG_OK)
        goto done;
    EVP_PKEY_up_ref(pkey);
    key->pkey = pkey;
    key->describe = describe_pkey(key);
    err = key->describe == NULL ? JG_E_NOMEM : pkey_risk(key, meta->risk);
    if (err == JG_OK)
        err = take_meta(key, meta, fault);
    if (err == JG_OK)
        err = jg_key_thumbprint(&key->info, pkey, &key->arena,
                                &key->info.thumbprint);
    if (err == JG_OK)
        err = jg_key_prepare(key, (struct jg_str){NULL, 0});
    if (err == JG_OK && key->slot_count == 0)
        err = jg_key_fail(
            fault, JG_E_KEY, "the %s key is too small for %s, or forbids it",
            key->describe, meta->alg != NULL ? meta->alg->name : "PSS");
    if (err == JG_OK)
        *out = key;
done:
    if (err != JG_OK)
        jg_key_free(key);
    ERR_clear_error();
    return err;
}

/* The risks of a short, leaked or mistyped secret, in words. */
static enum jg_err
secret_risks(struct jg_key *key, struct jg_str secret)
{
    static const unsigned asked[] = {32, 48, 64}; /* RFC 7518 3.2 */
    bool newline = secret.p[secret.len - 1] == '\n';

    key->risk = newline ? "secret ends in a newline" : NULL;
    for (size_t i = 0; i < 3; i++) {
        if (secret.len >= asked[i])
            continue;
        key->short_risks[i] =
            text(key, "secret of %zu bytes%s, RFC 7518 asks for %u", secret.len,
                 newline ? " (the last is a newline)" : "", asked[i]);
        if (key->short_risks[i] == NULL)
            return JG_E_NOMEM;
    }
    return jg_secret_leaked(secret, &key->leaked);
}

enum jg_err
jg_key_of_secret(struct jg_str secret, const struct jg_key_meta *meta,
                 struct jg_key **out, struct jg_key_fault *fault)
{
    struct jg_key *key;
    enum jg_err err;

    if (secret.len == 0)
        return jg_key_fail(fault, JG_E_KEY, "the secret is empty");
    if (secret.len > JG_KEY_SECRET_MAX)
        return jg_key_fail(fault, JG_E_KEY,
                           "the secret has %zu bytes, at most %d are taken",
                           secret.len, JG_KEY_SECRET_MAX);
    key = new_key();
    if (key == NULL)
        return JG_E_NOMEM;
    ERR_clear_error();
    key->info.family = JG_HMAC;
    key->info.bits = (unsigned)secret.len * 8;
    key->describe = text(key, "secret of %zu byte%s", secret.len,
                         secret.len == 1 ? "" : "s");
    err = key->describe == NULL ? JG_E_NOMEM : secret_risks(key, secret);
    if (err == JG_OK)
        err = take_meta(key, meta, fault);
    if (err == JG_OK)
        err = jg_key_prepare(key, secret);
    if (err == JG_OK)
        *out = key;
    else
        jg_key_free(key);
    ERR_clear_error();
    return err;
}

void
jg_key_free(struct jg_key *key)
{
    struct jg_arena a;

    if (key == NULL)
        return;
    jg_key_unprepare(key);
    EVP_PKEY_free(key->pkey);
    a = key->arena; /* the key lies in it */
    jg_arena_free(&a);
}

const struct jg_key_info *
jg_key_info(const struct jg_key *key)
{
    return &key->info;
}

jg_algs
jg_key_algs(const struct jg_key *key)
{
    return key->algs;
}

const char *
jg_key_describe(const struct jg_key *key)
{
    return key->describe;
}

const char *
jg_key_risk(const struct jg_key *key, jg_algs algs)
{
    size_t row = 3;

    if (key->leaked)
        return "secret is on public lists of leaked secrets";
    if (key->info.family != JG_HMAC)
        return key->risk;
    /* Long enough for the smallest hash in use is long enough. */
    for (size_t i = 0; i < key->slot_count; i++) {
        const struct jg_alg *alg = key->slots[i].alg;
        size_t its_row = alg->signature_bytes / 16 - 2; /* 32, 48, 64 */

        if ((algs & jg_alg_bit(alg)) != 0 && its_row < row)
            row = its_row;
    }
    if (row < 3 && key->short_risks[row] != NULL)
        return key->short_risks[row];
    return key->risk;
}
