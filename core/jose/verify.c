/* Does this signature fit this message and key? The hot path of the core. */
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "jose/key_internal.h"

/* r and s of the largest curve, P-521, as one DER sequence. */
#define COORD_MAX 66
#define DER_MAX (3 + 2 * (2 + 1 + COORD_MAX))

/* One result of the EVP verify functions: only 1 is a match. */
static enum jg_err
verdict(int result)
{
    return result == 1 ? JG_OK : jg_crypto_error(JG_E_SIGNATURE);
}

#define BLOCK_MAX 144  /* no digest of OpenSSL has longer blocks */
#define INNER_PAD 0x36 /* RFC 2104 2 */
#define OUTER_PAD 0x5c

/* Begin a digest with the secret, every byte of its block xor <pad>. */
static bool
begin_padded(const struct jg_key_slot *slot, unsigned char pad, EVP_MD_CTX *ctx)
{
    size_t len = (size_t)EVP_MD_get_block_size(slot->digest);
    unsigned char block[BLOCK_MAX];
    bool done = len <= sizeof(block);

    memset(block, pad, sizeof(block));
    for (size_t i = 0; done && i < slot->secret_len; i++)
        block[i] ^= slot->secret[i];
    done = done && EVP_DigestInit_ex2(ctx, slot->digest, NULL) == 1 &&
           EVP_DigestUpdate(ctx, block, len) == 1;
    jg_mem_wipe(block, sizeof(block));
    return done;
}

enum jg_err
jg_key_mac(const struct jg_key_slot *slot, struct jg_str message,
           unsigned char out[static EVP_MAX_MD_SIZE])
{
    enum jg_err err = JG_OK;
    unsigned len = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL)
        return JG_E_NOMEM;
    if (!begin_padded(slot, INNER_PAD, ctx) ||
        EVP_DigestUpdate(ctx, message.p, message.len) != 1 ||
        EVP_DigestFinal_ex(ctx, out, &len) != 1 ||
        !begin_padded(slot, OUTER_PAD, ctx) ||
        EVP_DigestUpdate(ctx, out, len) != 1 ||
        EVP_DigestFinal_ex(ctx, out, &len) != 1)
        err = jg_crypto_error(JG_E_CRYPTO);
    EVP_MD_CTX_free(ctx);
    return err;
}

static enum jg_err
verify_hmac(const struct jg_key_slot *slot, struct jg_str message,
            struct jg_str signature)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    enum jg_err err = jg_key_mac(slot, message, mac);

    if (err == JG_OK && CRYPTO_memcmp(mac, signature.p, signature.len) != 0)
        err = JG_E_SIGNATURE;
    /* The right signature of a forged message is a secret. */
    jg_mem_wipe(mac, sizeof(mac));
    return err;
}

static enum jg_err
verify_digest(const struct jg_key_slot *slot, struct jg_str message,
              struct jg_str signature)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    enum jg_err err;
    unsigned len = 0;
    EVP_PKEY_CTX *ctx;

    ERR_clear_error();
    if (EVP_Digest(message.p, message.len, digest, &len, slot->digest, NULL) !=
        1)
        return jg_crypto_error(JG_E_CRYPTO);
    ctx = EVP_PKEY_CTX_dup(slot->pkey);
    if (ctx == NULL)
        return jg_crypto_error(JG_E_NOMEM);
    err = verdict(EVP_PKEY_verify(ctx, (const unsigned char *)signature.p,
                                  signature.len, digest, len));
    EVP_PKEY_CTX_free(ctx);
    return err;
}

/*
 * Append one unsigned number of <len> big-endian bytes as a DER INTEGER.
 * Returns its end, or NULL for zero, which signs nothing (CVE-2022-21449).
 */
static unsigned char *
der_integer(unsigned char *out, const unsigned char *number, size_t len)
{
    while (len > 0 && *number == 0) {
        number++;
        len--;
    }
    if (len == 0)
        return NULL;
    *out++ = 0x02;
    if (*number >= 0x80) {
        *out++ = (unsigned char)(len + 1);
        *out++ = 0;
    } else {
        *out++ = (unsigned char)len;
    }
    memcpy(out, number, len);
    return out + len;
}

/* JOSE has r || s, OpenSSL wants SEQUENCE { r, s }. By hand: no allocation. */
static enum jg_err
verify_ecdsa(const struct jg_key_slot *slot, struct jg_str message,
             struct jg_str signature)
{
    const unsigned char *raw = (const unsigned char *)signature.p;
    size_t half = signature.len / 2;
    unsigned char der[DER_MAX];
    unsigned char *body = der + 3; /* room for the longest header */
    unsigned char *end = der_integer(body, raw, half);
    size_t len;

    if (end != NULL)
        end = der_integer(end, raw + half, half);
    if (end == NULL)
        return JG_E_SIGNATURE;

    len = (size_t)(end - body);
    *--body = (unsigned char)len;
    if (len >= 0x80)
        *--body = 0x81;
    *--body = 0x30;
    return verify_digest(
        slot, message,
        (struct jg_str){(const char *)body, (size_t)(end - body)});
}

static enum jg_err
verify_oneshot(const struct jg_key_slot *slot, struct jg_str message,
               struct jg_str signature)
{
    enum jg_err err;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL)
        return JG_E_NOMEM;
    ERR_clear_error();
    if (EVP_MD_CTX_copy_ex(ctx, slot->start) != 1)
        err = jg_crypto_error(JG_E_CRYPTO);
    else
        err = verdict(EVP_DigestVerify(
            ctx, (const unsigned char *)signature.p, signature.len,
            (const unsigned char *)message.p, message.len));
    EVP_MD_CTX_free(ctx);
    return err;
}

typedef enum jg_err (*verifier)(const struct jg_key_slot *slot,
                                struct jg_str message, struct jg_str signature);

/* By family; JG_UNSIGNED has none, and no key has a slot of it. */
static const verifier verifiers[] = {
    [JG_HMAC] = verify_hmac,      [JG_RSA_PKCS1] = verify_digest,
    [JG_RSA_PSS] = verify_digest, [JG_ECDSA] = verify_ecdsa,
    [JG_EDDSA] = verify_oneshot,  [JG_MLDSA] = verify_oneshot,
};

const struct jg_key_slot *
jg_key_slot(const struct jg_key *key, const struct jg_alg *alg)
{
    for (size_t i = 0; i < key->slot_count; i++)
        if (key->slots[i].alg == alg)
            return &key->slots[i];
    return NULL;
}

enum jg_err
jg_key_verify(const struct jg_key *key, const struct jg_alg *alg,
              struct jg_str message, struct jg_str signature)
{
    const struct jg_key_slot *slot = jg_key_slot(key, alg);
    enum jg_err err;

    if (slot == NULL)
        return JG_E_KEY_FIT;
    if (signature.len != slot->signature_bytes)
        return JG_E_SIGNATURE_SIZE;
    err = verifiers[alg->family](slot, message, signature);
    /* nginx reports whatever we leave there. A good HMAC leaves nothing, and
     * would pay a third of its time for making sure. */
    if (err != JG_OK || alg->family != JG_HMAC)
        ERR_clear_error();
    return err;
}
