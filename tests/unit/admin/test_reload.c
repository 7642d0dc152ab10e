/* /tyk/reload and /tyk/cache. */
#include "admin_check.h"

static void
a_reload_is_left_to_the_caller(void **state)
{
    static const struct {
        const char *path;
        bool now;
    } rows[] = {
        {"/tyk/reload", false},
        {"/tyk/reload/", false},
        {"/tyk/reload?block=true", true},
        {"/tyk/reload/?x=y&block=true", true},
        {"/tyk/reload?block=false", false},
        {"/tyk/reload?block", false},
        {"/tyk/reload?unblock=true", false},
        {"/tyk/reload/group", false},
        {"/tyk/reload/group?block=true", true},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_str(ask(&g, "GET", rows[i].path, ""), OK_TEXT(""));
        assert_int_equal(g.response.status, 200);
        assert_true(g.response.reload);
        assert_int_equal(g.response.reload_now, rows[i].now);
    }
    gateway_close(&g);
}

static void
caches_are_forgotten(void **state)
{
    static const struct {
        const char *path;
        bool epoch;
    } rows[] = {
        {"/tyk/cache/a", false},
        {"/tyk/cache/jwks", true},
        {"/tyk/cache/jwks/", true},
        {"/tyk/cache/jwks/a", true},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        uint64_t epoch = jg_counters_epoch(g.counters);

        assert_str(ask(&g, "DELETE", rows[i].path, ""),
                   OK_TEXT("cache invalidated"));
        assert_int_equal(g.response.status, 200);
        assert_int_equal(jg_counters_epoch(g.counters) != epoch, rows[i].epoch);
        assert_false(g.response.reload);
    }
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_is_left_to_the_caller),
        cmocka_unit_test(caches_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
