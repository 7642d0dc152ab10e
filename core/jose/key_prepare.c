/* What of a verification can be done once: contexts, digests, padded keys. */
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "jose/key_internal.h"

#define BLOCK_MAX 144 /* no digest of OpenSSL has longer blocks */

/* A digest that has already swallowed <block> with every byte xor <pad>. */
static EVP_MD_CTX *
padded(const EVP_MD *digest, const unsigned char *block, size_t len,
       unsigned char pad)
{
    unsigned char bytes[BLOCK_MAX];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    for (size_t i = 0; i < len; i++)
        bytes[i] = block[i] ^ pad;
    if (ctx != NULL && (EVP_DigestInit_ex2(ctx, digest, NULL) != 1 ||
                        EVP_DigestUpdate(ctx, bytes, len) != 1)) {
        EVP_MD_CTX_free(ctx);
        ctx = NULL;
    }
    jg_mem_wipe(bytes, sizeof(bytes));
    return ctx;
}

/*
 * HMAC is two digests whose first block never changes (RFC 2104 4). Copying
 * both takes half the time of duplicating an EVP_MAC_CTX.
 */
static bool
prepare_hmac(struct jg_key_slot *slot, struct jg_str secret)
{
    unsigned char block[BLOCK_MAX] = {0};
    size_t len = (size_t)EVP_MD_get_block_size(slot->digest);
    bool done = len <= sizeof(block);

    if (done && secret.len <= len)
        memcpy(block, secret.p, secret.len);
    else if (done)
        done = EVP_Digest(secret.p, secret.len, block, NULL, slot->digest,
                          NULL) == 1;
    if (done) {
        slot->start = padded(slot->digest, block, len, 0x36);
        slot->finish = padded(slot->digest, block, len, 0x5c);
    }
    jg_mem_wipe(block, sizeof(block));
    return slot->start != NULL && slot->finish != NULL;
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
             struct jg_str secret)
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
        done = prepare_hmac(slot, secret);
    else if (alg->digest != NULL)
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
    EVP_MD_CTX_free(slot->finish);
    EVP_MD_free(slot->digest);
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
        err = prepare_slot(slot, alg, key->pkey, secret);
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
