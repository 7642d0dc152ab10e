/* "Basic dXNlcjpwYXNz": who says so, and by which password. */
#include "access/credentials.h"

#include "base/b64.h"

#define SCHEME JG_STR("Basic ")

bool
jg_credentials_are(struct jg_str value)
{
    return jg_str_starts_nocase(value, SCHEME);
}

enum jg_err
jg_credentials_read(struct jg_str value, struct jg_arena *a,
                    struct jg_credentials *out)
{
    struct jg_str text = jg_str_from(value, SCHEME.len), decoded;
    enum jg_err err;
    size_t colon;

    if (!jg_credentials_are(value) || jg_str_find(text, ' ') < text.len)
        return JG_E_BASIC_FORMAT;
    err = jg_b64_decode_arena(text, a, &decoded);
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_E_BASIC_ENCODING;
    colon = jg_str_find(decoded, ':');
    if (colon == decoded.len)
        return JG_E_BASIC_VALUES;
    out->user = jg_str_head(decoded, colon);
    out->password = jg_str_from(decoded, colon + 1);
    return JG_OK;
}
