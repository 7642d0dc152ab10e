/* basic.c, credentials.c: users and passwords. */
#include "stored_check.h"

#include "access/credentials.h"
#include "base/b64.h"

/* "secret" at cost 4, as Go's bcrypt writes it. */
#define SECRET_HASH \
    "$2a$04$....................../dCAsp4PpJoDgv6BeaLP6BKrXlBV1oi"
#define USER(data, more)                                                     \
    "{\"org_id\":\"default\",\"access_rights\":{\"a\":{},\"jwt\":{},"        \
    "\"keys\":{},\"or\":{},\"base\":{}},\"basic_auth_data\":{" data "}" more \
    "}"
#define API(id, more)                                                        \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"name\":\"The \\\"" id "\\\" API\","    \
            "\"org_id\":\"default\",\"active\":true,\"use_basic_auth\":true" \
            ",\"proxy\":{\"listen_path\":\"/" id "/\",\"target_url\":"       \
            "\"http://127.0.0.1:8000\"}" more "}"                            \
    }
#define X_USER ",\"auth_configs\":{\"basic\":{\"auth_header_name\":\"X-User\"}"

static const struct doc apis[] = {
    API("a", ""),
    API("keys", ",\"use_standard_auth\":true" X_USER "}"),
    API("base", ",\"use_standard_auth\":true,\"base_identity_provided_by\":"
                "\"basic_auth_user\"" X_USER "}"),
    API("uncached", ",\"basic_auth\":{\"disable_caching\":true}"),
    KEY_API("token", ""),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"a\":{}}"),
};

struct how {
    struct jg_passwords *passwords;
    bool is_question;
    enum jg_password_answer answer; /* to what is wanted; UNKNOWN: the truth */
    unsigned wants;                 /* how often */
    char wanted[512];
};

static void
answer_want(struct jg_decision *d, struct how *how)
{
    struct jg_str hash = jg_str_head(d->want.name, JG_PASSWORD_HASH_BYTES);
    struct jg_str password =
        jg_str_from(d->want.name, JG_PASSWORD_HASH_BYTES + 1);
    bool right = false;

    assert_int_equal(d->want.kind, JG_WANT_PASSWORD);
    copy_text(how->wanted, sizeof(how->wanted), d->want.name);
    how->wants++;
    assert_err(jg_password_matches(hash, password, &right), JG_OK);
    d->password = how->answer != JG_PASSWORD_UNKNOWN ? how->answer
                  : right                            ? JG_PASSWORD_RIGHT
                                                     : JG_PASSWORD_WRONG;
}

/* As ask(), with what passwords need. "%T" is <user> in base64. */
static void
ask_user(struct world *w, const char *target, const char *lines,
         const char *user, struct how *how, struct answer *out)
{
    static struct client c;
    static struct jg_trace trace;
    char text[512];
    size_t len = jg_b64_encode(jg_str(user), text);
    struct jg_decision d;
    struct jg_arena a;

    make_request(&c, target, lines, (struct jg_str){text, len});
    start_decision(&d, w->snapshot, &c, &a);
    d.with.store = w->store;
    d.with.passwords = how->passwords;
    d.with.is_question = how->is_question;
    d.trace = &trace;
    how->wants = 0;
    while (jg_decide(&d) == JG_WANT && how->wants < 4)
        answer_want(&d, how);
    note_answer(w, &d, out);
    end_decision(&d);
    end_request(&c);
}

static struct world *
open_world(void)
{
    static struct world w;

    world_open(&w, "{}", apis, LEN(apis), policies, LEN(policies));
    store_key(&w, "defaultalice",
              USER("\"password\":\"" SECRET_HASH "\",\"hash_type\":\"bcrypt\"",
                   ",\"meta_data\":{\"x\":\"y\"}"));
    store_key(&w, "defaultlegacy",
              USER("\"password\":\"" SECRET_HASH "\"", ""));
    store_key(&w, "defaultplain",
              USER("\"password\":\"secret\",\"hash_type\":\"plaintext\"", ""));
    store_key(&w, "defaultsha",
              USER("\"password\":\"2bb80d537b1da3e38bd30361aa855686bde0eacd7162"
                   "fef6a25fe97bf527a25b\",\"hash_type\":\"sha256\"",
                   ""));
    store_key(&w, "defaultmurmur",
              USER("\"password\":\"b9e81b9a9b3e2f0f\",\"hash_type\":"
                   "\"murmur64\"",
                   ""));
    store_key(&w, "defaultmurmur32",
              USER("\"password\":\"00000000\",\"hash_type\":\"murmur32\"", ""));
    store_key(&w, "defaultnohash", USER("\"password\":\"secret\"", ""));
    store_key(&w, "defaultnodata",
              "{\"org_id\":\"default\",\"access_rights\":{\"a\":{},\"keys\":{},"
              "\"base\":{}}}");
    store_key(&w, "defaultgone",
              "{\"org_id\":\"default\",\"apply_policies\":[\"gone\"],"
              "\"basic_auth_data\":{\"password\":\"" SECRET_HASH "\"}}");
    store_key(
        &w, "defaultexpired",
        USER("\"password\":\"" SECRET_HASH "\"", ",\"expires\":1700000000"));
    store_key(&w, "defaultelsewhere",
              "{\"org_id\":\"default\",\"access_rights\":{\"b\":{}},"
              "\"basic_auth_data\":{\"password\":\"" SECRET_HASH "\"}}");
    return &w;
}

#define FORM "Attempted access with malformed header, "
#define REALM "Basic realm=\"The \\\"a\\\" API\""

static void
answers_are_tyks(void **state)
{
    static const struct {
        const char *lines, *user;
        enum jg_err reason;
        int status;
        const char *text, *authenticate;
    } rows[] = {
        {"Authorization: Basic %T", "alice:secret", JG_OK, 200, "", ""},
        {"Authorization: bASIC %T", "alice:secret", JG_OK, 200, "", ""},
        {"Authorization: Basic %T", "legacy:secret", JG_OK, 200, "", ""},
        {"Authorization: Basic %T", "defaultalice:secret", JG_OK, 200, "", ""},
        {"Authorization: Basic %T", "plain:secret", JG_OK, 200, "", ""},
        {"Authorization: Basic %T", "sha:secret", JG_OK, 200, "", ""},
        {"X: y", "", JG_E_BASIC_MISSING, 401, "Authorization field missing",
         REALM},
        {"Authorization: ", "", JG_E_BASIC_MISSING, 401,
         "Authorization field missing", REALM},
        {"Authorization: Basic %T", "alice:secreT", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "alice:", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "alicf:secret", JG_E_BASIC_USER, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "al:secret", JG_E_BASIC_USER, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", ":secret", JG_E_BASIC_USER, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "nodata:secret", JG_E_BASIC_USER, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "nohash:secret", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "murmur32:secret", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "sha:wrong", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "plain:wrong", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "gone:secret", JG_E_BASIC_POLICIES, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "gone:wrong", JG_E_BASIC_PASSWORD, 401,
         "User not authorised", REALM},
        {"Authorization: Basic %T", "expired:secret", JG_E_KEY_EXPIRED, 401,
         "Key has expired, please renew", "Bearer error=\"invalid_token\""},
        {"Authorization: Basic %T", "elsewhere:secret", JG_E_ACCESS, 403,
         "Access to this API has been disallowed",
         "Bearer error=\"insufficient_scope\""},
        /* Malformed. */
        {"Authorization: alice:secret", "", JG_E_BASIC_FORMAT, 400,
         FORM "header not in basic auth format", ""},
        {"Authorization: Basic", "", JG_E_BASIC_FORMAT, 400,
         FORM "header not in basic auth format", ""},
        {"Authorization: Basic  %T", "alice:secret", JG_E_BASIC_FORMAT, 400,
         FORM "header not in basic auth format", ""},
        {"Authorization: Basic %T x", "alice:secret", JG_E_BASIC_FORMAT, 400,
         FORM "header not in basic auth format", ""},
        {"Authorization: Bearer %T", "alice:secret", JG_E_BASIC_FORMAT, 400,
         FORM "header not in basic auth format", ""},
        {"Authorization: Basic YWxpY2U6c2VjcmV", "", JG_E_BASIC_ENCODING, 400,
         FORM "auth data not encoded correctly", ""},
        {"Authorization: Basic alice:secret", "", JG_E_BASIC_ENCODING, 400,
         FORM "auth data not encoded correctly", ""},
        {"Authorization: Basic %T", "alice", JG_E_BASIC_VALUES, 400,
         FORM "values not in basic auth format", ""},
        {"Authorization: Basic %T\nAuthorization: Basic eDp5", "alice:secret",
         JG_E_TOKEN_TWICE, 400, "Authorization field duplicated",
         "Bearer error=\"invalid_request\""},
    };
    struct world *w = open_world();

    (void)state;
    for (size_t i = 0; i < 2 * LEN(rows); i++) {
        size_t k = i / 2;
        struct how how = {.is_question = i % 2 == 0};
        struct answer answer;

        ask_user(w, "/a/", rows[k].lines, rows[k].user, &how, &answer);
        if (answer.reason != rows[k].reason)
            print_error("row \"%s\" \"%s\"\n", rows[k].lines, rows[k].user);
        assert_err(answer.reason, rows[k].reason);
        assert_int_equal(answer.status, rows[k].status);
        assert_string_equal(answer.text, rows[k].text);
        assert_string_equal(answer.authenticate, rows[k].authenticate);
        assert_null(strstr(answer.seen, "alice"));
        assert_null(strstr(answer.seen, "secret"));
    }
    world_close(w);
}

/* Whoever is refused has cost one bcrypt, whether he exists or not. */
static void
every_wrong_one_costs_the_same(void **state)
{
    static const char *const users[] = {
        "alice:wrong",    "alicf:wrong", "al:wrong",        ":wrong",
        "sha:wrong",      "plain:wrong", "nohash:wrong",    "nodata:wrong",
        "murmur32:wrong", "gone:wrong",  "nobody:password",
    };
    struct world *w = open_world();

    (void)state;
    for (size_t i = 0; i < LEN(users); i++) {
        struct how how = {.is_question = false};
        struct answer answer;

        ask_user(w, "/a/", "Authorization: Basic %T", users[i], &how, &answer);
        assert_int_equal(answer.status, 401);
        assert_string_equal(answer.text, "User not authorised");
        assert_int_equal(how.wants, 1);
        assert_true(
            jg_str_ends(jg_str(how.wanted), jg_str(strchr(users[i], ':') + 1)));
    }
    world_close(w);
}

/* Nobody gets in by the hash of nobody, whatever is answered about it. */
static void
an_answer_about_nobody_lets_nobody_in(void **state)
{
    static const char *const users[] = {"alicf:x", "sha:x", "nohash:secret",
                                        "nodata:secret", "murmur32:x"};
    struct world *w = open_world();
    struct jg_passwords *passwords;

    (void)state;
    assert_err(jg_passwords_new(&passwords), JG_OK);
    for (size_t i = 0; i < 2 * LEN(users); i++) {
        struct how how = {.passwords = passwords, .answer = JG_PASSWORD_RIGHT};
        struct answer answer;

        ask_user(w, "/a/", "Authorization: Basic %T", users[i / 2], &how,
                 &answer);
        assert_int_equal(answer.status, 401);
        assert_int_equal(how.wants, 1); /* and nothing was kept */
    }
    jg_passwords_free(passwords);
    world_close(w);
}

static void
without_an_answer_nobody_gets_in(void **state)
{
    struct world *w = open_world();
    struct how how = {.answer = JG_PASSWORD_FAILED};
    struct answer answer;

    (void)state;
    ask_user(w, "/a/", "Authorization: Basic %T", "alice:secret", &how,
             &answer);
    assert_err(answer.reason, JG_E_BROKER);
    assert_int_equal(answer.status, 503);
    world_close(w);
}

static void
right_ones_are_remembered_until_they_change(void **state)
{
    struct world *w = open_world();
    struct jg_passwords *passwords;
    struct how how;
    struct answer answer;

    (void)state;
    assert_err(jg_passwords_new(&passwords), JG_OK);
    how = (struct how){.passwords = passwords};
    for (unsigned i = 0; i < 3; i++) {
        ask_user(w, "/a/", "Authorization: Basic %T", "alice:secret", &how,
                 &answer);
        assert_err(answer.reason, JG_OK);
        assert_int_equal(how.wants, i == 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        ask_user(w, "/a/", "Authorization: Basic %T", "alice:wrong", &how,
                 &answer);
        assert_err(answer.reason, JG_E_BASIC_PASSWORD);
        assert_int_equal(how.wants, 1);
    }
    store_key(
        w, "defaultalice",
        USER("\"password\":\"" SECRET_HASH "\"", ",\"is_inactive\":true"));
    ask_user(w, "/a/", "Authorization: Basic %T", "alice:secret", &how,
             &answer);
    assert_err(answer.reason, JG_E_KEY_INACTIVE);
    store_key(w, "defaultalice",
              USER("\"password\":\""
                   "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyu"
                   "RGyh0XouQYb4YMJKvyOeW\"",
                   ""));
    ask_user(w, "/a/", "Authorization: Basic %T", "alice:secret", &how,
             &answer);
    assert_err(answer.reason, JG_E_BASIC_PASSWORD);
    ask_user(w, "/a/", "Authorization: Basic %T", "alice:U*U", &how, &answer);
    assert_err(answer.reason, JG_OK);
    drop_key(w, "defaultalice");
    ask_user(w, "/a/", "Authorization: Basic %T", "alice:U*U", &how, &answer);
    assert_err(answer.reason, JG_E_BASIC_USER);
    jg_passwords_free(passwords);
    world_close(w);
}

static void
an_api_may_ask_anew_each_time(void **state)
{
    struct world *w = open_world();
    struct jg_passwords *passwords;
    struct how how;
    struct answer answer;

    (void)state;
    store_key(w, "defaultbob",
              "{\"org_id\":\"default\",\"access_rights\":{\"uncached\":{}},"
              "\"basic_auth_data\":{\"password\":\"" SECRET_HASH "\"}}");
    assert_err(jg_passwords_new(&passwords), JG_OK);
    how = (struct how){.passwords = passwords};
    for (unsigned i = 0; i < 2; i++) {
        ask_user(w, "/uncached/", "Authorization: Basic %T", "bob:secret", &how,
                 &answer);
        assert_err(answer.reason, JG_OK);
        assert_int_equal(how.wants, 1);
    }
    jg_passwords_free(passwords);
    world_close(w);
}

/* User and password, and a key beside them. */
static void
of_two_methods_both_are_passed(void **state)
{
    static const struct {
        const char *target, *lines;
        enum jg_err reason;
        const char *id;
    } rows[] = {
        {"/keys/", "X-User: Basic %T\nAuthorization: nodata", JG_OK,
         "defaultnodata"},
        {"/base/", "X-User: Basic %T\nAuthorization: nodata", JG_OK,
         "defaultalice"},
        {"/keys/", "Authorization: nodata", JG_E_BASIC_MISSING, ""},
        {"/keys/", "X-User: Basic %T", JG_E_AUTH_TOKEN_MISSING, NULL},
        {"/keys/", "X-User: Basic %T\nAuthorization: nodatb", JG_E_AUTH_TOKEN,
         NULL},
        /* The name of a user is known to many, and no key. */
        {"/keys/", "X-User: Basic %T\nAuthorization: alice", JG_E_AUTH_TOKEN,
         NULL},
        {"/token/", "Authorization: alice", JG_E_AUTH_TOKEN, NULL},
        {"/token/", "Authorization: defaultalice", JG_E_AUTH_TOKEN, NULL},
    };
    struct world *w = open_world();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct how how = {.is_question = true};
        struct answer answer;

        ask_user(w, rows[i].target, rows[i].lines, "alice:secret", &how,
                 &answer);
        if (answer.reason != rows[i].reason)
            print_error("row \"%s\" \"%s\"\n", rows[i].target, rows[i].lines);
        assert_err(answer.reason, rows[i].reason);
        if (rows[i].id != NULL)
            assert_string_equal(answer.id, rows[i].id);
    }
    world_close(w);
}

static void
colons_belong_to_the_password(void **state)
{
    static const struct {
        const char *value, *user, *password;
    } rows[] = {
        {"Basic YTpiOmM=", "a", "b:c"},
        {"basic Og==", "", ""},
        {"Basic YTo=", "a", ""},
        {"Basic OmI=", "", "b"},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 4096);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_credentials who;

        assert_err(jg_credentials_read(jg_str(rows[i].value), &a, &who), JG_OK);
        assert_str(who.user, rows[i].user);
        assert_str(who.password, rows[i].password);
    }
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_tyks),
        cmocka_unit_test(every_wrong_one_costs_the_same),
        cmocka_unit_test(an_answer_about_nobody_lets_nobody_in),
        cmocka_unit_test(without_an_answer_nobody_gets_in),
        cmocka_unit_test(right_ones_are_remembered_until_they_change),
        cmocka_unit_test(an_api_may_ask_anew_each_time),
        cmocka_unit_test(of_two_methods_both_are_passed),
        cmocka_unit_test(colons_belong_to_the_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
