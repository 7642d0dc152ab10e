/* claims.c: NumericDates, and exp, iat, nbf as Tyk answers them. */
#include "jose_check.h"

#include "jose/claims.h"

#define NOW 1700000000

/* Every shape of a time claim, and what it means. */
static const struct {
    const char *json;
    int64_t seconds;
} shapes[] = {
    {"0", 0},
    {"-0", 0},
    {"0.0", 0},
    {"0.5", 1}, /* a time in 1970, not the 0 of "not set" */
    {"1", 1},
    {"1699999999.9", 1699999999},
    {"1700000000", 1700000000},
    {"1.7e9", 1700000000},
    {"4102444800", 4102444800}, /* 2100: past 32 bits */
    {"253402300799", 253402300799},
    {"253402300800", INT64_MIN},
    {"253402300800.0", INT64_MIN},
    {"9007199254740993", INT64_MIN},
    {"9223372036854775807", INT64_MIN},
    {"1e300", INT64_MIN},
    {"-1", INT64_MIN},
    {"-0.5", INT64_MIN},
    {"-1e300", INT64_MIN},
    {"\"4102444800\"", INT64_MIN},
    {"\"\"", INT64_MIN},
    {"true", INT64_MIN},
    {"false", INT64_MIN},
    {"null", INT64_MIN},
    {"[]", INT64_MIN},
    {"[4102444800]", INT64_MIN},
    {"{}", INT64_MIN},
};

static const struct {
    const char *claim;
    enum jg_err err;
    bool future; /* is a time in the future good? */
} claims[] = {
    {"exp", JG_E_CLAIM_EXP, true},
    {"iat", JG_E_CLAIM_IAT, false},
    {"nbf", JG_E_CLAIM_NBF, false},
};

static enum jg_err
check(const char *json, int64_t now_s, struct jg_claims_skew skew)
{
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 1024, 64 * 1024);
    err = jg_claims_check_time(json_of(json, &a), now_s, &skew);
    jg_arena_free(&a);
    return err;
}

static void
every_shape_of_a_time_has_one_meaning(void **state)
{
    (void)state;
    for (size_t c = 0; c < LEN(claims); c++)
        for (size_t i = 0; i < LEN(shapes); i++) {
            char json[100];
            int64_t got = -7;
            struct jg_arena a;

            snprintf(json, sizeof(json), "{\"%s\":%s}", claims[c].claim,
                     shapes[i].json);
            jg_arena_init(&a, 1024, 64 * 1024);
            assert_true(jg_claims_time(json_of(json, &a),
                                       jg_str(claims[c].claim), &got));
            if (got != shapes[i].seconds)
                fail_msg("%s: got %lld", json, (long long)got);
            jg_arena_free(&a);
        }
}

static void
every_shape_passes_or_fails_in_every_claim(void **state)
{
    const struct jg_claims_skew none = {0, 0, 0};

    (void)state;
    for (size_t c = 0; c < LEN(claims); c++)
        for (size_t i = 0; i < LEN(shapes); i++) {
            int64_t t = shapes[i].seconds;
            bool good = t == 0 || (t != INT64_MIN &&
                                   (claims[c].future ? t > NOW : t <= NOW));
            char json[100];

            snprintf(json, sizeof(json), "{\"%s\":%s}", claims[c].claim,
                     shapes[i].json);
            assert_err(check(json, NOW, none), good ? JG_OK : claims[c].err);
        }
}

static void
an_absent_claim_passes_and_leaves_the_result_alone(void **state)
{
    const struct jg_claims_skew none = {0, 0, 0};
    struct jg_arena a;
    int64_t got = -7;

    (void)state;
    jg_arena_init(&a, 1024, 64 * 1024);
    assert_false(jg_claims_time(json_of("{}", &a), JG_STR("exp"), &got));
    assert_false(jg_claims_time(json_of("[]", &a), JG_STR("exp"), &got));
    assert_false(
        jg_claims_time(json_of("{\"EXP\":1}", &a), JG_STR("exp"), &got));
    assert_int_equal(got, -7);
    jg_arena_free(&a);
    assert_err(check("{}", NOW, none), JG_OK);
}

static void
boundaries_and_skews_are_exact(void **state)
{
    static const struct {
        const char *json;
        struct jg_claims_skew skew;
        enum jg_err want;
    } rows[] = {
        /* valid iff now - skew < exp */
        {"{\"exp\":1700000001}", {0, 0, 0}, JG_OK},
        {"{\"exp\":1700000000}", {0, 0, 0}, JG_E_CLAIM_EXP},
        {"{\"exp\":1700000000}", {1, 0, 0}, JG_OK},
        {"{\"exp\":1699999990}", {10, 0, 0}, JG_E_CLAIM_EXP},
        {"{\"exp\":1699999991}", {10, 0, 0}, JG_OK},
        {"{\"exp\":1700000000}", {0, 60, 60}, JG_E_CLAIM_EXP},
        /* valid iff iat <= now + skew, and so for nbf */
        {"{\"iat\":1700000000}", {0, 0, 0}, JG_OK},
        {"{\"iat\":1700000001}", {0, 0, 0}, JG_E_CLAIM_IAT},
        {"{\"iat\":1700000001}", {0, 1, 0}, JG_OK},
        {"{\"iat\":1700000001}", {60, 0, 60}, JG_E_CLAIM_IAT},
        {"{\"nbf\":1700000000}", {0, 0, 0}, JG_OK},
        {"{\"nbf\":1700000001}", {0, 0, 0}, JG_E_CLAIM_NBF},
        {"{\"nbf\":1700000001}", {0, 0, 1}, JG_OK},
        {"{\"nbf\":1700000001}", {60, 60, 0}, JG_E_CLAIM_NBF},
        /* a skew that nobody can configure is cut to its limits */
        {"{\"exp\":1}", {INT64_MAX, 0, 0}, JG_OK},
        {"{\"exp\":1}", {1699999999, 0, 0}, JG_E_CLAIM_EXP},
        {"{\"exp\":1}", {1700000000, 0, 0}, JG_OK},
        {"{\"exp\":-1}", {INT64_MAX, 0, 0}, JG_E_CLAIM_EXP},
        {"{\"nbf\":253402300799}", {0, 0, INT64_MAX}, JG_OK},
        {"{\"nbf\":253402300800}", {0, 0, INT64_MAX}, JG_E_CLAIM_NBF},
        {"{\"nbf\":1700000000}", {0, 0, -5}, JG_OK},
        {"{\"exp\":1700000001}", {INT64_MIN, 0, 0}, JG_OK},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(check(rows[i].json, NOW, rows[i].skew), rows[i].want);
}

static void
the_last_failing_claim_names_the_error(void **state)
{
    static const struct {
        const char *json;
        enum jg_err want;
    } rows[] = {
        {"{\"exp\":1,\"iat\":1800000000,\"nbf\":1800000000}", JG_E_CLAIM_NBF},
        {"{\"nbf\":1800000000,\"iat\":1800000000,\"exp\":1}", JG_E_CLAIM_NBF},
        {"{\"exp\":1,\"iat\":1800000000}", JG_E_CLAIM_IAT},
        {"{\"exp\":\"x\",\"iat\":5}", JG_E_CLAIM_EXP},
        {"{\"exp\":1800000000,\"iat\":5,\"nbf\":5}", JG_OK},
    };
    const struct jg_claims_skew none = {0, 0, 0};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(check(rows[i].json, NOW, none), rows[i].want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_of_a_time_has_one_meaning),
        cmocka_unit_test(every_shape_passes_or_fails_in_every_claim),
        cmocka_unit_test(an_absent_claim_passes_and_leaves_the_result_alone),
        cmocka_unit_test(boundaries_and_skews_are_exact),
        cmocka_unit_test(the_last_failing_claim_names_the_error),
    };

    return cmocka_run_group_tests_name("jose/claims", tests, NULL, NULL);
}
