/* Versions of an API: their times, and what is reported about them. */
#include "model_check.h"

static void
times_are_read_as_tyk_writes_them(void **state)
{
    static const struct {
        const char *text;
        int64_t want;
    } rows[] = {
        {"", JG_NEVER},
        {"-1", JG_NEVER},
        {"1", JG_NEVER},
        {"1970-01-01 00:00", 0},
        {"1970-01-01 00:01", 60},
        {"2000-02-29 12:30", 951827400},
        {"2000-03-01 00:00", 951868800},
        {"2023-11-14 22:13", 1700000000 - 20},
        {"2026-11-26 01:02", 1795654920},
        {"9999-12-31 23:59", 253402300740},
        {"1969-12-31 23:59", -60},
        /* None of these is a time, so they are in the past. */
        {"2001-02-29 00:00", 0},
        {"1900-02-29 00:00", 0},
        {"2001-04-31 00:00", 0},
        {"2001-13-01 00:00", 0},
        {"2001-00-01 00:00", 0},
        {"2001-01-00 00:00", 0},
        {"2001-01-01 24:00", 0},
        {"2001-01-01 00:60", 0},
        {"2001-01-01", 0},
        {"2001-01-01T00:00", 0},
        {"2001-01-01 00:00:00", 0},
        {"2001-01-01 0:00", 0},
        {"+001-01-01 00:00", 0},
        {"never", 0},
        {"0", 0},
        {" ", 0},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (jg_version_expiry(jg_str(rows[i].text)) != rows[i].want) {
            print_error("%s: %lld\n", rows[i].text,
                        (long long)jg_version_expiry(jg_str(rows[i].text)));
            fail();
        }
}

static void
what_cannot_work_is_reported(void **state)
{
    static const struct {
        const char *members, *path, *message; /* path NULL: nothing */
    } rows[] = {
        {"'definition':{'location':'header','key':'x'}", NULL, NULL},
        {"'definition':{'enabled':true,'location':'header','key':'x'}", NULL,
         NULL},
        {"'definition':{'enabled':true,'location':'url'}", NULL, NULL},
        {"'definition':{'enabled':true,'location':'cookie'}",
         "definition.location", "no request names a version"},
        {"'definition':{'enabled':true,'location':'header'}", "definition.key",
         "is missing"},
        {"'definition':{'enabled':true,'location':'url',"
         "'url_versioning_pattern':'(v'}",
         "definition.url_versioning_pattern", "not used"},
        {"'expiration':'2020-01-01 00:00'", NULL, NULL},
        {"'expiration':'2020-01-01'", "expiration", "is no time"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" OPEN_API ",%s}", rows[i].members);
        api = good_api(r);
        if (rows[i].path == NULL) {
            assert_quiet(r);
        } else {
            assert_int_equal(r->diags.kept, 1);
            assert_str(r->diags.first->path, rows[i].path);
            assert_true(contains(r->diags.first->message, rows[i].message));
        }
        jg_api_free(api);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_as_tyk_writes_them),
        cmocka_unit_test(what_cannot_work_is_reported),
    };

    return cmocka_run_group_tests_name("model/versions", tests, NULL, NULL);
}
