/* HMAC secrets: everything but what is really a public key. */
#include <openssl/err.h>

#include "jose/key_internal.h"

/* How a public key begins when somebody writes it down. */
static const struct {
    const char *start;
    const char *what;
} key_texts[] = {
    {"ssh-", "an SSH key"},
    {"ecdsa-sha2-", "an SSH key"},
    {"---- BEGIN SSH2", "an SSH key"},
};

/*
 * Is <text> a JSON object with "kty" or "keys"? One past our limits, or with
 * a name twice, counts too: another reader may see a key in it.
 */
static enum jg_err
look_for_jwk(struct jg_str text, const char **found)
{
    const struct jg_json *json = NULL;
    struct jg_arena a;
    enum jg_err err;

    if (text.len == 0 || text.p[0] != '{')
        return JG_OK;
    jg_arena_init(&a, 4096, 1024 * 1024);
    err = jg_json_parse(text, &jg_json_limits_conf, &a, &json, NULL);
    if (err == JG_E_JSON_DUPLICATE || err == JG_E_JSON_LIMIT ||
        jg_json_get(json, JG_STR("kty")) != NULL ||
        jg_json_get(json, JG_STR("keys")) != NULL)
        *found = "a JWK";
    jg_arena_free(&a);
    return err == JG_E_NOMEM ? err : JG_OK;
}

/* DER of a public or private key, or of a certificate. */
static enum jg_err
look_for_der(struct jg_str bytes, const char **found)
{
    EVP_PKEY *pkey = NULL;
    bool private;
    enum jg_err err;

    if (bytes.p[0] != 0x30) /* and not when it is a PEM: that is known */
        return JG_OK;
    err = jg_pem_read(bytes, &pkey, &private, NULL);
    if (err == JG_OK)
        *found = "a key in DER";
    EVP_PKEY_free(pkey);
    return err == JG_E_NOMEM ? err : JG_OK;
}

enum jg_err
jg_key_secret_check(struct jg_str secret, struct jg_key_fault *fault)
{
    struct jg_str text = jg_str_trim(secret);
    const char *found = NULL;
    enum jg_err err;

    /* Longer ones are refused for their length, without looking inside. */
    if (secret.len == 0 || secret.len > JG_KEY_SECRET_MAX)
        return JG_OK;
    for (size_t i = 0; i < sizeof(key_texts) / sizeof(key_texts[0]); i++)
        if (jg_str_starts(text, jg_str(key_texts[i].start)))
            found = key_texts[i].what;
    if (jg_pem_seen(secret))
        found = "a PEM";
    err = look_for_jwk(text, &found);
    if (err == JG_OK)
        err = look_for_der(secret, &found);
    if (err != JG_OK || found == NULL)
        return err;
    return jg_key_fail(fault, JG_E_KEY,
                       "expected an HMAC secret, found %s: whoever has it "
                       "could sign tokens",
                       found);
}

enum jg_err
jg_key_from_secret(struct jg_str secret, struct jg_key **out,
                   struct jg_key_fault *fault)
{
    struct jg_key_meta meta = {0};
    enum jg_err err = jg_key_secret_check(secret, fault);

    if (err == JG_OK)
        err = jg_key_of_secret(secret, &meta, out, fault);
    if (err == JG_OK)
        jg_key_fail(fault, JG_OK, "%s", "");
    ERR_clear_error();
    return err;
}
