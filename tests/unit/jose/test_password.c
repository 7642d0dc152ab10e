/* password.c: bcrypt, and the names of right passwords. */
#include "check.h"

#include "jose/password.h"

#define U "$2b$04$abcdefghijklmnopqrstuu"

/* Of other implementations: the vectors of Openwall's crypt_blowfish, and a
 * hash as Go's bcrypt (and so Tyk) writes it. */
static void
hashes_of_others_are_understood(void **state)
{
    static const struct {
        const char *hash, *password;
        bool want;
    } rows[] = {
        {"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U",
         true},
        {"$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*",
         true},
        {"$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
         "U*U*U", true},
        {"$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
         "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
         "0123456789chars after 72 are ignored",
         true},
        {"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*V",
         false},
        {"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeX", "U*U",
         false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bool right = !rows[i].want;

        assert_true(jg_password_is_bcrypt(jg_str(rows[i].hash)));
        assert_err(jg_password_matches(jg_str(rows[i].hash),
                                       jg_str(rows[i].password), &right),
                   JG_OK);
        assert_int_equal(right, rows[i].want);
    }
}

static void
what_is_no_hash_is_not_computed(void **state)
{
    static const char *const rows[] = {
        "",
        "secret",
        "$2b$",
        U,
        "$1$abcdefgh$0123456789abcdef",
        "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$ 5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
        "$2a$05$CCCCCCCCCCCCCCCCCC C.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWWW",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bool right = true;

        assert_false(jg_password_is_bcrypt(jg_str(rows[i])));
        assert_err(
            jg_password_matches(jg_str(rows[i]), JG_STR("secret"), &right),
            JG_E_CRYPTO);
        assert_true(right); /* untouched */
    }
}

static void
a_new_hash_is_the_password_of_one_user(void **state)
{
    static const unsigned char salt[JG_PASSWORD_SALT_BYTES] = "0123456789abcde";
    static const unsigned char other[JG_PASSWORD_SALT_BYTES] = "x";
    char hash[JG_PASSWORD_HASH_BYTES + 1], hash2[JG_PASSWORD_HASH_BYTES + 1];
    bool right = false;

    (void)state;
    assert_err(jg_password_hash(JG_STR("pa:ss w\xc3\xb6rd"), salt, hash),
               JG_OK);
    assert_true(jg_password_is_bcrypt(jg_str(hash)));
    assert_true(jg_str_starts(jg_str(hash), JG_STR("$2b$10$")));
    assert_err(
        jg_password_matches(jg_str(hash), JG_STR("pa:ss w\xc3\xb6rd"), &right),
        JG_OK);
    assert_true(right);
    assert_err(jg_password_hash(JG_STR("pa:ss w\xc3\xb6rd"), other, hash2),
               JG_OK);
    assert_string_not_equal(hash, hash2);
}

static void
impossible_passwords_are_refused(void **state)
{
    static const unsigned char salt[JG_PASSWORD_SALT_BYTES] = "0123456789abcde";
    char text[JG_PASSWORD_MAX + 1], hash[JG_PASSWORD_HASH_BYTES + 1];

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_false(jg_password_is_possible(JG_STR("")));
    assert_false(jg_password_is_possible(JG_STR("a\0b")));
    assert_true(
        jg_password_is_possible((struct jg_str){text, JG_PASSWORD_MAX}));
    assert_false(
        jg_password_is_possible((struct jg_str){text, JG_PASSWORD_MAX + 1}));
    assert_err(jg_password_hash((struct jg_str){text, JG_PASSWORD_BCRYPT_MAX},
                                salt, hash),
               JG_OK);
    assert_err(
        jg_password_hash((struct jg_str){text, JG_PASSWORD_BCRYPT_MAX + 1},
                         salt, hash),
        JG_E_CONF_VALUE);
    assert_err(jg_password_hash(JG_STR(""), salt, hash), JG_E_CONF_VALUE);
}

/* Whoever is nobody costs what a new hash costs, and no password is his. */
static void
nobody_has_the_cost_of_a_user(void **state)
{
    static const char *const guesses[] = {"password", "nobody", "a"};
    struct jg_str nobody = jg_str(jg_password_nobody);

    (void)state;
    assert_true(jg_password_is_bcrypt(nobody));
    assert_true(jg_str_starts(nobody, JG_STR("$2b$10$")));
    for (size_t i = 0; i < LEN(guesses); i++) {
        bool right = true;

        assert_err(jg_password_matches(nobody, jg_str(guesses[i]), &right),
                   JG_OK);
        assert_false(right);
    }
}

static void
tags_differ_by_key_hash_and_password(void **state)
{
    static const unsigned char key[32] = "k", other[32] = "l";
    unsigned char a[32], b[32];
    struct jg_str nobody = jg_str(jg_password_nobody);
    char text[JG_PASSWORD_MAX + 1] = {'x'};

    (void)state;
    assert_err(jg_password_tag(key, nobody, JG_STR("a"), a), JG_OK);
    assert_err(jg_password_tag(key, nobody, JG_STR("a"), b), JG_OK);
    assert_memory_equal(a, b, 32);
    assert_err(jg_password_tag(other, nobody, JG_STR("a"), b), JG_OK);
    assert_memory_not_equal(a, b, 32);
    assert_err(jg_password_tag(key, nobody, JG_STR("b"), b), JG_OK);
    assert_memory_not_equal(a, b, 32);
    assert_err(jg_password_tag(key, JG_STR("$2b$"), JG_STR("a"), b), JG_OK);
    assert_memory_not_equal(a, b, 32);
    assert_err(
        jg_password_tag(key, nobody, (struct jg_str){text, sizeof(text)}, b),
        JG_E_CRYPTO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_of_others_are_understood),
        cmocka_unit_test(what_is_no_hash_is_not_computed),
        cmocka_unit_test(a_new_hash_is_the_password_of_one_user),
        cmocka_unit_test(impossible_passwords_are_refused),
        cmocka_unit_test(nobody_has_the_cost_of_a_user),
        cmocka_unit_test(tags_differ_by_key_hash_and_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
