/* /tyk/jwks and /tyk/cache/jwks. */
#include "admin_check.h"

#include "admin/key_history.h"
#include "store/keysets.h"

#define EC                                                   \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k1\","      \
    "\"alg\":\"ES256\","                                     \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}"
#define SET "{\"keys\":[" EC ",{\"kty\":\"odd\",\"kid\":\"k2\"}]}"
#define THUMBPRINT "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
#define DAY_S 86400

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct jg_keyset
good_set(int64_t first_s)
{
    static char history[512];

    snprintf(history, sizeof(history),
             "[{\"thumbprint\":\"" THUMBPRINT "\",\"kid\":\"k1\","
             "\"first\":%lld,\"gone\":0},{\"thumbprint\":\"old\","
             "\"kid\":\"k0\",\"first\":1,\"gone\":%lld}]",
             (long long)first_s, (long long)first_s);
    return (struct jg_keyset){
        .url = JG_STR("https://a.test/jwks"),
        .body = JG_STR(SET),
        .etag = JG_STR("\"e\""),
        .history = jg_str(history),
        .fetched_s = NOW_S - 10,
        .tried_s = NOW_S - 5,
        .refresh_s = NOW_S + 100,
        .failures = 2,
        .fault = JG_STR("the \"cause\""),
    };
}

static struct jg_keyset
empty_set(void)
{
    return (struct jg_keyset){
        .url = JG_STR("https://b.test/.well-known/openid-configuration"),
        .issuer = JG_STR("https://b.test"),
        .discover = true,
        .insecure = true,
    };
}

static void
put(struct gateway *g, const char *id, const struct jg_keyset *keyset)
{
    struct jg_txn *txn;

    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_keyset_put(txn, jg_str(id), keyset), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static void
put_use(struct gateway *g, const char *api, const char *id)
{
    const struct jg_key_url url = {.id = jg_str(id)};
    struct jg_txn *txn;

    assert_err(jg_txn_write(g->store, &txn), JG_OK);
    assert_err(jg_keyset_put_uses(txn, jg_str(api), &url, 1), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

/* Member <name> of set <i> of the answer. */
static const struct jg_json *
member(struct gateway *g, size_t i, const char *name)
{
    const struct jg_json *json = NULL, *sets;

    assert_err(jg_json_parse(ask(g, "GET", "/tyk/jwks", ""),
                             &jg_json_limits_conf, &g->arena, &json, NULL),
               JG_OK);
    sets = jg_json_get(json, JG_STR("sets"));
    assert_true(sets != NULL && i < sets->count);
    return jg_json_get(&sets->items[i], jg_str(name));
}

static struct jg_str
state_of_key(struct gateway *g, size_t i)
{
    const struct jg_json *keys = member(g, 0, "keys");

    assert_true(i < keys->count);
    return jg_json_string(jg_json_get(&keys->items[i], JG_STR("state")));
}

static void
without_key_sets_the_list_is_empty(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    assert_str(ask(&g, "GET", "/tyk/jwks", ""), "{\"sets\":[]}\n");
    assert_int_equal(g.response.status, 200);
    gateway_close(&g);
}

static void
the_list_says_what_is_known_of_a_set(void **state)
{
    struct jg_keyset a = good_set(NOW_S - 10), b = empty_set();
    struct gateway g;
    int64_t n = 0;

    (void)state;
    gateway_open(&g);
    put(&g, ID_A, &a);
    put(&g, ID_B, &b);
    put_use(&g, "api2", ID_A);
    put_use(&g, "api1", ID_A);
    put_use(&g, "api3", ID_B);
    assert_str(jg_json_string(member(&g, 0, "url")), "https://a.test/jwks");
    assert_str(jg_json_string(member(&g, 0, "fault")), "the \"cause\"");
    assert_true(jg_json_to_int(member(&g, 0, "next_refresh"), &n));
    assert_int_equal(n, NOW_S + 100);
    assert_int_equal(member(&g, 0, "apis")->count, 2);
    assert_str(member(&g, 0, "apis")->items[0].string, "api1");
    assert_int_equal(member(&g, 0, "keys")->count, 2);
    assert_int_equal(member(&g, 0, "skipped")->count, 1);
    assert_null(member(&g, 0, "issuer"));

    assert_str(jg_json_string(member(&g, 1, "issuer")), "https://b.test");
    assert_true(member(&g, 1, "insecure")->boolean);
    assert_int_equal(member(&g, 1, "apis")->count, 1);
    assert_int_equal(member(&g, 1, "keys")->count, 0);
    gateway_close(&g);
}

static void
a_key_is_new_active_unused_or_gone(void **state)
{
    struct jg_keyset set = good_set(NOW_S - DAY_S + 1);
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put(&g, ID_A, &set);
    assert_str(state_of_key(&g, 0), "new");
    assert_str(state_of_key(&g, 1), "gone");
    set = good_set(NOW_S - DAY_S);
    put(&g, ID_A, &set);
    assert_str(state_of_key(&g, 0), "unused");
    jg_counters_key_used(
        g.counters, jg_counters_key(JG_STR(ID_A), JG_STR(THUMBPRINT)), NOW_S);
    assert_str(state_of_key(&g, 0), "active");
    gateway_close(&g);
}

static void
read_set(struct gateway *g, const char *id, size_t *body, int64_t *refresh_s,
         size_t *history)
{
    struct jg_keyset keyset;
    struct jg_txn *txn;

    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    assert_err(jg_keyset_get(txn, jg_str(id), &keyset), JG_OK);
    *body = keyset.body.len;
    *refresh_s = keyset.refresh_s;
    *history = keyset.history.len;
    assert_true(keyset.body.len > 0 || keyset.etag.len == 0);
    jg_txn_abort(txn);
}

static void
a_set_is_forgotten_for_all_or_for_one_api(void **state)
{
    static const struct {
        const char *path;
        bool a, b; /* are they forgotten? */
    } rows[] = {
        {"/tyk/cache/jwks/stranger", false, false},
        {"/tyk/cache/jwks/one", true, false},
        {"/tyk/cache/jwks", true, true},
    };
    struct jg_keyset set = good_set(NOW_S - 10);
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_use(&g, "one", ID_A);
    put_use(&g, "two", ID_B);
    for (size_t i = 0; i < LEN(rows); i++) {
        uint64_t before = jg_counters_keysets(g.counters);
        size_t body, history;
        int64_t refresh_s;

        put(&g, ID_A, &set);
        put(&g, ID_B, &set);
        ask(&g, "DELETE", rows[i].path, "");
        assert_int_equal(g.response.status, 200);
        assert_true(g.response.fetch);
        assert_true(jg_counters_keysets(g.counters) > before);
        read_set(&g, ID_A, &body, &refresh_s, &history);
        assert_int_equal(body == 0, rows[i].a);
        assert_int_equal(refresh_s == 0, rows[i].a);
        assert_true(history > 0);
        read_set(&g, ID_B, &body, &refresh_s, &history);
        assert_int_equal(body == 0, rows[i].b);
    }
    gateway_close(&g);
}

static void
one_set_is_shown_with_its_keys(void **state)
{
    struct jg_keyset set = good_set(1);
    struct gateway g;
    struct jg_str text;

    (void)state;
    gateway_open(&g);
    put(&g, ID_A, &set);
    text = ask(&g, "GET", "/tyk/jwks/" ID_A, "");
    assert_int_equal(g.response.status, 200);
    assert_true(jg_str_contains(text, JG_STR("\"jwk\":{")));
    assert_true(jg_str_contains(
        text, JG_STR("\"pem\":\"-----BEGIN PUBLIC KEY-----\\n")));
    assert_true(jg_str_contains(text, JG_STR("\"may_refresh\":")));
    assert_false(jg_str_contains(ask(&g, "GET", "/tyk/jwks", ""),
                                 JG_STR("BEGIN PUBLIC KEY")));
    ask(&g, "GET", "/tyk/jwks/" ID_B, "");
    assert_int_equal(g.response.status, 404);
    ask(&g, "GET", "/tyk/jwks/short", "");
    assert_int_equal(g.response.status, 404);
    gateway_close(&g);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_key_sets_the_list_is_empty),
        cmocka_unit_test(the_list_says_what_is_known_of_a_set),
        cmocka_unit_test(a_key_is_new_active_unused_or_gone),
        cmocka_unit_test(a_set_is_forgotten_for_all_or_for_one_api),
        cmocka_unit_test(one_set_is_shown_with_its_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
