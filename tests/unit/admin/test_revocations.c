/* /tyk/revocations: what may be revoked, and how it is shown. */
#include "admin_check.h"

#include "jose/sign.h"
#include "store/revocations.h"

#define TOKEN "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"
#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define WHAT "token, token_sha256, jti, sub, client, kid, issued_before"
#define R "/tyk/revocations"

static void
bad_bodies_are_told_what_is_wrong(void **state)
{
    static char large[2000];
    static const struct exchange rows[] = {
        {"POST", R, "{", 400, FAILED("Request malformed")},
        {"POST", R, "[]", 400, FAILED("Request malformed")},
        {"POST", R, "{\"jti\":\"a\",\"jti\":\"b\"}", 400,
         FAILED("Request malformed")},
        {"POST", R, "{}", 400,
         FAILED("What is to be revoked? Send one of " WHAT)},
        {"POST", R, "{\"api_id\":\"a\"}", 400,
         FAILED("What is to be revoked? Send one of " WHAT)},
        {"POST", R, "{\"jti\":\"a\",\"sub\":\"b\"}", 400,
         FAILED("Send exactly one of " WHAT)},
        {"POST", R, "{\"jti\":1}", 400,
         FAILED("jti: expected a text of 1 to 1024 bytes; revoke a token with "
                "a longer one as token")},
        {"POST", R, "{\"sub\":\"\"}", 400,
         FAILED("sub: expected a text of 1 to 1024 bytes; revoke a token with "
                "a longer one as token")},
        {"POST", R, "{\"Sub\":\"x\"}", 400,
         FAILED("Sub: unknown; there are " WHAT
                " (one of them), api_id, expires, note")},
        {"POST", R, "{\"a\\\"\\u0000\":\"x\"}", 400,
         FAILED("Request malformed")},
        {"POST", R, "{\"a\\\"b\":\"x\"}", 400,
         FAILED("a\\\"b: unknown; there are " WHAT
                " (one of them), api_id, expires, note")},
        {"POST", R, "{\"token\":\"Bearer " TOKEN "\"}", 400,
         FAILED("token: expected the token alone, without \\\"Bearer \\\" and "
                "without white space")},
        {"POST", R, "{\"token\":7}", 400,
         FAILED("token: expected the token as a string of at most 65536 "
                "bytes")},
        {"POST", R, "{\"token_sha256\":\"" TOKEN "\"}", 400,
         FAILED("token_sha256: expected the SHA-256 as 64 small hex digits: "
                "printf %s \\\"$TOKEN\\\" | sha256sum")},
        {"POST", R, "{\"issued_before\":\"yesterday\"}", 400,
         FAILED("issued_before: expected a unix time in seconds: date +%s")},
        {"POST", R, "{\"issued_before\":1787308573}", 400,
         FAILED("issued_before: the time is to come: tokens that are issued "
                "until then would be refused, too; use the time of now")},
        {"POST", R, "{\"jti\":\"a\",\"api_id\":\"\"}", 400,
         FAILED("api_id: expected the id of an API; leave it out for all "
                "APIs")},
        {"POST", R, "{\"jti\":\"a\",\"expires\":1787308272}", 400,
         FAILED("expires: the time has passed: the revocation would have no "
                "effect")},
        {"POST", R, "{\"jti\":\"a\",\"expires\":-1}", 400,
         FAILED("expires: expected a unix time in seconds; leave it out, or 0, "
                "for never")},
        {"POST", R, "{\"jti\":\"a\",\"note\":{}}", 400,
         FAILED("note: expected a text of at most 512 bytes")},
        {"GET", R "/00000000000000000000000000000000", "", 404,
         FAILED("Revocation not found")},
        {"GET", R "/x", "", 404, FAILED("Revocation not found")},
        {"DELETE", R "/x", "", 404, FAILED("Revocation not found")},
        {"DELETE", R "/00000000000000000000000000000000", "", 404,
         FAILED("Revocation not found")},
        {"PUT", R "/x", "{}", 405, FAILED("Method not supported")},
        {"GET", R, "", 200, "{\"revocations\":[]}\n"},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    memset(large, 'x', sizeof(large) - 1);
    memcpy(large, "{\"jti\":\"", 8);
    memcpy(large + sizeof(large) - 3, "\"}", 3);
    ask(&g, "POST", R, large);
    assert_int_equal(g.response.status, 400);
    assert_int_equal(jg_counters_revocations(g.counters), 0);
    gateway_close(&g);
}

/* The id in the last answer, {"key":"<id>",...; in g->arena. */
static const char *
last_id(struct gateway *g)
{
    struct jg_str body = jg_str_from(jg_buf_str(&g->response.body), 8);

    return jg_arena_str(&g->arena, jg_str_head(body, JG_REVOCATION_ID_BYTES)).p;
}

static void
a_revocation_lives_from_post_to_delete(void **state)
{
    static const struct {
        const char *body, *shown;
    } rows[] = {
        {"{\"jti\":\"t\"}", "\"jti\":\"t\",\"created\":1787308272}\n"},
        {"{\"sub\":\"a\\\"b\",\"api_id\":\"x\",\"note\":\"n\"}",
         "\"sub\":\"a\\\"b\",\"api_id\":\"x\",\"created\":1787308272,"
         "\"note\":\"n\"}\n"},
        {"{\"client\":\"c\",\"expires\":1787308273}",
         "\"client\":\"c\",\"created\":1787308272,\"expires\":1787308273}\n"},
        {"{\"kid\":\"k\",\"expires\":0}",
         "\"kid\":\"k\",\"created\":1787308272}\n"},
        {"{\"issued_before\":1787308572}",
         "\"issued_before\":1787308572,\"created\":1787308272}\n"},
        {"{\"token_sha256\":\"" HASH "\"}",
         "\"token_sha256\":\"" HASH "\",\"created\":1787308272}\n"},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        char path[128], want[512];
        const char *id;

        ask(&g, "POST", R, rows[i].body);
        id = last_id(&g);
        snprintf(want, sizeof(want),
                 "{\"key\":\"%s\",\"status\":\"ok\",\"action\":\"added\"}\n",
                 id);
        assert_str(jg_buf_str(&g.response.body), want);
        snprintf(path, sizeof(path), R "/%s", id);
        snprintf(want, sizeof(want), "{\"id\":\"%s\",%s", id, rows[i].shown);
        assert_str(ask(&g, "GET", path, ""), want);
        ask(&g, "POST", R, rows[i].body);
        assert_int_equal(g.response.status, 200);
        assert_string_equal(last_id(&g), id);
        assert_non_null(
            memmem(g.response.body.p, g.response.body.len, "modified", 8));
        ask(&g, "DELETE", path, "");
        assert_int_equal(g.response.status, 200);
        assert_str(ask(&g, "GET", R, ""), "{\"revocations\":[]}\n");
        assert_int_equal(jg_counters_revocations(g.counters), 3 * (i + 1));
    }
    gateway_close(&g);
}

static enum jg_err
look_for_token(void *arg, struct jg_str key, struct jg_str value)
{
    (void)arg;
    (void)key;
    assert_null(memmem(value.p, value.len, "c2ln", 4));
    assert_null(memmem(value.p, value.len, "eyJ", 3));
    return JG_OK;
}

static void
a_token_is_kept_as_a_hash_of_what_is_signed(void **state)
{
    struct gateway g;
    struct jg_txn *txn;
    struct jg_str body;
    char hash[65];

    (void)state;
    gateway_open(&g);
    assert_err(
        jg_sha256_hex(JG_STR("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0"), hash),
        JG_OK);
    body = ask(&g, "POST", R, "{\"token\":\"" TOKEN "\"}");
    assert_int_equal(g.response.status, 200);
    assert_null(memmem(body.p, body.len, "eyJ", 3));
    body = ask(&g, "GET", R, "");
    assert_non_null(memmem(body.p, body.len, "\"signed_sha256\":", 16));
    assert_non_null(memmem(body.p, body.len, hash, 64));
    /* An opaque key has no parts. */
    assert_err(jg_sha256_hex(JG_STR("opaque"), hash), JG_OK);
    ask(&g, "POST", R, "{\"token\":\"opaque\"}");
    body = ask(&g, "GET", R, "");
    assert_non_null(memmem(body.p, body.len, "\"token_sha256\":", 15));
    assert_non_null(memmem(body.p, body.len, hash, 64));
    assert_err(jg_txn_read(g.store, &txn), JG_OK);
    jg_store_each(txn, JG_KIND_REVOCATION, look_for_token, NULL);
    jg_store_each(txn, JG_KIND_REVOCATION_CHANGE, look_for_token, NULL);
    jg_txn_abort(txn);
    gateway_close(&g);
}

static void
an_earlier_time_takes_nothing_back(void **state)
{
    static const struct exchange rows[] = {
        {"POST", R, "{\"issued_before\":1000}", 200, NULL},
        {"POST", R, "{\"issued_before\":999}", 400,
         FAILED("issued_before: a later time is in force already; DELETE that "
                "first to let older tokens in again")},
        {"POST", R, "{\"issued_before\":999,\"api_id\":\"a\"}", 200, NULL},
        {"POST", R, "{\"issued_before\":1000}", 200, NULL},
        {"POST", R, "{\"issued_before\":1001}", 200, NULL},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
a_damaged_one_is_named_and_can_be_removed(void **state)
{
#define ID "0123456789abcdef0123456789abcdef"
    static const struct exchange rows[] = {
        {"GET", R, "", 200,
         "{\"revocations\":[{\"id\":\"" ID "\",\"damaged\":true}]}\n"},
        {"GET", R "/" ID, "", 200, "{\"id\":\"" ID "\",\"damaged\":true}\n"},
        {"DELETE", R "/" ID, "", 200, CHANGED(ID, "deleted")},
        {"GET", R, "", 200, "{\"revocations\":[]}\n"},
    };
    struct gateway g;
    struct jg_txn *txn;

    (void)state;
    gateway_open(&g);
    assert_err(jg_txn_write(g.store, &txn), JG_OK);
    assert_err(jg_store_put(txn, JG_KIND_REVOCATION, JG_STR(ID), JG_STR("x")),
               JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_bodies_are_told_what_is_wrong),
        cmocka_unit_test(a_revocation_lives_from_post_to_delete),
        cmocka_unit_test(a_token_is_kept_as_a_hash_of_what_is_signed),
        cmocka_unit_test(an_earlier_time_takes_nothing_back),
        cmocka_unit_test(a_damaged_one_is_named_and_can_be_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
