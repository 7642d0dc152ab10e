/* A public key in words: the same in every answer that shows one. */
#include "admin/admin_internal.h"
#include "jose/key.h"

/* RFC 7518 6.1, RFC 8037 2. */
static const char *
kty_of(const struct jg_key_info *info)
{
    static const char *const names[] = {
        [JG_HMAC] = "oct", [JG_RSA_PKCS1] = "RSA", [JG_RSA_PSS] = "RSA",
        [JG_ECDSA] = "EC", [JG_EDDSA] = "OKP",     [JG_MLDSA] = "AKP",
    };

    return (size_t)info->family < sizeof(names) / sizeof(names[0])
               ? names[info->family]
               : "";
}

void
jg_answer_key_facts(struct jg_buf *b, const struct jg_key *key)
{
    const struct jg_key_info *info = jg_key_info(key);

    jg_buf_add(b, JG_STR("\"kid\":"));
    jg_buf_add_quoted(b, info->kid);
    jg_buf_addf(b, ",\"alg\":\"%s\",\"kty\":\"%s\",\"use\":\"sig\",",
                info->alg != NULL ? info->alg->name : "", kty_of(info));
    jg_buf_addf(b, "\"crv\":\"%s\",\"bits\":%u,\"thumbprint\":",
                info->curve != NULL ? info->curve : "", info->bits);
    jg_buf_add_quoted(b, info->thumbprint);
}
