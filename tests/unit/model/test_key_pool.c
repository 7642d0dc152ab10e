/* key_pool.c: equal sources are read once, and only equal ones. */
#include "check.h"
#include "model/key_pool.h"

#define SHORT JG_STR("tyk123")
#define LONG JG_STR("0123456789abcdef0123456789abcdef")

static jg_algs
algs_of(const char *name)
{
    return jg_alg_bit(jg_alg_find(jg_str(name)));
}

static void
equal_sources_share_their_keys(void **state)
{
    static const struct {
        struct jg_str first, second;
        const char *alg_first, *alg_second;
        bool shared;
    } rows[] = {
        {{"tyk123", 6}, {"tyk123", 6}, "HS256", "HS256", true},
        {{"tyk123", 6}, {"tyk124", 6}, "HS256", "HS256", false},
        {{"tyk123", 6}, {"tyk123\n", 7}, "HS256", "HS256", false},
        {{"tyk123", 6}, {"tyk123", 6}, "HS256", "HS512", false},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jwks *first, *second;
        struct jg_key_pool pool;
        struct jg_arena a;

        jg_arena_init(&a, 4096, 65536);
        jg_key_pool_init(&pool, &a, 2);
        assert_err(jg_key_pool_take(&pool, rows[i].first,
                                    algs_of(rows[i].alg_first), &first, NULL),
                   JG_OK);
        assert_err(jg_key_pool_take(&pool, rows[i].second,
                                    algs_of(rows[i].alg_second), &second, NULL),
                   JG_OK);
        assert_int_equal(first == second, rows[i].shared);
        jg_key_pool_free(&pool);
        jg_arena_free(&a);
        /* They outlive the pool. */
        assert_int_equal(jg_jwks_count(first), 1);
        jg_jwks_free(first);
        jg_jwks_free(second);
    }
}

static void
what_is_wrong_is_said_to_each(void **state)
{
    struct jg_key_fault first = {""}, second = {""};
    struct jg_jwks *keys = NULL;
    struct jg_key_pool pool;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 65536);
    jg_key_pool_init(&pool, &a, 2);
    assert_err(
        jg_key_pool_take(&pool, JG_STR(""), algs_of("HS256"), &keys, &first),
        JG_E_KEY);
    assert_err(
        jg_key_pool_take(&pool, JG_STR(""), algs_of("HS256"), &keys, &second),
        JG_E_KEY);
    assert_string_equal(first.what, second.what);
    assert_true(first.what[0] != '\0');
    assert_null(keys);
    jg_key_pool_free(&pool);
    jg_arena_free(&a);
}

static void
a_full_pool_and_none_read_without_sharing(void **state)
{
    struct jg_jwks *keys[4];
    struct jg_key_pool pool;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 65536);
    jg_key_pool_init(&pool, &a, 1);
    assert_err(jg_key_pool_take(&pool, SHORT, algs_of("HS256"), &keys[0], NULL),
               JG_OK);
    assert_err(jg_key_pool_take(&pool, LONG, algs_of("HS256"), &keys[1], NULL),
               JG_OK);
    assert_err(jg_key_pool_take(&pool, LONG, algs_of("HS256"), &keys[2], NULL),
               JG_OK);
    assert_err(jg_key_pool_take(NULL, LONG, algs_of("HS256"), &keys[3], NULL),
               JG_OK);
    assert_ptr_not_equal(keys[1], keys[2]);
    jg_key_pool_free(&pool);
    jg_arena_free(&a);
    for (size_t i = 0; i < LEN(keys); i++)
        jg_jwks_free(keys[i]);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sources_share_their_keys),
        cmocka_unit_test(what_is_wrong_is_said_to_each),
        cmocka_unit_test(a_full_pool_and_none_read_without_sharing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
