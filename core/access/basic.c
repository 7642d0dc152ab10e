/*
 * Basic authentication: is it a user, and the right password? (reference 7.6)
 * Whoever is no user takes as long as a wrong password does, and gets the same
 * answer: only the journal and explain know the difference.
 */
#include "access/credentials.h"
#include "access/passwords.h"
#include "access/step.h"
#include "model/key_name.h"

#define PLAINTEXT "plaintext" /* the password itself is stored */

/* Values of hash_type beside bcrypt. murmur32 is not among them: with Tyk's, a
 * password is as good as another with up to three other letters at its end. */
static const char *const quick[] = {"sha256", "murmur64", "murmur128",
                                    PLAINTEXT};

static bool
is_quick(struct jg_str hash_type)
{
    for (size_t i = 0; i < sizeof(quick) / sizeof(quick[0]); i++)
        if (jg_str_eq(hash_type, jg_str(quick[i])))
            return true;
    return false;
}

/* From now on whatever the password is, it is a wrong one. */
static void
nobody(struct jg_decision *d, enum jg_err reason)
{
    d->basic.hash = jg_str(jg_password_nobody);
    d->basic.refusal = reason;
}

/* A hash that a worker computes by itself; the time of a wrong password is
 * spent nevertheless. */
static enum jg_err
compare(struct jg_decision *d, struct jg_str hash_type, struct jg_str stored,
        struct jg_str password)
{
    char digits[JG_KEY_HASH_MAX + 1];
    struct jg_str computed = password;
    enum jg_err err = JG_OK;

    if (!jg_str_eq(hash_type, JG_STR(PLAINTEXT))) {
        err = jg_key_hash_by(hash_type, password, digits);
        computed = jg_str(digits);
    }
    if (err != JG_OK)
        return err;
    jg_trace_seen(d, "a user, whose password is kept as %.*s",
                  JG_STR_ARG(hash_type));
    d->basic.right = jg_str_eq_secret(computed, stored);
    if (!d->basic.right)
        nobody(d, JG_E_BASIC_PASSWORD);
    return JG_OK;
}

static enum jg_err
take_user(struct jg_decision *d, struct jg_str password)
{
    const struct jg_stored_session *session = d->stored.session;

    if (session->basic_password.len == 0) {
        jg_trace_seen(d, "a stored key without basic_auth_data");
        nobody(d, JG_E_BASIC_USER);
        return JG_OK;
    }
    if (is_quick(session->basic_hash_type))
        return compare(d, session->basic_hash_type, session->basic_password,
                       password);
    if (!jg_password_is_bcrypt(session->basic_password)) {
        jg_trace_seen(d,
                      "a user, whose basic_auth_data.password is no bcrypt "
                      "hash with a cost of 4 to %d",
                      JG_PASSWORD_COST_MAX);
        nobody(d, JG_E_BASIC_PASSWORD);
        return JG_OK;
    }
    jg_trace_seen(d, "a user");
    d->basic.hash = session->basic_password;
    return JG_OK;
}

/* What the password will be compared with: d->basic.hash, or is it right? */
static enum jg_err
find_user(struct jg_decision *d, const struct jg_credentials *who)
{
    enum jg_err err = jg_stored_find_user(d, who->user);

    if (err == JG_OK)
        return take_user(d, who->password);
    if (err != JG_E_NOT_FOUND && err != JG_E_AUTH_TOKEN_SESSION)
        return err;
    jg_trace_seen(d, "a user name of %zu bytes that is not stored",
                  who->user.len);
    jg_trace_expected(d,
                      "a key of organisation \"%.*s\" with this name and "
                      "basic_auth_data",
                      JG_STR_ARG(d->api->def.org_id));
    nobody(d, JG_E_BASIC_USER);
    return JG_OK;
}

/* "HASH PASSWORD": a hash has no space. */
static enum jg_err
want(struct jg_decision *d, struct jg_str password)
{
    struct jg_str name = jg_arena_join(
        d->arena, (const struct jg_str[]){d->basic.hash, JG_STR(" "), password},
        3);

    if (name.p == NULL)
        return JG_E_NOMEM;
    d->basic.asked = d->basic.hash;
    d->password = JG_PASSWORD_UNKNOWN;
    d->want = (struct jg_want){.kind = JG_WANT_PASSWORD, .name = name};
    return JG_OK;
}

/* Answered, or computed here by those who have the time. */
static enum jg_err
look_at_password(struct jg_decision *d, struct jg_str password)
{
    bool answered = jg_str_eq(d->basic.asked, d->basic.hash);

    switch (answered ? d->password : JG_PASSWORD_UNKNOWN) {
    case JG_PASSWORD_UNKNOWN:
        break;
    case JG_PASSWORD_RIGHT:
        d->basic.right = true;
        return JG_OK;
    case JG_PASSWORD_WRONG:
        return JG_OK;
    case JG_PASSWORD_FAILED:
        return JG_E_BROKER;
    }
    if (d->with.is_question)
        return jg_password_matches(d->basic.hash, password, &d->basic.right);
    return want(d, password);
}

static int64_t
cache_ttl_s(const struct jg_api *api)
{
    const struct jg_api_basic *basic = api->def.basic;

    if (basic != NULL && basic->disable_caching)
        return 0;
    return basic != NULL && basic->cache_ttl_s > 0 ? basic->cache_ttl_s
                                                   : JG_BASIC_CACHE_TTL_S;
}

/* By way of the cache. */
static enum jg_err
check_password(struct jg_decision *d, struct jg_str password)
{
    int64_t now_s = d->with.now_s, ttl_s = cache_ttl_s(d->api);
    unsigned char tag[JG_PASSWORD_TAG_BYTES];
    bool cached = d->with.passwords != NULL && ttl_s > 0;
    enum jg_err err = JG_OK;

    if (cached)
        err = jg_passwords_tag(d->with.passwords, d->basic.hash, password, tag);
    if (err != JG_OK)
        return err;
    if (cached && jg_passwords_know(d->with.passwords, tag, now_s)) {
        jg_trace_seen(d, "a user, whose password was right a short while ago");
        d->basic.right = true;
        return JG_OK;
    }
    err = look_at_password(d, password);
    if (err != JG_OK || d->want.kind != JG_WANT_NOTHING)
        return err;
    if (cached && d->basic.right && d->basic.refusal == JG_OK)
        jg_passwords_keep(d->with.passwords, tag, now_s, now_s + ttl_s);
    return JG_OK;
}

/* The one text for all who did not pass. */
static enum jg_err
refusal_of(struct jg_decision *d)
{
    if (d->basic.refusal == JG_E_BASIC_USER)
        return d->basic.refusal;
    jg_trace_expected(d, "this user's password");
    return JG_E_BASIC_PASSWORD;
}

/* Policies that do not apply make a key unknown, as in Tyk. */
static enum jg_err
admit(struct jg_decision *d)
{
    struct jg_session session;
    enum jg_err err = jg_revocation_of_key(d, d->stored.key);

    if (err == JG_OK)
        err = jg_stored_session(d, &session);
    if (err == JG_E_AUTH_TOKEN_POLICIES || err == JG_E_AUTH_TOKEN_ORG)
        return JG_E_BASIC_POLICIES;
    if (err != JG_OK)
        return err;
    d->session = session;
    return jg_session_keep(d, JG_METHOD_BASIC);
}

enum jg_err
jg_step_basic(struct jg_decision *d)
{
    struct jg_credentials who;
    struct jg_str value;
    enum jg_err err = jg_credentials_find(d, jg_api_basic_source(&d->api->def),
                                          JG_E_BASIC_MISSING, &value);

    if (err == JG_OK)
        err = jg_credentials_read(value, d->arena, &who);
    if (err != JG_OK)
        return err;
    if (!jg_password_is_possible(who.password)) {
        jg_trace_seen(d, "a password of %zu bytes, or with a NUL in it",
                      who.password.len);
        jg_trace_expected(d, "1 to %d bytes", JG_PASSWORD_MAX);
        return JG_E_BASIC_PASSWORD;
    }
    if (d->basic.hash.p == NULL && !d->basic.right)
        err = find_user(d, &who);
    if (err == JG_OK && !d->basic.right)
        err = check_password(d, who.password);
    if (err != JG_OK || d->want.kind != JG_WANT_NOTHING)
        return err;
    if (!d->basic.right || d->basic.refusal != JG_OK)
        return refusal_of(d);
    return admit(d);
}
