/* key_meta.c: what a script returned goes into the key, or nothing does. */
#include "admin_check.h"

#include "store/keys.h"

#define BEFORE "{\"org_id\":\"o\", \"own\" : [1], \"meta_data\":"
#define AFTER ",\"access_rights\":{\"a\":{\"api_id\":\"a\"}},\"rate\":1e+06}"
#define SESSION(meta) BEFORE meta AFTER

static struct jg_key_seen
put_key(struct gateway *g, const char *session)
{
    struct jg_stored_key record = {.name = JG_STR("key"),
                                   .org_id = JG_STR("o"),
                                   .session = jg_str(session)};
    struct jg_key_seen seen = {.revision = 0};
    struct jg_txn *txn;

    assert_err(jg_key_id(record.name, &seen.id), JG_OK);
    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_stored_key_put(txn, &seen.id, &record), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_stored_key_get(txn, &seen.id, NOW_S, &record), JG_OK);
    seen.revision = record.revision;
    jg_txn_abort(txn);
    return seen;
}

/* The session that is stored now; in g->arena. */
static struct jg_str
session_of(struct gateway *g, const struct jg_key_seen *seen)
{
    struct jg_str session = JG_STR("(none)");
    struct jg_stored_key record;
    struct jg_txn *txn;

    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    if (jg_stored_key_get(txn, &seen->id, NOW_S, &record) == JG_OK)
        session = jg_arena_str(&g->arena, record.session);
    jg_txn_abort(txn);
    return session;
}

static const struct jg_json *
json_of(struct gateway *g, struct jg_str text)
{
    const struct jg_json *json = NULL;

    assert_err(
        jg_json_parse(text, &jg_json_limits_conf, &g->arena, &json, NULL),
        JG_OK);
    return json;
}

/* The script was told what the session has, and returned <meta>. */
static enum jg_err
keep(struct gateway *g, const struct jg_key_seen *seen, struct jg_str meta)
{
    const struct jg_json *told =
        jg_json_get(json_of(g, session_of(g, seen)), JG_STR("meta_data"));

    return jg_admin_key_meta(&g->admin, seen, told, json_of(g, meta),
                             &g->arena);
}

static void
the_rest_of_a_session_stays_byte_for_byte(void **state)
{
    static const struct {
        const char *before, *meta, *after;
    } rows[] = {
        {SESSION("{\"x\":1}"), "{\"x\":2}", SESSION("{\"x\":2}")},
        {SESSION("{\"x\" : 1}"), "{\"x\":1}", SESSION("{\"x\" : 1}")},
        {SESSION("{\"x\":1}"), "{}", SESSION("{}")},
        {SESSION("null"), "{\"x\":\"\\\"\\n\"}",
         SESSION("{\"x\":\"\\\"\\n\"}")},
        {"{}", "{\"x\":1}", "{\"meta_data\":{\"x\":1}}"},
        {"{}", "{}", "{}"},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key_seen seen = put_key(&g, rows[i].before);

        assert_err(keep(&g, &seen, jg_str(rows[i].meta)), JG_OK);
        assert_str(session_of(&g, &seen), rows[i].after);
    }
    gateway_close(&g);
}

static void
what_was_not_changed_is_not_written(void **state)
{
    struct gateway g;
    struct jg_key_seen seen;

    (void)state;
    gateway_open(&g);
    seen = put_key(&g, SESSION("{\"x\":1}"));
    assert_err(keep(&g, &seen, JG_STR("{\"x\":1.0}")), JG_OK);
    /* Else this would be another content. */
    assert_err(keep(&g, &seen, JG_STR("{\"x\":2}")), JG_OK);
    assert_err(keep(&g, &seen, JG_STR("{\"x\":3}")), JG_E_NOT_FOUND);
    assert_str(session_of(&g, &seen), SESSION("{\"x\":2}"));
    gateway_close(&g);
}

static void
what_no_session_can_hold_changes_nothing(void **state)
{
    static char large[JG_KEY_META_MAX + 1], deep[256];
    struct gateway g;
    struct jg_key_seen seen;

    (void)state;
    memset(large, 'x', sizeof(large));
    memcpy(large, "{\"x\":\"", 6);
    memcpy(large + JG_KEY_META_MAX - 1, "\"}", 2);
    memcpy(deep, "{\"x\":", 5);
    memset(deep + 5, '[', 31);
    memset(deep + 36, ']', 31);
    deep[67] = '}';
    gateway_open(&g);
    seen = put_key(&g, SESSION("{\"x\":1}"));
    assert_err(keep(&g, &seen, (struct jg_str){large, sizeof(large)}),
               JG_E_CONF_RANGE);
    assert_err(keep(&g, &seen, (struct jg_str){deep, 68}), JG_E_JSON_LIMIT);
    assert_str(session_of(&g, &seen), SESSION("{\"x\":1}"));
    memmove(large + 6, large + 7, JG_KEY_META_MAX - 6); /* one byte less */
    assert_err(keep(&g, &seen, (struct jg_str){large, JG_KEY_META_MAX}), JG_OK);
    gateway_close(&g);
}

static void
nobody_is_overtaken(void **state)
{
    struct gateway g;
    struct jg_key_seen seen, nobody = {.revision = 1};
    struct jg_txn *txn;

    (void)state;
    gateway_open(&g);
    seen = put_key(&g, SESSION("{\"x\":1}"));
    assert_err(jg_admin_key_meta(&g.admin, &nobody, NULL, NULL, &g.arena),
               JG_E_NOT_FOUND);
    put_key(&g, SESSION("{\"x\":1,\"y\":2}"));
    assert_err(keep(&g, &seen, JG_STR("{}")), JG_E_NOT_FOUND);
    assert_str(session_of(&g, &seen), SESSION("{\"x\":1,\"y\":2}"));
    assert_err(jg_txn_write(g.store, &txn), JG_OK);
    assert_err(jg_stored_key_delete(txn, &seen.id), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    assert_err(jg_admin_key_meta(&g.admin, &seen, NULL, NULL, &g.arena),
               JG_E_NOT_FOUND);
    assert_str(session_of(&g, &seen), "(none)");
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rest_of_a_session_stays_byte_for_byte),
        cmocka_unit_test(what_was_not_changed_is_not_written),
        cmocka_unit_test(what_no_session_can_hold_changes_nothing),
        cmocka_unit_test(nobody_is_overtaken),
    };

    return cmocka_run_group_tests_name("admin/key_meta", tests, NULL, NULL);
}
