/* keysets.c: records of key sets by URL, and who names which. */
#include "store/keysets.h"
#include "store_check.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct jg_keyset full = {
    .url = JG_STR("https://idp.example/.well-known/openid-configuration"),
    .issuer = JG_STR("https://idp.example"),
    .discover = true,
    .insecure = true,
    .ttl_s = 300,
    .jwks_url = JG_STR("https://idp.example/jwks"),
    .body = JG_STR("{\"keys\":[]}"),
    .fetched_s = 1700000000,
    .tried_s = 1700000100,
    .refresh_s = 1700000200,
    .failures = 3,
    .status = 503,
    .took_ms = 412,
    .etag = JG_STR("\"abc\""),
    .fault = JG_STR("connection refused"),
    .history = JG_STR("k1 1\nk2 2\n"),
};

static enum jg_err
put(struct jg_store *store, const char *id, const struct jg_keyset *keyset)
{
    struct jg_txn *txn;
    enum jg_err err;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    err = jg_keyset_put(txn, jg_str(id), keyset);
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    return jg_txn_commit(txn);
}

static void
a_record_comes_back_as_it_was(void **state)
{
    static const struct jg_keyset stub = {.url = JG_STR("https://a/")};
    const struct jg_keyset *const rows[] = {&full, &stub, &full};
    struct jg_store *store = store_open(state, true);

    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_keyset *in = rows[i];
        struct jg_keyset out;
        struct jg_txn *txn;

        assert_err(put(store, ID_A, in), JG_OK);
        assert_err(jg_txn_read(store, &txn), JG_OK);
        assert_err(jg_keyset_get(txn, JG_STR(ID_A), &out), JG_OK);
        assert_str(out.url, in->url.p);
        assert_true(jg_str_eq(out.issuer, in->issuer));
        assert_int_equal(out.discover, in->discover);
        assert_int_equal(out.insecure, in->insecure);
        assert_int_equal(out.ttl_s, in->ttl_s);
        assert_true(jg_str_eq(out.jwks_url, in->jwks_url));
        assert_true(jg_str_eq(out.body, in->body));
        assert_int_equal(out.version != 0, in->body.len > 0);
        assert_int_equal(out.fetched_s, in->fetched_s);
        assert_int_equal(out.tried_s, in->tried_s);
        assert_int_equal(out.refresh_s, in->refresh_s);
        assert_int_equal(out.failures, in->failures);
        assert_int_equal(out.status, in->status);
        assert_int_equal(out.took_ms, in->took_ms);
        assert_true(jg_str_eq(out.etag, in->etag));
        assert_true(jg_str_eq(out.fault, in->fault));
        assert_true(jg_str_eq(out.history, in->history));
        assert_err(jg_keyset_verify(&out), JG_OK);
        assert_err(jg_keyset_get(txn, JG_STR(ID_B), &out), JG_E_NOT_FOUND);
        jg_txn_abort(txn);
    }
    jg_store_close(store);
}

/* What was read in the same transaction may be written again. */
static void
a_record_may_be_changed_in_place(void **state)
{
    struct jg_store *store = store_open(state, true);
    static char large[200 * 1024];
    struct jg_keyset keyset = full, out;
    struct jg_txn *txn;

    memset(large, 'x', sizeof(large));
    keyset.body = (struct jg_str){large, sizeof(large)};
    assert_err(put(store, ID_A, &keyset), JG_OK);
    for (int i = 0; i < 20; i++) {
        assert_err(jg_txn_write(store, &txn), JG_OK);
        assert_err(jg_keyset_get(txn, JG_STR(ID_A), &keyset), JG_OK);
        keyset.tried_s++;
        assert_err(jg_keyset_put(txn, JG_STR(ID_A), &keyset), JG_OK);
        assert_err(jg_txn_commit(txn), JG_OK);
    }
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_keyset_get(txn, JG_STR(ID_A), &out), JG_OK);
    assert_int_equal(out.tried_s, full.tried_s + 20);
    assert_err(jg_keyset_verify(&out), JG_OK);
    assert_int_equal(out.body.len, sizeof(large));
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
equal_bodies_have_equal_versions(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_keyset other = full, out[3];
    struct jg_txn *txn;

    other.url = JG_STR("https://other/");
    other.tried_s = 1;
    assert_err(put(store, ID_A, &full), JG_OK);
    assert_err(put(store, ID_B, &other), JG_OK);
    other.body = JG_STR("{\"keys\":[ ]}");
    assert_err(put(store, "c", &other), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_keyset_get(txn, JG_STR(ID_A), &out[0]), JG_OK);
    assert_err(jg_keyset_get(txn, JG_STR(ID_B), &out[1]), JG_OK);
    assert_err(jg_keyset_get(txn, JG_STR("c"), &out[2]), JG_OK);
    assert_true(out[0].version == out[1].version);
    assert_true(out[0].version != out[2].version);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
every_string_has_its_limit(void **state)
{
    static const struct {
        size_t offset, max;
    } rows[] = {
        {offsetof(struct jg_keyset, url), JG_URL_MAX},
        {offsetof(struct jg_keyset, issuer), JG_URL_MAX},
        {offsetof(struct jg_keyset, jwks_url), JG_URL_MAX},
        {offsetof(struct jg_keyset, etag), JG_KEYSET_ETAG_MAX},
        {offsetof(struct jg_keyset, fault), JG_KEYSET_FAULT_MAX},
        {offsetof(struct jg_keyset, history), JG_KEYSET_HISTORY_MAX},
        {offsetof(struct jg_keyset, body), JG_KEYSET_BODY_MAX},
    };
    static char text[JG_KEYSET_BODY_MAX + 1];
    struct jg_store *store = store_open(state, true);

    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_keyset keyset = full;
        struct jg_str *s = (struct jg_str *)((char *)&keyset + rows[i].offset);

        *s = (struct jg_str){text, rows[i].max};
        assert_err(put(store, ID_A, &keyset), JG_OK);
        s->len++;
        assert_err(put(store, ID_A, &keyset), JG_E_CONF_RANGE);
    }
    jg_store_close(store);
}

/* Turn one bit after the other: each is noticed, at the latest in the body. */
static void
damage_is_noticed(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_str value;
    struct jg_txn *txn;
    char copy[1024];
    size_t len;

    assert_err(put(store, ID_A, &full), JG_OK);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_store_get(txn, JG_KIND_KEYSET, JG_STR(ID_A), &value), JG_OK);
    len = value.len;
    assert_in_range(len, 1, sizeof(copy));
    memcpy(copy, value.p, len);
    jg_txn_abort(txn);

    for (size_t bit = 0; bit < len * 8; bit++) {
        struct jg_keyset out;

        copy[bit / 8] ^= (char)(1 << bit % 8);
        if (jg_keyset_decode((struct jg_str){copy, len}, &out) == JG_OK)
            assert_err(jg_keyset_verify(&out), JG_E_STORE);
        copy[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) {
        struct jg_keyset out;

        assert_err(jg_keyset_decode((struct jg_str){copy, cut}, &out),
                   JG_E_STORE);
    }
    jg_store_close(store);
}

/* What was visited, written down: "api id url issuer ttl;". */
static enum jg_err
note(void *arg, struct jg_str api_id, const struct jg_key_url *url)
{
    jg_buf_addf(arg, "%.*s %.1s %.*s %.*s %d %d %d;", JG_STR_ARG(api_id),
                url->id.p, JG_STR_ARG(url->url), JG_STR_ARG(url->issuer),
                url->discover, url->insecure, (int)url->ttl_s);
    assert_int_equal(url->id.len, JG_KEY_URL_ID_BYTES);
    return jg_str_eq(api_id, JG_STR("stop")) ? JG_E_IO : JG_OK;
}

static const struct jg_key_url urls[] = {
    {.id = JG_STR(ID_A), .url = JG_STR("https://a/"), .ttl_s = 60},
    {.id = JG_STR(ID_B),
     .url = JG_STR("https://b/"),
     .issuer = JG_STR("i"),
     .discover = true,
     .insecure = true},
};

static void
put_uses(struct jg_store *store, const char *api, size_t count)
{
    struct jg_txn *txn;

    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_keyset_put_uses(txn, jg_str(api), urls, count), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static void
assert_uses(struct jg_store *store, const char *api, const char *want)
{
    struct jg_txn *txn;
    struct jg_buf b;

    jg_buf_init(&b, 4096);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    if (api == NULL)
        assert_err(jg_keyset_each_use(txn, note, &b), JG_OK);
    else
        assert_err(jg_keyset_uses_of(txn, jg_str(api), note, &b), JG_OK);
    assert_str(jg_buf_str(&b), want);
    jg_txn_abort(txn);
    jg_buf_free(&b);
}

static void
it_is_known_which_api_names_what(void **state)
{
    struct jg_store *store = store_open(state, true);

    assert_uses(store, NULL, "");
    assert_uses(store, "one", "");
    put_uses(store, "two", 2);
    put_uses(store, "one", 1);
    assert_uses(store, NULL,
                "one a https://a/  0 0 60;two a https://a/  0 0 60;"
                "two b https://b/ i 1 1 0;");
    assert_uses(store, "one", "one a https://a/  0 0 60;");
    assert_uses(store, "three", "");
    put_uses(store, "two", 1);
    assert_uses(store, "two", "two a https://a/  0 0 60;");
    put_uses(store, "two", 0);
    put_uses(store, "two", 0);
    assert_uses(store, NULL, "one a https://a/  0 0 60;");
    jg_store_close(store);
}

static void
a_visitor_may_stop(void **state)
{
    struct jg_store *store = store_open(state, true);
    struct jg_txn *txn;
    struct jg_buf b;

    put_uses(store, "stop", 2);
    put_uses(store, "z", 1);
    jg_buf_init(&b, 4096);
    assert_err(jg_txn_read(store, &txn), JG_OK);
    assert_err(jg_keyset_each_use(txn, note, &b), JG_E_IO);
    assert_str(jg_buf_str(&b), "stop a https://a/  0 0 60;");
    jg_txn_abort(txn);
    jg_buf_free(&b);
    jg_store_close(store);
}

static void
a_damaged_use_is_left_out(void **state)
{
    struct jg_store *store = store_open(state, true);

    put_uses(store, "one", 1);
    store_put(store, JG_KIND_KEYSET_USE, "bad", "rubbish");
    store_put(store, JG_KIND_KEYSET_USE, "worse", "");
    assert_uses(store, NULL, "one a https://a/  0 0 60;");
    jg_store_close(store);
}

static void
uses_have_limits(void **state)
{
    static char text[JG_URL_MAX + 1];
    struct jg_store *store = store_open(state, true);
    struct jg_key_url many[JG_KEY_URLS_MAX + 1], url = urls[0];
    struct jg_txn *txn;

    for (size_t i = 0; i < LEN(many); i++)
        many[i] = urls[0];
    assert_err(jg_txn_write(store, &txn), JG_OK);
    assert_err(jg_keyset_put_uses(txn, JG_STR("a"), many, LEN(many)),
               JG_E_CONF_RANGE);
    assert_err(jg_keyset_put_uses(txn, JG_STR("a"), many, LEN(many) - 1),
               JG_OK);
    url.url = (struct jg_str){text, sizeof(text)};
    assert_err(jg_keyset_put_uses(txn, JG_STR("a"), &url, 1), JG_E_CONF_RANGE);
    url = urls[0];
    url.issuer = (struct jg_str){text, sizeof(text)};
    assert_err(jg_keyset_put_uses(txn, JG_STR("a"), &url, 1), JG_E_CONF_RANGE);
    url = urls[0];
    url.id.len--;
    assert_err(jg_keyset_put_uses(txn, JG_STR("a"), &url, 1), JG_E_CONF_RANGE);
    jg_txn_abort(txn);
    jg_store_close(store);
}

static void
only_a_plain_kid_is_noted(void **state)
{
    static const struct {
        const char *kid;
        bool plain;
    } rows[] = {
        {"k", true},          {"St1x2-_.~:/+=", true},
        {"\"<script>", true}, /* it is quoted where it is shown */
        {"", false},          {"a b", false},
        {"a\n", false},       {"\x7f", false},
        {"\xc3\xa9", false},
    };
    char longest[JG_KEYSET_KID_MAX + 1];

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_key_kid_is_plain(jg_str(rows[i].kid)),
                         rows[i].plain);
    memset(longest, 'k', sizeof(longest));
    assert_true(
        jg_key_kid_is_plain((struct jg_str){longest, JG_KEYSET_KID_MAX}));
    assert_false(
        jg_key_kid_is_plain((struct jg_str){longest, JG_KEYSET_KID_MAX + 1}));
    assert_false(jg_key_kid_is_plain((struct jg_str){"a\0b", 3}));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_record_comes_back_as_it_was),
        in_folder_test(a_record_may_be_changed_in_place),
        in_folder_test(equal_bodies_have_equal_versions),
        in_folder_test(every_string_has_its_limit),
        in_folder_test(damage_is_noticed),
        cmocka_unit_test(only_a_plain_kid_is_noted),
        in_folder_test(it_is_known_which_api_names_what),
        in_folder_test(a_visitor_may_stop),
        in_folder_test(a_damaged_use_is_left_out),
        in_folder_test(uses_have_limits),
    };

    return cmocka_run_group_tests_name("store/keysets", tests, NULL, NULL);
}
