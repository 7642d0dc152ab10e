/* Public keys in PEM and DER: SPKI, PKCS#1, certificates, private keys. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "jose/key_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PEM_BLOCKS_MAX 16 /* looked through for one that holds a key */

typedef EVP_PKEY *(*reader)(const unsigned char **p, long len);

static EVP_PKEY *
read_spki(const unsigned char **p, long len)
{
    return d2i_PUBKEY(NULL, p, len);
}

static EVP_PKEY *
read_pkcs1(const unsigned char **p, long len)
{
    return d2i_PublicKey(EVP_PKEY_RSA, NULL, p, len);
}

static EVP_PKEY *
read_certificate(const unsigned char **p, long len)
{
    X509 *x509 = d2i_X509(NULL, p, len);
    EVP_PKEY *pkey = x509 != NULL ? X509_get_pubkey(x509) : NULL;

    X509_free(x509);
    return pkey;
}

static EVP_PKEY *
read_private(const unsigned char **p, long len)
{
    return d2i_AutoPrivateKey(NULL, p, len);
}

/* Every form, by its label in PEM; <der> forms are tried on bare DER. */
static const struct form {
    const char *label;
    reader read;
    bool der;
    bool private;
} forms[] = {
    {"PUBLIC KEY", read_spki, true, false},
    {"CERTIFICATE", read_certificate, true, false},
    {"X509 CERTIFICATE", read_certificate, false, false},
    {"RSA PUBLIC KEY", read_pkcs1, true, false},
    {"PRIVATE KEY", read_private, true, true},
    {"RSA PRIVATE KEY", read_private, false, true},
    {"EC PRIVATE KEY", read_private, false, true},
};

/* Text that people give for a key, and what to do about it. */
static const struct {
    const char *start;
    const char *what;
} near_misses[] = {
    {"ssh-", "an SSH key; convert it: ssh-keygen -e -m PKCS8 -f KEY.pub"},
    {"ecdsa-sha2-",
     "an SSH key; convert it: ssh-keygen -e -m PKCS8 -f KEY.pub"},
    {"---- BEGIN SSH2",
     "an SSH key; convert it: ssh-keygen -i -f KEY.pub, then to PKCS8"},
    {"{", "JSON that is no JWK"},
    {"MII", "base64 of DER; decode it, or put it between BEGIN and END lines"},
    {"http://", "a URL"},
    {"https://", "a URL"},
};

/* The key in exactly <der>, or NULL. */
static EVP_PKEY *
read_form(const struct form *form, struct jg_str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    EVP_PKEY *pkey = form->read(&p, (long)der.len);

    if (pkey != NULL && p != (const unsigned char *)der.p + der.len) {
        EVP_PKEY_free(pkey); /* bytes behind it: not what it seems */
        return NULL;
    }
    return pkey;
}

static enum jg_err
read_block(const char *label, const char *header, struct jg_str der,
           EVP_PKEY **out, bool *private, struct jg_key_fault *fault)
{
    EVP_PKEY *pkey = NULL;

    if (strcmp(label, "ENCRYPTED PRIVATE KEY") == 0 ||
        strstr(header, "ENCRYPTED") != NULL)
        return jg_key_fail(fault, JG_E_KEY,
                           "the PEM is an encrypted private "
                           "key; give the public key");
    for (size_t i = 0; i < COUNT(forms); i++) {
        if (strcmp(label, forms[i].label) != 0)
            continue;
        pkey = read_form(&forms[i], der);
        if (pkey == NULL)
            return jg_key_fail(fault, jg_crypto_error(JG_E_KEY),
                               "the PEM block %s cannot be read", label);
        *private = forms[i].private;
        *out = pkey;
        return JG_OK;
    }
    return jg_key_fail(fault, JG_E_KEY,
                       "the PEM block %s is no public key or certificate",
                       label);
}

/* The first block that is a key; "EC PARAMETERS" may stand before it. */
static enum jg_err
read_pem(struct jg_str bytes, EVP_PKEY **out, bool *private,
         struct jg_key_fault *fault)
{
    BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.len);
    enum jg_err err = JG_E_NOMEM;

    for (int i = 0; bio != NULL && i < PEM_BLOCKS_MAX; i++) {
        char *label = NULL, *header = NULL;
        unsigned char *der = NULL;
        long len = 0;
        bool skip = false;

        if (PEM_read_bio(bio, &label, &header, &der, &len) != 1) {
            err = jg_key_fail(fault, jg_crypto_error(JG_E_KEY),
                              "the PEM is damaged: a line, or its END, is "
                              "missing or not base64");
            break;
        }
        skip = strcmp(label, "EC PARAMETERS") == 0;
        if (!skip)
            err = read_block(label, header,
                             (struct jg_str){(const char *)der, (size_t)len},
                             out, private, fault);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, (size_t)len);
        if (!skip)
            break;
    }
    BIO_free(bio);
    return err;
}

/*
 * Do the first bytes announce one SEQUENCE of exactly this length? OpenSSL's
 * readers find that out too, but a hundred times slower, and a secret may well
 * start with 0x30: that is the digit 0.
 */
static bool
is_sequence(struct jg_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t header = 2, len;

    if (bytes.len < 2 || p[0] != 0x30)
        return false;
    len = p[1];
    if (len == 0x80)
        return true; /* of no stated length: let OpenSSL see */
    if (len > 0x80) {
        header += len & 0x7f;
        if (header > 5 || bytes.len < header)
            return false;
        len = 0;
        for (size_t i = 2; i < header; i++)
            len = len << 8 | p[i];
    }
    return bytes.len - header == len;
}

static enum jg_err
read_der(struct jg_str bytes, EVP_PKEY **out, bool *private)
{
    for (size_t i = 0; i < COUNT(forms); i++) {
        EVP_PKEY *pkey = NULL;

        if (forms[i].der)
            pkey = read_form(&forms[i], bytes);
        if (pkey != NULL) {
            *private = forms[i].private;
            *out = pkey;
            return JG_OK;
        }
    }
    return jg_crypto_error(JG_E_KEY);
}

/* Neither PEM nor DER: say what it looks like instead. */
static enum jg_err
miss(struct jg_str bytes, struct jg_key_fault *fault)
{
    struct jg_str text = jg_str_trim(bytes);

    for (size_t i = 0; i < COUNT(near_misses); i++)
        if (jg_str_starts(text, jg_str(near_misses[i].start)))
            return jg_key_fail(fault, JG_E_KEY,
                               "expected a public key in PEM or DER, found %s",
                               near_misses[i].what);
    return jg_key_fail(fault, JG_E_KEY,
                       "expected a public key in PEM or DER, found neither");
}

bool
jg_pem_seen(struct jg_str s)
{
    return jg_str_contains(s, JG_STR("-----BEGIN "));
}

enum jg_err
jg_pem_read(struct jg_str bytes, EVP_PKEY **out, bool *private,
            struct jg_key_fault *fault)
{
    enum jg_err err;

    ERR_clear_error();
    if (bytes.len == 0)
        return jg_key_fail(fault, JG_E_KEY, "the key is empty");
    if (bytes.len > JG_KEY_TEXT_MAX)
        return jg_key_fail(fault, JG_E_KEY,
                           "the key has %zu bytes, at most %d are taken",
                           bytes.len, JG_KEY_TEXT_MAX);
    if (jg_pem_seen(bytes) && jg_str_contains(bytes, JG_STR("\\n")))
        return jg_key_fail(fault, JG_E_KEY,
                           "the PEM has \\n written in two "
                           "characters instead of line ends");
    if (jg_pem_seen(bytes))
        return read_pem(bytes, out, private, fault);
    if (is_sequence(bytes)) {
        err = read_der(bytes, out, private);
        if (err != JG_E_KEY)
            return err;
    }
    return miss(bytes, fault);
}

/* <pkey> without its private half. */
static EVP_PKEY *
public_half(const EVP_PKEY *pkey)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    EVP_PKEY *half = NULL;
    int len = i2d_PUBKEY(pkey, &der);

    p = der;
    if (len > 0)
        half = d2i_PUBKEY(NULL, &p, len);
    OPENSSL_free(der);
    return half;
}

enum jg_err
jg_key_from_public(struct jg_str bytes, struct jg_key **out,
                   struct jg_key_fault *fault)
{
    struct jg_key_meta meta = {0};
    bool private = false;
    EVP_PKEY *pkey = NULL;
    EVP_PKEY *half;
    enum jg_err err = jg_pem_read(bytes, &pkey, &private, fault);

    if (err == JG_OK && private) {
        half = public_half(pkey);
        EVP_PKEY_free(pkey);
        pkey = half;
        if (half == NULL)
            err = jg_crypto_error(JG_E_CRYPTO);
        meta.risk = "a private key was given; only its public half is used "
                    "and needed";
    }
    if (err == JG_OK)
        err = jg_key_of_pkey(pkey, &meta, out, fault);
    if (err == JG_OK)
        jg_key_fail(fault, JG_OK, "%s", meta.risk != NULL ? meta.risk : "");
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return err;
}
