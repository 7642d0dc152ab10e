/* Passwords: bcrypt by libcrypt, and the name of a right one in a cache. */
#include <crypt.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/arena.h"
#include "jose/password.h"

#define PREFIX "$2b$"
#define COST 10 /* Tyk's, and Go's default */
#define COST_LEAST 4
#define TEXT_MAX (JG_PASSWORD_HASH_BYTES + JG_PASSWORD_MAX)

const char jg_password_nobody[] =
    "$2b$10$7EqJtq98hPqEX7fNZaFWoOhi5d1zuYm4Nzdm1k8XnNDn0uYzIlvJC";

static bool
is_bcrypt_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '.' || c == '/';
}

/* "$2b$10$", 22 digits of salt, 31 of the hash. */
bool
jg_password_is_bcrypt(struct jg_str text)
{
    int cost;

    if (text.len != JG_PASSWORD_HASH_BYTES ||
        !jg_str_starts(text, JG_STR("$2")) || text.p[3] != '$' ||
        text.p[6] != '$' ||
        (text.p[2] != 'a' && text.p[2] != 'b' && text.p[2] != 'y'))
        return false;
    for (size_t i = 4; i < 6; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    for (size_t i = 7; i < text.len; i++)
        if (!is_bcrypt_digit(text.p[i]))
            return false;
    cost = (text.p[4] - '0') * 10 + (text.p[5] - '0');
    return cost >= COST_LEAST && cost <= JG_PASSWORD_COST_MAX;
}

bool
jg_password_is_possible(struct jg_str password)
{
    return password.len > 0 && password.len <= JG_PASSWORD_MAX &&
           memchr(password.p, '\0', password.len) == NULL;
}

/* libcrypt's own memory is too large for a stack, and holds the password. */
static enum jg_err
bcrypt(struct jg_str password, const char *setting,
       char out[static JG_PASSWORD_HASH_BYTES + 1])
{
    struct crypt_data *data = jg_mem_grow(NULL, sizeof(*data));
    char text[JG_PASSWORD_MAX + 1];
    const char *hash;
    enum jg_err err = JG_E_CRYPTO;

    if (data == NULL)
        return JG_E_NOMEM;
    memset(data, 0, sizeof(*data));
    memcpy(text, password.p, password.len);
    text[password.len] = '\0';
    hash = crypt_rn(text, setting, data, sizeof(*data));
    if (hash != NULL && strlen(hash) == JG_PASSWORD_HASH_BYTES) {
        memcpy(out, hash, JG_PASSWORD_HASH_BYTES + 1);
        err = JG_OK;
    }
    jg_mem_wipe(text, sizeof(text));
    jg_mem_wipe(data, sizeof(*data));
    jg_mem_free(data);
    return err;
}

enum jg_err
jg_password_matches(struct jg_str hash, struct jg_str password, bool *out)
{
    char setting[JG_PASSWORD_HASH_BYTES + 1];
    char computed[JG_PASSWORD_HASH_BYTES + 1];
    enum jg_err err;

    if (!jg_password_is_bcrypt(hash) || !jg_password_is_possible(password))
        return JG_E_CRYPTO;
    memcpy(setting, hash.p, hash.len);
    setting[hash.len] = '\0';
    err = bcrypt(password, setting, computed);
    if (err == JG_OK)
        *out = jg_str_eq_secret(jg_str(computed), hash);
    return err;
}

enum jg_err
jg_password_hash(struct jg_str password,
                 const unsigned char salt[static JG_PASSWORD_SALT_BYTES],
                 char out[static JG_PASSWORD_HASH_BYTES + 1])
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    if (!jg_password_is_possible(password) ||
        password.len > JG_PASSWORD_BCRYPT_MAX)
        return JG_E_CONF_VALUE;
    if (crypt_gensalt_rn(PREFIX, COST, (const char *)salt,
                         JG_PASSWORD_SALT_BYTES, setting,
                         sizeof(setting)) == NULL)
        return JG_E_CRYPTO;
    return bcrypt(password, setting, out);
}

/* The hash has no NUL in it, and so it is clear where the password begins. */
enum jg_err
jg_password_tag(const unsigned char key[static JG_PASSWORD_TAG_BYTES],
                struct jg_str hash, struct jg_str password,
                unsigned char out[static JG_PASSWORD_TAG_BYTES])
{
    unsigned char text[TEXT_MAX + 1], tag[EVP_MAX_MD_SIZE];
    size_t len = hash.len + 1 + password.len;
    unsigned tag_len = 0;
    bool done;

    if (hash.len > JG_PASSWORD_HASH_BYTES || password.len > JG_PASSWORD_MAX)
        return JG_E_CRYPTO;
    memcpy(text, hash.p, hash.len);
    text[hash.len] = '\0';
    memcpy(text + hash.len + 1, password.p, password.len);
    done = HMAC(EVP_sha256(), key, JG_PASSWORD_TAG_BYTES, text, len, tag,
                &tag_len) != NULL;
    jg_mem_wipe(text, sizeof(text));
    ERR_clear_error();
    if (!done || tag_len != JG_PASSWORD_TAG_BYTES)
        return JG_E_CRYPTO;
    memcpy(out, tag, JG_PASSWORD_TAG_BYTES);
    return JG_OK;
}
