/* Keys that anybody can find: leaked secrets, and moduli that give way. */
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "jose/key_internal.h"
#include "jose/sign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The first 8 bytes of the SHA-256 of secrets out of tutorials, examples and
 * public lists of leaked ones: what guessing starts with. A longer list is put
 * beside it by the build (meson option leaked_secrets).
 */
static const uint64_t leaked_hashes[] = {
    0x00810cf8b94d6fcb, /* changeit */
    0x048af2438891a89a, /* your-secret-key */
    0x057ba03d6c441048, /* changeme */
    0x0917b13a9091915d, /* SECRET */
    0x0b14d501a594442a, /* password1 */
    0x1311f8fc80a7ea28, /* my-secret-key */
    0x15e2b0d3c33891eb, /* 123456789 */
    0x186ef76e9d6a723e, /* my-secret */
    0x1c8bfe8f801d7974, /* letmein */
    0x1f9233a121057dce, /* my_secret */
    0x2a97516c354b6884, /* demo */
    0x2afe16a6d630d94c, /* mysecretkey */
    0x2bb80d537b1da3e3, /* secret */
    0x2c26b46b68ffc68f, /* foo */
    0x2c70e12b7a0646f9, /* key */
    0x2cf24dba5fb0a30e, /* hello */
    0x37a8eec1ce19687d, /* default */
    0x3c469e9d6c5875d3, /* token */
    0x422b6cfd76dcf88d, /* keyboard cat */
    0x45c3523c41d3a547, /* 352d20ee67be67f6340b4c0605b044b7 */
    0x465d9ad5d5528ebe, /* a-string-secret-at-least-256-bits-long */
    0x4813494d137e1631, /* root */
    0x4ca7e2eaf98ed497, /* thisisasecret */
    0x50d858e0985ecc7f, /* example */
    0x53336a676c64c139, /* topsecret */
    0x5906f93b26ee8046, /* your_jwt_secret */
    0x5c0b62eb5fb3087a, /* super_secret */
    0x5e884898da280471, /* password */
    0x5eef83fe7cb71e2d, /* your-512-bit-secret */
    0x6523e58bc0eec42c, /* secret_key */
    0x652c7dc687d98c98, /* mysecret */
    0x65e84be33532fb78, /* qwerty */
    0x6ca13d52ca70c883, /* abc123 */
    0x730d7ccacc0854e2, /* your_secret */
    0x7e1943d9993dffd6, /* tyk123 */
    0x7e32a729b1226ed1, /* Secret */
    0x7e5c4b967f0ae743, /* shhhhhared-secret */
    0x85dbe15d75ef9308, /* secret-key */
    0x8c6976e5b5410415, /* admin */
    0x8d969eef6ecad3c2, /* 123456 */
    0x8f0e2f76e22b43e2, /* passw0rd */
    0x92e2b7f6ed28b457, /* shhhhh */
    0x94a4a66749030a69, /* AllYourBase */
    0x9f86d081884c7d65, /* test */
    0xa9ee59cf6f8bbd8b, /* your_secret_key */
    0xad165b11320bc915, /* secretkey */
    0xaec8084845b41a69, /* super-secret */
    0xb9d1d013f600ec1b, /* my secret */
    0xc16ffb94169a7be1, /* your-jwt-secret */
    0xc3ab8ff13720e8ad, /* foobar */
    0xc775e7b757ede630, /* 1234567890 */
    0xc7c020f82bf12050, /* astyk123 */
    0xcf80cd8aed482d5d, /* testing */
    0xdb6833593279d737, /* a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long
                         */
    0xdd8d38af8ca3b7e5, /* jwt-secret */
    0xdfd7dc439654f313, /* your-384-bit-secret */
    0xe706386a58190ee1, /* supersecretkey */
    0xe7cf3ef4f17c3999, /* Password */
    0xe88040e7d0052eeb, /* jwt_secret */
    0xeb045d78d2731073, /* undefined */
    0xecd71870d1963316, /* test123 */
    0xedc64c6523778961, /* this is a secret */
    0xef1ea5dd2b28d2c1, /* your-secret */
    0xef797c8118f02dfb, /* 12345678 */
    0xf44ef9e360834c4e, /* jwtsecret */
    0xf64fcdc5eed5fe40, /* JWT_SECRET */
    0xf75778f7425be4db, /* supersecret */
    0xf7d838701b86c5df, /* your-256-bit-secret */
    0xfc93cb07e1ad9289, /* jwt */
    0xfcf730b6d95236ec, /* secret123 */
};

/* The longer list in the same form, sorted; a single 0 without one. */
static const uint64_t leaked_list[] = {
#ifdef JG_LEAKED_LIST
#include "leaked_list.inc"
#else
    0,
#endif
};

static int
compare_hashes(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static bool
is_listed(uint64_t hash)
{
    for (size_t i = 0; i < COUNT(leaked_hashes); i++)
        if (leaked_hashes[i] == hash)
            return true;
    return bsearch(&hash, leaked_list, COUNT(leaked_list), sizeof(hash),
                   compare_hashes) != NULL;
}

enum jg_err
jg_secret_leaked(struct jg_str secret, bool *leaked)
{
    struct jg_str spellings[] = {secret, jg_str_trim(secret)};
    bool found = false;

    for (size_t s = 0; s < COUNT(spellings); s++) {
        unsigned char hash[32];
        uint64_t start = 0;
        enum jg_err err = jg_sha256(spellings[s], hash);

        if (err != JG_OK)
            return err;
        for (size_t i = 0; i < 8; i++)
            start = start << 8 | hash[i];
        found |= is_listed(start);
    }
    *leaked = found;
    return JG_OK;
}

/*
 * The faulty generator made primes k * M + (65537^a mod M), M the product of
 * small primes: so modulo each of them n is a power of 65537, which a random
 * modulus is for all of them once in 2^27 (Nemec and others, "The Return of
 * Coppersmith's Attack", 2017). These are the primes where it says most.
 */
static const unsigned char roca_primes[] = {
    11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};

/* Is <residue> a power of 65537 modulo <prime>? */
static bool
is_power(unsigned residue, unsigned prime)
{
    unsigned power = 1;

    do {
        if (power == residue)
            return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

enum jg_err
jg_rsa_is_roca(const EVP_PKEY *pkey, bool *roca)
{
    BIGNUM *n = NULL;
    bool marked = true;

    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1)
        return jg_crypto_error(JG_E_CRYPTO);
    for (size_t i = 0; i < COUNT(roca_primes) && marked; i++)
        marked =
            is_power((unsigned)BN_mod_word(n, roca_primes[i]), roca_primes[i]);
    BN_free(n);
    *roca = marked;
    return JG_OK;
}
