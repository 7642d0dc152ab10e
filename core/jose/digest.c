/* Hashes and random bytes of OpenSSL, for callers that must not include it. */
#include <limits.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/hex.h"
#include "jose/sign.h"

enum jg_err
jg_random(void *out, size_t len)
{
    if (len > INT_MAX || RAND_bytes(out, (int)len) != 1) {
        ERR_clear_error();
        return JG_E_CRYPTO;
    }
    return JG_OK;
}

static enum jg_err
digest(struct jg_str s, const EVP_MD *md, unsigned char *out)
{
    if (EVP_Digest(s.p, s.len, out, NULL, md, NULL) == 1)
        return JG_OK;
    ERR_clear_error();
    return JG_E_CRYPTO;
}

enum jg_err
jg_sha256(struct jg_str s, unsigned char out[static 32])
{
    unsigned char hash[32];
    enum jg_err err = digest(s, EVP_sha256(), hash);

    if (err == JG_OK)
        memcpy(out, hash, sizeof(hash));
    return err;
}

enum jg_err
jg_sha256_hex(struct jg_str s, char out[static 65])
{
    unsigned char hash[32];
    enum jg_err err = digest(s, EVP_sha256(), hash);

    if (err == JG_OK)
        jg_hex_encode(hash, sizeof(hash), out);
    return err;
}

enum jg_err
jg_md5_hex(struct jg_str s, char out[static 33])
{
    unsigned char hash[16];
    enum jg_err err = digest(s, EVP_md5(), hash);

    if (err == JG_OK)
        jg_hex_encode(hash, sizeof(hash), out);
    return err;
}

const char *
jg_crypto_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}
