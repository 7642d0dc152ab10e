/*
 * The password of a user (reference 7.6, 9.2): hashed before it is stored,
 * blank when the session is shown.
 */
#include "admin/keys_internal.h"
#include "jose/password.h"

#include <stdio.h>

#define DATA "basic_auth_data"

/* Hashes of other gateways that may be taken over as they are. */
static const struct {
    const char *name;
    size_t digits; /* in hex; 0: bcrypt's form */
} hash_types[] = {
    {"bcrypt", 0}, {"sha256", 64}, {"murmur64", 16}, {"murmur128", 32}};

static bool
is_hex(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
              (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return true;
}

static bool
has_form(struct jg_str hash, struct jg_str type)
{
    size_t i = 0;

    if (type.len == 0)
        type = JG_STR("bcrypt");
    while (i < sizeof(hash_types) / sizeof(hash_types[0]) &&
           !jg_str_eq(type, jg_str(hash_types[i].name)))
        i++;
    if (i == sizeof(hash_types) / sizeof(hash_types[0]))
        return false;
    if (hash_types[i].digits == 0)
        return jg_password_is_bcrypt(hash);
    return hash.len == hash_types[i].digits && is_hex(hash);
}

/* {"password": <password>, "hash_type": <type>}: neither needs escapes. */
static enum jg_err
set_data(struct jg_admin_call *call, struct jg_key_draft *draft,
         struct jg_str password, struct jg_str type)
{
    char text[128];
    int len = snprintf(text, sizeof(text),
                       "{\"password\":\"%.*s\",\"hash_type\":\"%.*s\"}",
                       JG_STR_ARG(password), JG_STR_ARG(type));

    return jg_key_draft_set(call, draft, DATA,
                            (struct jg_str){text, (size_t)len});
}

static enum jg_err
hash(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    char text[JG_PASSWORD_HASH_BYTES + 1];
    enum jg_err err = jg_password_hash(draft->stored.basic_password,
                                       call->admin->random, text);

    if (err == JG_OK)
        err = set_data(call, draft, jg_str(text), JG_STR("bcrypt"));
    return err;
}

/* A hash is taken for one only where the call says so: every other text might
 * be somebody's password. */
static bool
take_hash(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    struct jg_str type = draft->stored.basic_hash_type;

    if (has_form(draft->stored.basic_password, type))
        return true;
    jg_answer_message(call, 400,
                      DATA ".password: with password_is_hash=true this is the "
                           "hash, and hash_type its kind: bcrypt (cost 4 to "
                           "14), sha256, murmur64 or murmur128 in lower case "
                           "hex digits");
    return false;
}

bool
jg_key_password_hash(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    enum jg_err err;

    draft->password = draft->stored.basic_password;
    if (draft->password.len == 0)
        return true;
    if (jg_str_eq(jg_admin_query(call, JG_STR("password_is_hash")),
                  JG_STR("true")))
        return take_hash(call, draft);
    err = hash(call, draft);
    if (err == JG_E_CONF_VALUE)
        jg_answer_message(call, 400,
                          DATA ".password: 1 to 72 bytes without a NUL, since "
                               "bcrypt sees no more");
    else if (err != JG_OK)
        jg_answer_err(call, err);
    return err == JG_OK;
}

/* As it stands in <old>. */
static enum jg_err
keep(struct jg_admin_call *call, struct jg_key_draft *draft,
     const struct jg_key_draft *old)
{
    struct jg_buf b;
    enum jg_err err;

    jg_buf_init(&b, jg_stored_session_limits.max_bytes);
    jg_json_write(&b, jg_json_get(old->json, JG_STR(DATA)), 0);
    err = b.failed ? JG_E_NOMEM
                   : jg_key_draft_set(call, draft, DATA, jg_buf_str(&b));
    jg_buf_free(&b);
    return err;
}

enum jg_err
jg_key_password_keep(struct jg_admin_call *call, struct jg_key_draft *draft,
                     const struct jg_key_draft *old)
{
    struct jg_str was = old->stored.basic_password;

    if (was.len == 0)
        return JG_OK;
    if (draft->password.len == 0 || jg_str_eq_secret(draft->password, was))
        return keep(call, draft, old);
    return JG_OK;
}
