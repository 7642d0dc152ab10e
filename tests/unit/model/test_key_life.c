/* key_life.c: when the record of a key ends. */
#include "check.h"
#include "model/key_life.h"

#define NOW INT64_C(1000000)

static struct jg_snapshot *
snapshot_of(const char *conf)
{
    static const struct {
        const char *id, *more;
    } apis[] = {
        {"none", ""},
        {"hour", ",\"session_lifetime\":3600"},
        {"day", ",\"session_lifetime\":86400"},
        {"keeps", ",\"session_lifetime\":3600,"
                  "\"session_lifetime_respects_key_expiration\":true"},
    };
    struct jg_snapshot_builder *b = NULL;
    struct jg_snapshot *snapshot = NULL;

    assert_err(jg_snapshot_begin(NULL, 1, jg_str(conf), LEN(apis), 0, &b),
               JG_OK);
    for (size_t i = 0; i < LEN(apis); i++) {
        char text[512];
        struct jg_document document = {
            .id = jg_str(apis[i].id), .version = 1, .file = JG_STR("f")};

        snprintf(text, sizeof(text),
                 "{\"api_id\":\"%s\",\"active\":true,\"use_standard_auth\":true"
                 ",\"proxy\":{\"listen_path\":\"/%s/\",\"target_url\":"
                 "\"http://up\"}%s}",
                 apis[i].id, apis[i].id, apis[i].more);
        document.text = jg_str(text);
        assert_err(jg_snapshot_add_api(b, &document, NULL), JG_OK);
    }
    assert_err(jg_snapshot_finish(b, &snapshot), JG_OK);
    return snapshot;
}

#define GLOBAL(s) \
    "{\"force_global_session_lifetime\":true,\"global_session_lifetime\":" s "}"
#define RESPECTS "{\"session_lifetime_respects_key_expiration\":true}"

static void
the_end_of_a_key_follows_tyks_rules(void **state)
{
    static const struct {
        const char *conf;
        const char *apis[3];
        struct jg_key_life life;
        int64_t want;
    } rows[] = {
        /* Nothing is said: for ever, whenever it expires. */
        {"{}", {"none"}, {0}, 0},
        {"{}", {"none"}, {.expires_s = NOW + 5}, 0},
        {"{}", {NULL}, {.expires_s = NOW + 5}, 0},
        /* The API's, or the key's own. */
        {"{}", {"hour"}, {0}, NOW + 3600},
        {"{}", {"hour"}, {.expires_s = NOW + 90000}, NOW + 3600},
        {"{}", {"hour"}, {.session_lifetime_s = 60}, NOW + 60},
        {"{}", {"none"}, {.session_lifetime_s = 60}, NOW + 60},
        {"{}", {NULL}, {.session_lifetime_s = 60}, NOW + 60},
        {"{}", {"gone"}, {.session_lifetime_s = 60}, NOW + 60},
        /* Of several the longest. */
        {"{}", {"hour", "day"}, {0}, NOW + 86400},
        {"{}", {"day", "hour"}, {0}, NOW + 86400},
        {"{}", {"hour", "none"}, {0}, 0},
        {"{}", {"none", "hour"}, {0}, 0},
        {"{}", {"gone", "hour"}, {0}, NOW + 3600},
        /* Until it expires at least. */
        {"{}", {"keeps"}, {.expires_s = NOW + 90000}, NOW + 90000},
        {"{}", {"keeps"}, {.expires_s = NOW + 5}, NOW + 3600},
        {"{}", {"keeps"}, {.expires_s = 0}, 0},
        {"{}", {"keeps"}, {.expires_s = -1}, 0},
        {RESPECTS, {"hour"}, {.expires_s = NOW + 90000}, NOW + 90000},
        {RESPECTS, {"none"}, {.expires_s = NOW + 90000}, 0},
        /* After the expiry. */
        {"{}", {"day"}, {NOW + 5, 0, {"delete", 6}, 99}, NOW + 5},
        {"{}", {"day"}, {NOW + 5, 0, {"retain", 6}, 99}, NOW + 104},
        {"{}", {"day"}, {NOW + 5, 0, {"retain", 6}, 0}, NOW + 5},
        {"{}", {"day"}, {NOW + 5, 0, {"retain", 6}, -1}, 0},
        {"{}", {"day"}, {0, 0, {"delete", 6}, 0}, NOW + 86400},
        {"{}", {"day"}, {NOW + 5, 0, {"other", 5}, 0}, NOW + 86400},
        /* Forced by the gateway. */
        {GLOBAL("10"), {"day"}, {NOW + 5, 60, {"delete", 6}, 0}, NOW + 10},
        {GLOBAL("0"), {"day"}, {NOW + 5, 60, {"delete", 6}, 0}, 0},
        {"{\"global_session_lifetime\":10}", {"day"}, {0}, NOW + 86400},
        /* Past the end of time. */
        {"{}", {"none"}, {.session_lifetime_s = INT64_MAX}, 0},
        {"{}", {"none"}, {INT64_MAX, 0, {"retain", 6}, 5}, 0},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_snapshot *snapshot = snapshot_of(rows[i].conf);
        struct jg_access access[3] = {0};
        struct jg_list rights = {access, 0};

        while (rows[i].apis[rights.count] != NULL) {
            access[rights.count].api_id = jg_str(rows[i].apis[rights.count]);
            rights.count++;
        }
        if (jg_key_life_end(snapshot, &rights, &rows[i].life, NOW) !=
            rows[i].want)
            print_error("row %zu\n", i);
        assert_int_equal(jg_key_life_end(snapshot, &rights, &rows[i].life, NOW),
                         rows[i].want);
        jg_snapshot_free(snapshot);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_key_follows_tyks_rules),
    };

    return cmocka_run_group_tests_name("model/key_life", tests, NULL, NULL);
}
