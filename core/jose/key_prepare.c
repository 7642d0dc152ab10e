/* What of a verification can be done once: contexts, digests, long secrets. */
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "jose/key_internal.h"

/*
 * HMAC takes the digest of a secret that is longer than a block (RFC 2104 3).
 * The digests of the two padded blocks could be kept, too; but with them an API
 * takes 2 KiB more, and a verification is hardly faster.
 */
static enum jg_err
prepare_hmac(struct jg_key_slot *slot, struct jg_str secret, struct jg_arena *a)
{
    bool is_long = secret.len > (size_t)EVP_MD_get_block_size(slot->digest);
    size_t len = is_long ? (size_t)EVP_MD_get_size(slot->digest) : secret.len;

    slot->secret = jg_arena_alloc(a, len);
    if (slot->secret == NULL)
        return JG_E_NOMEM;
    slot->secret_len = len;
    if (!is_long)
        memcpy(slot->secret, secret.p, len);
    else if (EVP_Digest(secret.p, secret.len, slot->secret, NULL, slot->digest,
                        NULL) != 1)
        return jg_crypto_error(JG_E_CRYPTO);
    return JG_OK;
}

/* Hash and salt must fit into the modulus (RFC 8017 9.1.1), and the key of
 * an RSA-PSS certificate may forbid some digests. */
static bool
prepare_pss(EVP_PKEY_CTX *ctx, const EVP_MD *md, const EVP_PKEY *pkey)
{
    int size = EVP_MD_get_size(md);

    return EVP_PKEY_get_bits(pkey) - 1 >= 2 * 8 * size + 9 &&
           EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, size) == 1;
}

/* RSA and ECDSA verify a digest that we compute: cheaper to copy. */
static bool
prepare_digest(struct jg_key_slot *slot, EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    const EVP_MD *md = slot->digest;

    slot->pkey = ctx;
    if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
        return false;
    if (slot->alg->family == JG_RSA_PSS)
        return prepare_pss(ctx, md, pkey);
    if (slot->alg->family == JG_RSA_PKCS1 &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
        return false;
    return EVP_PKEY_CTX_set_signature_md(ctx, md) == 1;
}

static bool
prepare_oneshot(struct jg_key_slot *slot, EVP_PKEY *pkey)
{
    slot->start = EVP_MD_CTX_new();
    return slot->start != NULL &&
           EVP_DigestVerifyInit_ex(slot->start, NULL, NULL, NULL, NULL, pkey,
                                   NULL) == 1;
}

static enum jg_err
prepare_slot(struct jg_key_slot *slot, const struct jg_alg *alg, EVP_PKEY *pkey,
             struct jg_str secret, struct jg_arena *a)
{
    bool done;

    slot->alg = alg;
    slot->signature_bytes = alg->signature_bytes;
    if (slot->signature_bytes == 0)
        slot->signature_bytes = (size_t)EVP_PKEY_get_size(pkey);
    if (alg->digest != NULL) {
        slot->digest = EVP_MD_fetch(NULL, alg->digest, NULL);
        if (slot->digest == NULL)
            return jg_crypto_error(JG_E_CRYPTO);
    }
    if (alg->family == JG_HMAC)
        return prepare_hmac(slot, secret, a);
    if (alg->digest != NULL)
        done = prepare_digest(slot, pkey);
    else
        done = prepare_oneshot(slot, pkey);
    return done ? JG_OK : jg_crypto_error(JG_E_CRYPTO);
}

static void
unprepare_slot(struct jg_key_slot *slot)
{
    EVP_PKEY_CTX_free(slot->pkey);
    EVP_MD_CTX_free(slot->start);
    EVP_MD_free(slot->digest);
    jg_mem_wipe(slot->secret, slot->secret_len);
    memset(slot, 0, sizeof(*slot));
}

enum jg_err
jg_key_prepare(struct jg_key *key, struct jg_str secret)
{
    const struct jg_alg *alg;
    size_t n = (size_t)__builtin_popcount(key->algs);

    key->slots = jg_arena_array(&key->arena, n, sizeof(*key->slots));
    if (key->slots == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
        struct jg_key_slot *slot = &key->slots[key->slot_count];
        enum jg_err err;

        if ((key->algs & jg_alg_bit(alg)) == 0)
            continue;
        err = prepare_slot(slot, alg, key->pkey, secret, &key->arena);
        if (err == JG_OK) {
            key->slot_count++;
            continue;
        }
        unprepare_slot(slot);
        if (err != JG_E_CRYPTO || alg->family != JG_RSA_PSS)
            return err;
        key->algs &= ~jg_alg_bit(alg);
    }
    return JG_OK;
}

void
jg_key_unprepare(struct jg_key *key)
{
    for (size_t i = 0; i < key->slot_count; i++)
        unprepare_slot(&key->slots[i]);
    key->slot_count = 0;
}
