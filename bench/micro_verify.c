/*
 * What a verification costs over the raw call into OpenSSL in the same
 * process: for each algorithm jg_key_verify(), and a loop that keeps one
 * prepared EVP context, hashes and verifies the same bytes with it, and does
 * nothing else. Batches of both take turns; the fastest of each counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/b64.h"
#include "jose/export.h"
#include "jose/jws.h"

#define BATCH_NS 20000000u /* about so long, so that the clock is exact */
#define BATCHES 40
#define BATCHES_LONG 200 /* argument "long" */
#define CLAIMS_BYTES 450

static uint64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
must(bool ok, const char *what)
{
    if (ok)
        return;
    ERR_print_errors_fp(stderr);
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* One algorithm, its key in both forms, and one signed token. */
struct subject {
    const struct jg_alg *alg;
    struct jg_signer *signer;
    const struct jg_key *key;
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *ctx; /* RSA and ECDSA */
    EVP_MD_CTX *md;    /* EdDSA */
    const EVP_MD *digest;
    struct jg_buf token;
    struct jg_str message;
    struct jg_str signature;    /* JOSE's */
    unsigned char native[2048]; /* OpenSSL's */
    size_t native_len;
    unsigned char decoded[2048]; /* room of signature */
};

static EVP_PKEY *
public_half(const struct jg_key *key)
{
    struct jg_buf pem;
    EVP_PKEY *pkey;
    BIO *bio;

    jg_buf_init(&pem, 64 * 1024);
    must(jg_pem_write(key, &pem) == JG_OK, "export");
    bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    jg_buf_free(&pem);
    must(pkey != NULL, "PEM");
    return pkey;
}

/* r || s as OpenSSL wants it. */
static void
make_native(struct subject *s)
{
    const unsigned char *raw = (const unsigned char *)s->signature.p;
    int half = (int)s->signature.len / 2;
    unsigned char *out = s->native;
    ECDSA_SIG *sig;

    if (s->alg->family != JG_ECDSA) {
        memcpy(s->native, raw, s->signature.len);
        s->native_len = s->signature.len;
        return;
    }
    sig = ECDSA_SIG_new();
    ECDSA_SIG_set0(sig, BN_bin2bn(raw, half, NULL),
                   BN_bin2bn(raw + half, half, NULL));
    s->native_len = (size_t)i2d_ECDSA_SIG(sig, &out);
    ECDSA_SIG_free(sig);
}

static void
prepare_raw(struct subject *s)
{
    if (s->alg->digest == NULL) {
        s->md = EVP_MD_CTX_new();
        return;
    }
    s->digest = EVP_MD_fetch(NULL, s->alg->digest, NULL);
    s->ctx = EVP_PKEY_CTX_new(s->pkey, NULL);
    must(EVP_PKEY_verify_init(s->ctx) == 1, "init");
    if (s->alg->family == JG_RSA_PSS)
        must(EVP_PKEY_CTX_set_rsa_padding(s->ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(s->ctx,
                                                  RSA_PSS_SALTLEN_DIGEST) == 1,
             "PSS");
    must(EVP_PKEY_CTX_set_signature_md(s->ctx, s->digest) == 1, "digest");
}

static void
start(struct subject *s, const char *alg)
{
    char header[60], claims[CLAIMS_BYTES + 20];
    struct jg_jws jws;
    size_t len = 0;

    memset(s, 0, sizeof(*s));
    s->alg = jg_alg_find(jg_str(alg));
    must(jg_signer_generate(s->alg, JG_RSA_BITS_NEW_MIN, &s->signer, NULL) ==
             JG_OK,
         "generate");
    s->key = jg_signer_key(s->signer);
    s->pkey = public_half(s->key);
    snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", alg);
    memset(claims, 'x', sizeof(claims));
    memcpy(claims, "{\"sub\":\"", 8);
    memcpy(claims + CLAIMS_BYTES, "\"}", 3);
    jg_buf_init(&s->token, 64 * 1024);
    must(jg_sign(s->signer, s->alg, jg_str(header), jg_str(claims),
                 &s->token) == JG_OK,
         "sign");
    must(jg_jws_split(jg_buf_str(&s->token), &jws) == JG_OK &&
             jg_b64url_decode(jws.signature, s->decoded, &len) == JG_OK,
         "split");
    s->message = jws.signed_part;
    s->signature = (struct jg_str){(const char *)s->decoded, len};
    make_native(s);
    prepare_raw(s);
}

static void
end(struct subject *s)
{
    EVP_PKEY_CTX_free(s->ctx);
    EVP_MD_CTX_free(s->md);
    EVP_MD_free((EVP_MD *)(uintptr_t)s->digest);
    EVP_PKEY_free(s->pkey);
    jg_buf_free(&s->token);
    jg_signer_free(s->signer);
}

typedef void (*work)(struct subject *s);

static void
ours(struct subject *s)
{
    must(jg_key_verify(s->key, s->alg, s->message, s->signature) == JG_OK,
         "ours");
}

static void
raw(struct subject *s)
{
    const unsigned char *message = (const unsigned char *)s->message.p;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len;

    if (s->md != NULL) {
        must(EVP_DigestVerifyInit(s->md, NULL, NULL, NULL, s->pkey) == 1 &&
                 EVP_DigestVerify(s->md, s->native, s->native_len, message,
                                  s->message.len) == 1,
             "raw");
        EVP_MD_CTX_reset(s->md);
        return;
    }
    must(EVP_Digest(message, s->message.len, digest, &len, s->digest, NULL) ==
                 1 &&
             EVP_PKEY_verify(s->ctx, s->native, s->native_len, digest, len) ==
                 1,
         "raw");
}

static uint64_t
batch(work what, struct subject *s, unsigned rounds)
{
    uint64_t begin = now_ns();

    for (unsigned i = 0; i < rounds; i++)
        what(s);
    return now_ns() - begin;
}

static void
compare(const char *alg, unsigned batches)
{
    uint64_t best_ours = UINT64_MAX, best_raw = UINT64_MAX;
    struct subject s;
    unsigned rounds;

    start(&s, alg);
    ours(&s);
    rounds = (unsigned)(BATCH_NS / (batch(raw, &s, 20) / 20 + 1)) + 1;
    for (unsigned i = 0; i < batches; i++) {
        uint64_t a = batch(raw, &s, rounds), b = batch(ours, &s, rounds);

        best_raw = a < best_raw ? a : best_raw;
        best_ours = b < best_ours ? b : best_ours;
    }
    printf("%-7s raw %9.0f ns  ours %9.0f ns  ratio %.3f\n", alg,
           (double)best_raw / rounds, (double)best_ours / rounds,
           (double)best_ours / (double)best_raw);
    fflush(stdout);
    end(&s);
}

int
main(int argc, char **argv)
{
    static const char *const algs[] = {"RS256", "PS256",  "ES256", "ES384",
                                       "ES512", "ES256K", "EdDSA", "Ed448"};
    bool is_long = argc > 1 && strcmp(argv[1], "long") == 0;

    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
        compare(algs[i], is_long ? BATCHES_LONG : BATCHES);
    return 0;
}
